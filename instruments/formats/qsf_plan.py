"""What each question of a Qualtrics file becomes here, its keys, and what its locators stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from instruments.formats.draft import Draft
from instruments.formats.foreign_tree import Operand
from instruments.formats.json_source import as_mapping, as_text
from instruments.formats.qsf_logic import Names
from instruments.formats.qsf_questions import Part, Question
from instruments.schema import MISSING_CODES

NOT_ASKED = {
    "Timing": "it measures time, which every page here does by itself",
    "Meta": "it records the respondent's browser, which is not recorded here",
    "Captcha": "it is a puzzle against robots, which is not asked here",
    "Draw": "it asks for a drawing or signature, which is not asked here",
    "HeatMap": "it asks for clicks on a picture, which is not asked here",
    "HotSpot": "it asks for clicks on a picture, which is not asked here",
    "PGR": "it sorts choices into groups, which is not asked here",
    "DD": "it drills down through levels, which is not asked here",
    "TreeSelect": "it drills down through levels, which is not asked here",
    "SS": "it marks words of a text, which is not asked here",
    "Highlight": "it marks words of a text, which is not asked here",
}
_MULTIPLE_SELECTORS = frozenset({"MAVR", "MAHR", "MACOL", "MSB"})
_LEAST_POINTS = 2
_VALUE = re.compile(r"-?\d{1,4}")


@dataclass(frozen=True)
class Cell:
    """One item of a question, or of one column of a side-by-side question."""

    key: str
    part: Question
    row: Part | None = None
    column: Part | None = None


@dataclass(frozen=True)
class Plan:
    """The items of one question."""

    question: Question
    note_key: str
    cells: tuple[Cell, ...]


def shape_of(question: Question) -> str:
    """Return what the items of a question are: a kind of item, with `rows` or `cells` where there are several."""
    if question.type == "FileUpload":
        return "upload"
    if question.type == "MC":
        if question.selector == "NPS":
            return "nps"
        return "multiple" if question.selector in _MULTIPLE_SELECTORS else "single"
    if question.type == "Matrix":
        return _matrix_shape(question)
    if question.type == "TE":
        return "text rows" if question.selector == "FORM" else "text"
    shapes = {"DB": "note", "RO": "ranking", "Slider": "number rows", "CS": "number rows", "SBS": "columns"}
    return shapes.get(question.type, "")


def _matrix_shape(question: Question) -> str:
    if question.selector == "TE":
        return "text cells"
    if question.selector in ("CS", "RO"):
        return "number cells"
    if question.selector in ("Likert", "Bipolar", "Profile", ""):
        if question.sub_selector in ("MultipleAnswer",):
            return "multiple rows"
        if question.sub_selector in ("DL", "DND") or len(question.answers) < _LEAST_POINTS:
            return "single rows"
        return "rating rows"
    return ""


@dataclass
class Planner:
    """Gives keys and fills the names for conditions and texts."""

    draft: Draft
    names: Names

    def plan(self, question: Question) -> Plan | None:
        """Return the items of a question; None where it is not asked."""
        shape = shape_of(question)
        why = NOT_ASKED.get(question.type) or ("" if shape else f"the type '{question.type} {question.selector}' is not"
                                               " asked here")
        if why:
            self.draft.log.add(question.place, why, "left out")
            self.names.lost[question.id] = f"'{question.tag}' is not asked here"
            return None
        if shape == "note":
            self.names.lost[question.id] = f"'{question.tag}' is a text without an answer"
        if " " not in shape and shape != "columns":
            cell = Cell(self.draft.key(question.tag, question.place), question)
            self._name(cell, shape)
            return Plan(question, "", (cell,))
        note = self.draft.key(question.tag, question.place)
        return Plan(question, note, tuple(self._cells(question)))

    def _cells(self, question: Question) -> Iterator[Cell]:
        if shape_of(question) == "columns":
            for column in question.columns:
                if " " in shape_of(column):
                    yield from self._rows(column)
                else:
                    self.draft.log.add(f"{question.place}, column {column.id}",
                                       f"the type '{column.type} {column.selector}' is not asked here", "left out")
            return
        yield from self._rows(question)

    def _rows(self, question: Question) -> Iterator[Cell]:
        shape = shape_of(question)
        tags = as_mapping(question.raw.get("ChoiceDataExportTags"))
        for row in question.choices:
            wanted = as_text(tags.get(row.id)) or f"{question.tag.replace('#', '_')}_{row.id}"
            place = f"{question.place.split('#')[0]}, row {row.id}"
            if shape.endswith("cells"):
                for column in question.answers:
                    key = self.draft.key(f"{wanted}_{column.id}", place)
                    yield self._named(Cell(key, question, row, column), shape)
            else:
                yield self._named(Cell(self.draft.key(wanted, place), question, row), shape)

    def _named(self, cell: Cell, shape: str) -> Cell:
        self._name(cell, shape)
        return cell

    def _name(self, cell: Cell, shape: str) -> None:
        """Say what the locators of an item stand for."""
        question = cell.part
        row = cell.row.id if cell.row else ""
        rest = f"{row}/{cell.column.id}" if cell.column else row
        self.names.values[question.id, rest] = Operand("item", cell.key)
        parts = question.answers if row and "rows" in shape else question.choices
        values = self.values(question, parts)
        for part in parts:
            name = f"{row}/{part.id}" if row else part.id
            kind = "member" if shape.startswith(("multiple", "ranking")) else "item"
            if part.id in values:
                self.names.options[question.id, name] = Operand(kind, cell.key, values[part.id])
            else:
                self.names.beside.add((question.id, name))

    # ---- stored values ----------------------------------------------------------------------------------------------
    def values(self, question: Question, parts: tuple[Part, ...]) -> Mapping[str, str]:
        """Return what is stored for each choice or answer: its recoded value where all of them can be stored."""
        if shape_of(question) in ("rating rows", "nps"):
            return {identity: str(number) for identity, number in numbers(question, parts).items()}
        recoded = {part.id: as_text(question.recoded.get(part.id)).strip() or part.id for part in parts}
        fit = all(re.fullmatch(r"\S{1,60}", value) and value not in _MISSING for value in recoded.values())
        if fit and len(set(recoded.values())) == len(parts):
            return recoded
        return {part.id: re.sub(r"\s+", "_", part.id) or "_" for part in parts}


def has_shuffled_rows(question: Question) -> bool:
    """Return whether the rows of a matrix are shown in random order."""
    kind = as_text(as_mapping(question.raw.get("Randomization")).get("Type"))
    return question.type == "Matrix" and kind not in ("", "None")


_MISSING = frozenset(map(str, MISSING_CODES))


def numbers(question: Question, parts: tuple[Part, ...]) -> Mapping[str, int]:
    """Return the number of each point of a scale: its recoded value, its id or its place.

    One point with a negative value among others without stands for "does not apply" and gets no number.
    """
    for source in (question.recoded, {part.id: part.id for part in parts}):
        values = {part.id: as_text(source.get(part.id)) for part in parts}
        if not all(_VALUE.fullmatch(value) for value in values.values()):
            continue
        found = {identity: int(value) for identity, value in values.items()}
        below = [identity for identity, number in found.items() if number < 0]
        if len(below) == 1 and len(found) > _LEAST_POINTS:
            del found[below[0]]
        if len(set(found.values())) == len(found) and not set(found.values()) & MISSING_CODES:
            return found
    return {part.id: place for place, part in enumerate(parts, 1)}
