"""Expressions of other tools → a tree: one operator-precedence parser, told each tool's words by a `Dialect`.

A tree is a tuple: ("number", 3.0) | ("string", "x") | ("bool", True) | ("name", "Q1") | ("list", [tree, ...])
| ("call", "count", [tree, ...]) | ("not", tree) | ("minus", tree) | ("test", "empty", tree)
| ("binary", "and", tree, tree) | ("if", tree, tree, tree).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

MOST_TOKENS = 2_000
MOST_LEVELS = 60
Tree = tuple[Any, ...]


class NotCarriedError(ValueError):
    """What an expression says that cannot be said here, in a few words."""


@dataclass(frozen=True)
class Dialect:
    """The words of one tool: a pattern of its tokens, and what each operator means and how tightly it binds.

    The pattern's groups are space, number, string, name and sign; a name may be an operator in letters.
    """

    tokens: re.Pattern[str]
    binary: Mapping[str, tuple[int, str]]
    prefix: Mapping[str, str]
    postfix: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, Tree] = field(default_factory=dict)
    has_ternary: bool = False


class _Token(NamedTuple):
    kind: str       # number, string, name, sign, end
    text: str


# Binding powers: the larger binds tighter.
OR, AND, EQUAL, ORDER, SUM, PRODUCT, POWER = 10, 20, 30, 40, 50, 60, 70
UNARY = 65


def parse_foreign(text: str, dialect: Dialect) -> Tree:
    """Return the tree of an expression; NotCarriedError says what cannot be read."""
    parser = _Parser(_tokens(text, dialect), dialect)
    tree = parser.expression(0, 0)
    if parser.token.kind != "end":
        raise NotCarriedError(f"'{parser.token.text[:20]}' stands where an operator is expected")
    return tree


def _tokens(text: str, dialect: Dialect) -> list[_Token]:
    found, position = [], 0
    while position < len(text):
        match = dialect.tokens.match(text, position)
        if match is None or match.end() == position:
            raise NotCarriedError(f"'{text[position:position + 12]}' cannot be read")
        kind = str(match.lastgroup)
        if kind != "space":
            found.append(_Token(kind, match.group()))
        position = match.end()
        if len(found) > MOST_TOKENS:
            raise NotCarriedError(f"it has more than {MOST_TOKENS:,} parts")
    return [*found, _Token("end", "")]


class _Parser:
    def __init__(self, tokens: list[_Token], dialect: Dialect) -> None:
        self._tokens, self._dialect, self._position = tokens, dialect, 0

    @property
    def token(self) -> _Token:
        return self._tokens[self._position]

    def _take(self) -> _Token:
        token = self.token
        if token.kind != "end":
            self._position += 1
        return token

    def _operator(self, table: Mapping[str, Any]) -> Any:
        if self.token.kind not in ("sign", "name"):
            return None
        found = table.get(self.token.text)
        return found if found is not None else table.get(self.token.text.lower())

    def expression(self, least: int, depth: int) -> Tree:
        if depth > MOST_LEVELS:
            raise NotCarriedError(f"it nests more than {MOST_LEVELS} levels")
        left = self._operand(depth)
        while True:
            test = self._operator(self._dialect.postfix)
            if test is not None:
                self._take()
                left = ("test", test, left)
                continue
            operator = self._operator(self._dialect.binary)
            if operator is None or operator[0] < max(least, 1):
                break
            self._take()
            left = ("binary", operator[1], left, self.expression(operator[0] + 1, depth + 1))
        if self._dialect.has_ternary and least == 0 and self.token.text == "?":
            left = self._ternary(left, depth)
        return left

    def _ternary(self, condition: Tree, depth: int) -> Tree:
        self._take()
        then = self.expression(0, depth + 1)
        self._expect(":")
        return ("if", condition, then, self.expression(0, depth + 1))

    def _expect(self, sign: str) -> None:
        if self._take().text != sign:
            raise NotCarriedError(f"a '{sign}' is missing")

    def _operand(self, depth: int) -> Tree:
        operator = self._operator(self._dialect.prefix)
        if operator is not None:
            self._take()
            return (operator, self.expression(UNARY, depth + 1))
        token = self._take()
        if token.kind == "number":
            return ("number", float(token.text))
        if token.kind == "string":
            return ("string", _unquoted(token.text))
        if token.kind == "name":
            return self._name(token.text, depth)
        if token.text in ("(", "["):
            return self._bracket(token.text, depth)
        if token.kind == "end":
            raise NotCarriedError("it ends too early")
        raise NotCarriedError(f"'{token.text[:20]}' cannot stand there")

    def _name(self, text: str, depth: int) -> Tree:
        if self.token.text == "(":
            self._take()
            return ("call", text, self._arguments(")", depth))
        constant = self._dialect.constants.get(text)
        return constant if constant is not None else ("name", text)

    def _bracket(self, opening: str, depth: int) -> Tree:
        if opening == "[":
            return ("list", self._arguments("]", depth))
        inside = self.expression(0, depth + 1)
        self._expect(")")
        return inside

    def _arguments(self, closing: str, depth: int) -> list[Tree]:
        found: list[Tree] = []
        while self.token.text != closing:
            found.append(self.expression(0, depth + 1))
            if self.token.text == ",":
                self._take()
            elif self.token.text != closing:
                raise NotCarriedError(f"a '{closing}' is missing")
        self._take()
        return found


def _unquoted(text: str) -> str:
    return re.sub(r"\\(['\"\\])", r"\1", text[1:-1])
