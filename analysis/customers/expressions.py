"""Evaluates an expression tree of `instruments.logic` over whole columns at once.

The meaning is that of the row-wise interpreter: empty is the empty string, a comparison with an empty number is false
except `!=`, `=` compares as numbers when one side is a number. In columns an empty number is NaN; words are numpy's own
strings, which compare without a loop. Functions that are
not written here for columns are put to the row-wise interpreter, row by row, so that both always agree.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import AnalysisError
from instruments import logic
from instruments.logic import Tree

Column = NDArray[Any]
WORDS = np.dtypes.StringDType()

_ORDER: Mapping[str, Callable[[Column, Column], Column]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}


def holds(expression: str, columns: pd.DataFrame, place: str) -> NDArray[np.bool_]:
    """Say for each row whether an expression is true.

    Parameters
    ----------
    expression : str
        In the expression language; columns may be named with or without ``${}``.
    columns : DataFrame, rows × columns
        float64 (NaN = empty), bool, or str ("" = empty).
    place : str
        Where the expression stands, for messages.

    Returns
    -------
    ndarray of bool, shape (rows,)

    Raises
    ------
    AnalysisError
        When the expression names a column that does not exist.
    LogicError
        When it cannot be read.
    """
    tree = logic.parse(expression, place, allow_names=True)
    unknown = [name for name in logic.references(tree) if name not in columns.columns]
    if unknown:
        raise AnalysisError(place, f"the expression names {unknown[0]!r}, which is no column.",
                            f"Use: {', '.join(map(str, columns.columns))}.")
    return _truth(_Evaluation(columns).value(tree))


def _truth(column: Column) -> NDArray[np.bool_]:
    if column.dtype == bool:
        return column
    if column.dtype == WORDS:
        return np.asarray(column != "", dtype=bool)
    return np.asarray((column != 0) & ~np.isnan(column), dtype=bool)


def _numbers(column: Column) -> Column:
    if column.dtype == WORDS:
        different, place = np.unique(column, return_inverse=True)
        return np.array([_number(text) for text in different.tolist()], dtype=float)[place]
    return column.astype(float)


def _number(text: str) -> float:
    value = logic.evaluate(["call", "number", [["string", text]]], {})
    return float(value) if isinstance(value, (int, float)) else np.nan


class _Evaluation:
    """One pass over a frame; every node becomes a column of the frame's length."""

    def __init__(self, columns: pd.DataFrame) -> None:
        self.columns = columns
        self.calls: Mapping[str, Callable[[list[Tree]], Column]] = {
            "not": lambda arguments: ~_truth(self.value(arguments[0])),
            "true": lambda arguments: self._filled(True),
            "false": lambda arguments: self._filled(False),
            "if": self._if,
        }

    def value(self, tree: Tree) -> Column:
        kind = tree[0]
        if kind in ("number", "string"):
            return self._filled(tree[1])
        if kind == "item":
            return self._column(tree[1])
        if kind == "negate":
            return np.negative(_numbers(self.value(tree[1])))
        if kind == "binary":
            return self._binary(tree[1], tree[2], tree[3])
        if kind == "call" and tree[1] in self.calls:
            return self.calls[tree[1]](tree[2])
        return self._row_by_row(tree)

    def _filled(self, value: str | float | bool) -> Column:
        return np.full(len(self.columns), value, dtype=WORDS if isinstance(value, str) else type(value))

    def _column(self, name: str) -> Column:
        column = self.columns[name]
        if pd.api.types.is_bool_dtype(column):
            return np.asarray(column, dtype=bool)
        if isinstance(column.dtype, pd.CategoricalDtype):
            found: Column = np.array(column.cat.categories.tolist(), dtype=WORDS)[column.cat.codes]
            return found
        return np.asarray(column, dtype=float if pd.api.types.is_numeric_dtype(column) else WORDS)

    def _binary(self, sign: str, left_tree: Tree, right_tree: Tree) -> Column:
        left, right = self.value(left_tree), self.value(right_tree)
        if sign == "and":
            return _truth(left) & _truth(right)
        if sign == "or":
            return _truth(left) | _truth(right)
        if sign in ("=", "!="):
            are_both_empty = _is_empty(left_tree, left) & _is_empty(right_tree, right)
            return np.logical_xor(_equal(left, right) | are_both_empty, sign == "!=")
        if sign in _ORDER:
            return _ORDER[sign](_numbers(left), _numbers(right))
        return _arithmetic(sign, _numbers(left), _numbers(right))

    def _if(self, arguments: list[Tree]) -> Column:
        then, other = self.value(arguments[1]), self.value(arguments[2])
        if WORDS in (then.dtype, other.dtype) and then.dtype != other.dtype:
            return self._row_by_row(["call", "if", arguments])
        return np.where(_truth(self.value(arguments[0])), then, other)

    def _row_by_row(self, tree: Tree) -> Column:
        names = list(logic.references(tree))
        cells = [[_cell(value) for value in self._column(name).tolist()] for name in names]
        rows = zip(*cells, strict=True) if names else ((),) * len(self.columns)
        return _as_column([logic.evaluate(tree, dict(zip(names, row, strict=True))) for row in rows])


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return value
    return "" if np.isnan(value) else float(value)


def _as_column(values: list[Any]) -> Column:
    if all(isinstance(value, bool) for value in values):
        return np.array(values, dtype=bool)
    if all(isinstance(value, (int, float)) or value == "" for value in values):
        return np.array([np.nan if value == "" else float(value) for value in values], dtype=float)
    return np.array([str(value) for value in values], dtype=WORDS)


def _equal(left: Column, right: Column) -> Column:
    if float not in (left.dtype, right.dtype):
        return np.asarray(_texts(left) == _texts(right), dtype=bool)
    return np.asarray(_numbers(left) == _numbers(right), dtype=bool)


def _texts(column: Column) -> Column:
    return np.where(column, "true", "false").astype(WORDS) if column.dtype == bool else column


def _is_empty(tree: Tree, column: Column) -> NDArray[np.bool_]:
    """Say which rows are empty; a computed NaN is a number that equals nothing, not an empty cell."""
    if column.dtype == WORDS:
        return np.asarray(column == "", dtype=bool)
    is_cell = tree[0] == "item" and column.dtype == float
    return np.isnan(column) if is_cell else np.zeros(len(column), dtype=bool)


def _arithmetic(sign: str, left: Column, right: Column) -> Column:
    with np.errstate(divide="ignore", invalid="ignore"):
        if sign == "div":
            return np.divide(left, right)
        if sign == "mod":
            return np.fmod(left, right)
        return {"+": np.add, "-": np.subtract, "*": np.multiply}[sign](left, right)
