"""How well does the model fit? Chi-square and the indices made of it, residuals and information criteria."""

from __future__ import annotations

import numpy as np
from scipy import optimize, special, stats

from analysis.quant.correlations import Array
from analysis.quant.factors.factor_fit import RMSEA_CONFIDENCE
from analysis.quant.sem.baseline import independence
from analysis.quant.sem.model import Fitted, log_likelihood, saturated_misfit
from analysis.quant.sem.ram import State
from analysis.quant.sem.sample import GroupSample
from analysis.results.measurement import Estimate
from analysis.results.sem import ChiSquare, ModelFit, ScaledFit

CLOSE = 0.05                    # Browne & Cudeck 1993: RMSEA of close fit
NO_MISFIT = 1e-8                # a chi-square below it is rounding


def model_fit(fitted: Fitted, scaled: ScaledFit | None = None, baseline: Fitted | None = None) -> ModelFit:
    """Return every measure of fit.

    Parameters
    ----------
    fitted : Fitted
        A model at its parameters.
    scaled : ScaledFit, optional
        The measures that allow for answers that are not normal.
    baseline : Fitted, optional
        The independence model, if it is there already.

    Returns
    -------
    ModelFit
        chi2 = 2 N (F - F saturated). CFI = 1 - max(chi2 - df, 0)/max(chi2 - df, chi2_0 - df_0, 0); TLI, NFI, RFI, IFI,
        RNI from the same four figures; RMSEA = sqrt(max((chi2/df - 1)/N, 0) G) with its 90 % interval; RMR, SRMR
        (residuals over the observed SDs) and CRMR (differences of correlations) as root mean squares, averaged over
        groups by size; GFI with the model's weights; MFI = exp(-(chi2 - df)/(2N)); ECVI = (chi2 + 2q)/N; AIC, BIC, and
        BIC with (N + 2)/24. With held predictors the log-likelihood is that of the others given them.

    References
    ----------
    Bentler 1990 (CFI); Tucker & Lewis 1973; Steiger 1990 and Browne & Cudeck 1993 (RMSEA); Jöreskog & Sörbom 1984
    (GFI); Bollen 1989 (residuals); Rosseel 2012, lavaan::fitMeasures.
    """
    plain = baseline or independence(fitted)
    n, q, groups = fitted.n, fitted.table.n_free, len(fitted.sample.groups)
    chi2 = chi_square(fitted.chi2, fitted.df, "likelihood ratio")
    null = chi_square(plain.chi2, plain.df, "independence")
    held = fitted.held
    logl = log_likelihood(fitted.sample, fitted.found.value, held)
    saturated = saturated_misfit(fitted.sample, has_means=fitted.table.has_means)
    rmr, srmr, crmr = residual_sizes(fitted)
    gfi, n_moments = _gfi(fitted)
    return ModelFit(
        n_parameters=q, objective=max(fitted.found.value - saturated, 0.0), chi2=chi2, baseline=null,
        cfi=cfi(chi2.value, chi2.df, null.value, null.df), tli=tli(chi2.value, chi2.df, null.value, null.df),
        **incremental(chi2, null), log_likelihood=logl,
        log_likelihood_saturated=log_likelihood(fitted.sample, saturated, held),
        aic=-2 * logl + 2 * q, bic=-2 * logl + q * float(np.log(n)),
        bic_adjusted=-2 * logl + q * float(np.log((n + 2) / 24)),
        rmsea=rmsea(chi2.value, chi2.df, n, groups), rmsea_close_p=close_fit(chi2.value, chi2.df, n, groups),
        rmr=rmr, srmr=srmr, crmr=crmr, gfi=gfi,
        agfi=1 - n_moments / chi2.df * (1 - gfi) if chi2.df else 1.0,
        mfi=float(np.exp(-0.5 * (chi2.value - chi2.df) / n)), ecvi=(chi2.value + 2 * q) / n, scaled=scaled)


