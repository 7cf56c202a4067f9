"""The plan in the browser: edited with the rule's own proposal beside it, kept when two people write, taken back."""

import re
import shutil
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from analysis.results.diagnosis import Diagnosis
from analysis.results.plan_edits import PlanValues
from instruments.template_loader import load_catalogue_template
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.jobs.diagnose import edited_of
from surveyapp.models.audit import Audit
from surveyapp.models.plan_edit import StoredPlanEdit
from surveyapp.models.study import Study
from surveyapp.services.account import add_account, add_member
from surveyapp.services.diagnosis import diagnosis_of, newest_diagnosis, store_diagnosis
from surveyapp.services.plan_edit import Plan, load_plan
from surveyapp.services.study import create_study, get_study, get_wave
from tests.conftest import PASSWORD
from tests.factories.diagnosis import rich_diagnosis
from tests.factories.kept import filling

MEASURE, OBJECTIVE = "measure/S1.1", "objective/OB_INFO"
REASON = {"reason_en": "Agreed with management.", "reason_zh": "已与管理层商定并记录在案。"}
WHAT = {"what_en": "Begin with the outlets that know the index.", "what_zh": "从已了解价值指数的网点做起。"}


def diagnosed(study: Study, diagnosis: Diagnosis) -> None:
    close_read_session()
    with transaction() as session:
        held = get_study(session, study.id)
        store_diagnosis(session, held, get_wave(session, held), diagnosis)
    close_read_session()


def first_diagnosis() -> Diagnosis:
    return rich_diagnosis(load_catalogue_template("bank_crm"))


@pytest.fixture(scope="module")
def planned_file(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """The bank study with a diagnosis, made once and copied for each test."""
    path = tmp_path_factory.mktemp("planned") / "planned.sqlite3"
    shutil.copy(sqlite_template, path)
    with filling(path):
        with transaction() as session:
            study = create_study(session, load_catalogue_template("bank_crm"), "bank")
        diagnosed(study, first_diagnosis())
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, planned_file: Path) -> str:
    path = tmp_path / "test.sqlite3"
    shutil.copy(planned_file, path)
    return f"sqlite:///{path}"


@pytest.fixture
def planned(database: Database) -> Study:
    study = get_study(read_session(), "bank")
    close_read_session()
    return study


def logged_in(client: FlaskClient, study: Study, role: str = "researcher", login: str = "li") -> FlaskClient:
    with transaction() as session:
        account = add_account(session, login, "Li Mei", role, PASSWORD)
        add_member(session, get_study(session, study.id), account)
    client.post("/login", data={"login": login, "password": PASSWORD})
    return client


def place(study: Study, entry: str = "") -> str:
    return f"/studies/{study.id}/plan{'/' if entry else ''}{entry}"


