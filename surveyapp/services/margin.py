"""Memos in the margin of a text: each beside the turn in which its passage begins, which is marked in the text."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from surveyapp.services.marking import Note, Run, TurnLayout, label_of
from surveyapp.services.memo import SeenMemo
from surveyapp.services.passage import SeenCoding

LONGEST_BEGINNING = 30      # signs of a memo that are read without opening it
LONGEST_NOTE = 600          # signs beside the text; the rest is on the page of memos
LONGEST_QUOTE = 60


def add_margin(layouts: Sequence[TurnLayout], codings: Sequence[SeenCoding],
               memos: Sequence[SeenMemo]) -> tuple[TurnLayout, ...]:
    """Return the turns with the memos on their passages and codings; turns without one are left as they are."""
    placed = [memo for memo in memos if memo.start is not None and memo.end is not None]
    noted = [coding for coding in codings if coding.memo and coding.start is not None]
    if not layouts or (not placed and not noted):
        return tuple(layouts)
    starts = [layout.start for layout in layouts]
    notes: dict[int, list[tuple[int, Note]]] = defaultdict(list)
    marks: dict[int, list[SeenMemo]] = defaultdict(list)
    for coding in noted:
        notes[_turn(starts, coding.start)].append((coding.start or 0, _of_coding(coding)))
    for memo in placed:
        first = _turn(starts, memo.start)
        notes[first].append((memo.start or 0, _of_memo(memo)))
        for index in range(first, _turn(starts, (memo.end or 1) - 1) + 1):
            marks[index].append(memo)
    return tuple(_noted(layout, notes[index], marks[index]) if notes[index] or marks[index] else layout
                 for index, layout in enumerate(layouts))


def _turn(starts: Sequence[int], place: int | None) -> int:
    """Return the index of the shown turn that holds the place; the first one for what begins before it."""
    return max(bisect_right(starts, place or 0) - 1, 0)


def _of_coding(coding: SeenCoding) -> Note:
    return _note(coding.mark, label_of(coding), coding.memo, coding.quote, coding.coder, coding.is_own)


def _of_memo(memo: SeenMemo) -> Note:
    return _note(memo.mark, "", memo.text, memo.quote, memo.author, memo.is_own)


def _note(mark: str, label: str, text: str, quote: str, author: str, is_own: bool) -> Note:
    return Note(mark, label, _cut(" ".join(text.split()), LONGEST_BEGINNING), _cut(text, LONGEST_NOTE),
                _cut(quote, LONGEST_QUOTE), author, is_own)


def _cut(words: str, longest: int) -> str:
    return words if len(words) <= longest else f"{words[:longest]}…"


def _noted(layout: TurnLayout, notes: Sequence[tuple[int, Note]], memos: Sequence[SeenMemo]) -> TurnLayout:
    runs = tuple(_cut_runs(layout, memos)) if memos else layout.runs
    return replace(layout, runs=runs, notes=tuple(note for _, note in sorted(notes, key=lambda row: row[0])))


def _cut_runs(layout: TurnLayout, memos: Sequence[SeenMemo]) -> Iterator[Run]:
    """Return the runs, cut where a memo's passage begins or ends; what ends with a run ends with its last piece."""
    cuts = sorted({place for memo in memos for place in (memo.start or 0, memo.end or 0)})
    left = layout.start
    for run in layout.runs:
        end = left + len(run.words)
        borders = [left, *(cut for cut in cuts if left < cut < end), end]
        for start, stop in pairwise(borders):
            names = tuple(memo.mark for memo in memos if (memo.start or 0) <= start and stop <= (memo.end or 0))
            yield Run(run.words[start - left:stop - left], run.marks, run.lanes,
                      run.ending if stop == end else "", names)
        left = end
