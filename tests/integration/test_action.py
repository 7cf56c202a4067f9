"""Decisions on a released report: complete, versioned, taken back, overdue, in and out of sheets, in the next wave."""

import io
from dataclasses import replace
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from analysis.results.actions import Action, KpiReading, Milestone
from instruments.facts import Practice
from instruments.masks import Masks
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, NotFound, Refused
from surveyapp.models.action import ActionVersion
from surveyapp.models.audit import Audit
from surveyapp.services.action import StaleAction, carry_over, list_versions, save_action, take_back
from surveyapp.services.action_feed import facts_at, with_actions
from surveyapp.services.action_file import import_actions
from surveyapp.services.action_overdue import kpi_due
from surveyapp.services.action_sheet import write_action_sheet
from surveyapp.services.report_release import recall_release, release_report, today_of
from surveyapp.services.study import facts_of, get_wave
from surveyapp.services.wave import add_wave
from tests.factories import action as make_action
from tests.factories import coding as make
from tests.factories.action import accepted, day, register, released


@pytest.fixture
def bank(any_database: Database) -> None:
    with transaction() as session:
        make_action.released_study(session)


def save(action: Action, number: int = 0, login: str = "may") -> bool:
    with transaction() as session:
        done = save_action(session, make.find_study(session), released(session), action, number,
                           make.find(session, login))
    close_read_session()
    return done


def stored(measure: str = "S1.2") -> Action | None:
    return register(read_session()).row(measure).action


def refused(action: Action, number: int = 0) -> set[tuple[str, str]]:
    with pytest.raises(BadInput) as caught:
        save(action, number)
    close_read_session()
    return {(row.column, row.found) for row in caught.value.rows}


# ---- written ---------------------------------------------------------------------------------------------------------
def test_a_decision_is_kept_whole_with_account_and_audit(bank: None):
    action = accepted(read_session())

    assert save(action)

    assert stored() == action
    version = list_versions(read_session(), released(read_session()), "S1.2")[0]
    assert (version.number, version.account, version.action) == (1, "May", action)
    audit = read_session().scalars(select(Audit).where(Audit.action == "decide_action")).one()
    assert (audit.subject, audit.before, audit.after["owner"]) == ("release 1, measure S1.2", None, "Retail banking")


def test_saving_the_same_again_makes_no_version(bank: None):
    action = accepted(read_session())
    save(action)

    assert not save(action, 1)

    assert len(list_versions(read_session(), released(read_session()), "S1.2")) == 1


@pytest.mark.parametrize(("changes", "places"), [
    ({"decision": ""}, {("Decision", "")}),
    ({"decision": "perhaps"}, {("Decision", "perhaps")}),
    ({"decided_on": ""}, {("Decided on", "")}),
    ({"decided_on": "2027-02-30"}, {("Decided on", "2027-02-30")}),
    ({"decided_on": "2001-01-01"}, {("Decided on", "2001-01-01")}),
    ({"decided_on": "2999-01-01"}, {("Decided on", "2999-01-01")}),
    ({"body": ""}, {("Decided by", "")}),
    ({"decision": "rejected"}, {("Reason", "")}),
    ({"decision": "rejected", "reason": "no"}, {("Reason", "no")}),
    ({"decision": "changed", "reason": "Too many at once."}, {("What is changed", "")}),
    ({"decision": "deferred", "reason": "Head office decides."}, {("To be decided again on", "")}),
    ({"owner": ""}, {("Owner", "")}),
    ({"units": ("corporate", "moon")}, {("Units covered", "moon")}),
    ({"progress_on": ""}, {("Since", "")}),
    ({"progress": "flying"}, {("Progress", "flying")}),
    ({"milestones": (Milestone("", "2027-01-01"),)}, {("Milestone", "")}),
    ({"milestones": (Milestone("Trained", "soon"),)}, {("Due by", "soon")}),
    ({"milestones": (Milestone("Trained", "2026-01-01", "done"),)}, {("Reached on", "")}),
    ({"readings": (KpiReading("1", float("nan"), "2026-01-01", "Report"),)}, {("Value", "nan")}),
    ({"readings": (KpiReading("99", 1.0, "2026-01-01", "Report"),)}, {("Indicator", "99")}),
    ({"readings": (KpiReading("1", 1.0, "2026-01-01", ""),)}, {("Source", "")}),
    ({"readings": (KpiReading("a|b", 1.0, "2026-01-01", "Report"),)}, {("Indicator", "a|b")})])
