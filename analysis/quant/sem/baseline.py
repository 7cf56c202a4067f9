"""What would unrelated variables look like? The independence model beside which a model is judged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.quant.correlations import Array
from analysis.quant.sem.likelihood import Likelihood
from analysis.quant.sem.model import Fitted, held_at_sample
from analysis.quant.sem.ram import blocks_of
from analysis.quant.sem.sample import GroupSample
from analysis.quant.sem.search import Found
from analysis.quant.sem.table import Parameter, ParameterTable


def independence(fitted: Fitted) -> Fitted:
    """Return the independence model of the same data.

    Parameters
    ----------
    fitted : Fitted
        A model, of which variables, groups and held predictors are taken.

    Returns
    -------
    Fitted
        Every variable has its variance (and mean), no covariance is left but those among held predictors. Its solution
        is closed: with gaps, mean and variance of the answers to each variable.
    """
    table = fitted.table
    held = [row for row in table.rows if row.is_exogenous]
    names = {row.lhs for row in held}
    free = [name for name in table.variables.observed if name not in names]
    rows, values = [], []
    for g, group in enumerate(fitted.sample.groups):
        means, variances = _univariate(group)
        at = {name: i for i, name in enumerate(fitted.sample.names)}
        for op, moments in (("~~", variances), ("~1", means)):
            if op == "~1" and not table.has_means:
                continue
            for name in free:
                values.append(float(moments[at[name]]))
                rows.append(Parameter(name, op, name if op == "~~" else "", g, free=len(values)))
        rows += [row for row in held if row.group == g]
    plain = ParameterTable(tuple(rows), replace(table.variables, latent=()), table.groups, table.has_means)
    plain = held_at_sample(plain, fitted.sample)
    likelihood = Likelihood(fitted.sample, blocks_of(plain), plain.n_free, has_means=plain.has_means)
    x = np.array(values)
    pulls = likelihood.pulls(x) or []
    return Fitted(plain, fitted.sample, likelihood, Found(x, likelihood.value(pulls), 0, "closed"), tuple(pulls))


def _univariate(group: GroupSample) -> tuple[Array, Array]:
    """Return mean and variance of the answers to each variable."""
    p = len(group.mean)
    count, total, square = np.zeros(p), np.zeros(p), np.zeros(p)
    for pattern in group.patterns:
        count[pattern.seen] += pattern.n
        total[pattern.seen] += pattern.n * pattern.mean
        square[pattern.seen] += pattern.n * (pattern.cov.diagonal() + pattern.mean**2)
    mean = total / count
    return mean, square / count - mean**2
