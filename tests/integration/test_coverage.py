"""Questions that came up, by interview: what is known, what is a gap, and what older entries become."""

import pytest
from sqlalchemy import select, text

from surveyapp.dataset import load_interviews
from surveyapp.db.migrate import downgrade, upgrade
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.models.interview import Interview
from surveyapp.services.codebook import load_codebook
from surveyapp.services.coverage import coverage_of, questions_for
from surveyapp.services.integrated_table import integrated_rows
from surveyapp.services.interview import guide_of, list_interviews, log_interview
from surveyapp.services.study import instrument_of, list_instruments
from tests.factories import coding as make


@pytest.fixture
def study(any_database: Database):
    with transaction() as session:
        return make.bank_study(session)


def test_a_question_that_came_up_nowhere_and_one_missing_with_a_role_are_gaps(study):
    with transaction() as session:
        log_interview(session, study, make.log(questions={"Q1": "asked", "Q2": "skipped", "Q3": "covered"}))
        log_interview(session, study, make.log(role="outlet_head", questions={"Q1": "skipped", "Q2": "skipped"}))
        log_interview(session, study, make.log(role="customer", audience="customer"))

    rows = {row.question.key: row for row in coverage_of(guide_of(study), list_interviews(read_session(), study), {})}
    assert rows["Q1"].states == ("asked", "skipped", "not_put")
    assert rows["Q1"].by_role == (("outlet_head", 0, 1), ("relationship_manager", 1, 1))
    assert (rows["Q1"].is_gap, rows["Q1"].missing_roles) == (False, ("outlet_head",))
    assert (rows["Q2"].is_gap, rows["Q2"].n_put, rows["Q2"].missing_roles) == (True, 2, ())
    assert (rows["Q3"].states, rows["Q3"].n_unknown) == (("covered", "", "not_put"), 1)


def test_the_analysis_reads_the_states(study):
    with transaction() as session:
        log_interview(session, study, make.log(questions={"Q1": "asked", "Q2": "skipped"}))
        log_interview(session, study, make.log())

    table = load_interviews(read_session(), study)
    assert list(table.interviews["questions"]) == [{"Q1": "asked", "Q2": "skipped"}, None]


def test_lists_of_questions_asked_become_states_and_lists_again(study, any_database: Database):
    with transaction() as session:
        log_interview(session, study, make.log(questions={"Q1": "asked"}))
        log_interview(session, study, make.log())
    close_read_session()
    downgrade(any_database, "0019")
    with any_database.engine.begin() as connection:
        older = connection.scalars(text("SELECT questions FROM interview ORDER BY key")).first()
        assert str(older).replace('"', "'") == "['Q1']"

    upgrade(any_database)

    session = read_session()
    first, second = session.scalars(select(Interview).order_by(Interview.key))
    others = {question.key: "skipped" for question in questions_for(guide_of(study), "staff")}
    assert first.questions == {**others, "Q1": "asked"}
    assert second.questions is None


def test_the_instrument_table_joins_items_questions_and_codes_by_construct(study):
    session = read_session()
    newest = tuple({row.audience: instrument_of(row) for row in list_instruments(session, study)}.values())

    rows = {row.construct: row for row in integrated_rows(newest, guide_of(study), load_codebook(session, study))}

    assert "staff" in rows["PRB_INFO"].items
    assert "Q5" in rows["PRB_INFO"].questions
    assert "PRB.INFO" in rows["PRB_INFO"].codes
    assert all(row.items or row.questions or row.codes for row in rows.values())
    assert any(row.construct and not row.is_interviewed for row in rows.values())
