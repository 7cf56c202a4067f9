"""One cell of a file → the answer it means: codes, words in any of the languages, missing codes, empty."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from instruments.schema import LEFT_BLANK, MISSING_CODES, REFUSED
from surveyapp.errors import marked
from surveyapp.services.answer import LONGEST_TEXT, Unusable, check_range, clean_text, read_number, short
from surveyapp.services.answer_columns import folded
from surveyapp.services.questionnaire import CompiledItem

CODES = {str(code): code for code in MISSING_CODES}
PARTING = re.compile(r"\s*[;|；｜]\s*")
LOOSE_PARTING = re.compile(r"[\s,，、]+")      # between codes only: the words of an option may hold such signs
TICKED = frozenset({"1", "true", "yes", "x", "✓", "是", "√"})
UNTICKED = frozenset({"", "0", "false", "no", "否"})


class CellFault(Exception):
    """Why a cell cannot be taken over, and what to do; both with {names} already filled in."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason, self.remedy = reason, remedy


class CellReader:
    """Reads the cells of one item; what was read once is remembered, because files repeat few values."""

    def __init__(self, item: CompiledItem) -> None:
        self.item = item
        self._known: dict[str, Any] = {}
        self._by_word = _words_of(item)
        self._read: Callable[[str], Any] = {
            "rating": self._option, "single": self._option, "acknowledge": self._option, "multiple": self._list,
            "ranking": self._list, "integer": self._number, "decimal": self._number, "date": self._date,
            "time": self._time, "calculate": self._computed,
        }.get(item.kind, self._text)

    def read(self, cell: str) -> Any:
        """Return the answer or a missing code; CellFault if the cell holds neither."""
        if cell not in self._known:
            answer = self._answer(cell.strip())
            if self.item.kind == "text":
                return answer       # open answers do not repeat
            self._known[cell] = answer
        answer = self._known[cell]
        return list(answer) if isinstance(answer, list) else answer

    def _answer(self, cell: str) -> Any:
        if not cell:
            return LEFT_BLANK
        code = CODES.get(cell.removesuffix(".0"))
        return code if code is not None else self._read(cell)

    def _option(self, cell: str) -> Any:
        word = folded(cell)
        for candidate in (word, word.removesuffix(".0")):
            if candidate in self._by_word:
                return self._by_word[candidate]
        raise CellFault(_NOT_AN_OPTION, f"Use one of: {self.options()}; or -91, -92, -93, -94; or leave it empty.")

    def options(self) -> str:
        """Return what the item takes, for a message."""
        if self.item.scale is not None:
            return f"{self.item.scale.low} to {self.item.scale.high}, or the words of the scale"
        return ", ".join(self.item.allowed)

    def _list(self, cell: str) -> Any:
        parts = [code for part in PARTING.split(cell) if part for code in self._codes(part)]
        return self.checked(list(dict.fromkeys(map(self._option, parts))))

    def _codes(self, part: str) -> list[str]:
        """Return one option, or several where commas or spaces part nothing but codes."""
        codes = [code for code in LOOSE_PARTING.split(part) if code]
        is_several = folded(part) not in self._by_word and all(code in self.item.allowed for code in codes)
        return codes if is_several else [part]

    def checked(self, chosen: list[str]) -> Any:
        """Return the options if they may go together; the code for blank if there is none."""
        most = self.item.item.max_choices
        if most is not None and len(chosen) > most:
            raise CellFault(marked("More options are named than the item allows."), f"Name at most {most}.")
        if self.item.kind == "multiple":
            if len(chosen) > 1 and self.item.exclusive.intersection(chosen):
                raise CellFault(marked("One of the options rules out the others."),
                                marked("Keep it alone, or remove it."))
            chosen = [value for value in self.item.allowed if value in chosen]
        return chosen or LEFT_BLANK

    def _number(self, cell: str) -> Any:
        number = read_number(cell)
        if number is None:
            raise CellFault(marked("This is not a number."), marked("Write digits, with a point for decimals."))
        if self.item.kind == "integer" and not number.is_integer():
            raise CellFault(marked("This is not a whole number."), marked("Write a whole number."))
        try:
            check_range(self.item, number)
        except Unusable as fault:
            bounds = [bound for bound in (self.item.item.minimum, self.item.item.maximum) if bound is not None]
            raise CellFault(marked("The number lies outside what the item takes."),
                            f"The bounds are: {', '.join(map(short, bounds))}.") from fault
        return int(number) if number.is_integer() else number

    def _computed(self, cell: str) -> Any:
        """Return what was computed: a number where it looks like one."""
        number = read_number(cell)
        if number is None:
            return self._text(cell)
        return int(number) if number.is_integer() else number

    def _date(self, cell: str) -> str:
        try:
            return date.fromisoformat(cell[:10].replace("/", "-")).isoformat()
        except ValueError:
            raise CellFault(marked("This is not a date."), marked("Write it as 2026-05-31.")) from None

    def _time(self, cell: str) -> str:
        try:
            return time.fromisoformat(cell).strftime("%H:%M")
        except ValueError:
            raise CellFault(marked("This is not a time."), marked("Write it as 14:30.")) from None

    def _text(self, cell: str) -> Any:
        text = clean_text(cell)
        if len(text) > LONGEST_TEXT:
            raise CellFault(marked("The text is longer than can be stored."),
                            f"Shorten it to {LONGEST_TEXT} characters.")
        return text or LEFT_BLANK


