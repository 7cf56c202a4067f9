"""What do people read of a polychoric matrix? Thresholds, correlations, intervals, ordinal alpha."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from analysis.quant.correlations import Array, Missing
from analysis.quant.ordinal.covariance import standard_errors
from analysis.quant.ordinal.polychoric import PolychoricFit, ZeroCells, definite, polychoric_fit, square
from analysis.results.measurement import Matrix
from analysis.results.ordinal import Polychoric


def polychoric(items: pd.DataFrame, *, missing: Missing = "pairwise", levels: Sequence[float] | None = None,
               zero_cells: ZeroCells = "keep", smooth: bool = False, confidence: float = 0.95,
               place: str = "items") -> Polychoric:
    """Return polychoric correlations with thresholds, intervals and ordinal alpha.

    Parameters
    ----------
    items, missing, levels, zero_cells, place
        As in `polychoric.polychoric_fit`.
    smooth : bool
        Replace a matrix that is not positive definite by one near to it, and say so in a caution.
    confidence : float
        Of the intervals, 0..1.

    Returns
    -------
    Polychoric
        Two-step estimates; standard errors by influence functions; intervals on Fisher's z scale; ordinal alpha =
        k r / (1 + (k - 1) r), r the mean correlation. Errors and intervals belong to the matrix before smoothing.

    References
    ----------
    Olsson 1979; Muthen 1984; Zumbo, Gadermann & Zeisser 2007 (ordinal alpha).
    """
    fit = polychoric_fit(items, missing=missing, levels=levels, zero_cells=zero_cells, place=place)
    return described(fit, smooth=smooth, confidence=confidence)


def described(fit: PolychoricFit, *, smooth: bool = False, confidence: float = 0.95) -> Polychoric:
    """Return the result of a fit.

    Parameters
    ----------
    fit : PolychoricFit
        Correlations of p pairs of k items.
    smooth, confidence
        As in `polychoric`.

    Returns
    -------
    Polychoric
        As `polychoric` describes.
    """
    tables, k = fit.tables, len(fit.tables.keys)
    error = standard_errors(fit)
    low, high = correlation_interval(fit.rho, error, confidence)
    R, cautions, changed = definite(fit.matrix(), smooth=smooth)
    counts = square(tables.pair_counts, k)
    np.fill_diagonal(counts, tables.counts.sum(axis=1))
    cuts = {key: tuple(row[:count].tolist())
            for key, row, count in zip(tables.keys, tables.thresholds, tables.n_thresholds, strict=True)}
    return Polychoric(
        n=tables.n, n_complete=tables.n_complete, items=tables.keys,
        levels=dict(zip(tables.keys, tables.levels, strict=True)), thresholds=cuts, correlations=_rows(R),
        pair_n=_rows(counts), standard_errors=_rows(square(error, k, 0.0)), ci_low=_rows(square(low, k)),
        ci_high=_rows(square(high, k)), confidence=confidence, alpha=ordinal_alpha(R),
        smallest_eigenvalue=float(np.linalg.eigvalsh(R)[0]), missing=tables.missing,
        method="two-step polychoric correlations" + (", smoothed" if changed else ""),
        cautions=(*fit.cautions, *cautions))


def correlation_interval(rho: Array, error: Array, confidence: float) -> tuple[Array, Array]:
    """Return the interval of correlations on Fisher's z scale.

    Parameters
    ----------
    rho, error : array
        Correlations inside -1..1 and their standard errors; NaN gives NaN.
    confidence : float
        Coverage, 0..1.

    Returns
    -------
    low, high : array
        tanh(atanh(rho) -+ q error / (1 - rho²)), which stays inside -1..1.
    """
    reach = float(stats.norm.ppf(0.5 + confidence / 2)) * error / ((1.0 - rho) * (1.0 + rho))
    middle = np.arctanh(rho)
    return np.tanh(middle - reach), np.tanh(middle + reach)


def ordinal_alpha(R: Array) -> float | None:
    """Return the standardised alpha of a correlation matrix.

    Parameters
    ----------
    R : array (k, k)
        Correlations.

    Returns
    -------
    float or None
        k / (k - 1) (1 - k / sum R); None where the sum is not positive.
    """
    k, total = len(R), float(R.sum())
    return k / (k - 1) * (1 - k / total) if total > 0 else None


def _rows(values: Array) -> Matrix:
    return tuple(tuple(None if np.isnan(value) else float(value) for value in row) for row in values)
