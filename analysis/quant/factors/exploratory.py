"""Which factors lie behind the items? Exploratory factor analysis."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError, TooFewData
from analysis.quant.correlations import Array, Correlations, Kind, Missing, check_choice, correlation_matrix
from analysis.quant.factors.extraction import (
    ACCEPTED_GRADIENT,
    SMALLEST_EIGENVALUE,
    SMALLEST_UNIQUENESS,
    Extraction,
    Method,
    extract,
)
from analysis.quant.factors.factor_fit import degrees_of_freedom, factor_fit
from analysis.quant.factors.factorability import check_more_rows_than_items
from analysis.quant.factors.orthogonal import Rotated
from analysis.quant.factors.rotation import Rotation, ordered, rotate
from analysis.results.measurement import FactorSolution, Matrix

HEYWOOD_MARGIN = 1e-6           # a uniqueness this close to its bound is on it
MINIMUM_ITEMS = 3               # below three items one factor is not determined
SALIENT = 0.30                  # Hair et al. 2019: the least loading that is interpreted
WEAK_COMMUNALITY = 0.10         # an item of which the factors explain less than a tenth


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
    rotation : {"oblimin", "varimax", "promax", "geomin", "none"}
        See `rotation.rotate`.
    missing : {"pairwise", "listwise"}
        Which rows a correlation uses.
    correlation : {"pearson", "spearman"}
        Kind of correlation.
    seed : int
        Of the random starts of varimax, oblimin and geomin.

    Returns
    -------
    FactorSolution
        Loadings (pattern) in correlation units; factors by falling variance, signed to a positive sum; communalities
        diag(L Phi L'). `rmsea` has a 90 % interval. `heywood_items` names items with (almost) no variance of their
        own: the digits of such a solution mean little. `order` is how loadings are best read. Named warnings:
        `heywood: KEY`, `thin_factor: NUMBER` (fewer than three loadings of .30), `weak_item: KEY` (communality below
        .10) and `not_positive_definite`.

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
    return solution_of(correlations, found, turned, (method, rotation))


def solution_of(correlations: Correlations, found: Extraction, turned: Rotated,
                named: tuple[Method, Rotation]) -> FactorSolution:
    """Return the result of an extraction and its rotation.

    Parameters
    ----------
    correlations : Correlations
        Matrix (k, k) with its number of rows.
    found : Extraction
        As `extraction.extract` returns it.
    turned : Rotated
        As `rotation.ordered` returns it.
    named : tuple of str
        Method and rotation.

    Returns
    -------
    FactorSolution
        As `factor_analysis` describes.
    """
    R, n = correlations.matrix, correlations.n
    f = found.loadings.shape[1]
    fit = factor_fit(R, n, found.loadings)
    phi = np.eye(f) if turned.phi is None else turned.phi
    common = (found.loadings**2).sum(axis=1)
    explained = (phi @ turned.loadings.T @ turned.loadings).diagonal()
    keys, heywood = correlations.keys, heywood_items(correlations.keys, found)
    return FactorSolution(
        n=n, n_factors=f, method=named[0], rotation=named[1], correlation=correlations.kind, items=keys,
        loadings=matrix_rows(turned.loadings), structure=matrix_rows(turned.loadings @ phi),
        phi=None if turned.phi is None else matrix_rows(turned.phi), communalities=tuple(common.tolist()),
        uniquenesses=tuple((1.0 - common).tolist()), variance_explained=tuple(explained.tolist()),
        objective=found.objective, chi2=fit.chi2, df=fit.df, p_value=fit.p_value, rmsea=fit.rmsea, tli=fit.tli,
        rmsr=fit.rmsr, heywood_items=heywood, ml_discrepancy=fit.discrepancy, bic=fit.bic,
        cautions=correlations.cautions,
        order=tuple(keys[i] for i in sorted_items(turned.loadings)),
        complexity=tuple(complexity(turned.loadings).tolist()),
        share_of_variance=tuple((explained / len(R)).tolist()),
        share_of_common=tuple((explained / explained.sum()).tolist()),
        eigenvalues=_falling(R), common_eigenvalues=_falling(R - np.diag(R.diagonal() - common)),
        empirical_chi2=fit.empirical_chi2, crms=fit.crms, null_chi2=fit.null_chi2, null_df=fit.null_df,
        fit_off=fit.fit_off, rotation_criterion=turned.criterion,
        warnings=_warnings(R, turned.loadings, common, keys, heywood))


def sorted_items(L: Array) -> list[int]:
    """Return the items in the order in which loadings are read.

    Parameters
    ----------
    L : array (k, f)
        Pattern loadings.

    Returns
    -------
    list of int
        By the factor of the largest absolute loading, within it from the largest on.
    """
    size = np.abs(L)
    return [int(i) for i in np.lexsort((-size.max(axis=1), size.argmax(axis=1)))]


def complexity(L: Array) -> Array:
    """Return on how many factors each item loads.

    Parameters
    ----------
    L : array (k, f)
        Loadings.

    Returns
    -------
    array (k,)
        (sum l²)² / sum l⁴, 1..f; 1 for an item without any loading.

    References
    ----------
    Hofmann 1978.
    """
    squares = (L**2).sum(axis=1)
    return np.asarray(np.where(squares > 0, squares**2 / np.where(squares > 0, (L**4).sum(axis=1), 1.0), 1.0))


def _falling(matrix: Array) -> tuple[float, ...]:
    return tuple(float(value) for value in np.linalg.eigvalsh(matrix)[::-1])


def _warnings(R: Array, L: Array, common: Array, keys: tuple[str, ...], heywood: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a reader must know before the loadings."""
    high = np.abs(L) >= SALIENT
    thin = [j + 1 for j in range(L.shape[1]) if high[:, j].sum() < MINIMUM_ITEMS]
    weak = [key for key, share in zip(keys, common, strict=True) if share < WEAK_COMMUNALITY]
    indefinite = ["not_positive_definite"] if np.linalg.eigvalsh(R)[0] <= SMALLEST_EIGENVALUE else []
    return (*indefinite, *(f"heywood: {key}" for key in heywood), *(f"thin_factor: {number}" for number in thin),
            *(f"weak_item: {key}" for key in weak))


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
