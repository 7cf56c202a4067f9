"""How do two ordinal items go together, and does the normal model fit their table?"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy import optimize, stats

from analysis.errors import AnalysisError
from analysis.quant.correlations import Array, check_choice
from analysis.quant.ordinal.binormal import cell_probabilities, threshold_slopes
from analysis.quant.ordinal.covariance import standard_errors
from analysis.quant.ordinal.estimates import correlation_interval
from analysis.quant.ordinal.polychoric import (
    SEEMS_PERFECT,
    SMALLEST_PROBABILITY,
    PolychoricFit,
    ZeroCells,
    polychoric_fit,
)
from analysis.results.measurement import Estimate
from analysis.results.ordinal import PolychoricPair

PairMethod = Literal["two_step", "joint"]

GRADIENT_AT_REST = 1e-7         # per respondent
STEP_OF_DERIVATIVE = 1e-5


def polychoric_pair(items: pd.DataFrame, *, method: PairMethod = "two_step", zero_cells: ZeroCells = "keep",
                    confidence: float = 0.95, place: str = "items") -> PolychoricPair:
    """Return the polychoric correlation of two items with the fit of the normal model.

    Parameters
    ----------
    items : DataFrame (n, 2)
        Ordered answers as numbers; only rows with both answers are used.
    method : {"two_step", "joint"}
        Thresholds from the margins, or estimated together with the correlation by maximum likelihood.
    zero_cells
        As in `polychoric.polychoric_fit`.
    confidence : float
        Of the interval, 0..1.
    place : str
        Words for messages.

    Returns
    -------
    PolychoricPair
        rho with an interval on Fisher's z scale; the standard error comes from influence functions (two_step) or the
        observed information (joint). chi2 = 2 sum n log(n / (N p)), df = r c - r - c.

    References
    ----------
    Olsson 1979.
    """
    check_choice("method", method, get_args(PairMethod), place)
    fit = polychoric_fit(items.iloc[:, :2], missing="listwise", zero_cells=zero_cells, place=place)
    r, c = (len(values) for values in fit.tables.levels)
    cuts = fit.tables.thresholds
    if method == "joint" and abs(float(fit.rho[0])) < SEEMS_PERFECT:
        found, error = _joint(fit, r, c, place)
    else:
        found = np.concatenate([fit.rho, cuts[0, :r - 1], cuts[1, :c - 1]])
        error = float(standard_errors(fit)[0])
    return _described(fit, found, error, method, confidence)


def _described(fit: PolychoricFit, found: Array, error: float, method: PairMethod,
               confidence: float) -> PolychoricPair:
    r, c = (len(values) for values in fit.tables.levels)
    counts = fit.tables.tables[0, :r, :c]
    n, rho = counts.sum(), float(found[0])
    at = _log_likelihood(found, counts)
    whole = float(np.sum(counts[counts > 0] * np.log(counts[counts > 0] / n)))
    chi2, df = max(2.0 * (whole - at), 0.0), r * c - r - c
    low, high = correlation_interval(np.array([rho]), np.array([error]), confidence)
    known = bool(np.isfinite(error))
    name = "joint maximum likelihood" if method == "joint" else "two-step maximum likelihood"
    return PolychoricPair(
        rho=Estimate(rho, float(low[0]) if known else None, float(high[0]) if known else None, int(n),
                     f"polychoric correlation, {name}, Fisher z interval", confidence),
        standard_error=error if known else None,
        first_thresholds=tuple(found[1:r].tolist()), second_thresholds=tuple(found[r:].tolist()), log_likelihood=at,
        chi2=chi2, df=df, p_value=float(stats.chi2.sf(chi2, df)) if df > 0 else None, cautions=fit.cautions)


def _parts(theta: Array, r: int) -> tuple[Array, Array, Array]:
    return theta[None, 1:r], theta[None, r:], theta[:1]


def _log_likelihood(theta: Array, counts: Array) -> float:
    a, b, rho = _parts(theta, counts.shape[0])
    p = np.maximum(cell_probabilities(a, b, rho).probability[0], SMALLEST_PROBABILITY)
    return float((counts * np.log(p)).sum())


def _gradient(theta: Array, counts: Array) -> Array:
    a, b, rho = _parts(theta, counts.shape[0])
    cells = cell_probabilities(a, b, rho)
    weight = counts / np.maximum(cells.probability[0], SMALLEST_PROBABILITY)
    first, second = threshold_slopes(a, b, rho)
    return np.concatenate([[(weight * cells.slope[0]).sum()], -(first[0] * np.diff(weight, axis=0)).sum(axis=1),
                           -(second[0] * np.diff(weight, axis=1)).sum(axis=0)])


def _joint(fit: PolychoricFit, r: int, c: int, place: str) -> tuple[Array, float]:
    """Return rho and thresholds of the joint optimum, and the standard error of rho."""
    counts = fit.tables.tables[0, :r, :c]
    n = float(counts.sum())
    cuts = fit.tables.thresholds
    start = np.concatenate([fit.rho, cuts[0, :r - 1], cuts[1, :c - 1]])
    found = optimize.minimize(
        lambda theta: -_log_likelihood(theta, counts) / n, start, jac=lambda theta: -_gradient(theta, counts) / n,
        method="L-BFGS-B", bounds=[(-SEEMS_PERFECT, SEEMS_PERFECT)] + [(None, None)] * (len(start) - 1),
        options={"ftol": 0.0, "gtol": GRADIENT_AT_REST, "maxiter": 500})
    theta = np.asarray(found.x, dtype=np.float64)
    if not np.abs(_gradient(theta, counts)).max() / n < 10 * GRADIENT_AT_REST:
        raise AnalysisError(place, "the joint estimate did not converge.", "Use method two_step.")
    steps = STEP_OF_DERIVATIVE * np.eye(len(theta))
    information = -np.array([(_gradient(theta + step, counts) - _gradient(theta - step, counts))
                             / (2 * STEP_OF_DERIVATIVE) for step in steps])
    covariance = np.linalg.inv((information + information.T) / 2)
    return theta, float(np.sqrt(covariance[0, 0])) if covariance[0, 0] > 0 else float("nan")
