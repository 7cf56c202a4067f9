"""What a progress report rests on: refused without an earlier wave or a release, and true to the register of today."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.results.actions import Action, ActionFollowUp, FollowUp
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.errors import Refused
from surveyapp.jobs.further_report import further_reports
from surveyapp.services.diagnosis import store_diagnosis
from surveyapp.services.progress_facts import with_newest
from surveyapp.services.report_release import recall_release
from surveyapp.services.study import close_wave, get_wave
from surveyapp.services.wave import add_wave, start_wave
from tests.factories import coding as make
from tests.factories.action import diagnosed_study, released, released_study
from tests.factories.diagnosis import rich_diagnosis

ACCEPTED = Action("S1.2", "accepted", "2026-10-19", "Board", units=("retail",))
FOUND = FollowUp("w1", "w2", 1, "2026-10-12", "D_DEPT", (ActionFollowUp(ACCEPTED, None, None),), ("S3.1",))


def second_wave(follow_up: FollowUp | None) -> None:
    """Close a second wave and store a diagnosis of it, with or without what became of earlier decisions."""
    with transaction() as session:
        study = make.find_study(session)
        start_wave(session, study, add_wave(session, study, "w2"))
        wave = get_wave(session, study, "w2")
        close_wave(session, study, wave)
        store_diagnosis(session, study, wave, replace(rich_diagnosis(make.bank_template()), follow_up=follow_up))
    close_read_session()


def progress(words: str) -> None:
    with pytest.raises(Refused, match=words):
        further_reports(make.find_study(read_session()), "progress", None, ["en"])


def test_a_first_wave_has_no_progress_report(database):
    with transaction() as session:
        diagnosed_study(session)

    progress("Before w1 there is no closed wave")


def test_without_a_released_report_there_is_nothing_to_follow(database):
    with transaction() as session:
        diagnosed_study(session)

    second_wave(None)

    progress("No report on a wave before w2 is released")


def test_a_diagnosis_older_than_the_release_is_refused_with_the_remedy(database):
    with transaction() as session:
        released_study(session)

    second_wave(None)

    progress("older than the release")


def test_a_recalled_report_is_followed_no_longer(database):
    with transaction() as session:
        released_study(session)
    second_wave(FOUND)

    with transaction() as session:
        recall_release(session, make.find_study(session), released(session), "A wrong figure on page 3.")
    close_read_session()

    progress("No report on a wave before w2 is released")


def test_the_newest_entry_stands_and_a_comparison_keeps_the_units_it_was_made_of():
    done = replace(ACCEPTED, progress="done")
    wider = replace(ACCEPTED, units=("retail", "corporate"))
    late = Action("S3.1", "rejected", "2026-11-20", "Board", "No.")

    same, moved = with_newest(FOUND, {"S1.2": done, "S3.1": late})
    kept, changed = with_newest(FOUND, {"S1.2": wider})

    assert [row.action for row in same.actions] == [done, late]
    assert (same.undecided, moved) == ((), ())
    assert (kept.actions[0].action, changed, kept.undecided) == (ACCEPTED, ("S1.2",), ("S3.1",))
