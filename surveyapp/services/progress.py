"""How far collection has come: counts only, and while it is open only rounded ones."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.privacy import rounded_count
from surveyapp.models.interview import Interview
from surveyapp.models.response import SUBMITTED, Response
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.study import list_links


@dataclass(frozen=True)
class LinkProgress:
    """One questionnaire in a wave; `n_submitted` is rounded down while the wave is open."""

    link: QuestionnaireLink
    published: PublishedInstrument
    n_submitted: int
    is_rounded: bool


def wave_progress(session: Session, wave: Wave) -> list[LinkProgress]:
    """Return how many responses each questionnaire of the wave has."""
    counts = select(Response.link_id, func.count()).where(Response.state == SUBMITTED).group_by(Response.link_id)
    counted: dict[int, int] = {row[0]: row[1] for row in session.execute(counts)}
    rows = []
    for link, published in list_links(session, wave):
        n = counted.get(link.id, 0)
        rows.append(LinkProgress(link, published, rounded_count(n) if wave.is_open else n, wave.is_open))
    return rows


def n_interviews(session: Session, study: Study) -> int:
    """Return how many interviews are logged."""
    return session.scalar(select(func.count()).select_from(Interview).where(Interview.study_id == study.id)) or 0
