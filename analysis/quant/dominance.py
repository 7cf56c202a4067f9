"""Regression on a correlation matrix: beta, explained variance, general dominance, relative weights (model 7).

Every function takes one matrix or a stack of them (shape ``(..., q, q)``), predictors first, one or more outcomes last,
so that two thousand resamples cost a few array operations.
"""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import SpecError

Numbers = NDArray[np.float64]

EIGENVALUE_FLOOR = 0.05     # model 7: a corrected matrix that is not positive definite is smoothed to this
MAXIMUM_PREDICTORS = 8      # model 14: general dominance is exact up to 8 predictors
_TINY = 1e-12               # an eigenvalue below this counts as zero
_EQUAL = 1e-12              # gains that differ by less are the same
_BLOCK = 128                # matrices swept together; they stay in the processor's cache


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
    explained, k = explained_by_subsets(R, n_predictors)
    return _squeezed(np.tensordot(explained, _gains(k).sum(axis=1), axes=([-2], [1])).swapaxes(-1, -2))


def conditional_dominance(R: ArrayLike, n_predictors: int | None = None) -> Numbers:
    """Return each predictor's mean gain in explained variance by the number of predictors that are in already.

    Parameters
    ----------
    R : array_like, shape (..., q, q)
        Correlations, predictors first, outcomes last.
    n_predictors : int, optional
        Predictors, k; default q - 1; at most 8.

    Returns
    -------
    numpy.ndarray, shape (..., k, k) for one outcome, (..., k, k, q - k) for several
        Row i: predictor i added to 0, 1, … k - 1 others. The mean of a row is its general dominance.

    Raises
    ------
    SpecError
        With more than 8 predictors.

    References
    ----------
    Azen & Budescu (2003), The dominance analysis approach for comparing predictors in multiple regression.
    """
    explained, k = explained_by_subsets(R, n_predictors)
    gains = k * np.tensordot(explained, _gains(k), axes=([-2], [2]))
    return _squeezed(np.moveaxis(gains, -3, -1))


def complete_dominance(R: ArrayLike, n_predictors: int | None = None) -> NDArray[np.bool_]:
    """Return which predictor adds at least as much as which other to every set of the rest, and more to one of them.

    Parameters
    ----------
    R : array_like, shape (..., q, q)
        Correlations, predictors first, one outcome last.
    n_predictors : int, optional
        Predictors, k; q - 1, because one outcome is looked at.

    Returns
    -------
    numpy.ndarray of bool, shape (..., k, k)
        [i, j] = i completely dominates j.

    Raises
    ------
    SpecError
        With more than 8 predictors.

    References
    ----------
    Azen & Budescu (2003).
    """
    explained, k = explained_by_subsets(R, n_predictors)
    one = explained[..., 0]
    subsets = np.arange(2**k)
    found = np.zeros((*one.shape[:-1], k, k), dtype=bool)
    for i in range(k):
        for j in range(i + 1, k):
            rest = subsets[(subsets >> i & 1 | subsets >> j & 1) == 0]
            lead = one[..., rest + 2**i] - one[..., rest + 2**j]
            found[..., i, j] = (lead >= -_EQUAL).all(axis=-1) & (lead > _EQUAL).any(axis=-1)
            found[..., j, i] = (lead <= _EQUAL).all(axis=-1) & (lead < -_EQUAL).any(axis=-1)
    return found


def explained_by_subsets(R: ArrayLike, n_predictors: int | None = None) -> tuple[Numbers, int]:
    """Return the share of variance that each subset of the predictors explains.

    Every predictor is taken in or left out in turn: what it explains is swept from all that follow, for all subsets of
    those before it and all matrices at once, so 256 regressions cost eight sweeps.

    Parameters
    ----------
    R : array_like, shape (..., q, q)
        Correlations, predictors first, outcomes last.
    n_predictors : int, optional
        Predictors, k; default q - 1; at most 8.

    Returns
    -------
    tuple of numpy.ndarray, shape (..., 2**k, q - k), and int
        R squared, bit i of the subset's number = predictor i is in it; and k.

    Raises
    ------
    SpecError
        With more than 8 predictors.

    References
    ----------
    Goodnight (1979), A tutorial on the SWEEP operator.
    """
    matrix, k = _checked(R, n_predictors)
    if k > MAXIMUM_PREDICTORS:
        raise SpecError("general dominance", f"{k} predictors are too many for the exact computation.",
                        f"Use at most {MAXIMUM_PREDICTORS}.")
    stack = matrix.reshape(-1, *matrix.shape[-2:])
    blocks = [_swept(np.ascontiguousarray(np.moveaxis(stack[start:start + _BLOCK], 0, -1)), k)
              for start in range(0, len(stack), _BLOCK)]
    found = np.moveaxis(np.concatenate(blocks, axis=-1), -1, 0)
    return found.reshape(*matrix.shape[:-2], *found.shape[1:]), k


