"""What numbers does a column hold? Words that stand for numbers, missing codes, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import TableError

WITH_COMMA = re.compile(r"-?\d+,\d+")
CODE_THEM = "Code the answers as numbers, leave missing ones empty, or leave the column out of items."
BY_VALUES = "Give their numbers with `values: {…: 1, …: 2}`, or leave the column out of items."
COMMA = "Write a decimal point, or separate the columns by semicolons: then a decimal comma is read."


def numbers_of(column: pd.Series, options: Mapping[str, Any], place: str, *, before: int = 0) -> pd.Series:
    """Return a column as numbers.

    Parameters
    ----------
    column : Series (n,)
        As read from a file.
    options : mapping
        `missing_codes`, numbers that stand for no answer where the column has no other negative value; `values`, the
        numbers of answers that are words.
    place : str
        Words for messages.
    before : int
        Rows of the file before these.

    Returns
    -------
    Series (n,)
        float64, missing = NaN.

    Raises
    ------
    TableError
        With the first value that is neither number nor known word, or is infinite.
    """
    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_timedelta64_dtype(column):
        column = column.astype(str)
    known = options.get("values", {})
    plain = column.map(lambda value: _number_of(value, known)) if known else column
    numbers = pd.to_numeric(plain, errors="coerce").astype("float64")
    _refuse(column, numbers.isna() & plain.notna(), place, before, is_known=bool(known))
    if np.isinf(numbers).any():
        _refuse(column, np.isinf(numbers), place, before, is_known=bool(known))
    codes = list(options["missing_codes"])
    if not codes:
        return numbers
    coded = numbers.isin(codes)
    return numbers if (numbers[~coded] < 0).any() else numbers.mask(coded)


def recoded(answers: pd.DataFrame, options: Mapping[str, Any], place: str, *, before: int = 0) -> pd.DataFrame:
    """Return the answers with reverse items turned round.

    Parameters
    ----------
    answers : DataFrame (n, k)
        Numbers, missing = NaN.
    options : mapping
        `reverse`, and `range`; without a range the lowest and highest answer over all items stand for it.
    place : str
        Words for messages.
    before : int
        Rows of the file before these.

    Returns
    -------
    DataFrame (n, k)
        ``low + high - answer`` for reverse items, the others as they are.

    Raises
    ------
    TableError
        With the first answer outside the range.
    """
    if "range" in options:
        low, high = options["range"]
        outside = (answers < low) | (answers > high)
        for key in answers.columns[outside.any()]:
            row = int(np.flatnonzero(outside[key].to_numpy())[0])
            raise TableError(f"{place}, column {key!r}, row {before + row + 1}",
                             f"{answers[key].iloc[row]:g} lies outside the range {low:g} to {high:g}.",
                             "Mend the answer or the range.")
    else:
        low, high = answers.min().min(), answers.max().max()
    return answers.assign(**{key: low + high - answers[key] for key in options["reverse"]})


def _number_of(value: Any, known: Mapping[Any, float]) -> Any:
    if isinstance(value, str):
        return known.get(value.strip(), value)
    return known.get(value, value)


def _refuse(column: pd.Series, is_wrong: pd.Series, place: str, before: int, *, is_known: bool) -> None:
    if not is_wrong.any():
        return
    row = int(np.flatnonzero(is_wrong.to_numpy())[0])
    value = column.iloc[row]
    shown = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, (float, np.floating)):
        raise TableError(f"{place}, row {before + row + 1}", f"{shown!r} is infinite.", "Leave it empty, or mend it.")
    text = str(value).strip()
    remedy = COMMA if WITH_COMMA.fullmatch(text) else CODE_THEM if is_known or _is_stray(column) else BY_VALUES
    raise TableError(f"{place}, row {before + row + 1}", f"{shown!r} is not a number.", remedy)


def _is_stray(column: pd.Series) -> bool:
    """Return whether most of the column's values are numbers, so that a word among them is a slip."""
    answered = column.dropna()
    return bool(pd.to_numeric(answered, errors="coerce").notna().sum() * 2 > len(answered))
