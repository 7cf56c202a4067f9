"""A text with what each coder marked in it, cut into the units on which agreement is judged."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from analysis.errors import SpecError
from analysis.results.agreement import AgreementUnit

Values = NDArray[np.int64]
VALUES = ("absent", "supports", "contradicts", "mixed")     # 3 = 1 | 2: marked both ways


@dataclass(frozen=True)
class Mark:
    """One code on one passage by one coder; half-open range of code points."""

    coder: str
    code: str
    polarity: str
    start: int
    end: int


@dataclass(frozen=True)
class CodedText:
    """One interview, or the answers to one open item; `coders` are those who have finished it."""

    key: str
    length: int
    coders: tuple[str, ...]
    turns: tuple[tuple[int, int, bool], ...]        # start, end, is the interviewee's
    sentences: tuple[tuple[int, int], ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class UnitGrid:
    """The units of one text: their places, and for each mark which of them it covers."""

    text: CodedText
    starts: Values
    ends: Values
    covered: tuple[tuple[int, int], ...]            # of each mark, half-open range of units


def unit_grid(text: CodedText, unit: AgreementUnit) -> UnitGrid:
    """Return a text cut into units.

    Parameters
    ----------
    text : CodedText
        A text and its marks.
    unit : str
        turn, sentence or character. Units are those of the interviewees' turns and of any other turn that carries a
        mark. A mark counts for the turn in which it begins (model 8), for every sentence and character it touches.

    Returns
    -------
    UnitGrid
        Units in order of place.
    """
    if unit not in get_args(AgreementUnit):
        raise SpecError("unit", f"{unit!r} is no unit.", "Take turn, sentence or character.")
    begins = np.array([start for start, _, _ in text.turns], dtype=np.int64)
    turn_of = [int(np.searchsorted(begins, mark.start, side="right")) - 1 for mark in text.marks]
    marked = set(turn_of)
    kept = [(start, end) for place, (start, end, is_theirs) in enumerate(text.turns) if is_theirs or place in marked]
    if unit == "turn":
        places = {start: number for number, (start, _) in enumerate(kept)}
        first = [places[text.turns[turn][0]] if turn >= 0 else -1 for turn in turn_of]
        return UnitGrid(text, _column(kept, 0), _column(kept, 1),
                        tuple((number, number + 1) if number >= 0 else (0, 0) for number in first))
    units = _within(text.sentences, kept) if unit == "sentence" else [
        (place, place + 1) for start, end in kept for place in range(start, end)]
    starts, ends = _column(units, 0), _column(units, 1)
    return UnitGrid(text, starts, ends, tuple(
        (int(np.searchsorted(ends, mark.start, side="right")), int(np.searchsorted(starts, mark.end, side="left")))
        for mark in text.marks))


def values_of(grid: UnitGrid, codes: Collection[str]) -> Values:
    """Return what each coder said of each unit.

    Parameters
    ----------
    grid : UnitGrid
        A text in units.
    codes : collection of str
        The code with its sub-codes.

    Returns
    -------
    array of int, shape (units, coders)
        Place in `VALUES`; a unit marked both ways by one coder is mixed.
    """
    values = np.zeros((len(grid.starts), len(grid.text.coders)), dtype=np.int64)
    column = {coder: place for place, coder in enumerate(grid.text.coders)}
    for mark, (first, end) in zip(grid.text.marks, grid.covered, strict=True):
        if mark.code in codes and mark.coder in column:
            values[first:end, column[mark.coder]] |= VALUES.index(mark.polarity)
    return values


def counted_places(text: CodedText) -> list[tuple[int, int]]:
    """Return the turns that count: the interviewees', and any other in which a mark begins.

    Parameters
    ----------
    text : CodedText
        A text and its marks.

    Returns
    -------
    list of (int, int)
        Half-open ranges in order of place.
    """
    grid = unit_grid(text, "turn")
    return list(zip(grid.starts.tolist(), grid.ends.tolist(), strict=True))


def _column(units: Sequence[tuple[int, int]], which: int) -> Values:
    return np.array([unit[which] for unit in units], dtype=np.int64)


def _within(sentences: Sequence[tuple[int, int]], kept: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    starts, ends = _column(kept, 0), _column(kept, 1)
    places = np.searchsorted(starts, _column(sentences, 0), side="right") - 1
    return [sentence for sentence, place in zip(sentences, places, strict=True)
            if place >= 0 and sentence[0] < ends[place]]
