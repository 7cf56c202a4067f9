"""What answers LimeSurvey allows: bounds, lengths, patterns, sums and validation equations → constraints."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from instruments.formats.draft import Draft
from instruments.formats.foreign_logic import NotCarriedError
from instruments.formats.foreign_tree import Operand, call
from instruments.formats.lss_logic import LssTranslator, Names, whole_pattern
from instruments.formats.lss_names import Plan
from instruments.formats.lss_questions import Question
from instruments.logic.grammar import Tree as OurTree
from instruments.logic.unparse import write_expression
from instruments.schema import NUMBER_KINDS, Item

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_PLAIN = re.compile(r"[\d.]+|\$\{[^}]*\}|'[^']*'|[a-z]+\(\)")
_ANY = "any answer is allowed"


@dataclass
class Limits:
    """Adds constraints to the items of one question."""

    draft: Draft
    names: Names

    def apply(self, plan: Plan, items: list[Item]) -> list[Item]:
        """Return the items with what their question allows."""
        question = plan.question
        limited = [self._own(question, item) if item.kind not in ("note", "hidden") else item for item in items]
        limited = self._each(plan, limited)
        return self._whole(plan, limited)

    # ---- one item ---------------------------------------------------------------------------------------------------
    def _own(self, question: Question, item: Item) -> Item:
        if item.kind in ("integer", "decimal"):
            item = self._bounds(question, item)
        if item.kind == "date":
            item = self._dates(question, item)
        if item.kind in ("multiple", "ranking"):
            item = self._numbers_of_choices(question, item)
        if item.kind in ("text", "integer", "decimal"):
            item = self._length(question, item)
        return self._pattern(question, item)

    def _bounds(self, question: Question, item: Item) -> Item:
        for name, sign, field in (("min_num_value_n", ">=", "minimum"), ("max_num_value_n", "<=", "maximum")):
            text = question.attribute(name)
            if not text:
                continue
            if _NUMBER.fullmatch(text) and (field == "maximum" or float(text) > -91):  # noqa: PLR2004  # missing codes
                low = float(text) if field == "minimum" else item.minimum
                high = float(text) if field == "maximum" else item.maximum
                item = replace(item, minimum=low, maximum=high)
            else:
                item = self._with(item, question, f". {sign} {{}}", text, name)
        if item.minimum is not None and item.maximum is not None and item.minimum > item.maximum:
            self.draft.log.add(question.place, "its smallest value is above its largest", "no bounds are kept")
            item = replace(item, minimum=None, maximum=None)
        return item

    def _dates(self, question: Question, item: Item) -> Item:
        for name, sign in (("date_min", ">="), ("date_max", "<=")):
            text = question.attribute(name)
            if not text:
                continue
            expression = f"'{text[:10]}'" if _DATE.match(text) else text.strip().removeprefix("{").removesuffix("}")
            item = self._with(item, question, f". {sign} {{}}", expression, name)
        return item

    def _numbers_of_choices(self, question: Question, item: Item) -> Item:
        places = question.attribute("max_subquestions")
        if item.kind == "ranking" and places.isdecimal() and 1 <= int(places) < len(item.choices):
            item = replace(item, max_choices=int(places))
        for name, sign in (("min_answers", ">="), ("max_answers", "<=")):
            text = question.attribute(name)
            if not text or text == "0":
                continue
            if name == "max_answers" and text.isdecimal() and 1 <= int(text) <= len(item.choices):
                item = replace(item, max_choices=int(text))
            elif not (name == "max_answers" and text.isdecimal()):
                item = self._with(item, question, f"count-selected(.) {sign} {{}}", text, name)
        return item

    def _length(self, question: Question, item: Item) -> Item:
        text = question.attribute("maximum_chars")
        if not text or text == "0":
            return item
        return self._with(item, question, "string-length(.) <= {}", text, "maximum_chars")

    def _pattern(self, question: Question, item: Item) -> Item:
        if not question.pattern.strip():
            return item
        try:
            tree = call("regex", ["self"], ["string", whole_pattern(question.pattern)])
        except NotCarriedError as error:
            self.draft.log.add(question.place, f"its pattern [{question.pattern}] is not read ({error})", _ANY)
            return item
        return _both(item, write_expression(tree))

    def _with(self, item: Item, question: Question, frame: str, text: str, name: str) -> Item:
        """Return the item with a constraint whose bound is LimeSurvey's expression."""
        try:
            bound = LssTranslator(self.names.finder(question.code), item.key).value_expression(text)
        except NotCarriedError as error:
            self.draft.log.add(question.place, f"its setting '{name}' [{text[:200]}] is not read ({error})", _ANY)
            return item
        return _both(item, frame.replace("{}", bound if _PLAIN.fullmatch(bound) else f"({bound})"))

    # ---- each row, and all rows together ----------------------------------------------------------------------------
    def _each(self, plan: Plan, items: list[Item]) -> list[Item]:
        text = plan.question.attribute("em_validation_sq")
        if not text:
            return items
        message = self._message(plan.question, "em_validation_sq_tip")
        return [self._judged(plan.question, item, text, Operand("item", item.key), message)
                if item.kind != "note" else item for item in items]

    def _judged(self, question: Question, item: Item, text: str, this: Operand | None, message: dict[str, str]) -> Item:
        try:
            expression = LssTranslator(self.names.finder(question.code, this), item.key).expression(text)
        except NotCarriedError as error:
            self.draft.log.add(question.place, f"its validation [{text[:200]}] is not read ({error})", _ANY)
            return item
        if item.constraint is None and message:
            item = replace(item, constraint_message=message)
        elif message:
            self.draft.log.add(question.place, "it has several rules with words of their own", "one message is kept")
        return _both(item, expression)

    def _whole(self, plan: Plan, items: list[Item]) -> list[Item]:
        question = plan.question
        asked = [place for place, item in enumerate(items) if item.kind not in ("note", "calculate", "hidden")]
        if not asked:
            return items
        last = items[asked[-1]]
        judged = last
        if text := question.attribute("em_validation_q"):
            judged = self._judged(question, judged, text, None, self._message(question, "em_validation_q_tip"))
        if len(asked) > 1 and last.kind in NUMBER_KINDS:
            judged = self._sums(question, judged, [items[place].key for place in asked])
        if judged != last and len(asked) > 1:
            self.draft.log.add(
                question.place, "a rule judges its rows together", "judged when the last row is answered")
        return [judged if place == asked[-1] else item for place, item in enumerate(items)]

    def _sums(self, question: Question, item: Item, keys: list[str]) -> Item:
        for name, sign in (("min_num_value", ">="), ("max_num_value", "<="), ("equals_num_value", "=")):
            text = question.attribute(name)
            if not text or (text == "0" and name != "equals_num_value"):
                continue
            parts: list[OurTree] = [["self"] if key == item.key else ["item", key] for key in keys]
            total = write_expression(call("sum", *parts))
            item = self._with(item, question, f"{total} {sign} {{}}", text, name)
        return item

    def _message(self, question: Question, name: str) -> dict[str, str]:
        values = question.attributes.get(name, {})
        raw = {language: values.get(language) or values.get("", "") for language in self.draft.languages}
        return dict(self.draft.text(f"{question.place}, message", raw))


def _both(item: Item, expression: str) -> Item:
    whole = f"({item.constraint}) and ({expression})" if item.constraint else expression
    return replace(item, constraint=whole)


