"""What would freeing a parameter bring in a model of ordinal items? Score tests with the weights of WLSMV."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.quant.correlations import Array
from analysis.quant.sem.modification import (
    Candidates,
    indices_of,
    left_out,
    repeated,
    standardised_change,
    tests_of,
)
from analysis.quant.sem.ordinal_model import Cuts, OrdinalFit, statistic_slopes
from analysis.quant.sem.ordinal_report import whole_state
from analysis.quant.sem.ordinal_test import weighted_of
from analysis.quant.sem.ram import STRUCTURAL, Index, cells_of
from analysis.quant.sem.table import Parameter
from analysis.results.sem import ModificationIndex, ReleaseTest

SCALE = "~*~"           # follows from the estimator and cannot be written in a model


def ordinal_modification(fitted: OrdinalFit, *, most: int | None = None,
                         place: str = "model") -> tuple[ModificationIndex, ...]:
    """Return what freeing each parameter that is not in the model would bring.

    Parameters
    ----------
    fitted : OrdinalFit
        A model at its parameters.
    most : int, optional
        How many are returned; all if not given.
    place : str
        Words for messages.

    Returns
    -------
    tuple of ModificationIndex
        Candidates as in `modification.modification_indices`, without scales. `mi` and `epc` as in `ordinal_candidates`;
        `mi_scaled` is chi-square with one degree of freedom and has the p. Largest `mi_scaled` first.

    Raises
    ------
    NotIdentified
        Where the information of the model has no inverse, naming the parameters.

    References
    ----------
    Sörbom 1989; Satorra 1989; Rosseel 2012, lavaan::modindices.
    """
    rows = [row for g in range(len(fitted.table.groups)) for row in left_out(fitted.table, g) if row.op != SCALE]
    states = [whole_state(block, cuts, fitted.x) for block, cuts in zip(fitted.blocks, fitted.cuts, strict=True)]

    def change(row: Parameter) -> tuple[float | None, float | None]:
        return standardised_change(row, states[row.group], fitted.blocks[row.group])

    return indices_of(ordinal_candidates(fitted, rows, place=place), fitted.table.groups, change, most)


def ordinal_releases(fitted: OrdinalFit, rows: Sequence[Parameter] | None = None, *,
                     place: str = "model") -> tuple[ReleaseTest, ...]:
    """Return for each parameter that is held what freeing it would bring.

    Parameters
    ----------
    fitted : OrdinalFit
        A model at its parameters.
    rows : sequence of Parameter, optional
        Rows of its table; by default every one that shares its value with an earlier row.
    place : str
        Words for messages.

    Returns
    -------
    tuple of ReleaseTest
        In this order, without those that the data cannot tell from free parameters; `chi2_scaled` is chi-square with
        one degree of freedom and has the p. Holm over all that are returned.

    Raises
    ------
    NotIdentified
        Where the information of the model has no inverse, naming the parameters.

    References
    ----------
    Satorra 1989; Rosseel 2012, lavaan::lavTestScore; Holm 1979.
    """
    chosen = repeated(fitted.table) if rows is None else list(rows)
    return tests_of(ordinal_candidates(fitted, chosen, place=place), fitted.table.groups) if chosen else ()


def ordinal_candidates(fitted: OrdinalFit, rows: Sequence[Parameter], *, place: str = "model") -> Candidates:
    """Return what the data say for freeing each of several parameters alone.

    Parameters
    ----------
    fitted : OrdinalFit
        A model at its parameters.
    rows : sequence of Parameter
        c parameters that are held, by a fixed value or an equality, or not in the model.
    place : str
        Words for messages.

    Returns
    -------
    Candidates
        With e the slopes of the statistics by one candidate, J by the free parameters, d observed minus implied, W the
        weights: score s = sum over groups of (n - 1) e' W d, information n e' W e, left v = sum of n r' W r with
        r = e - J (J' W J)^-1 J' W e. `noise` = r' W Gamma W r / r' W r: W is not the inverse of the covariance Gamma
        of the statistics, so that s² / v is no chi-square and s² / v / noise is.

    Raises
    ------
    NotIdentified
        Where J' W J has no inverse.

    References
    ----------
    Satorra 1989; Satorra 2000, who extends scaled tests to score tests.
    """
    weighted, n = weighted_of(fitted, place=place), fitted.sample.n
    slopes = np.concatenate([_slopes(fitted, rows, g) for g in range(len(fitted.table.groups))])
    pull = slopes * weighted.weights[:, None]
    rest = slopes - weighted.slopes @ (weighted.inverse @ (weighted.slopes.T @ pull))
    left = (rest * rest * weighted.weights[:, None]).sum(axis=0)
    pushed = rest * weighted.weights[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        noise = (pushed * (weighted.gamma @ pushed)).sum(axis=0) / left
    return Candidates(tuple(rows), slopes.T @ _pulls(fitted), n * left, n * (slopes * pull).sum(axis=0), noise)


def _pulls(fitted: OrdinalFit) -> Array:
    """Return (n - 1) W d of all groups, one after the other."""
    return np.concatenate([(group.n - 1) * group.weights * (group.moments.values - one.values)
                           for group, one in zip(fitted.sample.groups, fitted.implied, strict=True)])


def _slopes(fitted: OrdinalFit, rows: Sequence[Parameter], g: int) -> Array:
    """Return how the statistics of one group move with each candidate."""
    block, cuts = fitted.blocks[g], fitted.cuts[g]
    at = {name: i for i, name in enumerate(block.names)}
    here = [Parameter(row.lhs, row.op, row.rhs, g, free=i + 1) for i, row in enumerate(rows) if row.group == g]
    first = {name: int(np.flatnonzero(cuts.item == i)[0]) for i, name in enumerate(block.names[: block.p])}
    threshold: Index = np.full(len(cuts.threshold), -1, dtype=np.intp)
    scale: Index = np.full(block.p, -1, dtype=np.intp)
    for row in here:
        if row.op == "|":
            threshold[first[row.lhs] + int(row.rhs[1:]) - 1] = row.free - 1
        elif row.op == SCALE:
            scale[at[row.lhs]] = row.free - 1
    cells = cells_of([row for row in here if row.op in STRUCTURAL], at)
    asked = Cuts(cuts.item, threshold, cuts.fixed_threshold, scale, cuts.fixed_scale)
    return statistic_slopes(fitted.implied[g].state, cuts.values(fitted.x), cells, asked, len(rows))
