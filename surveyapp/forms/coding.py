"""What a posted passage looks like: marked with the mouse, ticked by sentence, or pasted as words."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from surveyapp.errors import NotFound
from surveyapp.services.decoding import normalise

LARGEST_NUMBER = 2 ** 31 - 1        # what a column of numbers holds
KINDS = ("c", "k")      # c17 is coding 17, k4 is link coding 4


@dataclass(frozen=True)
class PassageForm:
    """A passage with what is said of it; `end` is 0 where sentences or words were given instead of a range."""

    start: int
    end: int
    quote: str
    version: str
    turn: int
    sentences: tuple[int, ...]
    words: str
    code: str
    polarity: str
    memo: str
    cause: str
    problem: str
    deed: str               # code, link or memo

    @property
    def is_link(self) -> bool:
        return self.deed == "link"

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> PassageForm:
        """Return the form's values; browsers send line ends as CRLF, the text has LF."""
        return cls(
            start=form.get("start", 0, type=column_number), end=form.get("end", 0, type=column_number),
            quote=normalise(form.get("quote", "")), version=form.get("version", ""),
            turn=form.get("turn", 0, type=column_number), sentences=tuple(form.getlist("sentence", type=column_number)),
            words=form.get("words", ""), code=form.get("code", ""), polarity=form.get("polarity", ""),
            memo=form.get("memo", ""), cause=form.get("cause", ""), problem=form.get("problem", ""),
            deed=form.get("deed", ""))


def column_number(text: str) -> int:
    """Return a number that a column can hold; ValueError otherwise."""
    found = int(text)
    if abs(found) > LARGEST_NUMBER:
        raise ValueError(text)
    return found


def mark_of(mark: str) -> tuple[bool, int]:
    """Return whether a mark names a link, and its number; NotFound otherwise."""
    if mark[:1] not in KINDS or not mark[1:].isdecimal() or int(mark[1:]) > LARGEST_NUMBER:
        raise NotFound("There is no such coding in this interview.", "Load the interview again.")
    return mark[0] == "k", int(mark[1:])
