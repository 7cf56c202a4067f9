"""Which factors reproduce the correlations best? Minimum residual, maximum likelihood and principal axis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.errors import NoVariation
from analysis.quant.correlations import Array

Method = Literal["minres", "ml", "pa"]

SMALLEST_UNIQUENESS = 0.005     # bound of psych::fa and stats::factanal; a solution on it is a Heywood case
GRADIENT_GOAL = 1e-10           # a solution is accepted below 1e-7; Newton steps reach this easily
ACCEPTED_GRADIENT = 1e-7        # knowledge on psychometric truth: "tight" optimum
MAXIMUM_STEPS = 500
AXIS_STEPS = 25                 # principal-axis iterations before Newton steps finish the same fixed point
SMALLEST_EIGENVALUE = 1e-10     # at or below it a matrix has no usable inverse
RANDOM_STARTS = 6               # minres has local minima: 16 ability items with 3 factors have two
START_SEED = 20260101           # the random starts are the same in every run


@dataclass(frozen=True)
class Extraction:
    """Unrotated loadings (k, f), uniquenesses (k,), the criterion at its smallest and the largest free gradient."""

    loadings: Array
    uniquenesses: Array
    objective: float
    gradient: float


@dataclass(frozen=True)
class _Point:
    value: float
    gradient: Array
    hessian: Array


def extract(R: Array, n_factors: int, method: Method = "minres", start: Array | None = None) -> Extraction:
    """Return the unrotated factor loadings of a correlation matrix.

    Parameters
    ----------
    R : array (k, k)
        Correlations.
    n_factors : int
        Number of factors, 1..k-1.
    method : {"minres", "ml", "pa"}
        minres: least sum of squared residual eigenvalues of R - diag(psi); ml: normal-theory discrepancy
        sum(e - log e - 1) over the small eigenvalues e of psi^-1/2 R psi^-1/2; pa: principal axis iterated to its
        fixed point, which is the stationary point of minres without a bound on psi.
    start : array (k,), optional
        Uniquenesses of a solution nearby, from which alone to search; for resamples.

    Returns
    -------
    Extraction
        `objective` is the minres sum over all cells, the ml discrepancy, or for pa the minres sum.

    Notes
    -----
    Projected Newton steps with exact second derivatives (Jöreskog 1967 for ml), best of several starts; the gradient
    ends below 1e-7. psych and factanal stop earlier, so figures differ from theirs in the fifth digit.

    References
    ----------
    Harman & Jones 1966; Jöreskog 1967; Revelle, psych::fa.
    """
    if method == "pa":
        return _principal_axis(R, n_factors, start)

    def found_from(psi: Array) -> Extraction:
        if method == "ml":
            return _maximum_likelihood(R, n_factors, psi)
        return _minimum_residual(R, n_factors, psi, SMALLEST_UNIQUENESS, 1.0)

    return _best(found_from, R, n_factors) if start is None else found_from(np.clip(start, SMALLEST_UNIQUENESS, 1.0))


def squared_multiple_correlations(R: Array) -> Array | None:
    """Return how far each item is determined by the others.

    Parameters
    ----------
    R : array (k, k)
        Correlations.

    Returns
    -------
    array (k,) or None
        R² of each item on the others, 1 - 1/diag(R^-1), 0..1; None where R has no usable inverse.

    References
    ----------
    Guttman 1940; Revelle, psych::smc.
    """
    if np.linalg.eigvalsh(R)[0] <= SMALLEST_EIGENVALUE:
        return None
    return np.asarray(1.0 - 1.0 / np.linalg.inv(R).diagonal())


def _best(found_from: Callable[[Array], Extraction], R: Array, n_factors: int) -> Extraction:
    """Return the lowest minimum of the usual starts (factanal's and one half) and of random ones.

    A minimum that only a random start reaches counts when it is proper. With a uniqueness on its bound there are often
    several minima, one for each item that may lose its uniqueness; a slightly lower one describes nothing better.
    """
    k = len(R)
    smc = squared_multiple_correlations(R)
    first = np.full(k, 0.3) if smc is None else (1.0 - 0.5 * n_factors / k) * (1.0 - smc)
    best = min((found_from(start) for start in (np.clip(first, SMALLEST_UNIQUENESS, 1.0), np.full(k, 0.5))),
               key=lambda found: found.objective)
    n_random = min(RANDOM_STARTS, RANDOM_STARTS // 2 * (n_factors - 1))
    for start in np.random.default_rng(START_SEED).uniform(0.1, 0.95, (n_random, k)):
        found = found_from(start)
        if found.objective < best.objective and found.uniquenesses.min() > 2 * SMALLEST_UNIQUENESS:
            best = found
    return best


def _loadings(vectors: Array, values: Array, n_factors: int) -> Array:
    """Return the loadings of the largest eigenvalues; `values` ascend, as LAPACK gives them."""
    large = np.clip(values[-n_factors:], 0.0, None)[::-1]
    return np.asarray(vectors[:, -n_factors:][:, ::-1] * np.sqrt(large))


def _minimum_residual(R: Array, n_factors: int, start: Array, lower: float, upper: float) -> Extraction:
    def point(psi: Array) -> _Point:
        values, vectors = np.linalg.eigh(R - np.diag(psi))
        small, V = values[:-n_factors], vectors[:, :-n_factors]
        hessian = 2.0 * (V @ V.T) ** 2
        for large, v in zip(values[-n_factors:], vectors[:, -n_factors:].T, strict=True):
            share = small / np.minimum(small - large, -np.finfo(float).eps)
            hessian += 4.0 * ((V * share) @ V.T) * np.outer(v, v)
        return _Point(float(small @ small), -2.0 * (V**2 @ small), hessian)

    box = np.full(len(R), lower), np.full(len(R), upper)
    psi, end = _newton(point, start, *box)
    values, vectors = np.linalg.eigh(R - np.diag(psi))
    L = _loadings(vectors, values, n_factors)
    return Extraction(L, psi, end.value, _slope(psi, end, *box))


def _maximum_likelihood(R: Array, n_factors: int, start: Array) -> Extraction:
    if np.linalg.eigvalsh(R)[0] <= SMALLEST_EIGENVALUE:
        raise NoVariation("correlation matrix", "has no inverse, so maximum likelihood is not defined.",
                          "Use method minres, or leave out the items that others determine.")

    def scaled(theta: Array) -> Array:
        root = np.exp(-0.5 * theta)
        return np.asarray(R * np.outer(root, root))

    def point(theta: Array) -> _Point:
        values, vectors = np.linalg.eigh(scaled(theta))
        small, V = values[:-n_factors], vectors[:, :-n_factors]
        hessian = (V @ V.T) * ((V * small) @ V.T)
        for large, v in zip(values[-n_factors:], vectors[:, -n_factors:].T, strict=True):
            share = (1.0 - small) * (large + small) / np.maximum(large - small, np.finfo(float).eps)
            hessian += ((V * share) @ V.T) * np.outer(v, v)
        return _Point(float((small - np.log(small) - 1.0).sum()), V**2 @ (1.0 - small), hessian)

    box = np.full(len(R), np.log(SMALLEST_UNIQUENESS)), np.zeros(len(R))
    theta, end = _newton(point, np.log(start), *box)
    values, vectors = np.linalg.eigh(scaled(theta))
    L = _loadings(vectors, values - 1.0, n_factors) * np.exp(0.5 * theta)[:, None]
    return Extraction(L, np.exp(theta), end.value, _slope(theta, end, *box))


def _principal_axis(R: Array, n_factors: int, start: Array | None) -> Extraction:
    smc = squared_multiple_correlations(R) if start is None else 1.0 - start
    common = np.full(len(R), 0.5) if smc is None else smc
    for _ in range(AXIS_STEPS if start is None else 1):
        values, vectors = np.linalg.eigh(R - np.diag(1.0 - common))
        common = (_loadings(vectors, values, n_factors) ** 2).sum(axis=1)
    found = _minimum_residual(R, n_factors, 1.0 - common, -np.inf, np.inf)
    return Extraction(found.loadings, 1.0 - (found.loadings**2).sum(axis=1), found.objective, found.gradient)


def _pressed(x: Array, gradient: Array, lower: Array, upper: Array) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which coordinates lie on a bound and would leave the box by descending."""
    return np.asarray(((x <= lower) & (gradient > 0)) | ((x >= upper) & (gradient < 0)))


def _slope(x: Array, point: _Point, lower: Array, upper: Array) -> float:
    """Return the largest gradient among the coordinates that are free to move."""
    return float(np.abs(point.gradient[~_pressed(x, point.gradient, lower, upper)]).max(initial=0.0))


def _newton(at: Callable[[Array], _Point], start: Array, lower: Array, upper: Array) -> tuple[Array, _Point]:
    """Return the minimum in the box by Newton steps on the free coordinates, each shortened until it descends."""
    x = np.asarray(np.clip(start, lower, upper), dtype=np.float64)
    here = at(x)
    for _ in range(MAXIMUM_STEPS):
        if _slope(x, here, lower, upper) < GRADIENT_GOAL:
            break
        free = ~_pressed(x, here.gradient, lower, upper)
        step = np.zeros_like(x)
        step[free] = _descent(here.hessian[np.ix_(free, free)], here.gradient[free])
        moved = _shortened(at, x, here, step, (lower, upper))
        if moved is None:
            break
        x, here = moved
    return x, here


def _descent(hessian: Array, gradient: Array) -> Array:
    """Return the Newton step with curvatures made positive, so that it always points downhill."""
    curvature, axes = np.linalg.eigh(hessian)
    curvature = np.maximum(np.abs(curvature), 1e-8 * max(float(np.abs(curvature).max()), 1e-300))
    return np.asarray(-axes @ ((axes.T @ gradient) / curvature))


def _shortened(at: Callable[[Array], _Point], x: Array, here: _Point, step: Array,
               box: tuple[Array, Array]) -> tuple[Array, _Point] | None:
    """Return the first halved step that lowers the criterion or, at rounding level, the gradient; None if none does."""
    slope = _slope(x, here, *box)
    rounding = 1e-13 * max(1.0, abs(here.value))
    for power in range(40):
        moved = np.clip(x + step * 0.5**power, *box)
        there = at(moved)
        if there.value < here.value - rounding:
            return moved, there
        if there.value <= here.value + rounding and _slope(moved, there, *box) < 0.5 * slope:
            return moved, there
    return None
