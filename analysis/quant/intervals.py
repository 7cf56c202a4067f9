"""Tests, shares and means of one variable, each with its interval (model 5 and 6)."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from analysis.results.measurement import Estimate

Numbers = NDArray[np.float64]

PROMOTER_FROM, DETRACTOR_TO = 9, 6      # Reichheld 2003: 9-10 promoters, 0-6 detractors
NPS_ADDED_CASES, NPS_ADDED_SHARE = 3.0, 0.25    # Rocks 2016: 3 cases, a quarter of them promoters, a quarter detractors
FINITE_POPULATION_SHARE = 0.10          # model 5: from this share of the population the corrected interval is added
TOLERANCE = 1e-9            # a spread below this is a rounding error


def benjamini_hochberg(p: ArrayLike) -> Numbers:
    """Return the false discovery rate at which each test of a family would be declared.

    Parameters
    ----------
    p : array_like, shape (m,)
        p-values; NaN = not tested, stays NaN and does not count in m.

    Returns
    -------
    numpy.ndarray, shape (m,)
        Adjusted values q, 0..1, never below p, in the same order of size as p.

    References
    ----------
    Benjamini & Hochberg (1995), Controlling the false discovery rate.
    """
    values = np.asarray(p, dtype=float)
    q = np.full(values.shape, np.nan)
    tested = np.flatnonzero(np.isfinite(values))
    if not len(tested):
        return q
    order = tested[np.argsort(values[tested], kind="stable")]
    m = len(order)
    raised = values[order] * m / np.arange(1, m + 1)
    q[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return q


def holm(p: ArrayLike) -> Numbers:
    """Return p-values that keep the chance of even one false alarm in a family.

    Parameters
    ----------
    p : array_like, shape (m,)
        p-values; NaN = not tested, stays NaN and does not count in m.

    Returns
    -------
    numpy.ndarray, shape (m,)
        Adjusted p, 0..1, never below p, in the same order of size as p.

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    values = np.asarray(p, dtype=float)
    adjusted = np.full(values.shape, np.nan)
    tested = np.flatnonzero(np.isfinite(values))
    order = tested[np.argsort(values[tested], kind="stable")]
    raised = values[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(raised), 1.0) if len(order) else raised
    return adjusted


def wilson(k: int, n: int, confidence: float = 0.95) -> Estimate:
    """Return a share with its Wilson score interval.

    Parameters
    ----------
    k, n : int
        Cases that have the property, cases in all.
    confidence : float, optional
        Coverage of the interval.

    Returns
    -------
    Estimate
        Share and limits in 0..1; all None when n is 0.

    References
    ----------
    Wilson (1927); Brown, Cai & DasGupta (2001), Interval estimation for a binomial proportion.
    """
    if n == 0:
        return Estimate(None, None, None, 0, "Wilson score interval", confidence)
    z = float(stats.norm.ppf((1 + confidence) / 2))
    share = k / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = 0.0 if k == 0 else float(centre - half)
    high = 1.0 if k == n else float(centre + half)
    return Estimate(share, low, high, n, "Wilson score interval", confidence)


