"""How many factors of ordinal items rise above chance? Horn's parallel analysis on polychoric correlations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.quant.correlations import Array, Missing
from analysis.quant.factors.factorability import check_more_rows_than_items
from analysis.quant.factors.parallel import beside_chance, factor_eigenvalues
from analysis.quant.ordinal.polychoric import ZeroCells, fit_pairs, polychoric_correlations
from analysis.quant.ordinal.tables import OrdinalTables, ordinal_tables, pair_tables
from analysis.results.measurement import ParallelAnalysis

POLYCHORIC_DRAWS = 200          # Monte Carlo error of a 95th percentile below .003 at n = 300


def polychoric_parallel(items: pd.DataFrame, *, n_draws: int = POLYCHORIC_DRAWS, seed: int = 0,
                        missing: Missing = "pairwise", zero_cells: ZeroCells = "keep", smooth: bool = False,
                        place: str = "items") -> ParallelAnalysis:
    """Return eigenvalues of polychoric correlations beside those of the same answers, shuffled.

    Parameters
    ----------
    items : DataFrame (n, k)
        Ordered answers as numbers, n > k >= 2; missing = NaN.
    n_draws : int
        Shufflings.
    seed : int
        Of the random numbers.
    missing, zero_cells, smooth
        As in `polychoric.polychoric_correlations`.
    place : str
        Words for messages.

    Returns
    -------
    ParallelAnalysis
        As `parallel.parallel_analysis` describes. Chance is made by shuffling the answers of each item over the
        respondents, gaps and all: the items keep their thresholds and lose their correlations.

    References
    ----------
    Horn 1965; Garrido, Abad & Ponsoda 2013; Lubbe 2019.
    """
    correlations = polychoric_correlations(items, missing=missing, zero_cells=zero_cells, smooth=smooth, place=place)
    check_more_rows_than_items(correlations.n, len(correlations.keys), place)
    tables = ordinal_tables(items, missing=missing, place=place)
    return beside_chance(correlations, _shuffled_eigenvalues(tables, n_draws, seed), seed)


def _shuffled_eigenvalues(tables: OrdinalTables, n_draws: int, seed: int) -> tuple[Array, Array]:
    generator = np.random.default_rng(seed)
    k = len(tables.keys)
    components, factors = np.empty((n_draws, k)), np.empty((n_draws, k))
    for draw in range(n_draws):
        codes = generator.permuted(tables.codes, axis=0)
        shuffled = replace(tables, codes=codes, tables=pair_tables(codes, tables.counts.shape[1]))
        R = fit_pairs(shuffled).matrix()
        components[draw] = np.linalg.eigvalsh(R)[::-1]
        factors[draw] = factor_eigenvalues(R)
    return components, factors
