"""A released report of a hand-made diagnosis, and decisions on its measures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from analysis.results.actions import Action, KpiReading, Milestone
from surveyapp.models.report_release import ReportRelease
from surveyapp.models.study import Study
from surveyapp.services.action import Register, load_register
from surveyapp.services.diagnosis import newest_diagnosis, store_diagnosis, store_report
from surveyapp.services.report_release import get_release, release_report, today_of
from surveyapp.services.study import close_wave, get_wave
from tests.factories import coding as make
from tests.factories.diagnosis import rich_diagnosis

SINCE = 100             # days since the report was released
PDF = b"%PDF-1.7 the report"


def diagnosed_study(session: Session) -> Study:
    """Return the bank study, synthetic, closed, with a diagnosis made by hand and its report in two languages."""
    study = make.bank_study(session)
    study.is_synthetic = True           # so that its report may have been released in the past
    make.member(session, study, "ann", "researcher")
    make.member(session, study, "may", "manager")
    make.member(session, study, "mo", "manager")
    wave = get_wave(session, study)
    close_wave(session, study, wave)
    stored = store_diagnosis(session, study, wave, rich_diagnosis(make.bank_template()))
    for language in ("en", "zh"):
        store_report(session, stored, language, PDF + language.encode())
    return study


def released_study(session: Session, days: int = SINCE) -> Study:
    """Return the same study with its report released so many days ago."""
    study = diagnosed_study(session)
    release_report(session, study, make.find(session, "ann"), sample_day=today_of(study) - timedelta(days=days))
    return study


def released(session: Session) -> ReportRelease:
    return get_release(session, make.find_study(session))


def register(session: Session, today: date | None = None) -> Register:
    return load_register(session, make.find_study(session), released(session), today)


def day(session: Session, after: int) -> str:
    """Return the day so many days after the release."""
    return (released(session).released_on + timedelta(days=after)).isoformat()


def accepted(session: Session, measure: str = "S1.2", **changes: Any) -> Action:
    """Return a decision to carry a measure out in two departments, with a milestone done and one open."""
    found = Action(
        measure, "accepted", day(session, 5), "Branch management meeting", owner="Retail banking",
        units=("corporate", "retail"), starts_on=day(session, 10), progress="running",
        progress_on=day(session, 12), milestones=(
            Milestone("Field list issued", day(session, 20), "done", day(session, 19)),
            Milestone("Departments trained", day(session, 60))),
        readings=(KpiReading("1", 71.5, day(session, 40), "Monthly report"),))
    return replace(found, **changes)


def diagnosis_id(session: Session) -> int:
    found = newest_diagnosis(session, make.find_study(session))
    assert found is not None
    return found.id
