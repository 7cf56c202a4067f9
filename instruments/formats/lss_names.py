"""What the questions of a LimeSurvey file are called here, and what their names stand for in its expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from instruments.formats.draft import Draft, numbers_of_codes
from instruments.formats.foreign_tree import Operand
from instruments.formats.lss_logic import Names
from instruments.formats.lss_questions import Group, Question, SubQuestion
from instruments.schema import MISSING_CODES

ROW_TYPES = frozenset("QKABCEFH")       # one item for each row
GRID_TYPES = frozenset(";:")            # one item for each row and column
RATING_TYPES = frozenset("ABFH1")
OTHER, OTHER_CODE = "other", "-oth-"
UNASKED = {
    "I": "it switches the language, which every page here offers by itself",
}
UNASKED_THEMES = {"browserdetect": "it records the respondent's browser, which is not recorded here"}
_FIXED_CODES: Mapping[str, tuple[str, ...]] = {
    "Y": ("Y", "N"), "G": ("F", "M"), "C": ("Y", "U", "N"), "E": ("I", "S", "D"),
}


@dataclass(frozen=True)
class Cell:
    """One item that a question becomes; `rest` is what its name has behind the question's code."""

    key: str
    rest: str = ""
    row: SubQuestion | None = None
    column: SubQuestion | None = None
    scale: int = 0


@dataclass(frozen=True)
class Plan:
    """The items of one question: the note with its words where there are several, and the cells."""

    question: Question
    note_key: str = ""
    cells: tuple[Cell, ...] = ()
    comment_key: str = ""
    codes: tuple[Mapping[str, str], ...] = ({}, {})     # per scale: LimeSurvey's answer code → ours
    unasked: str = ""


