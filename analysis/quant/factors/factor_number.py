"""How many factors? Every method's vote, and a range instead of one blind number."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.quant.correlations import Correlations, Kind, Missing, correlation_matrix
from analysis.quant.factors.exploratory import complexity, heywood_items
from analysis.quant.factors.extraction import extract
from analysis.quant.factors.factor_fit import factor_fit
from analysis.quant.factors.factorability import factorability_of
from analysis.quant.factors.parallel import DRAWS, parallel_analysis_of
from analysis.quant.factors.retention import MOST_FACTORS, retention
from analysis.quant.factors.rotation import R_VARIMAX_GOAL, varimax
from analysis.quant.factors.scree import scree
from analysis.results.factor_number import Advice, FactorCountFit, FactorNumber, Method, Vote
from analysis.results.measurement import Factorability, ParallelAnalysis, Retention

# Counted: parallel analysis of components against the 95th percentile and MAP, the two that recover simulated numbers
# best (Zwick & Velicer 1986; Glorfeld 1995; Velicer, Eaton & Fava 2000), and parallel analysis of factors, which seldom
# says too few (Green, Levy, Thompson, Lu & Lo 2012), where the sample is not so large that it counts trivial factors.
COUNTED: tuple[Method, ...] = ("parallel_components_p95", "map")
FACTORS_COUNT_BELOW = 500       # above it the squared-multiple-correlation diagonal keeps factors of no weight
LOWEST_KMO = 0.50               # Kaiser 1974: below it unacceptable
SABIC_SHIFT, SABIC_SHARE = 2, 24        # Sclove 1987


def factor_number(items: pd.DataFrame, *, n_draws: int = DRAWS, max_factors: int = MOST_FACTORS, seed: int = 0,
                  missing: Missing = "pairwise", correlation: Kind = "pearson", place: str = "items") -> FactorNumber:
    """Return how many factors the methods see in the items.

    Parameters
    ----------
    items : DataFrame (n, k)
        Numeric answers, n > k >= 3; missing = NaN.
    n_draws, seed
        Of the parallel analysis.
    max_factors : int
        Largest number tried by MAP, VSS and the fits.
    missing, correlation
        As in `correlations.correlation_matrix`.
    place : str
        Words for messages.

    Returns
    -------
    FactorNumber
        All votes, and the range from the lowest to the highest counted one. `advice` says what to do: one_number
        (they agree), compare_range (fit each number, keep the one whose factors all have at least three items and can
        be named), no_factor (no component rises above chance), not_factorable (KMO below .50 or no inverse). Named
        warnings: `votes_differ`, `kmo_low`, `items_dependent`, `heywood: NUMBER` and `limit_reached` (MAP is smallest
        at the largest number tried).

    References
    ----------
    Horn 1965; Velicer 1976; Zwick & Velicer 1986; Kaiser 1974; Raîche et al. 2013; Revelle & Rocklin 1979.
    """
    return factor_number_of(correlation_matrix(items, kind=correlation, missing=missing, place=place),
                            n_draws=n_draws, max_factors=max_factors, seed=seed, place=place)


def factor_number_of(correlations: Correlations, *, n_draws: int = DRAWS, max_factors: int = MOST_FACTORS,
                     seed: int = 0, parallel: ParallelAnalysis | None = None,
                     place: str = "items") -> FactorNumber:
    """Return how many factors the methods see in a correlation matrix.

    Parameters
    ----------
    correlations : Correlations
        Matrix (k, k) of k >= 3 items with its number of rows n > k.
    n_draws, max_factors, seed, place
        As in `factor_number`.
    parallel : ParallelAnalysis, optional
        Of the same correlations, where normal random data are not what chance is (polychoric).

    Returns
    -------
    FactorNumber
        As `factor_number` describes.
    """
    found = factorability_of(correlations, place=place)
    random = parallel or parallel_analysis_of(correlations, n_draws=n_draws, seed=seed, place=place)
    kept = retention(correlations, max_factors=max_factors, place=place)
    bends = scree(random.observed_components, random.random_components_p95, place=place)
    fits = factor_count_fits(correlations, len(kept.map_values))
    counted = (*COUNTED, *(("parallel_factors_p95",) if correlations.n < FACTORS_COUNT_BELOW else ()))
    votes = tuple(Vote(method, number, method in counted) for method, number in (
        *_parallel_votes(random), ("map", kept.map_n_factors), ("vss1", kept.vss1_n_factors),
        ("vss2", kept.vss2_n_factors), ("kaiser", bends.n_kaiser), ("optimal_coordinates", bends.n_optimal),
        ("acceleration_factor", bends.n_acceleration), *_information_votes(fits)))
    numbers = [vote.n_factors for vote in votes if vote.is_counted]
    low, high = min(numbers), max(numbers)
    return FactorNumber(
        n=correlations.n, k=len(correlations.keys), low=low, high=high,
        advice=_advice(low, high, found), votes=votes, factorability=found, parallel=random,
        retention=kept, scree=bends, fits=fits, method=f"range of {', '.join(counted)}",
        warnings=_warnings(low, high, found, fits, kept))


def factor_count_fits(correlations: Correlations, max_factors: int) -> tuple[FactorCountFit, ...]:
    """Return the fit of 1, 2, … minres factors.

    Parameters
    ----------
    correlations : Correlations
        Matrix (k, k) with its number of rows.
    max_factors : int
        Largest number, such that the degrees of freedom are not negative.

    Returns
    -------
    tuple of FactorCountFit
        One for each number. Residuals are R - L L'; chi2, RMSEA and BIC as in `factor_fit.factor_fit`.

    References
    ----------
    Revelle, psych::vss; Sclove 1987.
    """
    return tuple(_fit(correlations, f) for f in range(1, max_factors + 1))


def _fit(correlations: Correlations, n_factors: int) -> FactorCountFit:
    R, n = correlations.matrix, correlations.n
    found = extract(R, n_factors)
    fit = factor_fit(R, n, found.loadings)
    turned = varimax(found.loadings, R_VARIMAX_GOAL)[0] if n_factors > 1 else found.loadings
    left = R - found.loadings @ found.loadings.T
    squares = float((left**2).sum())
    off = squares - float((left.diagonal() ** 2).sum())
    penalty = fit.df * float(np.log((n + SABIC_SHIFT) / SABIC_SHARE))
    return FactorCountFit(
        n_factors=n_factors, chi2=fit.chi2, df=fit.df, p_value=fit.p_value,
        rmsea=None if fit.rmsea is None else fit.rmsea.value, bic=fit.bic,
        sabic=None if fit.chi2 is None else fit.chi2 - penalty, residual_squares=squares,
        fit=1.0 - squares / float((R**2).sum()), empirical_chi2=off * n, rmsr=fit.rmsr,
        crms=float(np.sqrt(off / (2 * fit.df))) if fit.df > 0 else None,
        empirical_bic=off * n - fit.df * float(np.log(n)) if fit.df > 0 else None,
        complexity=float(complexity(turned).mean()), heywood_items=heywood_items(correlations.keys, found))


def _parallel_votes(random: ParallelAnalysis) -> tuple[tuple[Method, int], ...]:
    return (("parallel_components_p95", random.retain_components_p95),
            ("parallel_components_mean", random.retain_components_mean),
            ("parallel_factors_p95", random.retain_factors_p95), ("parallel_factors_mean", random.retain_factors_mean))


def _information_votes(fits: tuple[FactorCountFit, ...]) -> list[tuple[Method, int]]:
    """Return the number with the smallest BIC and SABIC among those that have one."""
    votes: list[tuple[Method, int]] = []
    bic = {fit.n_factors: fit.bic for fit in fits if fit.bic is not None and fit.df > 0}
    sabic = {fit.n_factors: fit.sabic for fit in fits if fit.sabic is not None and fit.df > 0}
    if bic:
        votes.append(("bic", min(bic, key=lambda number: bic[number])))
        votes.append(("sabic", min(sabic, key=lambda number: sabic[number])))
    return votes


def _advice(low: int, high: int, found: Factorability) -> Advice:
    if found.kmo is None or found.kmo < LOWEST_KMO:
        return "not_factorable"
    if low == 0:
        return "no_factor"
    return "one_number" if low == high else "compare_range"


def _warnings(low: int, high: int, found: Factorability, fits: tuple[FactorCountFit, ...],
              kept: Retention) -> tuple[str, ...]:
    words = ["votes_differ"] if low != high else []
    if found.dependent_items:
        words.append("items_dependent")
    elif (found.kmo or 0.0) < LOWEST_KMO:
        words.append("kmo_low")
    words += [f"heywood: {fit.n_factors}" for fit in fits if fit.heywood_items and low <= fit.n_factors <= high]
    if kept.map_n_factors == len(kept.map_values) > 1:
        words.append("limit_reached")
    return tuple(words)
