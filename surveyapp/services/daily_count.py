"""Counts of an open anonymous questionnaire: once a day, rounded down to five, not touched until the next day.

Whoever looks twice a day sees the same number twice, so that nobody can watch an answer arrive.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.privacy import rounded_count
from surveyapp.db.base import utc_now
from surveyapp.models.fieldwork import FieldworkDay
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.protection import count_protected
from surveyapp.services.webhook_event import announce_count

SUBMITTED_COUNT = "n_submitted"


def take_daily_counts(session: Session, now: datetime | None = None) -> int:
    """Store today's rounded count of every open anonymous questionnaire without one; return how many were taken."""
    now = now or utc_now()
    found = session.execute(
        select(QuestionnaireLink, Study.time_zone).join(Wave, Wave.id == QuestionnaireLink.wave_id)
        .join(Study, Study.id == Wave.study_id)
        .where(Wave.closed_at.is_(None), QuestionnaireLink.is_test.is_(False)).order_by(QuestionnaireLink.id)).all()
    n = 0
    for link, zone in found:
        if not link.is_anonymous:
            continue
        day = now.astimezone(ZoneInfo(zone)).date()
        row = session.scalar(select(FieldworkDay).where(FieldworkDay.link_id == link.id, FieldworkDay.day == day))
        if row is not None and SUBMITTED_COUNT in row.counts:
            continue
        counts = {SUBMITTED_COUNT: rounded_count(count_protected(session, [link]))}
        if row is None:
            session.add(FieldworkDay(link_id=link.id, day=day, counts=counts))
        else:
            row.counts = {**row.counts, **counts}
        announce_count(session, link, day, counts[SUBMITTED_COUNT])
        n += 1
    session.flush()
    return n


def newest_count(session: Session, link: QuestionnaireLink) -> tuple[int, date | None]:
    """Return the count taken last and its day; 0 and None before the first."""
    rows = session.scalars(select(FieldworkDay).where(FieldworkDay.link_id == link.id)
                           .order_by(FieldworkDay.day.desc()).limit(10))
    for row in rows:
        if SUBMITTED_COUNT in row.counts:
            return int(row.counts[SUBMITTED_COUNT]), row.day
    return 0, None
