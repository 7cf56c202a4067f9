"""What is said of each parameter, variable and group of a fitted model?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import special

from analysis.quant.correlations import Array
from analysis.quant.sem.model import Fitted
from analysis.quant.sem.standardise import Standardised, raw_values, standardised
from analysis.quant.sem.table import Parameter, ParameterTable
from analysis.results.measurement import Matrix
from analysis.results.sem import GroupMoments, ModelParameter

NO_SE = 1e-12           # variance of an estimate below it is rounding


class HasTable(Protocol):
    """A fitted model of any estimator."""

    @property
    def table(self) -> ParameterTable:
        """Return its parameters."""


@dataclass(frozen=True)
class _Column:
    """One version of all parameters: values and standard errors (NaN = cannot be computed)."""

    value: Array
    se: Array


def model_parameters(fitted: Fitted, vcov: Array, confidence: float = 0.95) -> tuple[ModelParameter, ...]:
    """Return every parameter with its standard error, interval and standardised values.

    Parameters
    ----------
    fitted : Fitted
        A model at its parameters.
    vcov : array (q, q)
        Covariances of the free parameters.
    confidence : float
        Of the intervals.

    Returns
    -------
    tuple of ModelParameter
        In the order of the table, defined ones last; their errors, and those of standardised values, by the delta
        method. A fixed parameter has se 0 and no test; a standardised value that is certain has se 0.
    """
    versions = (raw_values(fitted), standardised(fitted, observed=False), standardised(fitted, observed=True))
    return described(fitted, fitted.table.rows, versions, vcov, confidence)


def described(fitted: HasTable, table_rows: Sequence[Parameter], versions: Sequence[Standardised], vcov: Array,
              confidence: float) -> tuple[ModelParameter, ...]:
    """Return what is said of parameters whose values and derivatives are known.

    Parameters
    ----------
    fitted : HasTable
        A model.
    table_rows : sequence of Parameter
        Rows of its table, in its order, then any others.
    versions : sequence of Standardised
        These rows as they are, with standardised factors, with all variables standardised.
    vcov : array (q, q)
        Covariances of the free parameters.
    confidence : float
        Of the intervals.

    Returns
    -------
    tuple of ModelParameter
        Defined ones last.
    """
    complete = [with_definitions(fitted, version) for version in versions]
    columns = [_Column(version.values, _errors(version, vcov)) for version in complete]
    z = float(special.ndtri((1 + confidence) / 2))
    rows = [*table_rows, *(Parameter(definition.name, ":=", definition.text.replace(" ", ""), 0,
                                     label=definition.name) for definition in fitted.table.definitions)]
    groups = fitted.table.groups
    return tuple(_parameter(row, groups[row.group] if row.op != ":=" else "", at, columns, z)
                 for at, row in enumerate(rows))


def with_definitions(fitted: HasTable, version: Standardised) -> Standardised:
    """Return the parameters with those defined from them appended.

    Parameters
    ----------
    fitted : Fitted
        A model.
    version : Standardised
        Raw or standardised values of its rows.

    Returns
    -------
    Standardised
        Derivatives of the definitions by complex steps, exact to rounding.
    """
    if not fitted.table.definitions:
        return version
    first: dict[str, int] = {}
    for at, row in enumerate(fitted.table.rows):
        if row.label:
            first.setdefault(row.label, at)
    values = {label: complex(version.values[at]) for label, at in first.items()}
    base = defined_values(fitted, values)
    slopes = np.zeros((len(base), version.jacobian.shape[1]))
    for label, at in first.items():
        moved = defined_values(fitted, {**values, label: values[label] + 1e-30j})
        slopes += np.outer(moved.imag / 1e-30, version.jacobian[at])
    return Standardised(np.concatenate([version.values, base.real]), np.concatenate([version.jacobian, slopes]))


def defined_values(fitted: HasTable, values: dict[str, complex]) -> Array:
    """Return the defined quantities.

    Parameters
    ----------
    fitted : Fitted
        A model with definitions.
    values : dict
        Label → value.

    Returns
    -------
    array (d,)
        In their order; a later one may use an earlier one.
    """
    known, found = dict(values), []
    for definition in fitted.table.definitions:
        known[definition.name] = definition.formula.compute(known)
        found.append(known[definition.name])
    return np.asarray(found)


def _errors(version: Standardised, vcov: Array) -> Array:
    variance = ((version.jacobian @ vcov) * version.jacobian).sum(axis=1)
    variance = np.where(np.abs(variance) < NO_SE**2, 0.0, variance)
    with np.errstate(invalid="ignore"):
        return np.sqrt(variance)


def _parameter(row: Parameter, group: str, at: int, columns: list[_Column], z: float) -> ModelParameter:
    value, se = float(columns[0].value[at]), _known(columns[0].se[at])
    tested = se is not None and se > 0 and (row.free > 0 or row.op == ":=")
    ratio = value / se if tested and se else None
    std_all, std_se = _known(columns[2].value[at]), _known(columns[2].se[at])
    has_interval = std_all is not None and std_se is not None
    return ModelParameter(
        lhs=row.lhs, op=row.op, rhs=row.rhs, group=group, label=row.label, is_free=row.free > 0, estimate=value, se=se,
        z=ratio, p_value=None if ratio is None else float(2 * special.ndtr(-abs(ratio))),
        ci_low=None if se is None else value - z * se, ci_high=None if se is None else value + z * se,
        std_lv=_known(columns[1].value[at]), std_all=std_all, std_all_se=std_se,
        std_all_ci_low=(std_all or 0.0) - z * (std_se or 0.0) if has_interval else None,
        std_all_ci_high=(std_all or 0.0) + z * (std_se or 0.0) if has_interval else None, is_exogenous=row.is_exogenous)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def r_squared(fitted: Fitted) -> dict[str, float | None]:
    """Return the explained share of the variance of each variable that something explains.

    Parameters
    ----------
    fitted : Fitted
        A model at its parameters.

    Returns
    -------
    dict
        Variable (with `in group` where there are several) → 1 - residual variance / variance; None where a variance is
        negative.
    """
    found: dict[str, float | None] = {}
    for g, state in enumerate(fitted.states()):
        block = fitted.likelihood.blocks[g]
        where = f" in {fitted.table.groups[g]}" if len(fitted.table.groups) > 1 else ""
        rows = fitted.table.of_group(g)
        explained = {row.rhs for row in rows if row.op == "=~"} | {row.lhs for row in rows if row.op == "~"}
        for at, name in enumerate(block.names):
            if name in explained:
                share = 1 - state.S[at, at] / state.V[at, at] if state.V[at, at] > 0 else np.nan
                found[name + where] = float(share) if state.S[at, at] >= 0 and np.isfinite(share) else None
    return found


def group_moments(fitted: Fitted) -> tuple[GroupMoments, ...]:
    """Return observed, implied and residual moments of each group.

    Parameters
    ----------
    fitted : Fitted
        A model at its parameters.

    Returns
    -------
    tuple of GroupMoments
        Residual correlations are observed minus implied covariances over the observed SDs.
    """
    found = []
    for g, (group, state) in enumerate(zip(fitted.sample.groups, fitted.states(), strict=True)):
        p, names = state.p, fitted.likelihood.blocks[g].names
        spread = np.sqrt(group.cov.diagonal())
        factors = state.V[p:, p:]
        found.append(GroupMoments(
            group=group.label, n=group.n, items=names[:p], observed_cov=matrix_of(group.cov),
            implied_cov=matrix_of(state.sigma),
            residual_correlations=matrix_of((group.cov - state.sigma) / np.outer(spread, spread)),
            observed_mean=tuple(group.mean.tolist()),
            implied_mean=tuple(state.mu.tolist()) if fitted.table.has_means else None, factors=names[p:],
            factor_cov=matrix_of(factors), factor_correlations=matrix_of(_correlations(factors))))
    return tuple(found)


def _correlations(C: Array) -> Array:
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt(C.diagonal())
        return np.asarray(C / np.outer(spread, spread))


def matrix_of(M: Array) -> Matrix:
    """Return an array as rows of numbers.

    Parameters
    ----------
    M : array (r, c)
        Values; NaN becomes None.

    Returns
    -------
    Matrix
        Tuples.
    """
    return tuple(tuple(_known(value) for value in row) for row in M)