def chi_square(value: float, df: int, method: str, scaling: float | None = None) -> ChiSquare:
    """Return a chi-square with its p.

    Parameters
    ----------
    value, df, method, scaling
        Fields of the result; the value is already scaled.

    Returns
    -------
    ChiSquare
        p is None without degrees of freedom.
    """
    kept = 0.0 if abs(value) < NO_MISFIT else value
    return ChiSquare(kept, df, float(special.chdtrc(df, kept)) if df > 0 else None, method, scaling)


def cfi(chi2: float, df: int, null: float, null_df: int, c: float = 1.0, null_c: float = 1.0) -> float:
    """Return the comparative fit index, robust where scaling factors are given.

    Parameters
    ----------
    chi2, df, null, null_df : float, int
        Unscaled tests of the model and of independence.
    c, null_c : float
        Their scaling factors (Brosseau-Liard & Savalei 2014).

    Returns
    -------
    float
        0..1; 1 where the model fits as well as chance allows.
    """
    own = max(chi2 - c * df, 0.0)
    most = max(chi2 - c * df, null - null_c * null_df, 0.0)
    return 1.0 if most <= 0 else 1 - own / most


def tli(chi2: float, df: int, null: float, null_df: int, c: float = 1.0, null_c: float = 1.0) -> float | None:
    """Return the Tucker-Lewis index, robust where scaling factors are given.

    Parameters
    ----------
    chi2, df, null, null_df, c, null_c
        As in `cfi`.

    Returns
    -------
    float or None
        May exceed 1; 1 without degrees of freedom; None where independence fits as chance allows.
    """
    if df == 0:
        return 1.0
    most = (null - null_c * null_df) * df
    return None if most == 0 else 1 - (chi2 - c * df) * null_df / most


def rmsea(chi2: float, df: float, n: int, groups: int, c: float = 1.0, scaled: float | None = None) -> Estimate:
    """Return the root mean square error of approximation with its 90 % interval.

    Parameters
    ----------
    chi2, df, n, groups : float, float, int, int
        Test, respondents, groups (by whose root it is multiplied).
    c : float
        Scaling factor of the robust form.
    scaled : float, optional
        Scaled chi-square from which the robust interval comes.

    Returns
    -------
    Estimate
        0 without degrees of freedom.
    """
    method = "noncentral chi-square" if c == 1.0 else "robust"
    if df <= 0:
        return Estimate(0.0, 0.0, 0.0, n, method, RMSEA_CONFIDENCE)
    tail = (1 - RMSEA_CONFIDENCE) / 2
    tested = chi2 if scaled is None else scaled
    low, high = (float(np.sqrt(max(c, 0.0) * _noncentrality(tested, df, p) * groups / (n * df)))
                 for p in (1 - tail, tail))
    return Estimate(float(np.sqrt(max(chi2 / (n * df) - c / n, 0.0) * groups)), low, high, n, method, RMSEA_CONFIDENCE)


def close_fit(chi2: float, df: float, n: int, groups: int) -> float | None:
    """Return p of the hypothesis that the RMSEA is at most .05.

    Parameters
    ----------
    chi2, df, n, groups
        As in `rmsea`.

    Returns
    -------
    float or None
        None without degrees of freedom.
    """
    return float(stats.ncx2.sf(chi2, df, n * df * CLOSE**2 / groups)) if df > 0 else None


def _noncentrality(chi2: float, df: float, p: float) -> float:
    """Return the noncentrality under which chi2 is the p-quantile; 0 where even the central one lies below p."""
    if chi2 <= 0 or special.chdtr(df, chi2) <= p:
        return 0.0
    above = max(chi2, 1.0)
    while special.chndtr(chi2, df, above) > p:
        above *= 2
    return float(optimize.brentq(lambda ncp: special.chndtr(chi2, df, ncp) - p, 0.0, above, xtol=1e-9, rtol=1e-11))


