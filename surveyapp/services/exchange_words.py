"""Words replaced in a text with passages at their places moved along, and the turns that a file keeps of a text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from surveyapp.services.foreign_offsets import Placed
from surveyapp.services.foreign_project import ForeignText
from surveyapp.services.pseudonymise import Identifier, check_replacement
from surveyapp.services.speakers import LONGEST_SPEAKER, ParsedTurn, find_turns

YES, NO = "yes", "no"
N_CELLS = 4                 # of a line of turns, behind the speaker


@dataclass(frozen=True)
class ReplacedWords:
    """A text after words were replaced; `cuts` are (start, end, start after, end after), in order."""

    text: str
    cuts: tuple[tuple[int, int, int, int], ...] = ()

    def point(self, place: int, *, is_end: bool) -> int:
        """Return where a place of the old text is now; within replaced words it moves to their edge."""
        number = bisect_right(self.cuts, (place, 1 << 60, 0, 0)) - 1
        if number < 0:
            return place
        start, end, new_start, new_end = self.cuts[number]
        if place == start:
            return new_start
        if place < end:
            return new_end if is_end else new_start
        return place - end + new_end

    def moved(self, placed: Placed) -> Placed:
        """Return the passage at its place in the new text."""
        if placed.place is None or not self.cuts:
            return placed
        start, end = placed.place
        return replace(placed, place=(self.point(start, is_end=False), self.point(end, is_end=True)))


def replaced_words(text: str, found: Sequence[Identifier], chosen: Mapping[str, str]) -> ReplacedWords:
    """Return the text with the chosen words replaced at the places found, or wherever they stand if none were."""
    if not chosen:
        return ReplacedWords(text)
    for words, replacement in chosen.items():
        check_replacement(words, replacement)
    if not found:
        for words in sorted(chosen, key=len, reverse=True):
            text = text.replace(words, chosen[words])
        return ReplacedWords(text)
    places = sorted((start, end, chosen[row.words].strip()) for row in found if row.words in chosen
                    for start, end in row.places if end <= len(text))
    pieces, cuts, last, length = [], [], 0, 0
    for start, end, replacement in places:
        pieces += [text[last:start], replacement]
        begin = length + start - last
        cuts.append((start, end, begin, begin + len(replacement)))
        length, last = begin + len(replacement), end
    return ReplacedWords("".join([*pieces, text[last:]]), tuple(cuts))


def write_turns(turns: Sequence[ParsedTurn]) -> str:
    """Return the turns as lines of speaker, start, end, milliseconds and interviewee, with a line of headings."""
    rows = [f"{turn.speaker}\t{turn.start}\t{turn.end}\t{'' if turn.at_ms is None else turn.at_ms}\t"
            f"{YES if turn.is_interviewee else NO}" for turn in turns]
    return "\n".join(["speaker\tstart\tend\tmilliseconds\tinterviewee", *rows])


def turns_of(text: ForeignText, words: ReplacedWords) -> tuple[ParsedTurn, ...]:
    """Return the turns the file keeps of the text, moved with its words; else those that are seen in it."""
    kept = _read_turns(text.turns, len(text.text))
    if text.is_passages:
        kept = tuple(ParsedTurn("", True, row.start, row.end) for row in text.selections)
    if not kept:
        return find_turns(words.text)
    return tuple(replace(turn, start=words.point(turn.start, is_end=False), end=words.point(turn.end, is_end=True))
                 for turn in kept)


def _read_turns(lines: str, length: int) -> tuple[ParsedTurn, ...]:
    """Return the turns of the lines, or none where a line does not fit the text."""
    turns: list[ParsedTurn] = []
    for line in lines.split("\n")[1:]:
        speaker, *cells = line.rsplit("\t", N_CELLS)
        if len(cells) != N_CELLS or not (cells[0].isdecimal() and cells[1].isdecimal()):
            return ()
        start, end = int(cells[0]), int(cells[1])
        if not (turns[-1].end if turns else 0) <= start < end <= length:
            return ()
        turns.append(ParsedTurn(speaker[:LONGEST_SPEAKER], cells[3] == YES, start, end,
                                int(cells[2]) if cells[2].isdecimal() else None))
    return tuple(turns)
