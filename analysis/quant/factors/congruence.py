"""Are two factor solutions the same? Tucker's congruence of matched factors."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.optimize import linear_sum_assignment

from analysis.errors import NoVariation, TableError
from analysis.quant.correlations import Array
from analysis.quant.factors.exploratory import matrix_rows
from analysis.results.measurement import Congruence, FactorSolution

EQUAL, FAIR = 0.95, 0.85        # Lorenzo-Seva & ten Berge 2006


def congruence_coefficients(A: Array, B: Array) -> Array:
    """Return Tucker's congruence of the factors of two loading matrices.

    Parameters
    ----------
    A, B : array (k, f), array (k, g)
        Loadings of the same items.

    Returns
    -------
    array (f, g)
        sum a b / sqrt(sum a² sum b²), -1..1.

    Raises
    ------
    NoVariation
        Where a factor has no loading at all.

    References
    ----------
    Tucker 1951.
    """
    lengths = np.linalg.norm(A, axis=0), np.linalg.norm(B, axis=0)
    if min(float(length.min(initial=1.0)) for length in lengths) == 0:
        raise NoVariation("loadings", "a factor has no loading other than zero.", "Leave the factor out.")
    return np.asarray(A.T @ B / np.outer(*lengths))


def matched_factors(coefficients: Array) -> list[tuple[int, int]]:
    """Return which factor of the second solution answers each of the first.

    Parameters
    ----------
    coefficients : array (f, g)
        Congruence of every pair.

    Returns
    -------
    list of pairs of int
        The one-to-one matching with the largest sum of absolute coefficients, min(f, g) pairs.
    """
    rows, columns = linear_sum_assignment(-np.abs(coefficients))
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True)]


def congruence(first: FactorSolution, second: FactorSolution, *, place: str = "solutions") -> Congruence:
    """Return how alike two solutions are, item order and factor order being of no consequence.

    Parameters
    ----------
    first, second : FactorSolution
        Of the same items, in any order.
    place : str
        Words for messages.

    Returns
    -------
    Congruence
        Of the best matching; verdict equal from .95, fair from .85, else different. Factors left over are named
        (`unmatched: NUMBER` of the first), and those that point the other way (`reflected: NUMBER`).

    References
    ----------
    Tucker 1951; Lorenzo-Seva & ten Berge 2006.
    """
    if set(first.items) != set(second.items):
        raise TableError(place, "the solutions are of different items.", "Compare solutions of the same items.")
    places = {key: i for i, key in enumerate(second.items)}
    B = np.array(second.loadings, dtype=np.float64)[[places[key] for key in first.items]]
    found = congruence_coefficients(np.array(first.loadings, dtype=np.float64), B)
    matches = tuple((i + 1, j + 1, float(found[i, j])) for i, j in matched_factors(found))
    matched = {i for i, _, _ in matches}
    return Congruence(
        items=first.items, coefficients=matrix_rows(found), matches=matches,
        verdicts=tuple(_verdict(abs(value)) for _, _, value in matches), n=(first.n, second.n),
        warnings=(*(f"unmatched: {i}" for i in range(1, first.n_factors + 1) if i not in matched),
                  *(f"reflected: {i}" for i, _, value in matches if value < 0)))


def _verdict(value: float) -> Literal["equal", "fair", "different"]:
    if value >= EQUAL:
        return "equal"
    return "fair" if value >= FAIR else "different"
