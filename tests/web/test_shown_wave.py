"""Pages of results say whose wave they show, lead to the other waves, and keep the wave once it is chosen."""

import re
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from instruments.template_loader import load_catalogue_template
from surveyapp.db.session import close_read_session, transaction
from surveyapp.models.study import Study
from surveyapp.services.diagnosis import store_diagnosis
from surveyapp.services.study import get_study, list_waves
from surveyapp.services.wave import add_wave
from tests.factories.diagnosis import rich_diagnosis
from tests.web import test_plan_edit as of_a_plan
from tests.web.test_plan_edit import logged_in

planned_file, sqlite_url, planned = of_a_plan.planned_file, of_a_plan.sqlite_url, of_a_plan.planned
PLACES = ("diagnosis", "reports/summary", "evidence", "evidence/P2")


@pytest.fixture
def two_waves(planned: Study) -> Study:
    """The study whose second wave has a diagnosis too."""
    with transaction() as session:
        study = get_study(session, planned.id)
        store_diagnosis(session, study, add_wave(session, study, "w2"),
                        rich_diagnosis(load_catalogue_template("bank_crm")))
    close_read_session()
    return planned


def test_a_page_says_which_wave_it_shows_and_leads_to_the_other(client: FlaskClient, two_waves: Study):
    logged_in(client, two_waves)

    pages = {place: client.get(f"/studies/{two_waves.id}/{place}").text for place in PLACES}

    for place, page in pages.items():
        assert "Wave w2" in page, place
        assert f'href="/studies/{two_waves.id}/{place}?wave=w1"' in page, place
        assert "An earlier wave." not in page, place


def test_a_chosen_wave_is_kept_from_page_to_page(client: FlaskClient, two_waves: Study):
    logged_in(client, two_waves)
    base = f"/studies/{two_waves.id}"

    pages = [client.get(f"{base}/{place}?wave=w1").text for place in PLACES]

    assert all("First survey (" in page and "An earlier wave." in page for page in pages)
    names = [address for page in pages for address in re.findall(rf'href="({base}/evidence/[^"]*)"', page)]
    assert names
    assert [address for address in names if not address.endswith("?wave=w1") and "?wave=w2" not in address] == []


@pytest.mark.parametrize(("language", "first", "second"), [
    ("en", "first survey (September 2026)", "second survey (November 2026)"),
    ("zh", "第一轮（2026年9月）", "第二轮（2026年11月）")])
def test_pages_that_know_the_newest_diagnosis_only_name_its_wave_and_lead_to_the_other(
        client: FlaskClient, two_waves: Study, language: str, first: str, second: str):
    with transaction() as session:
        for wave, month in zip(list_waves(session, two_waves), (9, 11), strict=True):
            wave.opened_at = datetime(2026, month, 7, 8, tzinfo=UTC)
    close_read_session()
    logged_in(client, two_waves)
    client.post("/language", data={"language": language})

    base = f"/studies/{two_waves.id}"
    pages = {place: client.get(f"{base}/{place}").text for place in ("plan", "joint", "what-if")}

    newest = {"en": "This page shows the newest diagnosis: ", "zh": "本页显示最近一次诊断："}[language]
    other = {"en": "Diagnosis: ", "zh": "查看诊断："}[language]
    for place, page in pages.items():
        assert f"{newest}{second}" in page, place
        assert f'<a href="{base}/diagnosis?wave=w1">{other}{first}</a>' in page, place
    shown = client.get(f"{base}/diagnosis").text
    assert second[0].upper() + second[1:] in shown
    assert "w2" not in re.sub(r"<[^>]*>", "", shown)


def test_a_wave_that_the_study_has_not_is_not_found(client: FlaskClient, two_waves: Study):
    logged_in(client, two_waves)

    statuses = [client.get(f"/studies/{two_waves.id}/{place}?wave=w9").status_code for place in PLACES]

    assert statuses == [404] * len(PLACES)