def mean_interval(values: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return a mean with its t interval.

    Parameters
    ----------
    values : array_like, shape (n,)
        Values; NaN are left out.
    confidence : float, optional
        Coverage of the interval.

    Returns
    -------
    Estimate
        ``mean ± t(n - 1) * sd / sqrt(n)`` in the unit of the values; no interval below n = 2, no mean at n = 0.
    """
    x = known_values(values)
    n = len(x)
    mean = float(x.mean()) if n else None
    if mean is None or n < 2:  # noqa: PLR2004 - an SD needs two values
        return Estimate(mean, None, None, n, "t interval of the mean", confidence)
    half = float(stats.t.ppf((1 + confidence) / 2, n - 1)) * float(x.std(ddof=1)) / np.sqrt(n)
    return Estimate(mean, float(mean - half), float(mean + half), n, "t interval of the mean", confidence)


def finite_population_interval(values: ArrayLike, population: int, confidence: float = 0.95) -> Estimate:
    """Return a mean with the interval that holds when a good part of a known population answered.

    Parameters
    ----------
    values : array_like, shape (n,)
        Values; NaN are left out.
    population : int
        People in the population, N; at least n.
    confidence : float, optional
        Coverage of the interval.

    Returns
    -------
    Estimate
        As `mean_interval` with the standard error times ``sqrt((N - n) / (N - 1))``; use it when n / N exceeds
        `FINITE_POPULATION_SHARE`. When N is below n (a stale headcount) the plain interval is returned.

    References
    ----------
    Cochran (1977), Sampling Techniques, chapter 2.
    """
    plain = mean_interval(values, confidence)
    if plain.value is None or plain.ci_low is None or population < plain.n:
        return plain
    half = (plain.value - plain.ci_low) * np.sqrt((population - plain.n) / (population - 1))
    return Estimate(plain.value, float(plain.value - half), float(plain.value + half), plain.n,
                    f"t interval of the mean, corrected for a population of {population}", confidence)


def one_sided_t(values: ArrayLike, tau: float,
                alternative: Literal["greater", "less"] = "greater") -> tuple[float, float]:
    """Return the one-sided t test of a mean against a border.

    Parameters
    ----------
    values : array_like, shape (n,)
        Values; NaN are left out; n must be 2 or more.
    tau : float
        The border, in the unit of the values.
    alternative : {"greater", "less"}, optional
        "greater" tests H0: mean <= tau; "less" tests H0: mean >= tau.

    Returns
    -------
    tuple[float, float]
        t with n - 1 degrees of freedom, and p. Without variance t is infinite with the sign of the difference (NaN and
        p = 1 when there is none). NaN, NaN below n = 2.
    """
    x = known_values(values)
    if len(x) < 2:  # noqa: PLR2004 - an SD needs two values
        return float("nan"), float("nan")
    difference = float(x.mean()) - tau
    sd = float(x.std(ddof=1))
    if sd <= TOLERANCE:
        if abs(difference) <= TOLERANCE:
            return float("nan"), 1.0
        is_beyond = (difference > 0) == (alternative == "greater")
        return float(np.copysign(np.inf, difference)), 0.0 if is_beyond else 1.0
    t = difference / (sd / np.sqrt(len(x)))
    tail = stats.t.sf if alternative == "greater" else stats.t.cdf
    return float(t), float(tail(t, len(x) - 1))


def net_promoter(values: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return the net promoter score with its adjusted Wald interval.

    Parameters
    ----------
    values : array_like, shape (n,)
        Answers 0..10 to the recommendation question; NaN are left out.
    confidence : float, optional
        Coverage of the interval.

    Returns
    -------
    Estimate
        Share of 9-10 minus share of 0-6 in points, -100..100. The interval adds 3 cases, 3/4 each to promoters and
        detractors, and is centred on the adjusted score; all None when n is 0.

    References
    ----------
    Rocks (2016), Interval estimation for the net promoter score. The American Statistician 70, 365-372.
    """
    x = known_values(values)
    n = len(x)
    method = "adjusted Wald interval (Rocks 2016)"
    if n == 0:
        return Estimate(None, None, None, 0, method, confidence)
    promoters = float((x >= PROMOTER_FROM).sum())
    detractors = float((x <= DETRACTOR_TO).sum())
    cases = n + NPS_ADDED_CASES
    p = (promoters + NPS_ADDED_CASES * NPS_ADDED_SHARE) / cases
    d = (detractors + NPS_ADDED_CASES * NPS_ADDED_SHARE) / cases
    half = float(stats.norm.ppf((1 + confidence) / 2)) * np.sqrt((p + d - (p - d) ** 2) / cases)
    return Estimate(100 * (promoters - detractors) / n, float(100 * max(p - d - half, -1.0)),
                    float(100 * min(p - d + half, 1.0)), n, method, confidence)


def known_values(values: ArrayLike) -> Numbers:
    """Return the values that are not missing.

    Parameters
    ----------
    values : array_like, shape (n,)
        Values, missing = NaN.

    Returns
    -------
    numpy.ndarray
        The finite values as float64, in order.
    """
    x = np.asarray(values, dtype=float)
    return np.asarray(x[np.isfinite(x)])
