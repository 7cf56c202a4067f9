"""How alike are people of the same unit? ICC(1), ICC(2), and agreement within each unit (rWG)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import numpy as np
from scipy import optimize, stats

from analysis.errors import SpecError
from analysis.quant.units.sums import Numbers, UnitSums
from analysis.results.measurement import Estimate
from analysis.results.units import ExpectedVariance

# LeBreton & Senter 2008, table 2: shares of five answers where people lean to one side without agreeing.
SKEWED: dict[str, tuple[float, ...]] = {
    "slight_skew": (0.05, 0.15, 0.20, 0.35, 0.25), "moderate_skew": (0.0, 0.10, 0.15, 0.40, 0.35),
    "heavy_skew": (0.0, 0.0, 0.10, 0.40, 0.50)}
_EDGE = 1e-9                # distance kept from the border where the smallest possible ICC lies


def icc1(sums: UnitSums, confidence: float = 0.95) -> Estimate:
    """Return the share of variance that lies between units.

    Parameters
    ----------
    sums : UnitSums
        Sizes, means and spread of the units.
    confidence : float
        Coverage.

    Returns
    -------
    Estimate
        ``(MSB - MSW) / (MSB + (k - 1) MSW)`` with `UnitSums.mean_size` for k, negative where units differ less than
        chance; limits by Wald's exact method, which for equal sizes is the usual F interval. n = people.

    References
    ----------
    Bartko (1976); Bliese (2000), Within-group agreement, non-independence, and reliability; Wald (1940), A note on the
    analysis of variance with unequal class frequencies; Searle, Casella & McCulloch (1992), section 3.6.
    """
    between, within = sums.mean_squares
    value = (between - within) / (between + (sums.mean_size - 1) * within)
    low, high = ratio_limits(sums, confidence)
    return Estimate(value, low / (1 + low), high / (1 + high), sums.n, "ICC(1), Wald's exact interval", confidence)


def icc2(sums: UnitSums, confidence: float = 0.95) -> Estimate:
    """Return the reliability of the units' means.

    Parameters
    ----------
    sums : UnitSums
        Sizes, means and spread of the units.
    confidence : float
        Coverage.

    Returns
    -------
    Estimate
        ``(MSB - MSW) / MSB``, negative where units differ less than chance; limits by Wald's method for a unit of
        `UnitSums.mean_size`, None where there is none because units differ far less than chance.

    References
    ----------
    Bartko (1976); Bliese (2000).
    """
    between, within = sums.mean_squares
    low, high = (_reliability(ratio, sums.mean_size) for ratio in ratio_limits(sums, confidence))
    value = 1 - within / between if between > 0 else None
    return Estimate(value, low, high, sums.n, "ICC(2), Wald's exact interval", confidence)


def _reliability(ratio: float, size: float) -> float | None:
    """Return the reliability of the mean of a unit, None where the ratio is at the border of what can be."""
    return size * ratio / (1 + size * ratio) if 1 + size * ratio > _EDGE else None


def ratio_limits(sums: UnitSums, confidence: float = 0.95) -> tuple[float, float]:
    """Return limits of the variance between units over the variance within.

    Parameters
    ----------
    sums : UnitSums
        Sizes, means and spread of the units.
    confidence : float
        Coverage, exact for normal scores whatever the sizes.

    Returns
    -------
    tuple of float
        Above -1 / largest size; a limit is put there where no ratio reaches it.

    References
    ----------
    Wald (1940); Burdick & Graybill (1992), Confidence intervals on variance components, section 4.
    """
    df1, df2, within = sums.n_units - 1, sums.n - sums.n_units, sums.mean_squares[1]
    lowest = -1 / float(sums.sizes.max())

    def statistic(ratio: float) -> float:
        weights = sums.sizes / (1 + sums.sizes * ratio)
        mean = weights @ sums.means / weights.sum()
        return float(weights @ (sums.means - mean) ** 2) / df1 / within

    def at(quantile: float) -> float:
        low = lowest * (1 - _EDGE)
        if statistic(low) <= quantile:
            return lowest
        high = 1.0
        while statistic(high) > quantile:
            high *= 4
        return float(optimize.brentq(lambda ratio: statistic(ratio) - quantile, low, high, xtol=1e-13))

    tail = (1 - confidence) / 2
    return at(float(stats.f.isf(tail, df1, df2))), at(float(stats.f.ppf(tail, df1, df2)))


def expected_variance(points: int, shape: ExpectedVariance = "uniform") -> float:
    """Return the variance of answers of people who do not agree at all.

    Parameters
    ----------
    points : int
        Points of the answer scale, A, two or more.
    shape : str
        How such answers would be spread: uniform ``(A² - 1) / 12``; triangular, as a central tendency makes them;
        slight_skew, moderate_skew, heavy_skew, as leniency makes them, for five points only.

    Returns
    -------
    float
        In squared scale points.

    Raises
    ------
    SpecError
        For another shape, a skewed one that is not known for so many points, or fewer than two points.

    References
    ----------
    James, Demaree & Wolf (1984); LeBreton & Senter (2008), Answers to 20 questions about interrater reliability and
    interrater agreement, table 2.
    """
    if points < 2:  # noqa: PLR2004 - one answer cannot vary
        raise SpecError("rWG", f"{points} points cannot vary.", "Give the range of the answers.")
    places = np.arange(1, points + 1, dtype=float)
    if shape == "uniform":
        return (points**2 - 1) / 12
    if shape == "triangular":
        weights = np.minimum(places, places[::-1])
    elif shape in SKEWED and len(SKEWED[shape]) == points:
        weights = np.array(SKEWED[shape])
    elif shape in SKEWED:
        raise SpecError("rWG", f"{shape} is tabled for five points, not for {points}.",
                        "Give the expected variance as a number.")
    else:
        raise SpecError("rWG", f"{shape!r} is not a spread we know.", f"Use {', '.join(get_args(ExpectedVariance))}.")
    shares = weights / weights.sum()
    return float(shares @ (places - shares @ places) ** 2)


def rwg(variance: float, expected: float) -> float:
    """Return how far people agree on one item.

    Parameters
    ----------
    variance : float
        Variance (ddof 1) of their answers.
    expected : float
        Variance without any agreement, see `expected_variance`.

    Returns
    -------
    float
        ``1 - variance / expected``; 0 where they disagree more than by chance, as James et al. advise.

    References
    ----------
    James, Demaree & Wolf (1984, 1993).
    """
    return max(1 - variance / expected, 0.0)


def rwg_j(variances: Sequence[float] | Numbers, expected: float) -> float:
    """Return how far people agree on a scale of several items.

    Parameters
    ----------
    variances : sequence of float, shape (J,)
        Variance (ddof 1) of the answers to each item.
    expected : float
        Variance of one item without any agreement.

    Returns
    -------
    float
        ``J r / (J r + 1 - r)`` with r = 1 - mean variance / expected; 0 where that is negative. It grows with the
        number of items alone, so scales of different length cannot be compared by it.

    References
    ----------
    James, Demaree & Wolf (1984), Estimating within-group interrater reliability with and without response bias.
    """
    ratio = float(np.mean(variances)) / expected
    if ratio >= 1:
        return 0.0
    items = len(variances)
    return items * (1 - ratio) / (items * (1 - ratio) + ratio)
