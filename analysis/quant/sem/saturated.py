"""What do the data say of their own moments? Information of the saturated model, and how a model moves its moments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.quant.correlations import Array
from analysis.quant.sem.likelihood import cell_expected, cell_observed, cell_scores
from analysis.quant.sem.model import Fitted
from analysis.quant.sem.ram import NO_INDEX, Cells, State, tangents
from analysis.quant.sem.sample import GroupSample, Pattern


@dataclass(frozen=True)
class Saturated:
    """Information per respondent of the moments of one group, at their own estimates; r moments that are not held."""

    observed: Array         # (r, r) from the answers, gaps and all
    complete: Array         # (r, r) were nothing missing
    first_order: Array      # (r, r)


def saturated_cells(fitted: Fitted) -> Cells:
    """Return the moments of the observed variables as cells: covariances, then means, without those held.

    Parameters
    ----------
    fitted : Fitted
        A model, of which only variables and held predictors count.

    Returns
    -------
    Cells
        Every target is its own.
    """
    p = len(fitted.sample.names)
    held = {fitted.sample.names.index(name) for name in fitted.held}
    row, column = np.tril_indices(p)
    kept = np.array([not (i in held and j in held) for i, j in zip(row, column, strict=True)])
    free = np.array([i for i in range(p) if i not in held], dtype=np.intp)
    means = free if fitted.table.has_means else NO_INDEX
    n_cells = int(kept.sum()) + len(means)
    return Cells(NO_INDEX, NO_INDEX, row[kept], column[kept], means, np.arange(n_cells))


def saturated_of(fitted: Fitted, group: GroupSample, cells: Cells) -> Saturated:
    """Return the information of the saturated model of one group.

    Parameters
    ----------
    fitted : Fitted
        A model.
    group : GroupSample
        With rows.
    cells : Cells
        From `saturated_cells`.

    Returns
    -------
    Saturated
        At sample moments, or EM estimates with gaps.
    """
    state = _saturated_state(group)
    moves, has_means = tangents(state, cells), fitted.table.has_means
    whole = GroupSample(group.label, group.n, (_whole(group),), group.mean, group.cov)
    scores = cell_scores(moves, state, group, has_means=has_means)
    complete = cell_expected(moves, state, whole, has_means=has_means) / group.n
    observed = complete if group.is_complete else cell_observed(moves, state, group, has_means=has_means) / group.n
    return Saturated(observed, complete, scores.T @ scores / group.n)


def _saturated_state(group: GroupSample) -> State:
    one = np.eye(len(group.cov))
    return State(0 * one, group.cov, group.mean, one, group.cov, group.mean, len(group.cov))


def _whole(group: GroupSample) -> Pattern:
    return Pattern(np.arange(len(group.cov)), group.n, group.mean, group.cov, None, is_complete=True)


def moment_slopes(fitted: Fitted, g: int, cells: Cells) -> Array:
    """Return how the moments of one group move with the free parameters.

    Parameters
    ----------
    fitted : Fitted
        A model at its parameters.
    g : int
        Group.
    cells : Cells
        From `saturated_cells`: r moments.

    Returns
    -------
    array (r, q)
        Usually called Delta.
    """
    block, state = fitted.likelihood.blocks[g], fitted.pulls[g][0]
    moves = tangents(state, block.cells)
    i, j = cells.s_row, cells.s_column
    spread = moves.weight * (moves.left[i] * moves.right[j] + moves.left[j] * moves.right[i])
    by_cell = np.concatenate([spread, moves.mean[cells.m_row]])
    slopes = np.zeros((len(by_cell), len(fitted.x)))
    np.add.at(slopes.T, block.cells.target, by_cell.T)
    return slopes
