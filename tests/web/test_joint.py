"""The joint display on the web: read by managers, judged by researchers, blind where drawn, kept when refused."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from instruments.facts import StudyFacts
from reports.sections.joint_words import JointWords
from reports.sections.source import Source
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.models.study import Study
from surveyapp.services.joint import drawn_of, evidence_hash, find_draw
from surveyapp.services.joint_judgement import draw_second, judge_row
from surveyapp.services.saved_query import record_search
from tests.conftest import PASSWORD
from tests.factories import coding as make
from tests.factories.joint import diagnosed_study, display, judgement

DISSONANT = "PRB_EFFECT"
REASON = "Tellers say so in both, heads less."


@pytest.fixture
def bank(database: Database) -> Study:
    with transaction() as session:
        study = diagnosed_study(session)
        make.member(session, study, "may", "manager")
        draw_second(session, study, make.find(session, "ann"))
    close_read_session()
    return study


def drawn_row(session: Session) -> str:
    found = display(session)
    return min(drawn_of(found.rows, find_draw(session, found.stored.wave_id)) - {DISSONANT})


def client_of(app: Flask, login: str) -> FlaskClient:
    client = app.test_client()
    client.post("/login", data={"login": login, "password": PASSWORD})
    return client


def place(bank: Study, key: str = "") -> str:
    return f"/studies/{bank.id}/joint" + (f"/rows/{key}" if key else "")


def form(key: str, choice: str = "partial_agreement", **changes: str) -> dict[str, str]:
    return {"choice": choice, "reason": REASON, "answer_kind": "", "answer": "",
            "evidence": evidence_hash(display(read_session()).row(key)), **changes}


@pytest.mark.parametrize(("language", "words"), [
    ("en", ["Incomplete customer information", "Proposed: Dissonance.", "silent by design",
            "No answer to the dissonance stands yet."]),
    ("zh", ["信息不全面", "建议：不一致。", "设计上沉默", "不一致之处尚无最终解释。"])])
def test_a_manager_reads_every_row_and_judges_none(app: Flask, bank: Study, language: str, words: list[str]):
    client = client_of(app, "may")
    client.post("/language", data={"language": language})

    page = client.get(place(bank)).text

    assert page.count('<tr id="row-') == 27
    assert [word for word in words if word not in page] == []
    assert "<textarea" not in client.get(place(bank, "PRB_INFO")).text
    assert client.post(place(bank, "PRB_INFO"), data=form("PRB_INFO")).status_code == 403


def test_the_filters_show_rows_of_a_group_and_a_state(app: Flask, bank: Study):
    client = client_of(app, "ann")

    pages = {query: client.get(f"{place(bank)}?{query}").text.count('<tr id="row-') for query in (
        "group=cause", "state=dissonance", "group=cause&state=open", "state=judged", "group=nonsense&state=nonsense")}

    assert pages == {"group=cause": 5, "state=dissonance": 1, "group=cause&state=open": 4, "state=judged": 0,
                     "group=nonsense&state=nonsense": 27}


def test_a_refused_judgement_says_why_and_keeps_what_was_typed(app: Flask, bank: Study):
    client = client_of(app, "ann")

    answer = client.post(place(bank, DISSONANT), data=form(DISSONANT, "dissonance"))

    assert answer.status_code == 422
    assert "A dissonance must be answered." in answer.text
    assert REASON in answer.text
    assert 'value="dissonance" required checked' in answer.text


def test_a_judgement_on_evidence_that_has_changed_is_refused_as_stale(app: Flask, bank: Study):
    answer = client_of(app, "ann").post(place(bank, DISSONANT), data=form(DISSONANT, evidence="0" * 64))

    assert answer.status_code == 409
    assert "The diagnosis has changed since you opened this row." in answer.text


def test_the_second_rater_sees_the_first_judgement_nowhere_until_both_are_in(app: Flask, bank: Study):
    key = drawn_row(read_session())
    ann, ben = client_of(app, "ann"), client_of(app, "ben")
    assert ann.post(place(bank, key), data=form(key, "silence:survey")).status_code == 302

    seen = [ben.get(url) for url in (place(bank), place(bank, key), f"{place(bank)}/sheet.xlsx")]

    assert all(REASON not in answer.text for answer in seen[:2])
    sheet = load_workbook(io.BytesIO(seen[2].data))
    assert REASON not in [cell.value for row in sheet["joint display"] for cell in row]
    assert REASON in ann.get(place(bank, key)).text

    ben.post(place(bank, key), data=form(key, "agreement", reason="They match in every respect."))

    page = ben.get(place(bank, key)).text
    assert "Ann says “The survey gives no evidence”, Ben says “Agreement”." in page
    assert "Settle the difference" in page


def test_a_difference_is_settled_on_the_page_of_the_row(app: Flask, bank: Study):
    key = drawn_row(read_session())
    for login, choice in (("ann", "agreement"), ("ben", "silence:survey")):
        with transaction() as session:
            judge_row(session, make.find_study(session), key, judgement(session, key, choice),
                      make.find(session, login))
    close_read_session()

    client_of(app, "eve").post(place(bank, key), data={**form(key, "agreement"), "deed": "settle"})

    close_read_session()
    row = display(read_session()).record.of(key)
    assert (row.state, row.final.rater) == ("judged", "Eve")


def test_the_sheet_has_every_row_the_instruments_and_the_confidence(app: Flask, bank: Study):
    client = client_of(app, "ann")
    claim = display(read_session()).claim("PRB_INFO")
    answer = client.post(f"{place(bank)}/confidence/PRB_INFO", data={
        "evidence": evidence_hash(claim), "overall": "low", "reason": "Few outlets were visited.",
        **{f"concern-{name}": "minor" for name in ("methods", "coherence", "adequacy", "relevance")},
        **{f"reason-{name}": f"Words about {name}." for name in ("methods", "coherence", "adequacy", "relevance")}})
    assert answer.status_code == 302

    book = load_workbook(io.BytesIO(client.get(f"{place(bank)}/sheet.xlsx").data))

    assert book.sheetnames == ["joint display", "instruments", "confidence"]
    assert book["joint display"].max_row == book["instruments"].max_row == 28
    head, stated = ([cell.value for cell in row] for row in book["confidence"])
    assert dict(zip(head, stated, strict=True))["confidence"] == "low"
    assert dict(zip(head, stated, strict=True))["suggested"] == "moderate"


def test_confidence_without_a_reason_is_refused_and_what_was_typed_is_kept(app: Flask, bank: Study):
    client = client_of(app, "ann")

    answer = client.post(f"{place(bank)}/confidence/CAU_TECH:PRB_INFO", data={
        "evidence": evidence_hash(display(read_session()).claim("CAU_TECH:PRB_INFO")), "overall": "low",
        "reason": "Few outlets were visited.", "concern-methods": "serious", "reason-methods": "No guide was used."})

    assert answer.status_code == 422
    assert "A component has no concern chosen." in answer.text
    assert "No guide was used." in answer.text


def test_a_claim_says_who_searched_for_negative_cases_or_that_nobody_did(app: Flask, bank: Study):
    client = client_of(app, "ann")
    with transaction() as session:
        record_search(session, make.find_study(session), make.find(session, "ben"), code="PRB.INFO",
                      outcome="none_found", method="Read four interviews again.")
    close_read_session()

    with_search, without = (client.get(f"{place(bank)}/confidence/{key}").text for key in ("PRB_INFO", "CAU_TECH"))

    assert "Ben searched for negative cases" in with_search
    assert "Read four interviews again. (found none)" in with_search
    assert "No search for negative cases is recorded." in without


def test_the_page_of_a_row_has_the_evidence_line_of_its_code(app: Flask, bank: Study):
    page = client_of(app, "ann").get(place(bank, "PRB_INFO")).text

    found = display(read_session())
    line = JointWords(Source(found.diagnosis, found.template, StudyFacts(), "en")).evidence_line(found.row("PRB_INFO"))
    assert line.startswith("7 of 14 interviewees")
    assert "Head of a sub-branch" not in line       # all three did alike
    assert str(escape(line)) in page


def test_without_a_second_rater_the_page_says_why(app: Flask, bank: Study):
    client = client_of(app, "ann")
    client.post(f"{place(bank)}/waive", data={"reason": "Only one person works on this study."})

    page = client.get(place(bank)).text

    assert "No second rater judged, as Ann explains: Only one person works on this study." in page


def test_without_a_diagnosis_the_pages_say_so(client: FlaskClient, bank_study: Study, log_in):
    log_in("researcher")

    assert "There is no diagnosis yet." in client.get(place(bank_study)).text
    assert "There is no diagnosis yet." in client.get(f"{place(bank_study)}/confidence").text
    assert client.get(place(bank_study, "PRB_INFO")).status_code == 404
    assert client.get(f"{place(bank_study)}/sheet.xlsx").status_code == 409
