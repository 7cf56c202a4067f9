import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.quant.describe import (
    LevelRules,
    benjamini_hochberg,
    construct_frequencies,
    finite_population_interval,
    item_shares,
    item_tests,
    mean_interval,
    net_promoter,
    one_sided_t,
    scale_level,
    wilson,
)
from tests.factories.answers import answer_table, construct, instrument, rating, scale

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(p_values)
def test_q_keeps_the_order_of_p_and_never_lies_below_it(p):
    q = benjamini_hochberg(p)

    assert (q >= np.asarray(p) - 1e-12).all()
    assert (q <= 1).all()
    assert (np.diff(q[np.argsort(p, kind="stable")]) >= -1e-12).all()


@given(p_values, st.integers(0, 29), st.floats(0, 1))
def test_a_smaller_p_never_raises_any_q(p, place, smaller):
    place %= len(p)
    lowered = [*p]
    lowered[place] = min(p[place], smaller)

    assert (benjamini_hochberg(lowered) <= benjamini_hochberg(p) + 1e-12).all()


def test_an_untested_member_does_not_count_in_the_family():
    q = benjamini_hochberg([0.01, np.nan, 0.04])

    assert q[[0, 2]].tolist() == pytest.approx([0.02, 0.04])
    assert np.isnan(q[1])


@given(st.integers(1, 500), st.floats(0, 1))
def test_the_wilson_interval_holds_its_share(n, portion):
    k = int(portion * n)

    share = wilson(k, n)

    assert 0 <= share.ci_low <= share.value <= share.ci_high <= 1


def test_a_share_of_nobody_is_unknown():
    assert (wilson(0, 0).value, wilson(0, 0).n) == (None, 0)


def test_the_mean_interval_is_the_t_interval():
    values = [2.0, 3.5, 4.0, np.nan, 3.0]
    low, high = stats.t.interval(0.9, 3, loc=3.125, scale=stats.sem([2.0, 3.5, 4.0, 3.0]))

    mean = mean_interval(values, 0.9)

    assert (mean.value, mean.ci_low, mean.ci_high, mean.n) == pytest.approx((3.125, low, high, 4))


@pytest.mark.parametrize(("values", "mean"), [([], None), ([4.0], 4.0)])
def test_a_mean_of_one_or_none_has_no_interval(values, mean):
    interval = mean_interval(values)

    assert (interval.value, interval.ci_low) == (mean, None)


def test_the_interval_shrinks_with_the_share_of_the_population_asked():
    values = [2.0, 3.0, 4.0, 5.0, 3.0]
    half = mean_interval(values).ci_high - 3.4

    corrected = finite_population_interval(values, 8)

    assert corrected.ci_high - 3.4 == pytest.approx(half * np.sqrt(3 / 7))
    assert finite_population_interval(values, 5).ci_low == pytest.approx(3.4)
    assert finite_population_interval(values, 4) == mean_interval(values)


def test_answers_without_variance_decide_the_test_by_their_side():
    assert one_sided_t([4.0] * 30, 3.0)[1] == 0.0
    assert one_sided_t([4.0] * 30, 3.0, "less")[1] == 1.0
    assert one_sided_t([3.0] * 30, 3.0)[1] == 1.0


def test_the_score_of_nobody_is_unknown():
    assert net_promoter([np.nan]).value is None


def test_the_interval_of_the_recommendation_stays_on_its_scale():
    score = net_promoter([10] * 6)

    assert (score.value, score.ci_high) == (100.0, 100.0)


def test_figures_need_five_and_tests_thirty():
    few, some, enough = (pd.Series(np.linspace(2.5, 4.5, n)) for n in (4, 29, 30))

    levels = [scale_level("P", "problem", "higher_is_worse", s, s, tau=3.0) for s in (few, some, enough)]

    assert [level.mean is None for level in levels] == [True, False, False]
    assert [level.p_value is None for level in levels] == [True, True, False]
    assert levels[0].n == 4
    assert all(level.status == "insufficient" for level in levels)


def test_the_unfavourable_end_follows_the_direction():
    scores = pd.Series([1.0, 2.5, 3.0, 3.5, 4.0])

    bad = scale_level("P", "problem", "higher_is_worse", scores, scores, tau=3.0)
    good = scale_level("S", "situation", "higher_is_better", scores, scores, tau=None)

    assert (bad.unfavourable.value, bad.favourable) == (0.4, 0.4)
    assert (good.unfavourable.value, good.favourable) == (0.4, 0.4)
    assert scale_level("P", "problem", "higher_is_worse", scores + 0.5, scores, tau=3.0).unfavourable.value == 0.6


def test_levels_of_a_seven_point_scale_are_judged_in_percent_of_the_maximum():
    scores = pd.Series([1.0, 4.0, 4.75, 5.0, 7.0])

    level = scale_level("P", "problem", "higher_is_worse", scores, scores, tau=None, rules=LevelRules(1, 7))

    assert level.unfavourable.value == 0.6
    assert level.pomp == pytest.approx((scores.mean() - 1) / 6 * 100)


def test_corrected_scores_are_tested_by_themselves():
    plain = pd.Series(np.tile([3.0, 4.0], 20))
    corrected = plain - 1
    corrected.iloc[:5] = np.nan

    level = scale_level("P", "problem", "higher_is_worse", plain, corrected, tau=3.0)

    assert level.n_corrected == 35
    assert level.p_value < 0.001
    assert level.p_corrected > 0.999


SMALL = instrument([rating("a1", "A"), rating("a2", "A", reverse=True), rating("s1", "S")],
                   [construct("A"), construct("S", "situation", "higher_is_better")])


def test_item_shares_are_taken_at_the_bad_end_after_recoding():
    table = answer_table(SMALL, {"a1": [4, 5, 3, None], "a2": [1, 2, 3, 4], "s1": [1, 2, 4, 5]})

    shares = item_shares(table, "A") | item_shares(table, "S")

    assert shares["a1"].value == pytest.approx(2 / 3)
    assert (shares["a2"].value, shares["s1"].value) == (0.5, 0.5)
    assert shares["a1"].n == 3


def test_frequencies_are_raw_and_leave_out_the_missing():
    table = answer_table(SMALL, {"a1": [4, 5, 3, None], "a2": [1, 2, 2, 4], "s1": [1, 2, 4, 5]})

    assert construct_frequencies(table, "A") == {"a1": (0, 0, 1, 1, 1), "a2": (1, 2, 0, 1, 0)}


def test_items_are_tested_one_by_one():
    items = pd.DataFrame({"a1": np.tile([3.0, 4.0], 20), "a2": [4.0] * 10 + [np.nan] * 30})

    p = item_tests(items, 3.0)

    assert p["a1"] == pytest.approx(stats.ttest_1samp(items["a1"], 3, alternative="greater").pvalue)
    assert p["a2"] is None


def test_a_scale_with_other_ends_counts_its_own_points():
    ten = instrument([rating("n", "A", scale_key="s3")], [construct("A")], [scale("s3", 0, 2)])

    assert construct_frequencies(answer_table(ten, {"n": [0, 2, 2]}), "A") == {"n": (1, 0, 2)}
