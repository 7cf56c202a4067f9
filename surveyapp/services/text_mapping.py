"""Where places of a text are after it was changed: pure, in code points.

A change is a list of edits; a passage moves with the words it holds. Comparing is fast on long texts: what two texts
share at both ends is cut off first, then lines, then sentences, then signs are compared, each only where the coarser
pieces differ.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate, pairwise

MOST_PAIRS = 1_000_000      # pairs of signs that are compared one by one; larger pieces count as replaced as a whole
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_SENTENCES = re.compile(r"[^。！？.!?\n]*[。！？.!?\n]|[^。！？.!?\n]+")


@dataclass(frozen=True)
class Edit:
    """What stood at `start` to `end` of the old text stands at `new_start` to `new_end` of the new one."""

    start: int
    end: int
    new_start: int
    new_end: int


def find_edits(old: str, new: str) -> tuple[Edit, ...]:
    """Return the differences between two texts, in order."""
    return tuple(_joined(_between(old, new, (0, 0), (_LINES, _SENTENCES))))


def edits_of_words(old: str, words: str, replacement: str) -> tuple[Edit, ...]:
    """Return the edits that put the replacement in each place of the words."""
    found, shift = [], 0
    for place in re.finditer(re.escape(words), old):
        start = place.start() + shift
        found.append(Edit(place.start(), place.end(), start, start + len(replacement)))
        shift += len(replacement) - len(words)
    return tuple(found)


def _between(old: str, new: str, at: tuple[int, int], pieces: Sequence[re.Pattern[str]]) -> Iterator[Edit]:
    """Return the differences of two pieces of text that begin at these places of the whole."""
    head = _shared(old, new)
    tail = _shared(old[head:][::-1], new[head:][::-1])
    old, new = old[head:len(old) - tail], new[head:len(new) - tail]
    at = (at[0] + head, at[1] + head)
    if not old or not new:
        if old or new:
            yield Edit(at[0], at[0] + len(old), at[1], at[1] + len(new))
    elif len(old) * len(new) <= MOST_PAIRS:
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if tag != "equal":
                yield Edit(at[0] + i1, at[0] + i2, at[1] + j1, at[1] + j2)
    elif pieces:
        yield from _by_pieces(old, new, at, pieces)
    else:
        yield Edit(at[0], at[0] + len(old), at[1], at[1] + len(new))


def _by_pieces(old: str, new: str, at: tuple[int, int], pieces: Sequence[re.Pattern[str]]) -> Iterator[Edit]:
    first, second = pieces[0].findall(old), pieces[0].findall(new)
    starts = [list(accumulate(map(len, found), initial=0)) for found in (first, second)]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, first, second).get_opcodes():
        if tag != "equal":
            (a1, a2), (b1, b2) = (starts[0][i1], starts[0][i2]), (starts[1][j1], starts[1][j2])
            yield from _between(old[a1:a2], new[b1:b2], (at[0] + a1, at[1] + b1), pieces[1:])


def _shared(first: str, second: str) -> int:
    """Return how many signs two texts share at their beginning; halving is faster than sign by sign."""
    low, high = 0, min(len(first), len(second))
    while low < high:
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _joined(edits: Iterator[Edit]) -> Iterator[Edit]:
    """Return edits with chance finds between them as one: 客户 → 顾客 is one word replaced, though both have a 客."""
    kept: list[Edit] = []
    for edit in edits:
        while kept and edit.start - kept[-1].end <= min(_size(kept[-1]), _size(edit)):
            last = kept.pop()
            edit = Edit(last.start, edit.end, last.new_start, edit.new_end)
        kept.append(edit)
    yield from kept


def _size(edit: Edit) -> int:
    return max(edit.end - edit.start, edit.new_end - edit.new_start)


class PlaceMap:
    """Where the places of the old text are in the new one."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        for one, other in pairwise(edits):
            if one.end > other.start:
                raise ValueError("Edits overlap or are out of order.")
        self._edits = edits
        self._starts = [edit.start for edit in edits]

    def start(self, place: int, *, takes_in: bool = False) -> int:
        """Return the new place of a beginning; what was put in right there stays out unless `takes_in`."""
        index = bisect_right(self._starts, place) - 1
        if takes_in and index >= 0 and self._edits[index].start == self._edits[index].end == place:
            return self._edits[index].new_start
        if index < 0:
            return place
        edit = self._edits[index]
        return edit.new_start if place < edit.end else place + edit.new_end - edit.end

    def end(self, place: int, *, takes_in: bool = False) -> int:
        """Return the new place of an end; what was put in right there stays out unless `takes_in`."""
        index = bisect_right(self._starts, place if takes_in else place - 1) - 1
        if index < 0:
            return place
        edit = self._edits[index]
        if takes_in and edit.start == place < edit.end:      # the end stands before what was replaced
            return edit.new_start
        return edit.new_end if place < edit.end else place + edit.new_end - edit.end
