"""What kind of value an expression gives, and where an operator or function is given a kind it is not for.

The language is total: a wrong kind gives an empty result, never an error. So a mistake would pass unseen in the field;
it is found here, before. What cannot be known beforehand (hidden and calculated items) is `any` and passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from instruments.logic.grammar import Tree, walk
from instruments.logic.unparse import write_expression
from instruments.logic.values import find_date, is_number_text

ANY, NUMBER, DATE, TEXT, SET, TRUTH, WORD = "any", "number", "date", "text", "set", "truth", "word"
FILE = "file"           # there or not; its name is nobody's business
POINT = "point"         # a point of a scale: a number that can also be chosen
KIND_TYPES: Mapping[str, str] = {
    "rating": POINT, "integer": NUMBER, "decimal": NUMBER, "number": NUMBER, "date": DATE, "time": TEXT, "text": TEXT,
    "multiple": SET, "ranking": SET, "acknowledge": WORD,
    "upload": FILE,
}
CALL_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("selected", "not", "true", "false", "regex"), TRUTH), **dict.fromkeys(("today", "date"), DATE),
    **dict.fromkeys(("count-selected", "number", "int", "round", "sum", "string-length"), NUMBER),
}
NUMBER_FUNCTIONS = frozenset({"int", "round", "min", "max", "sum"})
ORDERINGS = frozenset({"<", "<=", ">", ">="})
ARITHMETIC = frozenset({"+", "-", "*", "div", "mod"})
# What cannot be ordered or reckoned with.
_WRONG = {FILE: "a file", TEXT: "a text", SET: "a set of choices", WORD: "no number"}


class Fault(NamedTuple):
    """A wrong kind: what is wrong and what to do; `is_error` False where it may be meant."""

    reason: str
    remedy: str
    is_error: bool = True


TypeOf = Callable[[str | None], str]        # key of an item (None: the item of `.`) → type


def item_type(kind: str, choices: tuple[str, ...]) -> str:
    """Return the type of an item's answer; choices that are all numbers can be reckoned with."""
    if kind == "single" or (choices and kind not in KIND_TYPES):
        return ANY if choices and all(map(is_number_text, choices)) else WORD if choices else ANY
    return KIND_TYPES.get(kind, ANY)


def type_of(tree: Tree, item: TypeOf) -> str:
    """Return the kind of value that an expression gives."""
    match tree[0]:
        case "string":
            return _type_of_text(tree[1])
        case "item" | "self":
            return item(tree[1] if tree[0] == "item" else None)
        case "call":
            return _type_of_call(tree, item)
        case "binary":
            return _type_of_operation(tree, item)
    return NUMBER       # a number, or one with its sign turned


def _type_of_operation(tree: Tree, item: TypeOf) -> str:
    if tree[1] not in ARITHMETIC:
        return TRUTH
    # A date and a number of days make a day again; two dates make a number of days.
    dates = sum(type_of(side, item) == DATE for side in tree[2:])
    return ANY if dates == 1 and tree[1] in "+-" else NUMBER


def _type_of_text(text: str) -> str:
    if text.strip() == "" or is_number_text(text):
        return ANY
    return DATE if find_date(text.strip()) is not None else WORD


def _type_of_call(tree: Tree, item: TypeOf) -> str:
    name, arguments = tree[1], tree[2]
    if name in CALL_TYPES:
        return CALL_TYPES[name]
    branches = {"if": arguments[1:], "coalesce": arguments, "once": arguments, "min": arguments, "max": arguments}
    kinds = {type_of(branch, item) for branch in branches.get(name, ())}
    return kinds.pop() if len(kinds) == 1 else ANY


def type_faults(tree: Tree, item: TypeOf) -> Iterator[Fault]:
    """Yield where a kind of value stands that an operator or function is not for."""
    for node in walk(tree):
        if node[0] == "binary":
            yield from _operator(node, item)
        elif node[0] == "negate":
            yield from _reckoned(node[1], "-", item)
        elif node[0] == "call":
            yield from _function(node[1], node[2], item)


