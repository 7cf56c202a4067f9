"""A follow-up with every verdict, stored as that of the newest diagnosis."""

from __future__ import annotations

from dataclasses import replace

from analysis.results.actions import Action, ActionContrast, ActionFollowUp, FollowUp, SideChange
from analysis.results.measurement import Estimate
from surveyapp.db.session import close_read_session, transaction
from surveyapp.services.diagnosis import diagnosis_of, newest_diagnosis, store_diagnosis
from surveyapp.services.study import get_wave
from tests.factories import coding as make
from tests.factories.action import accepted


def change(value: float, half: float = 0.2) -> Estimate:
    return Estimate(value, value - half, value + half, 200, "test")


def contrasts() -> tuple[ActionContrast, ...]:
    """Return one comparison with each verdict."""
    sides = SideChange(68, 61, change(-0.68)), SideChange(92, 104, change(-0.23))
    nothing = SideChange(None, None, None)
    return (
        ActionContrast("PRB_INFO", *sides, change(-0.45), 0.01, 0.03, "apart"),
        ActionContrast("PRB_GOAL", *sides, change(-0.05), 0.7, 0.7, "not_apart"),
        ActionContrast("PRB_EFFECT", *sides, change(-0.3, 0.5), 0.2, None, "cannot_judge"),
        ActionContrast("PRB_SYSTEM", nothing, nothing, None, None, None, "too_few"),
        ActionContrast("PRB_DIFF", nothing, nothing, None, None, None, "not_comparable", ("items_changed",)),
        ActionContrast("PRB_MAINT", sides[0], nothing, None, None, None, "no_others"))


def every_verdict(action: Action, *others: ActionFollowUp) -> FollowUp:
    """Return a follow-up in which one action has a comparison with each verdict."""
    return FollowUp("w1", "w2", 1, "2026-10-12", "D_DEPT",
                    (ActionFollowUp(action, change(0.25), change(0.54), contrasts()), *others), ("S3.1",), 10, 30, 0.25,
                    "test")


def shown_follow_up() -> None:
    """Store a later diagnosis whose follow-up has one measure carried out and one rejected."""
    with transaction() as session:
        found = every_verdict(accepted(session), ActionFollowUp(
            accepted(session, "S2.1", decision="rejected", reason="Not ours to decide."), None, None))
        bank = make.find_study(session)
        stored = newest_diagnosis(session, bank)
        assert stored is not None
        store_diagnosis(session, bank, get_wave(session, bank), replace(diagnosis_of(stored), follow_up=found))
    close_read_session()
