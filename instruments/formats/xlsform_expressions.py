"""Expressions of an XLSForm: made readable where possible, left out with a notice where not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from instruments.errors import LogicError
from instruments.formats.loss import LossLog
from instruments.logic import FUNCTIONS, evaluate, functions_used, is_true, parse, references
from instruments.logic.grammar import Tree, walk
from instruments.logic.patterns import compile_pattern
from instruments.logic.unparse import write_expression

_CURLY = str.maketrans({"\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'"})
_PATHS = re.compile(r"\.\./|\.\.\)|(?<![\w)])/\w|\w/\w|\[|\binstance\(|\bjr:|#")
_ITEM = re.compile(r"\$\{\s*([^}\s]+)\s*\}")


def clean(text: str, place: str, done: str, log: LossLog) -> str | None:
    """Return an expression in our language, or None with a notice when it needs what the language lacks.

    An expression that is merely wrong is returned as it is: the numbered checks refuse it by name.
    """
    straight = text.strip()
    try:
        tree = parse(straight)
    except LogicError as error:
        straight = straight.translate(_CURLY)
        try:
            tree = parse(straight)
        except LogicError:
            if _PATHS.search(text):
                log.add(place, f"the expression [{text}] uses paths or instances ({error.reason})", done)
                return None
            return text.strip()
        log.add(place, "curly quotes stand in an expression", "made straight")
    lacking = _lacking(tree)
    if lacking:
        log.add(place, f"the expression [{text}] uses {lacking}", done)
        return None
    return straight


def _lacking(tree: Tree) -> str:
    """Return what an expression uses that the language does not have, or an empty text."""
    for node in walk(tree):
        if node[0] != "call":
            continue
        function = FUNCTIONS.get(node[1])
        if function is None:
            return f"the function {node[1]}()"
        number = len(node[2])
        if number < function.least or (function.most is not None and number > function.most):
            return f"{node[1]}() with {number} argument(s)"
        if node[1] == "regex" and not _is_known_pattern(node[2][1]):
            return "a pattern that is not read"
    return ""


def _is_known_pattern(pattern: Tree) -> bool:
    if pattern[0] != "string":
        return False
    try:
        compile_pattern(pattern[1])
    except LogicError:
        return False
    return True


def both(outer: str | None, inner: str | None) -> str | None:
    """Return the condition that holds when both hold."""
    if outer and inner:
        return f"({outer}) and ({inner})"
    return outer or inner


def choice_condition(
    text: str, columns: Mapping[str, Any], all_columns: set[str], place: str, log: LossLog,
) -> str | bool:
    """Return when a choice is offered: an expression over items, or True / False where no item matters.

    A choice filter compares columns of the sheet `choices` with items; a choice's columns are known, so each choice
    gets a condition of its own.
    """
    try:
        tree = parse(_ITEM.sub(lambda match: f"item:{match.group(1)}", text.translate(_CURLY)), allow_names=True)
    except LogicError:
        log.add(place, f"the choice filter [{text}] cannot be read", "every choice is offered")
        return True
    if lacking := _lacking(tree):
        log.add(place, f"the choice filter [{text}] uses {lacking}", "every choice is offered")
        return True
    for node in walk(tree):
        if node[0] != "item":
            continue
        if node[1].startswith("item:"):
            node[1] = node[1].removeprefix("item:")
            continue
        if node[1] not in all_columns:
            log.add(place, f"the choice filter names '{node[1]}', which is no column", f"read as the text '{node[1]}'")
        value = str(columns.get(node[1], "")) if node[1] in all_columns else node[1]
        node[:] = ["string", value.replace("'", "\u2019") if '"' in value else value]
    if not references(tree) and "today" not in functions_used(tree):
        return is_true(evaluate(tree, {}))
    return write_expression(tree)
