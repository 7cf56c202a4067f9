"""Codings and links as rows, and which of them hold where the differences of a text were decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from surveyapp.models.coding import Code
from surveyapp.models.interview import Interview
from surveyapp.models.round import AdjudicatedCoding, AdjudicatedSet
from surveyapp.services.codebook import StudyCodebook

_Conditions = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True)
class CodingRow:
    interview: str
    code: str
    polarity: str
    coder: str
    turn: int
    start: int
    end: int
    quote: str
    edited_quote: Mapping[str, str]
    quote_kind: str                         # verbatim, paraphrase


@dataclass(frozen=True)
class LinkRow:
    """`cause` and `problem` are constructs; a code that belongs to none is given by its own key."""

    interview: str
    cause: str
    problem: str
    coder: str
    quote: str
    edited_quote: Mapping[str, str]
    quote_kind: str
    turn: int


def adjudicated_codings(session: Session, of_kind: _Conditions, rows: Sequence[tuple[int, CodingRow]],
                        codebook: StudyCodebook) -> list[CodingRow]:
    """Return the codings that hold, from all of them with their numbers; where another code was decided, with that."""
    settled = _settled(session, of_kind)
    found = {number: (code_id, polarity) for number, code_id, polarity in session.execute(
        select(AdjudicatedCoding.coding_id, AdjudicatedCoding.code_id, AdjudicatedCoding.polarity)
        .where(AdjudicatedCoding.coding_id.is_not(None), AdjudicatedCoding.set_id.in_(settled.values())))}
    merged = dict(session.execute(select(Code.id, Code.merged_into_id).where(Code.merged_into_id.is_not(None))).all())
    held = []
    for number, row in rows:
        if row.interview not in settled:
            held.append(row)
        elif number in found:
            code_id, polarity = found[number]
            while code_id in merged:        # the codebook was regrouped after the decision
                code_id = merged[code_id]
            held.append(row if code_id is None else
                        replace(row, code=codebook.by_id[code_id].key, polarity=polarity))
    return held


def adjudicated_links(session: Session, of_kind: _Conditions, rows: Iterable[tuple[int, LinkRow]]) -> list[LinkRow]:
    """Return the links that hold."""
    settled = _settled(session, of_kind)
    found = set(session.scalars(select(AdjudicatedCoding.link_id).where(
        AdjudicatedCoding.link_id.is_not(None), AdjudicatedCoding.set_id.in_(settled.values()))))
    return [row for number, row in rows if row.interview not in settled or number in found]


def _settled(session: Session, of_kind: _Conditions) -> Mapping[str, int]:
    return dict(session.execute(select(Interview.key, AdjudicatedSet.id).join(
        AdjudicatedSet, AdjudicatedSet.interview_id == Interview.id).where(*of_kind)).all())
