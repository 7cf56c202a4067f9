"""What do ordinal answers say? Thresholds and polychoric correlations of each group with their covariance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from analysis.errors import NoVariation, TableError, TooFewData
from analysis.quant.correlations import Array, check_choice
from analysis.quant.ordinal.covariance import OrdinalMoments, ordinal_moments
from analysis.quant.ordinal.polychoric import ZeroCells, fit_pairs
from analysis.quant.ordinal.tables import OrdinalTables, ordinal_tables
from analysis.results.caution import Caution

OrdinalMissing = Literal["listwise", "pairwise"]


@dataclass(frozen=True)
class OrdinalGroup:
    """The answers of one group; `moments` holds t thresholds, then the correlations of the pairs."""

    label: str
    n: int
    moments: OrdinalMoments

    @property
    def tables(self) -> OrdinalTables:
        """Return the tables behind the moments."""
        return self.moments.fit.tables

    @property
    def correlations(self) -> Array:
        """Return the polychoric correlations (p, p)."""
        return self.moments.fit.matrix()

    @property
    def weights(self) -> Array:
        """Return the diagonal weights (t + pairs,): one over N times the variance of each statistic."""
        return np.asarray(1.0 / self.moments.gamma.diagonal())

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """Return what the tables and correlations must say."""
        return self.moments.fit.cautions


@dataclass(frozen=True)
class OrdinalSample:
    """The answers of all groups, items in the model's order; `dropped` rows do not count."""

    names: tuple[str, ...]
    groups: tuple[OrdinalGroup, ...]
    missing: OrdinalMissing
    dropped: int = 0

    @property
    def n(self) -> int:
        """Return the number of respondents."""
        return sum(group.n for group in self.groups)

    @property
    def n_tested(self) -> int:
        """Return the respondents less one a group, by which lavaan scales errors and the RMSEA."""
        return sum(group.n - 1 for group in self.groups)

    @property
    def thresholds(self) -> tuple[tuple[str, int], ...]:
        """Return the items with the number of their thresholds."""
        return tuple(zip(self.names, self.groups[0].tables.n_thresholds, strict=True))

    @property
    def shares(self) -> Array:
        """Return the share of the respondents in each group."""
        return np.array([group.n / self.n for group in self.groups])

    @property
    def weights(self) -> Array:
        """Return the weight of each group in the misfit, (n - 1)/N as in lavaan."""
        return np.array([(group.n - 1) / self.n for group in self.groups])


def ordinal_sample(data: pd.DataFrame, names: Sequence[str], *, group: str | None = None,
                   missing: OrdinalMissing = "listwise", zero_cells: ZeroCells = "keep",
                   place: str = "model") -> OrdinalSample:
    """Return the thresholds and correlations of a table of ordinal answers.

    Parameters
    ----------
    data : DataFrame (n, …)
        One row a respondent; missing = NaN.
    names : sequence of str
        Items of the model, in its order.
    group : str, optional
        Column that parts the respondents; groups come in order of first appearance.
    missing : {"listwise", "pairwise"}
        As in `tables.ordinal_tables`.
    zero_cells : {"keep", "add_half"}
        As in `polychoric.polychoric_fit`.
    place : str
        Words for messages.

    Returns
    -------
    OrdinalSample
        Every group has the same categories of each item.

    Raises
    ------
    AnalysisError
        TableError for a column that is absent or a category that one group lacks; those of `ordinal_tables` and
        `ordinal_moments`, with the group.
    """
    check_choice("missing", missing, get_args(OrdinalMissing), place)
    for name in [*names, *([group] if group else [])]:
        if name not in data.columns:
            raise TableError(place, f"column {name!r} is not in the data.", "Mend the model or the file.")
    items = data[list(names)]
    labels = data[group] if group else pd.Series("", index=data.index)
    kept = labels.notna() & (items.notna().all(axis=1) if missing == "listwise" else items.notna().any(axis=1))
    order = list(dict.fromkeys(labels[kept]))
    if not order:
        raise TooFewData(place, "no row can be used: each has a gap.", "Use missing: pairwise, or fewer items.", 0)
    if group and len(order) == 1:
        raise TooFewData(place, f"column {group!r} holds one group only.", "Name a column with two or more.",
                         int(kept.sum()))
    tables = [_tables_of(items[kept & (labels == value)], missing, f"{place}, group {value!r}" if group else place)
              for value in order]
    _check_same_levels(tables, [str(value) for value in order], place)
    groups = tuple(OrdinalGroup(str(value), one.n, ordinal_moments(fit_pairs(one, zero_cells), place=place))
                   for value, one in zip(order, tables, strict=True))
    for one in groups:
        _check_precision(one, place)
    return OrdinalSample(tuple(names), groups, missing, int(len(data) - kept.sum()))


def _tables_of(items: pd.DataFrame, missing: OrdinalMissing, place: str) -> OrdinalTables:
    tables = ordinal_tables(items, missing=missing, place=place)
    if tables.n <= len(tables.keys):
        raise TooFewData(place, f"{tables.n} row(s) for {len(tables.keys)} items; more rows than items are needed.",
                         "Collect more answers, or measure fewer items.", tables.n)
    return tables


def _check_same_levels(tables: Sequence[OrdinalTables], labels: Sequence[str], place: str) -> None:
    for at, key in enumerate(tables[0].keys):
        every = sorted({level for one in tables for level in one.levels[at]})
        for one, label in zip(tables, labels, strict=True):
            absent = [level for level in every if level not in one.levels[at]]
            if absent:
                raise TableError(f"{place}, item {key!r}", f"nobody in group {label!r} gave the answer {absent[0]:g}, "
                                 "which another group gave; their thresholds cannot be compared.",
                                 "Join this category with its neighbour in all groups, or leave the item out.")


def _check_precision(group: OrdinalGroup, place: str) -> None:
    if not np.isfinite(group.moments.gamma).all() or (group.moments.gamma.diagonal() <= 0).any():
        raise NoVariation(place, "the precision of a threshold or correlation cannot be computed.",
                          "Join rare categories, or leave the item out.")

