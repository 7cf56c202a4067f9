"""Rows that leave as they came: of an imported file, of sample data, and of studies that are not anonymous."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement

from instruments.schema import NOT_SHOWN
from surveyapp.services.answer_columns import CORRECTED, DURATION, LANGUAGE, ORDER_ENDING, RESPONDENT
from surveyapp.services.questionnaire import Questionnaire
from surveyapp.services.release import Cell, ReleaseColumn, ReleaseTable, Row
from surveyapp.services.release_columns import answer_column
from surveyapp.services.response_rows import Person, Source

NOBODY: Mapping[str, str] = {}
NOTHING_CORRECTED: Mapping[str, Sequence[str]] = {}
_NOWHERE: Mapping[str, Cell] = {}


def plain_table(source: Source, questionnaire: Questionnaire, name: str,
                condition: ColumnElement[bool], names: Mapping[str, str] = NOBODY,
                corrected: Mapping[str, Sequence[str]] = NOTHING_CORRECTED) -> ReleaseTable:
    """Return everything of everybody who meets the condition, one row a person, named where names are given.

    Where answers were corrected, a column names the items of each row.
    """
    layout = _Layout(questionnaire)
    more = (ReleaseColumn(CORRECTED, measure="text"),) if corrected else ()

    def read() -> Iterator[Row]:
        for number, person in enumerate(source.people(condition), 1):
            row = layout.row(names.get(person.key) or person.source_key or f"row{number}", person)
            yield [*row, ";".join(corrected.get(person.key, ()))] if corrected else row

    return ReleaseTable(name, (*layout.columns, *more), source.count(condition), read)


class _Layout:
    """The columns of the table, and one person's cells in them."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        pages = questionnaire.pages
        asked = [item for page in pages for item in page.items if item.kind != "note"]
        self.items = [item.key for item in asked]
        self.pick = picker(self.items)
        self.texts = [name for item in asked for name in item.text_fields.values()]
        self.ordered = [(page.key, item.key) for page in pages if page.section.is_shuffled
                        for item in page.items if item.takes_answer]
        owner = {name: item for item in asked for name in item.text_fields.values()}
        self.columns = (
            ReleaseColumn(RESPONDENT, measure="text"), ReleaseColumn(LANGUAGE),
            ReleaseColumn(DURATION, measure="scale"), *(answer_column(item) for item in asked),
            *(ReleaseColumn(name, owner[name].key, owner[name].item.text, measure="text") for name in self.texts),
            *(ReleaseColumn(key + ORDER_ENDING, measure="scale") for _, key in self.ordered))

    def row(self, name: str, person: Person) -> Row:
        """Return one person's cells."""
        answers = person.answers
        seconds: Cell = "" if person.duration_ms is None else round(person.duration_ms / 1000, 1)
        cells: list[Any] = [name, person.language, seconds]
        try:
            found = self.pick(answers)      # most people have a value or a code for every item
        except KeyError:
            found = [answers.get(key, NOT_SHOWN) for key in self.items]
        cells += [answer if answer.__class__ is int else cell_of(answer) for answer in found]
        cells += [cell_of(answers.get(key, "")) for key in self.texts]
        if self.ordered:
            places = {section: {key: place for place, key in enumerate(keys, 1)}
                      for section, keys in person.order.items()}
            cells += [places.get(section, _NOWHERE).get(key, "") for section, key in self.ordered]
        return cells


def picker(keys: Sequence[str]) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
    """Return what takes the values of these keys out of a mapping; KeyError if one is not there."""
    if len(keys) > 1:
        return itemgetter(*keys)
    return lambda mapping: [mapping[key] for key in keys]


def cell_of(answer: Any) -> Cell:
    """Return an answer as one cell."""
    if isinstance(answer, (list, tuple)):
        return ";".join(str(value) for value in answer)
    if isinstance(answer, float) and answer.is_integer():
        return int(answer)
    return answer if isinstance(answer, (str, int, float)) else str(answer)
