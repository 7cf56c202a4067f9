"""What the figures of scales and factors say of answers that cannot be measured, or only just."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import AnalysisError, NoVariation, SpecError, TableError, TooFewData
from analysis.quant.blocks import block_moments, block_sums
from analysis.quant.correlations import Correlations, correlation_matrix, item_moments
from analysis.quant.factors.congruence import congruence, congruence_coefficients
from analysis.quant.factors.exploratory import factor_analysis, factor_solution
from analysis.quant.factors.factor_bootstrap import bootstrap_loadings
from analysis.quant.factors.factor_number import factor_count_fits, factor_number
from analysis.quant.factors.factor_scores import factor_scores, factor_scoring
from analysis.quant.factors.parallel import parallel_analysis
from analysis.quant.factors.scree import scree
from analysis.quant.intraclass import intraclass
from analysis.quant.scales.alpha_bootstrap import bootstrap_alpha
from analysis.quant.scales.item_distributions import item_distributions
from analysis.quant.scales.reliability import cronbach_alpha
from analysis.quant.scales.split_half import lower_bounds, split_half
from tests.unit.analysis.quant.test_measurement_edges import EDGES, answers

WITHIN_ITEMS = ("items never answered together", "an item flat where another is answered")
MEASURES = {
    "split_half": split_half,
    "lower_bounds": lambda items: lower_bounds(item_moments(items)),
    "bootstrap_alpha": lambda items: bootstrap_alpha(items, n_resamples=100),
    "factor_number": lambda items: factor_number(items, n_draws=20),
    "resampled_parallel": lambda items: parallel_analysis(items, n_draws=20, random="resampled"),
    "bootstrap_loadings": lambda items: bootstrap_loadings(items, 1, n_resamples=50),
    "blocks": lambda items: block_moments([items.iloc[:20], items.iloc[20:]]),
}


@pytest.mark.parametrize(("table", "error", "word"), [edge[1:] for edge in EDGES], ids=[edge[0] for edge in EDGES])
@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_what_cannot_be_measured_is_refused_by_name(measure, table, error, word) -> None:
    with pytest.raises(error) as refusal:
        measure(table)

    assert word in str(refusal.value)
    assert refusal.value.remedy


@pytest.mark.parametrize(("name", "table", "error", "word"), [
    edge for edge in EDGES if edge[0] not in (*WITHIN_ITEMS, "a constant item", "one item")],
    ids=[edge[0] for edge in EDGES if edge[0] not in (*WITHIN_ITEMS, "a constant item", "one item")])
def test_a_distribution_that_does_not_exist_is_refused_by_name(name, table, error, word) -> None:
    with pytest.raises(error) as refusal:
        item_distributions(table)

    assert word in str(refusal.value)


def test_the_distribution_of_a_constant_item_has_no_shape_and_says_so() -> None:
    found = item_distributions(answers().assign(q2=3.0), limits=(1, 5))

    assert (found.items[1].sd, found.items[1].skew, found.items[1].kurtosis) == (0.0, None, None)
    assert "constant: q2" in found.warnings


def test_a_floor_a_ceiling_a_gap_and_a_skew_are_named() -> None:
    table = answers(n=100).assign(low=[1.0] * 60 + [2.0, 3.0] * 20, high=[5.0] * 20 + [3.0] * 80,
                                  rare=[1.0] * 98 + [5.0] * 2, few=[np.nan] * 10 + [2.0, 3.0, 4.0] * 30)

    found = item_distributions(table, limits=(1, 5))

    assert {"floor: low", "ceiling: high", "skewed: rare", "floor: rare", "gaps: few"} <= set(found.warnings)
    low = found.items[list(table).index("low")]
    assert (low.floor_share, low.ceiling_share, low.n_values) == (0.6, 0.0, 3)


@pytest.mark.parametrize(("limits", "error", "word"), [
    ((5, 1), SpecError, "empty"), ((1, 4), TableError, "outside the range")])
def test_a_range_that_does_not_fit_the_answers_is_refused(limits, error, word) -> None:
    with pytest.raises(error, match=word):
        item_distributions(answers(), limits=limits)


@pytest.mark.parametrize("call", [
    lambda items: bootstrap_alpha(items, n_resamples=5), lambda items: bootstrap_alpha(items, confidence=1.0),
    lambda items: bootstrap_loadings(items, 1, n_resamples=5), lambda items: parallel_analysis(items, n_draws=1),
    lambda items: bootstrap_loadings(items, 1, confidence=0.0), lambda items: intraclass(items, confidence=2.0),
    lambda items: parallel_analysis(items, diagonal="ones"), lambda items: parallel_analysis(items, random="dice"),
    lambda items: bootstrap_loadings(items, 1, rotation="quartimax"),
    lambda items: block_sums(items, missing="mean")])
def test_an_option_out_of_reach_is_refused(call) -> None:
    with pytest.raises(SpecError):
        call(answers())


def test_items_that_cancel_one_another_have_no_halves_and_no_resampled_alpha() -> None:
    first = answers(k=2)
    cancelling = first.assign(q3=6 - first["q1"], q4=6 - first["q2"])

    for measure in (split_half, lambda items: bootstrap_alpha(items, n_resamples=100)):
        with pytest.raises(AnalysisError, match="Recode reverse items"):
            measure(cancelling)


def test_items_that_determine_one_another_have_bounds_but_no_lambda6() -> None:
    table = answers(n=80)
    table = table.assign(q5=table["q1"] + table["q2"])

    bounds, halves = lower_bounds(item_moments(table)), split_half(table)

    assert bounds.lambda6 is None
    assert halves.lambda6 is None
    assert "items_dependent" in bounds.warnings
    assert cronbach_alpha(table).warnings == ("items_dependent",)


def test_perfectly_correlated_items_are_reliable_without_error() -> None:
    one = answers(k=1)["q1"]
    table = pd.DataFrame({f"q{i}": one for i in range(1, 5)})

    found = cronbach_alpha(table)

    assert found.alpha.value == pytest.approx(1.0)
    assert found.signal_to_noise is None or found.signal_to_noise > 1e9
    assert bootstrap_alpha(table, n_resamples=100).percentile.ci_low == pytest.approx(1.0)
    assert split_half(table).best == pytest.approx(1.0)


def test_an_item_turned_the_wrong_way_is_named() -> None:
    table = answers(n=200)

    found = cronbach_alpha(table.assign(q1=6 - table["q1"]))

    assert "negative_item_rest: q1" in found.warnings


def test_two_items_have_no_splits() -> None:
    with pytest.raises(TooFewData):
        split_half(answers(k=2))


def test_twenty_four_items_are_split_by_a_search_that_says_so() -> None:
    rng = np.random.default_rng(3)
    group = np.repeat([0, 1], 12)
    latent = rng.standard_normal((300, 2))
    table = pd.DataFrame(latent[:, group] + rng.standard_normal((300, 24)), columns=[f"i{j}" for j in range(24)])

    found = split_half(table)

    assert found.is_sampled
    assert found.best_halves != found.worst_halves
    # The worst halves are the two factors, the best ones mix them; a plain sample seldom meets either.
    assert {frozenset(half) for half in found.worst_halves} == {
        frozenset(f"i{j}" for j in range(12)), frozenset(f"i{j}" for j in range(12, 24))}
    assert found.worst < 0.2 < found.alpha_standardised < found.best


def test_unrelated_items_have_no_factor() -> None:
    table = pd.DataFrame(np.random.default_rng(8).standard_normal((400, 8)), columns=list("abcdefgh"))

    found = factor_number(table, n_draws=200)

    assert found.low == 0
    assert found.advice in {"no_factor", "not_factorable"}


def test_methods_that_differ_leave_a_range_and_a_warning() -> None:
    rng = np.random.default_rng(4)
    general, latent = rng.standard_normal((250, 1)), rng.standard_normal((250, 3))
    table = pd.DataFrame(0.6 * general + 0.5 * np.repeat(latent, 3, axis=1) + 0.7 * rng.standard_normal((250, 9)),
                         columns=list("abcdefghi"))

    found = factor_number(table, n_draws=200)

    assert found.low < found.high
    assert (found.advice, found.warnings[0]) == ("compare_range", "votes_differ")
    counted = [vote.n_factors for vote in found.votes if vote.is_counted]
    assert (min(counted), max(counted)) == (found.low, found.high)
    assert {vote.method for vote in found.votes} >= {"map", "kaiser", "vss1", "vss2", "acceleration_factor"}


def test_dependent_items_cannot_be_factored_into_a_number() -> None:
    table = answers(n=90)
    table = table.assign(q5=table["q1"] + table["q2"])

    found = factor_number(table, n_draws=50)

    assert found.advice == "not_factorable"
    assert "items_dependent" in found.warnings


def test_a_matrix_that_is_not_positive_definite_is_named_in_its_solution() -> None:
    R = np.array([[1, .9, -.9, .3], [.9, 1, .9, .3], [-.9, .9, 1, .3], [.3, .3, .3, 1]])

    found = factor_solution(Correlations(("a", "b", "c", "d"), 100, R), 1)

    assert "not_positive_definite" in found.warnings
    assert found.chi2 is None
    assert factor_count_fits(Correlations(("a", "b", "c", "d"), 100, R), 1)[0].chi2 is None


def test_scores_of_a_matrix_without_an_inverse_are_refused() -> None:
    table = answers(n=80)
    table = table.assign(q5=table["q1"] + table["q2"])
    correlations = correlation_matrix(table)

    with pytest.raises(NoVariation, match="no inverse"):
        factor_scoring(correlations, factor_solution(correlations, 1))


def test_bartlett_scores_of_a_heywood_case_are_refused_where_nothing_is_left() -> None:
    table = answers(n=80)
    correlations = correlation_matrix(table)
    solution = factor_solution(correlations, 1)
    whole = tuple((1.0,) if i == 0 else row for i, row in enumerate(solution.loadings))

    with pytest.raises(NoVariation, match="Heywood"):
        factor_scoring(correlations, type(solution)(**{**solution.__dict__, "loadings": whole}), method="bartlett")


def test_a_row_with_a_gap_has_no_score_and_the_others_do() -> None:
    table = answers(n=80)
    table.iloc[3, 1] = np.nan
    correlations = correlation_matrix(table)

    scores = factor_scores(table, factor_scoring(correlations, factor_solution(correlations, 1)))

    assert np.flatnonzero(np.isnan(scores[:, 0])).tolist() == [3]


@pytest.mark.parametrize(("change", "error"), [
    (lambda table: table.drop(columns="q1"), TableError), (lambda table: table.assign(q1=np.inf), TableError),
    (lambda table: table.assign(q1=2.0), NoVariation), (lambda table: table.assign(q1="agree"), TableError),
    (lambda table: table.iloc[:3], TooFewData)])
def test_scores_of_answers_that_do_not_fit_are_refused(change, error) -> None:
    table = answers(n=80)
    correlations = correlation_matrix(table)
    scoring = factor_scoring(correlations, factor_solution(correlations, 1))

    with pytest.raises(error):
        factor_scores(change(table), scoring)


def test_solutions_of_other_items_are_not_compared_and_not_scored() -> None:
    first, second = answers(n=80), answers(n=80).rename(columns={"q1": "x"})

    with pytest.raises(TableError, match="different items"):
        congruence(factor_analysis(first, 1), factor_analysis(second, 1))
    with pytest.raises(TableError, match="other items"):
        factor_scoring(correlation_matrix(first), factor_analysis(second, 1))


def test_a_factor_without_loadings_has_no_congruence() -> None:
    with pytest.raises(NoVariation):
        congruence_coefficients(np.zeros((4, 1)), np.ones((4, 1)))


def test_three_points_make_a_bend_and_two_do_not() -> None:
    found = scree([2.0, 0.6, 0.4])

    assert (found.n_kaiser, found.n_acceleration, found.n_optimal) == (1, 1, 1)
    with pytest.raises(TooFewData):
        scree([1.5, 0.5])


def test_the_scree_indices_equal_what_the_formulas_say_by_hand() -> None:
    """Second differences of 3.0 1.2 0.5 0.2 0.1: 1.1 0.4 0.2; lines through the next and the last value: 0.37 …"""
    found = scree([3.0, 1.2, 0.5, 0.2, 0.1])

    assert found.acceleration == (None, *(pytest.approx(x) for x in (1.1, 0.4, 0.2)), None)
    assert found.predicted[:3] == (pytest.approx(1.2 + 1.1 / 3), pytest.approx(0.5 + 0.4 / 2), pytest.approx(0.3))
    assert (found.n_optimal, found.n_acceleration, found.n_kaiser) == (2, 1, 2)


@pytest.mark.parametrize(("table", "error", "word"), [
    (pd.DataFrame({"a": [3.0] * 8, "b": [4.0] * 8}), NoVariation, "do not differ"),
    (pd.DataFrame({"a": range(8), "b": range(1, 9)}), NoVariation, "no error"),
    (pd.DataFrame({"a": [1.0, np.inf] * 4, "b": range(8)}), TableError, "infinite"),
    (pd.DataFrame({"a": ["x"] * 8, "b": range(8)}), TableError, "other than numbers"),
    (pd.DataFrame({"a": range(8)}), TooFewData, "1 item"),
    (pd.DataFrame({"a": [np.nan] * 8, "b": range(8)}), TooFewData, "0 row")])
def test_ratings_without_agreement_to_measure_are_refused(table, error, word) -> None:
    with pytest.raises(error, match=word):
        intraclass(table)


def test_ratings_with_gaps_are_counted_and_disagreement_is_named() -> None:
    rng = np.random.default_rng(2)
    table = pd.DataFrame(rng.standard_normal((30, 3)), columns=["a", "b", "c"])
    table = table.assign(c=-table["a"] - table["b"] + 0.1 * table["c"])
    table.iloc[0, 0] = np.nan

    found = intraclass(table)

    assert found.n == 29
    assert "rows_left_out: 1" in found.warnings
    assert "negative: ICC1" in found.warnings


def test_a_resample_in_which_an_item_never_varies_is_left_out_and_counted() -> None:
    table = answers(n=60, k=5).assign(q5=[1.0] * 58 + [2.0, 3.0])

    found = bootstrap_loadings(table, 1, n_resamples=100, seed=1)

    assert found.n_failed > 0
    assert f"failed_resamples: {found.n_failed}" in found.warnings


def test_blocks_of_other_items_are_not_merged_and_no_block_is_refused() -> None:
    with pytest.raises(TableError, match="different items"):
        block_moments([answers(), answers().rename(columns={"q1": "x"})])
    with pytest.raises(TooFewData, match="0 row"):
        block_moments([])
    with pytest.raises(TooFewData, match="no item"):
        block_sums(answers()[[]])
