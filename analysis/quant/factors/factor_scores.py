"""Where does each respondent stand on the factors, and how well is that determined?"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd

from analysis.errors import NoVariation, TableError
from analysis.quant.correlations import (
    CONSTANT_RELATIVE_SD,
    Array,
    Correlations,
    check_choice,
    check_size,
    item_matrix,
)
from analysis.quant.factors.exploratory import matrix_rows
from analysis.quant.factors.extraction import SMALLEST_EIGENVALUE
from analysis.results.measurement import FactorScoring, FactorSolution

ScoreMethod = Literal["regression", "bartlett", "tenberge"]

LEAST_DETERMINACY = 0.80        # Gorsuch 1983: below .80 two sets of scores may hardly agree


def factor_scoring(correlations: Correlations, solution: FactorSolution, *, method: ScoreMethod = "regression",
                   place: str = "items") -> FactorScoring:
    """Return the weights of factor scores.

    Parameters
    ----------
    correlations : Correlations
        Matrix (k, k) from which the solution was found.
    solution : FactorSolution
        Of the same items.
    method : {"regression", "bartlett", "tenberge"}
        regression (Thurstone): R^-1 L Phi, best determined. bartlett: U^-2 L (L' U^-2 L)^-1, unbiased. tenberge:
        keeps the factors' correlations Phi in the scores.
    place : str
        Words for messages.

    Returns
    -------
    FactorScoring
        Weights W (k, f) of standardised answers; correlation of each score with its factor,
        diag(Phi L' W) / sqrt diag(W' R W); 2 r² - 1, the least correlation of two equally good sets of scores.

    Raises
    ------
    NoVariation
        Where R has no inverse, or for bartlett an item has no variance of its own.

    References
    ----------
    Thurstone 1935; Bartlett 1937; ten Berge, Krijnen, Wansbeek & Shapiro 1999; Grice 2001.
    """
    check_choice("method", method, get_args(ScoreMethod), place)
    if correlations.keys != solution.items:
        raise TableError(place, "the solution is of other items.", "Give the correlations it was found from.")
    R, L = correlations.matrix, np.array(solution.loadings, dtype=np.float64)
    phi = np.eye(L.shape[1]) if solution.phi is None else np.array(solution.phi, dtype=np.float64)
    W = _weights(R, L, phi, method, place)
    spread = np.sqrt((W.T @ R @ W).diagonal())
    determinacy = (phi @ L.T @ W).diagonal() / spread
    return FactorScoring(
        n=correlations.n, method=method, items=correlations.keys, weights=matrix_rows(W),
        determinacy=tuple(determinacy.tolist()), minimum_correlation=tuple((2 * determinacy**2 - 1).tolist()),
        score_correlations=matrix_rows(W.T @ R @ W / np.outer(spread, spread)),
        warnings=(*(f"indeterminate: {j + 1}" for j in np.flatnonzero(determinacy < LEAST_DETERMINACY)),
                  *(f"heywood: {key}" for key in solution.heywood_items)))


def factor_scores(items: pd.DataFrame, scoring: FactorScoring, *, place: str = "items") -> Array:
    """Return the factor scores of respondents.

    Parameters
    ----------
    items : DataFrame (n, k)
        Answers with the items of `scoring` among the columns; missing = NaN.
    scoring : FactorScoring
        As `factor_scoring` returns it.
    place : str
        Words for messages.

    Returns
    -------
    array (n, f)
        Of answers standardised by the mean and SD of all answers to the item. A row with a gap has no score (NaN):
        count them before use.

    References
    ----------
    Grice 2001; Revelle, psych::factor.scores with impute "none".
    """
    strangers = [key for key in scoring.items if key not in items.columns]
    if strangers:
        raise TableError(place, f"column {strangers[0]!r} is not in the data.", "Give all items of the solution.")
    X = item_matrix(items[list(scoring.items)], place)
    check_size(len(X), X.shape[1], minimum_items=1, place=place)
    if np.isinf(X).any():
        raise TableError(place, "an answer is infinite.", "Replace it or leave it empty.")
    answered = ~np.isnan(X)
    n = answered.sum(axis=0)
    mean = np.where(answered, X, 0.0).sum(axis=0) / np.maximum(n, 1)
    sd = np.sqrt((np.where(answered, X - mean, 0.0) ** 2).sum(axis=0) / np.maximum(n - 1, 1))
    flat = sd <= CONSTANT_RELATIVE_SD * np.maximum(1.0, np.abs(mean))
    if flat.any():
        raise NoVariation(f"{place}, item {scoring.items[int(flat.argmax())]!r}", "all answers are the same.",
                          "Leave the item out.")
    return np.asarray(((X - mean) / sd) @ np.array(scoring.weights, dtype=np.float64))


def _weights(R: Array, L: Array, phi: Array, method: ScoreMethod, place: str) -> Array:
    values, vectors = np.linalg.eigh(R)
    if values[0] <= SMALLEST_EIGENVALUE:
        raise NoVariation(place, "the correlations have no inverse, so scores are not determined.",
                          "Leave out items that others determine.")
    if method == "regression":
        return np.asarray(np.linalg.solve(R, L @ phi))
    if method == "bartlett":
        own = 1.0 - ((L @ phi) * L).sum(axis=1)
        if own.min() <= SMALLEST_EIGENVALUE:
            raise NoVariation(place, "an item has no variance of its own (Heywood case).",
                              "Ask for fewer factors, or use method regression.")
        scaled = L / own[:, None]
        return np.asarray(scaled @ np.linalg.inv(L.T @ scaled))
    root = (vectors / np.sqrt(values)) @ vectors.T          # R^-1/2
    half = _root(phi)
    turned = L @ half
    inner, axes = np.linalg.eigh(turned.T @ np.linalg.solve(R, turned))
    C = root @ turned @ ((axes / np.sqrt(inner)) @ axes.T)
    return np.asarray(root @ C @ half)


def _root(phi: Array) -> Array:
    values, vectors = np.linalg.eigh(phi)
    return np.asarray((vectors * np.sqrt(np.clip(values, 0.0, None))) @ vectors.T)
