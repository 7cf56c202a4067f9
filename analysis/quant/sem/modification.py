"""What would freeing one more parameter bring? Score tests of parameters left out and of equalities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from scipy import special

from analysis.quant.correlations import Array
from analysis.quant.sem.likelihood import cell_expected, cell_gradient, gather
from analysis.quant.sem.model import Fitted
from analysis.quant.sem.ram import Block, State, cell_of, cells_of, tangents
from analysis.quant.sem.table import Parameter, ParameterTable
from analysis.results.sem import ModificationIndex, ReleaseTest

NOTHING_NEW = 1e-8          # share of its information that a parameter must keep beside the others
PLACES = frozenset({"~1", "|"})     # intercepts and thresholds


@dataclass(frozen=True)
class Candidates:
    """Parameters beside those of a model: what the data say for freeing each alone, over all respondents.

    `noise` is the share by which chance moves the score more than `left` says, 1 where the weights are those of the
    likelihood.
    """

    rows: tuple[Parameter, ...]
    score: Array            # (c,)
    left: Array             # (c,) information that the free parameters leave
    own: Array              # (c,)
    noise: Array | None = None

    @property
    def known(self) -> list[int]:
        """Return the places of those that would say something new."""
        return [int(at) for at in
                np.flatnonzero(self.left > NOTHING_NEW * np.maximum(self.own, np.finfo(float).tiny))]

    def tested(self, at: int) -> tuple[float, float | None, float, float]:
        """Return chi-square, chi-square divided by the noise, p of what is to be judged by, and expected change."""
        s, v = float(self.score[at]), float(self.left[at])
        scaled = None if self.noise is None else s * s / v / float(self.noise[at])
        return s * s / v, scaled, float(special.chdtrc(1, s * s / v if scaled is None else scaled)), s / v


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
    rows = [row for g in range(len(fitted.sample.groups)) for row in left_out(fitted.table, g)]

    def change(row: Parameter) -> tuple[float | None, float | None]:
        return standardised_change(row, fitted.pulls[row.group][0], fitted.likelihood.blocks[row.group])

    return indices_of(_candidates(fitted, rows), fitted.table.groups, change, most)


def indices_of(candidates: Candidates, groups: Sequence[str],
               change: Callable[[Parameter], tuple[float | None, float | None]],
               most: int | None = None) -> tuple[ModificationIndex, ...]:
    """Return candidates as modification indices.

    Parameters
    ----------
    candidates : Candidates
        Parameters that are not in the model.
    groups : sequence of str
        Names of the groups.
    change : function
        As `standardised_change`.
    most : int, optional
        How many are returned; all if not given.

    Returns
    -------
    tuple of ModificationIndex
        Largest first.
    """
    found = []
    for at in candidates.known:
        row, (mi, scaled, p, epc) = candidates.rows[at], candidates.tested(at)
        lv, every = change(row)
        found.append(ModificationIndex(row.lhs, row.op, row.rhs, groups[row.group], mi, p, epc, _times(epc, lv),
                                       _times(epc, every), scaled))
    found.sort(key=lambda one: -(one.mi if one.mi_scaled is None else one.mi_scaled))
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
    rows = repeated(fitted.table)
    return tests_of(_candidates(fitted, rows), fitted.table.groups) if rows else ()


def repeated(table: ParameterTable) -> list[Parameter]:
    """Return the parameters that share their value with an earlier one.

    Parameters
    ----------
    table : ParameterTable
        Of a model.

    Returns
    -------
    list of Parameter
        In the order of the table.
    """
    seen: set[int] = set()
    rows = []
    for row in table.rows:
        if row.free in seen:
            rows.append(row)
        elif row.free:
            seen.add(row.free)
    return rows


def tests_of(candidates: Candidates, groups: Sequence[str]) -> tuple[ReleaseTest, ...]:
    """Return candidates as score tests.

    Parameters
    ----------
    candidates : Candidates
        Parameters that something holds.
    groups : sequence of str
        Names of the groups.

    Returns
    -------
    tuple of ReleaseTest
        Of those that would say something new, in their order, with p after Holm over all of them.
    """
    usable = candidates.known
    tested = [candidates.tested(at) for at in usable]
    rows = [candidates.rows[at] for at in usable]
    return tuple(ReleaseTest(row.key, groups[row.group], value, 1, p, holm, epc, scaled)
                 for row, (value, scaled, p, epc), holm in zip(rows, tested, _holm([one[2] for one in tested]),
                                                               strict=True))


def _holm(p: Sequence[float]) -> list[float]:
    order = np.argsort(p)
    adjusted, most = [0.0] * len(p), 0.0
    for rank, at in enumerate(order):
        most = max(most, min(1.0, (len(p) - rank) * p[at]))
        adjusted[at] = most
    return adjusted


def _candidates(fitted: Fitted, rows: Sequence[Parameter]) -> Candidates:
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
    return Candidates(tuple(rows), score[q:], own - explained, own.copy())


def left_out(table: ParameterTable, g: int) -> list[Parameter]:
    """Return the parameters of one group that could be in the model and are not.

    Parameters
    ----------
    table : ParameterTable
        Of the model.
    g : int
        Group.

    Returns
    -------
    list of Parameter
        Fixed ones, then those that the model does not have.
    """
    v = table.variables
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


def standardised_change(row: Parameter, state: State, block: Block) -> tuple[float | None, float | None]:
    """Return what turns a change of a parameter into one for factors, and for all variables, of variance one.

    Parameters
    ----------
    row : Parameter
        The parameter.
    state : State
        Its group, at the parameters.
    block : Block
        Its group.

    Returns
    -------
    tuple of float or None
        None where a variance is not positive.
    """
    return _factor(row, state, block, observed=False), _factor(row, state, block, observed=True)


def _factor(row: Parameter, state: State, block: Block, *, observed: bool) -> float | None:
    at = {name: i for i, name in enumerate(block.names)}
    i, j = (at[row.lhs], 0) if row.op in PLACES else cell_of(row, at)

    def sd(place: int, values: Array) -> float:
        return float(np.sqrt(values[place])) if observed or place >= block.p else 1.0

    whole, own = state.V.diagonal(), state.S.diagonal()
    used = own if row.op == "~~" and i != j else whole
    if min(used[i], 1.0 if row.op in PLACES else used[j]) <= 0:
        return None
    if row.op in PLACES:
        return 1 / sd(i, whole)
    if row.op == "~~":
        return 1 / (sd(i, used) * sd(j, used))
    return sd(j, whole) / sd(i, whole)


def _times(value: float, factor: float | None) -> float | None:
    return None if factor is None else value * factor
