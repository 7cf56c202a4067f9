"""Which thresholds and correlations does a model of ordinal items imply, and which parameters fit them best?

Each item is a cut normal variable y* (delta parameterisation): its scale delta is one over its standard deviation, its
residual variance what the factors leave of it. The model implies thresholds delta (tau - mu) and correlations delta_i
delta_j sigma_ij; the misfit is the weighted sum of squared differences, F = sum over groups of ((n - 1)/N) d' W d.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.errors import ModelSyntaxError, NotConverged, NotIdentified
from analysis.quant.correlations import Array
from analysis.quant.sem.model import free_names
from analysis.quant.sem.ordinal_sample import OrdinalSample
from analysis.quant.sem.ram import Block, Cells, Index, State, blocks_of, tangents
from analysis.quant.sem.sample import GroupSample
from analysis.quant.sem.search import check_identified
from analysis.quant.sem.start import plain_start, start_values, turned_starts
from analysis.quant.sem.table import Parameter, ParameterTable

MOST_STEPS = 120
STEP_AT_REST = 1e-16            # squared length of a step in the metric of the weights
HALVINGS = 30
ROUNDING = 1e-12                # a promised decrease below it is lost in rounding


@dataclass(frozen=True)
class Cuts:
    """Thresholds and scales of one group: where they stand among the free parameters (-1 = fixed), and fixed values."""

    item: Index                 # (t,) item of each threshold
    threshold: Index            # (t,)
    fixed_threshold: Array
    scale: Index                # (p,)
    fixed_scale: Array

    def values(self, x: Array) -> tuple[Array, Array]:
        """Return thresholds (t,) and scales (p,)."""
        tau = np.where(self.threshold >= 0, x[self.threshold], self.fixed_threshold)
        return tau, np.where(self.scale >= 0, x[self.scale], self.fixed_scale)


@dataclass(frozen=True)
class Implied:
    """What the model implies in one group: statistics (m,) in the order of the sample, and their slopes (m, q)."""

    state: State
    values: Array
    slopes: Array


@dataclass(frozen=True)
class OrdinalFit:
    """A model of ordinal items at its best parameters x (q,)."""

    table: ParameterTable
    sample: OrdinalSample
    blocks: tuple[Block, ...]
    cuts: tuple[Cuts, ...]
    x: Array
    value: float                # F
    steps: int
    implied: tuple[Implied, ...]

    @property
    def chi2(self) -> float:
        """Return N F, which is no chi-square before it is scaled."""
        return self.sample.n * self.value

    @property
    def df(self) -> int:
        """Return statistics minus free parameters."""
        return sum(len(one.values) for one in self.implied) - self.table.n_free


def fit_ordinal(table: ParameterTable, sample: OrdinalSample, *, place: str = "model") -> OrdinalFit:
    """Return the model fitted by diagonally weighted least squares.

    Parameters
    ----------
    table : ParameterTable
        With thresholds and scales of every item.
    sample : OrdinalSample
        Thresholds and correlations of the items, in the model's order.
    place : str
        Words for messages.

    Returns
    -------
    OrdinalFit
        By Gauss-Newton steps with halving, until a step is nil.

    Raises
    ------
    ModelSyntaxError
        Where an item explains something, or a residual variance of an item is a parameter.
    NotIdentified, NotConverged
        Naming the parameters that cannot be told apart, or when no step leads further.

    References
    ----------
    Muthen, du Toit & Spisic 1997.
    """
    _check_items(table, place)
    blocks = blocks_of(table)
    cuts = tuple(_cuts_of(table, g) for g in range(len(table.groups)))
    refused: NotConverged | None = None
    for begin in _starts(table, sample):
        try:
            return _descended(OrdinalFit(table, sample, blocks, cuts, begin, np.inf, 0, ()), place)
        except NotConverged as error:
            refused = refused or error
        except NotIdentified:
            if refused is None:
                raise
    raise refused or NotConverged(place, "no best fit was found.", "Give start(…) values.")


def _check_items(table: ParameterTable, place: str) -> None:
    observed = table.variables.observed
    for row in table.rows:
        if row.op == "~" and row.rhs in observed:
            raise ModelSyntaxError(place, f"item {row.rhs!r} explains {row.lhs!r}; only factors may do so here.",
                                   "Measure a factor by the item, or use estimator: MLR.")
        if row.op == "~~" and row.lhs == row.rhs and row.lhs in observed:
            raise ModelSyntaxError(place, f"the residual variance of ordinal item {row.lhs!r} is no parameter.",
                                   "Leave the line out; it is what the factors leave of the item.")


def _cuts_of(table: ParameterTable, g: int) -> Cuts:
    rows = table.of_group(g)
    at = {name: i for i, name in enumerate(table.variables.observed)}
    thresholds = sorted((row for row in rows if row.op == "|"), key=lambda row: (at[row.lhs], int(row.rhs[1:])))
    scales = sorted((row for row in rows if row.op == "~*~"), key=lambda row: at[row.lhs])
    return Cuts(np.array([at[row.lhs] for row in thresholds]), _places(thresholds), _fixed(thresholds),
                _places(scales), _fixed(scales))


def _places(rows: list[Parameter]) -> Index:
    return np.array([row.free - 1 for row in rows], dtype=np.intp)


def _fixed(rows: list[Parameter]) -> Array:
    return np.array([0.0 if row.fixed is None else row.fixed for row in rows])


def _starts(table: ParameterTable, sample: OrdinalSample) -> Iterator[Array]:
    """Yield where to begin, the likeliest first; thresholds as observed, scales one."""
    groups = tuple(GroupSample(group.label, group.n, (), np.zeros(len(sample.names)), group.correlations)
                   for group in sample.groups)
    yield _with_cuts(start_values(table, groups), table, sample)
    yield _with_cuts(plain_start(table, groups), table, sample)
    for begin in turned_starts(table, groups):
        yield _with_cuts(begin, table, sample)


def _with_cuts(x: Array, table: ParameterTable, sample: OrdinalSample) -> Array:
    for g in reversed(range(len(sample.groups))):
        cuts = _cuts_of(table, g)
        is_free = cuts.threshold >= 0
        x[cuts.threshold[is_free]] = sample.groups[g].moments.values[: len(is_free)][is_free]
        x[cuts.scale[cuts.scale >= 0]] = 1.0
    return x


def implied_by(block: Block, cuts: Cuts, x: Array) -> Implied:
    """Return what one group's model implies at x.

    Parameters
    ----------
    block : Block
        Structural cells.
    cuts : Cuts
        Thresholds and scales.
    x : array (q,)
        Free parameters.

    Returns
    -------
    Implied
        `state` without residual variances of the items.
    """
    state = block.state(x)
    tau, delta = cuts.values(x)
    i, j = np.triu_indices(block.p, 1)
    apart = tau - state.mu[cuts.item]
    values = np.concatenate([delta[cuts.item] * apart, delta[i] * delta[j] * state.sigma[i, j]])
    return Implied(state, values, statistic_slopes(state, (tau, delta), block.cells, cuts, len(x)))


def statistic_slopes(state: State, values: tuple[Array, Array], cells: Cells, cuts: Cuts, count: int) -> Array:
    """Return how thresholds and correlations move with parameters, those of the model or others.

    Parameters
    ----------
    state : State
        Of one group, at its parameters.
    values : tuple of array
        Thresholds (t,) and scales (p,) there.
    cells : Cells
        Structural parameters.
    cuts : Cuts
        Parameters that are thresholds or scales.
    count : int
        c, how many parameters there are.

    Returns
    -------
    array (t + pairs, c)
        Slopes; a parameter that neither `cells` nor `cuts` names has none in this group.
    """
    (tau, delta), item = values, cuts.item
    moves = tangents(state, cells)
    i, j = np.triu_indices(state.p, 1)
    sigma, apart = state.sigma[i, j], tau - state.mu[item]
    t = len(tau)
    slopes = np.zeros((t + len(sigma), count))
    spread = moves.weight * (moves.left[i] * moves.right[j] + moves.left[j] * moves.right[i])
    by_cell = np.concatenate([-delta[item, None] * moves.mean[item], (delta[i] * delta[j])[:, None] * spread])
    np.add.at(slopes.T, cells.target, by_cell.T)
    _add(slopes, np.arange(t), cuts.threshold, delta[item])
    _add(slopes, np.arange(t), cuts.scale[item], apart)
    _add(slopes, t + np.arange(len(sigma)), cuts.scale[i], delta[j] * sigma)
    _add(slopes, t + np.arange(len(sigma)), cuts.scale[j], delta[i] * sigma)
    return slopes


def _add(slopes: Array, row: Index, column: Index, value: Array) -> None:
    free = column >= 0
    np.add.at(slopes, (row[free], column[free]), value[free])


def _descended(model: OrdinalFit, place: str) -> OrdinalFit:
    x = model.x
    implied, value = _at(model, x)
    for step in range(1, MOST_STEPS + 1):
        gradient, information = _normal_equations(model, implied)
        move = _solved(model, information, gradient, place)
        promised = float(gradient @ move)
        if promised < STEP_AT_REST:
            return OrdinalFit(model.table, model.sample, model.blocks, model.cuts, x, value, step, implied)
        length = 1.0
        for _ in range(HALVINGS):
            reached = _at(model, x + length * move)
            if reached[1] < value:
                break
            length /= 2
        else:
            if promised < ROUNDING:
                return OrdinalFit(model.table, model.sample, model.blocks, model.cuts, x, value, step, implied)
            break
        x = x + length * move
        implied, value = reached
    raise NotConverged(place, "no best fit was found.", "Look for factors that are one, for a factor with weak items "
                       "or for too few respondents; give start(…) values, or a simpler model.")


def _at(model: OrdinalFit, x: Array) -> tuple[tuple[Implied, ...], float]:
    implied = tuple(implied_by(block, cuts, x) for block, cuts in zip(model.blocks, model.cuts, strict=True))
    value = sum(float(share * group.weights @ (group.moments.values - one.values) ** 2)
                for share, group, one in zip(model.sample.weights, model.sample.groups, implied, strict=True))
    return implied, value


def _normal_equations(model: OrdinalFit, implied: tuple[Implied, ...]) -> tuple[Array, Array]:
    """Return half the downhill slope of F and half its curvature without second derivatives of the statistics."""
    q = model.table.n_free
    gradient, information = np.zeros(q), np.zeros((q, q))
    for share, group, one in zip(model.sample.weights, model.sample.groups, implied, strict=True):
        weighted = one.slopes * (share * group.weights)[:, None]
        gradient += weighted.T @ (group.moments.values - one.values)
        information += weighted.T @ one.slopes
    return gradient, information


def _solved(model: OrdinalFit, information: Array, gradient: Array, place: str) -> Array:
    size = np.sqrt(np.maximum(information.diagonal(), np.finfo(float).tiny))
    try:
        factor = np.linalg.cholesky(information / np.outer(size, size))
    except np.linalg.LinAlgError:
        check_identified(information, free_names(model.table), place)
        return np.asarray(np.linalg.lstsq(information, gradient, rcond=1e-10)[0])
    return np.asarray(np.linalg.solve(factor.T, np.linalg.solve(factor, gradient / size)) / size)

