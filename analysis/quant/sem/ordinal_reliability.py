"""How reliable is a scale of ordinal items as a measure of its factor? In the metric of the answers and behind them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.quant.correlations import Array
from analysis.quant.ordinal.binormal import bivariate_normal_cdf
from analysis.quant.ordinal.estimates import ordinal_alpha
from analysis.quant.ordinal.tables import Codes
from analysis.quant.sem.ordinal_fit import implied_correlations
from analysis.quant.sem.ordinal_model import OrdinalFit
from analysis.quant.sem.ordinal_report import whole_state
from analysis.quant.sem.reliability import sign_cautions
from analysis.results.sem import FactorReliability

PAIR = 2


def ordinal_reliability(model: OrdinalFit) -> tuple[FactorReliability, ...]:
    """Return composite reliability and average variance extracted of each factor.

    Parameters
    ----------
    model : OrdinalFit
        At its parameters.

    Returns
    -------
    tuple of FactorReliability
        For factors with two or more items. `omega` and `omega_implied` are Green and Yang's: the variance of the sum of
        the answers (as ranks of categories) that the factor brings about, over its whole variance under the model;
        `cr_raw` takes the whole variance from the polychoric correlations. `cr` and `ave` are of the standardised
        loadings behind the answers, `ave_raw` equals `ave`. `alpha` is that of the answers as numbers over respondents
        who answered both of a pair, `alpha_ordinal` that of the polychoric correlations.

    References
    ----------
    Green & Yang 2009; Zumbo, Gadermann & Zeisser 2007; Jorgensen et al. 2022, semTools.
    """
    return tuple(entry for g in range(len(model.sample.groups)) for entry in _of_group(model, g))


def _of_group(model: OrdinalFit, g: int) -> list[FactorReliability]:
    block, group, cuts = model.blocks[g], model.sample.groups[g], model.cuts[g]
    state, (_, delta) = whole_state(block, cuts, model.x), cuts.values(model.x)
    loads = [(row.lhs, row.rhs) for row in model.table.of_group(g) if row.op == "=~"]
    thresholds = [model.implied[g].values[: len(cuts.item)][cuts.item == i] for i in range(block.p)]
    found = []
    for at in range(block.p, len(block.names)):
        items = [i for i in range(block.p) if (block.names[at], block.names[i]) in loads]
        variance = float(state.V[at, at])
        if len(items) < PAIR or variance <= 0:
            continue
        loading = state.A[items, at] * delta[items] * np.sqrt(variance)
        own, shared = [thresholds[i] for i in items], [block.names[i] for i in items
                                                       if sum(name == block.names[i] for _, name in loads) > 1]
        common = ordinal_variance(own, np.outer(loading, loading))
        implied, seen = (R[np.ix_(items, items)] for R in (implied_correlations(model, g), group.correlations))
        omega, ave = common / ordinal_variance(own, implied), float((loading**2).mean())
        squared = _squared_correlations(state.V[block.p:, block.p:], at - block.p)
        found.append(FactorReliability(
            factor=block.names[at], group=group.label,
            cr=float(loading.sum() ** 2 / (loading.sum() ** 2 + (1 - loading**2).sum())), ave=ave,
            cr_raw=common / ordinal_variance(own, seen), ave_raw=ave, omega=omega, omega_implied=omega,
            alpha=_alpha(group.tables.codes[:, items], [group.tables.levels[i] for i in items]),
            largest_squared_correlation=squared, is_distinct=None if squared is None else ave > squared,
            warnings=sign_cautions(block.names, items, loading, tuple(shared)), alpha_ordinal=ordinal_alpha(seen)))
    return found


def ordinal_variance(thresholds: Sequence[Array], R: Array) -> float:
    """Return the variance of the sum of the category numbers of items whose variables correlate as R.

    Parameters
    ----------
    thresholds : sequence of arrays
        Of each of k items.
    R : array (k, k)
        Correlations; what stands on the diagonal is the share of an item that counts (1 = all of it).

    Returns
    -------
    float
        Sum over all pairs of items and of their thresholds of P(both below) - P(one below) P(other below).
    """
    cut = np.concatenate(thresholds)
    item = np.repeat(np.arange(len(thresholds)), [len(own) for own in thresholds])
    both = bivariate_normal_cdf(cut[:, None], cut[None, :], np.clip(R[np.ix_(item, item)], -1.0, 1.0))
    alone = bivariate_normal_cdf(cut[:, None], cut[None, :], np.zeros((len(cut), len(cut))))
    return float((both - alone).sum())


def _alpha(codes: Codes, levels: Sequence[tuple[float, ...]]) -> float:
    """Return alpha of the answers as numbers, covariances by pairs."""
    X = np.stack([np.append(level, np.nan)[column] for column, level in zip(codes.T, levels, strict=True)], axis=1)
    M = ~np.isnan(X)
    filled = np.where(M, X - np.nanmean(X, axis=0), 0.0)
    counts = M.T.astype(float) @ M
    C = (filled.T @ filled - (filled.T @ M) * (filled.T @ M).T / counts) / (counts - 1)
    k = len(C)
    return float(k / (k - 1) * (1 - np.trace(C) / C.sum()))


def _squared_correlations(C: Array, at: int) -> float | None:
    others = [j for j in range(len(C)) if j != at and C[j, j] > 0]
    return max((float(C[at, j] ** 2 / (C[at, at] * C[j, j])) for j in others), default=None)
