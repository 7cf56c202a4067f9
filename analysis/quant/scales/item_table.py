"""What does each item add to its scale? Item-rest correlations and the scale without the item."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.quant.correlations import Array, Moments
from analysis.quant.factors.extraction import squared_multiple_correlations
from analysis.results.measurement import ItemStatistics, WithoutItem

PAIR = 2                        # two items: nothing is left to drop


@dataclass(frozen=True)
class Consistency:
    """Coefficients of one covariance matrix; None = cannot be computed."""

    alpha: float | None
    alpha_standardised: float | None
    lambda6: float | None
    average_r: float
    median_r: float
    variance_r: float | None
    signal_to_noise: float | None
    standard_error: float | None


def consistency(C: Array, n: int) -> Consistency:
    """Return the coefficients of internal consistency of a covariance matrix.

    Parameters
    ----------
    C : array (k, k)
        Covariances of the items, variances above zero.
    n : int
        Respondents, for the standard error.

    Returns
    -------
    Consistency
        With V the sum of C, T its trace and R its correlations: alpha = k/(k-1) (1 - T/V), None where V is not
        positive; the same of R; lambda 6 = 1 - sum(1 - SMC) / sum R; signal to noise k r / (1 - r);
        standard error² = 2 k² / ((k-1)² V³ n) (V (tr C² + T²) - 2 T sum C²).

    References
    ----------
    Cronbach 1951; Guttman 1945; Duhachek & Iacobucci 2004; Revelle, psych::alpha.
    """
    k, spread = len(C), np.sqrt(C.diagonal())
    R = C / np.outer(spread, spread)
    smc, below = squared_multiple_correlations(R), R[np.tril_indices(k, -1)]
    average = float((R.sum() - k) / (k * (k - 1)))
    total = float(R.sum())
    return Consistency(
        alpha=coefficient_alpha(C), alpha_standardised=coefficient_alpha(R),
        lambda6=None if smc is None or total <= 0 else float(1.0 - (1.0 - smc).sum() / total),
        average_r=average, median_r=float(np.median(below)),
        variance_r=float(below.var(ddof=1)) if len(below) > 1 else None,
        signal_to_noise=k * average / (1.0 - average) if average < 1.0 else None, standard_error=_standard_error(C, n))


def coefficient_alpha(C: Array) -> float | None:
    """Return alpha of a covariance or correlation matrix.

    Parameters
    ----------
    C : array (k, k)
        k >= 2.

    Returns
    -------
    float or None
        k/(k-1) (1 - tr C / sum C); None where the sum is not positive.

    References
    ----------
    Cronbach 1951.
    """
    k, total = len(C), float(C.sum())
    return k / (k - 1) * (1 - float(np.trace(C)) / total) if total > 0 else None


def item_table(moments: Moments, reverse: Collection[str],
               counted: Sequence[Mapping[str, int]]) -> tuple[ItemStatistics, ...]:
    """Return the figures of each item of a scale.

    Parameters
    ----------
    moments : Moments
        Of k items.
    reverse : collection of str
        Items to mark as recoded.
    counted : list of dict
        Frequencies of the answers of each item.

    Returns
    -------
    tuple of ItemStatistics
        In the order of the items.
    """
    C, k = moments.covariance, len(moments.keys)
    own, column = C.diagonal(), C.sum(axis=0)
    rest = C.sum() - 2 * column + own
    safe = np.where(rest > 0, rest, np.nan)
    rest_r = (column - own) / np.sqrt(own * safe)
    without = (k - 1) / (k - 2) * (1 - (np.trace(C) - own) / safe) if k > PAIR else np.full(k, np.nan)
    standardised, corrected, total = _whole_correlations(moments)
    return tuple(
        ItemStatistics(
            key=key, n=int(moments.counts[i, i]), mean=_known(moments.mean[i]), sd=float(np.sqrt(own[i])),
            item_rest_r=_known(rest_r[i]), alpha_if_dropped=_known(without[i]), frequencies=counted[i],
            is_reverse=key in reverse, item_total_r=_known(total[i]), standardised_r=_known(standardised[i]),
            corrected_r=_known(corrected[i]), dropped=_without(C, i, moments.n) if k > PAIR else None)
        for i, key in enumerate(moments.keys))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _without(C: Array, i: int, n: int) -> WithoutItem:
    left = consistency(np.delete(np.delete(C, i, axis=0), i, axis=1), n)
    return WithoutItem(left.alpha_standardised, left.lambda6, left.average_r, left.median_r, left.variance_r,
                       left.standard_error)


def _whole_correlations(moments: Moments) -> tuple[Array, Array, Array]:
    """Return correlations with the standardised sum, with the sum of what is shared, and with the row mean."""
    C = moments.covariance
    spread = np.sqrt(C.diagonal())
    R = C / np.outer(spread, spread)
    smc = squared_multiple_correlations(R)
    shared = R.copy()
    np.fill_diagonal(shared, np.nan if smc is None else smc)
    total = _with_sum(C) / spread if moments.total_r is None else moments.total_r
    return _with_sum(R), _with_sum(shared), total


def _with_sum(C: Array) -> Array:
    variance = float(C.sum())
    return np.asarray(C.sum(axis=0) / np.sqrt(variance if variance > 0 else np.nan))


def _standard_error(C: Array, n: int) -> float | None:
    k, total, trace = len(C), float(C.sum()), float(np.trace(C))
    if total <= 0:
        return None
    inner = total * (float((C**2).sum()) + trace**2) - 2 * trace * float((C @ C).sum())
    return float(np.sqrt(max(2 * k**2 / ((k - 1) ** 2 * total**3) * inner, 0.0) / n))