@dataclass
class Planner:
    """Gives every question its keys and fills the names that expressions use."""

    draft: Draft
    sid: str
    names: Names = field(default_factory=Names)

    def plan(self, groups: list[Group]) -> dict[str, Plan]:
        """Return the plans by question id."""
        return {question.qid: self._plan(question, group.gid) for group in groups for question in group.questions}

    def _plan(self, question: Question, gid: str) -> Plan:
        unasked = UNASKED.get(question.type) or UNASKED_THEMES.get(question.theme, "")
        codes = tuple(self.codes(question, scale) for scale in (0, 1))
        base = f"{self.sid}X{gid}X{question.qid}"
        if unasked:
            for name in (question.code, base):
                self.names.lost[name] = f"'{question.code}' is not asked here"
            return Plan(question, unasked=unasked)
        if question.type in ROW_TYPES | GRID_TYPES | {"1"}:
            return self._several(question, base, codes)
        return self._one(question, base, codes)

    # ---- one item ---------------------------------------------------------------------------------------------------
    def _one(self, question: Question, base: str, codes: tuple[Mapping[str, str], ...]) -> Plan:
        key = self.draft.key(question.code, question.place)
        comment = self.draft.key(f"{question.code}_comment", question.place) if question.type == "O" else ""
        if question.type == "X":
            for name in (question.code, base):
                self.names.lost[name] = f"'{question.code}' is a text without an answer"
        elif question.type in "MP":
            self._members(question, base, key, codes[0])
        else:
            labels = {"": "several"} if question.type == "R" else self._labels(question, codes[0])
            operand = Operand("item", key, codes=codes[0], labels=labels)
            self._add(question.code, base, "", operand)
        if question.has_other and question.type not in "MP":
            self._lose(question, base, "other", "the words beside 'other'")
        if question.type == "R":
            for place in range(1, len(question.answers) + 1):
                self._lose(question, base, str(place), f"place {place} of a ranking")
        if comment:
            self._add(question.code, base, "comment", Operand("item", comment))
        return Plan(question, cells=(Cell(key),), comment_key=comment, codes=codes)

    def _members(self, question: Question, base: str, key: str, codes: Mapping[str, str]) -> None:
        found = []
        for row in question.rows:
            operand = Operand("member", key, codes.get(row.code, row.code))
            self._add(question.code, base, row.code, operand)
            found.append((row.code, operand))
            if question.type == "P":
                self._lose(question, base, f"{row.code}comment", f"the comment beside '{row.code}'")
                self._lose(question, base, f"{row.code}_comment", f"the comment beside '{row.code}'")
        if question.has_other:
            operand = Operand("member", key, codes.get(OTHER_CODE, OTHER), chosen="")
            self._add(question.code, base, OTHER, operand)
            found.append((OTHER, operand))
        self.names.several[question.code] = tuple(found)
        self.names.single.setdefault(question.code, Operand("item", key, codes=codes, labels={"": "several"}))

    # ---- several items ----------------------------------------------------------------------------------------------
    def _several(self, question: Question, base: str, codes: tuple[Mapping[str, str], ...]) -> Plan:
        note = self.draft.key(question.code, question.place)
        cells = []
        for rest, row, column, scale in self._parts(question):
            key = self.draft.key(f"{question.code}_{rest}", f"{question.place}, {rest}")
            cells.append(Cell(key, rest, row, column, scale))
        known = []
        for cell in cells:
            if self.has_boxes(question):
                for column in question.columns:
                    operand = Operand("member", cell.key, codes[1].get(column.code, column.code), chosen="1")
                    self._add(question.code, base, f"{cell.rest}_{column.code}", operand)
                    known.append((f"{cell.rest}_{column.code}", operand))
                continue
            operand = Operand(
                "item", cell.key, codes=codes[cell.scale], labels=self._labels(question, codes[cell.scale]))
            self._add(question.code, base, cell.rest, operand)
            known.append((cell.rest, operand))
        self.names.several[question.code] = tuple(known)
        return Plan(question, note, tuple(cells), codes=codes)

    def _parts(self, question: Question) -> list[tuple[str, SubQuestion, SubQuestion | None, int]]:
        if question.type == "1":
            return [(f"{row.code}_{scale}", row, None, scale) for row in question.rows for scale in (0, 1)]
        if question.type in GRID_TYPES and not self.has_boxes(question):
            return [(f"{row.code}_{column.code}", row, column, 0)
                    for row in question.rows for column in question.columns]
        return [(row.code, row, None, 0) for row in question.rows]

    @staticmethod
    def has_boxes(question: Question) -> bool:
        """Return whether an array of numbers is shown as boxes to tick."""
        return question.type == ":" and question.attribute("multiflexible_checkbox") == "1"

    # ---- names ------------------------------------------------------------------------------------------------------
    def _add(self, code: str, base: str, rest: str, operand: Operand) -> None:
        for name in (f"{code}_{rest}" if rest else code, f"{base}{rest}", f"{base}{_hashed(rest)}"):
            self.names.single.setdefault(name, operand)

    def _lose(self, question: Question, base: str, rest: str, what: str) -> None:
        for name in (f"{question.code}_{rest}", f"{base}{rest}"):
            self.names.lost.setdefault(name, f"it asks for {what} of '{question.code}', which has no name here")

    def _labels(self, question: Question, codes: Mapping[str, str]) -> Mapping[str, str]:
        base = self.draft.base
        return {codes[answer.code]: label for answer in question.answers
                if answer.code in codes and (label := answer.label.get(base, ""))}

    # ---- answer codes -----------------------------------------------------------------------------------------------
    def codes(self, question: Question, scale: int) -> Mapping[str, str]:
        """Return LimeSurvey's answer codes of one scale and what is stored for them here."""
        answers = [answer for answer in question.answers if answer.scale == scale]
        if question.type in RATING_TYPES and question.type not in "AB":
            numbers = numbers_of_codes([answer.code for answer in answers])
            return {code: str(number) for code, number in numbers.items()}
        if self.has_boxes(question) and scale == 1:
            return _choice_codes([column.code for column in question.columns])
        if question.type in "MP":
            return _choice_codes([row.code for row in question.rows], question.has_other)
        known = _FIXED_CODES.get(question.type) or tuple(answer.code for answer in answers)
        return _choice_codes(list(known), question.has_other)


def _hashed(rest: str) -> str:
    """Return the ending of a dual array as the data's field names write it: SQ01#0."""
    return re.sub(r"_([01])$", r"#\1", rest)


def _choice_codes(codes: list[str], has_other: bool = False) -> Mapping[str, str]:
    """Return our value of each code: without spaces, none like a missing code, none twice."""
    found: dict[str, str] = {}
    for code in codes:
        value = re.sub(r"\s+", "_", code.strip()) or "_"
        if value in {str(missing) for missing in MISSING_CODES}:
            value = f"code{value}"
        while value in found.values():
            value += "_"
        found[code] = value
    if has_other:
        value = OTHER
        while value in found.values():
            value += "_"
        found[OTHER_CODE] = value
    return found