def filled(page: str) -> dict[str, str]:
    """Return the fields of the form to change the entry, as a browser would send them."""
    form = re.search(r'<form class="card" method="post".*?</form>', page, re.DOTALL)
    assert form is not None
    found = {name: unescape(value) for name, value in re.findall(
        r'<input type="(?:hidden|text|date)"[^>]*?name="([^"]*)" value="([^"]*)"', form[0])}
    found |= {name: unescape(text) for name, text in re.findall(
        r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form[0], re.DOTALL)}
    for name, options in re.findall(r'<select[^>]*name="([^"]*)">(.*?)</select>', form[0], re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def accepting(page: str) -> list[str]:
    return [unescape(value) for value in re.findall(r'name="accepted" value="([^"]*)"', page)]


def form_of(client: FlaskClient, study: Study, entry: str = MEASURE) -> dict[str, str]:
    return filled(client.get(place(study, entry)).text)


def plan_of(study: Study) -> Plan:
    close_read_session()
    found = load_plan(read_session(), get_study(read_session(), study.id))
    assert found is not None
    return found


def store(client: FlaskClient, study: Study, entry: str = MEASURE, **changes: str) -> int:
    return client.post(place(study, entry), data={**form_of(client, study, entry), **REASON, **changes}).status_code


def audits(study: Study) -> list[Audit]:
    close_read_session()
    return list(read_session().scalars(select(Audit).where(Audit.action.startswith("edit_plan"))))


# ---- stored ---------------------------------------------------------------------------------------------------------
def test_an_edit_is_stored_with_the_proposal_beside_it_and_an_audit_row(client: FlaskClient, planned: Study):
    logged_in(client, planned)

    status = store(client, planned, phase="core", owner_en="Deputy head", owner_zh="分管行长", due_on="2027-06-30",
                   **WHAT)

    entry = plan_of(planned).entry("measure", "S1.1")
    assert status == 302
    assert entry.edit is not None
    assert entry.edit.values.what == {"en": WHAT["what_en"], "zh": WHAT["what_zh"]}
    assert (entry.edit.values.form, entry.edit.values.phase, entry.edit.values.due_on) == (None, "core", "2027-06-30")
    assert entry.proposal.phase == "quick_win"
    assert (entry.edit.editor, entry.edit.is_stale) == ("Li Mei", False)
    assert [(row.action, row.subject, row.before) for row in audits(planned)] == [
        ("edit_plan_changed", "measure S1.1", {})]
    assert audits(planned)[0].after["owner"] == {"en": "Deputy head", "zh": "分管行长"}


def test_the_pages_show_the_edit_as_edited_and_what_the_rule_says(client: FlaskClient, planned: Study):
    logged_in(client, planned)
    store(client, planned, owner_en="Deputy head", owner_zh="分管行长")

    listed, single = client.get(place(planned)).text, client.get(place(planned, MEASURE)).text
    diagnosis = client.get(f"/studies/{planned.id}/diagnosis").text

    assert re.search(r"<ins>Deputy head</ins><br><span class=\"fine\">Rule: Retail and corporate", listed)
    assert "1 edit is in force." in listed
    assert "The rule's own proposal" in single
    assert '/plan/measure/S1.1">edited</a>' in diagnosis


def test_an_objective_gets_target_date_and_owner(client: FlaskClient, planned: Study):
    logged_in(client, planned)

    status = store(client, planned, OBJECTIVE, target="７５ %", due_on="2027-12-31", owner_en="Data office",
                   owner_zh="数据管理部门")

    edit = plan_of(planned).entry("objective", "OB_INFO").edit
    assert status == 302
    assert edit is not None
    assert (edit.values.target, edit.values.due_on) == (75.0, "2027-12-31")


def test_a_principle_gets_another_wording(client: FlaskClient, planned: Study):
    logged_in(client, planned)

    status = store(client, planned, "principle/PR3", what_en="Evidence first.", what_zh="先有证据，再定措施。")

    edit = plan_of(planned).entry("principle", "PR3").edit
    assert status == 302
    assert edit is not None
    assert edit.values == PlanValues(what={"en": "Evidence first.", "zh": "先有证据，再定措施。"})
    assert "<ins>Evidence first.</ins>" in client.get(place(planned)).text
    assert client.get(place(planned, "principle/PR3")).status_code == 200


def test_the_report_of_the_study_carries_the_edit(client: FlaskClient, planned: Study):
    logged_in(client, planned)
    store(client, planned, **WHAT)
    close_read_session()
    stored = newest_diagnosis(read_session(), get_study(read_session(), planned.id))
    assert stored is not None

    edits = edited_of(get_study(read_session(), planned.id), stored, diagnosis_of(stored))

    assert [(edit.kind, edit.key) for edit in edits] == [("measure", "S1.1")]


# ---- refused, asked back --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("changes", "place_name", "found"), [
    ({"what_en": "The index will improve retention.", "what_zh": "试行价值指数。"}, "What is to be done · English",
     "will improve"),
    ({"what_en": "Try the index.", "what_zh": "口径单一导致客户流失，试行价值指数。"}, "What is to be done · 中文",
     "导致"),
    ({"reason_en": "Low quality is due to the system."}, "Reason · English", "due to"),
])
def test_causal_wording_is_refused_with_its_place_and_nothing_is_lost(
        client: FlaskClient, planned: Study, changes: dict[str, str], place_name: str, found: str):
    logged_in(client, planned)
    form = form_of(client, planned) | REASON | {"phase": "core"} | changes

    reply = client.post(place(planned, MEASURE), data=form)

    assert reply.status_code == 422
    assert f"<strong>{place_name}</strong> · “{found}”" in reply.text
    assert "No figure of the study supports this wording" in reply.text
    assert filled(reply.text).items() >= {name: text for name, text in form.items() if name != "csrf_token"}.items()
    assert plan_of(planned).entry("measure", "S1.1").number == 0


