"""`do: compare`, `multilevel`, `weights` of `surveyapp measure`: people in groups, in units, in a population."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import SpecError, TableError
from analysis.quant.groups.crosstab import compare_shares
from analysis.quant.groups.means import compare_means
from analysis.quant.groups.ranks import compare_ranks
from analysis.quant.intervals import benjamini_hochberg
from analysis.quant.spec_columns import numbers_of, recoded
from analysis.quant.units.view import unit_view
from analysis.quant.weights.raking import rake
from analysis.quant.weights.weighted import weighted_mean
from analysis.results.groups import GroupComparisons
from analysis.results.units import UnitViews
from analysis.results.weights import WeightedMeans

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
    return _enough(items).mean(axis=1).rename(name)


def _enough(items: pd.DataFrame) -> pd.DataFrame:
    """Return the answers without those of people who answered fewer than half of the items."""
    return items.where(items.notna().sum(axis=1) * 2 >= items.shape[1])


def _compare(frame: pd.DataFrame, options: Options, place: str) -> GroupComparisons:
    groups = column_of(frame, options, "group", place)
    confidence, kind = options.get("confidence", CONFIDENCE), options["kind"]
    if kind == "shares":
        items = options.get("items", [])
        if not items:
            raise SpecError(place, "names no items.", "Give `items`: the answers to cross with the group.")
        columns = [column_of(frame, {**options, "it": key}, "it", place) for key in items]
        tables = tuple(compare_shares(groups, column, confidence=confidence, seed=(options["seed"],),
                                      place=f"{place}, {column.name}") for column in columns)
        return GroupComparisons(len(frame), kind, shares=tables, q_values=_q_values(
            {found.group: found.p_value for found in tables}))
    scores = {name: mean_score(items, name) for name, items in scores_of(frame, options, place).items()}
    if kind == "ranks":
        ranks = tuple(compare_ranks(score, groups, confidence=confidence, place=f"{place}, {name}")
                      for name, score in scores.items())
        return GroupComparisons(len(frame), kind, ranks=ranks, q_values=_q_values(
            {found.outcome: found.p_value for found in ranks}))
    means = tuple(compare_means(score, groups, confidence=confidence, place=f"{place}, {name}")
                  for name, score in scores.items())
    return GroupComparisons(len(frame), kind, means=means, q_values=_q_values(
        {found.outcome: found.welch.p_value for found in means}))


def _q_values(p: Mapping[str, float]) -> dict[str, float]:
    return dict(zip(p, benjamini_hochberg(list(p.values())).tolist(), strict=True))


def _multilevel(frame: pd.DataFrame, options: Options, place: str) -> UnitViews:
    units = column_of(frame, options, "unit", place)
    answer_range = (float(options["range"][0]), float(options["range"][1])) if "range" in options else None
    return UnitViews(len(frame), tuple(
        unit_view(_enough(items), units, name=name, answer_range=answer_range, null=options["null"],
                  confidence=options.get("confidence", CONFIDENCE), place=f"{place}, {name}")
        for name, items in scores_of(frame, options, place).items()))


def _weights(frame: pd.DataFrame, options: Options, place: str) -> WeightedMeans:
    margins = pd.DataFrame({name: column_of(frame, {**options, "it": name}, "it", place)
                            for name in options["targets"]})
    weighting = rake(margins, options["targets"], largest=options.get("largest"), place=place)
    has_outcomes = "items" in options or "scores" in options
    scores = scores_of(frame, options, place) if has_outcomes else {}
    means = tuple(weighted_mean(
        mean_score(items, name), np.array(weighting.weights), margins=margins if not weighting.n_trimmed else None,
        population=options.get("population"), confidence=options.get("confidence", CONFIDENCE),
        place=f"{place}, {name}") for name, items in scores.items())
    return WeightedMeans(len(frame), weighting, means)


PEOPLE: Mapping[str, Callable[[pd.DataFrame, Options, str], Any]] = {
    "compare": _compare, "multilevel": _multilevel, "weights": _weights,
}
