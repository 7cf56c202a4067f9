"""Where does the search for the best parameters begin?"""

from __future__ import annotations

import numpy as np

from analysis.quant.correlations import Array
from analysis.quant.sem.sample import GroupSample
from analysis.quant.sem.table import Parameter, ParameterTable

SHARE_OF_RESIDUAL = 0.5         # of an item's variance
SMALL_VARIANCE = 0.05           # of a factor that has no observed item
MOST_CORRELATED = 0.8           # two factors to begin with
SMALLEST_MARKER = 0.1           # a marker that hardly loads must not blow up the other loadings


def start_values(table: ParameterTable, groups: tuple[GroupSample, ...]) -> Array:
    """Return starting values of the free parameters.

    Parameters
    ----------
    table : ParameterTable
        All parameters.
    groups : tuple of GroupSample
        Saturated moments of each group.

    Returns
    -------
    array (q,)
        Values written as `start(…)`; loadings from the first principal axis of the items of a factor, in the unit of
        its fixed loading or variance; half of an item's variance as its residual; means of the sample; else 0.
    """
    sums, counts = np.zeros(table.n_free), np.zeros(table.n_free)
    written: dict[int, float] = {}
    for g, group in enumerate(groups):
        guess = _Guess(table, g, group)
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
    def __init__(self, table: ParameterTable, g: int, group: GroupSample) -> None:
        self.at = {name: i for i, name in enumerate(table.variables.observed)}
        self.group, self.latent = group, set(table.variables.latent)
        self.free_factors = table.variables.exogenous_latent
        self.loadings: dict[tuple[str, str], float] = {}
        self.variances: dict[str, float] = {}
        rows = table.of_group(g)
        for factor in table.variables.latent:
            self._measure(factor, [row for row in rows if row.op == "=~" and row.lhs == factor], rows)

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
