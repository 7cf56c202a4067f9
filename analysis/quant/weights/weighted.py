"""What is the mean of the population, and how sure is it? Linearised error, and the population's size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import TableError, TooFewData
from analysis.quant.groups.samples import labels_of, ordered_labels
from analysis.quant.intervals import finite_population_interval, mean_interval
from analysis.quant.weights.raking import Numbers, kish_design_effect
from analysis.results.measurement import Estimate
from analysis.results.weights import WeightedMean


def weighted_mean(values: pd.Series, weights: Sequence[float] | Numbers, *, margins: pd.DataFrame | None = None,
                  population: int | None = None, confidence: float = 0.95, place: str = "weights") -> WeightedMean:
    """Return a weighted mean with the error that the weights bring.

    Parameters
    ----------
    values : pandas.Series (n,)
        Numbers, missing = NaN (left out with their weight).
    weights : array_like (n,)
        Positive, on any scale.
    margins : pandas.DataFrame (n, m), optional
        The columns that the answers were weighted by. What the margins explain of the values is no longer left to
        chance, so the error is that of the residuals; without it the weights are taken as if they came by lot, and the
        interval is wider.
    population : int, optional
        People in the population: the variance is multiplied by ``1 - n / population``. A number below n is not used
        and warned of as `stale_population`.
    confidence : float
        Coverage.
    place : str
        Words for messages.

    Returns
    -------
    WeightedMean
        ``sum(w y) / sum(w)`` with variance ``n / (n - 1) sum((w e)²) / sum(w)²``, t with n - 1; e are the distances
        from the mean or the residuals. Design effect: that variance over the one of a simple random sample.

    Raises
    ------
    TableError
        When a weight is not positive and finite, or there are as many as values are not.
    TooFewData
        With fewer than two values.

    References
    ----------
    Saerndal, Swensson & Wretman (1992), Model assisted survey sampling, chapters 5 and 6; Cochran (1977), chapter 2.
    """
    y, w = values.to_numpy(dtype=float, na_value=np.nan), np.asarray(weights, dtype=float)
    if y.shape != w.shape or not (np.isfinite(w) & (w > 0)).all() or np.isinf(y).any():
        raise TableError(place, "weights must be positive numbers, one to each finite value.", "Mend them.")
    known = np.isfinite(y)
    y, w, n = y[known], w[known], int(known.sum())
    if n < 2:  # noqa: PLR2004 - an error needs two values
        raise TooFewData(place, f"{n} values are too few.", "Collect more answers.", n)
    total = float(w.sum())
    mean = float(w @ y / total)
    residuals = y - mean if margins is None else _residuals(y - mean, margins[known])
    is_corrected = population is not None and population >= n
    left = 1 - n / population if population is not None and is_corrected else 1.0
    spread = float(w @ (y - mean) ** 2) / total / (n - 1) * left
    variance = n / (n - 1) * float(((w * residuals) ** 2).sum()) / total**2 * left
    error = float(np.sqrt(variance))
    half = float(stats.t.ppf((1 + confidence) / 2, n - 1)) * error
    method = "weighted mean, linearised error" + ("" if margins is None else " of residuals from the margins")
    plain = finite_population_interval(y, population, confidence) if population is not None and is_corrected else (
        mean_interval(y, confidence))
    is_stale = population is not None and not is_corrected
    warnings = ("left_out",) * (n < len(known)) + ("stale_population",) * is_stale
    return WeightedMean(str(values.name), n, Estimate(mean, mean - half, mean + half, n, method, confidence), plain,
                        error, variance / spread if spread > 0 else None, n / kish_design_effect(w),
                        population if is_corrected else None, method, warnings)


def _residuals(y: Numbers, margins: pd.DataFrame) -> Numbers:
    """Return what is left of the values after a regression on all categories of the margins."""
    blocks = []
    for name in margins.columns:
        labels = np.array(labels_of(margins[name]), dtype=object)
        blocks += [(labels == key).astype(float) for key in ordered_labels(labels.tolist())]
    X = np.column_stack([np.ones(len(y)), *blocks])
    fitted, *_ = np.linalg.lstsq(X, y, rcond=None)
    return np.asarray(y - X @ fitted)
