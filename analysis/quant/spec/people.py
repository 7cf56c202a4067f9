"""`do: compare`, `multilevel`, `weights` of `surveyapp measure`, and the register of all analyses of people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import SpecError, TableError
from analysis.quant.groups.crosstab import compare_shares
from analysis.quant.groups.means import compare_means
from analysis.quant.groups.ranks import compare_ranks
from analysis.quant.groups.samples import labels_of
from analysis.quant.intervals import benjamini_hochberg
from analysis.quant.spec.drivers import drivers
from analysis.quant.spec.raters import kappa, krippendorff
from analysis.quant.spec.scores import CONFIDENCE, Options, column_of, enough_answers, mean_score, scores_of
from analysis.quant.spec.waves import waves
from analysis.quant.units.view import unit_view
from analysis.quant.weights.raking import rake
from analysis.quant.weights.weighted import weighted_mean
from analysis.results.groups import GroupComparisons
from analysis.results.units import UnitViews
from analysis.results.weights import WeightedMeans


def _compare(frame: pd.DataFrame, options: Options, place: str) -> GroupComparisons:
    groups = _chosen(column_of(frame, options, "group", place), options, place)
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


def _chosen(groups: pd.Series, options: Options, place: str) -> pd.Series:
    """Return the groups that `groups` names, others as not stated."""
    if "groups" not in options:
        return groups
    wanted, labels = [str(name) for name in options["groups"]], labels_of(groups)
    for name in wanted:
        if name not in labels:
            raise TableError(place, f"nobody is in group {name!r}.", "Name groups of the data.")
    return pd.Series([label if label in wanted else None for label in labels], index=groups.index, name=groups.name,
                     dtype=object)


def _q_values(p: Mapping[str, float]) -> dict[str, float]:
    return dict(zip(p, benjamini_hochberg(list(p.values())).tolist(), strict=True))


def _multilevel(frame: pd.DataFrame, options: Options, place: str) -> UnitViews:
    units = column_of(frame, options, "unit", place)
    answer_range = (float(options["range"][0]), float(options["range"][1])) if "range" in options else None
    return UnitViews(len(frame), tuple(
        unit_view(enough_answers(items), units, name=name, answer_range=answer_range, null=options["null"],
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
    "compare": _compare, "multilevel": _multilevel, "weights": _weights, "drivers": drivers, "dominance": drivers,
    "waves": waves, "kappa": kappa, "krippendorff": krippendorff,
}
