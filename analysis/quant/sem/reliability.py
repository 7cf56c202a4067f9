"""How reliable is each scale as a measure of its factor, and is the factor distinct from the others?"""

from __future__ import annotations

import numpy as np

from analysis.quant.correlations import Array, Correlations
from analysis.quant.scales.distinctness import distinct_pairs, htmt
from analysis.quant.sem.model import Fitted
from analysis.results.caution import Caution
from analysis.results.sem import FactorPair, FactorReliability

PAIR = 2


def factor_reliability(fitted: Fitted) -> tuple[FactorReliability, ...]:
    """Return composite reliability and average variance extracted of each factor in both conventions.

    Parameters
    ----------
    fitted : Fitted
        A model at its parameters.

    Returns
    -------
    tuple of FactorReliability
        For factors with two or more observed items. With loadings l, factor variance f, residual covariances T of its
        items, their covariances S and implied covariances M: `cr` = (sum l)² / ((sum l)² + sum(1 - l²)) and `ave` =
        mean l² of the standardised loadings; `cr_raw` = (sum l)² f / sum S and `ave_raw` = sum l² f / (sum l² f + tr
        T) of the loadings as they are; `omega` = (sum l)² f / ((sum l)² f + sum T) (Raykov), `omega_implied` = (sum
        l)² f / sum M (Bentler), alpha of S. Distinct (Fornell & Larcker) when `ave` exceeds each squared correlation
        with another factor.

    Notes
    -----
    Items that load with different signs cancel in every sum; the warning `mixed_signs` names them. Items that load on
    several factors are named by `cross_loading`; their AVE counts the other factors as error only in `ave`.

    References
    ----------
    Raykov 2001; Bentler 1968; McDonald 1999; Fornell & Larcker 1981; Jorgensen et al. 2022, semTools.
    """
    return tuple(entry for g in range(len(fitted.sample.groups)) for entry in _of_group(fitted, g))


def factor_pairs(fitted: Fitted) -> tuple[FactorPair, ...]:
    """Return how well each pair of factors can be told apart.

    Parameters
    ----------
    fitted : Fitted
        A model at its parameters.

    Returns
    -------
    tuple of FactorPair
        For factors with two or more observed items: correlation in the model, and the heterotrait-monotrait ratio of
        the items' correlations (with gaps, of the EM moments) with arithmetic and geometric means. Largest first in
        each group.

    References
    ----------
    Henseler, Ringle & Sarstedt 2015; Roemer, Schuberth & Henseler 2021.
    """
    found: list[FactorPair] = []
    for g, group in enumerate(fitted.sample.groups):
        scales = {factor: items for factor, items in _scales(fitted, g).items() if len(items) >= PAIR}
        if len(scales) < PAIR:
            continue
        spread = np.sqrt(group.cov.diagonal())
        R = Correlations(fitted.sample.names, group.n, group.cov / np.outer(spread, spread))
        geometric = htmt(R, scales, mean="geometric")
        found += [FactorPair(pair.first, pair.second, group.label, _correlation(fitted, g, pair.first, pair.second),
                             pair.htmt, geometric[pair.first, pair.second], pair.verdict)
                  for pair in distinct_pairs(R, scales)]
    return tuple(found)


def _scales(fitted: Fitted, g: int) -> dict[str, list[str]]:
    items: dict[str, list[str]] = {factor: [] for factor in fitted.table.variables.latent}
    for row in fitted.table.of_group(g):
        if row.op == "=~" and row.rhs in fitted.sample.names:
            items[row.lhs].append(row.rhs)
    return items


def _correlation(fitted: Fitted, g: int, first: str, second: str) -> float | None:
    V, names = fitted.pulls[g][0].V, fitted.likelihood.blocks[g].names
    i, j = names.index(first), names.index(second)
    return float(V[i, j] / np.sqrt(V[i, i] * V[j, j])) if min(V[i, i], V[j, j]) > 0 else None


def _of_group(fitted: Fitted, g: int) -> list[FactorReliability]:
    state, block, group = fitted.pulls[g][0], fitted.likelihood.blocks[g], fitted.sample.groups[g]
    p = block.p
    loads = {(row.lhs, row.rhs) for row in fitted.table.of_group(g) if row.op == "=~"}
    found = []
    for at in range(p, len(block.names)):
        factor = block.names[at]
        items = [i for i in range(p) if (factor, block.names[i]) in loads]
        if len(items) < PAIR or state.V[at, at] <= 0:
            continue
        shared = tuple(block.names[i] for i in items if sum(name == block.names[i] for _, name in loads) > 1)
        loading, f = state.A[items, at], float(state.V[at, at])
        T, S, M = (X[np.ix_(items, items)] for X in (state.S, group.cov, state.sigma))
        squared = _squared_correlations(state.V[p:, p:], at - p)
        standard = loading * np.sqrt(f / M.diagonal())
        ave = float((standard**2).mean())
        found.append(FactorReliability(
            factor=factor, group=group.label, cr=_share(standard.sum() ** 2, float((1 - standard**2).sum())), ave=ave,
            cr_raw=float(loading.sum() ** 2 * f / S.sum()),
            ave_raw=_share(float((loading**2).sum() * f), float(np.trace(T))),
            omega=_share(loading.sum() ** 2 * f, float(T.sum())),
            omega_implied=float(loading.sum() ** 2 * f / M.sum()),
            alpha=_alpha(S), largest_squared_correlation=squared,
            is_distinct=None if squared is None else ave > squared,
            warnings=sign_cautions(block.names, items, loading, shared)))
    return found


def sign_cautions(names: tuple[str, ...], items: list[int], loadings: Array,
                  shared: tuple[str, ...]) -> tuple[Caution, ...]:
    """Return what must be said of the loadings of one factor.

    Parameters
    ----------
    names : tuple of str
        Variables.
    items : list of int
        Those of the factor.
    loadings : array
        Of these items.
    shared : tuple of str
        Items that load on another factor too.

    Returns
    -------
    tuple of Caution
        cross_loading, mixed_signs.
    """
    found = [Caution("cross_loading", shared)] if shared else []
    fewer = loadings < 0 if (loadings < 0).sum() * 2 <= len(items) else loadings > 0
    if fewer.any():
        found.append(Caution("mixed_signs", tuple(names[i] for i, is_odd in zip(items, fewer, strict=True) if is_odd)))
    return tuple(found)


def _share(own: float, rest: float) -> float | None:
    return float(own / (own + rest)) if own + rest > 0 else None


def _alpha(S: Array) -> float:
    k = len(S)
    return float(k / (k - 1) * (1 - np.trace(S) / S.sum()))


def _squared_correlations(C: Array, at: int) -> float | None:
    others = [j for j in range(len(C)) if j != at and C[j, j] > 0]
    return max((float(C[at, j] ** 2 / (C[at, at] * C[j, j])) for j in others), default=None)