def test_what_does_not_fit_is_named_place_by_place_and_nothing_is_stored(bank: None, changes, places):
    found = refused(replace(accepted(read_session()), **changes))

    assert found == places
    assert stored() is None


def test_a_deferred_decision_is_not_renewed_before_it_was_made(bank: None):
    session = read_session()
    action = accepted(session, decision="deferred", reason="Head office decides.", again_on=day(session, 3))

    assert refused(action) == {("To be decided again on", day(read_session(), 3))}


def test_a_measure_that_the_report_does_not_know_is_refused(bank: None):
    with pytest.raises(NotFound, match="no measure"):
        save(accepted(read_session(), "S9.9"))


def test_who_saves_over_anothers_change_is_told_and_nothing_is_lost(bank: None):
    first, second = accepted(read_session(), owner="Ann's team"), accepted(read_session(), owner="Mo's team")
    save(first)

    with pytest.raises(StaleAction, match="Somebody else changed"):
        save(second, 0, "mo")
    close_read_session()

    assert stored() == first
    assert save(second, 1, "mo")
    assert [one.account for one in list_versions(read_session(), released(read_session()), "S1.2")] == ["Mo", "May"]


def test_on_a_recalled_report_nothing_more_is_recorded(bank: None):
    with transaction() as session:
        recall_release(session, make.find_study(session), released(session), "Wrong customer file.")
        number = session.scalars(text("SELECT number FROM report_release")).one()
    close_read_session()
    assert number == 1

    with pytest.raises(NotFound, match="No report of this study is released"):
        save(Action("S1.2", "accepted", "2026-01-01", "Board"))


# ---- history ---------------------------------------------------------------------------------------------------------
def back(to: int, number: int, reason: str = "Entered for the wrong measure") -> None:
    with transaction() as session:
        take_back(session, make.find_study(session), released(session), "S1.2", to, number, reason,
                  make.find(session, "mo"))
    close_read_session()


def test_an_earlier_state_holds_again_as_a_new_version(bank: None):
    first = accepted(read_session())
    save(first)
    save(replace(first, owner="Somebody else"), 1)

    back(1, 2)

    assert stored() == first
    versions = list_versions(read_session(), released(read_session()), "S1.2")
    assert [(one.number, one.taken_back_to, one.changed) for one in versions][:2] == [(3, 1, ("owner",)),
                                                                                     (2, None, ("owner",))]
    assert versions[0].note == "Entered for the wrong measure"


def test_a_decision_is_taken_back_as_if_nothing_had_been_decided_and_stays_in_the_history(bank: None):
    save(accepted(read_session()))

    back(0, 1)

    row = register(read_session()).row("S1.2")
    assert (row.action, row.number) == (None, 2)
    assert len(list_versions(read_session(), released(read_session()), "S1.2")) == 2


@pytest.mark.parametrize(("to", "number", "kind"), [(1, 1, Refused), (7, 1, NotFound), (0, 5, StaleAction)])
def test_what_cannot_be_taken_back_is_refused(bank: None, to: int, number: int, kind: type[Exception]):
    save(accepted(read_session()))

    with pytest.raises(kind):
        back(to, number)


def test_taking_back_needs_a_reason(bank: None):
    save(accepted(read_session()))

    with pytest.raises(BadInput, match="reason is missing"):
        back(0, 1, " ")


