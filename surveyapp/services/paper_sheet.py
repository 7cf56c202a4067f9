"""What is typed of a sheet: the number beside a box, `i` is illegible, `d` is crossed twice where one was asked for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from instruments.errors import InstrumentError
from instruments.paper import Box, PaperPart, boxes_of, paper_parts
from instruments.schema import LEFT_BLANK, NOT_SHOWN, Instrument
from surveyapp.errors import Refused, marked
from surveyapp.services.answer import Problem, read_page
from surveyapp.services.questionnaire import CompiledItem, Page, Questionnaire

REASONS = ":reasons"        # in a page document: item key → why a crossed item counts as blank; no item has such a key
ILLEGIBLE, DOUBLE = "illegible", "double"
TYPED_REASONS = {"i": ILLEGIBLE, "d": DOUBLE}
NUMBERS = re.compile(r"\d+(?:[\s,、]+\d+)*")
Pages = Mapping[str, Mapping[str, Any]]         # section → answers, with the reasons under REASONS
Boxes = Mapping[str, tuple[Box, ...]]


@dataclass(frozen=True)
class Sheet:
    """What was typed of one sheet, by item key or the key of a text behind an option."""

    batch: str
    language: str
    has_consent: bool
    typed: Mapping[str, str]
    number: int = 0         # written on the sheet while it is entered, 0: none was shown
    token: str = ""         # of the page it was typed on: a second click stores nothing


@dataclass(frozen=True)
class Entered:
    """What a response has of one field: the value, and why a crossed item counts as blank."""

    value: Any
    mark: str | None = None

    def document(self) -> dict[str, Any]:
        """Return it as data."""
        return {"value": self.value, "mark": self.mark}


@dataclass
class ReadSheet:
    """The answers and reasons of each page, and what cannot be used."""

    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    reasons: dict[str, dict[str, str]] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)


def sheet_parts(instrument: Instrument, language: str) -> tuple[PaperPart, ...]:
    """Return the questionnaire as its sheets are printed; Refused if it cannot be printed."""
    try:
        return paper_parts(instrument, language)
    except InstrumentError as error:
        raise Refused(marked("This questionnaire cannot be printed, so there are no sheets of it: {fault}"),
                      marked("Enter its answers on the web."), fault=str(error)) from error


def boxes_by_item(questionnaire: Questionnaire, language: str) -> Boxes:
    """Return the boxes of each item that is asked, with their numbers."""
    return {item.key: boxes_of(item.item, item.scale, language)
            for page in questionnaire.pages for item in page.items if item.takes_answer}


def read_sheet(questionnaire: Questionnaire, typed: Mapping[str, str]) -> ReadSheet:
    """Return what was typed as answers, page by page."""
    boxes = boxes_by_item(questionnaire, "")
    found = ReadSheet()
    for page in questionnaire.pages:
        _read(page, typed, boxes, found)
    return found


def read_item(page: Page, key: str, typed: Mapping[str, str], *, takes_marks: bool) -> ReadSheet:
    """Return what was typed of one item of the page, with the texts behind its options."""
    found = ReadSheet()
    items = tuple(item for item in page.items if item.key == key)
    boxes = {item.key: boxes_of(item.item, item.scale, "") for item in items}
    _read(Page(page.section, items), typed, boxes, found, takes_marks=takes_marks)
    return found


def _read(page: Page, typed: Mapping[str, str], boxes: Boxes, found: ReadSheet, *, takes_marks: bool = True) -> None:
    form: dict[str, list[str]] = {}
    reasons: dict[str, str] = {}
    for item in page.items:
        text = unicodedata.normalize("NFKC", typed.get(item.key, "")).strip()
        reason = TYPED_REASONS.get(text.lower()) if takes_marks else None
        if reason is not None and (reason == ILLEGIBLE or boxes.get(item.key)):
            reasons[item.key] = reason
            continue
        form.update({name: [typed[name]] for name in item.text_fields.values() if name in typed})
        try:
            form.update(_form_of(item, text, boxes.get(item.key, ()), typed))
        except _NoSuchBox as error:
            found.problems[item.key] = Problem(marked("There is no box {typed} at this question."),
                                               {"typed": error.args[0]})
    read = read_page(page, form)
    found.problems.update(read.problems)
    found.answers[page.key] = {**dict.fromkeys(reasons, LEFT_BLANK), **read.answers}
    found.reasons[page.key] = reasons


class _NoSuchBox(Exception):
    """Carries what was typed."""


def _form_of(item: CompiledItem, text: str, boxes: tuple[Box, ...],
             typed: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the fields that the web's form would have for what was typed."""
    if not boxes:
        yield item.key, [typed.get(item.key, "")]
        return
    if not text:
        return
    if NUMBERS.fullmatch(text) is None:
        raise _NoSuchBox(text)
    value_of = {box.number: str(box.value) for box in boxes}
    values = []
    for number in re.findall(r"\d+", text):
        if str(int(number)) not in value_of:
            raise _NoSuchBox(number)
        values.append(value_of[str(int(number))])
    if item.kind == "ranking":
        yield from ((f"{item.key}.{value}", [str(place)]) for place, value in enumerate(values, 1))
    elif item.kind == "multiple" or len(values) == 1:
        yield item.key, values
    else:
        raise _NoSuchBox(text)


