"""What moments does a model imply, and how do they move with each parameter?

Every variable, observed or latent, is one row: v = A v + u with var(u) = S and mean(u) = m (McArdle & McDonald 1984).
With B = (I - A)^-1, V = B S B' holds the covariances of all variables and eta = B m their means; the observed ones are
the first p. A parameter is one cell of A, S or m, and moves the observed covariances by w (l r' + r l') and the means
by d, with l, r and d columns of B, V and eta: first and second derivatives are products of columns, never of p² x p²
matrices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from analysis.quant.correlations import Array
from analysis.quant.sem.table import Parameter, ParameterTable

Index = npt.NDArray[np.intp]
STRUCTURAL = ("=~", "~", "~~", "~1")       # what has a cell; thresholds and scales of ordinal items have none
NO_INDEX: Index = np.empty(0, dtype=np.intp)


@dataclass(frozen=True)
class Cells:
    """Cells of A (directed), S (symmetric) and m (means), in this order; `target` is the free parameter each holds."""

    a_row: Index
    a_column: Index
    s_row: Index
    s_column: Index
    m_row: Index
    target: Index

    def __len__(self) -> int:
        return len(self.a_row) + len(self.s_row) + len(self.m_row)

    @cached_property
    def half(self) -> Array:
        """Return 1/2 for a variance and 1 for every other cell."""
        own = np.where(self.s_row == self.s_column, 0.5, 1.0)
        return np.concatenate([np.ones(len(self.a_row)), own, np.ones(len(self.m_row))])

    @cached_property
    def bounds(self) -> tuple[int, int]:
        """Return where the cells of S and those of m begin."""
        return len(self.a_row), len(self.a_row) + len(self.s_row)


@dataclass(frozen=True)
class State:
    """Everything that follows from one set of parameters in one group."""

    A: Array
    S: Array
    m: Array
    B: Array
    V: Array
    eta: Array
    p: int

    @property
    def sigma(self) -> Array:
        """Return the implied covariances of the observed variables."""
        return self.V[: self.p, : self.p]

    @property
    def mu(self) -> Array:
        """Return the implied means of the observed variables."""
        return self.eta[: self.p]


@dataclass(frozen=True)
class Tangents:
    """How the observed moments move with each cell: covariances by w (l r' + r l'), means by d."""

    left: Array         # (p, k)
    right: Array        # (p, k)
    weight: Array       # (k,), 0 for cells of m
    mean: Array         # (p, k)


@dataclass(frozen=True)
class Block:
    """The model of one group: fixed values and the cells that are free."""

    names: tuple[str, ...]          # observed, then latent
    p: int
    A: Array
    S: Array
    m: Array
    cells: Cells

    def state(self, x: Array) -> State:
        """Return what the parameters x imply."""
        c = self.cells
        start_s, start_m = c.bounds
        values = x[c.target]
        A, S, m = self.A.astype(values.dtype), self.S.astype(values.dtype), self.m.astype(values.dtype)
        A[c.a_row, c.a_column] = values[:start_s]
        S[c.s_row, c.s_column] = values[start_s:start_m]
        S[c.s_column, c.s_row] = values[start_s:start_m]
        m[c.m_row] = values[start_m:]
        B: Array = np.asarray(np.linalg.inv(np.eye(len(m)) - A), dtype=values.dtype)
        return State(A, S, m, B, B @ S @ B.T, B @ m, self.p)


def blocks_of(table: ParameterTable) -> tuple[Block, ...]:
    """Return the model of each group.

    Parameters
    ----------
    table : ParameterTable
        All parameters; those of predictors must have their values (`held_at_sample`).

    Returns
    -------
    tuple of Block
        In the order of the groups.
    """
    names = table.variables.observed + table.variables.latent
    at = {name: i for i, name in enumerate(names)}
    return tuple(_block(table.of_group(g), names, at, len(table.variables.observed)) for g in range(len(table.groups)))


def _block(rows: Sequence[Parameter], names: tuple[str, ...], at: dict[str, int], p: int) -> Block:
    A, S, m = np.zeros((len(names), len(names))), np.zeros((len(names), len(names))), np.zeros(len(names))
    for row in rows:
        if row.op not in STRUCTURAL:
            continue
        value = row.fixed if row.fixed is not None else 0.0
        i, j = cell_of(row, at)
        if row.op in {"=~", "~"}:
            A[i, j] = value
        elif row.op == "~~":
            S[i, j] = S[j, i] = value
        else:
            m[i] = value
    return Block(names, p, A, S, m, cells_of([row for row in rows if row.free and row.op in STRUCTURAL], at))


def cell_of(row: Parameter, at: dict[str, int]) -> tuple[int, int]:
    """Return row and column of a parameter.

    Parameters
    ----------
    row : Parameter
        One parameter.
    at : dict
        Name → position.

    Returns
    -------
    tuple of int
        In A for `=~` and `~`, in S for `~~`; a mean has column 0.
    """
    if row.op == "=~":
        return at[row.rhs], at[row.lhs]
    return at[row.lhs], at[row.rhs] if row.rhs else 0


def cells_of(rows: Sequence[Parameter], at: dict[str, int]) -> Cells:
    """Return the cells of parameters: those of A first, then S, then m.

    Parameters
    ----------
    rows : sequence of Parameter
        Of one group.
    at : dict
        Name → position.

    Returns
    -------
    Cells
        `target` is the number of the free parameter, counted from 0; -1 where it is fixed.
    """
    parts = [[row for row in rows if row.op in ops] for ops in (("=~", "~"), ("~~",), ("~1",))]
    places = [np.array([cell_of(row, at) for row in part], dtype=np.intp).reshape(-1, 2) for part in parts]
    target = np.array([row.free - 1 for part in parts for row in part], dtype=np.intp)
    return Cells(places[0][:, 0], places[0][:, 1], places[1][:, 0], places[1][:, 1], places[2][:, 0], target)


def tangents(state: State, cells: Cells) -> Tangents:
    """Return how the observed moments move with each cell.

    Parameters
    ----------
    state : State
        At these parameters.
    cells : Cells
        k cells, free or not.

    Returns
    -------
    Tangents
        As described there.
    """
    p = state.p
    G, W = state.B[:p], state.V[:p]
    nothing = np.zeros((p, len(cells.m_row)), dtype=G.dtype)
    towards = G[:, cells.a_row]
    left = np.concatenate([towards, G[:, cells.s_row], nothing], axis=1)
    right = np.concatenate([W[:, cells.a_column], G[:, cells.s_column], nothing], axis=1)
    still = np.zeros((p, len(cells.s_row)), dtype=G.dtype)
    mean = np.concatenate([towards * state.eta[cells.a_column], still, G[:, cells.m_row]], axis=1)
    return Tangents(left, right, cells.half, mean)


def curvature(state: State, cells: Cells, omega: Array, pull: Array) -> Array:
    """Return sum over moments of (derivative of the misfit by the moment) x (second derivative of the moment).

    Parameters
    ----------
    state : State
        At these parameters.
    cells : Cells
        k cells.
    omega : array (p, p)
        Twice the derivative of the misfit by the covariances, both triangles filled.
    pull : array (p,)
        Minus the derivative of the misfit by the means.

    Returns
    -------
    array (k, k)
        The part of the second derivatives that vanishes where the model fits exactly.
    """
    p, B, V, eta = state.p, state.B, state.V, state.eta
    G = B[:p]
    Q = G.T @ omega @ G
    N = G.T @ (omega @ V[:p])
    r = G.T @ pull
    ai, aj, si, sj, mi = cells.a_row, cells.a_column, cells.s_row, cells.s_column, cells.m_row
    start_s, start_m = cells.bounds
    H = np.zeros((len(cells), len(cells)))
    toward = B[np.ix_(aj, ai)]                      # [k, l] = B[a_column of k, a_row of l]
    N_cross = N[np.ix_(ai, aj)]
    aa = toward.T * N_cross.T + N_cross * toward + Q[np.ix_(ai, ai)] * V[np.ix_(aj, aj)]
    mean_part = r[ai][None, :] * toward.T * eta[aj][:, None]
    H[:start_s, :start_s] = aa - mean_part - mean_part.T
    a_s = Q[np.ix_(ai, si)] * B[np.ix_(aj, sj)] + Q[np.ix_(ai, sj)] * B[np.ix_(aj, si)]
    H[:start_s, start_s:start_m] = a_s * cells.half[start_s:start_m]
    H[:start_s, start_m:] = -r[ai][:, None] * B[np.ix_(aj, mi)]
    H[start_s:, :start_s] = H[:start_s, start_s:].T
    return H
