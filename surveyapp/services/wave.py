"""Waves: made, planned, opened, closed; and what counts as a complete response in them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, Refused
from surveyapp.models.account import Account
from surveyapp.models.response import Response
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.audit import record_change
from surveyapp.services.study import add_link, close_wave, current_versions, list_waves
from surveyapp.services.wave_dates import GRACE
from surveyapp.services.webhook_event import WAVE_OPENED, announce_wave

KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,19}")
LOCAL = "%Y-%m-%dT%H:%M"        # as a date field of a page gives and takes it


def add_wave(session: Session, study: Study, key: str, account: Account | None = None) -> Wave:
    """Return a new wave, not open yet, with a link of the newest version of every questionnaire and short form."""
    if not KEY.fullmatch(key):
        raise BadInput("A wave's key has 1 to 20 small letters, digits, hyphens.", "Name it as w2 or 2027-spring.")
    if any(wave.key == key for wave in list_waves(session, study)):
        raise Refused("The study has a wave {key} already.", "Choose another key.", key=repr(key))
    wave = Wave(study_id=study.id, key=key)
    session.add(wave)
    session.flush()
    for published in current_versions(session, study):
        add_link(session, study, published, wave)
    record_change(session, "add_wave", f"wave {key}", study_id=study.id, account=account)
    return wave


def start_wave(session: Session, study: Study, wave: Wave, account: Account | None = None) -> None:
    """Begin collection now."""
    if wave.opened_at is None:
        wave.opened_at = utc_now()
        record_change(session, "open_wave", f"wave {wave.key}", study_id=study.id, account=account)
        announce_wave(session, wave, WAVE_OPENED)


# ---- dates ----------------------------------------------------------------------------------------------------------
def plan_wave(session: Session, study: Study, wave: Wave, opens: str, closes: str,
              account: Account | None = None) -> None:
    """Set when the wave opens and closes, in the study's time zone; an empty text takes a date away."""
    opens_at, closes_at = read_instant(study, opens), read_instant(study, closes)
    begins = opens_at or wave.opened_at
    if closes_at is not None and begins is not None and closes_at <= begins:
        raise BadInput("The wave would close before it opens.", "Give a later closing date.")
    if closes_at is not None and closes_at <= utc_now():
        raise BadInput("The closing date has passed.", "Close the wave now, or give a later date.")
    wave.opens_at, wave.closes_at = opens_at, closes_at
    record_change(session, "plan_wave", f"wave {wave.key}", study_id=study.id, account=account,
                  after={"opens_at": opens_at.isoformat() if opens_at else None,
                         "closes_at": closes_at.isoformat() if closes_at else None})


def read_instant(study: Study, text: str) -> datetime | None:
    """Return the instant of a local time such as 2026-12-01T18:00 or 2026-12-01; None for an empty text."""
    text = text.strip().replace(" ", "T")
    if not text:
        return None
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput("{text} is no date.", "Write it as 2026-12-01T18:00, in the study's time zone.",
                       text=repr(text)) from None
    return (local if local.tzinfo else local.replace(tzinfo=ZoneInfo(study.time_zone))).astimezone(UTC)


def local_text(study: Study, instant: datetime | None) -> str:
    """Return an instant as the study's clock shows it; empty for none."""
    return instant.astimezone(ZoneInfo(study.time_zone)).strftime(LOCAL) if instant else ""


def planned_after(session: Session, study: Study, wave: Wave) -> str:
    """Return the day for which the next wave after this one is planned; empty where none is, or it has begun."""
    since = wave.closed_at or wave.opened_at
    days = [one.opens_at for one in list_waves(session, study)
            if one.id != wave.id and not one.is_pilot and one.opens_at and one.opened_at is None
            and (since is None or one.opens_at > since)]
    return local_text(study, min(days))[:10] if days else ""


def apply_dates(session: Session, study: Study, now: datetime | None = None) -> list[str]:
    """Open and close waves whose date has come; a wave is closed after the grace period for those still filling in."""
    now = now or utc_now()
    done = []
    for wave in list_waves(session, study):
        if wave.opened_at is None and wave.opens_at is not None and wave.opens_at <= now:
            wave.opened_at = wave.opens_at
            record_change(session, "open_wave", f"wave {wave.key}", study_id=study.id)
            announce_wave(session, wave, WAVE_OPENED)
            done.append(f"opened {wave.key}")
        if wave.closed_at is None and wave.closes_at is not None and wave.closes_at + GRACE <= now:
            close_wave(session, study, wave)
            done.append(f"closed {wave.key}")
    session.flush()
    return done


# ---- what is complete -----------------------------------------------------------------------------------------------
def define_complete(session: Session, study: Study, wave: Wave, complete_from: float, partial_from: float,
                    account: Account | None = None) -> None:
    """Fix from which share of answered questions a response is complete or partial; refused once there are answers."""
    if not 0 < partial_from <= complete_from <= 1:
        raise BadInput("The shares do not fit.", "Give 0 < partial ≤ complete ≤ 1, such as 0.5 and 0.8.")
    if has_responses(session, wave):
        raise Refused("People have begun to answer in this wave.",
                      "What counts as complete is fixed before the start; set it in the next wave.")
    wave.complete_from, wave.partial_from = complete_from, partial_from
    record_change(session, "define_complete", f"wave {wave.key}", study_id=study.id, account=account,
                  after={"complete_from": complete_from, "partial_from": partial_from})


def has_responses(session: Session, wave: Wave) -> bool:
    """Tell whether anybody has begun to answer in the wave."""
    links = select(QuestionnaireLink.id).where(QuestionnaireLink.wave_id == wave.id)
    return session.scalar(select(Response.key).where(Response.link_id.in_(links)).limit(1)) is not None
