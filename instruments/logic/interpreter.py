"""Tree → value. Every function is total: a wrong kind of value gives an empty or NaN result, never an error."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

from instruments.errors import LogicError
from instruments.logic.grammar import Tree
from instruments.logic.patterns import matches
from instruments.logic.values import (
    Value,
    as_value,
    date_of_days,
    find_date,
    is_true,
    normal_space,
    to_number,
    to_text,
    trimmed,
    words,
)

_EXACT_WHOLE = 2.0**52      # from here on every number is whole
_MAX_ROUND_DIGITS = 15      # a number has no more digits than these
_DATE_LENGTH = 10


class Function(NamedTuple):
    """A function of the language: how many arguments it takes (None: any number) and what it computes."""

    least: int
    most: int | None
    compute: Callable[[tuple[Value, ...], _Context], Value]


class _Context(NamedTuple):
    values: Mapping[str, Any]
    self_value: Value
    today: str | None


def evaluate(
    tree: Tree, values: Mapping[str, Any], self_value: Any = None, today: date | str | None = None,
) -> Value:
    """Return the value of an expression; `values` maps item keys to answers, and an item that is absent is empty."""
    day = today.isoformat() if isinstance(today, date) else today
    return _value(tree, _Context(values, as_value(self_value), day))


def _value(tree: Tree, context: _Context) -> Value:
    match tree[0]:
        case "number" | "string":
            constant: Value = tree[1]
            return float(constant) if isinstance(constant, int) else constant
        case "item":
            return as_value(context.values.get(tree[1]))
        case "self":
            return context.self_value
        case "negate":
            return -to_number(_value(tree[1], context))
        case "binary":
            return _binary(tree, context)
        case "call":
            return _call(tree, context)
    raise LogicError("expression", f"the tree holds an unknown node {tree[0]!r}.", "Read the expression again.")


def _binary(tree: Tree, context: _Context) -> Value:
    sign = tree[1]
    left = _value(tree[2], context)
    if sign == "and":
        return is_true(left) and is_true(_value(tree[3], context))
    if sign == "or":
        return is_true(left) or is_true(_value(tree[3], context))
    right = _value(tree[3], context)
    if sign in ("=", "!="):
        return _equal(left, right) is (sign == "=")
    if sign in _ORDER:
        return _ORDER[sign](to_number(left), to_number(right))
    return _ARITHMETIC[sign](to_number(left), to_number(right))


def _equal(left: Value, right: Value) -> bool:
    if _is_number(left) or _is_number(right):
        return to_number(left) == to_number(right)
    return to_text(left) == to_text(right)


def _is_number(value: Value) -> bool:
    return isinstance(value, float)


def _divide(left: float, right: float) -> float:
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left) or math.isnan(right):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _remainder(left: float, right: float) -> float:
    if right == 0 or math.isinf(left) or math.isnan(left) or math.isnan(right):
        return math.nan
    return math.fmod(left, right)


_ORDER: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}
_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "div": _divide, "mod": _remainder,
}


def _call(tree: Tree, context: _Context) -> Value:
    name, arguments = tree[1], tree[2]
    function = FUNCTIONS.get(name)
    if function is None or len(arguments) < function.least or (
            function.most is not None and len(arguments) > function.most):
        raise LogicError("expression", f"`{name}` with {len(arguments)} argument(s) is not known.", "Check it first.")
    if name == "if":
        return _value(arguments[1] if is_true(_value(arguments[0], context)) else arguments[2], context)
    return function.compute(tuple(_value(argument, context) for argument in arguments), context)


# ---- functions ------------------------------------------------------------------------------------------------------
def _first_or_self(given: tuple[Value, ...], context: _Context) -> Value:
    return given[0] if given else context.self_value


def _whole(number: float) -> float:
    return float(math.trunc(number)) if math.isfinite(number) else number


def round_half_up(number: float, digits: float = 0.0) -> float:
    """Return a number rounded half up (towards plus infinity) to some digits behind the point."""
    if math.isnan(digits) or abs(digits) > _MAX_ROUND_DIGITS:
        return math.nan
    factor = float(f"1e{int(digits)}")
    scaled = number * factor
    if not math.isfinite(scaled) or abs(scaled) >= _EXACT_WHOLE:
        return number
    return math.floor(scaled + 0.5) / factor


def _round(given: tuple[Value, ...], _context: _Context) -> Value:
    return round_half_up(to_number(given[0]), to_number(given[1]) if len(given) > 1 else 0.0)


def _date(given: tuple[Value, ...], _context: _Context) -> Value:
    value = given[0]
    if isinstance(value, float):
        return date_of_days(value)
    text = trimmed(to_text(value))
    found = find_date(text[:_DATE_LENGTH])
    if found is None or (len(text) > _DATE_LENGTH and text[_DATE_LENGTH] not in "T "):
        return ""
    return found.isoformat()


def _today(_given: tuple[Value, ...], context: _Context) -> Value:
    if context.today is None:
        raise LogicError("expression", "today() has no date.", "Pass the study's date to `evaluate`.")
    return context.today


def _numbers(given: tuple[Value, ...]) -> list[float]:
    return [to_number(value) for value in given if _is_number(value) or to_text(value) != ""]


def _extreme(choose: Callable[[list[float]], float]) -> Callable[[tuple[Value, ...], _Context], Value]:
    def compute(given: tuple[Value, ...], _context: _Context) -> Value:
        numbers = _numbers(given)
        if not numbers or any(math.isnan(number) for number in numbers):
            return math.nan
        return choose(numbers)
    return compute


def _sum(given: tuple[Value, ...], _context: _Context) -> Value:
    total = 0.0
    for number in _numbers(given):      # added from left to right, as the browser does
        total += number
    return total


def _regex(given: tuple[Value, ...], _context: _Context) -> Value:
    try:
        return matches(to_text(given[1]), to_text(given[0]))
    except LogicError:      # the checker refuses such a pattern; one that slipped in fits nothing
        return False


def _coalesce(given: tuple[Value, ...], _context: _Context) -> Value:
    return next((value for value in given if to_text(value) != ""), "")


FUNCTIONS: Mapping[str, Function] = {
    "selected": Function(2, 2, lambda given, _: trimmed(to_text(given[1])) in words(given[0])),
    "count-selected": Function(1, 1, lambda given, _: float(len(words(given[0])))),
    "not": Function(1, 1, lambda given, _: not is_true(given[0])),
    "if": Function(3, 3, lambda given, _: given[1] if is_true(given[0]) else given[2]),
    "true": Function(0, 0, lambda _given, _: True),
    "false": Function(0, 0, lambda _given, _: False),
    "number": Function(1, 1, lambda given, _: to_number(given[0])),
    "int": Function(1, 1, lambda given, _: _whole(to_number(given[0]))),
    "round": Function(1, 2, _round),
    "min": Function(1, None, _extreme(min)),
    "max": Function(1, None, _extreme(max)),
    "sum": Function(1, None, _sum),
    "string-length": Function(0, 1, lambda given, context: float(len(to_text(_first_or_self(given, context))))),
    "normalize-space": Function(0, 1, lambda given, context: normal_space(to_text(_first_or_self(given, context)))),
    "concat": Function(1, None, lambda given, _: "".join(to_text(value) for value in given)),
    "regex": Function(2, 2, _regex),
    "coalesce": Function(2, None, _coalesce),
    "once": Function(1, 1, lambda given, context: _coalesce((context.self_value, given[0]), context)),
    "today": Function(0, 0, _today),
    "date": Function(1, 1, _date),
}
