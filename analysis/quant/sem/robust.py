"""How well does the model fit when answers are not normal, or missing? Scaled tests and robust indices."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import block_diag

from analysis.quant.correlations import Array
from analysis.quant.sem.baseline import independence
from analysis.quant.sem.covariance import Estimator, Sandwich, sandwich_of
from analysis.quant.sem.indices import cfi, chi_square, rmsea, tli
from analysis.quant.sem.likelihood import explained_rows
from analysis.quant.sem.model import Fitted
from analysis.quant.sem.saturated import Saturated, moment_slopes, saturated_cells, saturated_of
from analysis.results.sem import ScaledFit

METHODS = {"MLR": "Yuan-Bentler (Mplus variant)", "MLM": "Satorra-Bentler"}


@dataclass(frozen=True)
class _Test:
    """Chi-square of a model, its degrees of freedom and what its mean is multiplied by."""

    chi2: float
    df: int
    c: float


def scaled_fit(fitted: Fitted, sandwich: Sandwich, estimator: Estimator,
               baseline: Fitted | None = None) -> ScaledFit | None:
    """Return scaled tests and the indices made of them.

    Parameters
    ----------
    fitted : Fitted
        A model at its parameters.
    sandwich : Sandwich
        Its information.
    estimator : {"ML", "MLR", "MLM"}
        ML has robust indices only with gaps.
    baseline : Fitted, optional
        The independence model, if it is there already.

    Returns
    -------
    ScaledFit or None
        None for ML of complete data. Scaled indices put the scaled chi-squares in the usual formulas; robust ones take
        chi2 - c df for chi2 - df. With gaps, the robust ones judge the model against the EM moments as if complete,
        with the factors of Zhang & Savalei.

    References
    ----------
    Satorra & Bentler 1994; Yuan & Bentler 2000; Brosseau-Liard & Savalei 2012, 2014; Zhang & Savalei 2022.
    """
    has_gaps = fitted.sample.missing == "fiml"
    if estimator == "ML" and not has_gaps:
        return None
    plain = baseline or independence(fitted)
    n, groups = fitted.n, len(fitted.sample.groups)
    cells = saturated_cells(fitted)
    needed = estimator == "MLR" or has_gaps
    own = [saturated_of(fitted, group, cells) for group in fitted.sample.groups] if needed else []
    test, null = _Test(fitted.chi2, fitted.df, 1.0), _Test(plain.chi2, plain.df, 1.0)
    if estimator != "ML":
        test = _Test(test.chi2, test.df, scaling_factor(fitted, sandwich, estimator, own))
        null = _Test(null.chi2, null.df, scaling_factor(plain, sandwich_of(plain, estimator), estimator, own))
    robust, robust_null = test, null
    if has_gaps:
        robust, robust_null = (_as_if_complete(model, own, is_robust=estimator != "ML") for model in (fitted, plain))
    found = _robust_indices(robust, robust_null, n, groups)
    if estimator == "ML":
        return found
    a, b = (chi_square(one.chi2 / one.c, one.df, METHODS[estimator], one.c) for one in (test, null))
    return replace(found, chi2=a, baseline=b, cfi_scaled=cfi(a.value, a.df, b.value, b.df),
                   tli_scaled=tli(a.value, a.df, b.value, b.df),
                   rmsea_scaled=rmsea(test.chi2, test.df * test.c, n, groups))


def _robust_indices(test: _Test, null: _Test, n: int, groups: int) -> ScaledFit:
    shares = (test.chi2, test.df, null.chi2, null.df, test.c, null.c)
    return ScaledFit(None, None, None, None, None, cfi(*shares), tli(*shares),
                     rmsea(test.chi2, test.df, n, groups, test.c, test.chi2 / test.c))


def scaling_factor(fitted: Fitted, sandwich: Sandwich, estimator: Estimator, own: list[Saturated]) -> float:
    """Return what the mean of a chi-square is multiplied by when answers are not normal.

    Parameters
    ----------
    fitted : Fitted
        A model at its parameters.
    sandwich : Sandwich
        With its meats.
    estimator : {"MLR", "MLM"}
        MLR: (tr(A1^-1 B1) - tr(A0^-1 B0)) / df, A and B observed and first-order information of the saturated (1) and
        the fitted (0) model. MLM: tr(U Gamma) / df, with the fourth moments of the answers.
    own : list of Saturated
        By group (MLR).

    Returns
    -------
    float
        1 without degrees of freedom.
    """
    if fitted.df == 0:
        return 1.0
    fitted_part = float((sandwich.inverse * sum(sandwich.meats)).sum()) / fitted.n
    if estimator == "MLR":
        whole = sum(float(np.trace(np.linalg.solve(one.observed, one.first_order))) for one in own)
    else:
        whole = sum(_weighed_fourth_moments(fitted, g) for g in range(len(fitted.sample.groups)))
    return (whole - fitted_part) / fitted.df


def _weighed_fourth_moments(fitted: Fitted, g: int) -> float:
    """Return tr(W Gamma) of one group, W the normal-theory weights of the model."""
    state, group = fitted.pulls[g][0], fitted.sample.groups[g]
    rows = np.asarray(group.patterns[0].rows) - group.mean
    held = [fitted.sample.names.index(name) for name in fitted.held]
    known = np.asarray(explained_rows(group, held).rows) - group.mean if held else np.zeros_like(rows)
    P = np.linalg.inv(state.sigma)
    own, shared, other = ((a @ P * b).sum(axis=1) for a, b in ((rows, rows), (rows, known), (known, known)))
    product = P @ (rows.T @ rows - known.T @ known) / group.n
    covariances = float((own**2 - 2 * shared**2 + other**2).mean() - (product * product.T).sum()) / 2
    return covariances + (float(np.trace(product)) if fitted.table.has_means else 0.0)


def _as_if_complete(fitted: Fitted, own: list[Saturated], *, is_robust: bool) -> _Test:
    """Return the test of the model against the EM moments taken as a complete sample, with its factor."""
    cells = saturated_cells(fitted)
    sizes = [group.n / fitted.n for group in fitted.sample.groups]
    D = np.concatenate([moment_slopes(fitted, g, cells) for g in range(len(sizes))])
    W = block_diag(*(share * one.observed for share, one in zip(sizes, own, strict=True)))
    C = block_diag(*(share * one.complete for share, one in zip(sizes, own, strict=True)))
    E_inverse = np.linalg.inv(D.T @ W @ D)
    chi2 = 2 * sum(group.n * _distance(group.mean, group.cov, state.mu, state.sigma)
                   for group, state in zip(fitted.sample.groups, fitted.states(), strict=True))
    if fitted.df == 0:
        return _Test(chi2, 0, 1.0)
    if is_robust:
        gamma = block_diag(*(np.linalg.solve(one.observed, np.linalg.solve(one.observed, one.first_order).T) / share
                             for share, one in zip(sizes, own, strict=True)))
        left = np.eye(len(W)) - D @ E_inverse @ D.T @ W
        factor = float(((left.T @ C @ left) * gamma.T).sum())
    else:
        whole = sum(float(np.trace(np.linalg.solve(one.observed, one.complete))) for one in own)
        factor = whole - float((E_inverse * (D.T @ C @ D)).sum())
    return _Test(chi2, fitted.df, factor / fitted.df)


def _distance(mean: Array, cov: Array, mu: Array, sigma: Array) -> float:
    P = np.linalg.inv(sigma)
    d = mean - mu
    return float((P * cov).sum() - np.linalg.slogdet(P @ cov)[1] - len(mu) + d @ P @ d) / 2
