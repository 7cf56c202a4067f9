"""Reports are released once, dated and hashed; what was released never changes and is recalled with a reason."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, NotFound, Refused
from surveyapp.models.audit import Audit
from surveyapp.services.diagnosis import newest_diagnosis, store_report
from surveyapp.services.report_release import (
    find_release,
    get_release,
    is_intact,
    list_releases,
    recall_release,
    release_report,
    today_of,
)
from surveyapp.services.study import get_wave
from tests.factories import action as make_action
from tests.factories import coding as make


@pytest.fixture
def bank(any_database: Database) -> None:
    with transaction() as session:
        make_action.diagnosed_study(session)


def release(**options: object) -> None:
    with transaction() as session:
        release_report(session, make.find_study(session), make.find(session, "ann"), **options)
    close_read_session()


def test_a_release_holds_every_language_day_freeze_and_a_hash(bank: None):
    release(note="For the spring meeting")

    found = get_release(read_session(), make.find_study(read_session()))

    assert (found.number, [file["language"] for file in found.files], found.note) == (
        1, ["en", "zh"], "For the spring meeting")
    assert found.released_on == today_of(make.find_study(read_session()))
    assert len(found.content_hash) == 64
    assert is_intact(read_session(), found)
    told = read_session().scalars(select(Audit).where(Audit.action == "release_report")).one()
    assert told.after["content_hash"] == found.content_hash


def test_the_newest_file_of_each_language_is_released(bank: None):
    with transaction() as session:
        stored = newest_diagnosis(session, make.find_study(session))
        again = store_report(session, stored, "en", b"%PDF-1.7 written again").id
    release()

    files = get_release(read_session(), make.find_study(read_session())).files

    assert {file["language"]: file["report"] for file in files}["en"] == again
    assert len(files) == 2


def test_the_same_diagnosis_is_not_released_twice(bank: None):
    release()

    with pytest.raises(Refused, match="released already, as number"):
        release()

    assert len(list_releases(read_session(), make.find_study(read_session()))) == 1


def test_while_answers_still_arrive_nothing_is_released(bank: None):
    with transaction() as session:
        get_wave(session, make.find_study(session)).closed_at = None
    close_read_session()

    with pytest.raises(Refused, match="still open"):
        release()


def test_without_a_report_nothing_is_released(bank: None):
    with transaction() as session:
        session.execute(text("DELETE FROM report"))
    close_read_session()

    with pytest.raises(Refused, match="no final report yet"):
        release()


def test_a_real_study_is_released_today_whatever_day_is_asked_for(bank: None):
    with transaction() as session:
        make.find_study(session).is_synthetic = False
    close_read_session()
    with transaction() as session:
        study = make.find_study(session)
        found = release_report(session, study, sample_day=today_of(study).replace(year=2020))
        assert found.released_on == today_of(study)


@pytest.mark.parametrize(("statement", "words"), [
    ("UPDATE report SET content = 'other'", "A report never changes"),
    ("UPDATE report_release SET content_hash = 'other'", "What was released never changes"),
    ("UPDATE report_release SET released_on = '2001-01-01'", "What was released never changes")])
def test_nobody_changes_what_was_released_even_beside_the_program(bank: None, statement: str, words: str):
    release()

    with pytest.raises(DatabaseError, match=words), transaction() as session:
        session.execute(text(statement))

    close_read_session()
    assert is_intact(read_session(), get_release(read_session(), make.find_study(read_session())))


def test_a_recalled_report_keeps_its_reason_and_the_diagnosis_may_be_released_anew(bank: None):
    release()
    with transaction() as session:
        study = make.find_study(session)
        recall_release(session, study, get_release(session, study, 1), "The wrong customer file was used.",
                       make.find(session, "ann"))
    close_read_session()
    assert find_release(read_session(), make.find_study(read_session())) is None

    release()

    session = read_session()
    found = list_releases(session, make.find_study(session))
    assert [(one.number, one.is_recalled, one.recall_reason) for one in found] == [
        (2, False, ""), (1, True, "The wrong customer file was used.")]


@pytest.mark.parametrize("reason", ["", "  ", "wrong"])
def test_a_report_is_not_recalled_without_a_reason(bank: None, reason: str):
    release()

    with pytest.raises(BadInput, match="reason is missing"), transaction() as session:
        study = make.find_study(session)
        recall_release(session, study, get_release(session, study), reason)

    close_read_session()
    assert not get_release(read_session(), make.find_study(read_session())).is_recalled


def test_a_report_of_an_unknown_number_is_not_found(bank: None):
    with pytest.raises(NotFound, match="No report of this study is released"):
        get_release(read_session(), make.find_study(read_session()))
    with pytest.raises(NotFound, match="no released report"):
        get_release(read_session(), make.find_study(read_session()), 7)
