"""What must a reader of a fitted model be told? Improper values and other doubts, by name."""

from __future__ import annotations

import numpy as np

from analysis.quant.sem.covariance import Sandwich
from analysis.quant.sem.model import Fitted
from analysis.results.caution import Caution

NEGATIVE = -1e-10
FEW_PER_PARAMETER = 5           # Bentler & Chou 1987: at least five respondents for each free parameter


def cautions_of(fitted: Fitted, sandwich: Sandwich) -> tuple[Caution, ...]:
    """Return what must be said of a solution.

    Parameters
    ----------
    fitted : Fitted
        A model at its parameters.
    sandwich : Sandwich
        With the covariances of its estimates.

    Returns
    -------
    tuple of Caution
        negative_variance (a Heywood case), latent_covariance_not_positive_definite,
        residual_covariance_not_positive_definite, no_standard_error, few_respondents, saturated_model, new_start,
        rows_dropped.
    """
    found = [caution for g in range(len(fitted.sample.groups)) for caution in _improper(fitted, g)]
    names = [row.key for row in fitted.table.rows if row.free and sandwich.vcov[row.free - 1, row.free - 1] <= 0]
    if names:
        found.append(Caution("no_standard_error", tuple(dict.fromkeys(names))))
    if fitted.n < FEW_PER_PARAMETER * fitted.table.n_free:
        found.append(Caution("few_respondents", (f"{fitted.n / fitted.table.n_free:.2f} per parameter",)))
    if fitted.df == 0:
        found.append(Caution("saturated_model"))
    if "new start" in fitted.found.path:
        found.append(Caution("new_start"))
    if fitted.sample.dropped:
        found.append(Caution("rows_dropped", (str(fitted.sample.dropped),)))
    return tuple(found)


def _improper(fitted: Fitted, g: int) -> list[Caution]:
    state, names = fitted.pulls[g][0], fitted.likelihood.blocks[g].names
    where = f" in {fitted.table.groups[g]}" if len(fitted.table.groups) > 1 else ""
    found = []
    negative = [name for name, value in zip(names, state.S.diagonal(), strict=True) if value < NEGATIVE]
    if negative:
        found.append(Caution("negative_variance", tuple(name + where for name in negative)))
    p = state.p
    latent = state.V[p:, p:]
    if len(latent) and np.linalg.eigvalsh(latent)[0] < NEGATIVE:
        found.append(Caution("latent_covariance_not_positive_definite", tuple(name + where for name in names[p:])))
    if np.linalg.eigvalsh(state.S[:p, :p])[0] < NEGATIVE and not negative:
        found.append(Caution("residual_covariance_not_positive_definite", tuple(name + where for name in names[:p])))
    return found
