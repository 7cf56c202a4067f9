"""From which orthogonal angle are the factors simplest? Varimax."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.quant.correlations import Array

VARIMAX_GOAL = 1e-14            # relative gain of the criterion at which rotation stops
R_VARIMAX_GOAL = 1e-5           # stats::varimax stops here; psych defines promax and VSS on what it then returns
VARIMAX_STEPS = 1000
VARIMAX_STARTS = 4              # the given axes and random ones: varimax too has local maxima
SAME_MAXIMUM = 1e-9             # varimax criteria closer than this share belong to one maximum


@dataclass(frozen=True)
class Rotated:
    """Pattern loadings (k, f), factor correlations (f, f) or None, and the criterion where one is minimised."""

    loadings: Array
    phi: Array | None
    criterion: float | None = None


def best_varimax(L: Array, *, seed: int = 0) -> Array:
    """Return varimax loadings, the best of several starts.

    Parameters
    ----------
    L : array (k, f)
        Unrotated loadings, f >= 2.
    seed : int
        Of the random starts.

    Returns
    -------
    array (k, f)
        Loadings with the largest variance of squared, row-normalised loadings.

    References
    ----------
    Kaiser 1958.
    """
    f = L.shape[1]
    starts = np.linalg.qr(np.random.default_rng(seed).standard_normal((VARIMAX_STARTS - 1, f, f)))[0]
    candidates = [varimax(L)[0], *(varimax(L @ start)[0] for start in starts)]
    spreads = [float(((A / row_lengths(A)) ** 2).var(axis=0).sum()) for A in candidates]
    # Starts that reach the same maximum differ by rounding; the first of them is kept, so that no axis flips by chance.
    best = next(i for i, spread in enumerate(spreads) if spread >= max(spreads) * (1.0 - SAME_MAXIMUM))
    return candidates[best]


def varimax(L: Array, goal: float = VARIMAX_GOAL) -> tuple[Array, Array]:
    """Return Kaiser-normalised varimax loadings from the given axes.

    Parameters
    ----------
    L : array (k, f)
        Unrotated loadings, f >= 2.
    goal : float
        Relative gain of the criterion below which the iteration stops; `R_VARIMAX_GOAL` stops where R does.

    Returns
    -------
    tuple of array (k, f) and array (f, f)
        Loadings and the orthogonal rotation.

    References
    ----------
    Kaiser 1958; R, stats::varimax.
    """
    size = row_lengths(L)
    A = L / size
    T = np.eye(L.shape[1])
    reached = 0.0
    for _ in range(VARIMAX_STEPS):
        turned = A @ T
        U, spread, V = np.linalg.svd(A.T @ (turned**3 - turned * (turned**2).mean(axis=0)))
        T = U @ V
        before, reached = reached, float(spread.sum())
        if reached < before * (1.0 + goal):
            break
    return np.asarray(A @ T * size), np.asarray(T)


def row_lengths(L: Array) -> Array:
    """Return the length of each row of loadings.

    Parameters
    ----------
    L : array (k, f)
        Loadings.

    Returns
    -------
    array (k, 1)
        1 for a row of zeros, so that it can be divided by.
    """
    length = np.sqrt((L**2).sum(axis=1, keepdims=True))
    return np.where(length > 0, length, 1.0)
