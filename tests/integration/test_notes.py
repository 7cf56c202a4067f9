"""Notes during an interview: nothing written is lost, and what is stored for coding names nobody."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from surveyapp.db.base import utc_now
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, NotFound, Refused
from surveyapp.models.identity import IdentityKey
from surveyapp.models.interview import Interview, TranscriptFile
from surveyapp.models.note import NoteSave
from surveyapp.services.coding import apply_code
from surveyapp.services.interview import current_version, get_interview, list_turns, log_interview
from surveyapp.services.note_taking import (
    LONGEST_NOTE,
    REST,
    Typed,
    give_consent,
    load_note_page,
    save_notes,
    start_clock,
    stop_clock,
)
from surveyapp.services.note_text import finish_notes, reopen_notes, transcript_of_notes
from tests.factories import coding as make

SECRET = "s" * 48


@pytest.fixture
def study(any_database: Database):
    with transaction() as session:
        return make.bank_study(session)


@pytest.fixture
def interview(study) -> Interview:
    with transaction() as session:
        return log_interview(session, study, make.log(record="notes"))


def write(study, box: str, text: str, number: int = 0, *, tab: str = "", state: str | None = None):
    with transaction() as session:
        return save_notes(session, study, get_interview(session, study, "I01"), {box: Typed(text, number, state)},
                          tab=tab)


def boxes(study) -> dict[str, str]:
    close_read_session()
    page = load_note_page(read_session(), study, get_interview(read_session(), study, "I01"))
    return {box.key: box.text for box in page.boxes if box.text}


def finish(study, decisions: dict[str, str | None]):
    with transaction() as session:
        return finish_notes(session, SECRET, study, get_interview(session, study, "I01"), decisions)


def test_the_screen_shows_the_questions_of_the_group_and_a_box_for_the_rest(study, interview):
    page = load_note_page(read_session(), study, interview)

    keys = [box.key for box in page.boxes]
    assert keys[0] == "Q1"
    assert keys[-1] == REST
    assert all("staff" in box.question.audiences for box in page.boxes if box.question)
    assert page.clock.planned == 60


def test_a_save_over_an_older_text_gives_both_texts_and_overwrites_nothing(study, interview):
    write(study, "Q1", "first", tab="a")
    write(study, "Q1", "first and more", 1, tab="a")

    saved = write(study, "Q1", "written elsewhere", 1, tab="b")

    assert saved.numbers == {}
    assert (saved.conflicts["Q1"].text, saved.conflicts["Q1"].number) == ("first and more", 2)
    assert boxes(study) == {"Q1": "first and more"}
    assert write(study, "Q1", "first and more; written elsewhere", 2, tab="b").numbers == {"Q1": 3}


def test_a_page_that_never_heard_the_answer_may_repeat_its_save(study, interview):
    write(study, "Q1", "first", tab="a")

    repeated, gone_on = write(study, "Q1", "first", tab="a"), write(study, "Q1", "first, then more", tab="a")

    assert (repeated.numbers, gone_on.numbers) == ({"Q1": 1}, {"Q1": 2})
    assert boxes(study) == {"Q1": "first, then more"}


def test_every_save_is_kept_until_the_notes_are_finished(study, interview):
    for number, text in enumerate(("a", "ab", "abc")):
        write(study, "Q1", text, number)

    rows = read_session().scalars(select(NoteSave.text).order_by(NoteSave.number)).all()
    assert rows == ["a", "ab", "abc"]
    finish(study, {})
    close_read_session()
    assert read_session().scalars(select(NoteSave.text)).all() == ["abc"]


def test_ticks_are_noted_with_the_text(study, interview):
    write(study, "Q1", "text", state="covered")
    write(study, "Q2", "", state="skipped")
    write(study, "Q2", "", state="")

    close_read_session()
    assert get_interview(read_session(), study, "I01").questions == {"Q1": "covered"}


@pytest.mark.parametrize(("box", "text", "state", "fault"), [
    ("Q99", "x", None, NotFound), ("Q1", "x" * (LONGEST_NOTE + 1), None, BadInput), ("Q1", "x", "perhaps", BadInput)])
def test_what_no_box_takes_is_refused(study, interview, box: str, text: str, state: str | None, fault: type):
    with pytest.raises(fault):
        write(study, box, text, state=state)


def test_without_consent_nothing_is_stored(study):
    with transaction() as session:
        log_interview(session, study, make.log(has_consent=False, record="notes"))

    with pytest.raises(Refused, match="Without consent no notes"):
        write(study, "Q1", "x")

    with transaction() as session:
        give_consent(session, study, get_interview(session, study, "I01"))
    assert write(study, "Q1", "x").numbers == {"Q1": 1}


def test_the_clock_counts_minutes_and_fills_in_the_length(study, interview):
    start = utc_now() - timedelta(minutes=42, seconds=10)
    with transaction() as session:
        start_clock(session, get_interview(session, study, "I01"), start)
        start_clock(session, get_interview(session, study, "I01"))
    page = load_note_page(read_session(), study, interview)
    with transaction() as session:
        stop_clock(session, get_interview(session, study, "I01"), start + timedelta(minutes=47))

    close_read_session()
    assert page.clock.minutes == 42
    assert get_interview(read_session(), study, "I01").duration_min == 47


def test_finished_notes_are_a_text_with_a_turn_a_box_named_by_its_question(study, interview):
    write(study, "Q2", "系统慢。\n「要登五个系统」")
    write(study, "Q1", "负责两百户。\r\n")
    write(study, REST, "  气氛很好  ")

    assert finish(study, {}) == ()

    close_read_session()
    stored = get_interview(read_session(), study, "I01")
    version = current_version(read_session(), stored)
    assert version.text == "负责两百户。\n\n系统慢。\n「要登五个系统」\n\n气氛很好"
    assert [(turn.speaker, version.text[turn.start:turn.end], turn.is_interviewee)
            for turn in list_turns(read_session(), version)] == [
        ("Q1", "负责两百户。", True), ("Q2", "系统慢。\n「要登五个系统」", True), ("其他", "气氛很好", True)]
    assert stored.record == "notes"
    with pytest.raises(Refused, match="are finished"):
        write(study, "Q1", "more", 1)


def test_names_and_numbers_are_decided_on_before_anything_is_stored(study, interview):
    write(study, "Q1", "客户王小明先生的电话是13812345678。")
    write(study, "Q2", "王小明先生还说「系统慢」")

    undecided = finish(study, {})

    assert {"13812345678"} <= {row.words for row in undecided}
    assert current_version(read_session(), get_interview(read_session(), study, "I01")) is None
    decisions = {row.words: row.replacement for row in undecided}
    assert finish(study, decisions) == ()
    close_read_session()
    session = read_session()
    version = current_version(session, get_interview(session, study, "I01"))
    everything = [version.text, *boxes(study).values(), *session.scalars(select(NoteSave.text)),
                  *(content.decode() for content in session.scalars(select(TranscriptFile.content)))]
    assert not any(words in text for text in everything for words in decisions)
    assert [turn.speaker for turn in list_turns(session, version)] == ["Q1", "Q2"]
    assert version.text.endswith("还说「系统慢」")
    assert session.scalar(select(func.count()).select_from(IdentityKey)) == len(decisions)


def test_finished_notes_open_again_until_something_is_coded(study, interview):
    write(study, "Q1", "系统慢")
    finish(study, {})
    with transaction() as session:
        reopen_notes(session, study, get_interview(session, study, "I01"))
    number = next(box.number for box in load_note_page(read_session(), study, interview).boxes if box.key == "Q1")
    write(study, "Q1", "系统很慢", number)
    finish(study, {})
    with transaction() as session:
        stored = get_interview(session, study, "I01")
        apply_code(session, study, stored, make.member(session, study, "ann"),
                   make.passage(session, stored, "系统很慢"), "PRB.INFO")

    with pytest.raises(Refused, match="coded already"), transaction() as session:
        reopen_notes(session, study, get_interview(session, study, "I01"))


def test_notes_without_words_are_no_text(study, interview):
    write(study, "Q1", " \n ")

    with pytest.raises(BadInput, match="no notes yet"):
        finish(study, {})


def test_sqlite_overwrites_what_finishing_deletes(database: Database):
    with transaction() as session:
        study = make.bank_study(session)
        log_interview(session, study, make.log(record="notes"))
    write(study, "Q1", "unmistakable-draft")
    write(study, "Q1", "what stayed", 1)

    finish(study, {})

    close_read_session()
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"unmistakable-draft" not in Path(database.engine.url.database).read_bytes()


@given(st.lists(st.text(st.characters(exclude_characters="\r\x00", exclude_categories=("Cs",)), max_size=30),
                min_size=1, max_size=6))
def test_every_turn_holds_exactly_its_note(notes: list[str]):
    wanted = [note.strip() for note in notes if note.strip()]
    if not wanted:
        return

    transcript = transcript_of_notes([(f"Q{place}", note) for place, note in enumerate(notes)], "zh")

    assert [transcript.text[turn.start:turn.end] for turn in transcript.turns] == wanted
