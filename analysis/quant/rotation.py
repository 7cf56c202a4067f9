"""From which angle are the factors simplest? Varimax, promax and direct oblimin (quartimin)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import optimize

from analysis.quant.correlations import Array

Rotation = Literal["none", "varimax", "promax", "oblimin"]

PROMAX_POWER = 4                # psych::Promax and stats::promax
VARIMAX_GOAL = 1e-14            # relative gain of the criterion at which rotation stops
R_VARIMAX_GOAL = 1e-5           # stats::varimax stops here; psych defines promax and VSS on what it then returns
VARIMAX_STEPS = 1000
VARIMAX_STARTS = 4              # the given axes and random ones: varimax too has local maxima
OBLIMIN_STARTS = 8              # the given axes, the varimax axes and random ones: oblimin has local minima
COARSE_STEPS = 30               # steps of all starts side by side before the best are finished
OBLIMIN_GRADIENT = 1e-9
SAME_MAXIMUM = 1e-9             # varimax criteria closer than this share belong to one maximum
SAME_MINIMUM = 1e-3             # coarse criteria closer than this share are taken to lead to one minimum
FINISHED_STARTS = 2             # distinct coarse minima that are finished


@dataclass(frozen=True)
class Rotated:
    """Pattern loadings (k, f), factor correlations (f, f) or None, and the criterion where one is minimised."""

    loadings: Array
    phi: Array | None
    criterion: float | None = None


def rotate(L: Array, rotation: Rotation, *, seed: int = 0) -> Rotated:
    """Return the loadings turned to simple structure.

    Parameters
    ----------
    L : array (k, f)
        Unrotated loadings.
    rotation : {"none", "varimax", "promax", "oblimin"}
        varimax: orthogonal, rows normalised (Kaiser 1958). promax: Kaiser-normalised, power 4, as psych defines it.
        oblimin: direct quartimin (gamma 0), not normalised, best of several starts.
    seed : int
        Of the random starts of varimax and oblimin.

    Returns
    -------
    Rotated
        `phi` is None for orthogonal solutions and for a single factor. L Phi L' is the same before and after.

    References
    ----------
    Kaiser 1958; Hendrickson & White 1964; Jennrich 2002; Bernaards & Jennrich 2005.
    """
    if L.shape[1] == 1 or rotation == "none":
        return Rotated(L, None)
    if rotation == "varimax":
        return Rotated(best_varimax(L, seed=seed), None)
    return promax(L) if rotation == "promax" else oblimin(L, seed=seed)


def ordered(rotated: Rotated) -> Rotated:
    """Return the factors in a fixed order and direction.

    Parameters
    ----------
    rotated : Rotated
        Any rotation.

    Returns
    -------
    Rotated
        Factors by falling variance, diag(Phi L'L), each with a positive sum of loadings; phi turned with them.
    """
    f = rotated.loadings.shape[1]
    phi = np.eye(f) if rotated.phi is None else rotated.phi
    order = np.argsort(-(phi @ rotated.loadings.T @ rotated.loadings).diagonal(), kind="stable")
    L = rotated.loadings[:, order]
    sign = np.where(L.sum(axis=0) < 0, -1.0, 1.0)
    turned = None if rotated.phi is None else phi[np.ix_(order, order)] * np.outer(sign, sign)
    return Rotated(L * sign, turned, rotated.criterion)


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
    spreads = [float(((A / _row_lengths(A)) ** 2).var(axis=0).sum()) for A in candidates]
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
    size = _row_lengths(L)
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


def promax(L: Array) -> Rotated:
    """Return promax loadings: varimax of the normalised rows, turned obliquely towards its own fourth power.

    Parameters
    ----------
    L : array (k, f)
        Unrotated loadings, f >= 2.

    Returns
    -------
    Rotated
        Pattern loadings and factor correlations.

    References
    ----------
    Hendrickson & White 1964; Revelle, psych::Promax with Kaiser normalisation.
    """
    size = _row_lengths(L)
    start, T = varimax(L / size, R_VARIMAX_GOAL)
    target = start * np.abs(start) ** (PROMAX_POWER - 1)
    U = np.linalg.lstsq(start, target, rcond=None)[0]
    U = U * np.sqrt(np.linalg.inv(U.T @ U).diagonal())
    back = np.linalg.inv(T @ U)
    return Rotated(start @ U * size, np.asarray(back @ back.T))


def oblimin(L: Array, *, seed: int = 0) -> Rotated:
    """Return direct quartimin loadings, the best of several starts.

    Parameters
    ----------
    L : array (k, f)
        Unrotated loadings, f >= 2.
    seed : int
        Of the random starts.

    Returns
    -------
    Rotated
        Pattern loadings L T'^-1, factor correlations T'T with unit columns in T, and the criterion: the sum over
        pairs of factors of the products of squared loadings, over four.

    References
    ----------
    Jennrich & Sampson 1966; Jennrich 2002; Bernaards & Jennrich 2005.
    """
    f = L.shape[1]
    draws = np.random.default_rng(seed).standard_normal((OBLIMIN_STARTS - 2, f, f))
    starts = np.concatenate([np.eye(f)[None], varimax(L, R_VARIMAX_GOAL)[1][None], np.linalg.qr(draws)[0]])
    axes, values = _coarse(L, starts)
    best: Rotated | None = None
    for start in _distinct(axes, values):
        found = _finished(L, start)
        if best is None or (found.criterion or 0.0) < (best.criterion or 0.0):
            best = found
    return best or Rotated(L, None)


def _row_lengths(L: Array) -> Array:
    length = np.sqrt((L**2).sum(axis=1, keepdims=True))
    return np.where(length > 0, length, 1.0)


def _criterion(L: Array, T: Array) -> tuple[Array, Array]:
    """Return the quartimin criterion and its gradient in T, for one T (f, f) or a stack (s, f, f)."""
    inverse = np.linalg.inv(T)
    turned = L @ np.swapaxes(inverse, -1, -2)
    squares = turned**2
    others = squares.sum(axis=-1, keepdims=True) - squares
    gradient = -np.swapaxes(np.swapaxes(turned, -1, -2) @ (turned * others) @ inverse, -1, -2)
    return np.asarray((squares * others).sum(axis=(-1, -2)) / 4.0), gradient


def _unit(T: Array) -> Array:
    return np.asarray(T / np.sqrt((T**2).sum(axis=-2, keepdims=True)))


def _coarse(L: Array, starts: Array) -> tuple[Array, Array]:
    """Return all starts after a few gradient projection steps taken side by side, and their criteria."""
    T, size = starts, np.ones(len(starts))
    value, gradient = _criterion(L, T)
    for _ in range(COARSE_STEPS):
        slope = gradient - T * (T * gradient).sum(axis=1, keepdims=True)
        steepness = (slope**2).sum(axis=(1, 2))
        moved = _unit(T - size[:, None, None] * slope)
        there, there_gradient = _criterion(L, moved)
        better = there < value - 0.3 * steepness * size
        T = np.where(better[:, None, None], moved, T)
        value, gradient = np.where(better, there, value), np.where(better[:, None, None], there_gradient, gradient)
        size = np.where(better, size * 1.6, size * 0.5)
    return T, value


def _distinct(axes: Array, values: Array) -> list[Array]:
    chosen: list[int] = []
    for i in np.argsort(values, kind="stable"):
        if all(abs(values[i] - values[j]) > SAME_MINIMUM * values[j] for j in chosen):
            chosen.append(int(i))
    return [axes[i] for i in chosen[:FINISHED_STARTS]]


def _finished(L: Array, start: Array) -> Rotated:
    """Return the minimum reached from `start`, free columns being scaled to unit length inside the criterion."""
    f = L.shape[1]

    def at(free: Array) -> tuple[float, Array]:
        W = free.reshape(f, f)
        length = np.sqrt((W**2).sum(axis=0))
        T = W / length
        value, gradient = _criterion(L, T)
        return float(value), ((gradient - T * (T * gradient).sum(axis=0)) / length).ravel()

    found = optimize.minimize(at, start.ravel(), jac=True, method="BFGS",
                              options={"gtol": OBLIMIN_GRADIENT, "maxiter": 2000})
    T = _unit(found.x.reshape(f, f))
    value, _ = _criterion(L, T)
    return Rotated(L @ np.linalg.inv(T).T, T.T @ T, float(value))