def _swept(M: Numbers, k: int) -> Numbers:
    """Return R squared by subset and outcome, shape (2**k, m, b), of b matrices laid out last."""
    among, across = M[None, :k, :k], M[None, :k, k:]
    start = np.ascontiguousarray(np.moveaxis(np.diagonal(M[k:, k:]), -1, 0))[None]
    left = start
    for _ in range(k):
        row, to, pivot = among[:, 0, 1:], across[:, 0], among[:, 0, :1]
        share = row / pivot
        left = np.concatenate([left, left - to**2 / pivot])
        across = np.concatenate([across[:, 1:], across[:, 1:] - share[:, :, None] * to[:, None]])
        among = np.concatenate([among[:, 1:, 1:], among[:, 1:, 1:] - share[:, :, None] * row[:, None]])
    return np.asarray(1 - left / start)


def _gains(k: int) -> Numbers:
    """Return the weights by which R squared of all subsets becomes mean gains, shape (predictor, size, subset)."""
    subsets = np.arange(2**k)
    sizes = np.array([int(subset).bit_count() for subset in subsets])
    found = np.zeros((k, k, 2**k))
    for i in range(k):
        without = subsets[subsets >> i & 1 == 0]
        weight = 1 / (k * np.array([comb(k - 1, size) for size in sizes[without]]))
        found[i, sizes[without], without + 2**i] += weight
        found[i, sizes[without], without] -= weight
    return found


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
    return correct_for_unreliability(R, reliabilities, floor)[0]


def correct_for_unreliability(R: ArrayLike, reliabilities: ArrayLike, floor: float = EIGENVALUE_FLOOR,
                              ) -> tuple[Numbers, NDArray[np.bool_]]:
    """Return correlations corrected for unreliability, and which matrices had to be smoothed.

    Parameters
    ----------
    R : array_like, shape (..., q, q)
        Correlations.
    reliabilities : array_like, shape (q,) or (..., q)
        Reliability of each variable, above 0; one set for all matrices or one for each.
    floor : float, optional
        As in `disattenuate`.

    Returns
    -------
    tuple of numpy.ndarray, shape (..., q, q), and of bool, shape (...)
        As `disattenuate`; True = came out not positive definite, so what follows from it is a rough guess.

    Raises
    ------
    SpecError
        When a reliability is not above 0.
    """
    matrix = np.asarray(R, dtype=float)
    known = np.asarray(reliabilities, dtype=float)
    if not (known > 0).all():
        raise SpecError("correction for unreliability", "a reliability is not above 0.", "Leave that scale out.")
    root = np.sqrt(known)
    corrected = matrix / (root[..., :, None] * root[..., None, :])
    diagonal = np.arange(known.shape[-1])
    corrected[..., diagonal, diagonal] = 1.0
    values, vectors = np.linalg.eigh(corrected)
    is_rough = values[..., 0] <= _TINY
    return np.where(is_rough[..., None, None], _raised(values, vectors, floor), corrected), is_rough


def _raised(values: Numbers, vectors: Numbers, floor: float) -> Numbers:
    """Return matrices of these eigenvalues and vectors with no eigenvalue below `floor` and 1 on the diagonal."""
    raised = (vectors * np.maximum(values, floor)[..., None, :]) @ np.swapaxes(vectors, -1, -2)
    spread = np.sqrt(np.diagonal(raised, axis1=-2, axis2=-1))
    return np.asarray(raised / (spread[..., :, None] * spread[..., None, :]))


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
