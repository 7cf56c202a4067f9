"""Text → tree. The tree is JSON lists, so that it can be stored and sent to the browser as it is.

["number", 3.0] | ["string", "x"] | ["item", "KEY"] | ["self"] | ["call", "selected", [tree, ...]]
| ["binary", op, tree, tree] with op one of = != < <= > >= + - * div mod and or | ["negate", tree]
"""

from __future__ import annotations

import json
import math
import re
from functools import cache, lru_cache
from typing import Any

from instruments.errors import LogicError

Tree = list[Any]

MAX_LENGTH = 8_000      # the longest of 1,651 expressions met in real forms has 1,900 signs
MAX_DEPTH = 120         # interpreters recurse; a chain of 100 `or` is 100 deep

_GRAMMAR = r"""
?start: or_
?or_: and_ | or_ OR and_                                -> binary
?and_: equal | and_ AND equal                           -> binary
?equal: order | equal EQUAL order                       -> binary
?order: sum_ | order ORDER sum_                         -> binary
?sum_: product | sum_ (PLUS | MINUS) product            -> binary
?product: signed | product (TIMES | DIV | MOD) signed   -> binary
?signed: atom | MINUS signed                            -> negate
?atom: NUMBER                                           -> number
     | STRING                                           -> string
     | ITEM                                             -> item
     | SELF                                             -> itself
     | NAME                                             -> name
     | NAME "(" [or_ ("," or_)*] ")"                    -> call
     | "(" or_ ")"
OR.2: /or(?![\w.-])/
AND.2: /and(?![\w.-])/
DIV.2: /div(?![\w.-])/
MOD.2: /mod(?![\w.-])/
EQUAL: "!=" | "="
ORDER: "<=" | ">=" | "<" | ">"
PLUS: "+"
MINUS: "-"
TIMES: "*"
NUMBER: /(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/
STRING: /"[^"]*"|'[^']*'/
ITEM: /\$\{\s*[\w][\w.:-]*\s*\}/
SELF: /\.(?![0-9.])/
NAME: /[^\W\d][\w.:-]*/
%ignore /[ \t\r\n\u00a0]+/
"""


class _Builder:
    """Makes a tree of each rule's parts; lark calls the method of the rule's name."""

    def binary(self, parts: list[Any]) -> Tree:
        return ["binary", str(parts[1]), parts[0], parts[2]]

    def negate(self, parts: list[Any]) -> Tree:
        return ["negate", parts[1]]

    def number(self, parts: list[Any]) -> Tree:
        return ["number", float(parts[0])]

    def string(self, parts: list[Any]) -> Tree:
        return ["string", str(parts[0])[1:-1]]

    def item(self, parts: list[Any]) -> Tree:
        return ["item", str(parts[0])[2:-1].strip()]

    def itself(self, _parts: list[Any]) -> Tree:
        return ["self"]

    def name(self, parts: list[Any]) -> Tree:
        return ["name", str(parts[0]), parts[0].start_pos]

    def call(self, parts: list[Any]) -> Tree:
        return ["call", str(parts[0]), [part for part in parts[1:] if part is not None]]


@cache
def _parser() -> Any:
    # lark is imported when the first expression is read: a page that needs no logic does not pay for it.
    from lark import Lark

    return Lark(_GRAMMAR, parser="lalr", lexer="contextual", transformer=_Builder())


def parse(text: str, place: str = "", *, allow_names: bool = False) -> Tree:
    """Return the tree of an expression; with `allow_names` a bare name is a column, as in the customer-value file."""
    try:
        tree: Tree = json.loads(_stored_tree(text, allow_names))
    except LogicError as error:
        raise LogicError(
            error.place.replace("expression", place, 1) if place else error.place, error.reason, error.remedy,
            error.position) from error
    return tree


@lru_cache(maxsize=4096)    # the checks read an expression several times; each caller gets a tree of its own
def _stored_tree(text: str, allow_names: bool) -> str:
    return json.dumps(_parse(text, allow_names))


def _parse(text: str, allow_names: bool) -> Tree:
    if len(text) > MAX_LENGTH:
        raise LogicError("expression", f"it has {len(text):,} signs.", f"Use at most {MAX_LENGTH:,}.")
    if not text.strip():
        raise LogicError("expression", "it is empty.", "Write a condition, or leave the field out.")
    from lark.exceptions import UnexpectedInput

    try:
        tree: Tree = _parser().parse(text)
    except UnexpectedInput as error:
        raise _explain(text, error) from error
    _finish(tree, text, allow_names)
    return tree


