"""How large can the effect behind a test statistic be? Limits of noncentrality, and effects in SDs (Hedges)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

from analysis.results.measurement import Estimate

Numbers = NDArray[np.float64]

_TOLERANCE = 1e-12          # of a noncentrality; far below any digit that is shown
_WIDEST = 1e8               # a noncentrality beyond this has no finite limit
_TAIL = 1e-18               # share of the distribution of an SD that is left out at each end
_POISSON_REACH = 10         # SDs of the Poisson distribution on each side of its mean
_MOST_PARTS = 20_000        # of a mixture; beyond so many it is smooth enough to skip some
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(240)


def t_limits(t: float, df: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return the noncentralities of t between which the data lie with the stated confidence.

    Parameters
    ----------
    t, df : float
        Observed statistic and degrees of freedom.
    confidence : float
        Coverage.

    Returns
    -------
    tuple of float
        Low and high: the noncentral t distributions whose upper and lower tail beyond `t` is half of 1 - confidence.

    References
    ----------
    Steiger & Fouladi (1997), Noncentrality interval estimation and the evaluation of statistical models.
    """
    tail = (1 - confidence) / 2
    nodes = sd_nodes(df)
    reach = 3 + 6 * float(np.sqrt(1 + t * t / (2 * df)))

    def at(share: float) -> float:
        low, high = t - reach, t + reach
        while t_tail(t, low, nodes) > share:
            low -= reach
        while t_tail(t, high, nodes) < share:
            high += reach
        return float(optimize.brentq(lambda nc: t_tail(t, nc, nodes) - share, low, high, xtol=_TOLERANCE))

    return at(tail), at(1 - tail)


def t_tail(t: float, noncentrality: float, nodes: tuple[Numbers, Numbers]) -> float:
    """Return P(T > t) of a noncentral t distribution.

    The normal probability is averaged over the distribution of the estimated SD; library routines lose their digits,
    or answer NaN, where t and the noncentrality have opposite signs.

    Parameters
    ----------
    t, noncentrality : float
        Statistic and noncentrality.
    nodes : tuple of numpy.ndarray
        `sd_nodes` of the degrees of freedom.

    Returns
    -------
    float
        Upper tail, 0..1.
    """
    sd, weight = nodes
    return float(weight @ special.ndtr(noncentrality - t * sd))


def sd_nodes(df: float) -> tuple[Numbers, Numbers]:
    """Return values of an estimated SD (true SD 1) and their weights, to average over its distribution.

    Parameters
    ----------
    df : float
        Degrees of freedom of the SD, above 0.

    Returns
    -------
    tuple of numpy.ndarray, shape (240,)
        Gauss-Legendre nodes over all but 1e-18 at each end, denser where the SD is small; weights add up to 1.
    """
    low, high = np.sqrt(stats.chi2.ppf(_TAIL, df) / df), np.sqrt(stats.chi2.isf(_TAIL, df) / df)
    place = (_NODES + 1) / 2
    sd = low + (high - low) * place**3
    weight = stats.chi2.pdf(df * sd**2, df) * sd * place**2 * _WEIGHTS
    return sd, weight / weight.sum()


def f_limits(f: float, df1: float, df2: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return the noncentralities of F between which the data lie with the stated confidence.

    Parameters
    ----------
    f, df1, df2 : float
        Observed statistic and degrees of freedom, which need not be whole.
    confidence : float
        Coverage.

    Returns
    -------
    tuple of float
        Low and high, 0 where no noncentrality makes the statistic that small.

    References
    ----------
    Steiger (2004), Beyond the F test: effect size confidence intervals and tests of close fit.
    """
    return _positive_limits(lambda nc: 1 - noncentral_f_tail(f, df1, df2, nc), df1 * f, confidence)


def noncentral_f_tail(f: float, df1: float, df2: float, noncentrality: float) -> float:
    """Return P(F > f) of a noncentral F distribution.

    Parameters
    ----------
    f, df1, df2 : float
        Statistic and degrees of freedom.
    noncentrality : float
        0 and above.

    Returns
    -------
    float
        Beta tails mixed by a Poisson distribution; small tails keep their digits, which one minus a library's lower
        tail does not.

    References
    ----------
    Johnson, Kotz & Balakrishnan (1995), Continuous univariate distributions 2, chapter 30.
    """
    half = noncentrality / 2
    low, high = max(half - _POISSON_REACH * np.sqrt(half) - 1, 0), half + _POISSON_REACH * np.sqrt(half) + 60
    extra = np.arange(int(low), int(high) + 1, max(1, int((high - low) / _MOST_PARTS)))
    weight = stats.poisson.pmf(extra, half)
    return float(weight @ special.betaincc(df1 / 2 + extra, df2 / 2, df1 * f / (df1 * f + df2)) / weight.sum())


def chi2_limits(chi2: float, df: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return the noncentralities of chi-square between which the data lie with the stated confidence.

    Parameters
    ----------
    chi2, df : float
        Observed statistic and degrees of freedom.
    confidence : float
        Coverage.

    Returns
    -------
    tuple of float
        Low and high, 0 where no noncentrality makes the statistic that small.

    References
    ----------
    Smithson (2003), Confidence intervals, chapter 4.
    """
    return _positive_limits(lambda nc: float(special.chndtr(chi2, df, nc)), chi2, confidence)


def _positive_limits(share_below: Callable[[float], float], start: float, confidence: float) -> tuple[float, float]:
    tail = (1 - confidence) / 2

    def at(share: float) -> float:
        if share_below(0.0) <= share:
            return 0.0
        high = max(2 * start, 10.0)
        while share_below(high) > share and high < _WIDEST:
            high *= 2
        return float(optimize.brentq(lambda nc: share_below(nc) - share, 0.0, high, xtol=_TOLERANCE * high))

    return at(1 - tail), at(tail)


def variance_share(f: float, df1: float, df2: float, n: int, confidence: float = 0.95,
                   method: str = "omega squared") -> Estimate:
    """Return the share of variance that a grouping explains, nearly free of bias.

    Parameters
    ----------
    f, df1, df2 : float
        F statistic with its degrees of freedom.
    n : int
        People.
    confidence : float
        Coverage.
    method : str
        First words of the method.

    Returns
    -------
    Estimate
        ``omega² = df1 (F - 1) / (df1 (F - 1) + n)``, 0 where that is negative; limits ``L / (L + n)`` with the limits L
        of the noncentrality.

    References
    ----------
    Hays (1963); Steiger (2004).
    """
    gain = df1 * (f - 1)
    low, high = f_limits(f, df1, df2, confidence)
    return Estimate(max(gain / (gain + n), 0.0), low / (low + n), high / (high + n), n,
                    f"{method}, noncentral F interval", confidence)


def small_sample_factor(df: float) -> float:
    """Return the factor that takes the bias out of a standardised difference.

    Parameters
    ----------
    df : float
        Degrees of freedom of the SD.

    Returns
    -------
    float
        ``gamma(df/2) / (sqrt(df/2) gamma((df - 1)/2))``, below 1; 1 for one degree of freedom or fewer.

    References
    ----------
    Hedges (1981), Distribution theory for Glass's estimator of effect size.
    """
    if df <= 1:
        return 1.0
    return float(np.exp(special.gammaln(df / 2) - special.gammaln((df - 1) / 2)) / np.sqrt(df / 2))
