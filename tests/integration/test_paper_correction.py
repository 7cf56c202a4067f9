"""Sheets corrected with a history, taken back, and what none of it says of a person."""

import re

import pytest
from sqlalchemy import Date, DateTime, inspect, select, text
from sqlalchemy.exc import DatabaseError

from instruments.schema import Quota, Screen
from surveyapp.db.session import Database, read_session, transaction
from surveyapp.errors import AppError, BadInput, Refused
from surveyapp.models.audit import Audit
from surveyapp.models.correction import AnswerChange
from surveyapp.models.paper import PaperSheet
from surveyapp.models.response import QUOTA_FULL, SUBMITTED, Response
from surveyapp.services.disclosure import plan_release
from surveyapp.services.erasure import ANSWERS, erase_study
from surveyapp.services.paper_pile import (
    finish_pile,
    get_sheet,
    list_piles,
    sheets_of,
)
from surveyapp.services.paper_second import correct_sheet, take_back
from surveyapp.services.paper_sheet import ILLEGIBLE
from surveyapp.services.study import get_instrument
from tests.factories import paper
from tests.factories import questionnaire as make
from tests.factories.paper import again, answers_of, close, count, end, enter_pile, figures, open_differences, settle


@pytest.fixture
def study(any_database: Database) -> None:
    with transaction() as session:
        make.study(session)


# ---- corrections ----------------------------------------------------------------------------------------------------
def correct(number: int, key: str, reason: str = "misread", **typed: str):
    with transaction() as session:
        pile = paper.only_pile(session)
        return correct_sheet(session, paper.place(session), pile, get_sheet(session, pile, number), key, typed, reason)


def test_a_corrected_answer_is_what_the_analysis_reads_and_its_history_stays(study):
    with transaction() as session:
        paper.enter(session, 417)
    correct(417, "L1", L1="2")
    correct(417, "L1", L1="2")
    correct(417, "SHARE", SHARE="i")
    changes = read_session().scalars(select(AnswerChange).order_by(AnswerChange.item)).all()
    audit = read_session().scalars(select(Audit).where(Audit.action == "correct_answer").order_by(Audit.id)).all()

    assert (answers_of(417)["L1"], answers_of(417)["SHARE"]) == (2, -92)
    assert answers_of(417)["L2"] == 5
    assert [(row.item, row.old, row.new, row.reason, row.batch) for row in changes] == [
        ("L1", {"value": 4, "mark": None}, {"value": 2, "mark": None}, "misread", "north"),
        ("SHARE", {"value": 40, "mark": None}, {"value": -92, "mark": ILLEGIBLE}, "misread", "north")]
    assert [row.after for row in audit] == [{"item": "L1", "n_changed": 1, "batch": "north"},
                                            {"item": "SHARE", "n_changed": 1, "batch": "north"}]


def test_a_correction_needs_a_reason_and_something_that_can_stand_there(study):
    with transaction() as session:
        paper.enter(session, 417)

    with pytest.raises(BadInput, match="needs a reason"):
        correct(417, "L1", " ", L1="2")
    assert correct(417, "L1", L1="9").values == {"typed": "9"}
    with pytest.raises(AppError, match="no such question"):
        correct(417, "DOUBLE", DOUBLE="2")
    with pytest.raises(AppError, match="no sheet 418"):
        correct(418, "L1", L1="2")
    assert count(AnswerChange) == 0


def test_a_drawn_sheet_is_not_mended_before_its_second_entry(study):
    number = enter_pile()[0]

    with pytest.raises(Refused, match="drawn for a second entry"):
        correct(number, "L1", L1="2")
    again(number, L1="2")
    correct(number, "L1", L1="3")
    assert answers_of(number)["L1"] == 3
    assert open_differences(number) == set()


def test_the_history_is_only_added_to(study, any_database: Database):
    with transaction() as session:
        paper.enter(session, 417)
    correct(417, "L1", L1="2")

    with pytest.raises(DatabaseError, match="only added to"), any_database.engine.begin() as connection:
        connection.execute(text("UPDATE answer_change SET reason = 'another'"))


def test_a_sheet_entered_by_mistake_is_taken_back(study):
    with transaction() as session:
        paper.enter(session, 417)
        paper.enter(session, 418)
    with transaction() as session:
        pile = paper.only_pile(session)
        take_back(session, paper.place(session), pile, get_sheet(session, pile, 417), "entered twice")
    audit = read_session().scalars(select(Audit).where(Audit.action == "take_sheet_back")).one()

    assert (count(Response), count(PaperSheet)) == (1, 1)
    assert audit.after == {"batch": "north", "reason": "entered twice"}


def test_erased_answers_take_the_history_with_them(study):
    with transaction() as session:
        paper.enter(session, 417)
    correct(417, "L1", L1="2")
    with transaction() as session:
        here = paper.place(session)
        here.study.erasure = ANSWERS
        erase_study(session, here.study)

    assert (count(Response), count(AnswerChange), count(PaperSheet)) == (0, 0, 0)


# ---- anonymity ------------------------------------------------------------------------------------------------------
TABLES = ("paper_pile", "paper_sheet", "answer_change")


def test_no_table_of_the_check_leads_to_a_person(study, any_database: Database):
    found = {(table, key["referred_table"]) for table in TABLES
             for key in inspect(any_database.engine).get_foreign_keys(table)}

    assert not {referred for _, referred in found} & {"invitation", "respondent_key", "pseudonym", "receipt",
                                                      "spent_link", "slip_batch"}
    assert found == {("paper_pile", "questionnaire_link"), ("paper_sheet", "response"), ("paper_sheet", "paper_pile"),
                     ("paper_sheet", "account"), ("answer_change", "questionnaire_link"),
                     ("answer_change", "response"), ("answer_change", "account")}


