"""Opening the draft of a long questionnaire does not make anybody wait."""

import time
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from surveyapp.db.session import transaction
from surveyapp.models.study import Study
from surveyapp.services.draft import start_draft
from surveyapp.services.study import get_study
from tests.factories.questionnaire import instrument

N_ITEMS = 120
SLOWEST_S = 0.3     # server time of one page; the best of three, because the machine has other things to do


@pytest.fixture
def client(log_in, bank_study: Study) -> FlaskClient:
    client: FlaskClient = log_in("researcher")
    base = instrument(audience="long")
    more = tuple(replace(item, key=f"{item.key}_{n}", show_if="${L1} > 3" if item.key == "L2" else None)
                 for n in range(20) for item in base.items if item.section in ("B", "C"))
    items = tuple(sorted((*base.items, *more[:N_ITEMS - len(base.items)]), key=lambda item: item.section))
    with transaction() as session:
        start_draft(session, get_study(session, bank_study.id), replace(base, items=items))
    return client


@pytest.mark.parametrize("rest", ["", "/items/L3", "/translation?page=B"])
def test_a_page_of_a_questionnaire_of_120_items_opens_quickly(client: FlaskClient, rest: str):
    path = f"/studies/1/questionnaires/long{rest}"
    taken = []
    for _ in range(3):
        before = time.process_time()
        assert client.get(path).status_code == 200
        taken.append(time.process_time() - before)

    assert min(taken) < SLOWEST_S
