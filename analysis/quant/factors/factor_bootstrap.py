"""How far do loadings move when respondents are drawn anew?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError, SpecError
from analysis.quant.correlations import Array, Correlations, Missing, check_choice, item_matrix, item_moments
from analysis.quant.factors.congruence import congruence_coefficients, matched_factors
from analysis.quant.factors.exploratory import HEYWOOD_MARGIN, accepted, check_factors, matrix_rows, solution_of
from analysis.quant.factors.extraction import ACCEPTED_GRADIENT, SMALLEST_UNIQUENESS, Extraction, Method, extract
from analysis.quant.factors.oblique import axes_of, promax, turned_from
from analysis.quant.factors.orthogonal import Rotated, varimax
from analysis.quant.factors.rotation import Rotation, ordered, rotate
from analysis.results.measurement import LoadingIntervals

N_RESAMPLES = 500               # the error of a 95 % limit is then about 6 % of the interval's width
FEWEST_RESAMPLES = 50
STABLE = 0.85                   # Lorenzo-Seva & ten Berge 2006: below it a factor is not the same


@dataclass(frozen=True)
class _Full:
    """The solution of all respondents, near which the resamples are solved."""

    found: Extraction
    turned: Rotated
    axes: Array             # turn the unrotated loadings into the rotated ones
    method: Method
    rotation: Rotation


def bootstrap_loadings(items: pd.DataFrame, n_factors: int, *, method: Method = "minres",
                       rotation: Rotation = "oblimin", missing: Missing = "pairwise", n_resamples: int = N_RESAMPLES,
                       confidence: float = 0.95, seed: int = 0) -> LoadingIntervals:
    """Return an exploratory solution with intervals of its loadings and factor correlations.

    Parameters
    ----------
    items : DataFrame (n, k)
        Numeric answers, n > k >= 3; missing = NaN.
    n_factors, method, rotation
        As in `factors.factor_analysis`.
    missing : {"pairwise", "listwise"}
        Which rows a correlation uses, in each resample too.
    n_resamples : int
        Resamples of n respondents with replacement, 50 or more.
    confidence : float
        Coverage of the percentile intervals, 0..1.
    seed : int
        Of the draws and of the rotation's random starts.

    Returns
    -------
    LoadingIntervals
        Each resample is factored from the full solution's uniquenesses, turned by orthogonal Procrustes to its
        unrotated loadings, rotated from its axes, and its factors are matched by congruence (order and sign), so that
        an interval speaks of one factor. `congruence` is the median of each factor's congruence with the full
        solution; below .85 it is named (`unstable_factor: NUMBER`) and its intervals mean little. Resamples in which an
        item does not vary or the extraction does not settle are left out and counted.

    References
    ----------
    Efron & Tibshirani 1993; Zhang, Preacher & Luo 2010; Lorenzo-Seva & ten Berge 2006.
    """
    _check_options(n_resamples, confidence, method, rotation)
    correlations = item_moments(items, missing=missing).correlations()
    check_factors(len(correlations.keys), n_factors, correlations.n)
    full = _solved(correlations, n_factors, (method, rotation), seed)
    X = item_matrix(items)
    X = X[~np.isnan(X).any(axis=1)] if missing == "listwise" else X
    draws, n_heywood = _draws(X, full, n_resamples, seed)
    n_failed = n_resamples - len(draws)
    if len(draws) < FEWEST_RESAMPLES // 2:
        raise AnalysisError("items", f"{n_failed} of {n_resamples} resamples could not be factored.",
                            "Ask for fewer factors, or collect more answers.")
    loadings = np.stack([L for L, _, _ in draws])
    alike = np.median(np.stack([congruence for _, _, congruence in draws]), axis=0)
    low, high = np.quantile(loadings, ((1 - confidence) / 2, (1 + confidence) / 2), axis=0)
    phis = [phi for _, phi, _ in draws if phi is not None]
    limits = np.quantile(np.stack(phis), ((1 - confidence) / 2, (1 + confidence) / 2), axis=0) if phis else None
    return LoadingIntervals(
        solution=solution_of(correlations, full.found, full.turned, (method, rotation)), n=correlations.n,
        confidence=confidence, standard_errors=matrix_rows(loadings.std(axis=0, ddof=1)), ci_low=matrix_rows(low),
        ci_high=matrix_rows(high), phi_low=None if limits is None else matrix_rows(limits[0]),
        phi_high=None if limits is None else matrix_rows(limits[1]), congruence=tuple(alike.tolist()),
        n_resamples=n_resamples, n_failed=n_failed, n_heywood=n_heywood, seed=seed,
        method="percentiles of resamples aligned to the full solution",
        warnings=_warnings(n_failed, n_heywood, alike))


def _check_options(n_resamples: int, confidence: float, method: str, rotation: str) -> None:
    place = "items"
    check_choice("method", method, get_args(Method), place)
    check_choice("rotation", rotation, get_args(Rotation), place)
    if n_resamples < FEWEST_RESAMPLES:
        raise SpecError(place, f"{n_resamples} resamples are too few for an interval.",
                        f"Ask for {FEWEST_RESAMPLES} or more.")
    if not 0 < confidence < 1:
        raise SpecError(place, f"confidence={confidence} is not a share.", "Give a number between 0 and 1.")


def _warnings(n_failed: int, n_heywood: int, alike: Array) -> tuple[str, ...]:
    return (*([f"failed_resamples: {n_failed}"] if n_failed else []),
            *([f"heywood_resamples: {n_heywood}"] if n_heywood else []),
            *(f"unstable_factor: {j + 1}" for j in np.flatnonzero(alike < STABLE)))


def _solved(correlations: Correlations, n_factors: int, named: tuple[Method, Rotation], seed: int) -> _Full:
    method, rotation = named
    found = accepted(extract(correlations.matrix, n_factors, method))
    turned = ordered(rotate(found.loadings, rotation, seed=seed))
    return _Full(found, turned, axes_of(found.loadings, turned.loadings), method, rotation)


def _draws(X: Array, full: _Full, n_resamples: int, seed: int) -> tuple[list[tuple[Array, Array | None, Array]], int]:
    """Return aligned loadings, factor correlations and congruences of each resample that could be factored."""
    rng = np.random.default_rng(seed)
    M = ~np.isnan(X)
    has_gaps = not M.all()
    Z = np.where(M, X - np.nanmean(X, axis=0), 0.0)
    answered = M.astype(np.float64) if has_gaps else None
    draws, n_heywood = [], 0
    for _ in range(n_resamples):
        weights = np.bincount(rng.integers(0, len(Z), len(Z)), minlength=len(Z)).astype(np.float64)
        R = _weighted_correlations(Z, answered, weights)
        solved = None if R is None else _aligned(R, full)
        if solved is None:
            continue
        draws.append(solved[:3])
        n_heywood += solved[3]
    return draws, n_heywood


def _weighted_correlations(Z: Array, answered: Array | None, weights: Array) -> Array | None:
    """Return correlations of weighted rows (pairwise where some answers are missing), None where one is undefined."""
    W = Z * weights[:, None]
    if answered is None:
        total, firsts = float(weights.sum()), W.sum(axis=0)
        C = W.T @ Z - np.outer(firsts, firsts) / total
        spread = C.diagonal()[:, None]
    else:
        counts, sums = (answered * weights[:, None]).T @ answered, W.T @ answered
        with np.errstate(divide="ignore", invalid="ignore"):
            C = W.T @ Z - sums * sums.T / counts
            spread = (W * Z).T @ answered - sums**2 / counts
    with np.errstate(divide="ignore", invalid="ignore"):
        R = C / np.sqrt(spread * spread.T)
    np.fill_diagonal(R, 1.0)
    return np.asarray(R) if np.isfinite(R).all() else None


def _aligned(R: Array, full: _Full) -> tuple[Array, Array | None, Array, bool] | None:
    try:
        found = extract(R, full.found.loadings.shape[1], full.method, full.found.uniquenesses)
    except AnalysisError:
        return None
    if not found.gradient < ACCEPTED_GRADIENT:
        return None
    U, _, V = np.linalg.svd(found.loadings.T @ full.found.loadings)
    turned = _rotated(found.loadings @ (U @ V), found.loadings, full)
    likeness = congruence_coefficients(turned.loadings, full.turned.loadings)
    order = [row for row, _ in sorted(matched_factors(likeness), key=lambda pair: pair[1])]
    places = np.arange(len(order))
    sign = np.where(likeness[order, places] < 0, -1.0, 1.0)
    phi = None if turned.phi is None else turned.phi[np.ix_(order, order)] * np.outer(sign, sign)
    is_heywood = bool(found.uniquenesses.min() <= SMALLEST_UNIQUENESS + HEYWOOD_MARGIN)
    return turned.loadings[:, order] * sign, phi, np.abs(likeness[order, places]), is_heywood


def _rotated(near: Array, unrotated: Array, full: _Full) -> Rotated:
    """Return the rotation next to the full solution's; `near` are the loadings turned towards its unrotated ones."""
    if full.rotation == "none" or near.shape[1] == 1:
        return Rotated(unrotated, None)
    if full.rotation == "varimax":
        return Rotated(varimax(near @ full.axes)[0], None)
    if full.rotation == "promax":
        return promax(near)
    return turned_from(near, full.axes, "oblimin" if full.rotation == "oblimin" else "geomin")
