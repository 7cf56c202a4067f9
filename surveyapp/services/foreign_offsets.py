"""How the offsets of a foreign project count: chosen by holding the words the file gives against the text.

Programs count code points or UTF-16 units, a line break as one or two, a byte-order mark or not, and say the last
sign or the one after it. The words tell which; each combination is tried on all texts of the project at once. NVivo
for Windows gives no words: then the combination is taken under which most passages begin and end at the edge of a word.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from surveyapp.errors import BadInput, marked
from surveyapp.services.foreign_project import ForeignProject, ForeignSelection, ForeignText

ONE, AS_FILED, TWO = "one", "as_filed", "two"        # what a line break counts
LINES: Mapping[str, str] = {
    ONE: marked("a line break counts one"), AS_FILED: marked("a line break counts as in the file"),
    TWO: marked("a line break counts two"),
}
CUT = ("…", "...")          # a name that ends so gives the beginning of the words
SAMPLES, SHOWN = 6, 40      # passages to look at, and signs at each end of a long one
FEWEST_CUT = 3              # signs of such a beginning that say anything
BREAK = re.compile("\n")
WIDE = re.compile("[\U00010000-\U0010ffff]")        # UTF-16 takes two units for each


@dataclass(frozen=True)
class Reading:
    """One way in which offsets may count; the fields are in the order in which ties are decided."""

    lines: str = ONE
    is_utf16: bool = False
    has_mark: bool = False
    is_inclusive: bool = False

    @property
    def key(self) -> str:
        """The reading as one word, for a command or a form."""
        parts = [self.lines, "utf16" if self.is_utf16 else "points", *(["mark"] if self.has_mark else []),
                 "inclusive" if self.is_inclusive else "exclusive"]
        return "-".join(parts)


@dataclass(frozen=True)
class Placed:
    """A selection at its place in the text; None where its words are not there."""

    selection: ForeignSelection
    place: tuple[int, int] | None
    is_moved: bool = False


@dataclass(frozen=True)
class Fit:
    """The reading taken, and how well the words of the file fit it; without words nothing could be checked."""

    reading: Reading
    n_selections: int
    n_with_words: int
    n_matched: int
    n_moved: int
    n_lost: int
    is_chosen_by_hand: bool = False
    n_at_edges: int = 0         # counted where the file gives no words: passages from the edge of a word to one

    @property
    def is_checked(self) -> bool:
        return self.n_with_words > 0


class Ruler:
    """Turns offsets of one text, as a reading counts them, into code points of the text as it is kept."""

    def __init__(self, text: ForeignText, reading: Reading) -> None:
        self._text, self._reading, self._length = text.text, reading, len(text.text)
        extras = sorted(_extras(text, reading))
        self._starts = [place + n for n, place in enumerate(extras)]

    def point(self, offset: int) -> int:
        """Return the code point at the offset; one within a wide sign leads to the sign's beginning."""
        n = bisect_left(self._starts, offset)
        return offset - n

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return the half-open range, cut to the text."""
        last = end + (1 if self._reading.is_inclusive else 0)
        first, after = self.point(start), self.point(last)
        return max(0, min(first, self._length)), max(0, min(after, self._length))


def _extras(text: ForeignText, reading: Reading) -> Iterator[int]:
    """Yield the code points after which the file counts one more than we do."""
    if reading.lines == TWO:
        yield from (found.start() for found in BREAK.finditer(text.text))
    elif reading.lines == AS_FILED:
        yield from text.crlf
        yield from (place - 1 for place in text.dropped)
    if reading.is_utf16:
        yield from (found.start() for found in WIDE.finditer(text.text))
    if reading.has_mark and text.has_mark:
        yield -1


def readings_of(project: ForeignProject) -> list[Reading]:
    """Return the readings in which the texts of the project differ, likelier ones first."""
    texts = [text for text in project.texts if text.selections]
    lines = [ONE]
    if any(text.crlf or text.dropped for text in texts):
        lines.append(AS_FILED)
    if any("\n" in text.text for text in texts):
        lines.append(TWO)
    wide = [False, True] if any(WIDE.search(text.text) for text in texts) else [False]
    marks = [False, True] if any(text.has_mark for text in texts) else [False]
    return [Reading(line, is_utf16, has_mark, is_inclusive) for is_inclusive in (False, True) for has_mark in marks
            for line in lines for is_utf16 in wide]


def choose_reading(project: ForeignProject, wanted: str = "") -> Fit:
    """Return the reading under which most words are where the file says, or the wanted one, and how well it fits."""
    readings = readings_of(project)
    if wanted:
        chosen = next((reading for reading in readings if reading.key == wanted), None)
        if chosen is None:
            raise BadInput("{reading} is no way to read the offsets of this file.", "Choose one of: {known}.",
                           reading=repr(wanted), known=", ".join(reading.key for reading in readings))
    else:
        chosen = _best(project, readings)
    return _fit(project, chosen, is_chosen_by_hand=bool(wanted))


def _best(project: ForeignProject, readings: list[Reading]) -> Reading:
    """Return the first of the readings that fit best."""
    n_words = sum(bool(selection.quote) for text in project.texts for selection in text.selections)
    best, best_score = readings[0], (-1, -1)
    for reading in readings:
        score = _score(project, reading)
        if score > best_score:
            best, best_score = reading, score
        if score[0] == n_words:
            break
    return best if best_score[1] else max(readings, key=lambda reading: _n_at_edges(project, reading))


def _n_at_edges(project: ForeignProject, reading: Reading) -> int:
    """Return how many passages begin and end at the edge of a word and not with white space."""
    n = 0
    for text in project.texts:
        ruler = Ruler(text, reading) if text.selections else None
        for selection in text.selections if ruler else ():
            start, end = ruler.place(selection.start, selection.end) if ruler else (0, 0)
            n += start < end and _is_edge(text.text, start) and _is_edge(text.text, end) and not (
                text.text[start].isspace() or text.text[end - 1].isspace())
    return n


def _is_edge(text: str, place: int) -> bool:
    return not 0 < place < len(text) or not (text[place - 1].isalnum() and text[place].isalnum())


def _score(project: ForeignProject, reading: Reading) -> tuple[int, int]:
    exact = loose = 0
    for text in project.texts:
        ruler = Ruler(text, reading) if text.selections else None
        for selection in text.selections if ruler else ():
            start, end = ruler.place(selection.start, selection.end) if ruler else (0, 0)
            words = text.text[start:end]
            exact += words == selection.quote
            loose += _says(words, selection.quote)
    return exact, loose


def _says(words: str, quote: str) -> bool:
    """Return whether the words are those of the quote, or begin as one that was cut; white space counts as a blank."""
    said, wanted = " ".join(words.split()), " ".join(quote.split())
    if not wanted:
        return False
    if said == wanted:
        return True
    cut = next((mark for mark in CUT if wanted.endswith(mark)), None)
    beginning = wanted.removesuffix(cut).rstrip() if cut else ""
    return len(beginning) >= FEWEST_CUT and said.startswith(beginning)


def _fit(project: ForeignProject, reading: Reading, *, is_chosen_by_hand: bool) -> Fit:
    n = n_words = n_matched = n_moved = n_lost = 0
    trusts = words_are_quotes(project, reading)
    for text in project.texts:
        for placed in place_selections(text, reading, trusts_words=trusts):
            n += 1
            has_words = trusts and bool(placed.selection.quote.strip())
            n_words += has_words
            n_lost += placed.place is None
            n_moved += placed.is_moved
            n_matched += has_words and placed.place is not None and not placed.is_moved
    n_at_edges = _n_at_edges(project, reading) if n and not n_words else 0
    return Fit(reading, n, n_words, n_matched, n_moved, n_lost, is_chosen_by_hand, n_at_edges)


def sample_passages(project: ForeignProject, reading: Reading) -> list[str]:
    """Return the words of some passages from all over the project, as the reading gives them, to be looked at."""
    trusts = words_are_quotes(project, reading)
    found = [(text, placed.place) for text in project.texts
             for placed in place_selections(text, reading, trusts_words=trusts) if placed.place is not None]
    step = max(1, len(found) // SAMPLES)
    return [shown(text.text, place) for text, place in found[::step][:SAMPLES] if place is not None]


def shown(text: str, place: tuple[int, int]) -> str:
    """Return the words of a passage on one line, the middle of long ones left out: both ends tell of the reading."""
    words = " ".join(text[place[0]:place[1]].split())
    return words if len(words) <= 2 * SHOWN else f"{words[:SHOWN]} […] {words[-SHOWN:]}"


def words_are_quotes(project: ForeignProject, reading: Reading) -> bool:
    """Return whether the names of passages are their words at all; some programs write other names there."""
    return _score(project, reading)[1] > 0


def place_selections(text: ForeignText, reading: Reading, *, trusts_words: bool) -> list[Placed]:
    """Return each selection at its place.

    Where the words are elsewhere and occur once, the selection moves there; where they do not, it has no place.
    """
    ruler = Ruler(text, reading)
    return [_place(text.text, ruler, selection, trusts_words=trusts_words) for selection in text.selections]


def _place(text: str, ruler: Ruler, selection: ForeignSelection, *, trusts_words: bool) -> Placed:
    start, end = ruler.place(selection.start, selection.end)
    words = text[start:end]
    is_usable = start < end and bool(words.strip())
    if not trusts_words or not selection.quote.strip():
        return Placed(selection, (start, end) if is_usable else None)
    if is_usable and _says(words, selection.quote):
        return Placed(selection, (start, end))
    first = text.find(selection.quote)
    if first >= 0 and text.find(selection.quote, first + 1) < 0:
        return Placed(selection, (first, first + len(selection.quote)), is_moved=True)
    return Placed(selection, None)
