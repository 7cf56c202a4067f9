"""Facts about the organisation from files: all of them as JSON, units and process as CSV or XLSX."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from instruments.codec import CodecError, from_document
from instruments.facts import ProcessStep, StudyFacts, Unit
from instruments.schema import Text
from surveyapp.errors import BadInput, RowError, marked
from surveyapp.services.answer_file import read_answer_file
from surveyapp.services.organisation_check import DAYS, FROM_ZERO, MOST_ROWS, NOT_PEOPLE, PEOPLE, PROCESS, UNITS

COLUMNS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    UNITS: {"key": ("key", "id", "编号", "代码"), "name": ("name", "unit", "名称", "部门"),
            "parent": ("parent", "reports to", "上级", "上级部门"),
            "headcount": ("headcount", "people", "人数"), "responsible": ("responsible", "leads", "牵头")},
    PROCESS: {"number": ("number", "step", "order", "序号"), "name": ("name", "what", "名称", "环节"),
              "owner": ("owner", "责任人", "责任部门"), "input": ("input", "输入"), "output": ("output", "输出"),
              "days": ("days", "天数")},
}
WORDED: Final = ("name", "owner", "input", "output")     # one column a language: name_en, name_zh
YES: Final = ("1", "yes", "y", "true", "x", "是", "√")


def read_facts(content: bytes, name: str) -> StudyFacts:
    """Return the facts of a JSON file; BadInput says where it does not fit."""
    try:
        return from_document(StudyFacts, json.loads(content))
    except (UnicodeDecodeError, json.JSONDecodeError, CodecError, RecursionError) as error:
        raise BadInput("{path}: {error}", "Write the facts as JSON in UTF-8, see docs/study-facts.md.", path=name,
                       error=str(error)) from None


def read_table(content: bytes, name: str, part: str, language: str) -> StudyFacts:
    """Return the units or the process of a table; a column without a language is in `language`."""
    file = read_answer_file(content, name)
    places = _places([head.strip().lower() for head in file.header], part, language)
    if not any(field == "name" for field, _ in places):
        raise BadInput("The file {name} has no column of names.", "Head its columns: {columns}.", name=name,
                       columns=", ".join(COLUMNS[part]))
    rows = []
    for number, cells in file.rows:
        rows.append(_Row(number, {where: cells[place].strip() for where, place in places.items()
                                  if place < len(cells)}))
        if len(rows) > MOST_ROWS:
            raise BadInput("The file {name} has more than {most} rows.", "Leave out what is not needed.", name=name,
                           most=MOST_ROWS)
    faults: list[RowError] = []
    facts = (StudyFacts(units=tuple(_units(rows, faults))) if part == UNITS
             else StudyFacts(process=tuple(_steps(rows, faults))))
    if faults:
        raise BadInput("The file {name} cannot be taken over; nothing was stored.", "Mend the places below.",
                       tuple(faults), name=name)
    return facts


@dataclass(frozen=True)
class _Row:
    """One row of a table: (field, language) → cell; a field that is no wording has no language."""

    number: int
    cells: Mapping[tuple[str, str], str]

    def cell(self, field: str) -> str:
        return self.cells.get((field, ""), "")

    def text(self, field: str) -> Text:
        return {language: words for (name, language), words in self.cells.items() if name == field and words}


def _places(header: Sequence[str], part: str, language: str) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for place, head in enumerate(header):
        stem, _, ending = head.rpartition("_")
        for field, names in COLUMNS[part].items():
            if field in WORDED and stem in names:
                found[(field, ending)] = place
            elif head in names:
                found.setdefault((field, language if field in WORDED else ""), place)
    return found


def _units(rows: Sequence[_Row], faults: list[RowError]) -> Iterator[Unit]:
    keys = [row.cell("key") or f"unit-{place}" for place, row in enumerate(rows, 1)]
    by_name = {words: key for row, key in zip(rows, keys, strict=True) for words in row.text("name").values()}
    for row, key in zip(rows, keys, strict=True):
        above = row.cell("parent")
        people = _number(row, "headcount", faults, PEOPLE, NOT_PEOPLE, FROM_ZERO)
        if people is not None and people != int(people):
            faults.append(RowError(row.number, PEOPLE, row.cell("headcount"), NOT_PEOPLE, FROM_ZERO))
        yield Unit(key, row.text("name"), (above if above in keys else by_name.get(above, above)) or None,
                   None if people is None else int(people), row.cell("responsible").lower() in YES)


NO_DAYS, WRITE_DAYS = marked("This is no number of days."), marked("Write a number such as 2 or 0.5.")


def _steps(rows: Sequence[_Row], faults: list[RowError]) -> Iterator[ProcessStep]:
    for place, row in enumerate(rows, 1):
        number = row.cell("number")
        if number and not (number.isascii() and number.isdecimal() and len(number) <= len(str(MOST_ROWS))):
            faults.append(RowError(row.number, marked("Order"), number, marked("This is no number of a step."),
                                   marked("Number the steps in their order.")))
            number = ""
        yield ProcessStep(int(number or place), row.text("name"), row.text("owner"),
                          _number(row, "days", faults, DAYS, NO_DAYS, WRITE_DAYS),
                          row.text("input"), row.text("output"))


def _number(row: _Row, field: str, faults: list[RowError], column: str, *words: str) -> float | None:
    text = row.cell(field)
    try:
        value = float(text) if text else None
    except ValueError:
        value = math.nan
    if value is not None and not math.isfinite(value):
        faults.append(RowError(row.number, column, text, words[0], words[1]))
        return None
    return value
