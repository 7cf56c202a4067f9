"""What a respondent is asked, given the answers so far: sections, items, options, and calculated values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from instruments.logic import evaluate, is_true
from instruments.schema import MISSING_CODES
from surveyapp.services.questionnaire import CompiledItem, Page, Questionnaire

Values = dict[str, Any]


@dataclass(frozen=True)
class Relevance:
    """What is out of the question now; everything else is asked. `values` is what conditions were given."""

    hidden_sections: frozenset[str] = frozenset()
    hidden_items: frozenset[str] = frozenset()
    hidden_choices: frozenset[tuple[str, str]] = frozenset()
    calculated: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)

    def shows_item(self, item: CompiledItem) -> bool:
        return item.key not in self.hidden_items and item.item.section not in self.hidden_sections

    def shows_page(self, page: Page) -> bool:
        """Tell whether there is anything to see on the page."""
        return page.key not in self.hidden_sections and any(
            item.is_visible_kind and item.key not in self.hidden_items for item in page.items)


def as_value(answer: Any) -> Any:
    """Return a stored answer as conditions see it: every kind of empty is the empty text."""
    if isinstance(answer, (list, tuple)):
        return tuple(str(entry) for entry in answer)
    if isinstance(answer, (int, float)) and not isinstance(answer, bool):
        return "" if answer in MISSING_CODES else float(answer)
    return "" if answer is None else answer


def as_answer(value: Any) -> Any:
    """Return a calculated value as it is stored; None if it is empty."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, tuple):
        return list(value) or None
    return value if value != "" else None


def _number(value: float) -> int | float | None:
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN is unequal to itself
        return None
    return int(value) if value.is_integer() else value


def relevance_of(questionnaire: Questionnaire, answers: Mapping[str, Any], today: date | None = None) -> Relevance:
    """Return what is asked; an item that is not asked reads as empty for everything that depends on it."""
    if not questionnaire.steps:
        return Relevance()
    state = _Evaluation(questionnaire, answers, today)
    for kind, key in questionnaire.steps:
        state.take_step(kind, key)
    return Relevance(frozenset(state.hidden_sections), frozenset(state.hidden_items), frozenset(state.hidden_choices),
                     state.calculated, state.values)


class _Evaluation:
    def __init__(self, questionnaire: Questionnaire, answers: Mapping[str, Any], today: date | None) -> None:
        self.questionnaire, self.today = questionnaire, today
        self.values: Values = {key: as_value(answers.get(key)) for key in questionnaire.referenced}
        self.hidden_sections: set[str] = set()
        self.hidden_items: set[str] = set()
        self.hidden_choices: set[tuple[str, str]] = set()
        self.calculated: Values = {}

    def take_step(self, kind: str, key: str) -> None:
        if kind == "section":
            page = self.questionnaire.find_page(key)
            if page is not None and not self._holds(page.show_if):
                self.hidden_sections.add(key)
            return
        item = self.questionnaire.item(key)
        if item.item.section in self.hidden_sections or not self._holds(item.show_if):
            self.hidden_items.add(key)
            self.values[key] = ""
            return
        self._calculate(item)
        self._look_at_choices(item)

    def _holds(self, tree: Any) -> bool:
        return tree is None or is_true(evaluate(tree, self.values, today=self.today))

    def _calculate(self, item: CompiledItem) -> None:
        if item.calculation is not None:
            answer = as_answer(evaluate(item.calculation, self.values, today=self.today))
            self.calculated[item.key] = answer
            self.values[item.key] = as_value(answer)

    def _look_at_choices(self, item: CompiledItem) -> None:
        gone = {value for value, tree in item.choice_conditions.items() if not self._holds(tree)}
        self.hidden_choices.update((item.key, value) for value in gone)
        current = self.values.get(item.key)
        if current in gone:
            self.values[item.key] = ""
        elif isinstance(current, tuple) and gone:
            self.values[item.key] = tuple(value for value in current if value not in gone)