_NOT_AN_OPTION = marked("This is not one of the item's options.")


def read_ticks(reader: CellReader, cells: dict[str, str]) -> Any:
    """Return the answer that stands in one column per option: ticks, or places of a ranking."""
    codes = {CODES[cell] for cell in cells.values() if cell in CODES}
    if codes:
        return max(codes) if len(codes) == 1 else REFUSED if REFUSED in codes else max(codes)
    if reader.item.kind == "ranking":
        places = {choice: read_number(cell) for choice, cell in cells.items() if cell}
        if None in places.values() or len(set(places.values())) < len(places):
            raise CellFault(marked("The places are not all different numbers."), marked("Write 1, 2, 3 … once each."))
        return reader.checked(sorted(places, key=lambda choice: places[choice] or 0))
    for cell in cells.values():
        if folded(cell) not in TICKED | UNTICKED:
            raise CellFault(marked("This is neither 1 nor 0."), marked("Write 1 for ticked, 0 for not ticked."))
    return reader.checked([choice for choice, cell in cells.items() if folded(cell) in TICKED])


def _words_of(item: CompiledItem) -> dict[str, Any]:
    """Return every way to write an option: its code first, then its words in each language."""
    words: dict[str, Any] = {folded(code): value for code, value in item.allowed.items()}
    if item.scale is not None:
        for point in item.scale.points:
            for label in point.label.values():
                words.setdefault(folded(label), point.value)
        for label in (item.scale.not_applicable or {}).values():
            words.setdefault(folded(label), REFUSED)
    for choice in item.item.choices:
        for label in choice.label.values():
            words.setdefault(folded(label), choice.value)
    return words


def read_duration(cell: str) -> int | None:
    """Return seconds as milliseconds; None if the cell is empty."""
    if not cell or cell in CODES:
        return None
    seconds = read_number(cell)
    if seconds is None or seconds < 0:
        raise CellFault(marked("This is not a number of seconds."), marked("Write seconds, for example 412."))
    return round(seconds * 1000)


def seconds_between(started: str, submitted: str) -> int | None:
    """Return the milliseconds between two instants of the file; None if one is empty, CellFault if they make none."""
    if not started or not submitted or {started, submitted} & CODES.keys():
        return None
    try:
        span = (datetime.fromisoformat(submitted) - datetime.fromisoformat(started)).total_seconds()
    except (ValueError, TypeError):
        raise CellFault(marked("These are not two instants."),
                        marked("Write both as 2026-05-31T09:30:00, or give duration_s.")) from None
    if span < 0:
        raise CellFault(marked("The end lies before the start."), marked("Correct the instants, or give duration_s."))
    return round(span * 1000)
