"""What can be wrong with an expression before it meets an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from instruments.errors import Finding, LogicError
from instruments.logic.grammar import Tree, parse, walk
from instruments.logic.interpreter import FUNCTIONS
from instruments.logic.patterns import compile_pattern
from instruments.logic.types import ANY, item_type, type_faults
from instruments.logic.values import find_date, number_text

LOGIC_RULES: Mapping[str, str] = {
    "INS-101": "An expression can be read.",
    "INS-102": "Every item that an expression names exists and stores an answer.",
    "INS-103": "Every function that an expression calls is one of the language.",
    "INS-104": "A function is given as many arguments as it takes.",
    "INS-105": "A value that an expression compares with an item is one of the item's choices or scale points.",
    "INS-106": "A condition names only items that come before what it governs.",
    "INS-107": "The sign `.` (this item's own answer) stands only in constraints and calculations.",
    "INS-108": "The pattern of `regex` is a quoted text of the pattern language.",
    "INS-109": "An ordering (<, <=, >, >=) compares with a number or a date.",
    "INS-111": "Operators and functions are given the kind of value they are for: numbers, dates, choices, conditions.",
}
_ORDERINGS = ("<", "<=", ">", ">=")


@dataclass(frozen=True)
class KnownItem:
    """What the checker needs to know of an item or column; `choices` is empty where any value is possible."""

    key: str
    kind: str
    choices: tuple[str, ...] = ()
    position: int = -1


def check_expression(
    text: str, known: Mapping[str, KnownItem], place: str = "", *, position: int | None = None,
    self_key: str | None = None, allow_names: bool = False, is_passed: Callable[[str], bool] = lambda _key: True,
) -> tuple[Finding, ...]:
    """Return what is wrong with an expression.

    `position` is the place of what the expression governs: items at or after it are forward references, and so are
    those before it that not everybody has passed by then (`is_passed`). `self_key` is the item that `.` stands for;
    without it `.` has no meaning.
    """
    try:
        tree = parse(text, place, allow_names=allow_names)
    except LogicError as error:
        return (Finding("INS-101", place, f"sign {error.position + 1}: {error.reason}", error.remedy, found=text),)
    found = _Check(known, place, position, self_key, is_passed).findings(tree)
    return tuple(replace(finding, found=text) for finding in found)


@dataclass(frozen=True)
class _Check:
    known: Mapping[str, KnownItem]
    place: str
    position: int | None
    self_key: str | None
    is_passed: Callable[[str], bool]

    def findings(self, tree: Tree) -> Iterator[Finding]:
        for fault in dict.fromkeys(type_faults(tree, self._type)):
            yield Finding("INS-111", self.place, fault.reason, fault.remedy, fault.is_error)
        for node in {str(node): node for node in walk(tree)}.values():
            match node[0]:
                case "item":
                    yield from self._item(node[1])
                case "self" if self.self_key is None:
                    yield Finding("INS-107", self.place, "`.` has no meaning here.", "Name the item: `${name}`.")
                case "call":
                    yield from self._call(node[1], node[2])
                case "binary":
                    yield from self._comparison(node[1], node[2], node[3])

    def _type(self, key: str | None) -> str:
        found = self.known.get(key or self.self_key or "")
        return ANY if found is None else item_type(found.kind, found.choices)

    def _item(self, key: str) -> Iterator[Finding]:
        found = self.known.get(key)
        if found is None:
            yield Finding("INS-102", self.place, f"there is no item '{key}'.", "Correct the name or add the item.")
        elif found.kind == "note":
            yield Finding("INS-102", self.place, f"'{key}' is a note without an answer.", "Name another item.")
        elif self.position is not None and (found.position >= self.position or not self.is_passed(key)):
            yield Finding(
                "INS-106", self.place, f"'{key}' does not come before what depends on it.", "Move it to the front.")

    def _call(self, name: str, arguments: list[Tree]) -> Iterator[Finding]:
        function = FUNCTIONS.get(name)
        if function is None:
            yield Finding(
                "INS-103", self.place, f"the function '{name}' is not of the language.",
                f"Use one of: {', '.join(sorted(FUNCTIONS))}.")
        elif len(arguments) < function.least or (function.most is not None and len(arguments) > function.most):
            yield Finding(
                "INS-104", self.place, f"'{name}' has {len(arguments)} argument(s).",
                f"Give {_arity(function.least, function.most)}.")
        elif name == "selected":
            yield from self._choice(arguments[0], arguments[1])
        elif name == "regex":
            yield from self._pattern(arguments[1])

    def _pattern(self, pattern: Tree) -> Iterator[Finding]:
        if pattern[0] != "string":
            yield Finding("INS-108", self.place, "the pattern is computed.", "Write the pattern in quotes.")
            return
        try:
            compile_pattern(pattern[1])
        except LogicError as error:
            yield Finding("INS-108", f"{self.place}, {error.place}", error.reason, error.remedy)

    def _comparison(self, operator: str, left: Tree, right: Tree) -> Iterator[Finding]:
        if operator in ("=", "!="):
            yield from self._choice(left, right)
            yield from self._choice(right, left)
        elif operator in _ORDERINGS:
            for side in (left, right):
                if side[0] == "string" and not _is_ordered(side[1]):
                    yield Finding(
                        "INS-109", self.place, f"'{side[1]}' is neither a number nor a date, so the comparison is never"
                        " true.", "Compare with a number, or with `=`.")

    def _choice(self, item: Tree, value: Tree) -> Iterator[Finding]:
        key = item[1] if item[0] == "item" else self.self_key if item[0] == "self" else None
        found = self.known.get(key) if key else None
        if found is None or not found.choices or value[0] not in ("string", "number"):
            return
        wanted = value[1].strip() if value[0] == "string" else number_text(value[1])
        if wanted and wanted not in found.choices:
            shown = ", ".join(found.choices[:12])
            yield Finding("INS-105", self.place, f"'{key}' has no choice '{wanted}'.", f"Its choices are: {shown}.")


def _arity(least: int, most: int | None) -> str:
    if most is None:
        return f"{least} or more"
    return str(least) if least == most else f"{least} to {most}"


def _is_ordered(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text.strip() == "" or find_date(text) is not None
    return True