def _error(text: str, position: int, reason: str, remedy: str) -> LogicError:
    shown = text if len(text) <= 80 else text[:77] + "..."  # noqa: PLR2004  # one line of a terminal
    return LogicError(f"expression, sign {position + 1} of [{shown}]", reason, remedy, position)


# What often stands where an expression breaks off: pattern, reason, remedy. The first group is also looked for one
# sign before, because the second sign of `==` is the one that cannot be read.
_DOUBLED = (
    ("==", "`==` is not an operator.", "Write `=`."),
    ("&&", "`&&` is not an operator.", "Write `and`."),
    (r"\|\|", "`||` is not an operator.", "Write `or`."),
    (">>|<<|=>|=<|<>", "this is not an operator.", "Write `<`, `<=`, `>`, `>=` or `!=`."),
)
_HINTS = (
    *_DOUBLED,
    ("[\u201c\u201d\u2018\u2019]", "a curly quote stands here.", "Replace it by a straight quote (' or \")."),
    ("'[^']*$|\"[^\"]*$", "a quoted text is not closed.", "Add the closing quote."),
    (r"\$", "`$` does not begin the name of an item.", "Write `${name}`."),
    (r"\.\.|/|\[", "paths are not read.", "Name the item: `${name}`."),
    ("[\uff08\uff09\uff0c\uff1d\uff1e\uff1c]", "a full-width sign stands here.", "Write it as a half-width sign."),
    ("(?i:and|or|div|mod)(?![\\w.-])", "an operator stands where a value is expected, or is not in small letters.",
     "Write `a and b`, in small letters."),
)


def _explain(text: str, error: Any) -> LogicError:
    position = getattr(error, "pos_in_stream", None)
    if position is None or position < 0:
        position = len(text)
    if getattr(getattr(error, "token", None), "type", "") == "$END" or position >= len(text):
        return _error(text, len(text), "it ends too early.", "Complete it; check that every bracket is closed.")
    for hints, start in ((_HINTS, position), (_DOUBLED, max(position - 1, 0))):
        for pattern, reason, remedy in hints:
            if re.match(pattern, text[start:]):
                return _error(text, start, reason, remedy)
    found = text[position:position + 12].split()[0] if text[position:].strip() else text[position:]
    return _error(
        text, position, f"`{found}` cannot stand here.", "Check the operators, quotes, commas and brackets.")


def _finish(tree: Tree, text: str, allow_names: bool) -> None:
    """Turn bare names into items, or refuse them, and hold the tree to its depth; no recursion, whatever the text."""
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise _error(text, 0, f"it nests more than {MAX_DEPTH} levels.", "Split it into calculated items.")
        if node[0] == "number" and math.isinf(node[1]):
            raise _error(text, 0, "a number is too large to be stored.", "Use a number below 1e308.")
        if node[0] == "name":
            if not allow_names:
                raise _error(
                    text, node[2], f"the bare word `{node[1]}` means nothing.",
                    f"Write `${{{node[1]}}}` for an item, or '{node[1]}' in quotes for a value.")
            node[:] = ["item", node[1]]
        waiting.extend((child, depth + 1) for child in children(node))


def children(node: Tree) -> list[Tree]:
    """Return the trees directly below a tree."""
    match node[0]:
        case "call":
            return list(node[2])
        case "binary":
            return [node[2], node[3]]
        case "negate":
            return [node[1]]
    return []


def walk(tree: Tree) -> list[Tree]:
    """Return the tree and all trees below it, from left to right."""
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting.extend(reversed(children(node)))
    return found


def references(tree: Tree) -> tuple[str, ...]:
    """Return the items that an expression names, each once, in the order of their first appearance."""
    return tuple(dict.fromkeys(node[1] for node in walk(tree) if node[0] == "item"))


def functions_used(tree: Tree) -> tuple[str, ...]:
    """Return the functions that an expression calls, each once."""
    return tuple(dict.fromkeys(node[1] for node in walk(tree) if node[0] == "call"))
