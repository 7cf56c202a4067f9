"""How many factors rise above chance? Horn's parallel analysis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

import numpy as np
import pandas as pd

from analysis.errors import SpecError
from analysis.quant.correlations import (
    MINIMUM_ROWS,
    Array,
    Correlations,
    Kind,
    Missing,
    check_choice,
    correlation_matrix,
    item_matrix,
)
from analysis.quant.factors.extraction import SMALLEST_EIGENVALUE, extract, squared_multiple_correlations
from analysis.quant.factors.factorability import check_more_rows_than_items
from analysis.results.measurement import ParallelAnalysis

DRAWS = 500                     # Monte Carlo error of a 95th percentile below .02 even at n = 30; below .002 at n = 300
UPPER_SHARE = 0.95              # Glorfeld 1995: the 95th percentile instead of Horn's mean
BATCH_CELLS = 1 << 21           # random matrices handled at a time, 16 megabytes
FEWEST_DRAWS = 2                # a percentile needs more than one

Diagonal = Literal["smc", "one_factor"]
Random = Literal["normal", "resampled"]


def parallel_analysis(items: pd.DataFrame, *, n_draws: int = DRAWS, seed: int = 0, missing: Missing = "pairwise",
                      correlation: Kind = "pearson", diagonal: Diagonal = "smc", random: Random = "normal",
                      place: str = "items") -> ParallelAnalysis:
    """Return observed eigenvalues beside those of uncorrelated normal data of the same size.

    Parameters
    ----------
    items : DataFrame (n, k)
        Numeric answers, n > k >= 2; missing = NaN.
    n_draws : int
        Random data sets.
    seed : int
        Of the random numbers; the same seed gives the same result.
    missing, correlation
        As in `correlations.correlation_matrix`.
    diagonal : {"smc", "one_factor"}
        What stands on the diagonal for the factors: squared multiple correlations (Humphreys and Montanelli), or the
        communalities of one minres factor, as psych::fa.parallel does; the latter mostly counts more factors.
    random : {"normal", "resampled"}
        Random normal data, or the answers themselves, each column drawn anew on its own with replacement.
    place : str
        Words for messages.

    Returns
    -------
    ParallelAnalysis
        Eigenvalues of R (components) and of R with its diagonal replaced (factors), falling;
        for random data their mean and 95th percentile. `retain_*` counts the leading eigenvalues above the random
        ones. The four counts may differ; none is the truth.

    Notes
    -----
    A covariance matrix of n normal rows is drawn directly as A A' with A lower triangular (Bartlett's decomposition of
    the Wishart distribution), so that the time does not depend on n.

    References
    ----------
    Horn 1965; Humphreys & Montanelli 1975; Glorfeld 1995.
    """
    correlations = correlation_matrix(items, kind=correlation, missing=missing, place=place)
    check_choice("random", random, get_args(Random), place)
    if random == "normal":
        return parallel_analysis_of(correlations, n_draws=n_draws, seed=seed, diagonal=diagonal, place=place)
    _check_options(correlations, n_draws, diagonal, place)
    X = item_matrix(items, place)
    X = X[~np.isnan(X).any(axis=1)] if missing == "listwise" else X
    chance = _eigenvalues(_resampled(X, n_draws, seed, correlation), diagonal)
    return beside_chance(correlations, chance, seed, diagonal=diagonal, random=random)


def parallel_analysis_of(correlations: Correlations, *, n_draws: int = DRAWS, seed: int = 0,
                         diagonal: Diagonal = "smc", place: str = "items") -> ParallelAnalysis:
    """Return the parallel analysis of a correlation matrix.

    Parameters
    ----------
    correlations : Correlations
        Matrix (k, k) with its number of rows n > k.
    n_draws, seed, diagonal
        As in `parallel_analysis`.
    place : str
        Words for messages.

    Returns
    -------
    ParallelAnalysis
        As `parallel_analysis` describes.
    """
    _check_options(correlations, n_draws, diagonal, place)
    drawn = _normal(correlations.n, len(correlations.keys), n_draws, seed)
    return beside_chance(correlations, _eigenvalues(drawn, diagonal), seed, diagonal=diagonal)


def beside_chance(correlations: Correlations, chance: tuple[Array, Array], seed: int, *, diagonal: Diagonal = "smc",
                  random: Random = "normal") -> ParallelAnalysis:
    """Return observed eigenvalues beside those of chance.

    Parameters
    ----------
    correlations : Correlations
        Matrix (k, k) of the data.
    chance : pair of arrays (n_draws, k)
        Falling eigenvalues of correlations of random data, and of those with the diagonal replaced.
    seed : int
        Of the random numbers.
    diagonal, random
        As in `parallel_analysis`: what stands on the diagonal, and what was drawn.

    Returns
    -------
    ParallelAnalysis
        As `parallel_analysis` describes.
    """
    R = correlations.matrix
    observed = np.asarray(np.linalg.eigvalsh(R)[::-1], dtype=np.float64)
    factors = factor_eigenvalues(R, diagonal)
    limits = [of(values) for values in chance for of in (_mean, _upper)]
    kept = [_leading(seen, limit) for seen, limit in zip((observed, observed, factors, factors), limits, strict=True)]
    return ParallelAnalysis(
        n=correlations.n, observed_components=_series(observed), observed_factors=_series(factors),
        random_components_mean=_series(limits[0]), random_components_p95=_series(limits[1]),
        random_factors_mean=_series(limits[2]), random_factors_p95=_series(limits[3]),
        retain_components_mean=kept[0], retain_components_p95=kept[1], retain_factors_mean=kept[2],
        retain_factors_p95=kept[3], n_draws=len(chance[0]), seed=seed, correlation=correlations.kind,
        cautions=correlations.cautions, diagonal=diagonal, random=random)


def factor_eigenvalues(R: Array, diagonal: Diagonal = "smc") -> Array:
    """Return the eigenvalues of R with communalities on its diagonal.

    Parameters
    ----------
    R : array (k, k)
        Correlations; without an inverse the diagonal of squared multiple correlations stays 1.
    diagonal : {"smc", "one_factor"}
        As in `parallel_analysis`.

    Returns
    -------
    array (k,)
        Falling.
    """
    reduced = R.copy()
    np.fill_diagonal(reduced, _communalities(R, diagonal))
    return np.asarray(np.linalg.eigvalsh(reduced)[::-1])


def _check_options(correlations: Correlations, n_draws: int, diagonal: str, place: str) -> None:
    check_choice("diagonal", diagonal, get_args(Diagonal), place)
    check_more_rows_than_items(correlations.n, len(correlations.keys), place)
    if n_draws < FEWEST_DRAWS:
        raise SpecError(place, f"n_draws={n_draws} is too few.", "Draw at least 20; 500 is usual.")


def _eigenvalues(drawn: Iterator[Array], diagonal: Diagonal) -> tuple[Array, Array]:
    """Return eigenvalues (n_draws, k), falling, of correlations that come in batches, with either diagonal."""
    both = [(np.linalg.eigvalsh(batch)[:, ::-1], _factor_eigenvalues(batch, diagonal)) for batch in drawn]
    return np.concatenate([pair[0] for pair in both]), np.concatenate([pair[1] for pair in both])


def _factor_eigenvalues(R: Array, diagonal: Diagonal) -> Array:
    """Return eigenvalues (b, k), falling, of correlations (b, k, k) with communalities on the diagonal."""
    reduced, place = R.copy(), np.arange(R.shape[-1])
    if diagonal == "smc" and np.linalg.eigvalsh(R)[:, 0].min() > SMALLEST_EIGENVALUE:
        reduced[:, place, place] = 1.0 - 1.0 / np.linalg.inv(R)[:, place, place]
    else:
        reduced[:, place, place] = np.stack([_communalities(one, diagonal) for one in R])
    return np.asarray(np.linalg.eigvalsh(reduced)[:, ::-1])


def _communalities(R: Array, diagonal: Diagonal) -> Array:
    if diagonal == "one_factor":
        return np.asarray((extract(R, 1).loadings ** 2).sum(axis=1))
    smc = squared_multiple_correlations(R)
    return np.ones(len(R)) if smc is None else smc


def _normal(n: int, k: int, n_draws: int, seed: int) -> Iterator[Array]:
    """Yield correlations (b, k, k) of independent normal data."""
    generator = np.random.default_rng(seed)
    step = max(1, BATCH_CELLS // (k * k))
    for start in range(0, n_draws, step):
        yield _random_correlations(generator, n, k, min(step, n_draws - start))


def _resampled(X: Array, n_draws: int, seed: int, kind: Kind) -> Iterator[Array]:
    """Yield correlations (1, k, k) of the answers with every column drawn on its own."""
    generator = np.random.default_rng(seed)
    for _ in range(n_draws):
        drawn = np.take_along_axis(X, generator.integers(0, len(X), X.shape), axis=0)
        found = pd.DataFrame(drawn).corr(method=kind, min_periods=MINIMUM_ROWS).to_numpy()
        # A column that was drawn constant, or two that met too seldom, goes with nothing.
        R = np.where(np.isnan(found), 0.0, found)
        np.fill_diagonal(R, 1.0)
        yield R[None]


def _random_correlations(generator: np.random.Generator, n: int, k: int, draws: int) -> Array:
    A = np.tril(generator.standard_normal((draws, k, k)), -1)
    diagonal = np.arange(k)
    A[:, diagonal, diagonal] = np.sqrt(generator.chisquare(n - 1 - diagonal, size=(draws, k)))
    A /= np.sqrt((A**2).sum(axis=2, keepdims=True))
    return np.asarray(A @ np.swapaxes(A, 1, 2))


def _mean(values: Array) -> Array:
    return np.asarray(values.mean(axis=0))


def _upper(values: Array) -> Array:
    return np.asarray(np.quantile(values, UPPER_SHARE, axis=0))


def _leading(observed: Array, limit: Array) -> int:
    below = np.flatnonzero(observed <= limit)
    return int(below[0]) if len(below) else len(observed)


def _series(values: Array) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
