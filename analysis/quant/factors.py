"""Which factors lie behind the items? Exploratory factor analysis."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError, TooFewData
from analysis.quant.correlations import Array, Correlations, Kind, Missing, check_choice, correlation_matrix
from analysis.quant.extraction import ACCEPTED_GRADIENT, SMALLEST_UNIQUENESS, Extraction, Method, extract
from analysis.quant.factor_fit import degrees_of_freedom, factor_fit
from analysis.quant.factorability import check_more_rows_than_items
from analysis.quant.rotation import Rotation, ordered, rotate
from analysis.results.measurement import FactorSolution, Matrix

HEYWOOD_MARGIN = 1e-6           # a uniqueness this close to its bound is on it
MINIMUM_ITEMS = 3               # below three items one factor is not determined


def factor_analysis(items: pd.DataFrame, n_factors: int, *, method: Method = "minres", rotation: Rotation = "oblimin",
                    missing: Missing = "pairwise", correlation: Kind = "pearson", seed: int = 0) -> FactorSolution:
    """Return an exploratory factor analysis of the items.

    Parameters
    ----------
    items : DataFrame (n, k)
        Numeric answers, n > k >= 3; missing = NaN.
    n_factors : int
        At least 1 and such that the degrees of freedom are not negative.
    method : {"minres", "ml", "pa"}
        Extraction, see `extraction.extract`.
    rotation : {"oblimin", "varimax", "promax", "none"}
        See `rotation.rotate`.
    missing : {"pairwise", "listwise"}
        Which rows a correlation uses.
    correlation : {"pearson", "spearman"}
        Kind of correlation.
    seed : int
        Of the random starts of varimax and oblimin.

    Returns
    -------
    FactorSolution
        Loadings (pattern) in correlation units; factors by falling variance, signed to a positive sum; communalities
        diag(L Phi L'). `rmsea` has a 90 % interval. `heywood_items` names items with (almost) no variance of their
        own: the digits of such a solution mean little.

    References
    ----------
    Harman & Jones 1966; Jöreskog 1967; Revelle, psych::fa.
    """
    return factor_solution(correlation_matrix(items, kind=correlation, missing=missing), n_factors, method=method,
                           rotation=rotation, seed=seed)


def factor_solution(correlations: Correlations, n_factors: int, *, method: Method = "minres",
                    rotation: Rotation = "oblimin", seed: int = 0, place: str = "items") -> FactorSolution:
    """Return the factor analysis of a correlation matrix.

    Parameters
    ----------
    correlations : Correlations
        Matrix (k, k) with its number of rows n > k.
    n_factors, method, rotation, seed
        As in `factor_analysis`.
    place : str
        Words for messages.

    Returns
    -------
    FactorSolution
        As `factor_analysis` describes.
    """
    check_choice("method", method, get_args(Method), place)
    check_choice("rotation", rotation, get_args(Rotation), place)
    R, n = correlations.matrix, correlations.n
    check_factors(len(R), n_factors, n, place)
    found = accepted(extract(R, n_factors, method), place)
    turned = ordered(rotate(found.loadings, rotation, seed=seed))
    fit = factor_fit(R, n, found.loadings)
    phi = np.eye(n_factors) if turned.phi is None else turned.phi
    common = (found.loadings**2).sum(axis=1)
    return FactorSolution(
        n=n, n_factors=n_factors, method=method, rotation=rotation, correlation=correlations.kind,
        items=correlations.keys, loadings=matrix_rows(turned.loadings), structure=matrix_rows(turned.loadings @ phi),
        phi=None if turned.phi is None else matrix_rows(turned.phi), communalities=tuple(common.tolist()),
        uniquenesses=tuple((1.0 - common).tolist()),
        variance_explained=tuple((phi @ turned.loadings.T @ turned.loadings).diagonal().tolist()),
        objective=found.objective, chi2=fit.chi2, df=fit.df, p_value=fit.p_value, rmsea=fit.rmsea, tli=fit.tli,
        rmsr=fit.rmsr, heywood_items=heywood_items(correlations.keys, found), ml_discrepancy=fit.discrepancy,
        bic=fit.bic, cautions=correlations.cautions)


def check_factors(k: int, n_factors: int, n: int, place: str = "items") -> None:
    """Refuse more factors than k items of n respondents can carry.

    Parameters
    ----------
    k, n_factors, n : int
        Items, factors and rows.
    place : str
        Words for messages.

    Raises
    ------
    TooFewData
        With fewer than three items, no more rows than items, as many factors as items, or negative degrees of
        freedom.
    """
    if k < MINIMUM_ITEMS:
        raise TooFewData(place, f"{k} item(s) given, a factor analysis needs at least {MINIMUM_ITEMS}.",
                         "Name more items.", n)
    if n_factors < 1:
        raise TooFewData(place, f"{n_factors} factors asked for.", "Ask for at least one factor.", n)
    check_more_rows_than_items(n, k, place)
    # The formula of the degrees of freedom rises again beyond k factors.
    if n_factors >= k or degrees_of_freedom(k, n_factors) < 0:
        raise TooFewData(place, f"{k} items cannot carry {n_factors} factors: more loadings than correlations.",
                         "Ask for fewer factors or name more items.", n)


def accepted(found: Extraction, place: str = "items") -> Extraction:
    """Return an extraction whose criterion came to rest.

    Parameters
    ----------
    found : Extraction
        As `extract` returns it.
    place : str
        Words for messages.

    Returns
    -------
    Extraction
        The same.

    Raises
    ------
    AnalysisError
        When its gradient is 1e-7 or larger.
    """
    if not found.gradient < ACCEPTED_GRADIENT:
        raise AnalysisError(place, "the factor extraction did not converge.",
                            "Ask for fewer factors, or use method minres.")
    return found


def heywood_items(keys: tuple[str, ...], found: Extraction) -> tuple[str, ...]:
    """Return the items that a solution leaves (almost) no variance of their own.

    Parameters
    ----------
    keys : tuple of str
        Item names.
    found : Extraction
        As `extract` returns it.

    Returns
    -------
    tuple of str
        Items whose uniqueness lies on its bound of .005 or below.
    """
    limit = SMALLEST_UNIQUENESS + HEYWOOD_MARGIN
    return tuple(key for key, own in zip(keys, found.uniquenesses, strict=True) if own <= limit)


def matrix_rows(values: Array) -> Matrix:
    """Return an array in the form results keep it.

    Parameters
    ----------
    values : array (r, c)
        Any figures.

    Returns
    -------
    tuple of tuples of float
        Row by row.
    """
    return tuple(tuple(float(value) for value in row) for row in values)
