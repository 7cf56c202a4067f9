"""Are the correlations worth factoring? KMO, Bartlett's test, squared multiple correlations, eigenvalues."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import TooFewData
from analysis.quant.correlations import Array, Correlations, Kind, Missing, correlation_matrix
from analysis.quant.factors.factor_fit import log10_chi2_tail
from analysis.results.measurement import Factorability

SMALLEST_EIGENVALUE = 1e-10     # at or below it items determine one another, or gaps made R inconsistent
SHARE_IN_DEPENDENCE = 0.05      # an item with at least this weight in a null direction takes part in the dependence


def factorability(items: pd.DataFrame, *, missing: Missing = "pairwise", correlation: Kind = "pearson",
                  place: str = "items") -> Factorability:
    """Return whether the correlations of the items are worth factoring.

    Parameters
    ----------
    items : DataFrame (n, k)
        Numeric answers, k >= 2, n > k; missing = NaN.
    missing : {"pairwise", "listwise"}
        Which rows a correlation uses.
    correlation : {"pearson", "spearman"}
        Kind of correlation.

    Returns
    -------
    Factorability
        KMO in 0..1 = sum r² / (sum r² + sum q²) over pairs, q the partial correlations given all other items;
        Bartlett's chi2 = -(n - 1 - (2k + 5)/6) log det R, with p and log10 p; SMC in 0..1; eigenvalues, falling.
        Where R has no inverse these are None (SMC empty) and `dependent_items` names the items.

    References
    ----------
    Kaiser 1970; Kaiser & Rice 1974; Bartlett 1951; Revelle, psych::KMO, cortest.bartlett, smc.
    """
    return factorability_of(correlation_matrix(items, kind=correlation, missing=missing, place=place), place=place)


def factorability_of(correlations: Correlations, *, place: str = "items") -> Factorability:
    """Return factorability of a correlation matrix.

    Parameters
    ----------
    correlations : Correlations
        Matrix (k, k) with its number of rows n > k.
    place : str
        Words for messages.

    Returns
    -------
    Factorability
        As `factorability` describes.
    """
    keys, n, R = correlations.keys, correlations.n, correlations.matrix
    check_more_rows_than_items(n, len(keys), place)
    k = len(keys)
    values, vectors = np.linalg.eigh(R)
    df = k * (k - 1) // 2
    falling = tuple(float(value) for value in values[::-1])
    if values[0] <= SMALLEST_EIGENVALUE:
        null = np.abs(vectors[:, values <= SMALLEST_EIGENVALUE]).max(axis=1) >= SHARE_IN_DEPENDENCE
        dependent = tuple(key for key, part in zip(keys, null, strict=True) if part)
        return Factorability(n, None, {}, None, df, None, None, falling, {}, dependent,
                             correlations.cautions)
    inverse = (vectors / values) @ vectors.T
    overall, single = _kmo(R, inverse)
    chi2 = max(-(n - 1 - (2 * k + 5) / 6) * float(np.log(values).sum()), 0.0)
    return Factorability(
        n=n, kmo=overall, kmo_items=dict(zip(keys, single.tolist(), strict=True)), bartlett_chi2=chi2, bartlett_df=df,
        bartlett_p=float(stats.chi2.sf(chi2, df)), bartlett_log10_p=log10_chi2_tail(chi2, df), eigenvalues=falling,
        smc=dict(zip(keys, (1.0 - 1.0 / inverse.diagonal()).tolist(), strict=True)),
        cautions=correlations.cautions)


def check_more_rows_than_items(n: int, k: int, place: str = "items") -> None:
    """Refuse correlations of as many items as there are rows, which determine one another.

    Parameters
    ----------
    n, k : int
        Rows and items.
    place : str
        Words for messages.

    Raises
    ------
    TooFewData
        Unless n > k.
    """
    if n <= k:
        raise TooFewData(place, f"{n} row(s) for {k} items; their correlations determine one another.",
                         "Use more respondents than items.", n)


def _kmo(R: Array, inverse: Array) -> tuple[float, Array]:
    scale = 1.0 / np.sqrt(inverse.diagonal())
    partial = (inverse * np.outer(scale, scale)) ** 2
    squared = R**2
    np.fill_diagonal(partial, 0.0)
    np.fill_diagonal(squared, 0.0)
    shared, left = squared.sum(axis=0), partial.sum(axis=0)
    return float(shared.sum() / (shared.sum() + left.sum())), np.asarray(shared / (shared + left))
