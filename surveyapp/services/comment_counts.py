"""How many comments have a code: apart from interviewees, sub-codes included, as far as the account may see codings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from surveyapp.models.account import Account
from surveyapp.models.coding import Coding, Segment
from surveyapp.models.comment import CommentSource
from surveyapp.models.interview import ANSWERS, Interview, TranscriptVersion, Turn
from surveyapp.models.study import Study
from surveyapp.services.blinding import is_seen_by
from surveyapp.services.codebook import StudyCodebook

SUPPORTS, CONTRADICTS, MIXED = "supports", "contradicts", "mixed"


@dataclass(frozen=True)
class CommentCount:
    """In how many comments a code stands: by polarity, and by source (`by_source`: number → count)."""

    n: int = 0
    by_polarity: Mapping[str, int] = field(default_factory=dict)
    by_source: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class CommentCounts:
    """Counts of every code, and what they are counts of."""

    n_all: int
    sources: tuple[CommentSource, ...]
    by_code: Mapping[str, CommentCount]


def count_comments(session: Session, study: Study, account: Account, codebook: StudyCodebook) -> CommentCounts:
    """Return the counts of each code among the comments that were handed over to the coders."""
    sources = list(session.scalars(select(CommentSource).where(
        CommentSource.study_id == study.id, CommentSource.interview_id.is_not(None)).order_by(CommentSource.id)))
    source_of = {row.interview_id: row.id for row in sources}
    found = (
        select(Coding.code_id, Coding.polarity, Coding.interview_id, Turn.id)
        .join(Interview, Interview.id == Coding.interview_id).join(Segment, Segment.id == Coding.segment_id)
        .join(Turn, and_(Turn.version_id == Segment.version_id, Turn.start <= Segment.start,
                         Turn.end > Segment.start))
        .where(Interview.study_id == study.id, Interview.kind == ANSWERS, Coding.deleted_at.is_(None),
               is_seen_by(Coding, account)))
    marks: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for code_id, polarity, interview_id, turn_id in session.execute(found):
        if interview_id in source_of:
            marks[codebook.by_id[code_id].key].append((polarity, source_of[interview_id], turn_id))
    return CommentCounts(
        _n_turns(session, study), tuple(sources),
        {entry.key: _count([mark for below in codebook.with_descendants(entry.key) for mark in marks[below.key]])
         for entry in codebook.entries})


def _n_turns(session: Session, study: Study) -> int:
    """Return how many comments there are; those of an older text are the same people's."""
    newest = (select(func.max(TranscriptVersion.number)).where(TranscriptVersion.interview_id == Interview.id)
              .correlate(Interview).scalar_subquery())
    return session.scalar(
        select(func.count()).select_from(Turn).join(TranscriptVersion, TranscriptVersion.id == Turn.version_id)
        .join(Interview, Interview.id == TranscriptVersion.interview_id)
        .where(Interview.study_id == study.id, Interview.kind == ANSWERS, TranscriptVersion.number == newest)) or 0


def _count(marks: list[tuple[str, int, int]]) -> CommentCount:
    said: dict[int, set[str]] = defaultdict(set)
    place: dict[int, int] = {}
    for polarity, source, turn in marks:
        said[turn].add(polarity)
        place[turn] = source
    by_polarity: dict[str, int] = defaultdict(int)
    by_source: dict[int, int] = defaultdict(int)
    for turn, words in said.items():
        # As with interviewees: a comment that says both, or was read in both ways, is mixed and nothing else.
        by_polarity[next(iter(words)) if len(words) == 1 else MIXED] += 1
        by_source[place[turn]] += 1
    return CommentCount(len(said), by_polarity, by_source)
