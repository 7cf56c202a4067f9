"""Regression on a correlation matrix: beta, explained variance, general dominance, relative weights (model 7).

Every function takes one matrix or a stack of them (shape ``(..., q, q)``), predictors first, one or more outcomes last,
so that two thousand resamples cost a few array operations.
"""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import SpecError

Numbers = NDArray[np.float64]

EIGENVALUE_FLOOR = 0.05     # model 7: a corrected matrix that is not positive definite is smoothed to this
MAXIMUM_PREDICTORS = 8      # model 14: general dominance is exact up to 8 predictors
_TINY = 1e-12               # an eigenvalue below this counts as zero


def standardised_beta(R: ArrayLike, n_predictors: int | None = None) -> Numbers:
    """Return standardised regression weights of all predictors entered together.

    Parameters
    ----------
    R : array_like, shape (..., q, q)
        Correlations, predictors first, outcomes last.
    n_predictors : int, optional
        Predictors, k; default q - 1.

    Returns
    -------
    numpy.ndarray, shape (..., k) for one outcome, (..., k, q - k) for several
        ``Rxx^-1 Rxy``.

    References
    ----------
    Cohen, Cohen, West & Aiken (2003), Applied Multiple Regression, chapter 3.
    """
    matrix, k = _checked(R, n_predictors)
    return _squeezed(np.asarray(np.linalg.solve(matrix[..., :k, :k], matrix[..., :k, k:]), dtype=float))


def explained_variance(R: ArrayLike, n_predictors: int | None = None) -> Numbers:
    """Return the share of each outcome's variance that the predictors explain together.

    Parameters
    ----------
    R : array_like, shape (..., q, q)
        Correlations, predictors first, outcomes last.
    n_predictors : int, optional
        Predictors, k; default q - 1.

    Returns
    -------
    numpy.ndarray, shape (..., q - k)
        R squared, 0..1.
    """
    matrix, k = _checked(R, n_predictors)
    return _r_squared(matrix, tuple(range(k)), k)


def vif(R: ArrayLike) -> Numbers:
    """Return how much the correlation among predictors inflates the variance of each weight.

    Parameters
    ----------
    R : array_like, shape (..., k, k)
        Correlations of the predictors only.

    Returns
    -------
    numpy.ndarray, shape (..., k)
        Diagonal of the inverse; 1 = unrelated to the others.
    """
    inverse = np.linalg.inv(np.asarray(R, dtype=float))
    return np.asarray(np.diagonal(inverse, axis1=-2, axis2=-1))


def general_dominance(R: ArrayLike, n_predictors: int | None = None) -> Numbers:
    """Return each predictor's general dominance: its mean gain in explained variance over all subsets of the others.

    Parameters
    ----------
    R : array_like, shape (..., q, q)
        Correlations, predictors first, outcomes last.
    n_predictors : int, optional
        Predictors, k; default q - 1; at most 8.

    Returns
    -------
    numpy.ndarray, shape (..., k) for one outcome, (..., k, q - k) for several
        Mean gain within each subset size, then the mean over the sizes 0..k-1; the values add up to R squared.

    Raises
    ------
    SpecError
        With more than 8 predictors.

    References
    ----------
    Budescu (1993), Dominance analysis; Azen & Budescu (2003).
    """
    matrix, k = _checked(R, n_predictors)
    if k > MAXIMUM_PREDICTORS:
        raise SpecError("general dominance", f"{k} predictors are too many for the exact computation.",
                        f"Use at most {MAXIMUM_PREDICTORS}.")
    explained = {subset: _r_squared(matrix, subset, k) for size in range(k + 1)
                 for subset in combinations(range(k), size)}
    gains = [sum((explained[tuple(sorted((*subset, place)))] - explained[subset]) / (k * comb(k - 1, len(subset)))
                 for subset in explained if place not in subset) for place in range(k)]
    return _squeezed(np.stack([np.asarray(gain) for gain in gains], axis=-2))