def test_numbers_nobody_computed_are_asked_back_and_kept_only_knowingly(client: FlaskClient, planned: Study):
    logged_in(client, planned)
    form = form_of(client, planned) | REASON | {
        "what_en": "Visit 777 customers by June 2027.", "what_zh": "2027年6月底前走访客户777户。"}

    asked = client.post(place(planned, MEASURE), data=form)
    again = client.post(place(planned, MEASURE), data={**form, "accepted": accepting(asked.text)})

    edit = plan_of(planned).entry("measure", "S1.1").edit
    assert asked.status_code == 422
    assert asked.text.count("777 does not occur among the computed figures.") == 2
    assert again.status_code == 302
    assert edit is not None
    assert edit.unverified == ("777",)


def test_a_computed_figure_raises_no_doubt(client: FlaskClient, planned: Study):
    logged_in(client, planned)

    assert store(client, planned, what_en="Begin with 312 customers.", what_zh="从312户客户做起。") == 302


def test_one_language_left_behind_is_asked_back(client: FlaskClient, planned: Study):
    logged_in(client, planned)
    form = form_of(client, planned) | REASON | {"what_en": "Begin with the outlets that know it."}

    reply = client.post(place(planned, MEASURE), data=form)

    assert reply.status_code == 422
    assert "What is to be done · 中文 still says what the rule proposes" in reply.text


def test_a_target_that_is_no_improvement_is_asked_back(client: FlaskClient, planned: Study):
    logged_in(client, planned)
    form = form_of(client, planned, OBJECTIVE) | REASON | {"target": "2"}

    reply = client.post(place(planned, OBJECTIVE), data=form)

    assert reply.status_code == 422
    assert "2 is no improvement on the baseline" in reply.text


@pytest.mark.parametrize(("entry", "changes", "message"), [
    (MEASURE, {}, "Nothing differs from what is proposed."),
    (MEASURE, {"phase": "core", "reason_en": "", "reason_zh": ""}, "The reason needs 10 to 1000 characters."),
    (MEASURE, {"what_en": "Try it first.", "what_zh": ""}, "There is no wording in this language."),
    (MEASURE, {"phase": "later"}, "There is no such phase."),
    (MEASURE, {"form": "abolish"}, "There is no such form."),
    (MEASURE, {"due_on": "soon"}, "This is no date."),
    (MEASURE, {"due_on": "2001-01-01"}, "The date lies before the data of the diagnosis."),
    (MEASURE, {"owner_en": "x" * 121, "owner_zh": "某部门"}, "The text is too long."),
    (OBJECTIVE, {"target": "a lot"}, "This is no number."),
    (OBJECTIVE, {"target": "101"}, "The target lies outside what the indicator can reach."),
    (OBJECTIVE, {"target": "1e999"}, "This is no number."),
])
def test_what_cannot_be_stored_is_said_and_changes_nothing(client: FlaskClient, planned: Study, entry: str,
                                                           changes: dict[str, str], message: str):
    logged_in(client, planned)

    reply = client.post(place(planned, entry), data=form_of(client, planned, entry) | REASON | changes)

    close_read_session()
    assert reply.status_code == 422
    assert message in reply.text
    assert read_session().scalar(select(StoredPlanEdit.id)) is None
    assert audits(planned) == []


def test_a_measure_that_is_none_leads_to_no_page(client: FlaskClient, planned: Study):
    logged_in(client, planned)

    statuses = [client.get(place(planned, entry)).status_code for entry in ("measure/S9.9", "objective/S1.1", "x/S1.1")]

    assert statuses == [404, 404, 404]


def test_a_manager_reads_the_plan_and_changes_nothing(client: FlaskClient, planned: Study):
    logged_in(client, planned, "manager")

    page = client.get(place(planned, MEASURE))
    refused = client.post(place(planned, MEASURE), data={**REASON, "phase": "core"})

    assert page.status_code == 200
    assert 'class="card" method="post"' not in page.text
    assert refused.status_code == 403


