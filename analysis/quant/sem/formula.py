"""Quantities defined from parameters: `indirect := a*b` is parsed once and computed for many values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.errors import ModelSyntaxError
from analysis.quant.sem.tokens import Token

FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {"exp": np.exp, "log": np.log, "sqrt": np.sqrt}
BINARY: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": lambda left, right: left + right, "-": lambda left, right: left - right,
    "*": lambda left, right: left * right, "/": lambda left, right: left / right,
    "^": lambda left, right: left**right}
PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 4}
SIGN_BINDS = 3          # -a^2 is -(a^2), -a*b is (-a)*b


@dataclass(frozen=True)
class Formula:
    """A tree: kind is "number", "name", an arithmetic sign, "negative" or the name of a function."""

    kind: str
    value: float | str | None = None
    parts: tuple[Formula, ...] = ()

    def names(self) -> tuple[str, ...]:
        """Return the names in it, each once."""
        own = (str(self.value),) if self.kind == "name" else ()
        return tuple(dict.fromkeys(own + tuple(name for part in self.parts for name in part.names())))

    def compute(self, values: Mapping[str, Any]) -> Any:
        """Return its value; the values may be real, complex or arrays of either."""
        if self.kind == "number":
            return self.value
        if self.kind == "name":
            return values[str(self.value)]
        parts = [part.compute(values) for part in self.parts]
        if self.kind == "negative":
            return -parts[0]
        if self.kind in BINARY:
            with np.errstate(divide="ignore", invalid="ignore"):
                return BINARY[self.kind](np.asarray(parts[0]), parts[1])
        with np.errstate(divide="ignore", invalid="ignore"):
            return FUNCTIONS[self.kind](parts[0])


def parse_formula(tokens: list[Token], place: str) -> Formula:
    """Return the tree of an arithmetic formula.

    Parameters
    ----------
    tokens : list of Token
        What stands behind `:=`.
    place : str
        Words for messages.

    Returns
    -------
    Formula
        Of + - * / ^, brackets, exp, log, sqrt.

    Raises
    ------
    ModelSyntaxError
        With what is wrong.
    """
    reader = _FormulaReader(tokens, place)
    formula = reader.expression(0)
    if reader.peek():
        raise ModelSyntaxError(place, f"{reader.peek()!r} is left over in the formula.", "Mend the formula.")
    return formula


class _FormulaReader:
    def __init__(self, tokens: list[Token], place: str) -> None:
        self.tokens, self.place, self.at = tokens, place, 0

    def peek(self) -> str:
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def take(self) -> Token:
        if self.at >= len(self.tokens):
            raise ModelSyntaxError(self.place, "the formula ends too early.",
                                   "Complete it, such as `total := a + b*c`.")
        self.at += 1
        return self.tokens[self.at - 1]

    def expression(self, lowest: int) -> Formula:
        left = self.operand()
        while PRECEDENCE.get(self.peek(), 0) > lowest:
            sign = self.take().text
            binds = PRECEDENCE[sign] - (1 if sign == "^" else 0)
            left = Formula(sign, None, (left, self.expression(binds)))
        return left

    def operand(self) -> Formula:
        token = self.take()
        if token.text == "-":
            return Formula("negative", None, (self.expression(SIGN_BINDS - 1),))
        if token.text == "(":
            return self.closed(self.expression(0))
        if token.kind == "number":
            return Formula("number", float(token.text))
        if token.kind == "name" and self.peek() == "(":
            if token.text not in FUNCTIONS:
                raise ModelSyntaxError(self.place, f"{token.text}(…) is not known.", f"Use {', '.join(FUNCTIONS)}.")
            self.take()
            return Formula(token.text, None, (self.closed(self.expression(0)),))
        if token.kind == "name":
            return Formula("name", token.text)
        raise ModelSyntaxError(self.place, f"{token.text!r} stands where a label or number is due.",
                               "Mend the formula.")

    def closed(self, formula: Formula) -> Formula:
        if self.take().text != ")":
            raise ModelSyntaxError(self.place, "a bracket is not closed.", "Add `)`.")
        return formula
