"""Conditions of a Qualtrics file: display logic, skip logic, branches and quotas → expressions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from instruments.formats.foreign_logic import NotCarriedError
from instruments.formats.foreign_tree import EMPTY, Operand, call, joined, negated, selected, string
from instruments.formats.json_source import as_mapping, as_number, as_text
from instruments.logic.grammar import Tree as OurTree
from instruments.logic.unparse import write_expression

_LOCATOR = re.compile(r"q://(?P<question>[^/]+)/(?P<kind>\w+)(?:/(?P<rest>.*))?")
_ORDER = {"GreaterThan": ">", "GreaterThanOrEqual": ">=", "LessThan": "<", "LessThanOrEqual": "<="}
_MOST = 300


@dataclass
class Names:
    """What locators such as q://QID2/SelectableChoice/1/4 stand for."""

    options: dict[tuple[str, str], Operand] = field(default_factory=dict)   # (question, "choice" or "row/column")
    values: dict[tuple[str, str], Operand] = field(default_factory=dict)    # (question, row or "") → its item
    beside: set[tuple[str, str]] = field(default_factory=set)               # options that count as "does not apply"
    fields: dict[str, str] = field(default_factory=dict)                    # embedded data → hidden item
    lost: dict[str, str] = field(default_factory=dict)                      # question → why it is not asked

    def item_of(self, question: str, rest: str = "") -> Operand:
        """Return the item that holds the answer of a question or of one of its rows."""
        found = self.values.get((question, rest)) or self.values.get((question, rest.split("/")[0]))
        found = found or self.values.get((question, ""))
        if found is None:
            raise NotCarriedError(self.lost.get(question, f"'{question}' is no question that is asked here"))
        return found


def condition(raw: Any, names: Names) -> str:
    """Return the expression of a logic: sets of sets of tests; NotCarriedError says what cannot be said."""
    sets = [entry for key, entry in sorted(_numbered(raw).items())]
    if not sets:
        raise NotCarriedError("it holds no test")
    tree: OurTree | None = None
    for entry in sets:
        inner = _set(entry, names)
        sign = "or" if as_text(as_mapping(entry).get("Type")).lower().startswith(("or", "elseif")) else "and"
        tree = inner if tree is None else ["binary", sign, tree, inner]
    assert tree is not None  # noqa: S101  # the list was not empty
    return write_expression(tree)


def _numbered(raw: Any) -> Mapping[int, Any]:
    return {int(key): value for key, value in as_mapping(raw).items()
            if key.isdecimal() and len(key) < 5 and isinstance(value, dict)}  # noqa: PLR2004  # not a number of 4,000 digits


def _set(raw: Any, names: Names) -> OurTree:
    tests = [entry for _, entry in sorted(_numbered(raw).items())]
    if not tests or len(tests) > _MOST:
        raise NotCarriedError("it holds no test, or too many")
    groups: list[list[OurTree]] = [[]]      # `and` binds tighter than `or`
    for number, test in enumerate(tests):
        conjunction = as_text(as_mapping(test).get("Conjuction") or as_mapping(test).get("Conjunction")).lower()
        if number and conjunction == "or":
            groups.append([])
        groups[-1].append(_test(as_mapping(test), names))
    return joined("or", [joined("and", group) for group in groups])


def _test(test: Mapping[str, Any], names: Names) -> OurTree:
    kind = as_text(test.get("LogicType"))
    if kind == "EmbeddedField":
        name = as_text(test.get("LeftOperand"))
        if name not in names.fields:
            raise NotCarriedError(f"the embedded field '{name[:60]}' is not set in this file")
        return _value_test(Operand("item", names.fields[name]), test)
    if kind not in ("Question", "") or not as_text(test.get("LeftOperand")).startswith("q://"):
        raise NotCarriedError(f"it asks about '{kind or 'nothing'}'")
    return _question_test(test, names)


def _question_test(test: Mapping[str, Any], names: Names) -> OurTree:
    match = _LOCATOR.fullmatch(as_text(test.get("LeftOperand")))
    if match is None:
        raise NotCarriedError(f"'{as_text(test.get('LeftOperand'))[:60]}' is no answer of a question")
    question, kind, rest = match["question"], match["kind"], match["rest"] or ""
    if kind in ("SelectableChoice", "SelectableAnswer"):
        return _choice_test(test, names, question, rest)
    if kind == "SelectedChoicesCount":
        return _value_test(names.item_of(question, rest), test, count=True)
    if kind in ("ChoiceTextEntryValue", "ChoiceNumericEntryValue", "ChoiceGroup", "ChoiceValue", "TotalSum"):
        return _value_test(names.item_of(question, rest), test)
    raise NotCarriedError(f"it asks for '{kind}' of a question")


def _choice_test(test: Mapping[str, Any], names: Names, question: str, rest: str) -> OurTree:
    operator = as_text(test.get("Operator"))
    if operator in ("Displayed", "NotDisplayed"):
        raise NotCarriedError("it asks whether a choice was displayed")
    operand = names.options.get((question, rest))
    if operand is None:
        item = names.item_of(question, rest)
        if (question, rest) in names.beside:
            raise NotCarriedError(f"choice '{rest}' counts as 'does not apply' there, which reads as no answer")
        raise NotCarriedError(f"item {item.key} has no choice '{rest}'")
    tree = selected(operand) if operand.kind == "member" else [
        "binary", "=", ["item", operand.key], string(operand.value)]
    if operator in ("Selected", "EqualTo"):
        return tree
    if operator in ("NotSelected", "NotEqualTo"):
        return negated(tree)
    raise NotCarriedError(f"the operator '{operator}' is not known here")


def _value_test(operand: Operand, test: Mapping[str, Any], *, count: bool = False) -> OurTree:
    left: OurTree = call("count-selected", ["item", operand.key]) if count else ["item", operand.key]
    operator = as_text(test.get("Operator"))
    build = _TESTS.get(operator)
    if build is not None:
        return build(left, as_text(test.get("RightOperand")))
    if operator in _ORDER:
        bound = as_number(test.get("RightOperand"))
        if bound is None:
            raise NotCarriedError("it compares with what is no number")
        return ["binary", _ORDER[operator], left, ["number", bound] if bound >= 0 else ["negate", ["number", -bound]]]
    raise NotCarriedError(f"the operator '{operator}' is not known here")


def _contains(left: OurTree, text: str) -> OurTree:
    escaped = re.sub(r"([\\.^$*+?{}\[\]|()/-])", r"\\\1", text)
    return call("regex", left, string(rf"[\s\S]*{escaped}[\s\S]*"))


_TESTS: Mapping[str, Callable[[OurTree, str], OurTree]] = {
    "EqualTo": lambda left, text: ["binary", "=", left, string(text)],
    "NotEqualTo": lambda left, text: ["binary", "!=", left, string(text)],
    "Empty": lambda left, _text: ["binary", "=", left, EMPTY],
    "NotEmpty": lambda left, _text: ["binary", "!=", left, EMPTY],
    "Contains": _contains,
    "DoesNotContain": lambda left, text: negated(_contains(left, text)),
}
