"""The organisation's facts in the browser: shown, changed part by part, read from files, kept when two people write."""

import io
import json
import re
from html import unescape

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from instruments.codec import to_document
from instruments.facts import StudyFacts, Unit
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.errors import BadInput
from surveyapp.models.audit import Audit
from surveyapp.models.study import Study
from surveyapp.sample.facts import sample_facts
from surveyapp.sample.plan import BANK_PLAN
from surveyapp.services.study import facts_of, get_study, set_facts

FACTS = sample_facts(BANK_PLAN)


@pytest.fixture
def branch(bank_study: Study) -> Study:
    with transaction() as session:
        set_facts(session, get_study(session, bank_study.id), FACTS)
    return bank_study


def place(study: Study, part: str = "") -> str:
    return f"/studies/{study.id}/organisation{'/' if part else ''}{part}"


def stored(study: Study) -> StudyFacts:
    close_read_session()
    return facts_of(get_study(read_session(), study.id))


def filled(page: str) -> dict[str, str]:
    """Return the fields of the form as a browser would send them."""
    form = re.split(r'<form method="post"[^>]*>', page)[-1]
    found = {}
    for tag in re.findall(r"<input\b[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            found[name[1]] = unescape(value[1]) if value else ""
    found.update({name: unescape(text) for name, text in re.findall(
        r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL)})
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def form_of(client: FlaskClient, study: Study, part: str) -> dict[str, str]:
    return filled(client.get(place(study, part)).text)


def row_of(form: dict[str, str], key: str) -> str:
    return next(name.removesuffix("key") for name, value in form.items() if name.endswith("_key") and value == key)


def audits(study: Study) -> list[Audit]:
    close_read_session()
    return list(read_session().scalars(select(Audit).where(Audit.action == "change_organisation")))


# ---- shown ----------------------------------------------------------------------------------------------------------
def test_the_page_draws_units_and_process_and_lists_the_rest(log_in, branch: Study):
    shown = log_in("researcher").get(place(branch)).text

    assert "The organisation in 13 units" in shown
    assert "Seven steps of the process; those with known duration take 175 days" in shown
    assert shown.count("<svg") == 2
    assert "Approval or refusal" in shown
    assert "Relationship manager" in shown
    assert "Early-warning list for leaving customers" in shown
    assert "opened in 2004" in shown


def test_the_page_is_read_in_chinese(log_in, branch: Study):
    client = log_in("researcher")
    client.post("/language", data={"language": "zh"})

    shown = client.get(place(branch)).text

    assert "研究单位概况" in shown
    assert "组织架构（13个单元）" in shown
    assert "回访记录，新需求转为线索" in shown


def test_a_study_without_facts_says_so(log_in, bank_study: Study):
    shown = log_in("researcher").get(place(bank_study)).text

    assert shown.count("Nothing is entered yet") == 5
    assert "<svg" not in shown


# ---- each form ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("part", ["frame", "profile", "units", "headcount", "process", "practices"])
def test_a_form_saved_as_it_was_shown_changes_nothing(log_in, branch: Study, part: str):
    client = log_in("researcher")

    reply = client.post(place(branch, part), data=form_of(client, branch, part))

    assert reply.status_code == 302
    assert stored(branch) == FACTS
    assert audits(branch) == []


def test_units_are_renamed_moved_counted_added_and_removed_in_one_step(log_in, branch: Study):
    client = log_in("researcher")
    form = form_of(client, branch, "units")
    retail, new = row_of(form, "retail"), row_of(form, "")
    form |= {f"{retail}name_en": "Personal banking", f"{retail}headcount": "50", f"{retail}parent": "corporate",
             f"{retail}is_responsible": "1", f"{new}name_zh": "创新部", f"{new}parent": "branch", f"{new}order": "2.5",
             f"{row_of(form, 'support')}remove": "1"}

    reply = client.post(place(branch, "units"), data=form)

    units = {unit.key: unit for unit in stored(branch).units}
    assert reply.status_code == 302
    assert units["retail"].name == {"en": "Personal banking", "zh": "零售金融部"}
    assert (units["retail"].parent, units["retail"].headcount) == ("corporate", 50)
    assert units["retail"].is_responsible
    assert list(units)[2] == "unit-1"
    assert units["unit-1"].name == {"zh": "创新部"}
    assert "support" not in units
    assert len(audits(branch)) == 1
    assert len(audits(branch)[0].before["units"]) == 13


def test_a_unit_with_units_below_it_is_not_removed_alone(log_in, branch: Study):
    client = log_in("researcher")
    form = form_of(client, branch, "units")
    form |= {f"{row_of(form, 'outlets')}remove": "1"}

    reply = client.post(place(branch, "units"), data=form)

    assert reply.status_code == 422
    assert reply.text.count("It reports to a unit that would be removed.") == 4
    assert "Move it below another unit, or remove it too." in reply.text
    assert stored(branch) == FACTS


def test_units_in_a_circle_are_refused_with_their_place(log_in, branch: Study):
    client = log_in("researcher")
    form = form_of(client, branch, "units")
    form |= {f"{row_of(form, 'outlets')}parent": "outlet_main"}

    reply = client.post(place(branch, "units"), data=form)

    assert reply.status_code == 422
    assert reply.text.count("The unit would report to itself, in a circle.") == 2
    assert "Sub-branches and outlets → outlet_main" in reply.text
    assert stored(branch) == FACTS


def test_why_something_was_done_otherwise_than_planned_is_entered_and_shown(log_in, branch: Study):
    client = log_in("researcher")
    form = form_of(client, branch, "frame") | {"r0_departures_en": "The second coder fell ill."}

    client.post(place(branch, "frame"), data=form)

    assert stored(branch).departures["en"] == "The second coder fell ill."
    assert "The second coder fell ill." in client.get(place(branch)).text


def test_a_step_is_put_between_two_others(log_in, branch: Study):
    client = log_in("researcher")
    form = form_of(client, branch, "process")
    new = row_of(form, "")
    form |= {f"{new}name_en": "Check the lead", f"{new}days": "0,5", f"{new}input_en": "Lead",
             f"{new}output_en": "Lead worth a visit", f"{new}order": "1.5"}

    client.post(place(branch, "process"), data=form)

    steps = stored(branch).process
    assert [step.number for step in steps] == list(range(1, 9))
    assert steps[1].name == {"en": "Check the lead"}
    assert (steps[1].days, steps[1].input, steps[1].output) == (
        0.5, {"en": "Lead"}, {"en": "Lead worth a visit"})


@pytest.mark.parametrize(("part", "field", "entered", "words"), [
    ("process", "r4_days", "-3", "A step takes no time below zero or above 100 years."),
    ("process", "r4_days", "soon", "This is no number of days."),
    ("process", "r4_order", "last", "This is no place in the order."),
    ("units", "r1_headcount", "2.5", "This is no number of people."),
    ("units", "r1_headcount", "-2", "This is no number of people."),
    ("headcount", "r0_people", "many", "This is no number of people."),
    ("practices", "r0_since", "spring", "This is no year and no month."),
    ("frame", "r0_fieldwork_until", "2020-01-01", "Fieldwork ends before it begins."),
    ("frame", "r0_population_staff", "-1", "This is no number of people.")])
def test_what_does_not_fit_is_said_and_the_entries_stay(log_in, branch: Study, part, field, entered, words):
    client = log_in("researcher")
    form = form_of(client, branch, part)

    reply = client.post(place(branch, part), data=form | {field: entered})

    assert reply.status_code == 422
    assert words in reply.text
    assert filled(reply.text)[field] == entered
    assert stored(branch) == FACTS


def test_a_row_without_a_name_is_refused(log_in, branch: Study):
    client = log_in("researcher")
    form = form_of(client, branch, "practices")

    reply = client.post(place(branch, "practices"), data=form | {"r0_name_en": "", "r0_name_zh": ""})

    assert reply.status_code == 422
    assert "There is no name." in reply.text


def test_a_practice_is_joined_to_the_answer_that_names_it(log_in, bank_study: Study):
    client = log_in("researcher")
    form = form_of(client, bank_study, "practices")

    client.post(place(bank_study, "practices"), data=form | {
        "r0_name_en": "Visits", "r0_status": "ended", "r0_since": "2021-05", "r0_choice": "F_MEAS.visits"})

    practice, = stored(bank_study).practices
    assert (practice.key, practice.status, practice.since, practice.choice) == (
        "visits", "ended", "2021-05", "F_MEAS.visits")


def test_a_new_practice_is_joined_to_the_measure_that_the_rules_hold_it_against(log_in, bank_study: Study):
    client = log_in("researcher")
    form = form_of(client, bank_study, "practices")

    client.post(place(bank_study, "practices"), data=form | {
        "r0_name_zh": "客户综合价值指数", "r0_status": "planned", "r0_kind": "index"})
    shown = client.get(place(bank_study, "practices")).text

    assert [practice.key for practice in stored(bank_study).practices] == ["index"]
    assert '<option value="index"' not in shown
    assert '<option value="field_list"' in shown


def test_profile_and_headcount_are_entered_from_nothing(log_in, bank_study: Study):
    client = log_in("researcher")

    client.post(place(bank_study, "profile"), data=form_of(client, bank_study, "profile") | {
        "r0_text_en": "Opened in 1999.\nMoved in 2010.", "r4_heading": "Awards", "r4_text_zh": "2020年获奖"})
    client.post(place(bank_study, "headcount"), data=form_of(client, bank_study, "headcount") | {"r0_people": "64"})

    facts = stored(bank_study)
    assert facts.profile == {"history": {"en": "Opened in 1999.\nMoved in 2010."}, "Awards": {"zh": "2020年获奖"}}
    assert list(facts.headcount_by_role.values()) == [64]


# ---- two people -----------------------------------------------------------------------------------------------------
def test_a_stale_form_is_answered_with_both_states_and_can_be_saved_again(log_in, branch: Study):
    client = log_in("researcher")
    form = form_of(client, branch, "process")
    client.post(place(branch, "process"), data=form | {"r0_name_en": "Theirs"})

    reply = client.post(place(branch, "process"), data=form | {"r0_name_en": "Mine"})
    again = client.post(place(branch, "process"), data=filled(reply.text))

    assert reply.status_code == 409
    assert "Somebody else changed this part while you had it open." in reply.text
    assert "Theirs" in reply.text
    assert again.status_code == 302
    assert stored(branch).process[0].name["en"] == "Mine"
    assert len(audits(branch)) == 2


def test_two_people_may_change_two_parts(log_in, branch: Study):
    client = log_in("researcher")
    units, process = form_of(client, branch, "units"), form_of(client, branch, "process")

    client.post(place(branch, "units"), data=units | {"r1_headcount": "5"})
    reply = client.post(place(branch, "process"), data=process | {"r0_days": "2"})

    assert reply.status_code == 302
    assert (stored(branch).units[1].headcount, stored(branch).process[0].days) == (5, 2.0)


# ---- files ----------------------------------------------------------------------------------------------------------
def send(client: FlaskClient, study: Study, content: bytes, name: str, part: str = ""):
    form = filled(client.get(place(study)).text) | {"part": part, "file": (io.BytesIO(content), name)}
    return client.post(place(study, "import"), data=form, content_type="multipart/form-data")


def test_what_is_downloaded_can_be_read_in_again(log_in, branch: Study, database):
    client = log_in("researcher")
    content = client.get(place(branch, "facts.json")).data
    client.post(place(branch, "units"), data=form_of(client, branch, "units") | {"r1_headcount": "5"})

    reply = send(client, branch, content, "facts.json")

    assert json.loads(content) == to_document(FACTS)
    assert reply.status_code == 302
    assert stored(branch) == FACTS


def test_units_come_from_a_table_and_name_their_parent(log_in, branch: Study):
    table = "名称,上级,人数,牵头,name_en\n总部,,3,,Head office\n一部,总部,12,是,First\n".encode()
    client = log_in("researcher")
    client.post("/language", data={"language": "zh"})

    reply = send(client, branch, table, "units.csv", "units")

    head, first = stored(branch).units
    assert reply.status_code == 302
    assert (head.name, head.headcount) == ({"zh": "总部", "en": "Head office"}, 3)
    assert (first.parent, first.is_responsible) == (head.key, True)
    assert stored(branch).process == FACTS.process


def test_the_process_comes_from_a_workbook(log_in, branch: Study):
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in (("number", "name_en", "owner_en", "input_en", "output_en", "days"),
                (1, "Lead", "Outlet", "List", "Record", 0.5), (2, "Visit", "Manager", None, None, None)):
        book.active.append(row)
    book.save(file)

    reply = send(log_in("researcher"), branch, file.getvalue(), "process.xlsx", "process")

    first, second = stored(branch).process
    assert reply.status_code == 302
    assert (first.days, first.output) == (0.5, {"en": "Record"})
    assert (second.number, second.days, second.input) == (2, None, {})


@pytest.mark.parametrize(("content", "name", "part", "words"), [
    ("name,parent\nA,B\n", "u.csv", "units", "It reports to a unit that is not there."),
    ("name,parent\nA,B\nB,A\n", "u.csv", "units", "The unit would report to itself, in a circle."),
    ("name,headcount\nA,few\n", "u.csv", "units", "This is no number of people."),
    ("owner,days\nA,2\n", "p.csv", "process", "has no column of names."),
    ("name,days\nA,-2\n", "p.csv", "process", "A step takes no time below zero"),
    ("name,days\nA,long\n", "p.csv", "process", "This is no number of days."),
    ('{"units": 3}', "f.json", "", "Write the facts as JSON in UTF-8"),
    ("no json", "f.json", "", "Write the facts as JSON in UTF-8")])
def test_a_file_that_does_not_fit_changes_nothing(log_in, branch: Study, content, name, part, words):
    reply = send(log_in("researcher"), branch, content.encode(), name, part)

    assert reply.status_code == 422
    assert words in reply.text
    assert stored(branch) == FACTS


def test_facts_stored_before_steps_had_inputs_still_read(branch: Study):
    document = to_document(FACTS)
    for step in document["process"]:
        del step["input"], step["output"]
    with transaction() as session:
        get_study(session, branch.id).facts = document

    assert [step.input for step in stored(branch).process] == [{}] * 7


def test_the_command_refuses_what_the_page_refuses(branch: Study):
    units = (FACTS.units[0], Unit("a", {"en": "A"}, "nowhere"))

    with pytest.raises(BadInput, match="do not fit together"), transaction() as session:
        set_facts(session, get_study(session, branch.id), StudyFacts(units=units))

    assert stored(branch) == FACTS