def test_the_history_is_only_added_to_even_beside_the_program(bank: None):
    save(accepted(read_session()))

    with pytest.raises(DatabaseError, match="only added to"), transaction() as session:
        session.execute(text("UPDATE action_version SET note = 'other'"))

    close_read_session()
    assert read_session().scalars(select(ActionVersion.note)).one() == ""


# ---- overdue ---------------------------------------------------------------------------------------------------------
def test_an_open_milestone_past_its_day_is_overdue_and_a_done_one_is_not(bank: None):
    save(accepted(read_session()))

    found = register(read_session()).overdue

    assert [(one.kind, one.name, one.days, one.owner) for one in found] == [
        ("milestone", "Departments trained", 40, "Retail banking")]


def test_a_planned_start_and_a_renewed_decision_fall_due(bank: None):
    session = read_session()
    save(accepted(session, "S1.1", progress="planned", progress_on="", milestones=()))
    save(accepted(session, "S2.1", decision="deferred", reason="Head office decides.", again_on=day(session, 30),
                  owner="", milestones=()))

    found = {(one.measure, one.kind, one.days) for one in register(read_session()).overdue}

    assert found == {("S1.1", "start", 90), ("S2.1", "decision", 70)}


def test_a_stopped_or_rejected_measure_is_never_overdue(bank: None):
    session = read_session()
    save(accepted(session, progress="stopped"))
    save(accepted(session, "S2.1", decision="rejected", reason="Not ours to decide."))

    assert register(read_session()).overdue == ()


def test_an_indicator_is_due_its_months_after_the_start_unless_it_was_read_by_then(bank: None):
    session = read_session()
    save(accepted(session, milestones=(), readings=()))
    row = register(read_session()).row("S1.2")
    due = kpi_due(row.action, row.kpis[0], released(read_session()).released_on)
    start = released(read_session()).released_on + timedelta(days=10)
    assert (due.year * 12 + due.month) - (start.year * 12 + start.month) == row.kpis[0].due_months

    late = register(read_session(), due + timedelta(days=1)).overdue
    on_the_day = register(read_session(), due).overdue

    assert ("reading", "1") in {(one.kind, one.name) for one in late}
    assert all(one.name != "1" for one in on_the_day)


# ---- sheet -----------------------------------------------------------------------------------------------------------
def sheet() -> bytes:
    stream = io.BytesIO()
    write_action_sheet(register(read_session()), "zh", stream, Masks())
    return stream.getvalue()


def load(content: bytes) -> list[str]:
    with transaction() as session:
        changed = import_actions(session, make.find_study(session), released(session), content, "actions.xlsx",
                                 make.find(session, "may"))
    close_read_session()
    return changed


def changed_sheet(**cells: str) -> bytes:
    """Return the sheet with other cells in the row of S1.2."""
    book = openpyxl.load_workbook(io.BytesIO(sheet()))
    page = book["register"]
    heads = {cell.value: cell.column for cell in page[1]}
    row = next(line[0].row for line in page.iter_rows(min_row=2) if line[0].value == "S1.2")
    for name, value in cells.items():
        page.cell(row, heads[name]).value = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_the_sheet_handed_in_as_it_was_changes_nothing(bank: None):
    session = read_session()
    save(accepted(session, readings=(KpiReading("Own count", 0.1, day(session, 9), "List"),
                                     KpiReading("1", 1 / 3, day(session, 10), "Report"))))
    save(accepted(session, "S2.1", decision="rejected", reason="Not ours\nto decide.", units=()))

    assert load(sheet()) == []

    assert {row.number for row in register(read_session()).rows if row.action} == {1}


def test_a_changed_sheet_is_taken_over_and_the_lists_stand_on_sheets_of_their_own(bank: None):
    save(accepted(read_session()))
    due = day(read_session(), 80)
    content = changed_sheet(owner="Technology", milestones=f"{due} | open |  | Records checked")

    assert load(content) == ["S1.2"]

    found = stored()
    assert (found.owner, found.milestones) == ("Technology", (Milestone("Records checked", due),))
    book = openpyxl.load_workbook(io.BytesIO(sheet()))
    assert book.sheetnames == ["register", "milestones", "readings", "overdue"]
    assert [cell.value for cell in book["overdue"][2]][:3] == ["S1.2", "调整客户信息分类", "milestone"]


