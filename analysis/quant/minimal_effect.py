"""The minimal-effect test of links: by which error weights are judged, and how likely one is by chance (model 7)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.quant.dominance import explained_variance, vif
from analysis.quant.intervals import benjamini_hochberg

Numbers = NDArray[np.float64]

CONSERVATIVE_P = 0.5        # a test with a larger p-value is set aside from its family (docs/validation.md)
_TINY = 1e-10               # a spread below this is none


def testing_error(R: Numbers, k: int, se: Numbers, degrees: int) -> Numbers:
    """Return the standard errors that weights are tested with.

    Parameters
    ----------
    R : numpy.ndarray, shape (k + m, k + m)
        Correlations, causes first.
    k : int
        Causes.
    se : numpy.ndarray, shape (k, m)
        SD of the weights over resamples.
    degrees : int
        n - k - G, n rows and G groups.

    Returns
    -------
    numpy.ndarray, shape (k, m)
        `se`, or the classical error where that is larger.

    Notes
    -----
    A standardised weight that came out large by chance also spreads less over resamples, for its SD shrinks with
    ``1 - R2`` and not with its root. Tested with that SD alone, 7 % of surveys of 80 people in which no cause acts on
    anything declare a link at a false discovery rate of 5 %, against 2 % with the larger one (docs/validation.md).

    References
    ----------
    Cohen, Cohen, West & Aiken (2003), section 3.6.
    """
    return np.where(se > _TINY, np.maximum(se, classical_error(R, k, degrees)), se)


def classical_error(R: Numbers, k: int, degrees: int) -> Numbers:
    """Return the standard errors of weights as a textbook has them.

    Parameters
    ----------
    R : numpy.ndarray, shape (k + m, k + m)
        Correlations, causes first.
    k : int
        Causes.
    degrees : int
        n - k - G, n rows and G groups.

    Returns
    -------
    numpy.ndarray, shape (k, m)
        ``sqrt(VIF (1 - R2) / degrees)``.

    References
    ----------
    Cohen, Cohen, West & Aiken (2003), Applied Multiple Regression, section 3.6.
    """
    unexplained = 1.0 - np.atleast_1d(explained_variance(R, k))
    return np.asarray(np.sqrt(np.outer(vif(R[:k, :k]), np.maximum(unexplained, 0.0)) / degrees))


def excess_of(R: Numbers, k: int, se: Numbers, degrees: int) -> Numbers:
    """Return how far the spread over resamples exceeds the classical error of a weight.

    Parameters
    ----------
    R : numpy.ndarray, shape (k + m, k + m)
        Correlations, causes first.
    k : int
        Causes.
    se : numpy.ndarray, shape (k, m)
        SD of the weights over resamples.
    degrees : int
        n - k - G.

    Returns
    -------
    numpy.ndarray, shape (k, m)
        Ratio, never below 1; 1 where there is no classical error.
    """
    classical = classical_error(R, k, degrees)
    ratio = np.divide(se, classical, out=np.ones_like(se), where=classical > _TINY)
    return np.maximum(ratio, 1.0)


def minimal_effect_p(beta: Numbers, se: Numbers, delta: float, degrees: int) -> Numbers:
    """Return how likely a weight as large as this is where the true one is at most `delta`.

    Parameters
    ----------
    beta, se : numpy.ndarray
        Weights and their standard errors, of one shape.
    delta : float
        Smallest weight of interest.
    degrees : int
        n - k - G.

    Returns
    -------
    numpy.ndarray
        ``P(T(degrees) > (beta - delta) / SE)``; without spread over resamples the test has nothing to say, p = 1.

    References
    ----------
    Murphy & Myors (1999).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (beta - delta) / se
    return np.where(se > _TINY, stats.t.sf(t, degrees), 1.0)


def discovery_rates(p: Numbers, level: float, *, is_adaptive: bool) -> Numbers:
    """Return the false discovery rate at which each of a family of tests against a border would be declared.

    Parameters
    ----------
    p : numpy.ndarray
        p-values of any shape, one family.
    level : float
        The rate that is allowed, in (0, 1); the first stage of the adaptive procedure is judged at it.
    is_adaptive : bool
        Whether the share of true nulls is estimated from the family (Benjamini, Krieger & Yekutieli 2006, two stages).

    Returns
    -------
    numpy.ndarray
        q of the shape of p, never below p; 1 for tests whose p exceeds 0.5.

    Notes
    -----
    A test against a border, such as "the weight is at most .10", has a p-value near 1 where the truth lies well below
    it. Such a test can bring no false discovery, yet it counts in the family and makes all others harder to find. So
    those above a limit are set aside, and for the others ``p / limit`` is a p-value again: given that it is at most the
    limit, it is stochastically no smaller than uniform wherever the null holds, for one-sided tests of a normal mean.

    References
    ----------
    Zhao, Small & Su (2019), Multiple testing when many p-values are uniformly conservative; Ellis, Pecanka & Goeman
    (2020), Gaining power in multiple testing of interval hypotheses via conditionalization; Benjamini & Hochberg
    (1995); Benjamini, Krieger & Yekutieli (2006), Adaptive linear step-up procedures that control the false discovery
    rate.
    """
    is_left = p <= CONSERVATIVE_P
    q = np.ones_like(p)
    if not is_left.any():
        return q
    rates = benjamini_hochberg(p[is_left] / CONSERVATIVE_P)
    if is_adaptive:
        m = len(rates)
        # At least one null is counted, so that a family in which all is declared at first has rates above 0.
        nulls = max(m - int((rates <= level / (1 + level)).sum()), 1)
        rates = rates * (1 + level) * nulls / m
    q[is_left] = np.clip(rates, p[is_left], 1.0)
    return q


def link_rates(p: Mapping[tuple[str, str], float], level: float, *, is_adaptive: bool) -> dict[tuple[str, str], float]:
    """Return the false discovery rate at which each link would be declared, all pairs as one family.

    Parameters
    ----------
    p : Mapping[(cause, problem), float]
        Of `LinkEstimates`.
    level : float
        The rate that is allowed.
    is_adaptive : bool
        See `discovery_rates`.

    Returns
    -------
    dict[(cause, problem), float]
    """
    q = discovery_rates(np.array(list(p.values()), dtype=float), level, is_adaptive=is_adaptive)
    return dict(zip(p, q.tolist(), strict=True))
