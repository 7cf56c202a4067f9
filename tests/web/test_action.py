"""The action register on the web: recorded by a manager, kept when refused or overtaken, taken back, in and out."""

import io
from dataclasses import replace

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from analysis.results.actions import Milestone
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.models.study import Study
from surveyapp.services.action import save_action
from surveyapp.services.diagnosis import diagnosis_of, newest_diagnosis, store_diagnosis, store_report
from surveyapp.services.report_release import list_releases
from surveyapp.services.study import get_wave
from tests.conftest import PASSWORD
from tests.factories import action as make_action
from tests.factories import coding as make
from tests.factories.action import accepted, day, register, released
from tests.factories.follow_up import shown_follow_up

FORM = {"decision": "accepted", "body": "Branch management meeting", "owner": "Retail banking", "progress": "planned"}


@pytest.fixture
def bank(database: Database) -> Study:
    with transaction() as session:
        study = make_action.released_study(session)
    close_read_session()
    return study


def client_of(app: Flask, login: str = "may") -> FlaskClient:
    client = app.test_client()
    client.post("/login", data={"login": login, "password": PASSWORD})
    return client


def place(study: Study, rest: str = "") -> str:
    return f"/studies/{study.id}/actions{rest}"


def form(**changes: str) -> dict[str, str]:
    return {**FORM, "decided_on": day(read_session(), 5), "version": "0", **changes}


def stored(measure: str = "S1.2"):
    close_read_session()
    return register(read_session()).row(measure).action


def save(measure: str = "S1.2", number: int = 0, **changes: object) -> None:
    with transaction() as session:
        save_action(session, make.find_study(session), released(session), accepted(session, measure, **changes), number,
                    make.find(session, "mo"))
    close_read_session()


# ---- recorded --------------------------------------------------------------------------------------------------------
def test_a_manager_records_a_decision_with_units_milestones_and_a_reading(app: Flask, bank: Study):
    client, session = client_of(app), read_session()
    lines = {"m0_name": "Field list issued", "m0_due_on": day(session, 20), "m0_state": "done",
             "m0_done_on": day(session, 19), "m1_name": "", "m1_due_on": "", "m1_state": "open", "m1_done_on": "",
             "k0_kpi": "1", "k0_own_kpi": "", "k0_value": "71,5", "k0_read_on": day(session, 40),
             "k0_source": "Monthly report", "k1_kpi": "own", "k1_own_kpi": "Lists handed in", "k1_value": "12",
             "k1_read_on": day(session, 50), "k1_source": "Count"}

    page = client.post(place(bank, "/1/S1.2"), data={**form(), **lines, "units": ["corporate", "retail"]},
                       follow_redirects=True)

    assert "Saved." in page.text
    found = stored()
    assert (found.decision, found.units, found.owner) == ("accepted", ("corporate", "retail"), "Retail banking")
    assert found.milestones == (Milestone("Field list issued", day(read_session(), 20), "done",
                                          day(read_session(), 19)),)
    assert [(one.kpi, one.value) for one in found.readings] == [("1", 71.5), ("Lists handed in", 12.0)]


@pytest.mark.parametrize(("language", "words"), [
    ("en", ["accepted", "Corporate banking, Retail banking", "under way", "Departments trained", "40 days"]),
    ("zh", ["采纳", "公司金融、零售", "实施中", "Departments trained", "40天"])])
def test_the_register_shows_decisions_and_what_is_overdue_in_both_languages(
        app: Flask, bank: Study, language: str, words: list[str]):
    save()
    client = client_of(app)
    client.post("/language", data={"language": language})

    page = client.get(place(bank)).text

    assert [word for word in words if word not in page] == []


def test_what_is_refused_stays_in_the_form_with_its_place(app: Flask, bank: Study):
    page = client_of(app).post(place(bank, "/1/S1.2"), data=form(decision="rejected", owner="Somebody typed this"))

    assert page.status_code == 422
    assert "A measure that is not accepted as it is needs a reason." in page.text
    assert "Somebody typed this" in page.text
    assert stored() is None


def test_who_saves_over_anothers_change_sees_both_and_may_save_again(app: Flask, bank: Study):
    client = client_of(app)
    save(owner="Mo's team")

    first = client.post(place(bank, "/1/S1.2"), data=form(owner="May's team"))

    assert first.status_code == 409
    assert "Mo&#39;s team" in first.text
    assert "May&#39;s team" in first.text
    assert 'name="version" value="1"' in first.text
    assert client.post(place(bank, "/1/S1.2"), data=form(owner="May's team", version="1")).status_code == 302
    assert stored().owner == "May's team"


def test_a_mistake_on_an_overtaken_form_does_not_hide_that_it_is_overtaken(app: Flask, bank: Study):
    client = client_of(app)
    save(owner="Mo's team")

    page = client.post(place(bank, "/1/S1.2"), data=form(body=""))

    assert page.status_code == 422
    assert 'name="version" value="0"' in page.text


def test_a_coder_sees_nothing_of_it_and_a_stranger_neither(app: Flask, bank: Study):
    with transaction() as session:
        make.member(session, make.find_study(session), "cody", "coder")

    assert client_of(app, "cody").get(place(bank)).status_code == 403
    assert client_of(app).get("/studies/999/actions").status_code == 404


def test_before_a_release_the_page_says_so(app: Flask, database: Database):
    with transaction() as session:
        study = make_action.diagnosed_study(session)

    assert "none is released yet" in client_of(app).get(place(study)).text


