"""A model with its data, fitted: what every later question (tests, indices, standardised values) starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analysis.quant.correlations import Array
from analysis.quant.sem.likelihood import Likelihood, Pull, inverse_and_log_det
from analysis.quant.sem.ram import State, blocks_of
from analysis.quant.sem.sample import GroupSample, Sample
from analysis.quant.sem.search import Found, search
from analysis.quant.sem.start import plain_start, start_values, turned_starts
from analysis.quant.sem.table import Parameter, ParameterTable


@dataclass(frozen=True)
class Fitted:
    """A model at its best parameters."""

    table: ParameterTable
    sample: Sample
    likelihood: Likelihood
    found: Found
    pulls: tuple[tuple[State, Pull], ...]

    @property
    def x(self) -> Array:
        """Return the free parameters (q,)."""
        return self.found.x

    @property
    def n(self) -> int:
        """Return the number of respondents."""
        return self.sample.n

    @property
    def chi2(self) -> float:
        """Return the likelihood ratio against the saturated model."""
        return max(2 * self.n * (self.found.value - saturated_misfit(self.sample, has_means=self.table.has_means)), 0.0)

    @property
    def df(self) -> int:
        """Return the degrees of freedom: moments that are not held, minus free parameters."""
        p, held = len(self.table.variables.observed), len(self.held)
        means = (p - held) if self.table.has_means else 0
        return len(self.sample.groups) * (p * (p + 1) // 2 - held * (held + 1) // 2 + means) - self.table.n_free

    @property
    def held(self) -> tuple[str, ...]:
        """Return the predictors whose moments are held at the sample's."""
        return tuple(dict.fromkeys(row.lhs for row in self.table.rows if row.is_exogenous))

    def states(self) -> tuple[State, ...]:
        """Return what the model implies in each group."""
        return tuple(state for state, _ in self.pulls)


def fit_table(table: ParameterTable, sample: Sample, *, start: Array | None = None, place: str = "model") -> Fitted:
    """Return the model fitted by maximum likelihood.

    Parameters
    ----------
    table : ParameterTable
        Parameters.
    sample : Sample
        Data of its observed variables, in its order.
    start : array (q,), optional
        Where to begin, such as an earlier solution.
    place : str
        Words for messages.

    Returns
    -------
    Fitted
        At the optimum.

    Raises
    ------
    NotIdentified, NotConverged
        As `search` does.
    """
    held = held_at_sample(table, sample)
    likelihood = Likelihood(sample, blocks_of(held), held.n_free, has_means=held.has_means)
    begin = start_values(held, sample.groups) if start is None else start
    found = search(likelihood, begin, free_names(held), others=[plain_start(held, sample.groups)],
                   last=turned_starts(held, sample.groups), place=place)
    pulls = likelihood.pulls(found.x)
    return Fitted(held, sample, likelihood, found, tuple(pulls or ()))


def held_at_sample(table: ParameterTable, sample: Sample) -> ParameterTable:
    """Return the table with variances, covariances and means of predictors set to the sample's.

    Parameters
    ----------
    table : ParameterTable
        With rows marked `is_exogenous`.
    sample : Sample
        Saturated moments.

    Returns
    -------
    ParameterTable
        With `fixed` filled in those rows.
    """
    at = {name: i for i, name in enumerate(sample.names)}

    def filled(row: Parameter) -> Parameter:
        if not row.is_exogenous:
            return row
        group = sample.groups[row.group]
        value = group.mean[at[row.lhs]] if row.op == "~1" else group.cov[at[row.lhs], at[row.rhs]]
        return replace(row, fixed=float(value))

    return replace(table, rows=tuple(filled(row) for row in table.rows))


def free_names(table: ParameterTable) -> list[str]:
    """Return a name for each free parameter.

    Parameters
    ----------
    table : ParameterTable
        Parameters.

    Returns
    -------
    list of str
        `lhs op rhs` of the first row that has it, with its group where there are several.
    """
    names: dict[int, str] = {}
    for row in table.rows:
        if row.free:
            where = f" in {table.groups[row.group]}" if len(table.groups) > 1 else ""
            names.setdefault(row.free, f"{row.lhs} {row.op} {row.rhs}".strip() + where)
    return [names[at + 1] for at in range(table.n_free)]


def saturated_misfit(sample: Sample, *, has_means: bool) -> float:
    """Return the misfit of the model that fits the sample exactly.

    Parameters
    ----------
    sample : Sample
        Data.
    has_means : bool
        Whether the model has means (of no weight for complete data).

    Returns
    -------
    float
        F as in `likelihood`.
    """
    return sum(_saturated(group, has_means) for group in sample.groups) / sample.n


def _saturated(group: GroupSample, has_means: bool) -> float:
    if group.is_complete:
        return group.n / 2 * (float(np.linalg.slogdet(group.cov)[1]) + len(group.cov))
    total = 0.0
    for pattern in group.patterns:
        solved = inverse_and_log_det(group.cov[np.ix_(pattern.seen, pattern.seen)])
        if solved is not None:
            d = pattern.mean - group.mean[pattern.seen]
            total += pattern.n / 2 * (solved[1] + float((solved[0] * (pattern.cov + np.outer(d, d))).sum()))
    return total


def log_likelihood(sample: Sample, misfit: float, held: tuple[str, ...]) -> float:
    """Return the log-likelihood of a sample.

    Parameters
    ----------
    sample : Sample
        Data.
    misfit : float
        F at the parameters.
    held : tuple of str
        Predictors, whose own likelihood does not count.

    Returns
    -------
    float
        Of all respondents, given the predictors.
    """
    n_values = sum(pattern.n * len(pattern.seen) for group in sample.groups for pattern in group.patterns)
    total = -misfit * sample.n - n_values / 2 * float(np.log(2 * np.pi))
    at = [sample.names.index(name) for name in held]
    for group in sample.groups if at else ():
        own = float(np.linalg.slogdet(group.cov[np.ix_(at, at)])[1])
        total += group.n / 2 * (own + len(at) + len(at) * float(np.log(2 * np.pi)))
    return total

