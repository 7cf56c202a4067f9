"""How much of a total score is common, and how much is one general factor? McDonald's omega."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.quant.correlations import Array, Correlations, Kind, Missing, correlation_matrix
from analysis.quant.extraction import extract
from analysis.quant.factors import accepted, check_factors, heywood_items, matrix_rows
from analysis.quant.rotation import oblimin, ordered
from analysis.results.measurement import Omega

PAIR = 2                        # two factors have one correlation, from which two loadings cannot be told apart


def omega(items: pd.DataFrame, n_factors: int, *, missing: Missing = "pairwise", correlation: Kind = "pearson",
          seed: int = 0, place: str = "items") -> Omega:
    """Return omega total and hierarchical of a scale by the Schmid-Leiman transformation.

    Parameters
    ----------
    items : DataFrame (n, k)
        Answers after recoding of reverse items, n > k >= 3; missing = NaN.
    n_factors : int
        Group factors; 1 gives omega total alone. With two, both load equally on the general factor, since one
        correlation cannot tell their loadings apart.
    missing, correlation
        As in `correlations.correlation_matrix`.
    seed : int
        Of the random starts of oblimin.

    Returns
    -------
    Omega
        Of the standardised items: total = 1 - sum(u²)/V, hierarchical = (sum g)²/V, V the sum of R; g = P h with P the
        oblimin pattern and h the loadings of the factors on one factor of their correlations (minres throughout).
        Items with negative g are turned, as psych does, and named in `turned_items`.

    References
    ----------
    Schmid & Leiman 1957; McDonald 1999; Zinbarg, Revelle, Yovel & Li 2005; Revelle, psych::omega.
    """
    correlations = correlation_matrix(items, kind=correlation, missing=missing, minimum_items=3, place=place)
    return omega_of(correlations, n_factors, seed=seed, place=place)


def omega_of(correlations: Correlations, n_factors: int, *, seed: int = 0, place: str = "items") -> Omega:
    """Return omega of a correlation matrix.

    Parameters
    ----------
    correlations : Correlations
        Matrix (k, k) with its number of rows n > k.
    n_factors, seed
        As in `omega`.
    place : str
        Words for messages.

    Returns
    -------
    Omega
        As `omega` describes.
    """
    R, keys = correlations.matrix, correlations.keys
    check_factors(len(R), n_factors, correlations.n, place)
    found = accepted(extract(R, n_factors), place)
    common = (found.loadings**2).sum(axis=1)
    general, groups = _schmid_leiman(found.loadings, seed)
    sign = np.where(general < 0, -1.0, 1.0)
    variance = float((R * np.outer(sign, sign)).sum())
    unique = float((1.0 - common).sum())
    share = float(np.abs(general).sum()) ** 2
    single = n_factors == 1
    return Omega(
        n=correlations.n, n_factors=n_factors, omega_total=1.0 - unique / variance,
        omega_hierarchical=None if single else share / variance,
        omega_limit=None if single else share / (variance - unique),
        ecv=None if single else float((general**2).sum() / ((general**2).sum() + (groups**2).sum())),
        items=keys, general=tuple((general * sign).tolist()), groups=matrix_rows(groups * sign[:, None]),
        communalities=tuple(common.tolist()),
        turned_items=tuple(key for key, turn in zip(keys, sign, strict=True) if turn < 0),
        heywood_items=heywood_items(keys, found), correlation=correlations.kind, cautions=correlations.cautions)


def _schmid_leiman(L: Array, seed: int) -> tuple[Array, Array]:
    """Return loadings on the general factor (k,) and on the group factors (k, f) that stay independent of it."""
    f = L.shape[1]
    if f == 1:
        return L[:, 0] * (-1.0 if L.sum() < 0 else 1.0), np.zeros((len(L), 0))
    turned = ordered(oblimin(L, seed=seed))
    phi = np.eye(f) if turned.phi is None else turned.phi
    if f == PAIR:
        size = float(np.sqrt(abs(phi[0, 1])))
        higher = np.array([size, size if phi[0, 1] >= 0 else -size])
    else:
        higher = extract(phi, 1).loadings[:, 0]
        higher = -higher if higher.sum() < 0 else higher
    return turned.loadings @ higher, turned.loadings * np.sqrt(np.clip(1.0 - higher**2, 0.0, None))
