"""Comparing groups: what stays the same, what is refused, and how often the intervals hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import NoVariation, TableError, TooFewData
from analysis.quant.groups.crosstab import compare_shares, table_comparison
from analysis.quant.groups.means import anova, compare_means, eta_squared
from analysis.quant.groups.noncentral import f_limits
from analysis.quant.groups.ranks import compare_ranks, superiority
from analysis.quant.groups.samples import samples_of
from analysis.quant.groups.standardised import hedges_g
from analysis.quant.intervals import benjamini_hochberg, holm


def scores(sizes: dict[str, int], seed: int = 4, shift: float = 0.4) -> tuple[pd.Series, pd.Series]:
    rng = np.random.default_rng(seed)
    groups = [key for key, n in sizes.items() for _ in range(n)]
    steps = {key: place * shift for place, key in enumerate(sizes)}
    values = [rng.normal(3 + steps[key], 0.8) for key in groups]
    return pd.Series(values, name="SAT"), pd.Series(groups, name="unit")


@pytest.mark.parametrize("compare", [compare_means, compare_ranks])
def test_the_order_of_people_does_not_matter(compare) -> None:
    values, groups = scores({"a": 12, "b": 20, "c": 15})
    order = np.random.default_rng(1).permutation(len(values))

    found = compare(values, groups)
    shuffled = compare(values.iloc[order], groups.iloc[order])

    assert [pair.p_value for pair in shuffled.pairs] == pytest.approx([pair.p_value for pair in found.pairs])


def test_effects_do_not_depend_on_the_unit_of_the_scale() -> None:
    values, groups = scores({"a": 12, "b": 20, "c": 15})

    found, other = compare_means(values, groups), compare_means(values * 25 - 25, groups)

    assert other.welch.f == pytest.approx(found.welch.f)
    assert other.omega_squared.ci_high == pytest.approx(found.omega_squared.ci_high)
    assert other.pairs[0].hedges_g.value == pytest.approx(found.pairs[0].hedges_g.value)
    assert other.pairs[0].difference.value == pytest.approx(25 * found.pairs[0].difference.value)


def test_two_groups_are_welchs_t_squared() -> None:
    values, groups = scores({"a": 12, "b": 20})

    found = compare_means(values, groups)

    assert found.welch.f == pytest.approx(found.pairs[0].t ** 2)
    assert found.pairs[0].p_games_howell == pytest.approx(found.pairs[0].p_value, abs=1e-9)
    assert found.pairs[0].simultaneous.ci_low == pytest.approx(found.pairs[0].difference.ci_low, abs=1e-8)


def test_missing_values_and_groups_are_left_out_and_said() -> None:
    values, groups = scores({"a": 12, "b": 20})
    values[0], groups[1] = np.nan, ""

    found = compare_means(values, groups)

    assert found.n == 30
    assert found.warnings == ("left_out",)


def test_groups_named_by_numbers_are_sorted_as_numbers() -> None:
    values, groups = scores({"10": 12, "9": 12, "2": 12})

    found = compare_means(values, groups.astype(float))

    assert [group.key for group in found.groups] == ["2", "9", "10"]


@pytest.mark.parametrize(("change", "error", "words"), [
    (lambda v, g: (v.astype(str), g), TableError, "other than numbers"),
    (lambda v, g: (v.where(v.index != 3, np.inf), g), TableError, "row 4: holds an infinite value"),
    (lambda v, g: (v * np.nan, g), TooFewData, "0 groups"),
    (lambda v, g: (v, g.replace("b", "a")), TooFewData, "1 groups"),
    (lambda v, g: (v * 0 + 3, g), NoVariation, "same value"),
    (lambda v, g: (v, g.where(g.index != 0, "c")), TooFewData, "group 'c'"),
    (lambda v, g: (pd.Series([1.0 if x == "a" else 2.0 for x in g], name="v"), g), NoVariation, "in the same group"),
    (lambda v, g: (v, g.iloc[1:]), TableError, "do not fit"),
])
def test_what_cannot_be_compared_is_said(change, error, words: str) -> None:
    values, groups = change(*scores({"a": 12, "b": 20}))

    with pytest.raises(error, match=words):
        compare_means(values, groups)


def test_a_constant_group_among_three_has_no_weight_of_its_own() -> None:
    values, groups = scores({"a": 12, "b": 20, "c": 5})
    values[groups == "c"] = 4.0

    with pytest.raises(NoVariation, match="group 'c'"):
        compare_means(values, groups)
    assert "constant_group" in compare_ranks(values, groups).warnings


def test_holm_equals_r_and_keeps_what_was_not_tested() -> None:
    """p.adjust(c(.01, .04, .03, .005), "holm") = 0.03 0.06 0.06 0.02; "BH" = 0.02 0.04 0.04 0.02."""
    p = [0.01, 0.04, float("nan"), 0.03, 0.005]

    assert holm(p) == pytest.approx([0.03, 0.06, float("nan"), 0.06, 0.02], nan_ok=True)
    assert benjamini_hochberg(p) == pytest.approx([0.02, 0.04, float("nan"), 0.04, 0.02], nan_ok=True)


def test_groups_that_do_not_overlap_have_an_interval_all_the_same() -> None:
    found = superiority(np.array([4.0, 5, 5, 6]), np.array([1.0, 2, 2]))

    assert (found.value, found.ci_high) == (1.0, 1.0)
    assert 0.3 < found.ci_low < 0.9


def test_categories_without_people_are_dropped_and_said() -> None:
    found = table_comparison(np.array([[20, 0, 30], [25, 0, 10]]), ("ab", "xyz"), ("unit", "answer"))

    assert found.columns == ("x", "z")
    assert found.warnings == ("empty_category",)
    assert found.df == 1


def test_a_crossing_of_answers_counts_people() -> None:
    rows = pd.Series(["x", "y", "x", None, "y", "x"] * 10, name="unit")
    columns = pd.Series([1.0, 2, 2, 1, np.nan, 1] * 10, name="answer")

    found = compare_shares(rows, columns)

    assert found.n == 40
    assert {(cell.row, cell.column): cell.n for cell in found.cells} == {
        ("x", "1"): 20, ("x", "2"): 10, ("y", "1"): 0, ("y", "2"): 10}
    assert found.warnings == ("left_out",)


@pytest.mark.parametrize(("counts", "error"), [
    (np.array([[3, 4]]), TooFewData), (np.array([[3.0, -1], [2, 2]]), TableError), (np.zeros((2, 2)), TooFewData)])
def test_tables_that_say_nothing_are_refused(counts, error) -> None:
    with pytest.raises(error):
        table_comparison(counts, ("ab"[:counts.shape[0]], "xy"), ("a", "b"))


def test_intervals_of_g_hold_with_unequal_spreads() -> None:
    rng = np.random.default_rng(11)
    true = 0.8 / np.sqrt((1 + 4) / 2)

    found = [hedges_g(rng.normal(0.8, 1, 40), rng.normal(0, 2, 20)) for _ in range(400)]

    assert np.mean([g.ci_low <= true <= g.ci_high for g in found]) >= 0.93
    assert np.mean([g.value for g in found]) == pytest.approx(true, abs=0.03)


def test_intervals_of_the_share_of_variance_hold() -> None:
    rng, sizes = np.random.default_rng(12), [20, 20, 20]
    groups = pd.Series(np.repeat(["a", "b", "c"], sizes), name="g")
    shift = np.repeat([0.0, 0.5, 1.0], sizes)
    true = shift.var() / (shift.var() + 1)

    held = []
    for _ in range(300):
        test = anova(samples_of(pd.Series(rng.normal(size=60) + shift, name="y"), groups))
        found = eta_squared(test, 60)
        held.append(found.ci_low <= true <= found.ci_high)

    assert np.mean(held) >= 0.93


def test_intervals_of_v_hold() -> None:
    rng = np.random.default_rng(13)
    shares = np.array([[0.20, 0.15, 0.10], [0.10, 0.15, 0.30]])
    expected = np.outer(shares.sum(axis=1), shares.sum(axis=0))
    true = np.sqrt(((shares - expected) ** 2 / expected).sum())
    tables = rng.multinomial(150, shares.ravel(), size=300).reshape(-1, 2, 3)

    found = [table_comparison(table, ("ab", "xyz"), ("a", "b")) for table in tables]

    assert np.mean([one.cramers_v.ci_low <= true <= one.cramers_v.ci_high for one in found]) >= 0.93


def test_the_corrected_v_is_near_nothing_where_nothing_is() -> None:
    rng = np.random.default_rng(14)
    tables = rng.multinomial(80, np.full(12, 1 / 12), size=200).reshape(-1, 3, 4)

    found = [table_comparison(table, ("abc", "wxyz"), ("a", "b")) for table in tables]

    assert np.mean([one.cramers_v_corrected for one in found]) < np.mean([one.cramers_v.value for one in found]) / 2


@pytest.mark.parametrize("compare", [compare_means, compare_ranks])
def test_pairs_of_very_many_groups_are_not_listed(compare) -> None:
    values, groups = scores({f"g{place:02d}": 4 for place in range(31)}, shift=0.0)

    found = compare(values, groups)

    assert found.pairs == ()
    assert "too_many_pairs" in found.warnings


def test_a_statistic_below_what_chance_gives_has_a_lower_limit_of_nothing() -> None:
    assert f_limits(0.001, 3, 40) == (0.0, 0.0)
    assert f_limits(0.5, 3, 40)[0] == 0.0
