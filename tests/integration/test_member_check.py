"""Respondent validation: what was sent, what came back, and that only a correction changes what is quoted."""

from datetime import date

import pytest
from sqlalchemy import select

from surveyapp.dataset import load_tables
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, NotFound, Refused, Stale
from surveyapp.models.account import Account
from surveyapp.models.audit import Audit
from surveyapp.models.coding import Coding, Memo
from surveyapp.services.coding import apply_code, set_edited_quote
from surveyapp.services.interview import current_version, get_interview, list_turns, log_interview
from surveyapp.services.member_check import (
    Point,
    count_checks,
    load_summary,
    mark_sent,
    record_answer,
    save_summary,
)
from surveyapp.services.member_check_text import letter_document, letter_text
from surveyapp.services.note_taking import Typed, load_note_page, save_notes
from surveyapp.services.note_text import finish_notes
from surveyapp.services.passage import seen_codings
from surveyapp.services.study import get_wave
from surveyapp.services.word_document import read_word_document
from tests.factories import coding as make

SENT_ON, BACK_ON = date(2026, 3, 10), date(2026, 3, 17)


@pytest.fixture
def study(any_database: Database):
    with transaction() as session:
        return make.bank_study(session)


@pytest.fixture
def boss(study) -> Account:
    with transaction() as session:
        return make.member(session, study, "boss", "researcher")


@pytest.fixture
def noted(study, boss):
    """An interview with finished notes on two questions, a passage of one of them coded."""
    with transaction() as session:
        interview = log_interview(session, study, make.log(record="notes"))
        save_notes(session, study, interview, {"Q1": Typed("负责两百户", 0), "Q5": Typed("要登五个系统，很慢", 0)})
        finish_notes(session, "s" * 48, study, interview, {})
        row = apply_code(session, study, interview, boss, make.passage(session, interview, "五个系统"), "PRB.INFO")
        set_edited_quote(session, study, interview, boss, Coding, row.id, {"zh": "五个系统"})
    return interview


def sent(study, boss) -> None:
    with transaction() as session:
        interview = get_interview(session, study, "I01")
        points = load_summary(session, study, interview, boss).points
        save_summary(session, study, interview, points, version=0, account=boss)
        mark_sent(session, study, interview, SENT_ON, version=1, account=boss)


def answered(study, boss, state: str, corrections: dict[int, str] | None = None, on: date = BACK_ON, version: int = 2):
    with transaction() as session:
        return record_answer(session, study, get_interview(session, study, "I01"), state, on, version=version,
                             account=boss, corrections=corrections)


def text(study) -> str:
    close_read_session()
    return current_version(read_session(), get_interview(read_session(), study, "I01")).text


def test_notes_are_summarised_by_question(study, boss, noted):
    summary = load_summary(read_session(), study, noted, boss)

    assert summary.points == (Point("Q1", "负责两百户"), Point("Q5", "要登五个系统，很慢"))
    assert (summary.state, summary.version) == ("draft", 0)


def test_a_transcript_is_summarised_by_the_codings_one_may_see(study, boss):
    with transaction() as session:
        ann = make.member(session, study, "ann")
        interview = make.interview(session, study)
        apply_code(session, study, interview, boss, make.passage(session, interview, "客户👨‍👩‍👧说好"), "PRB.INFO")

    (point,) = load_summary(read_session(), study, interview, boss).points
    assert (point.box, point.text.endswith("客户👨‍👩‍👧说好")) == ("PRB.INFO", True)
    assert len(load_summary(read_session(), study, interview, ann).points) == 1


def test_a_confirmed_summary_changes_nothing_but_the_record(study, boss, noted):
    before = text(study)
    sent(study, boss)

    done = answered(study, boss, "confirmed")

    close_read_session()
    summary = load_summary(read_session(), study, noted, boss)
    assert (summary.state, summary.sent_on, summary.answered_on) == ("confirmed", SENT_ON, BACK_ON)
    assert (done.n_turns, done.n_memos, text(study)) == (0, 0, before)


