"""What a posted page says: one reader per kind of item, every fault with its item and a remedy.

Nothing here knows the database or what was answered before. A value that cannot be used never costs another one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from instruments.schema import REFUSED
from surveyapp.errors import marked
from surveyapp.services.questionnaire import CompiledItem, Page

LONGEST_TEXT = 10_000       # characters of an open answer: some 1,500 words
LONGEST_OTHER = 500         # characters behind "other, please state"
LONGEST_NUMBER = 24         # signs; more is a mistake of the finger
GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
PLAIN = re.compile(r"[+-]?(\d+(\.\d+)?|\.\d+)")
CONTROL = re.compile("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\ud800-\\udfff]")     # all but the line end

Form = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Problem:
    """Why a value cannot be used; `text` is a message id with {names}, or wording of the questionnaire's author."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)
    is_own_wording: bool = False        # the author's text, already in the respondent's language
    is_reminder: bool = False           # nothing is wrong; an answer is missing


@dataclass
class PageInput:
    """A posted page: usable answers (with texts of "other"), items left blank, items with a fault."""

    answers: dict[str, Any] = field(default_factory=dict)
    blank: set[str] = field(default_factory=set)
    problems: dict[str, Problem] = field(default_factory=dict)


class Unusable(Exception):
    """Carries the problem of one value from its reader."""

    def __init__(self, text: str, **values: Any) -> None:
        super().__init__(text)
        self.problem = Problem(text, values)


def read_page(page: Page, form: Form, only: frozenset[str] | None = None,
              refused: frozenset[str] = frozenset()) -> PageInput:
    """Return what the form says about the page's items, or those in `only`; `refused` are ticked as not answered."""
    found = PageInput()
    for item in page.items:
        if item.takes_answer and (only is None or item.key in only):
            _read_item(item, form, found)
    for key in found.blank & refused:
        found.answers[key] = REFUSED
    found.blank -= refused
    return found


def _read_item(item: CompiledItem, form: Form, found: PageInput) -> None:
    texts = _read_texts(item, form)
    found.answers.update({item.text_fields[value]: text for value, text in texts.items()})
    try:
        answer = READERS[item.kind](item, form)
        if answer in (None, []) and texts:
            # A text behind "other" without a tick means "other".
            answer = list(texts) if item.kind == "multiple" else next(iter(texts))
    except Unusable as fault:
        found.problems[item.key] = fault.problem
        return
    if answer is None or answer == []:
        found.blank.add(item.key)
    else:
        found.answers[item.key] = answer


def _read_texts(item: CompiledItem, form: Form) -> dict[str, str]:
    texts = {}
    for value, name in item.text_fields.items():
        text = clean_text(_last(form, name))[:LONGEST_OTHER]
        if text:
            texts[value] = text
    return texts


def _last(form: Form, name: str) -> str:
    values = form.get(name)
    return values[-1] if values else ""


def clean_text(text: str) -> str:
    """Return the text composed (NFC), with plain line ends, without control signs and outer space."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return unicodedata.normalize("NFC", CONTROL.sub("", text)).strip()


def _read_option(item: CompiledItem, form: Form) -> Any:
    posted = _last(form, item.key)
    if posted == "":
        return None
    if posted not in item.allowed:
        raise Unusable(marked("This is not one of the options. Please choose again."))
    return item.allowed[posted]


def _read_multiple(item: CompiledItem, form: Form) -> list[str]:
    ticked = set(form.get(item.key, ()))
    if not ticked <= item.allowed.keys():
        raise Unusable(marked("This is not one of the options. Please choose again."))
    chosen = [value for value in item.allowed if value in ticked]
    if len(chosen) > 1 and item.exclusive.intersection(chosen):
        raise Unusable(marked("One of the ticked options rules out the others. Please take it back or the others."))
    most = item.item.max_choices
    if most is not None and len(chosen) > most:
        raise Unusable(marked("Please tick at most {most} options; {n} are ticked."), most=most, n=len(chosen))
    return chosen


def _read_ranking(item: CompiledItem, form: Form) -> list[str]:
    places: dict[int, str] = {}
    for value in item.allowed:
        posted = _last(form, f"{item.key}.{value}")
        if posted == "":
            continue
        if not (posted.isascii() and posted.isdigit()) or not 1 <= int(posted) <= len(item.allowed):
            raise Unusable(marked("This is not one of the options. Please choose again."))
        if int(posted) in places:
            raise Unusable(marked("Place {place} is given twice. Please give each place once."), place=int(posted))
        places[int(posted)] = value
    most = item.item.max_choices
    if most is not None and len(places) > most:
        raise Unusable(marked("Please rank at most {most} options."), most=most)
    return [places[place] for place in sorted(places)]


def read_number(text: str) -> float | None:
    """Return the number a person wrote; None if it is none. Full-width digits, 1,200 and 15% are understood."""
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").replace("−", "-").rstrip("%")
    if len(plain) > LONGEST_NUMBER:
        return None
    if GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    return float(plain) if PLAIN.fullmatch(plain) and plain.isascii() else None


def _read_number(item: CompiledItem, form: Form) -> int | float | None:
    posted = _last(form, item.key).strip()
    if posted == "":
        return None
    number = read_number(posted)
    if number is None:
        raise Unusable(marked("Please write a number in digits, for example 12."))
    if item.kind == "integer" and not number.is_integer():
        raise Unusable(marked("Please write a whole number."))
    check_range(item, number)
    return int(number) if number.is_integer() else number


def check_range(item: CompiledItem, number: float) -> None:
    """Raise Unusable if the number lies outside what the item takes."""
    low, high = item.item.minimum, item.item.maximum
    is_low, is_high = low is not None and number < low, high is not None and number > high
    if (is_low or is_high) and low is not None and high is not None:
        raise Unusable(marked("Please write a number from {low} to {high}."), low=short(low), high=short(high))
    if is_low and low is not None:
        raise Unusable(marked("Please write a number of at least {low}."), low=short(low))
    if is_high and high is not None:
        raise Unusable(marked("Please write a number of at most {high}."), high=short(high))


def short(number: float) -> str:
    """Return the number without a needless point."""
    return str(int(number)) if float(number).is_integer() else str(number)


def _read_text(item: CompiledItem, form: Form) -> str | None:
    text = clean_text(_last(form, item.key))
    if len(text) > LONGEST_TEXT:
        raise Unusable(marked("The text has {n} characters; at most {most} can be stored. Please shorten it."),
                       n=len(text), most=LONGEST_TEXT)
    return text or None


def _read_date(item: CompiledItem, form: Form) -> str | None:
    posted = _last(form, item.key).strip()
    try:
        return date.fromisoformat(posted).isoformat() if posted else None
    except ValueError:
        raise Unusable(marked("Please write a date as year-month-day, for example 2026-05-31.")) from None


def _read_time(item: CompiledItem, form: Form) -> str | None:
    posted = _last(form, item.key).strip()
    try:
        return time.fromisoformat(posted).strftime("%H:%M") if posted else None
    except ValueError:
        raise Unusable(marked("Please write a time as hours:minutes, for example 14:30.")) from None


def _read_nothing(_item: CompiledItem, _form: Form) -> None:
    """Return nothing: what a page says about files is read where they are stored (services.response_file)."""


READERS: Mapping[str, Callable[[CompiledItem, Form], Any]] = {
    "rating": _read_option, "single": _read_option, "acknowledge": _read_option, "multiple": _read_multiple,
    "ranking": _read_ranking, "integer": _read_number, "decimal": _read_number, "text": _read_text,
    "date": _read_date, "time": _read_time, "upload": _read_nothing,
}