# ---- fields ---------------------------------------------------------------------------------------------------------
def fields_of(questionnaire: Questionnaire, pages: Pages) -> dict[str, Entered]:
    """Return what the pages hold, by item key or the key of a text, in the questionnaire's order."""
    found: dict[str, Entered] = {}
    for page in questionnaire.pages:
        answers = pages.get(page.key, {})
        for item in page.items:
            if item.takes_answer:
                found[item.key] = _entered(item.key, answers)
                found.update({name: Entered(answers[name]) for name in item.text_fields.values() if name in answers})
    return found


def _entered(key: str, answers: Mapping[str, Any]) -> Entered:
    value = answers.get(key)
    value = LEFT_BLANK if value is None else value
    return Entered(value, answers.get(REASONS, {}).get(key) if value == LEFT_BLANK else None)


def word_fields(questionnaire: Questionnaire) -> frozenset[str]:
    """Return the fields that hold somebody's own words: they are compared, and counted apart."""
    items = [item for page in questionnaire.pages for item in page.items]
    return frozenset([item.key for item in items if item.kind == "text"]
                     + [name for item in items for name in item.text_fields.values()])


def is_same(first: Entered | None, second: Entered | None) -> bool:
    """Tell whether both entries say the same; words may differ in spaces and in full-width signs."""
    return _plain(first) == _plain(second)


def _plain(entered: Entered | None) -> tuple[Any, str | None] | None:
    if entered is None or not isinstance(entered.value, str):
        return None if entered is None else (entered.value, entered.mark)
    return " ".join(unicodedata.normalize("NFKC", entered.value).split()), entered.mark


def is_compared(first: Entered | None, second: Entered | None) -> bool:
    """Tell whether the field counts: not if neither entry has the question, nor if neither has the text."""
    return any(side is not None and side.value != NOT_SHOWN for side in (first, second))


def said(entered: Entered | None, boxes: tuple[Box, ...]) -> str:
    """Return what would be typed for it: numbers of boxes, words, `i`, `d`, or nothing."""
    if entered is None or entered.value in (None, LEFT_BLANK, NOT_SHOWN):
        letters = {reason: letter for letter, reason in TYPED_REASONS.items()}
        return letters.get((entered.mark if entered else None) or "", "")
    number_of = {str(box.value): box.number for box in boxes}
    values = entered.value if isinstance(entered.value, list) else [entered.value]
    return " ".join(number_of.get(str(value), str(value)) for value in values)
