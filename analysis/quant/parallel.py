"""How many factors rise above chance? Horn's parallel analysis."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.quant.correlations import Array, Correlations, Kind, Missing, correlation_matrix
from analysis.quant.extraction import squared_multiple_correlations
from analysis.quant.factorability import check_more_rows_than_items
from analysis.results.measurement import ParallelAnalysis

DRAWS = 500                     # Monte Carlo error of a 95th percentile below .02 even at n = 30; below .002 at n = 300
UPPER_SHARE = 0.95              # Glorfeld 1995: the 95th percentile instead of Horn's mean
BATCH_CELLS = 1 << 21           # random matrices handled at a time, 16 megabytes


def parallel_analysis(items: pd.DataFrame, *, n_draws: int = DRAWS, seed: int = 0, missing: Missing = "pairwise",
                      correlation: Kind = "pearson", place: str = "items") -> ParallelAnalysis:
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

    Returns
    -------
    ParallelAnalysis
        Eigenvalues of R (components) and of R with squared multiple correlations on its diagonal (factors), falling;
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
    return parallel_analysis_of(correlations, n_draws=n_draws, seed=seed, place=place)


def parallel_analysis_of(correlations: Correlations, *, n_draws: int = DRAWS, seed: int = 0,
                         place: str = "items") -> ParallelAnalysis:
    """Return the parallel analysis of a correlation matrix.

    Parameters
    ----------
    correlations : Correlations
        Matrix (k, k) with its number of rows n > k.
    n_draws, seed
        As in `parallel_analysis`.
    place : str
        Words for messages.

    Returns
    -------
    ParallelAnalysis
        As `parallel_analysis` describes.
    """
    n, k = correlations.n, len(correlations.keys)
    check_more_rows_than_items(n, k, place)
    return beside_chance(correlations, _random_eigenvalues(n, k, n_draws, seed), seed)


def beside_chance(correlations: Correlations, chance: tuple[Array, Array], seed: int) -> ParallelAnalysis:
    """Return observed eigenvalues beside those of chance.

    Parameters
    ----------
    correlations : Correlations
        Matrix (k, k) of the data.
    chance : pair of arrays (n_draws, k)
        Falling eigenvalues of correlations of random data, and of those with SMC on the diagonal.
    seed : int
        Of the random numbers.

    Returns
    -------
    ParallelAnalysis
        As `parallel_analysis` describes.
    """
    R, n = correlations.matrix, correlations.n
    observed = np.asarray(np.linalg.eigvalsh(R)[::-1], dtype=np.float64)
    factors = factor_eigenvalues(R)
    random, random_factors = chance
    limits = [of(values) for values in (random, random_factors) for of in (_mean, _upper)]
    kept = [_leading(seen, limit) for seen, limit in zip((observed, observed, factors, factors), limits, strict=True)]
    return ParallelAnalysis(
        n=n, observed_components=_series(observed), observed_factors=_series(factors),
        random_components_mean=_series(limits[0]), random_components_p95=_series(limits[1]),
        random_factors_mean=_series(limits[2]), random_factors_p95=_series(limits[3]),
        retain_components_mean=kept[0], retain_components_p95=kept[1], retain_factors_mean=kept[2],
        retain_factors_p95=kept[3], n_draws=len(random), seed=seed, correlation=correlations.kind,
        cautions=correlations.cautions)


def factor_eigenvalues(R: Array) -> Array:
    """Return the eigenvalues of R with squared multiple correlations on its diagonal.

    Parameters
    ----------
    R : array (k, k)
        Correlations; without an inverse the diagonal stays 1.

    Returns
    -------
    array (k,)
        Falling.
    """
    smc = squared_multiple_correlations(R)
    reduced = R.copy()
    np.fill_diagonal(reduced, 1.0 if smc is None else smc)
    return np.asarray(np.linalg.eigvalsh(reduced)[::-1])


def _random_eigenvalues(n: int, k: int, n_draws: int, seed: int) -> tuple[Array, Array]:
    """Return eigenvalues (n_draws, k), falling, of random correlations and of those with SMC on the diagonal."""
    generator = np.random.default_rng(seed)
    components, factors = np.empty((n_draws, k)), np.empty((n_draws, k))
    step = max(1, BATCH_CELLS // (k * k))
    for start in range(0, n_draws, step):
        R = _random_correlations(generator, n, k, min(step, n_draws - start))
        part = slice(start, start + len(R))
        components[part] = np.linalg.eigvalsh(R)[:, ::-1]
        diagonal = np.arange(k)
        R[:, diagonal, diagonal] = 1.0 - 1.0 / np.linalg.inv(R)[:, diagonal, diagonal]
        factors[part] = np.linalg.eigvalsh(R)[:, ::-1]
    return components, factors


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
