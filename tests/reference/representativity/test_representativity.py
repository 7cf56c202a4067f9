"""Representativity of a response by groups, against scipy, against hand-worked numbers and against chance itself.

By hand: groups of 40, 40 and 20 people of whom 20, 10 and 15 took part. p = 0.45; S² = (40·0.05² + 40·0.2² + 20·0.3²) /
99 = 3.5 / 99; R = 1 - 2·sqrt(0.0353535) = 0.6239493. By chance: (0.6·40/39·0.25 + 0.6·40/39·0.1875 +
0.8·20/19·0.1875) / 99 = 0.0043144; adjusted R = 1 - 2·sqrt(0.0310391) = 0.6476416.
"""

import numpy as np
import pytest
from scipy import stats

from analysis.representativity import chi2_tail, representativity

GROUPS = {"a": (20, 20), "b": (10, 30), "c": (15, 5)}


def test_the_indicator_is_the_one_worked_by_hand():
    found = representativity(GROUPS)

    assert found.r_indicator == pytest.approx(0.6239493, abs=1e-6)
    assert found.r_adjusted == pytest.approx(0.6476416, abs=1e-6)
    assert (found.n, found.n_groups, found.df) == (100, 3, 2)


@pytest.mark.parametrize("groups", [
    GROUPS, {"a": (50, 50), "b": (45, 55)}, {str(k): (10 + k, 30 - k) for k in range(12)}])
def test_the_chi_square_is_that_of_scipy(groups):
    found = representativity(groups)

    expected = stats.chi2_contingency(np.array(list(groups.values())), correction=False)
    assert found.chi2 == pytest.approx(expected.statistic, rel=1e-10)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)
    assert found.cramers_v == pytest.approx(stats.contingency.association(np.array(list(groups.values()))), rel=1e-9)


@pytest.mark.parametrize("df", [1, 2, 3, 4, 7, 30, 101])
def test_the_tail_of_chi_square_is_that_of_scipy(df: int):
    for value in (0.0, 1e-9, 0.3, 1.0, 4.5, 20.0, 90.0, 300.0):
        assert chi2_tail(value, df) == pytest.approx(stats.chi2.sf(value, df), rel=1e-9, abs=1e-300)


def test_where_chance_alone_decides_its_part_is_taken_off():
    chance = np.random.default_rng(20261126)
    sizes = np.array([12, 15, 20, 25, 28])
    plain, adjusted = [], []
    for _ in range(4000):
        done = chance.binomial(sizes, 0.4)
        pairs = zip(done, sizes, strict=True)
        found = representativity({str(place): (int(d), int(n - d)) for place, (d, n) in enumerate(pairs)})
        plain.append(((1 - found.r_indicator) / 2) ** 2)
        adjusted.append(((1 - found.r_adjusted) / 2) ** 2)

    by_chance = 0.24 * 4 / 99
    assert np.mean(plain) == pytest.approx(by_chance, rel=0.05)         # what would pass for lack of representativity
    assert np.mean(adjusted) < 0.5 * by_chance                          # not none: it is never taken below 0
    assert np.mean(np.array(adjusted) == 0) > 0.5


def test_a_true_difference_is_found_without_what_chance_adds():
    chance = np.random.default_rng(5)
    sizes, true = np.array([20, 20, 20, 20]), np.array([0.2, 0.4, 0.6, 0.8])
    rows = [representativity({str(k): (int(d), 20 - int(d)) for k, d in enumerate(chance.binomial(sizes, true))})
            for _ in range(4000)]

    real = 20 * float(np.sum((true - 0.5) ** 2)) / 79
    assert np.mean([((1 - row.r_adjusted) / 2) ** 2 for row in rows]) == pytest.approx(real, rel=0.02)
    assert np.mean([((1 - row.r_indicator) / 2) ** 2 for row in rows]) > 1.1 * real


def test_a_response_alike_in_all_groups_has_an_indicator_of_one():
    assert representativity({"a": (10, 30), "b": (20, 60)}).r_indicator == pytest.approx(1)


def test_groups_too_small_for_the_test_have_no_p_value():
    assert representativity({"a": (4, 3), "b": (20, 20)}).p_value is None


@pytest.mark.parametrize("groups", [{}, {"a": (5, 5)}, {"a": (5, 0), "b": (7, 0)}, {"a": (0, 5), "b": (0, 7)},
                                    {"a": (5, 5), "b": (0, 0)}])
def test_without_two_groups_or_two_sides_nothing_is_stated(groups):
    assert representativity(groups) is None
