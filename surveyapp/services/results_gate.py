"""When results may be computed and shown of what people answered here: after closing, and of enough people.

Asked wherever answers leave the database for an analysis or a file, so that no command, page or job has a way around.
Rows of an imported file and sample data are not held back: they were somebody's before, or are nobody's.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.errors import Refused
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.privacy_mode import kept_minimum
from surveyapp.services.protection import count_protected


def check_results_may_leave(session: Session, wave: Wave, links: Sequence[QuestionnaireLink]) -> int:
    """Return how many people answered here; refuse while collection is open, and where they are too few."""
    n = count_protected(session, links)
    if not n:
        return 0
    if wave.closed_at is None:
        raise Refused("Collection is still open, and people have answered here.",
                      "Close it first: results that change with each answer would show what a single person answered. "
                      "Until then only rounded counts are shown.")
    study = session.get_one(Study, wave.study_id)
    minimum = smallest_group(study, links)
    if n < minimum and not study.is_synthetic:
        raise Refused("Fewer than {n} people answered here: results would show who said what.",
                      "Collect more answers in another wave.", n=minimum)
    return n


def smallest_group(study: Study, links: Sequence[QuestionnaireLink]) -> int:
    """Return the smallest group that may be shown of the links together."""
    return max(kept_minimum(study, link) for link in links)


def links_of(session: Session, wave: Wave) -> list[QuestionnaireLink]:
    """Return the wave's links; test links, under which nothing counts, are not among them."""
    return list(session.scalars(select(QuestionnaireLink).where(
        QuestionnaireLink.wave_id == wave.id, QuestionnaireLink.is_test.is_(False)).order_by(QuestionnaireLink.id)))
