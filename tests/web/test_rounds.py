"""Rounds on the pages: opened, closed, compared, decided, measured; bad input is said where it was typed."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.jobs.worker import do_job
from surveyapp.models.coding import Code, CoderAssignment
from surveyapp.models.interview import ANSWERS
from surveyapp.models.round import CodingRound, Decision
from surveyapp.models.study import Study
from surveyapp.services.batch_coding import LineCode, code_lines
from surveyapp.services.comparison import load_comparison
from surveyapp.services.interview import current_version, get_interview
from surveyapp.services.round import Draw, close_round, open_calibration, open_main_round
from surveyapp.services.study import get_study
from tests.factories import coding as make
from tests.factories import comments
from tests.factories import rounds as of
from tests.web.test_codebook import form as code_form


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    jobs: list[str] = []
    monkeypatch.setattr("surveyapp.queue._client", lambda _url: type("Queue", (), {
        "enqueue_in_transaction": lambda _self, _session, _options, job_id: jobs.append(job_id)})())
    return jobs


@pytest.fixture
def study(bank_study: Study) -> str:
    """A closed round over three interviews in which Ann and Bob disagree; the address of the study."""
    with transaction() as session:
        of.closed_round(session, get_study(session, bank_study.id), 3)
    return f"/studies/{bank_study.id}"


def test_a_round_is_drawn_and_closed_on_the_page(log_in, bank_study: Study):
    with transaction() as session:
        ann, bob, _ = of.people(session, get_study(session, bank_study.id))
        texts = [make.interview(session, get_study(session, bank_study.id), key=f"I{n}") for n in range(1, 4)]
    client, page = log_in("researcher"), f"/studies/{bank_study.id}/rounds"

    offered = client.get(page).text
    opened = client.post(page, data={"deed": "main", "coder": [ann.id, bob.id], "kind": "interview", "share": "20",
                                     "seed": "42"})
    shown = client.get(opened.location).text
    early = client.post(opened.location, data={"deed": "close"})

    assert 'value="20"' in offered
    assert f'value="{bank_study.seed}"' in offered
    assert "sha256-strata-1" in shown
    assert "seed 42" in shown
    assert [text.key for text in texts if text.key not in shown] == []
    assert early.status_code == 409
    assert len(read_session().scalars(select(CoderAssignment)).all()) == 4


@pytest.mark.parametrize(("typed", "said"), [
    ({"deed": "main", "share": "viel"}, "is not a number"), ({"deed": "main", "share": "20"}, "at least 2 coders"),
    ({"deed": "calibration", "n_lines": "x"}, "is not a number")])
def test_what_does_not_fit_is_said_on_the_page_and_opens_nothing(log_in, bank_study: Study, typed, said):
    answer = log_in("researcher").post(f"/studies/{bank_study.id}/rounds", data=typed)

    assert answer.status_code == 422
    assert said in answer.text
    assert read_session().scalars(select(CodingRound)).all() == []


def test_after_a_calibration_differences_stand_code_by_code_and_definitions_are_noted(log_in, bank_study: Study):
    with transaction() as session:
        study = get_study(session, bank_study.id)
        ann, bob, boss = of.people(session, study)
        text = make.interview(session, study)
        open_calibration(session, study, [text.id], [ann.id, bob.id], boss)
        of.disagree(session, study, text)
        of.finish(session, study, [text])
    client, page = log_in("researcher"), f"/studies/{bank_study.id}/rounds/1"

    before = client.get(page).text
    client.post(page, data={"deed": "close"})
    client.post(page, data={"deed": "note", "code": "PRB.INFO", "text": "Only where data cannot be joined."})
    after = client.get(page).text

    assert "code-PRB.INFO" not in before
    assert "memo of ann" in after
    assert "memo of bob" in after
    assert "Only where data cannot be joined." in after
    assert f"/studies/{bank_study.id}/codebook/" in after
    assert "does not count as double coding" in after


def places(study: str) -> dict[tuple[str, ...], str]:
    session = read_session()
    stored = get_study(session, int(study.rsplit("/", 1)[1]))
    found = load_comparison(session, stored, get_interview(session, stored, "I01"))
    return {row.codes: row.place for row in found.every}


def test_a_difference_is_decided_and_undone_on_the_page(log_in, study: str):
    client, page = log_in("researcher"), f"{study}/interviews/1/comparison"
    place = places(study)["PRB.INFO", "PRB.DIFF"]

    without = client.post(page, data={"deed": "decide", "place": place, "choice": "none", "reason": ""})
    decided = client.post(f"{page}?show=all", data={"deed": "decide", "place": place, "choice": "other",
                                                    "code": "CAU.TECH", "polarity": "mixed", "reason": "about tools"})
    shown = client.get(decided.location).text
    again = client.post(page, data={"deed": "decide", "place": place, "choice": "none", "reason": "x"})
    client.post(page, data={"deed": "undo", "place": place})

    assert without.status_code == 422
    assert "needs a reason" in without.text
    assert "about tools" in shown
    assert again.status_code == 409
    [row] = read_session().scalars(select(Decision)).all()
    assert (row.undone_at is not None, row.reason) == (True, "about tools")


def test_the_comparison_is_filtered_by_code_and_kind(log_in, study: str):
    client, page = log_in("coder"), f"{study}/interviews/1/comparison"

    every, one, agreed = (client.get(f"{page}{query}").text for query in (
        "", "?code=PRB.GOAL&show=all", "?show=agreed"))

    assert every.count('class="difference is-') == 4
    assert one.count('class="difference is-') == 1
    assert 'class="difference is-agreed"' in agreed
    assert 'value="decide"' not in every           # a coder looks, a researcher decides


def test_agreement_is_computed_once_and_says_when_it_is_out_of_date(log_in, study: str, asked: list[str]):
    client, page = log_in("researcher"), f"{study}/agreement"

    empty = client.get(page).text
    client.post(page)
    close_read_session()
    do_job(asked[0])
    shown = client.get(page).text
    with transaction() as session:
        stored = get_study(session, int(study.rsplit("/", 1)[1]))
        stored.thresholds = {**stored.thresholds, "agreement_accept": 0.9}
    stale = client.get(page).text

    assert "Compute agreement" in empty
    assert "Compute agreement" not in shown
    assert "texts: 3; coders: 2 (Ann, Bob)" in shown
    assert "seed 20260101-8" in shown
    assert "do not conclude" in shown
    assert "Given by nobody" in shown
    assert "have changed since" in stale


def test_a_set_of_exclusive_codes_is_declared_and_measured_on_the_page(log_in, study: str, asked: list[str]):
    client, page = log_in("researcher"), f"{study}/agreement"
    number = read_session().scalars(select(Code).where(Code.key == "PRB")).one().id
    address = f"{study}/codebook/{number}"
    values = code_form(client, f"{address}/edit")

    client.post(f"{address}/edit", data={**values, "exclusive_children": "1"})
    client.post(page)
    close_read_session()
    do_job(asked[0])
    shown = client.get(page).text

    assert "Codes below it exclude each other" in client.get(address).text
    assert 'name="exclusive_children" value="1" checked' in client.get(f"{address}/edit").text
    start = shown.index('id="set-PRB"')
    assert [re.sub("<[^>]*>", "", cell).strip() for cell in re.findall("<td[^>]*>.*?</td>", shown[start:])[:6:2]] == [
        "uα", "|uα", "cuα"]
    words = " ".join(re.sub("<[^>]*>", " ", shown[start:]).split())
    assert re.search(r"code alone cuα −?\d\.\d\d \[−?\d\.\d\d, −?\d\.\d\d\]", words)
    assert "PRB.MAINT" in shown[start:]


def test_agreement_of_nothing_is_refused(log_in: FlaskClient, bank_study: Study):
    client = log_in("researcher")

    assert "No text was finished by two coders" in client.get(f"/studies/{bank_study.id}/agreement").text
    assert client.post(f"/studies/{bank_study.id}/agreement").status_code == 409
    assert client.get(f"/studies/{bank_study.id}/agreement?unit=word").status_code == 422


def test_comments_are_compared_decided_and_measured_like_interviews(log_in, bank_study: Study, asked: list[str]):
    with transaction() as session:
        stored = get_study(session, bank_study.id)
        ann, bob, boss = of.people(session, stored)
        text = get_interview(session, stored, comments.source(session, stored, item="O_OTHER").interview_id)
        row = open_main_round(session, stored, Draw((ann.id, bob.id), ANSWERS, 1.0, 3), boss)
        sha, number = current_version(session, text).sha256, text.id
        for who, lines in ((ann, (1, 2, 3)), (bob, (1, 2, 5))):
            code_lines(session, stored, text, who, LineCode(lines, "CAU.TECH", sha))
        of.finish(session, stored, [text])
        close_round(session, stored, row, boss)
    client, page = log_in("researcher"), f"/studies/{bank_study.id}"

    shown = client.get(f"{page}/interviews/{number}/comparison").text
    client.post(f"{page}/agreement?kind=answers")
    close_read_session()
    do_job(asked[0])
    measured = client.get(f"{page}/agreement?kind=answers").text

    assert shown.count('class="difference is-only"') == 2
    assert "units: 8; texts: 1" in measured
    assert "resamples of units" in measured
    assert "too few double-coded texts" not in measured


def test_coders_are_told_which_comments_a_calibration_takes(log_in, bank_study: Study):
    with transaction() as session:
        stored = get_study(session, bank_study.id)
        ann, bob, boss = of.people(session, stored)
        number = comments.source(session, stored, item="O_OTHER").interview_id
        open_calibration(session, stored, [number], [ann.id, bob.id], boss, n_lines=5)

    assert "code comments 1 to 5" in log_in("coder").get(f"/studies/{bank_study.id}/comments/1").text
