"""Planned interviews and case attributes: counts against the guide, values that fit, groups too small to tell apart."""

import io
from datetime import date

import pytest

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, NotFound, Refused
from surveyapp.services.answer_file import read_answer_file
from surveyapp.services.case_attribute import (
    Group,
    Misfit,
    crossing_of,
    define_attribute,
    delete_attribute,
    groups_of,
    list_attributes,
    read_value_file,
    set_values,
)
from surveyapp.services.case_table import write_cases
from surveyapp.services.interview import get_interview, guide_of, list_interviews, log_interview
from surveyapp.services.schedule import (
    Plan,
    get_planned,
    hold_interview,
    list_schedule,
    plan_interview,
    quota_of,
    set_state,
)
from tests.factories import coding as make

PLAN = Plan("relationship_manager", "staff", date(2026, 3, 5), "14:30", "outlet", "in_person", "R1")


@pytest.fixture
def study(any_database: Database):
    with transaction() as session:
        return make.bank_study(session)


def log(study, n: int = 1) -> None:
    with transaction() as session:
        for _ in range(n):
            log_interview(session, study, make.log())


def test_counts_stand_against_the_quota_of_the_guide(study):
    with transaction() as session:
        held, gone, _ = [plan_interview(session, study, PLAN) for _ in range(3)]
        hold_interview(session, study, held, "zh")
        set_state(session, study, gone, "no_show")

    close_read_session()
    session = read_session()
    quota = {row.role: row for row in quota_of(guide_of(study), list_interviews(session, study),
                                               list_schedule(session, study))}
    mine = quota["relationship_manager"]
    assert (mine.asked, mine.held, mine.planned, mine.no_show, mine.missing) == (4, 1, 1, 1, 2)
    assert (quota["customer"].missing, quota["customer"].held) == (4, 0)


def test_holding_a_planned_interview_logs_it_once(study):
    with transaction() as session:
        number = plan_interview(session, study, PLAN).id
    for _ in range(2):
        with transaction() as session:
            hold_interview(session, study, get_planned(session, study, number), "zh")

    close_read_session()
    (interview,) = list_interviews(read_session(), study)
    assert (interview.role, str(interview.held_on), interview.interviewer, interview.language) == (
        "relationship_manager", "2026-03-05", "R1", "zh")
    with pytest.raises(Refused, match="was held"), transaction() as session:
        set_state(session, study, get_planned(session, study, number), "cancelled")


@pytest.mark.parametrize("changes", [{"role": "king"}, {"audience": ""}, {"place": "Main Street 1"}, {"mode": "fax"},
                                     {"at_time": "25:00"}])
def test_a_plan_that_does_not_fit_is_refused(study, changes: dict[str, str]):
    with pytest.raises(BadInput), transaction() as session:
        plan_interview(session, study, Plan(**{"role": "customer", "audience": "customer", **changes}))


@pytest.fixture
def attributes(study):
    with transaction() as session:
        define_attribute(session, study, "size", "choice", {"en": "Outlet size", "zh": "网点规模"}, ["large", "small"])
        define_attribute(session, study, "staff", "number", {"en": "Staff"})
        define_attribute(session, study, "opened", "date", {"zh": "开业日期"})


def test_a_file_of_values_says_what_fits_and_what_does_not(study, attributes):
    log(study, 3)
    content = ("编号,网点规模,staff,开业日期,colour\nI01,large,12,2001-05-06,red\nI02,middle,many,,\n"
               "I09,small,,,\nI01,small,,,\n").encode("gb18030")

    found = read_value_file(read_session(), study, content, "cases.csv")

    assert found.values == {"I01": {"size": "large", "staff": "12", "opened": "2001-05-06"}, "I02": {}}
    assert found.misfits == (Misfit(3, "size", "middle", "value"), Misfit(3, "staff", "many", "value"),
                             Misfit(4, "编号", "I09", "interview"), Misfit(5, "编号", "I01", "twice"))
    assert found.unknown_columns == ("colour",)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_file_that_was_written_is_read_back_unchanged(study, attributes, ending: str):
    log(study, 2)
    values = {"I01": {"size": "small", "remark": "=1+1"}, "I02": {"staff": "-3", "opened": "2020-01-02"}}
    with transaction() as session:
        define_attribute(session, study, "remark", "text", {"en": "Remark"})
        set_values(session, study, values)
    session, stream = read_session(), io.BytesIO()

    write_cases(list_interviews(session, study), list_attributes(session, study), ending, stream)

    found = read_value_file(session, study, stream.getvalue(), f"cases.{ending}")
    assert found.values == values
    assert found.misfits == ()
    if ending == "csv":
        assert "'=1+1" in stream.getvalue().decode("utf-8-sig")
    assert "interviewer" not in read_answer_file(stream.getvalue(), f"cases.{ending}").header


def test_values_are_stored_changed_and_emptied(study, attributes):
    log(study)
    with transaction() as session:
        assert set_values(session, study, {"I01": {"size": "large", "staff": "3"}}) == 2
    with transaction() as session:
        assert set_values(session, study, {"I01": {"size": "", "staff": "3"}}) == 1

    close_read_session()
    assert get_interview(read_session(), study, "I01").attributes == {"staff": "3"}
    with pytest.raises(BadInput, match="no value of attribute"), transaction() as session:
        set_values(session, study, {"I01": {"staff": "many"}})
    with pytest.raises(NotFound), transaction() as session:
        set_values(session, study, {"I77": {"staff": "3"}})
    with transaction() as session:
        delete_attribute(session, study, "staff")
    close_read_session()
    assert get_interview(read_session(), study, "I01").attributes == {}


@pytest.mark.parametrize(("key", "kind", "choices", "words"), [
    ("Größe", "text", [], "cannot be the key"), ("size", "text", [], "already"), ("x", "choice", [" "], "not clear"),
    ("x", "text", ["a"], "not clear"), ("x", "colour", [], "not clear")])
def test_an_attribute_that_is_not_clear_is_refused(study, attributes, key: str, kind: str, choices: list[str],
                                                   words: str):
    with pytest.raises(BadInput, match=words), transaction() as session:
        define_attribute(session, study, key, kind, {}, choices)


def test_groups_that_are_too_small_are_not_told_apart_in_crossings(study, attributes):
    log(study, 14)
    sizes = ["large"] * 6 + ["small"] * 6 + ["middle"] * 2
    with transaction() as session:
        define_attribute(session, study, "area", "text", {"en": "Area"})
        set_values(session, study, {f"I{n + 1:02d}": {"area": size} for n, size in enumerate(sizes)})
    close_read_session()
    interviews = list_interviews(read_session(), study)

    groups, crossing = groups_of(interviews, "area"), crossing_of(interviews, "area")

    # Two would be told by the total, so the next smallest group is hidden with them.
    assert groups == (Group("large", 6, False), Group("middle", 2, False), Group("small", 6, True))
    assert (crossing["I01"], crossing["I07"], crossing["I13"]) == (None, "small", None)
