"""From which angle are the factors simplest? One door to varimax, promax, direct oblimin and geomin."""

from __future__ import annotations

from typing import Literal

import numpy as np

from analysis.quant.correlations import Array
from analysis.quant.factors.oblique import geomin, oblimin, promax
from analysis.quant.factors.orthogonal import R_VARIMAX_GOAL, Rotated, best_varimax, varimax

__all__ = ["R_VARIMAX_GOAL", "Rotated", "Rotation", "best_varimax", "geomin", "oblimin", "ordered", "promax", "rotate",
           "varimax"]

Rotation = Literal["none", "varimax", "promax", "oblimin", "geomin"]


def rotate(L: Array, rotation: Rotation, *, seed: int = 0) -> Rotated:
    """Return the loadings turned to simple structure.

    Parameters
    ----------
    L : array (k, f)
        Unrotated loadings.
    rotation : {"none", "varimax", "promax", "oblimin", "geomin"}
        varimax: orthogonal, rows normalised (Kaiser 1958). promax: Kaiser-normalised, power 4, as psych defines it.
        oblimin: direct quartimin (gamma 0), not normalised, best of several starts. geomin: delta .01, not normalised,
        best of thirty starts.
    seed : int
        Of the random starts of varimax, oblimin and geomin.

    Returns
    -------
    Rotated
        `phi` is None for orthogonal solutions and for a single factor. L Phi L' is the same before and after.

    References
    ----------
    Kaiser 1958; Hendrickson & White 1964; Browne 2001; Jennrich 2002; Bernaards & Jennrich 2005.
    """
    if L.shape[1] == 1 or rotation == "none":
        return Rotated(L, None)
    if rotation == "varimax":
        return Rotated(best_varimax(L, seed=seed), None)
    if rotation == "promax":
        return promax(L)
    return oblimin(L, seed=seed) if rotation == "oblimin" else geomin(L, seed=seed)


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
