"""Indices of careless answering on cases worked by hand; the arithmetic stands beside each."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.quant.careless.indices import (
    INDICES,
    careless_indices,
    distances,
    even_odd,
    fast_pages,
    intra_individual_sd,
    longest_run,
    mahalanobis,
    mean_run,
    psychometric_synonyms,
    synonym_pairs,
    variability_by_part,
)
from analysis.quant.distributions import index_distribution

GAP = np.nan


def test_runs_are_counted_by_hand():
    answers = [
        [3, 3, 3, 4, 4, 2],         # runs 3, 2, 1: longest 3, mean 6 / 3 = 2
        [1, 2, 1, 2, 1, 2],         # six runs of 1: longest 1, mean 6 / 6 = 1
        [5, 5, GAP, 5, 5, 5],       # the gap ends a run: 2, gap, 3: longest 3, mean 6 / 3 = 2
        [GAP, GAP, 4, 4, GAP, 4],   # gap, gap, 2, gap, 1: longest 2, mean 6 / 5 = 1.2
        [GAP] * 6,                  # nothing answered
    ]

    assert longest_run(answers).tolist() == [3, 1, 3, 2, 0]
    assert mean_run(answers)[:4].tolist() == pytest.approx([2, 1, 2, 1.2])
    assert np.isnan(mean_run(answers)[4])


def test_variability_is_the_standard_deviation_of_one_persons_answers():
    # Mean 3; squares 4 + 1 + 0 + 1 + 4 = 10; 10 / 4 = 2.5. With a gap: 2, 4, 6: mean 4, squares 8, 8 / 2 = 4.
    assert intra_individual_sd([[1, 2, 3, 4, 5]])[0] == pytest.approx(np.sqrt(2.5))
    assert intra_individual_sd([[2, GAP, 4, GAP, 6]])[0] == pytest.approx(2)
    assert np.isnan(intra_individual_sd([[4, GAP, GAP]])[0])


def test_variability_is_looked_at_in_thirds_too():
    # 1 1 4 | 2 2 2 | 1 3 5: squares about 2 are 1 + 1 + 4 = 6, 6 / 2 = 3; then 0; about 3: 4 + 0 + 4 = 8, 8 / 2 = 4.
    parts = variability_by_part([[1, 1, 4, 2, 2, 2, 1, 3, 5]])

    assert parts[0].tolist() == pytest.approx([np.sqrt(3), 0, 2])


@pytest.mark.parametrize(("k", "sizes"), [(4, (2, 1, 1)), (5, (2, 1, 2)), (7, (3, 2, 2)), (8, (3, 2, 3)),
                                          (10, (4, 3, 3)), (24, (8, 8, 8))])
def test_thirds_are_cut_where_r_cuts_them(k, sizes):
    # R's cut(1:k, 3) has borders at 1 + (k - 1) / 3 and 1 + 2 (k - 1) / 3, each belonging to the part before it:
    # k = 7: borders 3 and 5, so 1 2 3 | 4 5 | 6 7.
    answers = np.full((1, k), GAP)
    found = []
    for part in range(3):
        n = 0
        for place in range(k):
            one = answers.copy()
            one[0, [place, place - 1 if place else 1]] = (1, 2)
            n += int(np.isfinite(variability_by_part(one)[0, part]))
        found.append(n)
    # A pair of neighbours lies inside a part of size s in s - 1 ways; the first item is paired with the second again.
    assert tuple(found) == (sizes[0], sizes[1] - 1, sizes[2] - 1)


def test_even_odd_is_worked_by_hand():
    scales = [
        [[1, 2, 3, 4], [4, 4, 4, 4], [2, GAP, 4, GAP], [1, 5, 1, 5]],
        [[2, 2, 4, 2], [4, 4, 4, 4], [3, 3, 3, 3], [5, 1, 5, 1]],
        [[5, 5, 5, 3], [4, 4, 4, 4], [4, 5, 4, 5], [3, 3, 3, 3]],
    ]

    index = even_odd(scales)

    # Person 1: halves of items 1, 3 are 2, 3, 5 (mean 10/3); of items 2, 4 are 3, 2, 4 (mean 3).
    # Products: (-4/3)(0) + (-1/3)(-1) + (5/3)(1) = 2; squares 16/9 + 1/9 + 25/9 = 42/9 and 0 + 1 + 1 = 2.
    # r = 2 / sqrt(42/9 x 2) = 2 / sqrt(28/3) = 0.65465; stepped up 2r / (1 + r) = 0.79129.
    r = 2 / np.sqrt(28 / 3)
    assert index[0] == pytest.approx(2 * r / (1 + r))
    assert np.isnan(index[1])                   # no variance in either half
    # Person 3: scale 1 has no second half; left are (3, 3), (4, 5): two points on a rising line, r = 1, 2 / 2 = 1.
    assert index[2] == pytest.approx(1)
    # Person 4: (1, 5), (5, 1), (3, 3): r = -1; 2r / (1 + r) has no bound below and is set to -1.
    assert index[3] == pytest.approx(-1)


def test_even_odd_is_shown_with_the_sign_of_the_package():
    answers = np.array([[1, 1, 5, 5, 3, 3]])

    found = careless_indices(answers, answers, [answers[:, :2], answers[:, 2:4], answers[:, 4:]])

    assert found["evenodd"].tolist() == pytest.approx([-1])     # perfectly consistent: the least careless value


def test_even_odd_needs_two_scales_of_two_items():
    answers = np.array([[1.0, 2, 3, 4, 5]])

    assert np.isnan(careless_indices(answers, answers, [answers])["evenodd"]).all()
    assert np.isnan(careless_indices(answers, answers, [answers[:, :4], answers[:, 4:]])["evenodd"]).all()


# Items 1-3 are answered like items 4-6 by people 1-4 of five; no other pair correlates above .60.
SYNONYMS = np.array([
    [1, 5, 3, 1, 5, 3],
    [5, 1, 3, 5, 1, 3],
    [2, 2, 5, 2, 2, 5],
    [4, 3, 1, 4, 3, 1],
    [3, 4, 2, 2, 4, 4],
], dtype=float)


def test_synonyms_are_pairs_that_everybody_answers_alike():
    # Pair 1-4: deviations -2 2 -1 1 0 and -1.8 2.2 -0.8 1.2 -0.8: products 3.6 + 4.4 + 0.8 + 1.2 = 10;
    # squares 10 and 10.8; r = 10 / sqrt(108) = 0.962. Pair 3-6: deviations 0.2 0.2 2.2 -1.8 -0.8 and
    # -0.2 -0.2 1.8 -2.2 0.8: products -0.04 - 0.04 + 3.96 + 3.96 - 0.64 = 7.2; squares 8.8 and 8.8; r = 0.818.
    assert synonym_pairs(SYNONYMS) == [(3, 0), (4, 1), (5, 2)]
    assert synonym_pairs(SYNONYMS, 0.9) == [(3, 0), (4, 1)]

    index = psychometric_synonyms(SYNONYMS)

    assert index[:4].tolist() == pytest.approx([1, 1, 1, 1])
    # Person 5: pairs (2, 3), (4, 4), (4, 2): deviations -4/3 2/3 2/3 and 0 1 -1: products 0 + 2/3 - 2/3 = 0.
    assert index[4] == pytest.approx(0)


def test_synonyms_need_three_answered_pairs_and_some_variance():
    answers = np.vstack([SYNONYMS, [3, 3, 3, 3, 3, 3], [1, 5, GAP, 1, 5, 3]])

    index = psychometric_synonyms(answers)

    assert np.isnan(index[5])                   # a straight line has no variance
    assert np.isnan(index[6])                   # two pairs are left
    assert np.isnan(psychometric_synonyms(answers, 0.999)).all()


def test_antonyms_are_pairs_that_everybody_answers_the_other_way_round():
    turned = SYNONYMS.copy()
    turned[:, 3:] = 6 - turned[:, 3:]

    index = psychometric_synonyms(turned, 0.8, antonyms=True)

    # At .60 items 1 and 2 (-0.70) and items 4 and 5 (-0.77) would be antonyms too.
    assert synonym_pairs(turned, 0.8, antonyms=True) == [(3, 0), (4, 1), (5, 2)]
    assert index[:4].tolist() == pytest.approx([-1, -1, -1, -1])
    assert index[4] == pytest.approx(0)


def test_the_distance_is_worked_by_hand():
    # Two items: means 3 and 3; deviations (-2, -1), (2, 1), (0, 2), (0, -2), (0, 0).
    # Variances 8 / 4 = 2 and 10 / 4 = 2.5, covariance (2 + 2) / 4 = 1; determinant 2 x 2.5 - 1 = 4;
    # inverse [[2.5, -1], [-1, 2]] / 4. Person 1: 2.5 x 4 + 2 x 1 - 2 x 2 = 8, 8 / 4 = 2. Person 3: 2 x 4 / 4 = 2.
    answers = [[1, 2], [5, 4], [3, 5], [3, 1], [3, 3]]

    assert mahalanobis(answers).tolist() == pytest.approx([2, 2, 2, 2, 0])


def test_a_missing_answer_lies_on_the_average_and_who_answered_nothing_has_no_distance():
    answers = [[1, 2], [5, 4], [3, 5], [3, 1], [3, 3], [5, GAP], [GAP, GAP]]

    # The mean of item 1 is 20 / 6, its deviation from 5 is 5/3; variance (2 x 49/9 ...) is left to the covariance.
    item = np.array([1, 5, 3, 3, 3, 5], dtype=float)
    both = np.array([[1, 2], [5, 4], [3, 5], [3, 1], [3, 3]], dtype=float)
    covariance = np.array([[item.var(ddof=1), np.cov(both.T)[0, 1]], [np.cov(both.T)[0, 1], both[:, 1].var(ddof=1)]])
    expected = (5 - item.mean()) ** 2 * np.linalg.inv(covariance)[0, 0]

    assert mahalanobis(answers)[5] == pytest.approx(expected)
    assert np.isnan(mahalanobis(answers)[6])


def test_the_limit_of_the_distance_is_chi_square_of_the_items_that_vary():
    rng = np.random.default_rng(4)
    answers = np.column_stack([rng.normal(size=(40, 2)), np.full(40, 3)])

    distance, limit = distances(answers)

    assert limit == pytest.approx(9.21034, abs=1e-5)            # chi-square .99 at 2 degrees of freedom: -2 ln .01
    assert distance == pytest.approx(mahalanobis(answers[:, :2]))
    assert np.isnan(distances(answers[:2])[0]).all()            # no more people than items


def test_pages_left_faster_than_two_seconds_an_item_are_counted():
    # Pages of 5, 4 and 0 rating items: limits 10 s and 8 s; the third does not count, an unknown time neither.
    seconds = [[9.9, 8.0, 1.0], [10.0, 7.0, 1.0], [GAP, 7.9, 1.0], [GAP, GAP, 1.0]]

    share = fast_pages(seconds, [[5, 4, 0]] * 4, 2.0)

    assert share[:3].tolist() == [0.5, 0.5, 1.0]
    assert np.isnan(share[3])


def test_every_index_is_there_and_says_which_end_is_careless():
    found = careless_indices(SYNONYMS, SYNONYMS, [SYNONYMS[:, :3], SYNONYMS[:, 3:]])

    assert list(found) == list(INDICES)
    assert set(INDICES.values()) == {"high", "low"}


# ---- distributions --------------------------------------------------------------------------------------------------
def test_a_distribution_holds_no_bin_of_few_people():
    found = index_distribution("longstring", [2] * 30 + [3] * 20 + [4] * 6 + [9, 25], rule="at_least", limit=12)

    assert found.bins == ((2.0, 3.0, 30), (3.0, 4.0, 20), (4.0, 26.0, 8))
    assert sum(n for _, _, n in found.bins) == 58
    assert found.n_beyond is None               # one person lies beyond the limit: not told
    assert found.quantiles[-1] < 9              # nor is the value of one of the last few


def test_the_reader_of_their_own_rows_is_told_all_of_them():
    found = index_distribution("longstring", [2, 3, 25], minimum_group=1, rule="at_least", limit=12)

    assert found.n_beyond == 1
    assert found.quantiles[2] == 3
    assert found.bins[0][2] + found.bins[-1][2] == 3


@example([0.0, 3.9e-249], 1)
@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.floats(-4, 400), st.integers(0, 60).map(float), st.just(GAP)), max_size=80),
       st.sampled_from([1, 3, 5]))
def test_bins_hold_everybody_once_and_never_too_few(values, minimum):
    found = index_distribution("x", values, minimum_group=minimum)
    known = [value for value in values if np.isfinite(value)]

    if len(known) < minimum or not known:
        assert found.bins == found.quantiles == ()
        return
    assert sum(n for _, _, n in found.bins) == found.n == len(known)
    assert all(low < high for low, high, _ in found.bins)
    assert [low for low, _, _ in found.bins[1:]] == [high for _, high, _ in found.bins[:-1]]
    if minimum > 1:
        assert min(n for _, _, n in found.bins) >= minimum
