"""How well does a model of ordinal items fit? Chi-squares, indices, robust indices, residual sizes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analysis.quant.correlations import Array
from analysis.quant.ordinal.polychoric import square
from analysis.quant.ordinal.smoothing import SMALLEST_EIGENVALUE
from analysis.quant.sem.indices import cfi, chi_square, close_fit, incremental, rmsea, tli
from analysis.quant.sem.ordinal_model import OrdinalFit
from analysis.quant.sem.ordinal_test import Weighted, scaled_and_shifted
from analysis.quant.sem.ram import Index
from analysis.results.sem import ChiSquare, ModelFit, ScaledFit

METHOD = "weighted least squares, mean- and variance-adjusted"


@dataclass(frozen=True)
class _Robust:
    """Normal-theory misfit of the correlations at the weighted estimates, with its mean under the model."""

    value: float
    df: int
    scaling: float
    null: float
    null_df: int
    null_scaling: float


def ordinal_fit_of(model: OrdinalFit, weighted: Weighted) -> ModelFit:
    """Return every measure of fit.

    Parameters
    ----------
    model : OrdinalFit
        At its parameters.
    weighted : Weighted
        As `weighted_of` returns it.

    Returns
    -------
    ModelFit
        chi2 = N F, which has no chi-square distribution: judge by `scaled`. Indices from it as in `indices.model_fit`;
        the baseline has no correlations. RMR over correlations, unit variances and thresholds, SRMR over correlations
        and unit variances, CRMR over correlations and thresholds. No likelihood, hence no AIC or BIC.
        Robust CFI, TLI and RMSEA: see `_robust`.

    References
    ----------
    Muthen, du Toit & Spisic 1997; Savalei 2021; Rosseel 2012, lavaan::fitMeasures.
    """
    n, groups, q = model.sample.n_tested, len(model.sample.groups), model.table.n_free
    chi2 = chi_square(model.chi2, model.df, "N F, not scaled")
    null, null_scaled = _baseline(model)
    tested = scaled_and_shifted(model.chi2, model.df, weighted.residual(), METHOD)
    rmr, srmr, crmr = _residual_sizes(model)
    gfi, n_statistics = _gfi(model)
    return ModelFit(
        n_parameters=q, objective=model.value / 2, chi2=chi2, baseline=null,
        cfi=cfi(chi2.value, chi2.df, null.value, null.df), tli=tli(chi2.value, chi2.df, null.value, null.df),
        **incremental(chi2, null), log_likelihood=None, log_likelihood_saturated=None, aic=None, bic=None,
        bic_adjusted=None, rmsea=rmsea(chi2.value, chi2.df, n, groups),
        rmsea_close_p=close_fit(chi2.value, chi2.df, n, groups), rmr=rmr, srmr=srmr, crmr=crmr, gfi=gfi,
        agfi=1 - n_statistics / chi2.df * (1 - gfi) if chi2.df else 1.0,
        mfi=float(np.exp(-0.5 * (chi2.value - chi2.df) / n)), ecvi=None,
        scaled=_scaled(model, weighted, tested, null_scaled))


def _baseline(model: OrdinalFit) -> tuple[ChiSquare, ChiSquare]:
    """Return the test of no correlations, as it is and scaled."""
    value, df, traces = 0.0, 0, np.zeros(2)
    for weight, group in zip(model.sample.weights, model.sample.groups, strict=True):
        rho = group.moments.fit.rho
        w, gamma = group.weights[-len(rho):], group.moments.gamma[-len(rho):, -len(rho):]
        value += float(model.sample.n * weight * w @ rho**2)
        df += len(rho)
        residual = w[:, None] * gamma
        traces += [np.trace(residual), (residual * residual.T).sum()]
    a = float(np.sqrt(df / traces[1]))
    scaled = chi_square(a * value + df - a * float(traces[0]), df, METHOD, 1.0 / a)
    return chi_square(value, df, "no correlations, not scaled"), scaled


def _scaled(model: OrdinalFit, weighted: Weighted, tested: ChiSquare, null: ChiSquare) -> ScaledFit:
    n, groups = model.sample.n_tested, len(model.sample.groups)
    plain = ScaledFit(
        chi2=tested, baseline=null, cfi_scaled=cfi(tested.value, tested.df, null.value, null.df),
        tli_scaled=tli(tested.value, tested.df, null.value, null.df),
        rmsea_scaled=rmsea(tested.value, tested.df, n, groups), cfi_robust=None, tli_robust=None, rmsea_robust=None)
    robust = _robust(model, weighted)
    if robust is None:
        return plain
    c = robust.scaling
    own = (robust.value, robust.df, robust.null, robust.null_df, c, robust.null_scaling)
    return replace(plain, cfi_robust=cfi(*own), tli_robust=tli(*own), rmsea_robust=rmsea(
        robust.value, robust.df, n, groups, c, robust.value / c if c > 0 else 0.0))


def _robust(model: OrdinalFit, weighted: Weighted) -> _Robust | None:
    """Return normal-theory misfit at the weighted estimates; None where a matrix is not positive definite.

    The misfit N (log det S - log det R + tr(R S^-1) - p) of implied correlations S against polychoric ones R has the
    mean tr(V M Gamma M') under the model, V the normal-theory weights of correlations, M = I - J (J' W J)^-1 J' W.
    """
    parts = [_normal_theory(group.correlations, implied_correlations(model, g))
             for g, group in enumerate(model.sample.groups)]
    if model.df < 1 or any(part is None for part in parts):
        return None
    n, value, null, null_mean = model.sample.n, 0.0, 0.0, 0.0
    rows = _correlation_rows(model)
    V = np.zeros((len(rows), len(rows)))
    at = 0
    for share, group, part in zip(model.sample.shares, model.sample.groups, parts, strict=True):
        misfit, empty, weights = part or (0.0, 0.0, np.zeros((0, 0)))
        value, null = value + float(n * share * misfit), null + float(n * share * empty)
        V[at:at + len(weights), at:at + len(weights)] = share * weights
        at += len(weights)
        null_mean += float(group.moments.gamma.diagonal()[-len(weights):].sum())
    J = weighted.slopes[rows]
    M = np.eye(len(rows)) - J @ weighted.inverse @ (J * weighted.weights[rows, None]).T
    gamma = weighted.gamma[np.ix_(rows, rows)]
    mean = float(((V @ M) * (M @ gamma)).sum())
    structural = {row.free for row in model.table.rows if row.free and row.op not in {"|", "~1"}}
    df = len(rows) - len(structural)
    return _Robust(value, df, mean / df, null, len(rows), null_mean / len(rows)) if df > 0 else None


def _correlation_rows(model: OrdinalFit) -> Index:
    is_correlation = [np.arange(len(one.values)) >= len(one.values) - len(group.moments.fit.rho)
                      for group, one in zip(model.sample.groups, model.implied, strict=True)]
    return np.flatnonzero(np.concatenate(is_correlation))


def implied_correlations(model: OrdinalFit, g: int) -> Array:
    """Return the implied correlations of the items of one group.

    Parameters
    ----------
    model : OrdinalFit
        At its parameters.
    g : int
        Group.

    Returns
    -------
    array (p, p)
        With ones on the diagonal.
    """
    p = len(model.sample.names)
    return square(model.implied[g].values[-(p * (p - 1) // 2):], p)


def _normal_theory(R: Array, S: Array) -> tuple[float, float, Array] | None:
    """Return the misfit of S and of no correlations against R, and the weights of the correlations at S."""
    p = len(R)
    if min(np.linalg.eigvalsh(R)[0], np.linalg.eigvalsh(S)[0]) <= SMALLEST_EIGENVALUE:
        return None
    P = np.linalg.inv(S)
    log_det = float(np.linalg.slogdet(R)[1])
    misfit = float(np.linalg.slogdet(S)[1]) - log_det + float((R * P).sum()) - p
    i, j = np.triu_indices(p, 1)
    weights = P[np.ix_(i, i)] * P[np.ix_(j, j)] + P[np.ix_(i, j)] * P[np.ix_(j, i)]
    return misfit, -log_det, weights


def _residual_sizes(model: OrdinalFit) -> tuple[float, float, float]:
    sizes, p = np.zeros(3), len(model.sample.names)
    for share, group, one in zip(model.sample.shares, model.sample.groups, model.implied, strict=True):
        squares = (group.moments.values - one.values) ** 2
        t = len(squares) - p * (p - 1) // 2
        cells, pairs = p * (p + 1) // 2, p * (p - 1) // 2
        whole, correlations = float(squares.sum()), float(squares[t:].sum())
        sizes += share * np.sqrt([whole / (cells + t), correlations / cells, whole / (pairs + t)])
    return float(sizes[0]), float(sizes[1]), float(sizes[2])


def _gfi(model: OrdinalFit) -> tuple[float, int]:
    total, count = 0.0, 0
    for share, group, one in zip(model.sample.shares, model.sample.groups, model.implied, strict=True):
        values, w = group.moments.values, group.weights
        total += float(share * (1 - (w @ (values - one.values) ** 2) / (w @ values**2)))
        count += len(values)
    return total, count
