"""How well do factors reproduce the correlations? Chi-square, RMSEA, TLI, RMSR and BIC of a factor solution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special, stats

from analysis.quant.correlations import Array
from analysis.results.measurement import Estimate

RMSEA_CONFIDENCE = 0.90         # MacCallum, Browne & Sugawara 1996; psych and lavaan print 90 %
SMALLEST_P = 1e-290             # below it the tail is summed as a logarithm
FRACTION_STEPS = 10_000
FRACTION_GOAL = 1e-15


@dataclass(frozen=True)
class Fit:
    """Fit of one factor solution; None where the matrix has no inverse or no degrees of freedom are left."""

    discrepancy: float | None
    chi2: float | None
    df: int
    p_value: float | None
    rmsea: Estimate | None
    tli: float | None
    rmsr: float
    bic: float | None
    empirical_chi2: float
    crms: float | None
    null_chi2: float | None
    null_df: int
    fit_off: float


def factor_fit(R: Array, n: int, L: Array, phi: Array | None = None) -> Fit:
    """Return fit statistics of a factor solution.

    Parameters
    ----------
    R : array (k, k)
        Correlations.
    n : int
        Number of respondents.
    L, phi : array (k, f), array (f, f) or None
        Pattern loadings and factor correlations.

    Returns
    -------
    Fit
        With M = L Phi L' and ones on its diagonal: F = tr(R M^-1) - log det(R M^-1) - k;
        chi2 = (n - 1 - (2k + 5)/6 - 2f/3) F (Bartlett); RMSEA with its 90 % interval; TLI against uncorrelated items;
        RMSR = root mean square of the residual correlations; empirical chi2 = n times their sum of squares over all
        cells off the diagonal; crms = sqrt(that sum / 2 df); fit off the diagonal = 1 - that sum / sum of r²; the
        null chi2 = -(n - 1 - (2k + 5)/6) log det R of uncorrelated items.

    References
    ----------
    Bartlett 1950; Steiger 1990; Tucker & Lewis 1973; Revelle, psych::fa.stats.
    """
    k, f = L.shape
    model = L @ (np.eye(f) if phi is None else phi) @ L.T
    np.fill_diagonal(model, 1.0)
    residual = R - model
    rmsr = float(np.sqrt((residual**2).sum() / (k * (k - 1))))
    df = degrees_of_freedom(k, f)
    discrepancy = _discrepancy(R, model)
    left = float((residual**2).sum())
    rest = (left * n, float(np.sqrt(left / (2 * df))) if df > 0 else None, _null_chi2(R, n), k * (k - 1) // 2,
            1.0 - left / float((R**2).sum() - (R.diagonal() ** 2).sum()))
    if discrepancy is None or df < 0:
        return Fit(discrepancy, None, df, None, None, None, rmsr, None, *rest)
    chi2 = max(discrepancy * (n - 1 - (2 * k + 5) / 6 - 2 * f / 3), 0.0)
    if df == 0:
        return Fit(discrepancy, chi2, df, None, None, None, rmsr, chi2, *rest)
    p_value = float(stats.chi2.sf(chi2, df))
    return Fit(discrepancy, chi2, df, p_value, _rmsea(chi2, df, n), _tli(R, n, f, chi2 / df), rmsr,
               chi2 - df * float(np.log(n)), *rest)


def _null_chi2(R: Array, n: int) -> float | None:
    sign, log_det = np.linalg.slogdet(R)
    k = len(R)
    return max(-(n - 1 - (2 * k + 5) / 6) * float(log_det), 0.0) if sign > 0 and np.isfinite(log_det) else None


def degrees_of_freedom(k: int, n_factors: int) -> int:
    """Return the degrees of freedom of a factor model.

    Parameters
    ----------
    k, n_factors : int
        Items and factors.

    Returns
    -------
    int
        k(k-1)/2 - k f + f(f-1)/2; below zero the items cannot carry so many factors.
    """
    return k * (k - 1) // 2 - k * n_factors + n_factors * (n_factors - 1) // 2


def log10_chi2_tail(chi2: float, df: int) -> float:
    """Return how small a chi-square probability is, also where the probability itself underflows to zero.

    Parameters
    ----------
    chi2 : float
        Statistic, 0 or more.
    df : int
        Degrees of freedom.

    Returns
    -------
    float
        log10 of the upper tail, 0 or less.

    References
    ----------
    Abramowitz & Stegun 6.5.31 (continued fraction of the incomplete gamma function).
    """
    p = float(stats.chi2.sf(chi2, df))
    if p > SMALLEST_P:
        return float(np.log10(p))
    a, x = df / 2, chi2 / 2
    return float((a * np.log(x) - x - special.gammaln(a) + np.log(_tail_fraction(a, x))) / np.log(10))


def _tail_fraction(a: float, x: float) -> float:
    """Return Gamma(a, x) e^x x^-a for x > a + 1: a continued fraction, by Lentz's method."""
    b = x + 1 - a
    c, d = 1e300, 1 / b
    value = d
    for i in range(1, FRACTION_STEPS):
        step = -i * (i - a)
        b += 2
        d = 1 / (step * d + b)
        c = b + step / c
        value *= c * d
        if abs(c * d - 1) < FRACTION_GOAL:
            break
    return value


def _discrepancy(R: Array, model: Array) -> float | None:
    smallest = min(float(np.linalg.eigvalsh(R)[0]), float(np.linalg.eigvalsh(model)[0]))
    if smallest <= np.finfo(float).eps * len(R):
        return None
    ratio = np.linalg.solve(model, R)
    return float(np.trace(ratio) - np.linalg.slogdet(ratio)[1] - len(R))


def _tli(R: Array, n: int, n_factors: int, chi2_per_df: float) -> float | None:
    """Return the Tucker-Lewis index; the null chi2 carries the same Bartlett factor, as in psych."""
    k = len(R)
    scale = n - 1 - (2 * k + 5) / 6 - 2 * n_factors / 3
    null = -float(np.linalg.slogdet(R)[1]) * scale / (k * (k - 1) // 2)
    return (null - chi2_per_df) / (null - 1) if null != 1 else None


def _rmsea(chi2: float, df: int, n: int) -> Estimate:
    tail = (1 - RMSEA_CONFIDENCE) / 2
    low, high = (float(np.sqrt(_noncentrality(chi2, df, p) / (df * (n - 1)))) for p in (1 - tail, tail))
    value = float(np.sqrt(max(chi2 / (df * n) - 1 / (n - 1), 0.0)))
    return Estimate(value, low, high, n, "noncentral chi-square", RMSEA_CONFIDENCE)


def _noncentrality(chi2: float, df: int, p: float) -> float:
    """Return the noncentrality under which chi2 is the p-quantile, 0 where even the central one lies below p."""
    if stats.chi2.cdf(chi2, df) <= p:
        return 0.0
    above = max(chi2, 1.0)
    while stats.ncx2.cdf(chi2, df, above) > p:
        above *= 2
    found: float = optimize.brentq(lambda ncp: stats.ncx2.cdf(chi2, df, ncp) - p, 0.0, above, xtol=1e-10, rtol=1e-12)
    return found
