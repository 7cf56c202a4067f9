"""What can be said of a small unit? Its mean, drawn towards all units by as much as it is unreliable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from analysis.quant.units.sums import Numbers, UnitSums
from analysis.results.measurement import Estimate


@dataclass(frozen=True)
class RandomIntercept:
    """A model with one mean and units that vary about it (REML).

    grand_mean, grand_error     mean of units and its SE
    between, within             variance of units' true means; variance of people within a unit
    shrinkage                   (J,) share of each unit's distance from the mean that is taken back
    pooled, pooled_error        (J,) predicted true means and the root of their mean squared error
    """

    grand_mean: float
    grand_error: float
    between: float
    within: float
    shrinkage: Numbers
    pooled: Numbers
    pooled_error: Numbers

    @property
    def icc1(self) -> float:
        return self.between / (self.between + self.within)


def random_intercept(sums: UnitSums) -> RandomIntercept:
    """Return the random-intercept model of a score, by restricted maximum likelihood.

    Parameters
    ----------
    sums : UnitSums
        Sizes, means and spread of the units; the model needs nothing else.

    Returns
    -------
    RandomIntercept
        Variances by REML (the variance between units is 0 where units differ no more than chance), means by empirical
        Bayes: ``pooled = grand + (1 - shrinkage) (mean - grand)``, ``shrinkage = within / (within + n between)``. The
        errors count the uncertainty of the grand mean and of the variances (Prasad & Rao), so they do not collapse
        where the variance between units is 0.

    References
    ----------
    Raudenbush & Bryk (2002), Hierarchical linear models, chapter 3; Prasad & Rao (1990), The estimation of the mean
    squared error of small-area estimators; Patterson & Thompson (1971).
    """
    ratio = _variance_ratio(sums)
    weights, mean, squares = _profile(sums, ratio)
    within = squares / (sums.n - 1)
    between = ratio * within
    shrinkage = within / (within + sums.sizes * between)
    grand_variance = within / float(weights.sum())
    error = (between * shrinkage + shrinkage**2 * grand_variance
             + 2 * _variance_error(sums.sizes, between, within))
    return RandomIntercept(mean, float(np.sqrt(grand_variance)), between, within, shrinkage,
                           mean + (1 - shrinkage) * (sums.means - mean), np.sqrt(error))


def pooled_means(sums: UnitSums, model: RandomIntercept, confidence: float = 0.95) -> tuple[Estimate, ...]:
    """Return the partly pooled mean of each unit with its interval.

    Parameters
    ----------
    sums : UnitSums
        The units.
    model : RandomIntercept
        Their model.
    confidence : float
        Coverage, over units.

    Returns
    -------
    tuple of Estimate
        ``pooled ± t(n - J) error``; n = people of the unit.
    """
    half = float(stats.t.ppf((1 + confidence) / 2, sums.n - sums.n_units)) * model.pooled_error
    method = "empirical Bayes with a REML random intercept"
    return tuple(Estimate(float(value), float(value - reach), float(value + reach), int(n), method, confidence)
                 for value, reach, n in zip(model.pooled, half, sums.sizes, strict=True))


def _profile(sums: UnitSums, ratio: float) -> tuple[Numbers, float, float]:
    """Return weights of the units' means, the grand mean and the sum of squares, at a ratio of the variances."""
    weights = sums.sizes / (1 + sums.sizes * ratio)
    mean = float(weights @ sums.means / weights.sum())
    return weights, mean, sums.within + float(weights @ (sums.means - mean) ** 2)


def _slope(sums: UnitSums, ratio: float) -> float:
    """Return the derivative of the REML deviance by the ratio of the variances."""
    weights, mean, squares = _profile(sums, ratio)
    part = float(weights**2 @ (sums.means - mean) ** 2)
    return -(sums.n - 1) * part / squares + float(weights.sum()) - float((weights**2).sum() / weights.sum())


def _variance_ratio(sums: UnitSums) -> float:
    """Return between over within at the minimum of the deviance, 0 where it rises from there."""
    if _slope(sums, 0.0) >= 0:
        return 0.0
    high = 1.0
    while _slope(sums, high) < 0:
        high *= 4
    return float(optimize.brentq(lambda ratio: _slope(sums, ratio), 0.0, high, xtol=1e-15, rtol=1e-14))


def _variance_error(sizes: Numbers, between: float, within: float) -> Numbers:
    """Return what not knowing the variances adds to the error of each unit's mean (Prasad & Rao's third term)."""
    total = within + sizes * between
    information = 0.5 * np.array([
        [(sizes**2 / total**2).sum(), (sizes / total**2).sum()],
        [(sizes / total**2).sum(), ((sizes - 1) / within**2 + 1 / total**2).sum()]])
    V = np.linalg.inv(information)
    spread = within**2 * V[0, 0] + between**2 * V[1, 1] - 2 * within * between * V[0, 1]
    return np.asarray(sizes * spread / total**3)
