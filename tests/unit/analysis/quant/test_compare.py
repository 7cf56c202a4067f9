import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.privacy import MINIMUM_CROSSED, PrintRegister
from analysis.quant.compare import adjust_comparisons, group_comparisons, group_means, welch, welch_p


def scores_of(sizes, seed=4):
    rng = np.random.default_rng(seed)
    groups = [key for key, n in sizes.items() for _ in range(n)]
    index = pd.Index([f"r{place:03d}" for place in range(len(groups))])
    values = pd.Series(rng.normal(3, 0.7, len(groups)), index, name="PRB")
    return values, pd.Series(groups, index, dtype=object, name="D_DEPT")


def test_welch_equals_scipy():
    a, b = np.random.default_rng(1).normal(size=20), np.random.default_rng(2).normal(0.5, 2, size=35)
    expected = stats.ttest_ind(a, b, equal_var=False)
    interval = expected.confidence_interval(0.95)

    difference = welch(a, b)

    assert [difference.ci_low, difference.ci_high] == pytest.approx([interval.low, interval.high])
    assert welch_p(a, b) == pytest.approx(expected.pvalue)


def test_groups_without_variance_differ_or_not():
    assert welch_p([2.0, 2.0], [3.0, 3.0]) == 0.0
    assert welch_p([2.0, 2.0], [2.0, 2.0]) == 1.0
    assert welch([2.0, 2.0], [3.0, 3.0]).ci_low == -1.0


def test_a_single_value_allows_no_interval():
    assert welch([1.0], [2.0, 3.0]).ci_low is None
    assert welch([], [2.0, 3.0]).value is None
    assert welch_p([1.0], [2.0, 3.0]) is None


def test_small_groups_are_hidden_with_company():
    figures = group_means(*scores_of({"a": 12, "b": 3, "c": 4, "d": 8}))

    assert [(figure.choice, figure.n, figure.is_hidden) for figure in figures] == [
        ("a", 12, False), ("b", None, True), ("c", None, True), ("d", 8, False)]
    assert figures[1].mean is None
    assert (figures[0].construct, figures[0].profile_item) == ("PRB", "D_DEPT")


def test_a_group_is_shown_with_mean_and_interval():
    values, groups = scores_of({"a": 12, "b": 9})

    figure = group_means(values, groups)[0]

    assert figure.mean == pytest.approx(values.iloc[:12].mean())
    assert figure.ci_low < figure.mean < figure.ci_high


def test_two_attributes_crossed_need_ten():
    figures = group_means(*scores_of({"a.x": 30, "a.y": 9, "b.x": 11, "b.y": 25}), minimum=MINIMUM_CROSSED)

    assert [figure.is_hidden for figure in figures] == [False, True, True, False]


def test_missing_scores_count_in_no_group():
    values, groups = scores_of({"a": 12, "b": 9})
    values.iloc[0] = np.nan

    assert group_means(values, groups)[0].n == 11


def test_one_person_who_did_not_state_a_group_is_not_told_by_subtraction():
    values, groups = scores_of({"a": 12, "b": 9})
    groups.iloc[0] = None

    figures = group_means(values, groups)

    assert [figure.is_hidden for figure in figures] == [False, True]


def test_one_register_watches_over_all_tables():
    values, departments = scores_of({"it": 10, "retail": 50})
    levels = departments.where(departments != "it", "expert").rename("D_LEVEL")
    levels.iloc[10:13] = "expert"
    register = PrintRegister()

    first = group_means(values, departments, register=register)
    second = group_means(values, levels, register=register)

    assert not any(figure.is_hidden for figure in first)
    assert all(figure.is_hidden for figure in second)


def test_the_order_of_the_questionnaire_is_kept():
    figures = group_means(*scores_of({"a": 12, "b": 9, "c": 7}), order=["c", "a"])

    assert [figure.choice for figure in figures] == ["c", "a", "b"]


def test_only_groups_of_thirty_are_tested():
    values, groups = scores_of({"a": 40, "b": 35, "c": 29})

    comparisons = group_comparisons(values, groups, group_means(values, groups))

    assert [(c.first, c.second) for c in comparisons] == [("a", "b")]
    assert comparisons[0].p_value == pytest.approx(welch_p(values.iloc[:40], values.iloc[40:75]))
    assert comparisons[0].q_value is None


def test_q_values_are_over_all_comparisons():
    values, groups = scores_of({"a": 40, "b": 35, "c": 30})
    comparisons = group_comparisons(values, groups, group_means(values, groups))

    adjusted = adjust_comparisons(comparisons)

    p = [c.p_value for c in comparisons]
    assert [c.q_value for c in adjusted] == pytest.approx(stats.false_discovery_control(p).tolist())


def test_nobody_in_any_group_gives_no_figures():
    values, groups = scores_of({"a": 6})

    assert group_means(values, groups.where(groups.isna())) == ()