def relative_weights(R: ArrayLike, n_predictors: int | None = None) -> Numbers:
    """Return Johnson's relative weights, for comparison with older studies.

    Parameters
    ----------
    R : array_like, shape (..., q, q)
        Correlations, predictors first, outcomes last.
    n_predictors : int, optional
        Predictors, k; default q - 1.

    Returns
    -------
    numpy.ndarray, shape (..., k) for one outcome, (..., k, q - k) for several
        Weights that add up to R squared. Their derivation is disputed (Thomas et al. 2014).

    References
    ----------
    Johnson (2000), A heuristic method for estimating the relative weight of predictor variables.
    """
    matrix, k = _checked(R, n_predictors)
    values, vectors = np.linalg.eigh(matrix[..., :k, :k])
    root = (vectors * np.sqrt(np.maximum(values, 0.0))[..., None, :]) @ np.swapaxes(vectors, -1, -2)
    weights = np.linalg.solve(root, matrix[..., :k, k:])
    return _squeezed((root**2) @ (weights**2))


def disattenuate(R: ArrayLike, reliabilities: ArrayLike, floor: float = EIGENVALUE_FLOOR) -> Numbers:
    """Return correlations corrected for unreliability.

    Parameters
    ----------
    R : array_like, shape (..., q, q)
        Correlations.
    reliabilities : array_like, shape (q,)
        Reliability of each variable, above 0; taken as known.
    floor : float, optional
        Smallest eigenvalue of a corrected matrix that came out not positive definite; its diagonal is then brought back
        to 1. Matrices that are positive definite stay as they are.

    Returns
    -------
    numpy.ndarray, shape (..., q, q)
        ``r_ij / sqrt(rel_i rel_j)`` off the diagonal, 1 on it.

    Raises
    ------
    SpecError
        When a reliability is not above 0.

    References
    ----------
    Spearman (1904); Charles (2005), The correction for attenuation due to measurement error.
    """
    matrix = np.asarray(R, dtype=float)
    known = np.asarray(reliabilities, dtype=float)
    if not (known > 0).all():
        raise SpecError("correction for unreliability", "a reliability is not above 0.", "Leave that scale out.")
    root = np.sqrt(known)
    corrected = matrix / (root[:, None] * root[None, :])
    diagonal = np.arange(len(known))
    corrected[..., diagonal, diagonal] = 1.0
    return _smoothed(corrected, floor)


def _smoothed(matrix: Numbers, floor: float) -> Numbers:
    """Return the matrices with those that are not positive definite raised to the smallest eigenvalue."""
    values, vectors = np.linalg.eigh(matrix)
    raised = (vectors * np.maximum(values, floor)[..., None, :]) @ np.swapaxes(vectors, -1, -2)
    spread = np.sqrt(np.diagonal(raised, axis1=-2, axis2=-1))
    raised = raised / (spread[..., :, None] * spread[..., None, :])
    is_sound = (values[..., 0] > _TINY)[..., None, None]
    return np.where(is_sound, matrix, raised)


def _r_squared(matrix: Numbers, subset: tuple[int, ...], k: int) -> Numbers:
    """Return the variance of each outcome that a subset of predictors explains, shape (..., q - k)."""
    if not subset:
        return np.zeros((*matrix.shape[:-2], matrix.shape[-1] - k))
    chosen = np.array(subset)
    r = matrix[..., chosen, k:]
    weights = np.linalg.solve(matrix[..., chosen[:, None], chosen[None, :]], r)
    return np.asarray((r * weights).sum(axis=-2))


def _checked(R: ArrayLike, n_predictors: int | None) -> tuple[Numbers, int]:
    matrix = np.asarray(R, dtype=float)
    q = matrix.shape[-1]
    k = q - 1 if n_predictors is None else n_predictors
    if not 1 <= k < q:
        raise SpecError("regression", f"{k} predictors do not fit a matrix of {q} variables.",
                        "Give the predictors first and at least one outcome after them.")
    return matrix, k


def _squeezed(values: Numbers) -> Numbers:
    return values[..., 0] if values.shape[-1] == 1 else values
