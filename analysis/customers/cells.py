"""Cells of a file as columns: words without blanks around them, numbers, and the places of what cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import TableError, TableFaults
from instruments.schema import Text

MOST_FAULTS = 20        # places named; the others are counted
EMPTY_CELL = "or leave the cell empty."


class Faults:
    """Gathers what is wrong with a file, so that all of it can be told at once."""

    def __init__(self, place: str) -> None:
        self.place = place
        self._found: list[TableError] = []
        self._n_more = 0

    def add(self, column: str, rows: NDArray[np.intp], words: Callable[[int], tuple[str, str]]) -> None:
        """Note cells of a column at places counted from 0; `words` says what is wrong with one, and a remedy."""
        named = rows[:MOST_FAULTS - len(self._found)].tolist()
        here = f"{self.place}, column {column!r}, data row"
        self._found += [TableError(f"{here} {row + 1}", *words(row)) for row in named]
        self._n_more += len(rows) - len(named)

    def raise_if_any(self) -> None:
        """Raise TableFaults where something was noted."""
        if self._found:
            raise TableFaults(self._found, self._n_more)


def texts(column: pd.Series) -> pd.Series:
    """Return the cells as words, "" for empty.

    Parameters
    ----------
    column : Series
        As read from a file: text, numbers or a mixture.

    Returns
    -------
    Series of str
        Blanks around a word are gone; a whole number has no decimals.
    """
    if pd.api.types.is_integer_dtype(column) and not column.hasnans:
        return column.astype(str)
    if isinstance(column.dtype, pd.StringDtype):
        return column.fillna("").str.strip()
    return column.map(_text).astype("str")


def _text(value: object) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def words(frame: pd.DataFrame, key: str) -> pd.Categorical:
    """Return a column of few different words; "" for empty, also where the file lacks the column.

    Parameters
    ----------
    frame : DataFrame
    key : str

    Returns
    -------
    Categorical of str
    """
    if key not in frame.columns:
        return pd.Categorical.from_codes(np.zeros(len(frame), dtype=np.int8), categories=[""])
    return pd.Categorical(texts(frame[key]))


def numbers(frame: pd.DataFrame, key: str, faults: Faults) -> NDArray[np.float64]:
    """Return a column of numbers, NaN for empty, also where the file lacks the column.

    Parameters
    ----------
    frame : DataFrame
    key : str
    faults : Faults
        Takes up cells that are no numbers or not finite.

    Returns
    -------
    ndarray of float64
    """
    if key not in frame.columns:
        return np.full(len(frame), np.nan)
    column = frame[key]
    if not pd.api.types.is_numeric_dtype(column):
        column = texts(column).str.replace(",", "").replace("", None)
    found: NDArray[np.float64] = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    unread = np.isnan(found) & column.notna().to_numpy()
    if unread.any():
        faults.add(key, np.flatnonzero(unread), lambda row: (f"{frame[key].iloc[row]!r} is not a number.",
                                                             f"Write a number, {EMPTY_CELL}"))
    endless = np.isinf(found)
    if endless.any():
        faults.add(key, np.flatnonzero(endless), lambda row: (f"{frame[key].iloc[row]} is not finite.",
                                                              f"Write a number, {EMPTY_CELL}"))
    return found


def check_whole(found: NDArray[np.float64], key: str, faults: Faults) -> None:
    """Note the numbers that are not whole.

    Parameters
    ----------
    found : ndarray of float
    key : str
        Column.
    faults : Faults

    Returns
    -------
    None
        The faults take up the cells.
    """
    broken = found != np.floor(found)
    broken &= ~np.isnan(found)
    faults.add(key, np.flatnonzero(broken), lambda row: (f"{found[row]:g} is no whole number.",
                                                         f"Write a whole number, {EMPTY_CELL}"))


def settled(column: pd.Categorical, names: Mapping[str, str]) -> pd.Categorical:
    """Return a column with its words replaced by keys; words without a key stay.

    Parameters
    ----------
    column : Categorical of str
    names : Mapping[str, str]
        Word → key.

    Returns
    -------
    Categorical of str
    """
    keys = [names.get(word, word) for word in column.categories]
    unique = list(dict.fromkeys(keys))
    place = np.array([unique.index(key) for key in keys], dtype=np.int32)
    return pd.Categorical.from_codes(place[column.codes], categories=unique)


def check_known(column: pd.Categorical, key: str, known: Iterable[str], faults: Faults) -> None:
    """Note the cells whose word is not among those known; empty ones are left alone.

    Parameters
    ----------
    column : Categorical of str
    key : str
    known : iterable of str
    faults : Faults

    Returns
    -------
    None
        The faults take up the cells.
    """
    allowed = list(known)
    is_strange = np.array([bool(word) and word not in allowed for word in column.categories], dtype=bool)
    if is_strange.any():
        faults.add(key, np.flatnonzero(is_strange[column.codes]), lambda row: (
            f"{column[row]!r} is not known.", f"Use one of: {', '.join(allowed)}."))


def with_known_heads(frame: pd.DataFrame, names: Mapping[str, Text]) -> pd.DataFrame:
    """Return the file with heads in words replaced by keys.

    Parameters
    ----------
    frame : DataFrame
        Its columns headed by key or by a field's name in any language.
    names : Mapping[str, Text]
        Key → name by language.

    Returns
    -------
    DataFrame
    """
    keys = {word.strip().lower(): key for key, name in names.items() for word in name.values()}
    keys |= {key.lower(): key for key in names}
    return frame.rename(columns={head: keys[str(head).strip().lower()] for head in frame.columns
                                 if str(head).strip().lower() in keys})


def check_heads(frame: pd.DataFrame, required: Sequence[str], place: str) -> None:
    """Refuse a file in which a column occurs twice or a required one is missing.

    Parameters
    ----------
    frame : DataFrame
    required : sequence of str
    place : str
        What the file is called in messages.

    Raises
    ------
    TableError
    """
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise TableError(place, f"column {twice!r} occurs twice.", "Keep one of them.")
    missing = [key for key in required if key not in frame.columns]
    if missing:
        raise TableError(place, f"required column {missing[0]!r} is missing.",
                         f"Add it; the file needs at least: {', '.join(required)}.")
