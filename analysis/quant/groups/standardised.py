"""How far apart are two groups, in standard deviations? Hedges' g with and without equal spreads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.quant.groups.noncentral import small_sample_factor, t_limits
from analysis.results.measurement import Estimate

Numbers = NDArray[np.float64]


def hedges_g(first: Numbers, second: Numbers, confidence: float = 0.95) -> Estimate:
    """Return the difference of two means in SDs, without assuming equal spreads.

    Parameters
    ----------
    first, second : numpy.ndarray, shape (n,) and (m,)
        Values without missing ones, at least two each.
    confidence : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        ``J (M1 - M2) / sqrt((s1² + s2²) / 2)``, J the small-sample factor at the degrees of freedom of that SD
        ``(n1-1)(n2-1)(s1²+s2²)² / ((n2-1) s1⁴ + (n1-1) s2⁴)``. The limits are those of the noncentral t of Welch's
        test, times its standard error over the SD. All None where neither group varies.

    References
    ----------
    Delacre, Lakens, Ley, Liu & Leys (2021), Why Hedges' g*s based on the non-pooled standard deviation should be
    reported with Welch's t-test.
    """
    n1, n2 = len(first), len(second)
    v1, v2 = float(first.var(ddof=1)), float(second.var(ddof=1))
    method = "Hedges' g, spreads not pooled, noncentral t interval"
    if v1 + v2 <= 0:
        return Estimate(None, None, None, n1 + n2, method, confidence)
    sd = float(np.sqrt((v1 + v2) / 2))
    error = float(np.sqrt(v1 / n1 + v2 / n2))
    df_test = error**4 / ((v1 / n1) ** 2 / (n1 - 1) + (v2 / n2) ** 2 / (n2 - 1))
    df_sd = (n1 - 1) * (n2 - 1) * (v1 + v2) ** 2 / ((n2 - 1) * v1**2 + (n1 - 1) * v2**2)
    difference = float(first.mean() - second.mean())
    return _g(difference / error, df_test, error / sd, small_sample_factor(df_sd), n1 + n2, method, confidence)


def hedges_g_pooled(first: Numbers, second: Numbers, confidence: float = 0.95) -> Estimate:
    """Return the difference of two means in pooled SDs.

    Parameters
    ----------
    first, second : numpy.ndarray, shape (n,) and (m,)
        Values without missing ones, at least two each.
    confidence : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        ``J (M1 - M2) / s_pooled`` with the noncentral t interval at n1 + n2 - 2 degrees of freedom. All None where
        neither group varies.

    References
    ----------
    Hedges (1981); Steiger & Fouladi (1997).
    """
    n1, n2 = len(first), len(second)
    df = n1 + n2 - 2
    pooled = ((n1 - 1) * float(first.var(ddof=1)) + (n2 - 1) * float(second.var(ddof=1))) / df
    method = "Hedges' g, pooled spread, noncentral t interval"
    if pooled <= 0:
        return Estimate(None, None, None, n1 + n2, method, confidence)
    scale = float(np.sqrt(1 / n1 + 1 / n2))
    t = float(first.mean() - second.mean()) / (float(np.sqrt(pooled)) * scale)
    return _g(t, float(df), scale, small_sample_factor(df), n1 + n2, method, confidence)


def _g(t: float, df: float, scale: float, factor: float, n: int, method: str, confidence: float) -> Estimate:
    low, high = t_limits(t, df, confidence)
    return Estimate(factor * t * scale, factor * low * scale, factor * high * scale, n, method, confidence)