def incremental(chi2: ChiSquare, null: ChiSquare) -> dict[str, float | None]:
    """Return NFI, RFI, IFI and RNI.

    Parameters
    ----------
    chi2, null : ChiSquare
        Tests of the model and of independence.

    Returns
    -------
    dict
        Name → value; None where independence cannot be misfitted.
    """
    a, d, a0, d0 = chi2.value, chi2.df, null.value, null.df
    if a0 <= 0 or d0 == 0:
        return {"nfi": None, "rfi": None, "ifi": None, "rni": None}
    if d > d0:      # the model is not a wider one than independence: shares of its chi-square mean nothing
        return {"nfi": None, "rfi": None, "ifi": _ratio(a0 - a, a0 - d), "rni": _ratio(a0 - d0 - a + d, a0 - d0)}
    if d == 0:
        return {"nfi": 1.0, "rfi": 1.0, "ifi": 1.0, "rni": 1.0}
    return {"nfi": (a0 - a) / a0, "rfi": (a0 / d0 - a / d) / (a0 / d0),
            "ifi": _ratio(a0 - a, a0 - d), "rni": _ratio(a0 - d0 - a + d, a0 - d0)}


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole != 0 else None


def residual_sizes(fitted: Fitted) -> tuple[float, float, float]:
    """Return RMR, SRMR and CRMR.

    Parameters
    ----------
    fitted : Fitted
        A model at its parameters.

    Returns
    -------
    tuple of float
        Root mean squares over the lower triangle (CRMR without the diagonal) and, with means, the means.
    """
    sizes = np.zeros(3)
    for group, state in zip(fitted.sample.groups, fitted.states(), strict=True):
        S, M = group.cov, state.sigma
        s, m = np.sqrt(S.diagonal()), np.sqrt(M.diagonal())
        lower = np.tril_indices(len(S))
        parts = [S - M, (S - M) / np.outer(s, s), S / np.outer(s, s) - M / np.outer(m, m)]
        sums = np.array([(part[lower] ** 2).sum() for part in parts])
        counts = np.array([len(lower[0]), len(lower[0]), max(len(lower[0]) - len(S), 1)], dtype=float)
        if fitted.table.has_means:
            differences = [group.mean - state.mu, (group.mean - state.mu) / s, (group.mean - state.mu) / s]
            sums += [(part**2).sum() for part in differences]
            counts += len(S)
        sizes += group.n / fitted.n * np.sqrt(sums / counts)
    return float(sizes[0]), float(sizes[1]), float(sizes[2])


def _gfi(fitted: Fitted) -> tuple[float, int]:
    """Return the goodness of fit index, with the weights of the model, and the number of moments.

    Moments of predictors that are held do not count as fitted. With gaps lavaan sets the moments of the available
    answers beside the model here, not the EM moments, and so do we.
    """
    held = [fitted.sample.names.index(name) for name in fitted.held]
    p = len(fitted.sample.names)
    total = 0.0
    for group, state in zip(fitted.sample.groups, fitted.states(), strict=True):
        mean, moments = group.available_moments()
        has_means = fitted.table.has_means
        missed = _weighed(group, state, moments - state.sigma, mean - state.mu, has_means=has_means)
        moments[np.ix_(held, held)] = 0.0
        mean[held] = 0.0
        total += group.n / fitted.n * (1 - missed / _weighed(group, state, moments, mean, has_means=has_means))
    return total, len(fitted.sample.groups) * (p * (p + 1) // 2 + (p if fitted.table.has_means else 0))


def _weighed(group: GroupSample, state: State, D: Array, d: Array, *, has_means: bool) -> float:
    """Return the size of moments in the metric of the expected information, pattern by pattern."""
    total = 0.0
    for pattern in group.patterns:
        block = np.ix_(pattern.seen, pattern.seen)
        P = np.linalg.inv(state.sigma[block])
        half = P @ D[block]
        own = float((half * half.T).sum()) / 2
        total += pattern.n * (own + (float(d[pattern.seen] @ P @ d[pattern.seen]) if has_means else 0.0))
    return total
