"""What must hold for any data: order and scale of no consequence, parameters recovered, intervals that cover."""

from __future__ import annotations

import pickle
from dataclasses import astuple
from functools import reduce
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.errors import TableError
from analysis.quant.blocks import block_moments, block_sums, merge_sums, parquet_blocks
from analysis.quant.correlations import Correlations, correlation_matrix, item_moments, moments_of
from analysis.quant.factors.congruence import congruence
from analysis.quant.factors.exploratory import factor_analysis, factor_solution
from analysis.quant.factors.factor_bootstrap import bootstrap_loadings
from analysis.quant.factors.factor_number import factor_number, factor_number_of
from analysis.quant.factors.factor_scores import factor_scores, factor_scoring
from analysis.quant.factors.factorability import factorability
from analysis.quant.intraclass import intraclass
from analysis.quant.scales.alpha_bootstrap import bootstrap_alpha
from analysis.quant.scales.item_distributions import item_distributions
from analysis.quant.scales.item_table import coefficient_alpha, consistency
from analysis.quant.scales.omega import omega
from analysis.quant.scales.reliability import cronbach_alpha
from analysis.quant.scales.split_half import lower_bounds, split_half
from tests.reference.psychometrics.cases import HERE

PATTERN = np.zeros((9, 3))
PATTERN[:3, 0], PATTERN[3:6, 1], PATTERN[6:, 2] = (0.8, 0.7, 0.6), (0.75, 0.65, 0.7), (0.7, 0.8, 0.6)
PHI = np.array([[1, 0.3, 0.4], [0.3, 1, 0.2], [0.4, 0.2, 1]])
KEYS = tuple("abcdefghi")


def population() -> np.ndarray:
    R = PATTERN @ PHI @ PATTERN.T
    np.fill_diagonal(R, 1.0)
    return R


