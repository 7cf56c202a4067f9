"""Comments and candidates as plain rows, for the bridge to the analysis tables; blind rounds do not apply there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.models.comment import CommentSource
from surveyapp.models.interview import ANSWERS, Interview
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.candidate import list_candidates
from surveyapp.services.coding_rows import UNKNOWN, coding_rows


@dataclass(frozen=True)
class CommentItemRow:
    key: str
    audience: str
    item: str
    n_comments: int
    n_blank: int
    n_dropped: int


@dataclass(frozen=True)
class CommentCodingRow:
    source: str
    comment: int
    code: str
    polarity: str
    coder: str


@dataclass(frozen=True)
class CommentLinkRow:
    source: str
    comment: int
    cause: str
    problem: str


@dataclass(frozen=True)
class CandidateCount:
    kind: Literal["problem", "cause"]
    name: dict[str, str]
    definition: dict[str, str]
    n_comments: int
    n_of: int
    items: tuple[str, ...]


@dataclass(frozen=True)
class CommentRows:
    """The comments of one wave that were handed over to coders."""

    items: tuple[CommentItemRow, ...]
    codings: tuple[CommentCodingRow, ...]
    links: tuple[CommentLinkRow, ...]
    candidates: tuple[CandidateCount, ...]
    double_coded: Mapping[str, tuple[str, ...]]         # key → coders who have each finished it


def comment_rows(session: Session, study: Study, wave: Wave) -> CommentRows:
    """Return the wave's comments, their codings, and the candidates they speak for, each in a fixed order."""
    found = session.execute(
        select(CommentSource, Interview.key).join(Interview, Interview.id == CommentSource.interview_id)
        .where(CommentSource.study_id == study.id, CommentSource.wave_id == wave.id).order_by(Interview.key)).all()
    if not found:
        return CommentRows((), (), (), (), {})
    keys = {key for _, key in found}
    coded = coding_rows(session, study, ANSWERS)
    return CommentRows(
        tuple(CommentItemRow(key, row.audience, row.item, row.n_written - row.n_dropped, row.n_blank, row.n_dropped)
              for row, key in found),
        tuple(CommentCodingRow(row.interview, row.turn, row.code, row.polarity, row.coder)
              for row in coded.codings if row.interview in keys and row.turn != UNKNOWN),
        tuple(CommentLinkRow(row.interview, row.turn, row.cause, row.problem)
              for row in coded.links if row.interview in keys and row.turn != UNKNOWN),
        tuple(_candidates(session, study, {row.id: row for row, _ in found})),
        {key: coded.finished[key] for key in coded.double_coded if key in keys})


def _candidates(session: Session, study: Study, sources: dict[int, CommentSource]) -> list[CandidateCount]:
    """Return the candidates as the wave's comments speak for them; those they do not are none of this wave."""
    found = []
    for row in list_candidates(session, study):
        lines = [line for line in row.lines if line.source_id in sources]
        touched = [sources[number] for number in dict.fromkeys(line.source_id for line in lines)]
        if lines:
            found.append(CandidateCount(
                cast('Literal["problem", "cause"]', row.kind), dict(row.name), dict(row.definition), len(lines),
                sum(source.n_written - source.n_dropped for source in touched),
                tuple(source.item for source in touched)))
    return found
