"""How would correlations and reliabilities look in other samples? Both from the same resampled sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.quant.resampling import resample_counts

Numbers = NDArray[np.float64]

_TINY = 1e-12


@dataclass(frozen=True)
class Draws:
    """B resamples of rows: correlations (B, q, q), and alpha of each score (B, q), NaN without its items."""

    correlations: Numbers
    alphas: Numbers


def alpha_of_items(items: Numbers) -> float:
    """Return Cronbach's alpha of the complete rows.

    Parameters
    ----------
    items : numpy.ndarray (n, k)
        Recoded answers, missing = NaN.

    Returns
    -------
    float
        NaN with fewer than two items, two complete rows, or without variation.
    """
    return float(_alphas(np.ones((1, len(items))), items)[0])


def draw_moments(scores: pd.DataFrame, items: Mapping[str, pd.DataFrame], *, n_resamples: int,
                 seed: Sequence[int]) -> Draws:
    """Return correlations and reliabilities of resampled rows, without writing out a resample.

    Parameters
    ----------
    scores : pandas.DataFrame (n, q)
        Complete rows.
    items : mapping of score → pandas.DataFrame (n, k)
        Recoded items of those scores whose alpha is wanted, same rows.
    n_resamples : int
        Number of resamples, B.
    seed : sequence of int
        Seed of the stream.

    Returns
    -------
    Draws
        NaN in all cells of a score that does not vary in a resample. Counts of who was drawn are multiplied with sums
        of products, so the cost does not depend on the resamples' rows beyond one product of matrices.

    References
    ----------
    Efron & Tibshirani (1993), An introduction to the bootstrap.
    """
    x = scores.to_numpy(dtype=float)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    upper = np.triu_indices(z.shape[1])
    sums = np.hstack([z, z[:, upper[0]] * z[:, upper[1]]])
    answers = [items[key].to_numpy(dtype=float) if key in items else None for key in scores.columns]
    correlations, alphas = [], []
    for counts in resample_counts(len(z), n_resamples, seed):
        correlations.append(_correlations(counts @ sums / len(z), upper))
        alphas.append(np.column_stack([np.full(len(counts), np.nan) if one is None else _alphas(counts, one)
                                       for one in answers]))
    return Draws(np.concatenate(correlations), np.concatenate(alphas))


def _correlations(moments: Numbers, upper: tuple[NDArray[np.int64], NDArray[np.int64]]) -> Numbers:
    q = int(upper[1].max()) + 1
    means, covariance = moments[:, :q], np.empty((len(moments), q, q))
    covariance[:, upper[0], upper[1]] = covariance[:, upper[1], upper[0]] = moments[:, q:]
    covariance -= means[:, :, None] * means[:, None, :]
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    spread = np.sqrt(np.where(variance > _TINY, variance, np.nan))
    return np.asarray(covariance / (spread[:, :, None] * spread[:, None, :]))


def _alphas(counts: Numbers, items: Numbers) -> Numbers:
    """Return alpha for each row of counts: how often each person with complete answers was drawn."""
    complete = np.isfinite(items).all(axis=1)
    x, k = items[complete], items.shape[1]
    if k < 2 or len(x) < 2:  # noqa: PLR2004 - alpha compares two items over two people
        return np.full(len(counts), np.nan)
    x = x - x.mean(axis=0)
    parts = np.column_stack([np.ones(len(x)), x, x**2, x.sum(axis=1)**2])
    sums = counts[:, complete] @ parts
    n = np.maximum(sums[:, :1], 1)
    means = sums[:, 1:k + 1] / n
    variances = sums[:, k + 1:2 * k + 1] / n - means**2
    total = sums[:, -1] / n[:, 0] - means.sum(axis=1)**2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > _TINY, k / (k - 1) * (1 - variances.sum(axis=1) / total), np.nan)
