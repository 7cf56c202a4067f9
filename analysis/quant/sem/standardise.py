"""What are the parameters when factors, or all variables, have variance one? With their derivatives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.quant.correlations import Array
from analysis.quant.sem.model import Fitted
from analysis.quant.sem.ram import Cells, State, cell_of
from analysis.quant.sem.table import Parameter


@dataclass(frozen=True)
class Standardised:
    """Values of every row of a table and their derivatives by the free parameters; NaN where a variance is negative."""

    values: Array           # (rows,)
    jacobian: Array         # (rows, q)


def raw_values(fitted: Fitted) -> Standardised:
    """Return the parameters as they are.

    Parameters
    ----------
    fitted : Fitted
        A model at its parameters.

    Returns
    -------
    Standardised
        Estimates and which free parameter each is.
    """
    rows = fitted.table.rows
    values = np.array([fitted.x[row.free - 1] if row.free else float(row.fixed or 0.0) for row in rows])
    jacobian = np.zeros((len(rows), len(fitted.x)))
    for at, row in enumerate(rows):
        if row.free:
            jacobian[at, row.free - 1] = 1.0
    return Standardised(values, jacobian)


def standardised(fitted: Fitted, *, observed: bool) -> Standardised:
    """Return the standardised parameters.

    Parameters
    ----------
    fitted : Fitted
        A model at its parameters.
    observed : bool
        True: all variables get unit variance (std.all); False: factors only (std.lv).

    Returns
    -------
    Standardised
        A loading or path is multiplied by the SD of what it comes from over the SD of what it points to, a variance is
        divided by the whole variance, a covariance by the product of the residual SDs, a mean by the SD.

    Notes
    -----
    The SDs are the model's. For a derivative of the SDs by the free parameters see `_variance_slopes`.

    References
    ----------
    Rosseel 2012, lavaan::standardizedSolution.
    """
    raw = raw_values(fitted)
    values, jacobian = np.full_like(raw.values, np.nan), np.full_like(raw.jacobian, np.nan)
    scales = [_scales(fitted, g, observed=observed) for g in range(len(fitted.sample.groups))]
    with np.errstate(invalid="ignore", divide="ignore"):
        for at, row in enumerate(fitted.table.rows):
            log_scale, slope = _log_scale(row, scales[row.group])
            values[at] = raw.values[at] * np.exp(log_scale)
            jacobian[at] = np.exp(log_scale) * (raw.jacobian[at] + raw.values[at] * slope)
    return Standardised(values, jacobian)


@dataclass(frozen=True)
class _Scales:
    """Log SDs of the variables of one group, whole and residual, with their slopes; 0 where they stay as they are."""

    at: dict[str, int]
    whole: Array            # (m,)
    whole_slope: Array      # (m, q)
    residual: Array
    residual_slope: Array


def _scales(fitted: Fitted, g: int, *, observed: bool) -> _Scales:
    state, block = fitted.pulls[g][0], fitted.likelihood.blocks[g]
    q, p = len(fitted.x), block.p
    variance, residual = state.V.diagonal(), state.S.diagonal()
    slopes = np.zeros((len(variance), q))
    np.add.at(slopes.T, block.cells.target, _variance_slopes(state, block.cells).T)
    own = np.zeros((len(residual), q))
    start_s, start_m = block.cells.bounds
    for place, other, target in zip(block.cells.s_row, block.cells.s_column, block.cells.target[start_s:start_m],
                                    strict=True):
        if place == other:
            own[place, target] += 1.0
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = [np.log(variance) / 2, slopes / (2 * variance[:, None]),
                 np.log(residual) / 2, own / (2 * residual[:, None])]
    if not observed:
        for part in parts:
            part[:p] = 0.0
    return _Scales({name: i for i, name in enumerate(block.names)}, *parts)


def _variance_slopes(state: State, cells: Cells) -> Array:
    """Return the derivatives of the variances of all variables by each cell (m, k)."""
    B, V = state.B, state.V
    directed = 2 * B[:, cells.a_row] * V[:, cells.a_column]
    own = np.where(cells.s_row == cells.s_column, 1.0, 2.0)
    symmetric = own * B[:, cells.s_row] * B[:, cells.s_column]
    return np.concatenate([directed, symmetric, np.zeros((len(V), len(cells.m_row)))], axis=1)


def _log_scale(row: Parameter, s: _Scales) -> tuple[float, Array]:
    i, j = cell_of(row, s.at)
    if row.op in {"=~", "~"}:
        return s.whole[j] - s.whole[i], s.whole_slope[j] - s.whole_slope[i]
    if row.op == "~1":
        return -s.whole[i], -s.whole_slope[i]
    if i == j:
        return -2 * s.whole[i], -2 * s.whole_slope[i]
    return -s.residual[i] - s.residual[j], -s.residual_slope[i] - s.residual_slope[j]
