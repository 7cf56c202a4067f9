"""What would freeing one more parameter bring? Score tests of parameters left out and of equalities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from scipy import special

from analysis.quant.correlations import Array
from analysis.quant.sem.likelihood import cell_expected, cell_gradient, gather
from analysis.quant.sem.model import Fitted
from analysis.quant.sem.ram import Block, State, cell_of, cells_of, tangents
from analysis.quant.sem.table import Parameter
from analysis.results.sem import ModificationIndex, ReleaseTest

NOTHING_NEW = 1e-8          # share of its information that a parameter must keep beside the others


@dataclass(frozen=True)
class _Extended:
    """Score and information per candidate, beside the free parameters, over all respondents."""

    score: Array            # (c,)
    left: Array             # (c,) information that the free parameters leave
    own: Array              # (c,)


def modification_indices(fitted: Fitted, *, most: int | None = None) -> tuple[ModificationIndex, ...]:
    """Return what freeing each parameter that is not in the model would bring.

    Parameters
    ----------
    fitted : Fitted
        A model at its parameters.
    most : int, optional
        How many are returned; all if not given.

    Returns
    -------
    tuple of ModificationIndex
        Largest first. mi = s² / v is chi-square with one degree of freedom, s the slope of the log-likelihood and v the
        expected information that the free parameters leave; expected value = s / v. Candidates: loadings of the items
        of other factors, covariances of residuals and of factors, paths among explained and explaining variables, and
        parameters that are fixed. Those that would say nothing new (such as a marker) are left out.

    References
    ----------
    Sörbom 1989; Rosseel 2012, lavaan::modindices.
    """
    rows = [row for g in range(len(fitted.sample.groups)) for row in _left_out(fitted, g)]
    extended = _extended(fitted, rows)
    known = extended.left > NOTHING_NEW * np.maximum(extended.own, np.finfo(float).tiny)
    found = []
    for at in np.flatnonzero(known):
        row, s, v = rows[at], float(extended.score[at]), float(extended.left[at])
        epc, mi = s / v, s * s / v
        lv, every = _standardised_change(fitted, row)
        found.append(ModificationIndex(row.lhs, row.op, row.rhs, fitted.table.groups[row.group], mi,
                                       float(special.chdtrc(1, mi)), epc, _times(epc, lv), _times(epc, every)))
    found.sort(key=lambda one: -one.mi)
    return tuple(found[:most])


def release_tests(fitted: Fitted) -> tuple[ReleaseTest, ...]:
    """Return for each equality what freeing it would bring.

    Parameters
    ----------
    fitted : Fitted
        A model in which parameters share their value, across groups or by label.

    Returns
    -------
    tuple of ReleaseTest
        In the order of the table; for each parameter that equals an earlier one, the chi-square (one degree of
        freedom) of giving it its own value while all else stays equal, with p and p after Holm over all of them.

    References
    ----------
    Bentler & Chou 1993; Rosseel 2012, lavaan::lavTestScore; Holm 1979.
    """
    seen: set[int] = set()
    rows = []
    for row in fitted.table.rows:
        if row.free in seen:
            rows.append(row)
        elif row.free:
            seen.add(row.free)
    if not rows:
        return ()
    extended = _extended(fitted, rows)
    usable = [at for at in range(len(rows)) if extended.left[at] > NOTHING_NEW * extended.own[at]]
    values = [float(extended.score[at] ** 2 / extended.left[at]) for at in usable]
    p = [float(special.chdtrc(1, value)) for value in values]
    adjusted = _holm(p)
    return tuple(ReleaseTest(rows[at].key, fitted.table.groups[rows[at].group], value, 1, own, holm,
                             float(extended.score[at] / extended.left[at]))
                 for at, value, own, holm in zip(usable, values, p, adjusted, strict=True))


def _holm(p: Sequence[float]) -> list[float]:
    order = np.argsort(p)
    adjusted, most = [0.0] * len(p), 0.0
    for rank, at in enumerate(order):
        most = max(most, min(1.0, (len(p) - rank) * p[at]))
        adjusted[at] = most
    return adjusted


def _extended(fitted: Fitted, rows: Sequence[Parameter]) -> _Extended:
    q, n = fitted.table.n_free, len(rows)
    total, score = np.zeros((q + n, q + n)), np.zeros(q + n)
    for g, (state, pull) in enumerate(fitted.pulls):
        block, group = fitted.likelihood.blocks[g], fitted.sample.groups[g]
        at = {name: i for i, name in enumerate(block.names)}
        added = [replace(row, free=q + i + 1) for i, row in enumerate(rows) if row.group == g]
        cells = cells_of([*(row for row in fitted.table.of_group(g) if row.free), *added], at)
        moves = tangents(state, cells)
        gather(total, cell_expected(moves, state, group, has_means=fitted.table.has_means), cells)
        np.add.at(score, cells.target, -cell_gradient(moves, pull))
    free, across = total[:q, :q], total[:q, q:]
    own = total.diagonal()[q:]
    explained = (across * np.linalg.solve(free, across)).sum(axis=0)
    return _Extended(score[q:], own - explained, own.copy())


def _left_out(fitted: Fitted, g: int) -> list[Parameter]:
    """Return the parameters of one group that could be in the model and are not."""
    table, v = fitted.table, fitted.table.variables
    rows = table.of_group(g)
    known = {row.key for row in rows} | {f"{row.rhs}~~{row.lhs}" for row in rows if row.op == "~~"}
    items = [name for name in v.observed if name in v.indicators]
    related = [row for row in rows if row.op == "~"]
    touched = {row.lhs for row in related} | {row.rhs for row in related}
    structural = [name for name in (*v.latent, *v.observed) if name in touched]
    residual = [name for name in v.observed if name in v.with_residual]
    candidates = [Parameter(factor, "=~", item, g) for factor in v.latent for item in items]
    candidates += [Parameter(one, "~~", other, g) for one, other in combinations(residual, 2)]
    candidates += [Parameter(one, "~~", other, g) for one, other in combinations(v.latent, 2)]
    candidates += [Parameter(one, "~", other, g) for one in structural for other in structural
                   if one != other and one not in v.exogenous]
    fixed = [row for row in rows if not row.free and not row.is_exogenous]
    return fixed + [row for row in candidates if row.key not in known]


def _standardised_change(fitted: Fitted, row: Parameter) -> tuple[float | None, float | None]:
    """Return what turns a change of a parameter into one for factors, and for all variables, of variance one."""
    state, block = fitted.pulls[row.group][0], fitted.likelihood.blocks[row.group]
    return _factor(row, state, block, observed=False), _factor(row, state, block, observed=True)


def _factor(row: Parameter, state: State, block: Block, *, observed: bool) -> float | None:
    at = {name: i for i, name in enumerate(block.names)}
    i, j = cell_of(row, at)

    def sd(place: int, values: Array) -> float:
        return float(np.sqrt(values[place])) if observed or place >= block.p else 1.0

    whole, own = state.V.diagonal(), state.S.diagonal()
    used = own if row.op == "~~" and i != j else whole
    if min(used[i], used[j] if row.op != "~1" else 1.0) <= 0:
        return None
    if row.op == "~1":
        return 1 / sd(i, whole)
    if row.op == "~~":
        return 1 / (sd(i, used) * sd(j, used))
    return sd(j, whole) / sd(i, whole)


def _times(value: float, factor: float | None) -> float | None:
    return None if factor is None else value * factor