# ---- history ---------------------------------------------------------------------------------------------------------
def test_a_decision_is_taken_back_from_its_history(app: Flask, bank: Study):
    save()
    save(number=1, owner="Wrong team")
    client = client_of(app)

    page = client.post(place(bank, "/1/S1.2/history"), data={"to": "1", "version": "2", "reason": "Wrong team"},
                       follow_redirects=True)

    assert "The earlier state holds again." in page.text
    assert "taken back to version 1" in page.text
    assert stored().owner == "Retail banking"


@pytest.mark.parametrize(("data", "status"), [
    ({"to": "1", "version": "1", "reason": "x"}, 422), ({"to": "0", "version": "9", "reason": "x"}, 409),
    ({"to": "0", "version": "1", "reason": ""}, 422)])
def test_taking_back_is_refused_with_its_reason(app: Flask, bank: Study, data: dict[str, str], status: int):
    save()

    assert client_of(app).post(place(bank, "/1/S1.2/history"), data=data).status_code == status
    assert stored() is not None


# ---- files -----------------------------------------------------------------------------------------------------------
def test_the_sheet_goes_out_and_comes_in_changed(app: Flask, bank: Study):
    save()
    client = client_of(app)
    book = openpyxl.load_workbook(io.BytesIO(client.get(place(bank, "/1/sheet.xlsx")).data))
    page = book["register"]
    heads = {cell.value: cell.column for cell in page[1]}
    row = next(line[0].row for line in page.iter_rows(min_row=2) if line[0].value == "S1.2")
    page.cell(row, heads["owner"]).value = "Technology"
    stream = io.BytesIO()
    book.save(stream)

    answer = client.post(place(bank, "/1/import"), data={"file": (io.BytesIO(stream.getvalue()), "actions.xlsx")},
                         follow_redirects=True)

    assert "1 measure was changed." in answer.text
    assert stored().owner == "Technology"


@pytest.mark.parametrize(("content", "words"), [
    (b"", "is empty"), (b"name,decision\nx,accepted\n", "no column measure"),
    (b"measure,version,decision,body\nS1.2,0,accepted,Board\n", "Decided on")])
def test_a_file_that_cannot_be_taken_over_says_why(app: Flask, bank: Study, content: bytes, words: str):
    page = client_of(app).post(place(bank, "/1/import"), data={"file": (io.BytesIO(content), "actions.csv")})

    assert page.status_code == 422
    assert words in page.text
    assert stored() is None


# ---- release ---------------------------------------------------------------------------------------------------------
def test_a_researcher_releases_and_recalls_and_a_manager_only_reads(app: Flask, database: Database):
    with transaction() as session:
        study = make_action.diagnosed_study(session)
        number = make_action.diagnosis_id(session)
    close_read_session()
    may, ann = client_of(app), client_of(app, "ann")
    assert may.post(f"/studies/{study.id}/releases", data={"diagnosis": number}).status_code == 403

    page = ann.post(f"/studies/{study.id}/releases", data={"diagnosis": number}, follow_redirects=True).text

    assert "Report 1 is released." in page
    assert "Recall a released report" not in may.get(f"/studies/{study.id}/reports").text
    page = ann.post(f"/studies/{study.id}/releases/1/recall", data={"reason": "The wrong customer file."},
                    follow_redirects=True).text
    assert "The wrong customer file." in page
    close_read_session()
    assert [one.is_recalled for one in list_releases(read_session(), make.find_study(read_session()))] == [True]


def test_decisions_are_taken_over_from_the_report_before(app: Flask, bank: Study):
    save()
    with transaction() as session:
        stored_diagnosis = newest_diagnosis(session, make.find_study(session))
        study = make.find_study(session)
        again = replace(diagnosis_of(stored_diagnosis), warnings=("another",))
        second = store_diagnosis(session, study, get_wave(session, study), again)
        store_report(session, second, "en", b"%PDF-1.7 second")
        number = second.id
    close_read_session()
    ann = client_of(app, "ann")
    ann.post(f"/studies/{bank.id}/releases", data={"diagnosis": number})
    assert stored() is None

    page = client_of(app).post(place(bank, "/2/carry-over"), data={"earlier": "1"}, follow_redirects=True).text

    assert "1 decision was taken over." in page
    assert stored().owner == "Retail banking"


def test_the_organisation_shows_what_was_decided_and_not_entered(app: Flask, bank: Study):
    client = client_of(app, "ann")
    assert "Decided on in the action register" not in client.get(f"/studies/{bank.id}/organisation").text
    save()

    page = client.get(f"/studies/{bank.id}/organisation").text

    assert "Decided on in the action register" in page
    assert "Adjust customer information classification · running" in page


# ---- the next wave ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("language", "words"), [
    ("en", ["This is no proof of effect.", "−0.45 (−0.65 to −0.25)", "changed otherwise than the other units",
            "no demonstrable difference", "cannot be judged: fewer than 30 people in a group",
            "not shown: too few people in a group", "cannot be compared", "covers every unit", "54%",
            "1 of 2 milestones done", "Not ours to decide.", "S3.1"]),
    ("zh", ["以下内容不构成效果证明。", "变化与其他部门不同", "未见可证实的差异", "无法判断：有一组不足30人", "54%"])])
def test_a_manager_reads_what_the_next_wave_shows_and_that_it_proves_nothing(
        app: Flask, bank: Study, language: str, words: list[str]):
    shown_follow_up()
    client = client_of(app)
    client.post("/language", data={"language": language})

    page = client.get(place(bank, "/change"))

    assert page.status_code == 200
    assert [word for word in words if word not in page.text] == []


def test_without_a_later_wave_there_is_nothing_to_show(app: Flask, bank: Study):
    assert client_of(app).get(place(bank, "/change")).status_code == 404
