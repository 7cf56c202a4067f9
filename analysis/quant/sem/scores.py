"""Where does each respondent stand on each factor?"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from analysis.errors import AnalysisError, SpecError
from analysis.quant.correlations import Array
from analysis.quant.sem.model import Fitted
from analysis.quant.sem.ram import State
from analysis.quant.sem.report import matrix_of
from analysis.quant.sem.sample import Pattern
from analysis.results.sem import FactorScores

Method = Literal["regression", "bartlett"]


def factor_scores(fitted: Fitted, *, method: Method = "regression", place: str = "model") -> FactorScores:
    """Return a score per respondent and factor.

    Parameters
    ----------
    fitted : Fitted
        A model at its parameters, with rows.
    method : {"regression", "bartlett"}
        Regression: F L' Sigma^-1 (y - mu), the best guess, drawn to the mean (F L' are the implied covariances of
        factors and items). Bartlett: (L' T^-1 L)^-1 L' T^-1 (y - mu), unbiased, with residual covariances T.
    place : str
        Words for messages.

    Returns
    -------
    FactorScores
        In the order of the rows that were used, about the factor means of the model; with gaps from what was answered.

    Raises
    ------
    SpecError, AnalysisError
        For an unknown method, for a matrix in place of answers, and (Bartlett) where a residual variance is not
        positive or what was answered cannot tell the factors apart.

    References
    ----------
    Thomson 1951; Bartlett 1937; Skrondal & Laake 2001 on which to use when.
    """
    if method not in get_args(Method):
        raise SpecError(place, f"scores={method!r} is not known.", f"Use one of: {', '.join(get_args(Method))}.")
    if not fitted.sample.has_rows:
        raise SpecError(place, "scores need the answers, and only a matrix is given.", "Give the file of answers.")
    names = fitted.likelihood.blocks[0].names
    blocks, places = [], []
    for group, state in zip(fitted.sample.groups, fitted.states(), strict=True):
        for pattern in group.patterns:
            weights = _weights(state, pattern, method, place)
            middle = state.mu[pattern.seen] if fitted.table.has_means else group.mean[pattern.seen]
            blocks.append((np.asarray(pattern.rows) - middle) @ weights.T + state.eta[state.p:])
            places.append(np.asarray(pattern.places))
    scores: Array = np.concatenate(blocks)[np.argsort(np.concatenate(places), kind="stable")]
    return FactorScores(method, names[fitted.states()[0].p:], matrix_of(scores), len(scores))


def _weights(state: State, pattern: Pattern, method: Method, place: str) -> Array:
    p, seen = state.p, pattern.seen
    if method == "regression":
        between = state.V[p:, seen]
        return np.asarray(np.linalg.solve(state.sigma[np.ix_(seen, seen)], between.T).T)
    L, T = state.A[np.ix_(seen, np.arange(p, len(state.A)))], state.S[np.ix_(seen, seen)]
    if np.linalg.eigvalsh(T)[0] <= 0:
        raise AnalysisError(place, "a residual variance is not positive: Bartlett scores do not exist.",
                            "Use scores: regression, or mend the model.")
    weighed = np.linalg.solve(T, L)
    information = L.T @ weighed
    if np.linalg.matrix_rank(information) < len(information):
        raise AnalysisError(place, "a respondent answered too few items to tell the factors apart.",
                            "Use scores: regression, or missing: listwise.")
    return np.asarray(np.linalg.solve(information, weighed.T))
