"""Resampling respondents: counts of who was drawn how often, and what follows for means, ranks and correlations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]

N_RESAMPLES = 2000          # model 5 and 7: resamples of respondents
_BLOCK_CELLS = 4_000_000    # Draws held in memory at a time; it does not change what is drawn.
_TINY = 1e-12               # a variance below this is a rounding error


def resample_counts(n: int, n_resamples: int, seed: Sequence[int]) -> Iterator[Numbers]:
    """Yield how often each respondent was drawn, block by block.

    Parameters
    ----------
    n : int
        Respondents.
    n_resamples : int
        Resamples of n respondents each, with replacement.
    seed : sequence of int
        Seed of the one stream of this analysis, such as ``[study seed, section]``.

    Yields
    ------
    numpy.ndarray, shape (b, n)
        Counts; every row adds up to n. The blocks together hold `n_resamples` rows.
    """
    rng = np.random.default_rng(list(seed))
    block = max(1, _BLOCK_CELLS // max(n, 1))
    for start in range(0, n_resamples, block):
        size = min(block, n_resamples - start)
        drawn = rng.integers(0, n, size=(size, n)) + np.arange(size)[:, None] * n
        yield np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n).astype(np.float64)


def resample_means(values: pd.DataFrame, *, n_resamples: int = N_RESAMPLES, seed: Sequence[int]) -> Numbers:
    """Return the column means of each resample of rows.

    Parameters
    ----------
    values : pandas.DataFrame, n × k
        Scores, missing = NaN; each mean is over the values known.
    n_resamples : int, optional
        Number of resamples, B.
    seed : sequence of int
        Seed of the stream.

    Returns
    -------
    numpy.ndarray, shape (B, k)
        Means; NaN where a resample holds no known value.
    """
    x = values.to_numpy(dtype=float)
    known = np.isfinite(x)
    filled = np.where(known, x, 0.0)
    blocks = []
    for counts in resample_counts(len(x), n_resamples, seed):
        weight = counts @ known
        blocks.append(np.where(weight > 0, counts @ filled / np.maximum(weight, 1), np.nan))
    return np.concatenate(blocks)


def top_rank_probability(values: pd.DataFrame, top: int = 2, *, n_resamples: int = N_RESAMPLES,
                         seed: Sequence[int]) -> dict[str, float]:
    """Return how often each column's mean is among the highest when respondents are resampled.

    Parameters
    ----------
    values : pandas.DataFrame, n × k
        Scores of what is ranked, missing = NaN.
    top : int, optional
        Ranks that count as top; default 2.
    n_resamples : int, optional
        Number of resamples.
    seed : sequence of int
        Seed of the stream.

    Returns
    -------
    dict[str, float]
        Column → share of resamples, 0..1. Ties at the border go to the column that comes first.
    """
    means = np.nan_to_num(resample_means(values, n_resamples=n_resamples, seed=seed), nan=-np.inf)
    ranks = np.argsort(np.argsort(-means, axis=1, kind="stable"), axis=1, kind="stable")
    return {str(key): float((ranks[:, place] < top).mean()) for place, key in enumerate(values.columns)}


def resample_correlations(values: ArrayLike, *, n_resamples: int = N_RESAMPLES, seed: Sequence[int]) -> Numbers:
    """Return the correlation matrix of each resample of rows.

    Parameters
    ----------
    values : array_like, shape (n, q)
        Complete rows.
    n_resamples : int, optional
        Number of resamples, B.
    seed : sequence of int
        Seed of the stream.

    Returns
    -------
    numpy.ndarray, shape (B, q, q)
        Correlations; NaN in every cell of a variable that does not vary in a resample.
    """
    return as_correlations(resample_covariances(values, n_resamples=n_resamples, seed=seed))


def as_correlations(covariances: Numbers) -> Numbers:
    """Return covariance matrices as correlation matrices.

    Parameters
    ----------
    covariances : numpy.ndarray, shape (B, q, q)

    Returns
    -------
    numpy.ndarray, shape (B, q, q)
        NaN in every cell of a variable that does not vary.
    """
    variance = np.diagonal(covariances, axis1=1, axis2=2)
    spread = np.sqrt(np.where(variance > _TINY, variance, np.nan))
    return np.asarray(covariances / (spread[:, :, None] * spread[:, None, :]))


def resample_covariances(values: ArrayLike, *, n_resamples: int = N_RESAMPLES, seed: Sequence[int]) -> Numbers:
    """Return the covariance matrix of each resample of rows, in units of the sample's own spread.

    Parameters
    ----------
    values : array_like, shape (n, q)
        Complete rows; every column is first brought to mean 0 and SD (ddof 0) 1 over all of them.
    n_resamples : int, optional
        Number of resamples, B.
    seed : sequence of int
        Seed of the stream.

    Returns
    -------
    numpy.ndarray, shape (B, q, q)
        Covariances (ddof 0). Counts and cross-products are multiplied as matrices, so no resample is ever written out.
    """
    x = np.asarray(values, dtype=float)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    n, q = x.shape
    rows, columns = np.triu_indices(q)
    sums = np.hstack([x, x[:, rows] * x[:, columns]])
    moments = np.concatenate([counts @ sums for counts in resample_counts(n, n_resamples, seed)]) / n
    means, products = moments[:, :q], moments[:, q:]
    covariance = np.empty((len(moments), q, q))
    covariance[:, rows, columns] = products
    covariance[:, columns, rows] = products
    covariance -= means[:, :, None] * means[:, None, :]
    return covariance
