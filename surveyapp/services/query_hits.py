"""Passages as ranges of texts, and what it means that one overlaps, contains or lies inside another. No database."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from surveyapp.services.query_grammar import AND, CONTAINING, INSIDE, SAME_INTERVIEW, SAME_TURN

NOWHERE = -1                # the text of a coding that was imported without words


class Hit(NamedTuple):
    """One passage found: where it stands and what was marked in it; `parts` = ranges in it that others share."""

    interview_id: int
    version_id: int
    start: int
    end: int
    codes: frozenset[str] = frozenset()
    polarities: frozenset[str] = frozenset()
    coders: frozenset[str] = frozenset()
    codings: tuple[int, ...] = ()
    parts: tuple[tuple[int, int], ...] = ()

    @property
    def place(self) -> tuple[int, int, int, int]:
        # A coding without words has no place: it stays apart from every other.
        return (self.version_id, self.start, self.end,
                self.codings[0] if self.version_id == NOWHERE and self.codings else 0)

    def with_marks(self, other: Hit) -> Hit:
        """Return the passage with what was marked in the other one besides."""
        return self._replace(
            codes=self.codes | other.codes, polarities=self.polarities | other.polarities,
            coders=self.coders | other.coders, codings=tuple(sorted({*self.codings, *other.codings})),
            parts=tuple(sorted({*self.parts, *other.parts})))


TurnStarts = Mapping[int, Sequence[int]]            # text → where its turns begin


def united(hits: Iterable[Hit]) -> list[Hit]:
    """Return each place once, with everything that was marked there, by interview and place."""
    found: dict[tuple[int, int, int, int], Hit] = {}
    for hit in hits:
        known = found.get(hit.place)
        found[hit.place] = hit if known is None else known.with_marks(hit)
    return sorted(found.values(), key=lambda hit: (hit.interview_id, hit.place))


def related(relation: str, left: Sequence[Hit], right: Sequence[Hit], starts: TurnStarts, *,
            is_not: bool = False) -> list[Hit]:
    """Return the passages of `left` in the relation to one of `right`, or to none; `and`: the text both share."""
    if relation == AND:
        return shared(left, right)
    if relation == SAME_INTERVIEW:
        interviews = {hit.interview_id for hit in right}
        return [hit for hit in left if (hit.interview_id in interviews) is not is_not]
    index = _Index(right)
    if relation == SAME_TURN:
        index = _Index([_turns_of(hit, starts) for hit in right])
        return [hit for hit in left if any(index.touching(_turns_of(hit, starts))) is not is_not]
    fits = _FITS.get(relation, _overlaps)
    found = []
    for hit in left:
        others = [other for other in index.touching(hit) if fits(hit, other)]
        if bool(others) is not is_not:
            parts = {*hit.parts, *(_part(hit, other) for other in others)}
            found.append(hit._replace(parts=tuple(sorted(parts))))
    return found


def shared(left: Sequence[Hit], right: Sequence[Hit]) -> list[Hit]:
    """Return the stretches of text that lie in a passage of each side, with the marks of both."""
    index = _Index(right)
    found = []
    for hit in left:
        for other in index.touching(hit):
            start, end = _part(hit, other)
            found.append(hit._replace(start=start, end=end, parts=()).with_marks(other._replace(parts=())))
    return united(found)


def turn_numbers(hit: Hit, starts: TurnStarts) -> range:
    """Return the places of the turns that a passage touches, counted from 0."""
    known = starts.get(hit.version_id, ())
    first = max(bisect_right(known, hit.start) - 1, 0)
    return range(first, max(bisect_left(known, hit.end), first + 1))


def _turns_of(hit: Hit, starts: TurnStarts) -> Hit:
    if hit.version_id == NOWHERE:
        return hit
    turns = turn_numbers(hit, starts)
    return hit._replace(start=turns.start, end=turns.stop)


def _overlaps(hit: Hit, other: Hit) -> bool:
    return hit.start < other.end and other.start < hit.end


_FITS: Mapping[str, Callable[[Hit, Hit], bool]] = {
    CONTAINING: lambda hit, other: hit.start <= other.start and other.end <= hit.end,
    INSIDE: lambda hit, other: other.start <= hit.start and hit.end <= other.end,
}


def _part(hit: Hit, other: Hit) -> tuple[int, int]:
    return max(hit.start, other.start), min(hit.end, other.end)


class _Index:
    """Passages by text and place, so that those touching a range are found without looking at all."""

    def __init__(self, hits: Iterable[Hit]) -> None:
        by_text: dict[int, list[Hit]] = defaultdict(list)
        for hit in hits:
            if hit.version_id != NOWHERE:
                by_text[hit.version_id].append(hit)
        self.hits = {text: sorted(own, key=lambda hit: hit.start) for text, own in by_text.items()}
        self.starts = {text: [hit.start for hit in own] for text, own in self.hits.items()}
        self.reach: dict[int, list[int]] = {}          # how far the passages up to each one reach: never falls
        for text, own in self.hits.items():
            furthest = 0
            self.reach[text] = [furthest := max(furthest, hit.end) for hit in own]

    def touching(self, hit: Hit) -> Iterable[Hit]:
        """Yield the passages of the same text that share a sign with this one."""
        own = self.hits.get(hit.version_id)
        if own is None:
            return
        last = bisect_left(self.starts[hit.version_id], hit.end)
        for other in own[bisect_right(self.reach[hit.version_id], hit.start):last]:
            if other.end > hit.start:
                yield other
