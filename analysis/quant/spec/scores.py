"""Which columns does an analysis of people name, and what are their scores?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.errors import SpecError, TableError
from analysis.quant.spec.columns import numbers_of, recoded

Options = Mapping[str, Any]
CONFIDENCE = 0.95


def column_of(frame: pd.DataFrame, options: Options, option: str, place: str) -> pd.Series:
    """Return the column that an option names.

    Parameters
    ----------
    frame : DataFrame
        The data as read.
    options : mapping
        Checked options.
    option : str
        Which of them holds the column's name.
    place : str
        Words for messages.

    Returns
    -------
    Series
        As it stands, with missing codes as missing.

    Raises
    ------
    TableError
        When there is no such column.
    """
    name = options[option]
    if name not in frame.columns:
        listed = ", ".join(str(column) for column in frame.columns[:30])
        raise TableError(place, f"column {name!r} is not in the data.", f"Columns: {listed}.")
    column = frame[name]
    return column.mask(column.isin(options["missing_codes"])) if pd.api.types.is_numeric_dtype(column) else column


def answers_of(frame: pd.DataFrame, options: Options, place: str) -> pd.DataFrame:
    """Return the items of an analysis as numbers, reverse ones turned round.

    Parameters
    ----------
    frame : DataFrame
        The data as read.
    options : mapping
        Checked options: `items`, or the items of `scores`; `reverse`, `range`, `values`, `missing_codes`.
    place : str
        Words for messages.

    Returns
    -------
    DataFrame
        One column an item, float64.

    Raises
    ------
    SpecError
        When no item is named, or a reverse item is none of them.
    TableError
        When a column is absent or holds words.
    """
    keys = options.get("items") or list(dict.fromkeys(
        item for items in options.get("scores", {}).values() for item in items))
    if not keys:
        raise SpecError(place, "names no items.", "Give `items`, or `scores` with a name and its items.")
    for key in options["reverse"]:
        if key not in keys:
            raise SpecError(place, f"reverse item {key!r} is not among the items.", "Add it to items.")
    columns = {key: numbers_of(column_of(frame, {**options, "it": key}, "it", place), options,
                               f"{place}, column {key!r}") for key in keys}
    return recoded(pd.DataFrame(columns), options, place)


def scores_of(frame: pd.DataFrame, options: Options, place: str) -> dict[str, pd.DataFrame]:
    """Return the items of each score; without `scores` every item is one.

    Parameters
    ----------
    frame : DataFrame
        The data as read.
    options : mapping
        Checked options.
    place : str
        Words for messages.

    Returns
    -------
    dict
        Name → its items, recoded.
    """
    answers = answers_of(frame, options, place)
    named = options.get("scores") or {key: [key] for key in answers.columns}
    for name, items in named.items():
        strangers = [item for item in items if item not in answers.columns]
        if strangers:
            raise SpecError(place, f"score {name!r}: {strangers[0]!r} is not among the items.", "Add it to items.")
    return {name: answers[items] for name, items in named.items()}


def mean_score(items: pd.DataFrame, name: str) -> pd.Series:
    """Return the mean of the items answered, missing where fewer than half were.

    Parameters
    ----------
    items : DataFrame (n, k)
        Recoded answers.
    name : str
        What the score is called.

    Returns
    -------
    Series (n,)
        In scale points.
    """
    return enough_answers(items).mean(axis=1).rename(name)


def enough_answers(items: pd.DataFrame) -> pd.DataFrame:
    """Return the answers without those of people who answered fewer than half of the items.

    Parameters
    ----------
    items : DataFrame (n, k)
        Recoded answers.

    Returns
    -------
    DataFrame (n, k)
        All missing in the rows of such people.
    """
    return items.where(items.notna().sum(axis=1) * 2 >= items.shape[1])
