"""Where does the search for the best parameters begin?"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from analysis.quant.correlations import Array
from analysis.quant.sem.sample import GroupSample
from analysis.quant.sem.table import Parameter, ParameterTable

SHARE_OF_RESIDUAL = 0.5         # of an item's variance
SMALL_VARIANCE = 0.05           # of a factor that has no observed item
MOST_CORRELATED = 0.8           # two factors to begin with
TURNED = (0.3, 0.03)            # of a marker's variance, below zero
SMALLEST_MARKER = 0.1           # a marker that hardly loads must not blow up the other loadings


def start_values(table: ParameterTable, groups: tuple[GroupSample, ...], *,
                 turned: Mapping[str, float] = MappingProxyType({})) -> Array:
    """Return starting values of the free parameters.

    Parameters
    ----------
    table : ParameterTable
        All parameters.
    groups : tuple of GroupSample
        Saturated moments of each group.
    turned : mapping
        Factors that begin with a negative variance → its share of the marker's.

    Returns
    -------
    array (q,)
        Values written as `start(…)`; loadings from the first principal axis of the items of a factor, in the unit of
        its fixed loading or variance; half of an item's variance as its residual; means of the sample; else 0.
    """
    sums, counts = np.zeros(table.n_free), np.zeros(table.n_free)
    written: dict[int, float] = {}
    for g, group in enumerate(groups):
        guess = _Guess(table, g, group, turned)
        for row in table.of_group(g):
            if row.free:
                sums[row.free - 1] += guess.of(row)
                counts[row.free - 1] += 1
                if row.start is not None:
                    written[row.free - 1] = row.start
    x = sums / np.maximum(counts, 1)
    for at, value in written.items():
        x[at] = value
    return np.asarray(x)


def turned_starts(table: ParameterTable, groups: tuple[GroupSample, ...]) -> list[Array]:
    """Return values to begin with where no factor with a positive variance explains the items.

    Parameters
    ----------
    table, groups
        As in `start_values`.

    Returns
    -------
    list of array
        Two for each factor that has a marker and a free variance, that variance negative, then for all of them. Of
        items that hardly hang together the best fit often lies there: the search cannot reach it, as the loadings of a
        factor without variance mean nothing. Such a solution is named `negative_variance`.
    """
    rows = table.of_group(0)
    free = {row.lhs for row in rows if row.op == "~~" and row.lhs == row.rhs and row.free}
    marked = {row.lhs for row in rows if row.op == "=~" and row.fixed and row.rhs in table.variables.observed}
    able = [factor for factor in table.variables.latent if factor in free & marked]
    chosen = [[factor] for factor in able] + ([able] if len(able) > 1 else [])
    return [start_values(table, groups, turned=dict.fromkeys(factors, share)) for share in TURNED for factors in chosen]


def plain_start(table: ParameterTable, groups: tuple[GroupSample, ...]) -> Array:
    """Return the least daring values to begin with.

    Parameters
    ----------
    table, groups
        As in `start_values`.

    Returns
    -------
    array (q,)
        Loadings 1, small variances of factors, half of an item's variance as its residual, means of the sample, else 0.
    """
    x = np.zeros(table.n_free)
    for g, group in enumerate(groups):
        at = {name: i for i, name in enumerate(table.variables.observed)}
        for row in table.of_group(g):
            if row.free:
                x[row.free - 1] = _plain(row, group, at)
    return x


def _plain(row: Parameter, group: GroupSample, at: dict[str, int]) -> float:
    if row.start is not None:
        return row.start
    if row.op == "~1":
        return float(group.mean[at[row.lhs]]) if row.lhs in at else 0.0
    if row.op == "~~" and row.lhs == row.rhs:
        return SHARE_OF_RESIDUAL * float(group.cov[at[row.lhs], at[row.lhs]]) if row.lhs in at else SMALL_VARIANCE
    return 1.0 if row.op == "=~" else 0.0


class _Guess:
    def __init__(self, table: ParameterTable, g: int, group: GroupSample, turned: Mapping[str, float]) -> None:
        self.at = {name: i for i, name in enumerate(table.variables.observed)}
        self.group, self.latent = group, set(table.variables.latent)
        self.free_factors = table.variables.exogenous_latent
        self.loadings: dict[tuple[str, str], float] = {}
        self.variances: dict[str, float] = {}
        rows = table.of_group(g)
        for factor in table.variables.latent:
            own = [row for row in rows if row.op == "=~" and row.lhs == factor]
            self._measure(factor, own, rows)
            if factor in turned:
                self._turn(factor, own, turned[factor])

    def _turn(self, factor: str, rows: list[Parameter], share: float) -> None:
        """Give a factor a small negative variance, with the loadings that its marker's covariances then ask for."""
        marker = next(row for row in rows if row.fixed and row.rhs in self.at)
        C, m, unit = self.group.cov, self.at[marker.rhs], float(marker.fixed or 1.0)
        variance = -share * float(C[m, m]) / unit**2
        self.variances[factor] = variance
        self.loadings.update({(factor, row.rhs): float(C[m, self.at[row.rhs]]) / (unit * variance)
                              for row in rows if row.rhs in self.at and row.rhs != marker.rhs})

    def _measure(self, factor: str, rows: list[Parameter], all_rows: tuple[Parameter, ...]) -> None:
        seen = [row for row in rows if row.rhs in self.at]
        if len(seen) < len(rows) or not seen:
            self.variances[factor] = SMALL_VARIANCE
            self.loadings.update({(factor, row.rhs): 1.0 for row in rows})
            return
        axis = self._axis([self.at[row.rhs] for row in seen])
        fixed = next((at for at, row in enumerate(seen) if row.fixed), None)
        scale = 1.0
        if fixed is not None:
            marker = axis[fixed]
            least = SMALLEST_MARKER * float(np.abs(axis).max())
            marker = marker if abs(marker) > least else float(np.copysign(least, marker or 1.0))
            scale = float(seen[fixed].fixed or 1.0) / marker
        variance = next((row.fixed for row in all_rows if row.key == f"{factor}~~{factor}" and row.fixed), None)
        if variance is not None and fixed is None:
            scale = 1.0 / float(np.sqrt(abs(variance)))
        self.variances[factor] = 1.0 / scale**2
        self.loadings.update({(factor, row.rhs): float(value) * scale for row, value in zip(seen, axis, strict=True)})

    def _axis(self, places: list[int]) -> Array:
        """Return loadings on the first principal axis of some items, with half their variance taken as residual."""
        C = self.group.cov[np.ix_(places, places)]
        spread = np.sqrt(C.diagonal())
        if len(places) == 1:
            return np.asarray(spread * np.sqrt(SHARE_OF_RESIDUAL))
        R = C / np.outer(spread, spread)
        values, vectors = np.linalg.eigh(R - SHARE_OF_RESIDUAL * np.eye(len(R)))
        axis = vectors[:, -1] * np.sqrt(max(float(values[-1]), SMALL_VARIANCE))
        return np.asarray(np.clip(axis * np.sign(axis.sum() or 1.0), -0.95, 0.95) * spread)

    def _shared(self, one: str, other: str) -> float:
        """Return the covariance of two factors that fits the covariances between their items best, kept below one."""
        ends = [{item: value for (factor, item), value in self.loadings.items() if factor == name and item in self.at}
                for name in (one, other)]
        if not ends[0] or not ends[1] or set(ends[0]) & set(ends[1]):
            return 0.0
        a, b = (np.array(list(end.values())) for end in ends)
        C = self.group.cov[np.ix_([self.at[item] for item in ends[0]], [self.at[item] for item in ends[1]])]
        if min(self.variances[one], self.variances[other]) <= 0:
            return 0.0
        most = MOST_CORRELATED * float(np.sqrt(self.variances[one] * self.variances[other]))
        return float(np.clip(a @ C @ b / ((a @ a) * (b @ b)), -most, most))

    def of(self, row: Parameter) -> float:
        if row.op == "=~":
            return self.loadings[row.lhs, row.rhs]
        if row.op == "~1":
            return float(self.group.mean[self.at[row.lhs]]) if row.lhs in self.at else 0.0
        if row.op == "~~" and row.lhs == row.rhs:
            if row.lhs in self.latent:
                return self.variances[row.lhs]
            return SHARE_OF_RESIDUAL * float(self.group.cov[self.at[row.lhs], self.at[row.lhs]])
        if row.op == "~~" and {row.lhs, row.rhs} <= self.latent and row.lhs in self.free_factors:
            return self._shared(row.lhs, row.rhs)
        return 0.0
