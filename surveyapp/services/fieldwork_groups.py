"""Response rates by the groups of the roster: whose answers they are is asked only where that is known at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.response_groups import (
    INELIGIBLE,
    NOT_TOLD,
    OUT_OF_SCOPE,
    REFUSAL,
    UNKNOWN,
    Case,
    Totals,
    rates_by_group,
)
from analysis.response_rates import COMPLETE, PARTIAL
from surveyapp.models.invitation import Invitation, RespondentKey
from surveyapp.models.response import OPEN, QUOTA_FULL, SCREENED
from surveyapp.models.wave import QuestionnaireLink
from surveyapp.services.outbox import finished_invitations

UNIT = "unit"
# How a response ended, as an outcome of the person; whatever is not named here is a refusal (AAPOR: break-offs too).
OUTCOMES = {COMPLETE: COMPLETE, PARTIAL: PARTIAL, SCREENED: OUT_OF_SCOPE, QUOTA_FULL: OUT_OF_SCOPE}


def group_documents(session: Session, link: QuestionnaireLink, kinds: Mapping[str, str], states: Mapping[str, str],
                    minimum: int) -> list[dict[str, Any]]:
    """Return the tables by unit and by every further group of the roster, as they may be shown.

    `kinds` says how each response counts, `states` whether it was handed in, both by its key.
    """
    people = list(session.scalars(select(Invitation).where(Invitation.link_id == link.id).order_by(Invitation.id)))
    finished = finished_invitations(session, link)
    totals = None
    if link.is_anonymous:
        outcomes = {row.id: NOT_TOLD if row.id in finished else _noted(row) for row in people}
        totals = _totals(len(finished), kinds, states)
    else:
        answered = {invitation_id: OUTCOMES.get(kinds[key], REFUSAL)
                    for key, invitation_id in session.execute(
                        select(RespondentKey.response_key, RespondentKey.invitation_id)
                        .join(Invitation, Invitation.id == RespondentKey.invitation_id)
                        .where(Invitation.link_id == link.id)) if key in kinds}
        outcomes = {row.id: answered.get(row.id) or _noted(row) for row in people}
    cases = [Case(outcomes[row.id], {UNIT: row.unit, **(row.groups or {})}) for row in people]
    further = sorted({name for row in people for name in row.groups or {}})
    return [asdict(table) for table in rates_by_group(cases, (UNIT, *further), minimum, totals)]


def _noted(row: Invitation) -> str:
    """Return what the roster says of somebody who is not known to have answered."""
    if row.is_ineligible:
        return INELIGIBLE
    return REFUSAL if row.has_refused or row.has_opted_out else UNKNOWN


def _totals(n_marked: int, kinds: Mapping[str, str], states: Mapping[str, str]) -> Totals:
    counts = Counter(kinds.values())
    n_usable = counts[COMPLETE] + counts[PARTIAL]
    n_ended = sum(state != OPEN for state in states.values())
    n_open = sum(states[key] == OPEN for key, kind in kinds.items() if kind in (COMPLETE, PARTIAL))
    return Totals(n_marked, counts[COMPLETE], n_usable, max(0, n_ended - n_marked) + n_open)
