"""Do the means of groups differ, by how much, and which pairs? Welch, the classic test, Games-Howell."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import NoVariation
from analysis.quant.compare import welch
from analysis.quant.groups.noncentral import f_limits, variance_share
from analysis.quant.groups.samples import MOST_PAIRED, Samples, group_summaries, sample_warnings, samples_of
from analysis.quant.groups.standardised import hedges_g, hedges_g_pooled
from analysis.quant.groups.studentized_range import studentized_range_quantile, studentized_range_tail
from analysis.quant.intervals import benjamini_hochberg, holm
from analysis.results.groups import MeanComparison, MeanPair, VarianceTest
from analysis.results.measurement import Estimate

METHOD = "Welch's test of equal means, pairs by Games-Howell"


def compare_means(values: pd.Series, groups: pd.Series, *, confidence: float = 0.95,
                  place: str = "comparison") -> MeanComparison:
    """Return how the means of two or more groups differ.

    Parameters
    ----------
    values : pandas.Series (n,)
        Numbers; missing = NaN. Rows without a value or a group are left out and counted as `left_out`.
    groups : pandas.Series (n,)
        Group of each row, in the same order.
    confidence : float
        Coverage of all intervals.
    place : str
        Words for messages.

    Returns
    -------
    MeanComparison
        Welch's F, the classic F, omega and eta squared with noncentral intervals, and every pair: difference with
        Welch's and Games-Howell's interval, Hedges' g, p alone, Holm, and q by Benjamini-Hochberg.

    Raises
    ------
    TableError, TooFewData, NoVariation
        As `samples_of`; NoVariation too where no group varies within itself.

    References
    ----------
    Welch (1951), On the comparison of several mean values; Games & Howell (1976); Steiger (2004).
    """
    samples = samples_of(values, groups, place=place)
    if not (samples.variances > 0).any():
        raise NoVariation(place, "nobody differs from others in the same group.", "There is no error to test against.")
    first, classic = welch_anova(samples), anova(samples)
    return MeanComparison(
        samples.outcome, samples.group, samples.n, group_summaries(samples, confidence), first, classic,
        variance_share(first.f, first.df1, first.df2, samples.n, confidence, "omega squared of Welch's F"),
        eta_squared(classic, samples.n, confidence),
        variance_share(classic.f, classic.df1, classic.df2, samples.n, confidence),
        mean_pairs(samples, confidence), METHOD, sample_warnings(samples))


def anova(samples: Samples) -> VarianceTest:
    """Return the classic F test of equal means, which assumes equal spreads.

    Parameters
    ----------
    samples : Samples
        Values by group; at least one group varies.

    Returns
    -------
    VarianceTest
        ``F = MS between / MS within``.

    References
    ----------
    Fisher (1925).
    """
    n, k, sizes = samples.n, len(samples.keys), samples.sizes
    grand = float(sizes @ samples.means / n)
    between = float(sizes @ (samples.means - grand) ** 2) / (k - 1)
    within = float((sizes - 1) @ samples.variances) / (n - k)
    f = between / within
    return VarianceTest(f, float(k - 1), float(n - k), float(stats.f.sf(f, k - 1, n - k)))


def welch_anova(samples: Samples) -> VarianceTest:
    """Return Welch's F test of equal means, which allows unequal spreads.

    Parameters
    ----------
    samples : Samples
        Values by group. A group without spread takes the classic test's place in nothing: its weight would be infinite.

    Returns
    -------
    VarianceTest
        With weights ``w = n / s²``; F, k - 1 and Welch's second degrees of freedom.

    Raises
    ------
    NoVariation
        When all have the same value in one of three or more groups; of two groups one may be constant.

    References
    ----------
    Welch (1951), On the comparison of several mean values: an alternative approach.
    """
    sizes, means, spreads, k = samples.sizes, samples.means, samples.variances, len(samples.keys)
    if k == 2:  # noqa: PLR2004 - Welch's t, squared
        parts = spreads / sizes
        df = float(parts.sum() ** 2 / (parts**2 / (sizes - 1)).sum())
        f = float((means[0] - means[1]) ** 2 / parts.sum())
        return VarianceTest(f, 1.0, df, float(stats.f.sf(f, 1, df)))
    for key, spread in zip(samples.keys, spreads, strict=True):
        if spread <= 0:
            raise NoVariation(f"group {key!r}", "everybody in it has the same value.",
                              "Leave the group out, or compare ranks.")
    weights = sizes / spreads
    total = float(weights.sum())
    mean = float(weights @ means / total)
    unequal = float(((1 - weights / total) ** 2 / (sizes - 1)).sum()) / (k * k - 1)
    f = float(weights @ (means - mean) ** 2) / (k - 1) / (1 + 2 * (k - 2) * unequal)
    df = 1 / (3 * unequal)
    return VarianceTest(f, float(k - 1), df, float(stats.f.sf(f, k - 1, df)))


def eta_squared(test: VarianceTest, n: int, confidence: float = 0.95) -> Estimate:
    """Return the share of the sample's variance that lies between groups.

    Parameters
    ----------
    test : VarianceTest
        The classic F test.
    n : int
        People.
    confidence : float
        Coverage.

    Returns
    -------
    Estimate
        ``df1 F / (df1 F + df2)``, biased upwards; its limits are those of the population's share, ``L / (L + n)`` with
        the limits L of the noncentrality.

    References
    ----------
    Steiger (2004).
    """
    part = test.df1 * test.f
    low, high = f_limits(test.f, test.df1, test.df2, confidence)
    return Estimate(part / (part + test.df2), low / (low + n), high / (high + n), n,
                    "eta squared, noncentral F interval", confidence)


def mean_pairs(samples: Samples, confidence: float = 0.95) -> tuple[MeanPair, ...]:
    """Return every pair of groups with its difference.

    Parameters
    ----------
    samples : Samples
        Values by group.
    confidence : float
        Coverage; of Games-Howell over all pairs together.

    Returns
    -------
    tuple of MeanPair
        Pairs of two constant groups have no error and are left out; none beyond `MOST_PAIRED` groups.

    References
    ----------
    Games & Howell (1976), Pairwise multiple comparison procedures with unequal n's and/or variances; Holm (1979);
    Benjamini & Hochberg (1995).
    """
    if len(samples.keys) > MOST_PAIRED:
        return ()
    places = [(i, j) for i, j in combinations(range(len(samples.keys)), 2)
              if samples.variances[i] + samples.variances[j] > 0]
    t, df = _statistics(samples, places)
    p = 2 * stats.t.sf(np.abs(t), df)
    return tuple(_pair(samples, place, (float(t[m]), float(df[m]), float(p[m])), (float(h), float(q)), confidence)
                 for m, (place, h, q) in enumerate(zip(places, holm(p), benjamini_hochberg(p), strict=True)))


def _statistics(samples: Samples, places: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Return Welch's t and degrees of freedom of each pair."""
    left, right = np.array(places).T
    parts = samples.variances / samples.sizes
    total = parts[left] + parts[right]
    shares = parts**2 / (samples.sizes - 1)
    t = (samples.means[left] - samples.means[right]) / np.sqrt(total)
    return t, total**2 / (shares[left] + shares[right])


def _pair(samples: Samples, place: tuple[int, int], found: tuple[float, float, float], adjusted: tuple[float, float],
          confidence: float) -> MeanPair:
    (i, j), (t, df, p), k = place, found, len(samples.keys)
    a, b = samples.values[i], samples.values[j]
    alone = welch(a, b, confidence)
    error = float(np.sqrt(samples.variances[i] / len(a) + samples.variances[j] / len(b)))
    half = studentized_range_quantile(confidence, k, df) * error / math.sqrt(2)
    difference = float(a.mean() - b.mean())
    together = Estimate(difference, difference - half, difference + half, len(a) + len(b),
                        f"Games-Howell interval for all {k * (k - 1) // 2} pairs", confidence)
    return MeanPair(samples.keys[i], samples.keys[j], len(a) + len(b), alone, together, t, df, p,
                    studentized_range_tail(abs(t) * math.sqrt(2), k, df), *adjusted,
                    hedges_g(a, b, confidence), hedges_g_pooled(a, b, confidence))
