"""Whose answers are protected: everybody's who answered here, on the web, at a kiosk or on paper."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from surveyapp.models.response import SUBMITTED, Response
from surveyapp.models.wave import QuestionnaireLink

IMPORTED = "import"                 # collected elsewhere: how is not known here
FOREIGN = (IMPORTED, "sample")      # the researcher's own before they came here, or nobody's


def is_collected() -> ColumnElement[bool]:
    """Return the condition that an answer came in here, or is told as such in a synthetic sample."""
    return Response.source != IMPORTED


def is_protected() -> ColumnElement[bool]:
    """Return the condition that somebody answered here."""
    return Response.source.not_in(FOREIGN)


def count_protected(session: Session, links: Sequence[QuestionnaireLink]) -> int:
    """Return how many people handed in answers here under the links."""
    found = select(func.count()).select_from(Response).where(
        Response.link_id.in_([link.id for link in links]), Response.state == SUBMITTED, is_protected())
    return session.scalar(found) or 0