def _operator(node: Tree, item: TypeOf) -> Iterator[Fault]:
    sign, sides = node[1], node[2:]
    if sign in ARITHMETIC:
        for side in sides:
            yield from _reckoned(side, sign, item)
    elif sign in ORDERINGS:
        yield from _ordered(sides, sign, item)
        yield from _date_and_number(sides, sign, item)
    elif sign in ("=", "!="):
        yield from _date_and_number(sides, sign, item)
        yield from _set_and_word(sides, item)
        yield from _file_and_other(sides, item)
    else:
        for side in sides:
            if side[0] in ("string", "number"):
                yield Fault(
                    f"{write_expression(side)} stands alone beside `{sign}` and is the same for everybody.",
                    f"Write the comparison out: `${{a}} = 'x' {sign} ${{a}} = 'y'`.")


def _ordered(sides: list[Tree], sign: str, item: TypeOf) -> Iterator[Fault]:
    for side in sides:
        if side[0] != "string" and (kind := type_of(side, item)) in _WRONG:
            yield Fault(
                f"`{sign}` orders numbers and dates; {write_expression(side)} is {_WRONG[kind]}.",
                "Compare with `=`, or make it a number item or choices with numbers; `number(...)` reads a text.")


def _date_and_number(sides: list[Tree], sign: str, item: TypeOf) -> Iterator[Fault]:
    kinds = [NUMBER if (kind := type_of(side, item)) == POINT else kind for side in sides]
    if sorted(kinds) == [DATE, NUMBER]:
        date, number = sides if kinds[0] == DATE else sides[::-1]
        yield Fault(
            f"`{sign}` compares a date ({write_expression(date)}) with a number ({write_expression(number)}).",
            "Write the date as '2026-11-23', or subtract two dates to get days.")
    elif DATE in kinds and WORD in kinds and sides[kinds.index(WORD)][0] == "string":
        yield Fault(
            f"`{sign}` compares a date with {write_expression(sides[kinds.index(WORD)])}, which is no date.",
            "Write the date as '2026-11-23'.")


def _set_and_word(sides: list[Tree], item: TypeOf) -> Iterator[Fault]:
    for one, other in (sides, sides[::-1]):
        if type_of(one, item) == SET and other[0] in ("string", "number") and other[1] != "":
            yield Fault(
                f"{write_expression(one)} may hold several choices; `=` is true only where {write_expression(other)} is"
                " the only one.",
                f"Write `selected({write_expression(one)}, {write_expression(other)})`.", is_error=False)


def _file_and_other(sides: list[Tree], item: TypeOf) -> Iterator[Fault]:
    for one, other in (sides, sides[::-1]):
        if type_of(one, item) == FILE and other != ["string", ""]:
            yield _not_a_value(one)


def _not_a_value(side: Tree) -> Fault:
    return Fault(f"{write_expression(side)} is a file, of which only whether it is there is known.",
                 f"Write `{write_expression(side)} != ''` or `{write_expression(side)} = ''`.")


def _reckoned(side: Tree, sign: str, item: TypeOf) -> Iterator[Fault]:
    kind = type_of(side, item)
    if kind in _WRONG:
        remedy = ("`+` does not join texts: write `concat(...)`. " if sign == "+" else "") + (
            "`count-selected(...)` counts choices." if kind == SET else
            "Use a number item, choices with numbers, or `number(...)`.")
        yield Fault(f"`{sign}` reckons with numbers; {write_expression(side)} is {_WRONG[kind]}.", remedy)


def _function(name: str, arguments: list[Tree], item: TypeOf) -> Iterator[Fault]:
    yield from (_not_a_value(argument) for argument in arguments if type_of(argument, item) == FILE)
    if name in NUMBER_FUNCTIONS:
        for argument in arguments:
            if (kind := type_of(argument, item)) in _WRONG:
                yield Fault(       # a text may hold a number; a set or a word never does
                    f"`{name}` is for numbers; {write_expression(argument)} is {_WRONG[kind]}.",
                    "Use a number item, choices with numbers, or `number(...)`.", is_error=kind != TEXT)
    elif name in ("selected", "count-selected") and arguments:
        kind = type_of(arguments[0], item)
        if kind in (NUMBER, DATE):
            yield Fault(
                f"`{name}` is for choices; {write_expression(arguments[0])} is a {kind}.", "Compare with `=`.")
