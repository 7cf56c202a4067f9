"""Overlapping codings → flat runs of text: cut at every boundary, never nested, so that any overlap can be shown."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from surveyapp.models.interview import Turn
from surveyapp.services.passage import SeenCoding
from surveyapp.services.speakers import sentence_spans

LANES = 3               # underlines drawn under each other; codings beyond share the last one
HUES = 6                # colours of the top codes; the label beside the passage tells codes apart without colour
SIGNS = {"supports": "+", "contradicts": "−", "mixed": "±", "": ""}


@dataclass(frozen=True)
class Run:
    """A stretch of text with the same codings throughout; `ending` names the codings that end with it."""

    words: str
    marks: tuple[str, ...]
    lanes: tuple[str, ...]
    ending: str
    notes: tuple[str, ...] = ()         # the memos on the stretch


@dataclass(frozen=True)
class Bar:
    """The bar of a coding in the margin of a turn; arrows in the label say that it runs over the turn's borders."""

    mark: str
    label: str
    look: str


@dataclass(frozen=True)
class Note:
    """A memo in the margin of a turn: how it begins, what it says, and of which passage; of a coding, with its name."""

    mark: str
    label: str
    beginning: str
    text: str
    quote: str
    author: str
    is_own: bool


@dataclass(frozen=True)
class TurnLayout:
    """A turn ready to be shown; `gap` is the text between the turn before and this one, `sentences` their starts."""

    number: int
    speaker: str
    is_interviewee: bool
    at_ms: int | None
    start: int
    gap: str
    sentences: str
    runs: tuple[Run, ...]
    bars: tuple[Bar, ...]
    notes: tuple[Note, ...] = ()

    @property
    def n_codings(self) -> int:
        return len(self.bars)

    @property
    def clock(self) -> str:
        """The time of the recording at which the turn begins, "" where it is unknown."""
        if self.at_ms is None:
            return ""
        minutes, seconds = divmod(self.at_ms // 1000, 60)
        return f"{minutes // 60:d}:{minutes % 60:02d}:{seconds:02d}"


def label_of(coding: SeenCoding) -> str:
    """Return the short name of a coding: its code with the sign of its polarity, or cause → problem."""
    return "→".join(coding.codes) + SIGNS[coding.polarity]


def lay_out(text: str, turns: Sequence[Turn], codings: Sequence[SeenCoding], hues: Mapping[str, int],
            before: int = 0) -> list[TurnLayout]:
    """Return the turns with their text cut into runs; `before` is where the turn ahead of them ends."""
    lanes = _lanes(codings)
    by_turn = _by_turn(turns, codings)
    layouts = []
    for turn in turns:
        gap, before = text[before:turn.start], turn.end
        found = by_turn[turn.number]
        words = text[turn.start:turn.end]
        layouts.append(TurnLayout(
            turn.number, turn.speaker, turn.is_interviewee, turn.at_ms, turn.start, gap,
            _sentences(words), tuple(_runs(text, turn.start, turn.end, found, lanes, hues)),
            tuple(_bar(coding, turn, hues) for coding in found)))
    return layouts


def _bar(coding: SeenCoding, turn: Turn, hues: Mapping[str, int]) -> Bar:
    pattern, hue = divmod(hues.get(coding.codes[0], 0), HUES)
    first = "↑ " if (coding.start or 0) < turn.start else ""
    last = " ↓" if (coding.end or 0) > turn.end else ""
    return Bar(coding.mark, f"{first}{label_of(coding)}{last}", f"hue-{hue} bar-{pattern}")


@lru_cache(maxsize=4096)
def _sentences(words: str) -> str:
    return " ".join(f"{start}-{end}" for start, end in sentence_spans(words))


def _by_turn(turns: Sequence[Turn], codings: Sequence[SeenCoding]) -> dict[int, list[SeenCoding]]:
    """Return the codings that touch each turn, found by search because there may be a thousand of each."""
    ends, starts = [turn.end for turn in turns], [turn.start for turn in turns]
    found: dict[int, list[SeenCoding]] = defaultdict(list)
    for coding in codings:
        if coding.start is not None and coding.end is not None:
            for turn in turns[bisect_right(ends, coding.start):bisect_left(starts, coding.end)]:
                found[turn.number].append(coding)
    return found


def _lanes(codings: Sequence[SeenCoding]) -> dict[str, int]:
    """Give each coding the first free lane, so that its line stays at one height from its start to its end."""
    free_from = [0] * LANES
    lanes = {}
    for coding in codings:
        if coding.start is None or coding.end is None:
            continue
        lane = next((place for place in range(LANES) if free_from[place] <= coding.start), LANES - 1)
        free_from[lane] = max(free_from[lane], coding.end)
        lanes[coding.mark] = lane
    return lanes


def _runs(text: str, start: int, end: int, codings: Sequence[SeenCoding], lanes: Mapping[str, int],
          hues: Mapping[str, int]) -> list[Run]:
    opens: dict[int, list[SeenCoding]] = defaultdict(list)
    closes: dict[int, list[SeenCoding]] = defaultdict(list)
    for coding in codings:
        opens[max(start, coding.start or 0)].append(coding)
        closes[min(end, coding.end or 0)].append(coding)
    cuts = sorted({start, end, *opens, *closes})
    active: dict[str, SeenCoding] = {}
    runs = []
    for left, right in pairwise(cuts):
        for coding in closes[left]:
            active.pop(coding.mark, None)
        active.update((coding.mark, coding) for coding in opens[left])
        ending = _counted([label_of(coding) for coding in closes[right] if coding.end == right])
        runs.append(Run(text[left:right], tuple(active), _classes(active.values(), lanes, hues), ending))
    return runs


def _counted(labels: Sequence[str]) -> str:
    """Return each label once, with how many coders gave it where it is more than one."""
    if len(labels) <= 1:        # as for nearly every run; counting takes as long as all the rest
        return "".join(labels)
    return " ".join(label if n == 1 else f"{label} ×{n}" for label, n in Counter(labels).items())


def _classes(active: Iterable[SeenCoding], lanes: Mapping[str, int], hues: Mapping[str, int]) -> tuple[str, ...]:
    """Return the classes of each lane in use: its height with the colour of the top code, and with its pattern."""
    drawn = {lanes[coding.mark]: divmod(hues.get(coding.codes[0], 0), HUES) for coding in active}
    return tuple(f"l{lane}h{hue}" + (f" l{lane}p{pattern}" if pattern else "")
                 for lane, (pattern, hue) in sorted(drawn.items()))
