"""What the reliability table and the structure check say of scales."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.diagnosis.thresholds import THRESHOLDS as DIAGNOSIS_THRESHOLDS
from analysis.quant.structure import THRESHOLDS, problem_cause_structure, scale_quality
from analysis.results.measurement import ScaleQuality, Structure
from instruments.codec import from_document, to_document


def scale(r: float, n: int, k: int = 4, seed: int = 1, name: str = "q") -> pd.DataFrame:
    """Return k items of n respondents whose sample correlations are all exactly r."""
    rng = np.random.default_rng(seed)
    noise = np.column_stack([np.ones(n), rng.standard_normal((n, k))])
    Z = np.linalg.qr(noise)[0][:, 1:] * np.sqrt(n - 1)
    root = np.linalg.cholesky(np.full((k, k), r) + (1 - r) * np.eye(k))
    return pd.DataFrame(Z @ root.T, columns=[f"{name}{i + 1}" for i in range(k)])


def r_of_alpha(alpha: float, k: int = 4) -> float:
    return alpha / (k - alpha * (k - 1))


@pytest.mark.parametrize(("alpha", "n", "verdict"), [
    (0.8001, 200, "good"), (0.7999, 200, "acceptable"), (0.7001, 200, "acceptable"), (0.6999, 200, "limited"),
    (0.6001, 200, "limited"), (0.5999, 30, "limited_few_answers"), (0.55, 40, "limited_few_answers"),
    (0.55, 400, "not_a_scale"), (0.30, 200, "not_a_scale"),
])
def test_a_verdict_follows_alpha_and_its_upper_limit(alpha: float, n: int, verdict: str) -> None:
    found = scale_quality("PRB", scale(r_of_alpha(alpha), n))

    assert found.reliability.alpha.value == pytest.approx(alpha, abs=1e-9)
    assert found.verdict == verdict
    if verdict == "limited_few_answers":
        assert found.reliability.alpha.ci_high >= 0.70
    if verdict == "not_a_scale":
        assert found.reliability.alpha.ci_high < 0.70


@pytest.mark.parametrize(("r", "verdict"), [(0.67, "good"), (0.66, "acceptable"), (0.45, "limited"),
                                            (0.30, "not_a_scale")])
def test_two_items_are_judged_by_spearman_brown(r: float, verdict: str) -> None:
    found = scale_quality("PRB", scale(r, 400, k=2))

    assert found.reliability.spearman_brown == pytest.approx(2 * r / (1 + r), abs=1e-9)
    assert found.verdict == verdict
    assert found.one_factor == "not_run"


def test_two_items_of_unequal_spread_are_judged_by_spearman_brown_not_alpha() -> None:
    table = scale(0.67, 400, k=2).mul([1.0, 5.0])

    found = scale_quality("PRB", table)

    assert found.reliability.alpha.value < 0.5
    assert found.verdict == "good"


def test_an_item_against_the_rest_of_no_scale_raises_a_doubt_about_its_keying() -> None:
    table = scale(0.4, 300)

    found = scale_quality("PRB", table.assign(q4=-table["q4"]))

    assert found.verdict == "not_a_scale"
    assert found.has_keying_doubt


def test_no_scale_without_a_contrary_item_raises_no_doubt_about_keying() -> None:
    found = scale_quality("PRB", scale(0.1, 400))

    assert found.verdict == "not_a_scale"
    assert not found.has_keying_doubt


@pytest.mark.parametrize("table", [
    pd.DataFrame({"q1": [], "q2": []}, dtype=float),
    pd.DataFrame({"q1": [1.0, 2, 3, 4, 5, 1, 2]}),
    pd.DataFrame({"q1": [1.0, 2, 3, 4], "q2": [2.0, 2, 3, 4]}),
    pd.DataFrame({"q1": [1.0, 2, 3, 4, 5, 2], "q2": [3.0] * 6}),
    pd.DataFrame({"q1": [1.0, 2, 3, 4, 5, 2], "q2": [np.nan] * 6}),
], ids=["nobody", "one item", "four people", "constant item", "unanswered item"])
def test_a_scale_that_cannot_be_computed_gets_no_figure(table: pd.DataFrame) -> None:
    found = scale_quality("PRB", table)

    assert found == ScaleQuality("PRB", "cannot_judge", None)


def test_respondents_without_any_answer_to_the_scale_do_not_narrow_its_interval() -> None:
    table = scale(0.3, 100)
    silent = pd.DataFrame(np.nan, index=range(1000), columns=table.columns)

    found = scale_quality("PRB", pd.concat([table, silent], ignore_index=True))

    alone = scale_quality("PRB", table).reliability.alpha
    assert found.reliability.n == 100
    assert found.reliability.alpha.ci_low == pytest.approx(alone.ci_low, abs=1e-12)


@pytest.mark.parametrize(("n", "expected"), [(149, "not_run"), (150, "yes")])
def test_the_one_factor_check_waits_for_150_respondents(n: int, expected: str) -> None:
    found = scale_quality("PRB", scale(0.5, n))

    assert found.one_factor == expected


def test_one_factor_needs_loadings_of_forty_and_twice_the_second_eigenvalue() -> None:
    found = scale_quality("PRB", scale(0.5, 300))

    assert found.eigenvalue_ratio == pytest.approx((1 + 3 * 0.5) / 0.5, abs=1e-9)
    assert found.smallest_loading == pytest.approx(np.sqrt(0.5), abs=1e-9)


@pytest.mark.parametrize("table", [
    scale(0.15, 300),
    pd.concat([scale(0.6, 300, k=2), scale(0.6, 300, k=2, seed=2, name="p")], axis=1),
], ids=["weak loadings", "two factors"])
def test_a_scale_of_no_single_factor_is_said_to_be_none(table: pd.DataFrame) -> None:
    found = scale_quality("PRB", table)

    assert found.one_factor == "no"


def test_a_study_may_move_the_borders() -> None:
    table = scale(r_of_alpha(0.75), 200)

    found = scale_quality("PRB", table, thresholds={"alpha_acceptable": 0.78, "structure_minimum_n": 500, "tau": 3.0})

    assert found.verdict == "limited"
    assert found.one_factor == "not_run"


def test_borders_equal_the_thresholds_of_the_diagnosis() -> None:
    assert dict(THRESHOLDS) == {name: DIAGNOSIS_THRESHOLDS[name].default for name in THRESHOLDS}


def two_constructs(n: int, seed: int = 3) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    first, second = scale(0.5, n, seed=seed, name="a"), scale(0.5, n, seed=seed + 1, name="b")
    return pd.concat([first, second], axis=1), {"A": list(first), "B": list(second)}


def test_the_structure_of_two_constructs_has_two_factors() -> None:
    items, scales = two_constructs(300)

    found = problem_cause_structure(items, scales, seed=7)

    assert (found.is_run, found.reason) == (True, "run")
    assert found.parallel.retain_components_p95 == 2
    assert found.parallel.seed == 7
    assert found.solution.n_factors == 2
    assert found.factorability.kmo > 0.6
    loadings = np.abs(np.array(found.solution.loadings))
    assert (loadings.argmax(axis=1)[:4] != loadings.argmax(axis=1)[4:]).all()
    assert [(pair.first, pair.second, pair.verdict) for pair in found.pairs] == [("A", "B", "distinct")]


def test_scales_that_measure_the_same_are_told_so() -> None:
    one = scale(0.5, 300, k=8)
    scales = {"A": list(one)[:4], "B": list(one)[4:]}

    found = problem_cause_structure(one, scales, seed=7)

    assert found.parallel.retain_components_p95 == 1
    assert found.pairs[0].verdict == "together"
    assert found.pairs[0].htmt == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize(("n", "minimum", "is_run"), [(149, None, False), (150, None, True), (149, 100, True)])
def test_the_structure_waits_for_enough_respondents(n: int, minimum: int | None, is_run: bool) -> None:
    items, scales = two_constructs(n)

    found = problem_cause_structure(items, scales, seed=1, minimum_n=minimum)

    assert found.is_run is is_run
    assert found.reason == ("run" if is_run else "too_few_respondents")


def test_the_structure_of_nobody_is_not_run() -> None:
    found = problem_cause_structure(pd.DataFrame({"a": [], "b": []}, dtype=float), {"A": ["a", "b"]}, seed=1)

    assert found == Structure(False, "too_few_respondents")


def test_a_constant_item_stops_the_structure_with_its_reason() -> None:
    items, scales = two_constructs(200)

    found = problem_cause_structure(items.assign(a1=3.0), scales, seed=1)

    assert found == Structure(False, "no_variation")


def test_two_items_are_too_few_for_a_structure() -> None:
    found = problem_cause_structure(scale(0.5, 200, k=2), {"A": ["q1", "q2"]}, seed=1)

    assert found == Structure(False, "too_few_items")


def test_a_structure_is_stored_and_read_back_unchanged() -> None:
    items, scales = two_constructs(300)
    found = problem_cause_structure(items, scales, seed=7)

    again = from_document(Structure, to_document(found))

    assert again == found
