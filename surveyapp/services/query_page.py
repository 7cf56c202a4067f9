"""One page of what a query or a search found: each passage in its turn, with the turn before and after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.models.interview import ANSWERS, Interview, TranscriptVersion, Turn
from surveyapp.models.study import Study
from surveyapp.services.query import Answer
from surveyapp.services.query_hits import NOWHERE, Hit
from surveyapp.services.query_rows import Case
from surveyapp.services.quote_kinds import QuoteKinds
from surveyapp.services.verbatim import VERBATIM

ON_PAGE = 50                # passages on one page
LONGEST_CONTEXT = 240       # signs of a turn shown before and behind a passage


@dataclass(frozen=True)
class Run:
    """A stretch of a shown turn: around the passage, in it, or in the part of it that another passage shares."""

    words: str
    kind: str               # around, found, shared


@dataclass(frozen=True)
class ShownHit:
    """A passage as the page shows it; `turn` is None for a coding that has no place in a text."""

    hit: Hit
    case: Case
    turn: int | None
    speaker: str
    runs: tuple[Run, ...]
    before: tuple[str, str] | None      # speaker and words of the turn before
    after: tuple[str, str] | None
    is_verbatim: bool

    @property
    def mark(self) -> str:
        """The coding that the coding screen shall choose; "" for words without one."""
        return f"c{self.hit.codings[0]}" if self.hit.codings else ""

    @property
    def is_comment(self) -> bool:
        return self.case.kind == ANSWERS


@dataclass(frozen=True)
class HitPage:
    """Passages of one page, and which page it is."""

    shown: tuple[ShownHit, ...]
    number: int
    n_pages: int


def load_hit_page(session: Session, study: Study, answer: Answer, number: int) -> HitPage:
    """Return the page of that number, from 1; the last one where it is beyond."""
    n_pages = max((len(answer.hits) + ON_PAGE - 1) // ON_PAGE, 1)
    number = min(max(number, 1), n_pages)
    hits = answer.hits[(number - 1) * ON_PAGE:number * ON_PAGE]
    versions = sorted({hit.version_id for hit in hits} - {NOWHERE})
    texts = dict(session.execute(
        select(TranscriptVersion.id, TranscriptVersion.text).where(TranscriptVersion.id.in_(versions))).all())
    turns: dict[int, list[Turn]] = {version: [] for version in versions}
    found = select(Turn).where(Turn.version_id.in_(versions)).order_by(Turn.version_id, Turn.start)
    for turn in session.scalars(found):
        turns[turn.version_id].append(turn)
    kinds = QuoteKinds(session, Interview.study_id == study.id)
    shown = tuple(_show(hit, answer.cases[hit.interview_id], texts.get(hit.version_id, ""),
                        turns.get(hit.version_id, []), kinds) for hit in hits)
    return HitPage(shown, number, n_pages)


def _show(hit: Hit, case: Case, text: str, turns: Sequence[Turn], kinds: QuoteKinds) -> ShownHit:
    if hit.version_id == NOWHERE:
        return ShownHit(hit, case, None, "", (), None, None, False)
    touched = [place for place, turn in enumerate(turns) if turn.start < hit.end and turn.end > hit.start]
    first, last = (touched[0], touched[-1]) if touched else (0, len(turns) - 1)
    own = turns[first] if turns else None
    around = (own.start, turns[last].end) if own else (0, len(text))
    return ShownHit(
        hit, case, own.number if own else None, own.speaker if own else "", _runs(text, around, hit),
        _words_of(text, turns, first - 1), _words_of(text, turns, last + 1),
        kinds.of(hit.version_id, hit.start, hit.end) == VERBATIM)


def _runs(text: str, around: tuple[int, int], hit: Hit) -> tuple[Run, ...]:
    start, end = max(around[0], hit.start - LONGEST_CONTEXT), min(around[1], hit.end + LONGEST_CONTEXT)
    runs = [Run(("…" if start > around[0] else "") + text[start:hit.start], "around")]
    place = hit.start
    for first, last in _joined(hit.parts):
        runs += [Run(text[place:first], "found"), Run(text[first:last], "shared")]
        place = last
    runs += [Run(text[place:hit.end], "found"), Run(text[hit.end:end] + ("…" if end < around[1] else ""), "around")]
    return tuple(run for run in runs if run.words)


def _joined(parts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the ranges with those that overlap or touch as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(parts):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _words_of(text: str, turns: Sequence[Turn], place: int) -> tuple[str, str] | None:
    if not 0 <= place < len(turns):
        return None
    words = text[turns[place].start:turns[place].end]
    return turns[place].speaker, words if len(words) <= LONGEST_CONTEXT else f"{words[:LONGEST_CONTEXT]}…"
