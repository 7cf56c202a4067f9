"""What has to be done from time to time: dates applied, marks written, counts taken, figures frozen, data erased.

A worker does it every minute, `surveyapp study upkeep` at any time; doing it twice changes nothing.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.db.base import utc_now
from surveyapp.models.account import Account
from surveyapp.models.fieldwork import FieldworkClosing, FieldworkDay
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.customer import forget_uploads
from surveyapp.services.erasure import erase_if_due
from surveyapp.services.fieldwork import closing_document, n_begun_and_submitted
from surveyapp.services.fieldwork_view import day_counts
from surveyapp.services.finished import level_traces, settle_marks, write_marks
from surveyapp.services.pace import note_pace
from surveyapp.services.study import close_wave, list_studies, list_waves, reopen_wave
from surveyapp.services.wave import apply_dates
from surveyapp.services.webhook import forget_deliveries
from surveyapp.services.webhook_event import announce_count


def keep_up(session: Session, secret: str, now: datetime | None = None) -> list[str]:
    """Do what is due in every study; return what was done, in words."""
    now = now or utc_now()
    done = []
    for study in list_studies(session):
        words = apply_dates(session, study, now)
        for wave in list_waves(session, study):
            words += _keep_up_wave(session, secret, study, wave, now)
        words += erase_if_due(session, study, now.astimezone(ZoneInfo(study.time_zone)).date())
        done += [f"{study.name}: {word}" for word in words]
    note_pace(session, now)
    level_traces(session)
    forget_deliveries(session, now)
    forget_uploads(session, now)
    return done


def _keep_up_wave(session: Session, secret: str, study: Study, wave: Wave, now: datetime) -> list[str]:
    links = list(session.scalars(select(QuestionnaireLink).where(QuestionnaireLink.wave_id == wave.id)))
    if wave.closed_at is not None:
        frozen = [freeze_figures(session, secret, study, wave, link) for link in links]
        return [f"figures of {wave.key} frozen"] if any(frozen) else []
    if not wave.is_open:
        return []
    n_marked = sum(write_marks(session, secret, link) for link in links)
    n_counted = sum(_take_count(session, study, link, now) for link in links)
    return ([f"{n_marked} marked as finished"] if n_marked else []) + (
        [f"counts of {wave.key} taken"] if n_counted else [])


def _take_count(session: Session, study: Study, link: QuestionnaireLink, now: datetime) -> bool:
    """Take the counts of a day once: counts that follow every answer would show single ones arrive."""
    day = now.astimezone(ZoneInfo(study.time_zone)).date()
    taken = select(FieldworkDay.id).where(FieldworkDay.link_id == link.id, FieldworkDay.day == day)
    if session.scalar(taken) is not None:
        return False
    counts = day_counts(*n_begun_and_submitted(session, link))
    session.add(FieldworkDay(link_id=link.id, day=day, counts=counts))
    session.flush()
    announce_count(session, link, day, counts["n_submitted"])
    return True


def freeze_figures(session: Session, secret: str, study: Study, wave: Wave, link: QuestionnaireLink) -> bool:
    """Compute the final figures of a closed wave once."""
    if session.get(FieldworkClosing, link.id) is not None:
        return False
    settle_marks(session, secret, link)
    session.add(FieldworkClosing(link_id=link.id, document=closing_document(session, study, wave, link)))
    session.flush()
    return True


def close_collection(session: Session, secret: str, study: Study, wave: Wave, account: Account | None = None) -> None:
    """Close a wave now, with its last marks and final figures."""
    links = list(session.scalars(select(QuestionnaireLink).where(QuestionnaireLink.wave_id == wave.id)))
    close_wave(session, study, wave, account)
    for link in links:
        freeze_figures(session, secret, study, wave, link)


def reopen_collection(session: Session, study: Study, wave: Wave, account: Account | None = None) -> None:
    """Take answers again; the figures of the closing are taken away, and computed anew at the next one."""
    reopen_wave(session, study, wave, account)
    for link in session.scalars(select(QuestionnaireLink).where(QuestionnaireLink.wave_id == wave.id)):
        closing = session.get(FieldworkClosing, link.id)
        if closing is not None:
            session.delete(closing)
    session.flush()
