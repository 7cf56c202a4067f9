"""Tree → text; reading the text again gives the same tree."""

from __future__ import annotations

from instruments.logic.grammar import Tree
from instruments.logic.values import number_text


def write_expression(tree: Tree) -> str:
    """Return the expression of a tree, with brackets around every part that has parts of its own."""
    match tree[0]:
        case "call":
            return f"{tree[1]}({', '.join(write_expression(argument) for argument in tree[2])})"
        case "negate":
            return f"-{_bracketed(tree[1])}"
        case "binary":
            return f"{_bracketed(tree[2])} {tree[1]} {_bracketed(tree[3])}"
    return _leaf(tree)


def _leaf(tree: Tree) -> str:
    if tree[0] == "self":
        return "."
    if tree[0] == "number":
        return number_text(tree[1])
    if tree[0] == "item":
        return f"${{{tree[1]}}}"
    quote = '"' if "'" in tree[1] else "'"
    return f"{quote}{tree[1]}{quote}"


def _bracketed(tree: Tree) -> str:
    return f"({write_expression(tree)})" if tree[0] in ("binary", "negate") else write_expression(tree)
