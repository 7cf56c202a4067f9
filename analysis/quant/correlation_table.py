"""How do items or scale scores go together? Means, standard deviations and correlations with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from analysis.quant.correlations import Array, Kind, Missing, Moments, correlation_matrix, item_moments
from analysis.quant.scales.reliability import cronbach_alpha
from analysis.quant.scoring import score_items
from analysis.results.datafile import CorrelationTable

SURE = 0.9999999            # |r| from here has no interval: Fisher's z has no end


def correlation_table(items: pd.DataFrame, *, scales: Mapping[str, Sequence[str]] | None = None,
                      kind: Kind = "pearson", missing: Missing = "pairwise", confidence: float = 0.95,
                      place: str = "items") -> CorrelationTable:
    """Return the table of means, standard deviations and correlations.

    Parameters
    ----------
    items : DataFrame (n, k)
        Numeric answers, reverse items recoded, missing = NaN.
    scales : mapping of scale to items, optional
        With it the mean scores of the scales are correlated (a score needs two thirds of its items), and `alphas` holds
        Cronbach's alpha of each; else the items themselves.
    kind : {"pearson", "spearman"}
        Kind of correlation.
    missing : {"pairwise", "listwise"}
        Rows that each correlation rests on.
    confidence : float
        Of the intervals.
    place : str
        Words for messages.

    Returns
    -------
    CorrelationTable
        k × k matrices; intervals by Fisher's z with standard error 1 / sqrt(n - 3), for Spearman
        sqrt((1 + r² / 2) / (n - 3)); two-sided p of t = r sqrt((n - 2) / (1 - r²)).

    Raises
    ------
    AnalysisError
        NoVariation, TooFewData, TableError as `item_moments`.

    References
    ----------
    Fisher (1921). Metron, 1, 3-32. Bonett & Wright (2000). Sample size requirements for estimating Pearson, Kendall and
    Spearman correlations. Psychometrika, 65(1), 23-28.
    """
    alphas: list[float | None] = [None] * items.shape[1]
    table = items
    if scales is not None:
        table = pd.DataFrame({name: score_items(items[list(keys)].to_numpy(dtype=float))
                              for name, keys in scales.items()})
        alphas = [cronbach_alpha(items[list(keys)], missing=missing, place=f"{place}, scale {name!r}").alpha.value
                  if len(keys) > 1 else None for name, keys in scales.items()]
    rows = table.dropna() if missing == "listwise" else table
    moments = item_moments(rows, place=place)
    r = moments.correlation if kind == "pearson" else correlation_matrix(rows, kind=kind, place=place).matrix
    return table_of(moments, r, alphas=alphas, kind=kind, missing=missing, confidence=confidence)


def table_of(moments: Moments, r: Array, *, alphas: Sequence[float | None] | None = None, kind: Kind = "pearson",
             missing: Missing = "pairwise", confidence: float = 0.95) -> CorrelationTable:
    """Return the table of correlations that are known already.

    Parameters
    ----------
    moments : Moments
        Means, covariances and numbers of rows of k variables; means are NaN from a matrix.
    r : array (k, k)
        Correlations of the kind.
    alphas : sequence of float or None, optional
        Reliability of each variable.
    kind, missing, confidence
        As in `correlation_table`.

    Returns
    -------
    CorrelationTable
        As `correlation_table` describes.
    """
    n, k = moments.counts, len(r)
    low, high = fisher_interval(r, n, confidence, is_ranked=kind == "spearman")
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(r) * np.sqrt((n - 2) / np.clip(1 - r ** 2, 0, None))
    p = 2 * stats.t.sf(t, np.maximum(n - 2, 1))
    is_own = np.eye(k, dtype=bool)
    return CorrelationTable(
        moments.n, moments.keys, _cells(moments.mean), _cells(np.sqrt(moments.covariance.diagonal())),
        tuple(alphas) if alphas else (None,) * k, _rows(r), _rows(np.where(is_own, np.nan, low)),
        _rows(np.where(is_own, np.nan, high)), _rows(np.where(is_own, np.nan, p)),
        tuple(tuple(map(int, row)) for row in n), kind, missing, confidence)


def fisher_interval(r: Array, n: Array, confidence: float = 0.95, *, is_ranked: bool = False) -> tuple[Array, Array]:
    """Return the interval of correlations by Fisher's z.

    Parameters
    ----------
    r, n : arrays of one shape
        Correlations and the rows each rests on.
    confidence : float
        Of the interval.
    is_ranked : bool
        Whether they are rank correlations, with Bonett and Wright's standard error.

    Returns
    -------
    low, high : arrays
        NaN where n < 4 or the correlation is perfect.
    """
    is_open = (n > 3) & (np.abs(r) < SURE)  # noqa: PLR2004  # the standard error divides by n - 3
    z = np.arctanh(np.where(is_open, r, 0.0))
    spread = np.sqrt((1 + r ** 2 / 2 if is_ranked else 1.0) / np.where(is_open, n - 3, 1))
    half = stats.norm.isf((1 - confidence) / 2) * spread
    return np.where(is_open, np.tanh(z - half), np.nan), np.where(is_open, np.tanh(z + half), np.nan)


def _cells(values: Array) -> tuple[float | None, ...]:
    return tuple(float(value) if np.isfinite(value) else None for value in values)


def _rows(values: Array) -> tuple[tuple[float | None, ...], ...]:
    return tuple(map(_cells, values))