# ---- versions -------------------------------------------------------------------------------------------------------
def test_a_late_save_is_answered_with_both_texts_and_can_be_stored_knowingly(client: FlaskClient, planned: Study):
    logged_in(client, planned)
    open_form = form_of(client, planned) | REASON | {"owner_en": "Mine", "owner_zh": "我方部门"}
    store(client, planned, owner_en="Theirs", owner_zh="对方部门")

    late = client.post(place(planned, MEASURE), data=open_form)
    knowingly = client.post(place(planned, MEASURE), data=filled(late.text) | REASON)

    edit = plan_of(planned).entry("measure", "S1.1").edit
    assert late.status_code == 409
    assert re.search(r"en: Mine\s+zh: 我方部门</div></td><td[^>]*><div>en: Theirs\s+zh: 对方部门", late.text)
    assert filled(late.text)["owner_en"] == "Mine"
    assert knowingly.status_code == 302
    assert edit is not None
    assert (edit.number, edit.values.owner["en"]) == (2, "Mine")


def test_a_mistake_does_not_make_a_late_save_a_timely_one(client: FlaskClient, planned: Study):
    logged_in(client, planned)
    open_form = form_of(client, planned) | REASON | {"owner_en": "Mine", "owner_zh": "我方部门", "due_on": "soon"}

    first = client.post(place(planned, MEASURE), data=open_form)
    store(client, planned, owner_en="Theirs", owner_zh="对方部门")
    second = client.post(place(planned, MEASURE), data=filled(first.text) | {"due_on": ""})

    assert (first.status_code, second.status_code) == (422, 409)


def test_an_edit_is_taken_back_and_an_earlier_version_used_again(client: FlaskClient, planned: Study):
    logged_in(client, planned)
    store(client, planned, **WHAT)
    store(client, planned, what_en="Another wording of it.", what_zh="另一种表述。")
    deed = f"{place(planned, MEASURE)}/deed"

    taken = client.post(deed, data={"deed": "take_back", "number": "2"})
    after_taking = plan_of(planned).entry("measure", "S1.1").edit
    restored = client.post(deed, data={"deed": "restore", "version": "1", "number": "3"})

    entry = plan_of(planned).entry("measure", "S1.1")
    assert (taken.status_code, restored.status_code, after_taking) == (302, 302, None)
    assert entry.edit is not None
    assert entry.edit.values.what["en"] == WHAT["what_en"]
    assert [version.deed for version in entry.versions] == ["restored", "taken_back", "changed", "changed"]
    assert [row.action for row in audits(planned)] == ["edit_plan_changed", "edit_plan_changed", "edit_plan_taken_back",
                                                       "edit_plan_restored"]


@pytest.mark.parametrize("form", [
    {"deed": "take_back", "number": "0"}, {"deed": "confirm", "number": "1", **REASON},
    {"deed": "take_back", "number": "7"}, {"deed": "restore", "version": "9", "number": "1"}, {}])
def test_a_deed_that_does_not_fit_changes_nothing(client: FlaskClient, planned: Study, form: dict[str, str]):
    logged_in(client, planned)
    store(client, planned, **WHAT)

    reply = client.post(f"{place(planned, MEASURE)}/deed", data=form)

    assert reply.status_code in {404, 409}
    assert plan_of(planned).entry("measure", "S1.1").number == 1


def test_an_edit_stays_when_a_newer_diagnosis_proposes_the_same(client: FlaskClient, planned: Study):
    logged_in(client, planned)
    store(client, planned, **WHAT)
    newer = first_diagnosis()

    diagnosed(planned, replace(newer, warnings=("style_not_checkable: staff",)))

    edit = plan_of(planned).entry("measure", "S1.1").edit
    assert edit is not None
    assert not edit.is_stale


def test_an_edit_is_to_be_confirmed_once_a_newer_diagnosis_proposes_something_else(client: FlaskClient, planned: Study):
    logged_in(client, planned)
    store(client, planned, **WHAT)
    older = first_diagnosis()
    measures = tuple(replace(one, verdict="data_needed", size=290.0) if one.key == "S1.1" else one
                     for one in older.measures)
    diagnosed(planned, replace(older, measures=measures))

    listed, single = client.get(place(planned)).text, client.get(place(planned, MEASURE)).text
    reply = client.post(f"{place(planned, MEASURE)}/deed", data={"deed": "confirm", "number": "1", **REASON})

    edit = plan_of(planned).entry("measure", "S1.1").edit
    assert "1 of them is to be confirmed" in listed
    assert re.search(r"Different now: whether it is proposed\s+·\s+facts found here", single)
    assert reply.status_code == 302
    assert edit is not None
    assert (edit.is_stale, edit.number) == (False, 2)
    assert audits(planned)[-1].action == "edit_plan_confirmed"
