"""What do MAP and very simple structure say of the number of factors?"""

from __future__ import annotations

import numpy as np

from analysis.errors import TooFewData
from analysis.quant.correlations import Array, Correlations
from analysis.quant.factors.extraction import extract
from analysis.quant.factors.factor_fit import degrees_of_freedom
from analysis.quant.factors.factorability import check_more_rows_than_items
from analysis.quant.factors.rotation import R_VARIMAX_GOAL, varimax
from analysis.results.measurement import Retention

MOST_FACTORS = 8                # default of psych::vss


def retention(correlations: Correlations, *, max_factors: int = MOST_FACTORS, place: str = "items") -> Retention:
    """Return Velicer's minimum average partial and Revelle and Rocklin's very simple structure.

    Parameters
    ----------
    correlations : Correlations
        Matrix (k, k) of k >= 3 items with its number of rows n > k.
    max_factors : int
        Largest number tried; lowered where k items cannot carry so many.

    Returns
    -------
    Retention
        MAP m: mean squared partial correlation after m = 1, 2, … components (the m with the smallest is kept; zero
        components are not tried, as in psych). VSS c: 1 - sum (R - S S')² / sum R² over all cells, S the varimax
        minres loadings with all but the c largest of each item set to zero (the number with the largest is kept).
        Varimax stops where stats::varimax does, so that the fits equal psych's.

    References
    ----------
    Velicer 1976; Revelle & Rocklin 1979; Revelle, psych::vss.
    """
    R, n = correlations.matrix, correlations.n
    check_more_rows_than_items(n, len(R), place)
    tried = [f for f in range(1, min(max_factors, len(R) - 1) + 1) if degrees_of_freedom(len(R), f) >= 0]
    if not tried:
        raise TooFewData(place, f"{len(R)} items cannot carry a factor, at least 3 are needed.", "Name more items.", n)
    partial = tuple(_average_partial(R, f) for f in tried)
    simple = [_simple_fits(R, f) for f in tried]
    one, two = (tuple(fit[c] for fit in simple) for c in (0, 1))
    return Retention(n=n, map_values=partial, map_n_factors=1 + int(np.argmin(partial)), vss1=one, vss2=two,
                     vss1_n_factors=1 + int(np.argmax(one)), vss2_n_factors=1 + int(np.argmax(two)),
                     cautions=correlations.cautions)


def _average_partial(R: Array, n_components: int) -> float:
    values, vectors = np.linalg.eigh(R)
    A = vectors[:, -n_components:] * np.sqrt(np.clip(values[-n_components:], 0.0, None))
    left = R - A @ A.T
    spread = np.sqrt(np.clip(left.diagonal(), np.finfo(float).tiny, None))
    squared = (left / np.outer(spread, spread)) ** 2
    k = len(R)
    return float((squared.sum() - np.trace(squared)) / (k * (k - 1)))


def _simple_fits(R: Array, n_factors: int) -> tuple[float, float]:
    L = varimax(extract(R, n_factors).loadings, R_VARIMAX_GOAL)[0]
    one = _simple_fit(R, L, 1)
    return one, _simple_fit(R, L, 2) if n_factors > 1 else 0.0


def _simple_fit(R: Array, L: Array, complexity: int) -> float:
    smallest_kept = np.sort(np.abs(L), axis=1)[:, -complexity][:, None]
    simple = np.where(np.abs(L) >= smallest_kept, L, 0.0)
    return 1.0 - float(((R - simple @ simple.T) ** 2).sum() / (R**2).sum())
