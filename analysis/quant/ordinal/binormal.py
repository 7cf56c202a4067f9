"""How likely is a rectangle under two correlated standard normal variables? Whole arrays at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, owens_t

from analysis.quant.correlations import Array

INFINITE = 40.0                 # standard deviations beyond which nothing of a normal variable is left in 64 bits
NOT_QUITE_ZERO = 1e-200         # stands for a threshold of exactly 0, where Owen's formula divides by it


class Cells(NamedTuple):
    """Probabilities of the cells of tables, (p, r, c), and their first and second derivative by rho."""

    probability: Array
    slope: Array
    bend: Array


def bivariate_normal_cdf(h: Array, k: Array, rho: Array) -> Array:
    """Return P(X <= h, Y <= k) of standard normal X and Y with correlation rho.

    Parameters
    ----------
    h, k : array
        Upper limits, broadcast against each other; +-inf allowed.
    rho : array
        Correlations in -1..1.

    Returns
    -------
    array
        Probabilities 0..1 with an absolute error below 1e-14, also for rho near or at +-1.

    Notes
    -----
    (Phi(h) + Phi(k)) / 2 - T(h, (k - rho h) / (h s)) - T(k, (h - rho k) / (k s)), less 1/2 where h and k lie on
    different sides of 0; T is Owen's function, s = sqrt(1 - rho²). k - rho h is written as (k - h) + (1 - rho) h (and
    with + for negative rho), which loses no digits as |rho| goes to 1.

    References
    ----------
    Owen 1956; Patefield & Tandy 2000.
    """
    h, k, rho = np.broadcast_arrays(_finite(h), _finite(k), np.asarray(rho, dtype=np.float64))
    sign = np.where(rho < 0, -1.0, 1.0)
    rest = 1.0 - np.abs(rho)
    spread = np.sqrt(rest * (1.0 + np.abs(rho)))
    apart = k - sign * h
    with np.errstate(divide="ignore", invalid="ignore"):
        first = owens_t(h, _ratio(apart + sign * rest * h, h * spread))
        second = owens_t(k, _ratio(-sign * apart + sign * rest * k, k * spread))
    opposite = np.where(np.signbit(h) != np.signbit(k), 0.5, 0.0)
    return np.asarray(np.clip(0.5 * (ndtr(h) + ndtr(k)) - first - second - opposite, 0.0, 1.0))


def bivariate_normal_density(h: Array, k: Array, rho: Array) -> Array:
    """Return the density of two standard normal variables with correlation rho.

    Parameters
    ----------
    h, k : array
        Points, broadcast against each other.
    rho : array
        Correlations inside -1..1.

    Returns
    -------
    array
        Density, which is also the derivative of `bivariate_normal_cdf` by rho (Plackett's identity).

    References
    ----------
    Plackett 1954.
    """
    rest = (1.0 - rho) * (1.0 + rho)
    return np.asarray(np.exp(-0.5 * _distance(h, k, rho) / rest) / (2.0 * np.pi * np.sqrt(rest)))


def cell_probabilities(a: Array, b: Array, rho: Array) -> Cells:
    """Return the probabilities of the cells between thresholds, with derivatives by rho.

    Parameters
    ----------
    a : array (p, r - 1)
        Rising thresholds of the first variable of p pairs; trailing `INFINITE` for fewer categories.
    b : array (p, c - 1)
        Those of the second.
    rho : array (p,)
        Correlations inside -1..1.

    Returns
    -------
    Cells
        Each (p, r, c); probabilities sum to 1 over r and c, derivatives to 0.
    """
    h, k, r = a[:, :, None], b[:, None, :], rho[:, None, None]
    rest = (1.0 - r) * (1.0 + r)
    density = bivariate_normal_density(h, k, r)
    bend = density * (r + h * k - r * _distance(h, k, r) / rest) / rest
    below = _with_margins(bivariate_normal_cdf(h, k, r), ndtr(a), ndtr(b))
    return Cells(_differences(below), _differences(_with_margins(density)), _differences(_with_margins(bend)))


def threshold_slopes(a: Array, b: Array, rho: Array) -> tuple[Array, Array]:
    """Return the derivatives of the cell probabilities by the thresholds.

    Parameters
    ----------
    a, b, rho
        As in `cell_probabilities`.

    Returns
    -------
    first : array (p, r - 1, c)
        Entry [., t, j]: mass that a rising threshold t of the first variable moves from category t + 1 to t, in
        category j of the second: phi(a_t) times the conditional probability of j.
    second : array (p, r, c - 1)
        The same for the thresholds of the second variable.
    """
    return _moved(a, b, rho), np.swapaxes(_moved(b, a, rho), 1, 2)


def _moved(a: Array, b: Array, rho: Array) -> Array:
    r = rho[:, None, None]
    spread = np.sqrt((1.0 - r) * (1.0 + r))
    conditional = ndtr((b[:, None, :] - r * a[:, :, None]) / spread)
    pairs, thresholds = a.shape
    edges = np.concatenate([np.zeros((pairs, thresholds, 1)), conditional, np.ones((pairs, thresholds, 1))], axis=2)
    normal = np.exp(-0.5 * a**2) / np.sqrt(2.0 * np.pi)
    return np.asarray(normal[:, :, None] * np.diff(edges, axis=2))


def _distance(h: Array, k: Array, rho: Array) -> Array:
    """Return h² - 2 rho h k + k² without loss of digits near |rho| = 1."""
    sign = np.where(rho < 0, -1.0, 1.0)
    return np.asarray((h - sign * k) ** 2 + 2.0 * sign * (1.0 - np.abs(rho)) * h * k)


def _finite(limit: Array) -> Array:
    held = np.clip(np.asarray(limit, dtype=np.float64), -INFINITE, INFINITE)
    return np.where(held == 0.0, NOT_QUITE_ZERO, held)


def _ratio(above: Array, below: Array) -> Array:
    """Return above / below, and 0 for 0 / 0: both limits on the line of a perfect correlation."""
    return np.where((above == 0.0) & (below == 0.0), 0.0, above / below)


def _with_margins(inside: Array, first: Array | None = None, second: Array | None = None) -> Array:
    """Return values at all corners: 0 at minus infinity, the margins (else 0) at plus infinity."""
    pairs, r, c = inside.shape
    full = np.zeros((pairs, r + 2, c + 2))
    full[:, 1:-1, 1:-1] = inside
    if first is not None and second is not None:
        full[:, 1:-1, -1], full[:, -1, 1:-1], full[:, -1, -1] = first, second, 1.0
    return full


def _differences(corners: Array) -> Array:
    return np.asarray(np.diff(np.diff(corners, axis=1), axis=2))