def test_sheets_have_no_instant_no_day_and_no_row_order():
    table = PaperSheet.__table__
    assert not any(isinstance(column.type, (Date, DateTime)) for column in table.columns)
    assert table.dialect_options["sqlite"]["with_rowid"] is False
    assert AnswerChange.__table__.dialect_options["sqlite"]["with_rowid"] is False


def test_the_history_of_an_anonymous_questionnaire_does_not_say_whose_answer_it_was(study, any_database: Database):
    with transaction() as session:
        paper.enter(session, 417)
    correct(417, "L1", L1="2")
    key = read_session().scalars(select(Response.key)).one()
    kept = [dict(row) for row in read_session().execute(text("SELECT * FROM answer_change")).mappings()]

    assert len(kept) == 1
    assert kept[0]["response_key"] is None
    assert key not in str(kept)
    with pytest.raises(DatabaseError, match="does not say whose"), any_database.engine.begin() as connection:
        connection.execute(text(
            "INSERT INTO answer_change (key, link_id, response_key, item, cause, old, new, reason, on_day) "
            "SELECT 'x', link_id, :key, item, cause, old, new, reason, on_day FROM answer_change"), {"key": key})


def test_the_log_of_second_entry_names_no_sheet_and_no_answer(study):
    numbers = enter_pile()
    again(numbers[0], L1="5")
    settle(numbers[0], "L1", "second")
    correct(numbers[0], "L2", L2="3")
    keys = list(read_session().scalars(select(Response.key)))
    rows = read_session().scalars(select(Audit).where(Audit.action.in_(
        ("enter_sheet", "enter_sheet_again", "correct_answer", "finish_pile")))).all()

    assert len(rows) == 10
    for row in rows:
        said = f"{row.subject} {row.before} {row.after}"
        assert not any(key in said for key in keys)
        assert not {str(number) for number in numbers} & set(re.findall(r"\b\d{3,4}\b", said))
        assert set(row.after or {}) <= {"batch", "item", "n_changed", "pile", "n_sheets", "n_drawn", "seed"}


def test_after_the_check_nothing_joins_a_stored_answer_to_a_sheet(study, any_database: Database):
    for number in enter_pile():
        again(number, L1="5")
        settle(number, "L1", "second")
    end()
    close()
    keys = list(read_session().scalars(select(Response.key)))
    left = "".join(str([dict(row) for row in read_session().execute(text(f"SELECT * FROM {table}")).mappings()])  # noqa: S608 - our own names
                   for table in TABLES)

    assert len(keys) == 6
    assert not any(key in left for key in keys)


def test_marks_are_shown_of_finished_piles_of_enough_sheets_and_of_all_after_closing(study):
    enter_pile(5, L1="i", L2="d")
    with transaction() as session:
        paper.enter(session, batch="south", L1="i")
        here = paper.place(session)
        finish_pile(session, here.study, here.wave, list_piles(session, here.link)[1])
    while_open = figures()
    close()
    after = figures()

    assert (while_open.n_illegible, while_open.n_double) == (5, 5)
    assert (after.n_illegible, after.n_double) == (6, 5)
    assert {item.key: (item.n_illegible, item.n_double) for item in after.items} == {"L1": (6, 0), "L2": (0, 5)}


def test_a_file_says_how_many_answers_were_corrected_and_in_no_row_which(study):
    with transaction() as session:
        for number in range(417, 423):
            paper.enter(session, number)
    correct(417, "L1", L1="2")
    close()
    session = read_session()
    here = paper.place(session)
    release = plan_release(session, here.study, here.wave, get_instrument(session, here.study, "staff"))

    assert [(one.column, one.deed, one.n) for one in release.treatments if one.deed == "corrected"] == [
        ("L1", "corrected", 1)]
    assert not any("corrected_items" in table.header for table in release.tables)



# ---- screens and quotas ---------------------------------------------------------------------------------------------
@pytest.fixture
def gated(any_database: Database) -> None:
    """The small questionnaire for tellers only, two of them at most."""
    with transaction() as session:
        make.study(session, "small", make.instrument(
            screens=(Screen("staff_only", "${ROLE} = 'rm'", make.both("Only for tellers.")),),
            quotas=(Quota("tellers", "${ROLE} = 'teller'", 2, make.both("Enough.")),)))


def test_a_question_that_decides_who_takes_part_is_not_corrected_alone(gated):
    with transaction() as session:
        paper.enter(session, 417)

    with pytest.raises(Refused, match="decides who takes part"):
        correct(417, "ROLE", ROLE="1")
    correct(417, "L1", L1="2")


def test_a_sheet_taken_back_gives_its_place_in_a_quota_to_another(gated):
    with transaction() as session:
        for number in (417, 418, 419):
            paper.enter(session, number)
    with transaction() as session:
        pile = paper.only_pile(session)
        take_back(session, paper.place(session), pile, get_sheet(session, pile, 417), "entered twice")
        paper.enter(session, 420)
        paper.enter(session, 421)
        states = {sheet.number: session.get_one(Response, sheet.response_key).state for sheet in sheets_of(
            session, pile)}

    assert states == {418: SUBMITTED, 419: QUOTA_FULL, 420: SUBMITTED, 421: QUOTA_FULL}


def test_a_sheet_that_a_screen_ended_is_compared_as_it_was_typed(gated):
    number = enter_pile(1, ROLE="1", LOAD="30")[0]
    again(number, ROLE="1", LOAD="35")

    assert open_differences(number) == {"LOAD"}
    with pytest.raises(Refused, match="not handed in"):
        settle(number, "LOAD", "second")
    settle(number, "LOAD", "first")