def simulated(n: int, seed: int, gaps: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((n, 9)) @ np.linalg.cholesky(population()).T
    values[rng.random((n, 9)) < gaps] = np.nan
    return pd.DataFrame(values, columns=list(KEYS))


def bfi(items: int = 25) -> pd.DataFrame:
    return pd.read_csv(HERE / "data" / "bfi.csv").iloc[:, :items].astype("float64")


FIGURES = {
    "alpha": lambda items: [cronbach_alpha(items).alpha.value, cronbach_alpha(items).lambda6,
                            cronbach_alpha(items).standard_error],
    "lambdas": lambda items: [*lower_bounds(item_moments(items)).mu, lower_bounds(item_moments(items)).lambda4],
    "split_half": lambda items: [split_half(items).best, split_half(items).worst, split_half(items).mean],
    "omega": lambda items: [omega(items, 3).omega_total, omega(items, 3).omega_hierarchical],
    "kmo": lambda items: [factorability(items).kmo, factorability(items).bartlett_chi2],
    "number": lambda items: [vote.n_factors for vote in factor_number(items, n_draws=60).votes],
    "efa": lambda items: sorted(factor_analysis(items, 3).communalities),
    "geomin": lambda items: [factor_analysis(items, 3, rotation="geomin").rotation_criterion],
    "scores": lambda items: sorted(factor_scoring(
        correlation_matrix(items), factor_solution(correlation_matrix(items), 3)).determinacy),
    "icc": lambda items: [form.estimate.value for form in intraclass(items).forms],
}
STANDARDISED = [name for name in FIGURES if name not in ("alpha", "icc")]


@pytest.mark.parametrize("name", FIGURES)
def test_the_order_of_rows_and_items_is_of_no_consequence(name: str) -> None:
    table = simulated(300, 11)
    shuffled = table.sample(frac=1, random_state=4)[list(np.random.default_rng(2).permutation(list(KEYS)))]

    found = FIGURES[name](shuffled)

    assert found == pytest.approx(FIGURES[name](table), abs=1e-7)


@pytest.mark.parametrize("name", STANDARDISED)
def test_the_unit_of_each_item_is_of_no_consequence(name: str) -> None:
    table = simulated(300, 12, gaps=0.05)

    found = FIGURES[name](table * np.arange(1, 10) * 10.0 + 100.0)

    assert found == pytest.approx(FIGURES[name](table), abs=1e-7)


def test_alpha_and_its_intervals_do_not_change_when_all_items_change_their_unit() -> None:
    table = simulated(300, 13)[list("abc")]

    first, second = (bootstrap_alpha(items, n_resamples=300, seed=5) for items in (table, 7 * table + 2))

    assert astuple(second.bca)[:3] == pytest.approx(astuple(first.bca)[:3], abs=1e-9)
    assert cronbach_alpha(7 * table + 2).alpha.ci_low == pytest.approx(cronbach_alpha(table).alpha.ci_low)


def test_a_population_matrix_gives_its_parameters_back() -> None:
    found = factor_solution(Correlations(KEYS, 100_000, population()), 3, rotation="oblimin")

    expected = np.zeros((9, 9))
    expected[:] = PATTERN @ PHI @ PATTERN.T
    L, phi = np.array(found.loadings), np.array(found.phi)
    assert np.allclose(found.communalities, expected.diagonal(), atol=1e-7)
    assert np.allclose(L @ phi @ L.T, expected, atol=1e-7)
    assert np.abs(L).max(axis=1) == pytest.approx(PATTERN.max(axis=1), abs=0.01)
    assert found.order[:3] in {("a", "b", "c"), ("d", "f", "e"), ("h", "g", "i")}


@pytest.mark.parametrize("rotation", ["oblimin", "geomin", "promax"])
def test_simulated_loadings_and_factor_correlations_are_recovered(rotation: str) -> None:
    found = factor_analysis(simulated(20_000, 21), 3, rotation=rotation)

    order = np.abs(np.array(found.loadings)).argmax(axis=0) // 3
    L = np.array(found.loadings)[:, np.argsort(order)]
    assert np.allclose(L, PATTERN, atol=0.06)
    assert np.allclose(np.array(found.phi)[np.ix_(np.argsort(order), np.argsort(order))], PHI, atol=0.08)


def test_three_simulated_factors_are_counted_by_the_methods_that_count() -> None:
    found = factor_number(simulated(2000, 22), n_draws=200)

    assert (found.low, found.high, found.advice, found.warnings) == (2, 3, "compare_range", ("votes_differ",)) or (
        found.low, found.high, found.advice) == (3, 3, "one_number")
    assert {vote.method: vote.n_factors for vote in found.votes}["parallel_components_p95"] == 3


def test_regression_scores_follow_the_factors_as_far_as_their_determinacy_says() -> None:
    rng = np.random.default_rng(23)
    factors = rng.standard_normal((30_000, 3)) @ np.linalg.cholesky(PHI).T
    own = np.sqrt(1 - (PATTERN @ PHI @ PATTERN.T).diagonal())
    table = pd.DataFrame(factors @ PATTERN.T + rng.standard_normal((30_000, 9)) * own, columns=list(KEYS))
    correlations = correlation_matrix(table)
    scoring = factor_scoring(correlations, factor_solution(correlations, 3))

    scores = factor_scores(table, scoring)

    r = np.abs(np.corrcoef(scores.T, factors.T)[:3, 3:])
    assert sorted(r.max(axis=1)) == pytest.approx(sorted(scoring.determinacy), abs=0.02)


def test_tenberge_scores_keep_the_correlations_of_the_factors() -> None:
    correlations = Correlations(KEYS, 500, population())
    solution = factor_solution(correlations, 3)

    found = factor_scoring(correlations, solution, method="tenberge")

    assert np.allclose(found.score_correlations, solution.phi, atol=1e-9)


def test_alpha_of_parallel_items_is_their_reliability() -> None:
    r, k = 0.4, 6
    C = np.full((k, k), r) + (1 - r) * np.eye(k)

    found = consistency(C, 100)

    assert found.alpha == pytest.approx(k * r / (1 + (k - 1) * r))
    assert coefficient_alpha(C) == found.alpha_standardised
    assert found.median_r == pytest.approx(r)


def test_intervals_of_alpha_cover_the_population() -> None:
    """Alpha of five items that correlate .4 is .769; the error of a share of 250 samples is .014."""
    r, k = 0.4, 5
    truth = k * r / (1 + (k - 1) * r)
    root = np.linalg.cholesky(np.full((k, k), r) + (1 - r) * np.eye(k))
    rng = np.random.default_rng(31)
    hits = np.zeros(3)
    for seed in range(250):
        table = pd.DataFrame(rng.standard_normal((200, k)) @ root.T)
        drawn = bootstrap_alpha(table, n_resamples=1000, seed=seed)
        feldt = cronbach_alpha(table, frequencies=False, omega_minimum_n=1000).alpha
        hits += [found.ci_low <= truth <= found.ci_high for found in (feldt, drawn.percentile, drawn.bca)]

    assert (hits / 250 >= 0.93).all()


def test_a_bootstrap_standard_error_of_alpha_is_that_of_theory_for_normal_items() -> None:
    table = simulated(2000, 33)[list("abc")]

    found = bootstrap_alpha(table, n_resamples=2000, seed=1)

    assert found.standard_error == pytest.approx(cronbach_alpha(table).standard_error, rel=0.08)


def test_the_interval_of_a_single_factor_covers_its_loadings() -> None:
    """30 samples of 200 and six loadings make 180 trials, of which 93 % must hold the population's loading."""
    truth = np.array([0.8, 0.7, 0.6, 0.5, 0.7, 0.6])
    rng = np.random.default_rng(34)
    hits = 0
    for seed in range(30):
        values = rng.standard_normal((200, 1)) * truth + rng.standard_normal((200, 6)) * np.sqrt(1 - truth**2)
        found = bootstrap_loadings(pd.DataFrame(values), 1, n_resamples=80, rotation="none", seed=seed)
        low, high = np.array(found.ci_low)[:, 0], np.array(found.ci_high)[:, 0]
        hits += int(((low <= truth) & (truth <= high)).sum())

    assert hits / 180 >= 0.93


@pytest.mark.parametrize("rotation", ["none", "varimax", "promax", "oblimin", "geomin"])
def test_resampled_loadings_surround_those_of_all_respondents(rotation: str) -> None:
    found = bootstrap_loadings(simulated(600, 35, gaps=0.02), 3, n_resamples=50, rotation=rotation)

    low, high = np.array(found.ci_low), np.array(found.ci_high)
    loadings = np.array(found.solution.loadings)
    assert (low < high).all()
    assert ((low <= loadings) & (loadings <= high)).mean() > 0.9
    assert min(found.congruence) > 0.9
    assert (found.phi_low is None) == (found.solution.phi is None)
    assert found.n_failed == 0


def test_the_same_seed_resamples_the_same() -> None:
    table = simulated(200, 36)

    first, second = (bootstrap_loadings(table, 3, n_resamples=50, seed=9) for _ in range(2))

    assert first == second


def test_a_solution_is_congruent_with_itself_in_any_order_of_items() -> None:
    table = simulated(500, 37)

    found = congruence(factor_analysis(table, 3), factor_analysis(table[list("ihgfedcba")], 3))

    assert [abs(value) for _, _, value in found.matches] == pytest.approx([1.0] * 3, abs=1e-6)
    assert found.verdicts == ("equal",) * 3
    fewer = congruence(factor_analysis(table, 3), factor_analysis(table, 2))
    assert sum(word.startswith("unmatched: ") for word in fewer.warnings) == 1


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
@pytest.mark.parametrize("rows", [11, 97, 1000])
def test_blocks_give_what_all_rows_at_once_give(rows: int, missing: str) -> None:
    table = bfi()
    whole = item_moments(table, missing=missing)

    found = block_moments((table.iloc[i:i + rows] for i in range(0, len(table), rows)), missing=missing)

    assert (found.n, found.n_complete, found.keys) == (whole.n, whole.n_complete, whole.keys)
    for name in ("counts", "mean", "covariance", "correlation", "total_r", "row_mean", "row_sd"):
        assert getattr(found, name) == pytest.approx(getattr(whole, name), rel=1e-12, abs=1e-12)


def test_blocks_may_be_sent_and_merged_in_any_order_and_grouping() -> None:
    table = bfi(10).assign(far=lambda frame: 1e6 + frame["A1"] * np.linspace(0.5, 2, len(frame)))
    parts = [pickle.loads(pickle.dumps(block_sums(table.iloc[i:i + 300])))  # noqa: S301 - our own bytes
             for i in range(0, len(table), 300)]
    one_by_one = moments_of(reduce(merge_sums, parts))
    pairs = [reduce(merge_sums, parts[i:i + 3]) for i in range(0, len(parts), 3)]

    found = moments_of(reduce(merge_sums, pairs[::-1]))

    assert found.covariance == pytest.approx(one_by_one.covariance, rel=1e-10, abs=1e-10)
    assert found.covariance == pytest.approx(item_moments(table).covariance, rel=1e-10, abs=1e-10)


def test_a_parquet_file_is_measured_block_by_block(tmp_path: Path) -> None:
    table = bfi().astype("Float64")
    path = tmp_path / "answers.parquet"
    table.to_parquet(path)

    found = block_moments(parquet_blocks(path, list(table)[:5], rows=500))

    whole = item_moments(table.iloc[:, :5])
    assert found.covariance == pytest.approx(whole.covariance, rel=1e-12)
    with pytest.raises(TableError, match="has no column 'Q9'"):
        next(parquet_blocks(path, ["Q9"]))
    (tmp_path / "text.parquet").write_text("no")
    with pytest.raises(TableError, match="cannot be read"):
        next(parquet_blocks(tmp_path / "text.parquet"))


def test_distributions_do_not_depend_on_order_and_follow_the_unit() -> None:
    table = bfi(5)

    found, shuffled, scaled = (item_distributions(items).items for items in (
        table, table.sample(frac=1, random_state=1), table * 10))

    for first, second, third in zip(found, shuffled, scaled, strict=True):
        assert second.skew == pytest.approx(first.skew, rel=1e-9)
        assert (third.mean, third.sd) == (pytest.approx(10 * first.mean), pytest.approx(10 * first.sd))
        assert third.kurtosis == pytest.approx(first.kurtosis, rel=1e-9)
        assert third.floor_share == first.floor_share


def test_a_number_of_factors_is_the_same_from_answers_and_from_their_matrix() -> None:
    table = simulated(400, 41)

    found = factor_number_of(correlation_matrix(table), n_draws=50)

    assert found == factor_number(table, n_draws=50)
