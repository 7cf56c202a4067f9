"""How complete answers are, and the table of correlations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import SpecError, TableError
from analysis.quant.answered import sample_answers
from analysis.quant.correlation_table import correlation_table
from analysis.quant.spec.data import read_data
from analysis.quant.spec.run import run_spec
from analysis.results.datafile import MissingPattern
from tests.reference.psychometrics.cases import HERE, load_case

ANSWERS = pd.DataFrame({"a": [1, 2, np.nan, np.nan, 5], "b": [1, 1, 1, np.nan, 1],
                        "c": [3.5, np.nan, np.nan, np.nan, 2]})


def test_missing_answers_are_counted_by_item_row_and_pattern() -> None:
    found = sample_answers(ANSWERS)

    assert (found.n, found.n_complete, found.n_empty, found.n_cells_missing, found.n_patterns) == (5, 2, 1, 6, 3)
    assert [(item.n, item.n_missing) for item in found.items] == [(3, 2), (4, 1), (2, 3)]
    assert set(found.patterns) == {MissingPattern(("c",), 1), MissingPattern(("a", "c"), 1),
                                   MissingPattern(("a", "b", "c"), 1)}
    assert found.items[2].frequencies == {"2": 1, "3.5": 1}


def test_an_item_that_all_answer_alike_and_one_that_nobody_answers_are_named() -> None:
    found = sample_answers(ANSWERS.assign(d=np.nan))

    assert found.warnings == ("constant: b", "unanswered: d")


def test_the_order_of_rows_changes_nothing() -> None:
    bfi = read_data(HERE / "data" / "bfi.csv").iloc[:, :25]

    found = sample_answers(bfi)

    assert found == sample_answers(bfi.sample(frac=1, random_state=3))
    assert (found.n, found.n_complete, found.n_cells_missing) == (2800, 2436, 508)
    assert sum(pattern.n for pattern in found.patterns) <= 2800 - 2436
    assert found.n_duplicated == bfi.dropna().duplicated().sum() == 2


def test_a_repeated_row_of_many_items_is_counted() -> None:
    answers = pd.DataFrame(np.tile(np.arange(12.0), (3, 1)))

    assert sample_answers(answers).n_duplicated == 2


def test_correlations_equal_cor_test_of_r() -> None:
    # R 4.2.2: t <- cor.test(attitude$rating, attitude$complaints); the second pair is critical with advance.
    found = correlation_table(read_data(HERE / "data" / "attitude.csv"))

    assert found.correlations[1][0] == pytest.approx(0.825417569542146, abs=1e-12)
    assert found.ci_low[1][0] == pytest.approx(0.662012769870953, abs=1e-9)
    assert found.ci_high[1][0] == pytest.approx(0.913913891353669, abs=1e-9)
    assert found.p_values[1][0] == pytest.approx(1.98768220828403e-08, rel=1e-7)
    assert found.correlations[6][5] == pytest.approx(0.283343174035317, abs=1e-12)
    assert found.ci_low[6][5] == pytest.approx(-0.0856713666818512, abs=1e-9)
    assert found.ci_high[6][5] == pytest.approx(0.583997984546176, abs=1e-9)
    assert found.p_values[6][5] == pytest.approx(0.1291961302135, abs=1e-10)
    assert found.ci_low[0][0] is None
    assert found.p_values[0][0] is None


def test_scale_scores_are_correlated_with_their_alpha() -> None:
    bfi = read_data(HERE / "data" / "bfi.csv")
    scales = {"A": ["A1", "A2", "A3", "A4", "A5"], "C": ["C1", "C2", "C3", "C4", "C5"]}

    found = run_spec(bfi, [{"id": "r", "do": "correlations", "scales": scales, "reverse": ["A1", "C4", "C5"],
                            "range": [1, 6]}])["r"]

    assert found["names"] == ["A", "C"]
    assert found["alphas"][0] == pytest.approx(load_case("rel_bfi_A").result["pairwise"]["alpha_raw"], abs=1e-9)
    scores = bfi.assign(A1=7 - bfi["A1"], C4=7 - bfi["C4"], C5=7 - bfi["C5"])
    two = pd.DataFrame({key: scores[items].mean(axis=1).where(scores[items].notna().sum(axis=1) >= 4)
                        for key, items in scales.items()})
    assert found["correlations"][1][0] == pytest.approx(two.corr().iloc[1, 0], abs=1e-12)


def test_a_perfect_correlation_has_no_interval() -> None:
    found = correlation_table(pd.DataFrame({"a": range(9), "b": [2 * value for value in range(9)]}))

    assert found.correlations[1][0] == pytest.approx(1)
    assert found.ci_low[1][0] is None


def test_a_matrix_has_correlations_with_intervals_too() -> None:
    found = run_spec(read_data(HERE / "data" / "thurstone_cor.csv"), [{"id": "r", "do": "correlations", "n": 213}])["r"]

    assert found["correlations"][1][0] == pytest.approx(0.828)
    assert found["means"][0] is None
    assert found["pair_n"][1][0] == 213


@pytest.mark.parametrize(("options", "error", "words"), [
    ({"do": "sample", "items": ["q"]}, TableError, "Give their numbers with `values:"),
    ({"do": "sample", "items": ["stray"]}, TableError, "row 3: 'n/k' is not a number. Code the answers as numbers"),
    ({"do": "sample", "items": ["comma"]}, TableError, "row 1: '1,5' is not a number. Write a decimal point"),
    ({"do": "sample", "items": ["far"]}, TableError, "row 2: inf is infinite"),
    ({"do": "sample", "items": ["a"], "values": {"x": "y"}}, SpecError, "a set of words with their numbers"),
    ({"do": "correlations", "items": ["a", "b"], "scales": {"S": ["a", "b"], "T": ["far"]}}, SpecError,
     "'far' is not among the items"),
])
def test_a_column_that_is_no_number_is_refused_with_what_to_do(options, error, words) -> None:
    frame = pd.DataFrame({"q": ["agree", "disagree"] * 3, "stray": [1, 2, "n/k", 4, 5, 1], "a": range(6),
                          "b": [1, 2] * 3, "comma": ["1,5", "2,5"] * 3, "far": [1, np.inf, 2, 3, 4, 5]})

    with pytest.raises(error) as refused:
        run_spec(frame, [{"id": "it", **options}])

    assert words in str(refused.value)


def test_words_become_the_numbers_that_are_given_for_them() -> None:
    frame = pd.DataFrame({"q": ["同意", "不同意 ", None, "同意", 3]})

    found = run_spec(frame.assign(r=[1, 2, 3, 4, 5]), [
        {"id": "it", "do": "sample", "values": {"同意": 4, "不同意": 2}}])["it"]

    assert found["items"][0]["frequencies"] == {"2": 1, "3": 1, "4": 2}


def test_what_the_data_do_not_allow_is_left_out_where_that_is_asked_for() -> None:
    frame = pd.DataFrame({"a": range(30), "b": [value % 7 for value in range(30)], "c": [1] * 30})
    refusals: dict = {}

    found = run_spec(frame, [{"id": "bad", "do": "reliability"}, {"id": "good", "do": "sample"}], refusals=refusals)

    assert list(found) == ["good"]
    assert "'c'" in str(refusals["bad"])
