import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from analysis.quant.minimal_effect import CONSERVATIVE_P, discovery_rates

P = np.array([[0.001, 0.004, 0.02], [0.2, 0.6, 0.9]])


def test_tests_that_tell_nothing_are_set_aside_and_the_others_made_up_for_it():
    # p / .5 of the four left: .002, .008, .04, .4; times 4 over the rank.
    assert discovery_rates(P, 0.05, is_adaptive=False) == pytest.approx(
        np.array([[0.008, 0.016, 0.16 / 3], [0.4, 1, 1]]))


def test_the_adaptive_family_counts_the_nulls_that_a_first_stage_leaves():
    # Two of the four are declared at .05 / 1.05, so two nulls are left: rates times 1.05 * 2 / 4.
    assert discovery_rates(P, 0.05, is_adaptive=True) == pytest.approx(
        np.array([[0.0042, 0.0084, 0.028], [0.21, 1, 1]]))


def test_no_rate_is_below_the_p_value_of_its_own_test():
    p = np.full(6, 0.06)

    assert (discovery_rates(p, 0.4, is_adaptive=True) == 0.06).all()


def test_where_nothing_is_left_nothing_is_declared():
    assert (discovery_rates(np.full((2, 3), 0.51), 0.05, is_adaptive=True) == 1).all()


@given(st.lists(st.floats(1e-6, 1), min_size=1, max_size=30))
def test_what_is_declared_is_what_the_published_two_stages_declare_among_those_left(p):
    p = np.array(p)
    left = p <= CONSERVATIVE_P

    declared = discovery_rates(p, 0.05, is_adaptive=True) <= 0.05

    expected = np.zeros(len(p), dtype=bool)
    if left.any():
        expected[left] = multipletests(p[left] / CONSERVATIVE_P, 0.05, method="fdr_tsbky")[0] & (p[left] <= 0.05)
    assert declared.tolist() == expected.tolist()


@pytest.mark.parametrize("is_adaptive", [True, False])
def test_where_all_truths_lie_on_the_border_one_family_in_twenty_declares_something(is_adaptive):
    rng = np.random.default_rng(20261126)

    false = [(discovery_rates(rng.uniform(size=24), 0.05, is_adaptive=is_adaptive) <= 0.05).any() for _ in range(4000)]

    assert 0.05 - 4 * (0.05 * 0.95 / 4000) ** 0.5 < np.mean(false) < 0.05 + 4 * (0.05 * 0.95 / 4000) ** 0.5
