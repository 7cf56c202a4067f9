"""Do the ranks of groups differ, by how much, and which pairs? Kruskal-Wallis, Dunn, stochastic superiority."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from scipy import optimize, stats

from analysis.quant.groups.noncentral import Numbers, chi2_limits
from analysis.quant.groups.samples import MOST_PAIRED, Samples, group_summaries, sample_warnings, samples_of
from analysis.quant.intervals import benjamini_hochberg, holm
from analysis.results.groups import RankComparison, RankPair
from analysis.results.measurement import Estimate

_EDGE = 1e-12               # the equation of the limits is also solved by 0 and 1, which are none
METHOD = "Kruskal-Wallis test corrected for ties, pairs by Dunn"


def compare_ranks(values: pd.Series, groups: pd.Series, *, confidence: float = 0.95,
                  place: str = "comparison") -> RankComparison:
    """Return how the ranks of two or more groups differ.

    Parameters
    ----------
    values : pandas.Series (n,)
        Numbers or ordered codes; missing = NaN. Rows without a value or a group are left out.
    groups : pandas.Series (n,)
        Group of each row, in the same order.
    confidence : float
        Coverage of all intervals.
    place : str
        Words for messages.

    Returns
    -------
    RankComparison
        H corrected for ties; ``epsilon² = H / (n - 1)``, the share of the ranks' variance between groups, with the
        limits ``L / (n - 1)`` of the noncentral chi-square (they hold at least what they promise, because a large
        effect makes H vary less than that distribution); every pair with Dunn's z, Holm and Benjamini-Hochberg, and
        the chance that somebody of the first group is above somebody of the second.

    Raises
    ------
    TableError, TooFewData, NoVariation
        As `samples_of`.

    References
    ----------
    Kruskal & Wallis (1952); Dunn (1964), Multiple comparisons using rank sums; Kelley (1935); Tomczak & Tomczak (2014).
    """
    samples = samples_of(values, groups, place=place, minimum=1)
    n, sizes = samples.n, samples.sizes
    ranks = stats.rankdata(np.concatenate(samples.values))
    rank_sums = np.array([part.sum() for part in np.split(ranks, np.cumsum(sizes).astype(int)[:-1])])
    mean_ranks = rank_sums / sizes
    variance = _rank_variance(ranks)
    h = float(sizes @ (mean_ranks - (n + 1) / 2) ** 2) / variance
    df = len(samples.keys) - 1
    low, high = chi2_limits(h, df, confidence)
    effect = Estimate(h / (n - 1), min(low / (n - 1), 1.0), min(high / (n - 1), 1.0), n,
                      "epsilon squared of ranks, noncentral chi-square interval", confidence)
    return RankComparison(samples.outcome, samples.group, n, group_summaries(samples, confidence),
                          tuple(mean_ranks.tolist()), h, df, float(stats.chi2.sf(h, df)), effect,
                          _pairs(samples, mean_ranks, variance, confidence), METHOD, sample_warnings(samples))


def superiority(first: Numbers, second: Numbers, confidence: float = 0.95) -> Estimate:
    """Return the chance that a value of the first group is above one of the second, ties counting half.

    Parameters
    ----------
    first, second : numpy.ndarray, shape (n,) and (m,)
        Values without missing ones, at least one each.
    confidence : float
        Coverage.

    Returns
    -------
    Estimate
        0..1, 0.5 = no tendency; the limits are the values from which the estimate lies z standard errors away, so they
        stay within 0..1 also where the groups do not overlap.

    References
    ----------
    Vargha & Delaney (2000); Newcombe (2006), Confidence intervals for an effect size measure based on the Mann-Whitney
    statistic, method 5.
    """
    n, m = len(first), len(second)
    ranks = stats.rankdata(np.concatenate([first, second]))
    share = (float(ranks[:n].sum()) - n * (n + 1) / 2) / (n * m)
    z, extra = float(stats.norm.ppf((1 + confidence) / 2)), (n + m) / 2 - 1

    def gap(true: float) -> float:
        inner = 1 + extra * ((1 - true) / (2 - true) + true / (1 + true))
        return float((share - true) ** 2 - z * z * true * (1 - true) * inner / (n * m))

    low = 0.0 if share <= 0 else float(optimize.brentq(gap, 0.0, min(share, 1 - _EDGE)))
    high = 1.0 if share >= 1 else float(optimize.brentq(gap, max(share, _EDGE), 1.0))
    return Estimate(share, low, high, n + m, "stochastic superiority, Newcombe's method 5", confidence)


def _rank_variance(ranks: Numbers) -> float:
    """Return the variance of one rank among n, ties taken out: n (n + 1) / 12 less the ties' part."""
    n = len(ranks)
    _, ties = np.unique(ranks, return_counts=True)
    return float(n * (n + 1) / 12 - (ties.astype(float)**3 - ties).sum() / (12 * (n - 1)))


def _pairs(samples: Samples, mean_ranks: Numbers, variance: float, confidence: float) -> tuple[RankPair, ...]:
    if len(samples.keys) > MOST_PAIRED:
        return ()
    places = list(combinations(range(len(samples.keys)), 2))
    left, right = np.array(places).T
    difference = mean_ranks[left] - mean_ranks[right]
    z = difference / np.sqrt(variance * (1 / samples.sizes[left] + 1 / samples.sizes[right]))
    p = 2 * stats.norm.sf(np.abs(z))
    adjusted, q = holm(p), benjamini_hochberg(p)
    return tuple(RankPair(samples.keys[i], samples.keys[j], len(samples.values[i]) + len(samples.values[j]),
                          float(difference[m]), float(z[m]), float(p[m]), float(adjusted[m]), float(q[m]),
                          superiority(samples.values[i], samples.values[j], confidence))
                 for m, (i, j) in enumerate(places))
