"""A questionnaire on paper: number of each question, number beside each box, conditions as instructions in words.

Answers are entered by number keys, so every box carries the digit that stands for it. The order is that of the
questionnaire, the same on every sheet. A condition that cannot be said in words is refused, not printed wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from instruments.errors import InstrumentError
from instruments.logic import Tree, parse
from instruments.schema import NUMBER_KINDS, REFUSED, AnswerScale, Instrument, Item, Section

UNPRINTED = frozenset({"calculate", "hidden"})
PIPE = re.compile(r"\$\{([\w.-]+)\}")
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {"only": "Only if {condition}.", "otherwise": "Otherwise go on with question {n}.",
           "end": "Otherwise you have reached the end.", "is": "question {n} was answered {values}",
           "not": "question {n} was not answered {values}", "answered": "question {n} was answered",
           "unanswered": "question {n} was left blank", "holds": "question {n} has {values} among its answers",
           "holds_not": "question {n} does not have {values} among its answers",
           ">": "question {n} is more than {values}", "<": "question {n} is less than {values}",
           ">=": "question {n} is {values} or more", "<=": "question {n} is {values} or less",
           "or": " or ", "and": " and ", "list": ", ", "pipe": "(your answer to question {n})"},
    "zh": {"only": "仅当{condition}时作答。", "otherwise": "否则请从第{n}题继续。", "end": "否则问卷到此结束。",
           "is": "第{n}题选{values}", "not": "第{n}题没有选{values}", "answered": "第{n}题已作答",
           "unanswered": "第{n}题未作答", "holds": "第{n}题的答案中有{values}",
           "holds_not": "第{n}题的答案中没有{values}",
           ">": "第{n}题大于{values}", "<": "第{n}题小于{values}", ">=": "第{n}题不小于{values}",
           "<=": "第{n}题不大于{values}", "or": "或", "and": "且", "list": "、", "pipe": "（您对第{n}题的回答）"},
}


class NotSayable(InstrumentError):
    """A condition has no wording on paper."""

    def __init__(self, place: str, expression: str) -> None:
        super().__init__(place, f"The condition {expression} cannot be said in words on paper.",
                         "Ask it of answers that are printed, with =, !=, <, >, selected, and, or; or leave the "
                         "questionnaire to the web.")


@dataclass(frozen=True)
class Box:
    """One box: the number printed beside it, and the value that is stored when it is crossed."""

    number: str
    value: str | int
    label: str
    has_text: bool = False


@dataclass(frozen=True)
class PaperQuestion:
    """One item as it is printed; `number` is its number on paper, 0 for a note."""

    item: Item
    number: int
    text: str
    boxes: tuple[Box, ...]
    condition: str = ""


@dataclass(frozen=True)
class PaperPart:
    """One section as it is printed."""

    section: Section
    title: str
    questions: tuple[PaperQuestion, ...]
    condition: str = ""


def boxes_of(item: Item, scale: AnswerScale | None, language: str) -> tuple[Box, ...]:
    """Return the boxes of an item; points of a scale keep their own number, choices are counted from 1."""
    if item.kind == "rating" and scale is not None:
        points = tuple(Box(str(point.value), point.value, point.label.get(language, "")) for point in scale.points)
        if not scale.not_applicable:
            return points
        free = "0" if scale.low > 0 else str(scale.high + 1)
        return (*points, Box(free, REFUSED, scale.not_applicable.get(language, "")))
    if item.kind == "acknowledge":
        return (Box("1", "OK", ""),)
    return tuple(Box(str(number), choice.value, choice.label.get(language, choice.value), choice.has_text)
                 for number, choice in enumerate(item.choices, 1))


def paper_parts(instrument: Instrument, language: str) -> tuple[PaperPart, ...]:
    """Return the questionnaire as it is printed in the language; NotSayable where a condition has no wording."""
    sheet = _Sheet(instrument, language)
    return tuple(part for section in instrument.sections if (part := sheet.part(section)).questions)


class _Sheet:
    def __init__(self, instrument: Instrument, language: str) -> None:
        self.instrument, self.language = instrument, language
        self.words = WORDS.get(language.split("-")[0], WORDS["en"])
        self.scales = {scale.key: scale for scale in instrument.scales}
        self.items = {item.key: item for item in instrument.items}
        self.in_order = [item for section in instrument.sections for item in instrument.items_of_section(section.key)
                         if item.kind not in UNPRINTED]
        asked = [item.key for item in self.in_order if item.kind != "note"]
        self.numbers = {key: number for number, key in enumerate(asked, 1)}

    def part(self, section: Section) -> PaperPart:
        questions = tuple(self._question(item) for item in self.in_order if item.section == section.key)
        condition = ""
        if section.show_if and questions:
            condition = self._instruction(section.show_if, f"section {section.key}", self._after_section(section))
        return PaperPart(section, section.title.get(self.language, ""), questions, condition)

    def _question(self, item: Item) -> PaperQuestion:
        condition = self._instruction(item.show_if, f"item {item.key}", None) if item.show_if else ""
        return PaperQuestion(item, self.numbers.get(item.key, 0), self._piped(item.text.get(self.language, "")),
                             boxes_of(item, self.scales.get(item.scale or ""), self.language), condition)

    def _piped(self, text: str) -> str:
        return PIPE.sub(lambda found: self.words["pipe"].format(n=self.numbers[found[1]])
                        if found[1] in self.numbers else "…", text)

    def _after_section(self, section: Section) -> int:
        """Return the number of the first question behind the section, 0 at the end."""
        last = max(place for place, item in enumerate(self.in_order) if item.section == section.key)
        return next((self.numbers[item.key] for item in self.in_order[last + 1:] if item.key in self.numbers), 0)

    # ---- conditions -------------------------------------------------------------------------------------------------
    def _instruction(self, expression: str, place: str, goes_on: int | None) -> str:
        said = self._said(parse(expression, place))
        if said is None:
            raise NotSayable(place, expression)
        text = self.words["only"].format(condition=said)
        if goes_on is None:
            return text
        gap = "" if self.language.startswith("zh") else " "
        return text + gap + (self.words["otherwise"].format(n=goes_on) if goes_on else self.words["end"])

    def _said(self, tree: Tree) -> str | None:
        same = self._one_of(tree)
        if same is not None:
            return self._answered(*same)
        if tree[0] == "binary" and tree[1] in ("and", "or"):
            sides = [self._said(side) for side in tree[2:]]
            return self.words[tree[1]].join([side for side in sides if side]) if all(sides) else None
        if tree[0] == "call" and tree[1] == "not" and tree[2][0][0] == "call":
            return self._holds(tree[2][0], "holds_not")
        return self._holds(tree, "holds") if tree[0] == "call" else self._compared(tree)

    def _one_of(self, tree: Tree) -> tuple[str, list[str]] | None:
        """Return item and values where the condition only asks whether an answer is one of several values."""
        if tree[0] != "binary":
            return None
        if tree[1] == "or":
            sides = [self._one_of(side) for side in tree[2:]]
            if all(sides) and sides[0] and sides[1] and sides[0][0] == sides[1][0]:
                return sides[0][0], [*sides[0][1], *sides[1][1]]
            return None
        return (tree[2][1], [_plain(tree[3])]) if tree[1] == "=" and _is_pair(tree) and _plain(tree[3]) else None

    def _answered(self, key: str, values: Iterable[str]) -> str | None:
        return self._worded("is", key, values)

    def _holds(self, tree: Tree, word: str) -> str | None:
        if tree[1] != "selected" or tree[2][0][0] != "item" or tree[2][1][0] not in ("string", "number"):
            return None
        is_many = self.items[tree[2][0][1]].kind in ("multiple", "ranking")
        plain = {"holds": "is", "holds_not": "not"}[word]
        return self._worded(word if is_many else plain, tree[2][0][1], [_plain(tree[2][1])])

    def _compared(self, tree: Tree) -> str | None:
        if not _is_pair(tree):
            return None
        key, value = tree[2][1], _plain(tree[3])
        if value == "":
            if key not in self.numbers or tree[1] not in ("=", "!="):
                return None
            return self.words["unanswered" if tree[1] == "=" else "answered"].format(n=self.numbers[key])
        if tree[1] == "!=":
            return self._worded("not", key, [value])
        return self._worded(tree[1], key, [value]) if tree[1] in self.words else None

    def _worded(self, word: str, key: str, values: Iterable[str]) -> str | None:
        """Return the words with the numbers that are printed beside the boxes; None if one is not printed."""
        if key not in self.numbers:
            return None
        item = self.items[key]
        printed = {str(box.value): box.number for box in boxes_of(item, self.scales.get(item.scale or ""), "")}
        is_free = item.kind in NUMBER_KINDS and item.kind != "rating"
        numbers = [value if is_free else printed.get(value) for value in values]
        if not all(numbers):
            return None
        listed = [number for number in numbers if number]
        text = self.words["list"].join(listed[:-1]) + self.words["or"] + listed[-1] if len(listed) > 1 else listed[0]
        return self.words[word].format(n=self.numbers[key], values=text)


def _is_pair(tree: Tree) -> bool:
    return tree[0] == "binary" and tree[2][0] == "item" and tree[3][0] in ("string", "number")


def _plain(tree: Tree) -> str:
    value = tree[1]
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