def test_a_correction_makes_a_new_text_and_what_it_touches_comes_up_for_review(study, boss, noted):
    sent(study, boss)

    done = answered(study, boss, "corrected", {0: "  ", 1: "要登三个系统，很慢"})

    assert (done.n_turns, done.n_to_review, done.n_memos) == (1, 1, 0)
    assert text(study) == "负责两百户\n\n要登三个系统，很慢"
    interview = get_interview(read_session(), study, "I01")
    version = current_version(read_session(), interview)
    assert version.number == 2
    assert [turn.speaker for turn in list_turns(read_session(), version)] == ["Q1", "Q5"]
    (coding,) = seen_codings(read_session(), interview, boss)
    assert version.text[coding.start:coding.end] == coding.quote
    boxes = {box.key: box.text for box in load_note_page(read_session(), study, interview).boxes if box.text}
    assert boxes["Q5"] == "要登三个系统，很慢"


def test_a_correction_of_a_transcript_becomes_a_memo(study, boss):
    with transaction() as session:
        interview = make.interview(session, study)
        apply_code(session, study, interview, boss, make.passage(session, interview, "客户👨‍👩‍👧说好"), "PRB.INFO")
    before = text(study)
    sent(study, boss)

    done = answered(study, boss, "corrected", {0: "并不是都说好"})

    assert (done.n_turns, done.n_memos, text(study)) == (0, 1, before)
    assert read_session().scalars(select(Memo.text)).all() == ["PRB.INFO: 并不是都说好"]


@pytest.mark.parametrize(("state", "corrections", "fault", "words"), [
    ("corrected", {}, BadInput, "do not agree"), ("confirmed", {0: "x"}, BadInput, "do not agree"),
    ("lost", {}, BadInput, "not what can come back"),
    ("corrected", {0: "打13812345678找我"}, Refused, "may tell who is meant")])
def test_an_answer_that_cannot_be_is_refused_and_changes_nothing(study, boss, noted, state: str, corrections: dict,
                                                                 fault: type, words: str):
    sent(study, boss)
    before = text(study)

    with pytest.raises(fault, match=words):
        answered(study, boss, state, corrections)

    assert text(study) == before
    assert load_summary(read_session(), study, noted, boss).state == "sent"


def test_an_answer_may_come_after_it_was_given_up_but_only_once(study, boss, noted):
    sent(study, boss)
    answered(study, boss, "not_returned")

    answered(study, boss, "confirmed", version=3)

    with pytest.raises(Refused, match="No answer is awaited"):
        answered(study, boss, "corrected", {0: "x"}, version=4)
    with pytest.raises(Stale):
        answered(study, boss, "confirmed", version=1)


def test_what_was_sent_stays_as_it_was_sent(study, boss, noted):
    sent(study, boss)

    with pytest.raises(Refused, match="sent as it is"), transaction() as session:
        save_summary(session, study, get_interview(session, study, "I01"), [Point("Q1", "x")], version=2)
    with pytest.raises(BadInput, match="dated before"):
        answered(study, boss, "confirmed", on=date(2026, 3, 1))


def test_without_a_saved_summary_nothing_is_sent(study, boss, noted):
    with pytest.raises(NotFound), transaction() as session:
        mark_sent(session, study, get_interview(session, study, "I01"), SENT_ON, version=0)
    with pytest.raises(BadInput, match="1 to 60 points"), transaction() as session:
        save_summary(session, study, get_interview(session, study, "I01"), [Point("Q1", " ")], version=0)


def test_counts_reach_the_diagnosis_and_drafts_are_none(study, boss, noted):
    assert count_checks(read_session(), study) == {"all": 0}
    sent(study, boss)
    close_read_session()

    session = read_session()
    tables = load_tables(session, study, get_wave(session, study))

    assert tables.member_checks == {"all": 1, "sent": 1}


def test_the_audit_log_holds_states_and_no_words(study, boss, noted):
    sent(study, boss)
    answered(study, boss, "confirmed")

    rows = read_session().scalars(select(Audit).where(Audit.action == "member_check").order_by(Audit.id)).all()
    assert [row.after["state"] for row in rows] == ["draft", "sent", "confirmed"]
    assert not any("负责" in str(row.after) for row in rows)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_letter_holds_every_point_as_text_and_as_a_document(language: str):
    points = [Point("Q1", "负责 <两百户> & more"), Point("Q5", "第一行\n第二行")]

    document = read_word_document(letter_document("I01", points, language), "a.docx").text

    for words in ("I01", "1. 负责 <两百户> & more", "第二行"):
        assert words in letter_text("I01", points, language)
        assert words in document
