"""From which oblique angle are the factors simplest? Promax, direct oblimin (quartimin) and geomin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from scipy import optimize

from analysis.quant.correlations import Array
from analysis.quant.factors.orthogonal import R_VARIMAX_GOAL, Rotated, row_lengths, varimax

PROMAX_POWER = 4                # psych::Promax and stats::promax
OBLIMIN_STARTS = 8              # the given axes, the varimax axes and random ones: oblimin has local minima
COARSE_STEPS = 30               # steps of all starts side by side before the best are finished
OBLIMIN_GRADIENT = 1e-9
SAME_MINIMUM = 1e-3             # coarse criteria closer than this share are taken to lead to one minimum
FINISHED_STARTS = 2             # distinct coarse minima that are finished
GEOMIN_DELTA = 0.01             # GPArotation::geominQ
GEOMIN_STARTS = 30              # geomin has many local minima (Browne 2001)
GEOMIN_FINISHED = 5

Criterion = Callable[[Array, Array], tuple[Array, Array]]


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
    size = row_lengths(L)
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
    return _best_of(L, starts, _quartimin, FINISHED_STARTS)


def geomin(L: Array, *, seed: int = 0) -> Rotated:
    """Return geomin loadings, the best of several starts.

    Parameters
    ----------
    L : array (k, f)
        Unrotated loadings, f >= 2.
    seed : int
        Of the random starts.

    Returns
    -------
    Rotated
        As `oblimin`, with the criterion sum over items of the geometric mean of l² + .01 over factors. It has many
        local minima; the direct quartimin solution is among the starts.

    References
    ----------
    Yates 1987; Browne 2001; Bernaards & Jennrich 2005 (GPArotation::geominQ, delta .01).
    """
    f = L.shape[1]
    draws = np.random.default_rng(seed).standard_normal((GEOMIN_STARTS - 3, f, f))
    quartimin = axes_of(L, oblimin(L, seed=seed).loadings)
    first = np.stack([np.eye(f), varimax(L, R_VARIMAX_GOAL)[1], quartimin])
    return _best_of(L, np.concatenate([first, np.linalg.qr(draws)[0]]), _geometric, GEOMIN_FINISHED)


def turned_from(L: Array, start: Array, kind: Literal["oblimin", "geomin"]) -> Rotated:
    """Return the oblique minimum that is reached from given axes.

    Parameters
    ----------
    L : array (k, f)
        Unrotated loadings.
    start : array (f, f)
        Axes T with unit columns, see `axes_of`.
    kind : {"oblimin", "geomin"}
        Criterion.

    Returns
    -------
    Rotated
        The minimum next to the start, for resamples of a solution that is known.

    References
    ----------
    Jennrich 2002.
    """
    return _finished(L, start, _quartimin if kind == "oblimin" else _geometric)


def axes_of(L: Array, rotated: Array) -> Array:
    """Return the axes T that turn unrotated loadings into rotated ones.

    Parameters
    ----------
    L, rotated : array (k, f)
        Unrotated and pattern loadings of one solution.

    Returns
    -------
    array (f, f)
        T with unit columns and rotated = L T'^-1.
    """
    return _unit(np.linalg.inv(np.linalg.lstsq(L, rotated, rcond=None)[0].T))


def _quartimin(L: Array, T: Array) -> tuple[Array, Array]:
    """Return the quartimin criterion and its gradient in T, for one T (f, f) or a stack (s, f, f)."""
    inverse = np.linalg.inv(T)
    turned = L @ np.swapaxes(inverse, -1, -2)
    squares = turned**2
    others = squares.sum(axis=-1, keepdims=True) - squares
    gradient = -np.swapaxes(np.swapaxes(turned, -1, -2) @ (turned * others) @ inverse, -1, -2)
    return np.asarray((squares * others).sum(axis=(-1, -2)) / 4.0), gradient


def _geometric(L: Array, T: Array) -> tuple[Array, Array]:
    """Return the geomin criterion and its gradient in T, for one T (f, f) or a stack (s, f, f)."""
    inverse = np.linalg.inv(T)
    turned = L @ np.swapaxes(inverse, -1, -2)
    raised = turned**2 + GEOMIN_DELTA
    means = np.exp(np.log(raised).mean(axis=-1, keepdims=True))
    slope = 2.0 / L.shape[1] * turned / raised * means
    return np.asarray(means.sum(axis=(-1, -2))), -np.swapaxes(np.swapaxes(turned, -1, -2) @ slope @ inverse, -1, -2)


def _best_of(L: Array, starts: Array, criterion: Criterion, most: int) -> Rotated:
    axes, values = _coarse(L, starts, criterion)
    found = [_finished(L, start, criterion) for start in _distinct(axes, values, most)]
    return min(found, key=lambda rotated: rotated.criterion or 0.0)


def _unit(T: Array) -> Array:
    return np.asarray(T / np.sqrt((T**2).sum(axis=-2, keepdims=True)))


def _coarse(L: Array, starts: Array, criterion: Criterion) -> tuple[Array, Array]:
    """Return all starts after a few gradient projection steps taken side by side, and their criteria."""
    T, size = starts, np.ones(len(starts))
    value, gradient = criterion(L, T)
    for _ in range(COARSE_STEPS):
        slope = gradient - T * (T * gradient).sum(axis=1, keepdims=True)
        steepness = (slope**2).sum(axis=(1, 2))
        moved = _unit(T - size[:, None, None] * slope)
        there, there_gradient = criterion(L, moved)
        better = there < value - 0.3 * steepness * size
        T = np.where(better[:, None, None], moved, T)
        value, gradient = np.where(better, there, value), np.where(better[:, None, None], there_gradient, gradient)
        size = np.where(better, size * 1.6, size * 0.5)
    return T, value


def _distinct(axes: Array, values: Array, most: int) -> list[Array]:
    chosen: list[int] = []
    for i in np.argsort(values, kind="stable"):
        if all(abs(values[i] - values[j]) > SAME_MINIMUM * values[j] for j in chosen):
            chosen.append(int(i))
    return [axes[i] for i in chosen[:most]]


def _finished(L: Array, start: Array, criterion: Criterion) -> Rotated:
    """Return the minimum reached from `start`, free columns being scaled to unit length inside the criterion."""
    f = L.shape[1]

    def at(free: Array) -> tuple[float, Array]:
        W = free.reshape(f, f)
        length = np.sqrt((W**2).sum(axis=0))
        T = W / length
        value, gradient = criterion(L, T)
        return float(value), ((gradient - T * (T * gradient).sum(axis=0)) / length).ravel()

    found = optimize.minimize(at, start.ravel(), jac=True, method="BFGS",
                              options={"gtol": OBLIMIN_GRADIENT, "maxiter": 2000})
    T = _unit(found.x.reshape(f, f))
    value, _ = criterion(L, T)
    return Rotated(L @ np.linalg.inv(T).T, T.T @ T, float(value))
