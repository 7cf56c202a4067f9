"""How far collection has come: counts only, and of an open anonymous questionnaire only a rounded one of the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveyapp.models.interview import CONVERSATION, Interview
from surveyapp.models.response import SUBMITTED, Response
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.daily_count import newest_count
from surveyapp.services.protection import is_protected
from surveyapp.services.study import list_links


@dataclass(frozen=True)
class LinkProgress:
    """One questionnaire in a wave; a rounded count was taken on a day and is "at least"."""

    link: QuestionnaireLink
    published: PublishedInstrument
    n_submitted: int
    is_rounded: bool
    counted_on: date | None = None


def wave_progress(session: Session, wave: Wave) -> list[LinkProgress]:
    """Return how many responses each questionnaire of the wave has; rows of files are counted as they are."""
    return [_progress(session, wave, link, published) for link, published in list_links(session, wave)]


def _progress(session: Session, wave: Wave, link: QuestionnaireLink, published: PublishedInstrument) -> LinkProgress:
    handed_in = select(func.count()).select_from(Response).where(
        Response.link_id == link.id, Response.state == SUBMITTED)
    if wave.closed_at is not None or not link.is_anonymous:
        return LinkProgress(link, published, session.scalar(handed_in) or 0, is_rounded=False)
    n_foreign = session.scalar(handed_in.where(~is_protected())) or 0
    n_here, day = newest_count(session, link)
    return LinkProgress(link, published, n_foreign + n_here, is_rounded=True, counted_on=day)


def n_interviews(session: Session, study: Study) -> int:
    """Return how many interviews are logged."""
    return session.scalar(select(func.count()).select_from(Interview).where(
        Interview.study_id == study.id, Interview.kind == CONVERSATION)) or 0
