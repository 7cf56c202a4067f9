"""How sure are thresholds and polychoric correlations? Their sampling covariance by influence functions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.errors import AnalysisError
from analysis.quant.correlations import Array
from analysis.quant.moment_sums import BLOCK_CELLS
from analysis.quant.ordinal.binormal import cell_probabilities, threshold_slopes
from analysis.quant.ordinal.polychoric import BOUND, PolychoricFit
from analysis.quant.ordinal.tables import pair_names

NO_CELL = 1.5e-8                # a cell less likely than this says nothing; its score would outweigh all others


@dataclass(frozen=True)
class OrdinalMoments:
    """Thresholds and correlations as one vector of statistics with their covariance.

    fit         what they were computed from.
    values      (t + p,) thresholds, item by item, then the correlations of the pairs.
    items       (t,) the item of each threshold.
    gamma       (t + p, t + p) N times their sampling covariance.
    """

    fit: PolychoricFit
    values: Array
    items: np.ndarray
    gamma: Array

    @property
    def n(self) -> int:
        """Rows, N."""
        return self.fit.tables.n


@dataclass(frozen=True)
class _Influence:
    """What one respondent adds to the estimates, by category; index m stands for a missing answer.

    cuts    (k, m + 1, m - 1) on the thresholds of the item.
    rho     (p, m + 1, m + 1) on the correlation of the pair.
    """

    cuts: Array
    rho: Array


def standard_errors(fit: PolychoricFit) -> Array:
    """Return the standard errors of the correlations from the tables alone.

    Parameters
    ----------
    fit : PolychoricFit
        Correlations of p pairs.

    Returns
    -------
    array (p,)
        Square roots of the sums of squared influences; NaN for a pair at its bound.

    Notes
    -----
    The influence of an answer on a two-step correlation is (g - A21 A11^-1 d) / A22, with g and d the scores of rho
    and of the thresholds, A22 and A11 the sums of their squares and A21 the derivative of the score of rho by the
    thresholds (as lavaan's NACOV). It depends on the two categories only, so each table gives its own error.
    Respondents who left one of the two empty count through the thresholds.

    References
    ----------
    Muthen 1984; Joreskog 1994.
    """
    tables = fit.tables
    influence = _influence(fit).rho
    one_only = np.zeros_like(influence)
    one_only[:, :-1, :-1] = tables.tables
    one_only[:, :-1, -1] = tables.counts[tables.first] - tables.tables.sum(axis=2)
    one_only[:, -1, :-1] = tables.counts[tables.second] - tables.tables.sum(axis=1)
    variance = (one_only * influence**2).sum(axis=(1, 2))
    return np.asarray(np.where(np.abs(fit.rho) < BOUND, np.sqrt(variance), np.nan))


def ordinal_moments(fit: PolychoricFit, *, place: str = "items") -> OrdinalMoments:
    """Return thresholds and correlations with their joint asymptotic covariance.

    Parameters
    ----------
    fit : PolychoricFit
        Correlations of p pairs of k items with t thresholds in all.
    place : str
        Words for messages.

    Returns
    -------
    OrdinalMoments
        `gamma` is N times the sum over respondents of the products of their influences.

    Raises
    ------
    AnalysisError
        When a correlation is at its bound and has no covariance.
    """
    tables = fit.tables
    bound = np.flatnonzero(np.abs(fit.rho) >= BOUND)
    if len(bound):
        pair = pair_names(tables.keys, tables.first, tables.second, bound[:1])[0]
        raise AnalysisError(place, f"the correlation of {pair} runs to 1 or -1, so its precision is unknown.",
                            "Leave one of them out, join rare categories, or use zero_cells: add_half.")
    real = np.arange(tables.thresholds.shape[1]) < np.array(tables.n_thresholds)[:, None]
    total = _summed_products(fit, _influence(fit), real)
    values = np.concatenate([tables.thresholds[real], fit.rho])
    return OrdinalMoments(fit, values, np.nonzero(real)[0], tables.n * total)


def _summed_products(fit: PolychoricFit, influence: _Influence, real: np.ndarray) -> Array:
    tables = fit.tables
    codes, m = tables.codes, tables.counts.shape[1]
    of_item, of_pair = np.arange(codes.shape[1]), np.arange(len(fit.rho)) * (m + 1) ** 2
    rho = influence.rho.reshape(-1)
    size = int(real.sum()) + len(fit.rho)
    total = np.zeros((size, size))
    step = max(256, 8 * BLOCK_CELLS // size)
    for start in range(0, len(codes), step):
        block = codes[start:start + step].astype(np.int64)
        block[block < 0] = m
        cuts = influence.cuts[of_item, block][:, real]
        cells = block[:, tables.first] * (m + 1) + block[:, tables.second] + of_pair
        single = np.concatenate([cuts, rho[cells]], axis=1)
        total += single.T @ single
    return total


def _influence(fit: PolychoricFit) -> _Influence:
    tables = fit.tables
    cuts = _threshold_influence(fit)
    a, b = tables.thresholds[tables.first], tables.thresholds[tables.second]
    cells = cell_probabilities(a, b, fit.rho)
    seen = cells.probability > NO_CELL
    inverse = np.where(seen, 1.0 / np.where(seen, cells.probability, 1.0), 0.0)
    score = cells.slope * inverse
    weight = tables.tables * score * inverse
    moved_first, moved_second = threshold_slopes(a, b, fit.rho)
    by_first = -(moved_first * np.diff(weight, axis=1)).sum(axis=2)
    by_second = -(moved_second * np.diff(weight, axis=2)).sum(axis=1)
    information = (tables.tables * score**2).sum(axis=(1, 2))
    through_first = np.einsum("pct,pt->pc", cuts[tables.first], by_first)
    through_second = np.einsum("pct,pt->pc", cuts[tables.second], by_second)
    own = np.pad(score, ((0, 0), (0, 1), (0, 1)))
    known = np.where(information > 0, information, np.nan)[:, None, None]
    return _Influence(cuts, (own - through_first[:, :, None] - through_second[:, None, :]) / known)


def _threshold_influence(fit: PolychoricFit) -> Array:
    """Return (k, m + 1, m - 1): share below the cut less the answer's place, over the density at the cut."""
    tables = fit.tables
    counts, cuts = tables.counts, tables.thresholds
    n = counts.sum(axis=1)[:, None, None]
    k, m = counts.shape
    below = np.arange(m)[:, None] <= np.arange(m - 1)
    share = (np.cumsum(counts, axis=1)[:, :-1] / counts.sum(axis=1, keepdims=True))[:, None, :]
    density = np.exp(-0.5 * cuts**2) / np.sqrt(2.0 * np.pi)
    real = np.arange(m - 1) < np.array(tables.n_thresholds)[:, None]
    scale = np.where(real, 1.0 / np.where(real, density, 1.0), 0.0)[:, None, :]
    single = (below[None] - share) * scale / n
    return np.concatenate([single, np.zeros((k, 1, m - 1))], axis=1)
