"""The days of fieldwork a report tells are those of its own wave."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.services.action_feed import facts_at
from surveyapp.services.study import close_wave, facts_of, get_wave, set_facts
from surveyapp.services.wave import add_wave, start_wave
from tests.factories import coding as make


def _noon(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 4, tzinfo=UTC)        # noon in the study's time zone


@pytest.fixture
def two_waves(any_database: Database) -> None:
    with transaction() as session:
        study = make.bank_study(session)
        first = get_wave(session, study, "w1")
        close_wave(session, study, first)
        first.opened_at, first.closed_at = _noon(9, 1), _noon(9, 20)
        second = add_wave(session, study, "w2")
        start_wave(session, study, second)
        close_wave(session, study, second)
        second.opened_at, second.closed_at = _noon(11, 18), _noon(11, 26)
    close_read_session()


def _told(wave: str, begun: str, ended: str) -> tuple[str, str]:
    with transaction() as session:
        study = make.find_study(session)
        set_facts(session, study, replace(facts_of(study), fieldwork_from=begun, fieldwork_until=ended))
    close_read_session()
    session = read_session()
    study = make.find_study(session)
    facts = facts_at(session, study, get_wave(session, study, wave))
    return facts.fieldwork_from, facts.fieldwork_until


def test_a_second_wave_does_not_tell_the_days_of_the_first(two_waves: None) -> None:
    assert _told("w1", "2026-09-01", "2026-09-19") == ("2026-09-01", "2026-09-19")
    assert _told("w2", "2026-09-01", "2026-09-19") == ("2026-11-18", "2026-11-26")


def test_days_entered_for_the_second_wave_are_not_told_of_the_first(two_waves: None) -> None:
    assert _told("w2", "2026-11-17", "2026-11-25") == ("2026-11-17", "2026-11-25")
    assert _told("w1", "2026-11-17", "2026-11-25") == ("2026-09-01", "2026-09-20")


def test_answers_gathered_before_the_study_was_made_keep_the_days_entered(two_waves: None) -> None:
    assert _told("w1", "2026-03-02", "2026-03-20") == ("2026-03-02", "2026-03-20")


def test_where_no_days_were_entered_none_are_told(two_waves: None) -> None:
    assert _told("w2", "", "") == ("", "")
