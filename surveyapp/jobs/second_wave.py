"""Give a sample study a past: its first report released, decided on, and a second wave with what is planted there."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from analysis.results.actions import Action, KpiReading, Milestone
from surveyapp.db.base import utc_now
from surveyapp.models.report_release import ReportRelease
from surveyapp.models.study import Study
from surveyapp.sample.answers import generate_responses
from surveyapp.sample.plan import Plan
from surveyapp.sample.second_wave import (
    CLOSED_BEFORE,
    DAYS_SINCE_RELEASE,
    DECIDED_DAYS,
    DECISIONS,
    IN_ENGLISH,
    SECOND_DAYS,
    PlantedDecision,
    day_after,
)
from surveyapp.sample.studies import sample_of
from surveyapp.services.action import load_register, save_action
from surveyapp.services.report_release import release_report, today_of
from surveyapp.services.response_import import load_sample_responses
from surveyapp.services.study import FIRST_WAVE, get_wave, instrument_of, list_links
from surveyapp.services.upkeep import close_collection
from surveyapp.services.wave import add_wave, start_wave

SECOND_WAVE, OPEN_WAVE = "w2", "w3"
OFFICE_HOUR = time(9)


def close_first_wave(session: Session, secret: str, study: Study) -> None:
    """End collection of the sample's first wave, with its final figures, on the last of its planned days."""
    sample, wave = sample_of(study.template_key), get_wave(session, study, FIRST_WAVE)
    begun, ended = (datetime.combine(day, OFFICE_HOUR, UTC) for day in sample.plan.fieldwork)
    close_collection(session, secret, study, wave)
    # A report on it is released later, where there is a second wave.
    latest = utc_now() - timedelta(days=DAYS_SINCE_RELEASE + CLOSED_BEFORE if sample.second else 0)
    wave.opened_at, wave.closed_at = min(begun, latest), min(ended, latest)


def release_with_decisions(session: Session, study: Study) -> ReportRelease:
    """Return the released report of the first wave, with what the invented management decided on it."""
    day = today_of(study) - timedelta(days=DAYS_SINCE_RELEASE)
    release = release_report(session, study, sample_day=day)
    known = {row.measure.key for row in load_register(session, study, release).rows}
    for planted in DECISIONS:
        if planted.measure in known:
            save_action(session, study, release, _action(planted, day), 0)
    return release


def _action(planted: PlantedDecision, day: date) -> Action:
    return Action(
        planted.measure, planted.decision, day_after(day, DECIDED_DAYS), planted.body, planted.reason, planted.change,  # type: ignore[arg-type]  # checked when stored
        day_after(day, planted.again_days), planted.owner, planted.units, day_after(day, planted.start_days),
        planted.progress, day_after(day, planted.progress_days),  # type: ignore[arg-type]  # the same
        tuple(Milestone(one.name, day_after(day, one.due_days), "open" if one.done_days is None else "done",
                        day_after(day, one.done_days)) for one in planted.milestones),
        tuple(KpiReading(kpi, value, day_after(day, days), source) for kpi, value, days, source in planted.readings),
        {"en": IN_ENGLISH})


def add_second_wave(session: Session, secret: str, study: Study, plan: Plan) -> None:
    """Ask everybody again: a second wave with what is planted there, closed, and an empty third one to try."""
    wave = add_wave(session, study, SECOND_WAVE)
    start_wave(session, study, wave)
    for link, published in list_links(session, wave):
        instrument = instrument_of(published)
        load_sample_responses(session, link, instrument, generate_responses(instrument, plan, published.audience))
    close_collection(session, secret, study, wave)
    wave.opened_at = utc_now() - timedelta(days=SECOND_DAYS)
    open_a_wave(session, study, OPEN_WAVE)


def open_a_wave(session: Session, study: Study, key: str) -> None:
    """Open an empty wave to try the questionnaires in."""
    start_wave(session, study, add_wave(session, study, key))
