"""What measurement says of answers that cannot be measured, or only just."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from analysis.errors import AnalysisError, NoVariation, SpecError, TableError, TooFewData
from analysis.quant.correlations import Correlations, correlation_matrix, item_moments
from analysis.quant.factors.exploratory import factor_analysis, factor_solution
from analysis.quant.factors.factorability import factorability
from analysis.quant.factors.parallel import parallel_analysis
from analysis.quant.factors.retention import retention
from analysis.quant.scales.distinctness import distinct_pairs, htmt
from analysis.quant.scales.omega import omega
from analysis.quant.scales.reliability import answer_frequencies, cronbach_alpha


def answers(n: int = 60, k: int = 4, seed: int = 5, loading: float = 0.7) -> pd.DataFrame:
    """Return ratings 1..5 of one factor."""
    rng = np.random.default_rng(seed)
    latent = rng.standard_normal((n, 1)) * loading + rng.standard_normal((n, k)) * np.sqrt(1 - loading**2)
    return pd.DataFrame(np.clip(np.round(3 + latent), 1, 5), columns=[f"q{i + 1}" for i in range(k)])


CONSTANT = answers().assign(q2=3.0)
THREE_PEOPLE = answers(n=3)
NOBODY = answers(n=0)
ONE_ITEM = answers(k=1)
UNANSWERED = answers().assign(q3=np.nan)
WORDS = answers().assign(q1="agree")
INFINITE = answers().assign(q1=np.inf)
NEVER_TOGETHER = answers().assign(q1=lambda frame: frame["q1"].where(frame.index < 30),
                                  q2=lambda frame: frame["q2"].where(frame.index >= 30))
FLAT_WHERE_SHARED = answers().assign(q1=lambda frame: frame["q1"].where(frame.index < 30),
                                     q2=lambda frame: frame["q2"].where(frame.index >= 10, 4.0).where(
                                         (frame.index < 10) | (frame.index >= 30)))

EDGES = [
    ("a constant item", CONSTANT, NoVariation, "q2"),
    ("three respondents", THREE_PEOPLE, TooFewData, "3 row"),
    ("no respondents", NOBODY, TooFewData, "0 row"),
    ("one item", ONE_ITEM, TooFewData, "1 item"),
    ("an item nobody answered", UNANSWERED, TooFewData, "q3"),
    ("words", WORDS, TableError, "q1"),
    ("an infinite answer", INFINITE, TableError, "infinite"),
    ("items never answered together", NEVER_TOGETHER, TooFewData, "'q1' and 'q2'"),
    ("an item flat where another is answered", FLAT_WHERE_SHARED, NoVariation, "'q2' and 'q1'"),
    ("an item twice", answers()[["q1", "q1", "q2"]], TableError, "twice"),
]


@pytest.mark.parametrize(("table", "error", "word"), [edge[1:] for edge in EDGES], ids=[edge[0] for edge in EDGES])
@pytest.mark.parametrize("statistic", [
    cronbach_alpha, factorability, parallel_analysis, lambda items: factor_analysis(items, 1),
    lambda items: omega(items, 1)], ids=["alpha", "factorability", "parallel", "factors", "omega"])
def test_what_cannot_be_measured_is_refused_by_name(statistic, table, error, word) -> None:
    with pytest.raises(error, match=word) as refused:
        statistic(table)

    assert refused.value.place
    assert refused.value.remedy


def test_an_item_of_the_answers_is_not_changed_by_measuring_it() -> None:
    table = answers()
    before = table.copy(deep=True)

    cronbach_alpha(table)
    factor_analysis(table, 1)

    pd.testing.assert_frame_equal(table, before)


def test_an_item_that_runs_against_the_scale_shows_a_negative_item_rest_correlation() -> None:
    table = answers(n=200).assign(q4=lambda frame: 6 - frame["q4"])

    found = cronbach_alpha(table)

    by_key = {item.key: item for item in found.items}
    assert by_key["q4"].item_rest_r < 0
    assert by_key["q4"].alpha_if_dropped > found.alpha.value
    assert found.omega_total.method == "omega total, one minres factor; turned: q4"


def test_items_that_determine_one_another_have_alpha_but_no_lambda6() -> None:
    table = answers(n=200).assign(q4=lambda frame: frame["q1"] * 2 - 1)

    found = cronbach_alpha(table)

    assert found.alpha.value == pytest.approx(
        4 / 3 * (1 - table.var().sum() / table.sum(axis=1).var()), abs=1e-12)
    assert found.lambda6 is None


def test_items_that_determine_one_another_are_named_by_factorability() -> None:
    table = answers(n=200, k=5).assign(q4=lambda frame: frame["q1"] + frame["q2"])

    found = factorability(table)

    assert found.dependent_items == ("q1", "q2", "q4")
    assert found.kmo is None
    assert found.bartlett_chi2 is None
    assert found.smc == {}
    assert len(found.eigenvalues) == 5


def test_items_that_determine_one_another_are_factored_without_chi_square() -> None:
    table = answers(n=200, k=5).assign(q4=lambda frame: frame["q1"])

    found = factor_analysis(table, 1)

    assert found.loadings[0] == pytest.approx(found.loadings[3], abs=1e-9)
    assert (found.chi2, found.rmsea, found.tli) == (None, None, None)
    assert found.rmsr > 0


def test_maximum_likelihood_of_items_that_determine_one_another_is_refused() -> None:
    table = answers(n=200, k=5).assign(q4=lambda frame: frame["q1"])

    with pytest.raises(NoVariation, match="minres"):
        factor_analysis(table, 1, method="ml")


@pytest.mark.parametrize("method", ["minres", "ml", "pa"])
def test_an_item_without_variance_of_its_own_is_named(method: str) -> None:
    loadings = np.array([1.02, 0.6, 0.6, 0.5, 0.7])
    R = np.outer(loadings, loadings)
    np.fill_diagonal(R, 1.0)

    found = factor_solution(Correlations(("pure", "b", "c", "d", "e"), 300, R), 1, method=method)

    assert found.heywood_items == ("pure",)
    assert found.loadings[1][0] == pytest.approx(0.6, abs=0.02)


def test_more_factors_than_items_can_carry_are_refused() -> None:
    with pytest.raises(TooFewData, match="5 items cannot carry 3 factors"):
        factor_analysis(answers(k=5), 3)


def test_no_more_rows_than_items_are_refused() -> None:
    with pytest.raises(TooFewData, match=r"8 row.s. for 8 items"):
        factorability(answers(n=8, k=8))


def test_map_and_vss_of_two_items_are_refused() -> None:
    with pytest.raises(TooFewData, match="cannot carry a factor"):
        retention(correlation_matrix(answers(k=2)))


@pytest.mark.parametrize(("option", "value"), [("method", "alpha"), ("rotation", "equamax"), ("missing", "fiml"),
                                               ("correlation", "polychoric")])
def test_an_unknown_word_for_an_option_is_refused_with_the_known_ones(option: str, value: str) -> None:
    with pytest.raises(SpecError, match="Use one of") as refused:
        factor_analysis(answers(), 1, **{option: value})

    assert value in refused.value.reason


def test_two_items_have_spearman_brown_and_nothing_to_drop() -> None:
    table = answers(k=2)
    r = table["q1"].corr(table["q2"])

    found = cronbach_alpha(table)

    assert found.spearman_brown == pytest.approx(2 * r / (1 + r), abs=1e-12)
    assert [item.alpha_if_dropped for item in found.items] == [None, None]
    assert found.items[0].item_rest_r == pytest.approx(r, abs=1e-12)


def test_two_opposite_items_have_no_alpha() -> None:
    table = answers(k=1).assign(q2=lambda frame: 6 - frame["q1"])

    found = cronbach_alpha(table)

    assert found.alpha.value is None
    assert found.alpha.ci_high is None
    assert found.spearman_brown is None


def test_large_values_with_a_small_spread_lose_no_digits() -> None:
    table = answers(n=500)

    moved = item_moments(table + 1e9)

    np.testing.assert_allclose(moved.correlation, item_moments(table).correlation, rtol=0, atol=1e-12)
    np.testing.assert_allclose(moved.row_mean - 1e9, item_moments(table).row_mean, rtol=0, atol=1e-6)


def test_a_constant_item_of_uneven_binary_digits_is_seen_as_constant() -> None:
    with pytest.raises(NoVariation, match="q2"):
        cronbach_alpha(answers(n=5000).assign(q2=0.1))


@pytest.mark.parametrize("n", [40, 7000])
def test_moments_in_blocks_equal_pandas(n: int) -> None:
    rng = np.random.default_rng(2)
    table = answers(n=n, k=40)
    table = table.mask(rng.random(table.shape) < 0.05)

    found = item_moments(table)

    np.testing.assert_allclose(found.correlation, table.corr().to_numpy(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.covariance, table.cov().to_numpy(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.mean, table.mean().to_numpy(), rtol=0, atol=1e-12)
    assert found.row_mean == pytest.approx(table.mean(axis=1).mean(), abs=1e-12)
    assert found.row_sd == pytest.approx(table.mean(axis=1).std(), abs=1e-12)
    assert found.n_complete == int(table.notna().all(axis=1).sum())


def test_gaps_only_in_a_late_block_are_counted() -> None:
    table = answers(n=9000, k=40)
    table.iloc[8999, 3] = np.nan

    found = item_moments(table)

    assert found.counts[3, 3] == 8999
    assert found.counts[0, 0] == 9000
    np.testing.assert_allclose(found.correlation, table.corr().to_numpy(), rtol=0, atol=1e-12)


def test_rank_correlations_rank_within_each_pair() -> None:
    table = answers(n=80).mask(lambda frame: frame.sample(frac=1, random_state=1).sort_index() > 4)

    found = correlation_matrix(table, kind="spearman")

    both = table[["q1", "q2"]].dropna().rank()
    assert found.matrix[0, 1] == pytest.approx(both["q1"].corr(both["q2"]), abs=1e-12)


@pytest.mark.parametrize("rotation", ["none", "varimax", "promax", "oblimin"])
def test_a_rotation_keeps_the_reproduced_correlations(rotation: str) -> None:
    table = pd.concat([answers(n=400, k=4), answers(n=400, k=4, seed=9).add_prefix("b")], axis=1)

    found = factor_analysis(table, 2, rotation=rotation)

    L = np.array(found.loadings)
    phi = np.eye(2) if found.phi is None else np.array(found.phi)
    plain = np.array(factor_analysis(table, 2, rotation="none").loadings)
    np.testing.assert_allclose(L @ phi @ L.T, plain @ plain.T, rtol=0, atol=1e-10)
    assert sum(found.variance_explained) == pytest.approx(sum(found.communalities), abs=1e-10)
    assert all(sum(column) > 0 for column in zip(*found.loadings, strict=True))


def test_the_same_seed_gives_the_same_figures() -> None:
    table = answers(n=100, k=6)

    first, second, other = (parallel_analysis(table, seed=seed) for seed in (4, 4, 5))

    assert first == second
    assert first.random_components_p95 != other.random_components_p95


@pytest.mark.parametrize(("column", "expected"), [
    ([1, 2, 2, np.nan, 5], {"1": 1, "2": 2, "5": 1}),
    ([0.5, 1.5, 0.5], {"0.5": 2, "1.5": 1}),
    ([-1, 1, -1], {"-1": 2, "1": 1}),
    ([300, 301, 300], {"300": 2, "301": 1}),
    (np.arange(21.0), {}),
    ([np.nan], {}),
])
def test_answers_are_counted_by_value(column, expected) -> None:
    found = answer_frequencies(np.array(column, dtype=float))

    assert found == expected


def test_a_scale_of_one_item_has_no_ratio() -> None:
    correlations = correlation_matrix(answers(k=5))

    found = htmt(correlations, {"a": ["q1", "q2"], "b": ["q3", "q4"], "single": ["q5"]})

    assert list(found) == [("a", "b")]


def test_pairs_of_scales_are_judged_largest_ratio_first() -> None:
    table = pd.concat([answers(n=400, k=4), answers(n=400, k=2, seed=11).add_prefix("b")], axis=1)
    scales = {"one": ["q1", "q2"], "same": ["q3", "q4"], "other": ["bq1", "bq2"]}

    found = distinct_pairs(correlation_matrix(table), scales)

    assert (found[0].first, found[0].second) == ("one", "same")
    assert found[0].verdict == "together"
    assert [pair.verdict for pair in found[1:]] == ["distinct", "distinct"]


@pytest.mark.parametrize("scale", [["q1", "nowhere"], ["q1", "q1"]])
def test_a_scale_must_name_items_of_the_data_once(scale: list[str]) -> None:
    with pytest.raises(AnalysisError, match="scale a"):
        htmt(correlation_matrix(answers()), {"a": scale, "b": ["q3", "q4"]})


def test_reliability_is_imported_without_pingouin_and_factor_analyzer() -> None:
    code = ("import sys, analysis.quant.scales.reliability, analysis.quant.structure, analysis.quant.spec.run;"
            "print([name for name in ('pingouin', 'factor_analyzer', 'sklearn', 'matplotlib') if name in sys.modules])")

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
