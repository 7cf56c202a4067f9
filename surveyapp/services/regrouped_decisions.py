"""Decisions between coders follow a merge or split of codes, and come back with it.

A decision names a coder's coding that holds, or another code for its passage. Where the coding is united with another,
the decision names that one; where the code is merged away, the code it went into.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveyapp.models.codebook import RegroupedMark, Regrouping
from surveyapp.models.coding import Coding, LinkCoding
from surveyapp.models.round import AdjudicatedCoding, Decision

HELD, DECISION = "held", "decision"         # which table an entry is about; its value is the row's number


def follow_merge(session: Session, regrouping: Regrouping, old: int, new: int) -> None:
    """Have decisions for the old code say the new one."""
    rows = [*session.scalars(select(AdjudicatedCoding).where(AdjudicatedCoding.code_id == old)),
            *session.scalars(select(Decision).where(Decision.code_id == old))]
    for row in rows:
        name = HELD if isinstance(row, AdjudicatedCoding) else DECISION
        _keep(session, regrouping, {name: row.id, "code_id": old}, {name: row.id, "code_id": new})
        row.code_id = new
    session.flush()


def follow_union(session: Session, regrouping: Regrouping, gone: Coding | LinkCoding,
                 kept: Coding | LinkCoding) -> None:
    """Have a decision for a mark that was united with another name that one, unless it holds there already."""
    column = "coding_id" if isinstance(gone, Coding) else "link_id"
    field = getattr(AdjudicatedCoding, column)
    for row in session.scalars(select(AdjudicatedCoding).where(field == gone.id)).all():
        if session.scalar(select(AdjudicatedCoding.id).where(
                AdjudicatedCoding.set_id == row.set_id, field == kept.id)) is None:
            _keep(session, regrouping, {HELD: row.id, column: gone.id}, {HELD: row.id, column: kept.id})
            setattr(row, column, kept.id)
            session.flush()


def restore_decisions(session: Session, entries: Iterable[RegroupedMark]) -> None:
    """Have decisions say what they said before, unless they were made anew or changed since."""
    for entry in reversed(list(entries)):
        for name, kind in ((HELD, AdjudicatedCoding), (DECISION, Decision)):
            row = session.get(kind, entry.before[name]) if name in entry.before else None
            if row is None:
                continue
            for column, value in entry.before.items():
                if column != name and getattr(row, column) == entry.after[column]:
                    setattr(row, column, value)
    session.flush()


def count_decided(session: Session, code_id: int) -> int:
    """Return how many passages hold with the code because that was decided."""
    return session.scalar(select(func.count()).select_from(AdjudicatedCoding).where(
        AdjudicatedCoding.code_id == code_id)) or 0


def _keep(session: Session, regrouping: Regrouping, before: dict[str, Any], after: dict[str, Any]) -> None:
    session.add(RegroupedMark(regrouping_id=regrouping.id, before=before, after=after))
