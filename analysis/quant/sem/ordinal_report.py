"""What is said of each parameter, item and factor of a model of ordinal items?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.quant.correlations import Array
from analysis.quant.sem.ordinal_fit import implied_correlations
from analysis.quant.sem.ordinal_model import Cuts, OrdinalFit
from analysis.quant.sem.ram import Block, Index, State, cell_of
from analysis.quant.sem.report import described, matrix_of
from analysis.quant.sem.standardise import Standardised
from analysis.quant.sem.table import Parameter
from analysis.results.sem import GroupMoments, ModelParameter

Complex = npt.NDArray[np.complex128]
COMPLEX_STEP = 1e-30            # derivatives by it are exact to rounding
KINDS = ("raw", "lv", "all")       # as estimated, factors standardised, all variables standardised


@dataclass(frozen=True)
class _Rows:
    """Where the rows of one group find their values; `at` is the place among all rows."""

    directed: tuple[Index, Index, Index]        # at, row and column of A
    symmetric: tuple[Index, Index, Index]       # at, row and column of S
    mean: tuple[Index, Index]                   # at, row of m
    threshold: tuple[Index, Index]              # at, place among the thresholds of the group
    scale: tuple[Index, Index]                  # at, item


def ordinal_parameters(model: OrdinalFit, vcov: Array, confidence: float) -> tuple[ModelParameter, ...]:
    """Return every parameter with its robust error, interval and standardised values.

    Parameters
    ----------
    model : OrdinalFit
        At its parameters.
    vcov : array (q, q)
        Covariances of the free parameters.
    confidence : float
        Of the intervals.

    Returns
    -------
    tuple of ModelParameter
        Rows of the table, then the residual variance of each item (what the factors leave of 1/delta², of which only
        the standardised form has an error, as in lavaan), then defined ones. Standardised by the SDs of the factors
        and 1/delta; errors by the delta method.
    """
    rows = [*model.table.rows, *(Parameter(name, "~~", name, g, fixed=0.0) for g in range(len(model.table.groups))
                                 for name in model.table.variables.observed)]
    raw, lv, every = _versions(model, rows)
    leftover = slice(len(model.table.rows), len(rows))
    raw.jacobian[leftover] = 0.0
    lv.jacobian[leftover] = 0.0
    return described(model, rows, (raw, lv, every), vcov, confidence)


def _versions(model: OrdinalFit, rows: list[Parameter]) -> list[Standardised]:
    """Return raw values, standardised factors and all standardised, with derivatives by complex steps."""
    places = [_places(model, rows, g) for g in range(len(model.table.groups))]
    x: Any = model.x.astype(np.complex128)
    base = _values(model, places, len(rows), x)
    slopes = np.zeros((len(KINDS), len(rows), len(x)))
    cut = np.unique([row.free - 1 for row in rows if row.op == "|" and row.free])
    for at in np.setdiff1d(np.arange(len(x)), cut):
        moved = x.copy()
        moved[at] += COMPLEX_STEP * 1j
        slopes[:, :, at] = _values(model, places, len(rows), moved).imag / COMPLEX_STEP
    for place, row in enumerate(rows):
        if row.op == "|" and row.free:          # divided by an SD in which it has no part
            _, delta = model.cuts[row.group].values(model.x)
            slopes[:, place, row.free - 1] = (1.0, 1.0, delta[model.blocks[row.group].names.index(row.lhs)])
    return [Standardised(base[kind].real.copy(), slopes[kind]) for kind in range(len(KINDS))]


def _places(model: OrdinalFit, rows: list[Parameter], g: int) -> _Rows:
    block = model.blocks[g]
    at = {name: i for i, name in enumerate(block.names)}
    cut = {name: int(np.flatnonzero(model.cuts[g].item == i)[0]) for i, name in enumerate(block.names[: block.p])}

    def of(*ops: str) -> list[tuple[int, Parameter]]:
        return [(place, row) for place, row in enumerate(rows) if row.group == g and row.op in ops]

    def cells(*ops: str) -> tuple[Index, Index, Index]:
        found = np.array([(place, *cell_of(row, at)) for place, row in of(*ops)], dtype=np.intp).reshape(-1, 3)
        return found[:, 0], found[:, 1], found[:, 2]

    means = cells("~1")
    thresholds = np.array([(place, cut[row.lhs] + int(row.rhs[1:]) - 1) for place, row in of("|")], dtype=np.intp)
    scales = np.array([(place, at[row.lhs]) for place, row in of("~*~")], dtype=np.intp)
    return _Rows(cells("=~", "~"), cells("~~"), means[:2], (thresholds[:, 0], thresholds[:, 1]),
                 (scales[:, 0], scales[:, 1]))


def _values(model: OrdinalFit, places: list[_Rows], count: int, x: Array) -> Complex:
    found = np.zeros((len(KINDS), count), dtype=np.complex128)
    for block, cuts, rows in zip(model.blocks, model.cuts, places, strict=True):
        state = whole_state(block, cuts, x)
        tau, delta = cuts.values(x)
        spread, residual = (_root(one.diagonal()) for one in (state.V, state.S))
        own: Complex = np.ones(len(spread), dtype=np.complex128)
        of_factors = own.copy()
        of_factors[block.p:] = spread[block.p:]
        left = own.copy()
        left[block.p:] = residual[block.p:]
        for kind, sd, rest in ((0, own, own), (1, of_factors, left), (2, spread, residual)):
            with np.errstate(invalid="ignore", divide="ignore"):        # NaN where a variance is negative
                at, i, j = rows.directed
                found[kind, at] = state.A[i, j] * sd[j] / sd[i]
                at, i, j = rows.symmetric
                found[kind, at] = state.S[i, j] / np.where(i == j, sd[i] ** 2, rest[i] * rest[j])
                at, i = rows.mean
                found[kind, at] = state.m[i] / sd[i]
            at, cut = rows.threshold
            found[kind, at] = tau[cut] / sd[cuts.item[cut]]
            at, i = rows.scale
            found[kind, at] = delta[i] * sd[i]
    return found


def _root(variance: Array) -> Complex:
    """Return standard deviations; NaN where a variance is negative."""
    return np.asarray(np.sqrt(np.where(variance.real > 0, variance, np.nan)), dtype=np.complex128)


def whole_state(block: Block, cuts: Cuts, x: Array) -> State:
    """Return what one group's model implies with the residual variances of the items filled in.

    Parameters
    ----------
    block, cuts, x
        As in `ordinal_model.implied_by`; for derivatives x may be complex, as then is the state.

    Returns
    -------
    State
        In which each item has the variance 1/delta².
    """
    state = block.state(x)
    _, delta = cuts.values(x)
    items = np.arange(block.p)
    left = 1.0 / delta**2 - state.V.diagonal()[: block.p]
    S, V = state.S.copy(), state.V.copy()
    S[items, items] += left
    V[items, items] += left
    return State(state.A, S, state.m, state.B, V, state.eta, state.p)


def ordinal_shares(model: OrdinalFit) -> dict[str, float | None]:
    """Return the explained share of the variance of each item and each explained factor.

    Parameters
    ----------
    model : OrdinalFit
        At its parameters.

    Returns
    -------
    dict
        Variable (with `in group` where there are several) → share; None where a residual variance is negative.
    """
    found: dict[str, float | None] = {}
    for g, (block, cuts) in enumerate(zip(model.blocks, model.cuts, strict=True)):
        state = whole_state(block, cuts, model.x)
        where = f" in {model.table.groups[g]}" if len(model.table.groups) > 1 else ""
        rows = model.table.of_group(g)
        explained = {row.rhs for row in rows if row.op == "=~"} | {row.lhs for row in rows if row.op == "~"}
        for at, name in enumerate(block.names):
            if name in explained:
                own, whole = float(state.S[at, at]), float(state.V[at, at])
                found[name + where] = 1 - own / whole if own >= 0 and whole > 0 else None
    return found


def ordinal_group_moments(model: OrdinalFit) -> tuple[GroupMoments, ...]:
    """Return polychoric, implied and residual correlations of each group.

    Parameters
    ----------
    model : OrdinalFit
        At its parameters.

    Returns
    -------
    tuple of GroupMoments
        The variables behind the items have mean 0 and variance 1 within each group.
    """
    found = []
    for g, group in enumerate(model.sample.groups):
        block, R, S = model.blocks[g], group.correlations, implied_correlations(model, g)
        factors = model.implied[g].state.V[block.p:, block.p:]
        with np.errstate(invalid="ignore"):
            spread = np.sqrt(factors.diagonal())
            related = factors / np.outer(spread, spread)
        found.append(GroupMoments(
            group=group.label, n=group.n, items=block.names[: block.p], observed_cov=matrix_of(R),
            implied_cov=matrix_of(S), residual_correlations=matrix_of(R - S), observed_mean=(0.0,) * block.p,
            implied_mean=None, factors=block.names[block.p:], factor_cov=matrix_of(factors),
            factor_correlations=matrix_of(related)))
    return tuple(found)