@pytest.mark.parametrize(("cells", "column"), [
    ({"milestones": "2026-01-01 | Trained"}, "milestones"), ({"decision": "maybe"}, "Decision"),
    ({"version": "0"}, "version"), ({"measure": "S9.9"}, "measure"),
    ({"readings": "1 | many | 2026-01-01 | Report"}, "Value 1")])
def test_a_sheet_with_one_wrong_place_stores_nothing(bank: None, cells: dict[str, str], column: str):
    save(accepted(read_session()))
    content = changed_sheet(**{"owner": "Other", **cells})

    with pytest.raises(BadInput, match="nothing was stored") as caught:
        load(content)
    close_read_session()

    assert [row.column for row in caught.value.rows] == [column]
    assert stored() == accepted(read_session())


def test_a_file_that_is_no_register_is_refused(bank: None):
    with pytest.raises(BadInput, match="no column measure"):
        load_csv(b"name,decision\nx,accepted\n")


def load_csv(content: bytes) -> None:
    with transaction() as session:
        import_actions(session, make.find_study(session), released(session), content, "actions.csv")


# ---- the next wave ---------------------------------------------------------------------------------------------------
def test_what_is_carried_out_enters_the_present_measures_of_the_next_wave_only(bank: None):
    session = read_session()
    save(accepted(session))
    save(accepted(session, "S1.3", decision="rejected", reason="Not ours to decide."))
    with transaction() as session:
        add_wave(session, make.find_study(session), "w2")
    close_read_session()
    session = read_session()
    study = make.find_study(session)

    before, after = (facts_at(session, study, get_wave(session, study, key)) for key in ("w1", "w2"))

    assert before == facts_of(study)
    added = [row for row in after.practices if row not in before.practices]
    assert [(row.key, row.status, row.since) for row in added] == [
        ("field_list", "running", accepted(session).progress_on[:7])]
    assert facts_of(study) == before


@pytest.mark.parametrize(("progress", "status"), [
    ("planned", "planned"), ("running", "running"), ("done", "running"), ("stopped", "failed")])
def test_the_register_takes_the_state_of_the_action_where_the_measure_was_not_in_place(bank: None, progress, status):
    session = read_session()
    template = register(session).template
    action = accepted(session, "S1.1", progress=progress)
    facts = replace(facts_of(make.find_study(session)), practices=(Practice("index", {"en": "Index"}, "planned"),))

    found = with_actions(facts, {"S1.1": action}, template).practices

    assert [(row.key, row.status) for row in found] == [("index", status)]


def test_a_measure_in_place_keeps_its_date(bank: None):
    session = read_session()
    in_place = Practice("keyteam", {"en": "Teams"}, "running", "2024-01", "F_MEAS.keyteam")
    facts = replace(facts_of(make.find_study(session)), practices=(in_place,))

    found = with_actions(facts, {"S2.2": accepted(session, "S2.2")}, register(session).template)

    assert found.practices == (in_place,)


def test_decisions_of_a_recalled_report_feed_nothing_until_they_are_carried_over(bank: None):
    save(accepted(read_session()))
    with transaction() as session:
        study = make.find_study(session)
        old = released(session)
        recall_release(session, study, old, "The wrong file was used.")
        new = release_report(session, study, sample_day=today_of(study) - timedelta(days=50))
        add_wave(session, study, "w2")
        assert facts_at(session, study, get_wave(session, study, "w2")) == facts_of(study)

        assert carry_over(session, study, new, old) == ["S1.2"]

        assert facts_at(session, study, get_wave(session, study, "w2")) != facts_of(study)
        assert carry_over(session, study, new, old) == []
    close_read_session()
    assert list_versions(read_session(), released(read_session()), "S1.2")[0].note == "1"
