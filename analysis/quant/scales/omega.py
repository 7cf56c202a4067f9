"""How much of a total score is common, and how much is one general factor? McDonald's omega."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.quant.correlations import Array, Correlations, Kind, Missing, correlation_matrix
from analysis.quant.factors.exploratory import accepted, check_factors, heywood_items, matrix_rows
from analysis.quant.factors.extraction import extract
from analysis.quant.factors.rotation import oblimin, ordered
from analysis.quant.scales.item_table import consistency
from analysis.results.measurement import GroupOmega, Omega

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
        Items with negative g are turned, as psych does, and named in `turned_items`. Of each group factor the
        sum of the items that load highest on it: general (sum g)²/V_j, group (sum of the group loadings)²/V_j, V_j
        the sum of their part of R. Named warnings: `turned: KEY`, `heywood: KEY`, `two_factors` (see n_factors).

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
    turned = np.asarray(R * np.outer(sign, sign))
    variance, whole = float(turned.sum()), consistency(turned, correlations.n)
    unique = float((1.0 - common).sum())
    share = float(np.abs(general).sum()) ** 2
    single = n_factors == 1
    groups = groups * sign[:, None]
    by_group, group_share = _by_group(turned, np.abs(general), groups, keys)
    turned_items = tuple(key for key, turn in zip(keys, sign, strict=True) if turn < 0)
    heywood = heywood_items(keys, found)
    return Omega(
        n=correlations.n, n_factors=n_factors, omega_total=1.0 - unique / variance,
        omega_hierarchical=None if single else share / variance,
        omega_limit=None if single else share / (variance - unique),
        ecv=None if single else float((general**2).sum() / ((general**2).sum() + (groups**2).sum())),
        items=keys, general=tuple((general * sign).tolist()), groups=matrix_rows(groups),
        communalities=tuple(common.tolist()), correlation=correlations.kind, cautions=correlations.cautions,
        turned_items=turned_items, heywood_items=heywood, by_group=by_group,
        group_share=group_share, general_shares=tuple((general**2 / common).tolist()),
        alpha_standardised=whole.alpha_standardised, lambda6=whole.lambda6,
        warnings=(*(f"turned: {key}" for key in turned_items), *(f"heywood: {key}" for key in heywood),
                  *(["two_factors"] if n_factors == PAIR else [])))


def _by_group(R: Array, general: Array, groups: Array,
              keys: tuple[str, ...]) -> tuple[tuple[GroupOmega, ...], float | None]:
    """Return each group factor with the items that load highest on it, and all groups' share of the sum of R."""
    if groups.shape[1] == 0:
        return (), None
    found, shared = [], 0.0
    own = np.abs(groups).argmax(axis=1)
    for j in range(groups.shape[1]):
        mine = own == j
        variance = float(R[np.ix_(mine, mine)].sum()) if mine.any() else np.inf
        common, group = float(general[mine].sum()) ** 2, float(groups[mine, j].sum()) ** 2
        shared += group
        items = tuple(key for key, is_mine in zip(keys, mine, strict=True) if is_mine)
        found.append(GroupOmega(items, (common + group) / variance, common / variance, group / variance))
    return tuple(found), shared / float(R.sum())


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
