from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.quant.careless.copies import is_flat, near_copies
from tests.factories.stuffing import honest_ratings, stuffed

BFI = Path(__file__).parents[3] / "reference/psychometrics/data/bfi.csv"


def bfi() -> np.ndarray:
    return pd.read_csv(BFI).filter(regex=r"^[ACENO]\d$").to_numpy(dtype=float)


@pytest.mark.parametrize(("n", "k", "found"), [(160, 30, 0.9), (400, 60, 0.95), (1000, 30, 0.85)])
def test_forty_copies_with_jitter_are_found_and_hardly_anybody_else(n, k, found):
    rng = np.random.default_rng(7)
    answers = stuffed(honest_ratings(n, k, rng), rng)

    copies = near_copies(answers, seed=1)

    in_group = copies.cluster >= 0
    assert in_group[-40:].mean() >= found
    assert in_group[:-40].sum() <= 2        # the copied response itself is one of them
    assert copies.finding.n_pairs > 20 * copies.finding.expected_pairs
    assert copies.finding.largest_cluster == in_group.sum()


def test_honest_answers_rarely_make_a_group():
    groups, pairs, expected = 0, 0, 0.0
    for seed in range(20):
        finding = near_copies(honest_ratings(200, 30, np.random.default_rng(seed)), seed=seed).finding
        groups += bool(finding.n_alike)
        pairs += finding.n_pairs
        expected += finding.expected_pairs

    assert groups <= 1
    assert pairs <= 5               # about one expected: more than five has a chance below 1 %
    assert 0.2 <= expected <= 1.0


def test_real_correlated_answers_make_no_group():
    answers = bfi()
    rng = np.random.default_rng(3)

    found = [near_copies(answers[rng.permutation(len(answers))[:400]], seed=seed).finding for seed in range(8)]

    assert all(finding.status == "assessed" for finding in found)
    assert sum(bool(finding.n_alike) for finding in found) == 0


def test_the_same_people_twice_in_real_data_are_pairs_but_no_group():
    finding = near_copies(bfi(), seed=1).finding

    assert finding.n_pairs > 3          # identical on 25 six-point items: the public file holds repeated entries
    assert finding.expected_pairs <= 0.05
    assert finding.n_alike == 0


def test_copies_stuffed_into_real_answers_are_found():
    rng = np.random.default_rng(5)
    answers = bfi()[rng.permutation(2800)[:400]]
    complete = answers[np.isfinite(answers).all(axis=1)]

    copies = near_copies(stuffed(complete, rng, jitter=0.1, points=6), seed=2)

    assert (copies.cluster[-40:] >= 0).mean() >= 0.95


def test_straight_liners_and_end_point_answerers_are_not_copies_of_each_other():
    rng = np.random.default_rng(2)
    answers = honest_ratings(150, 30, rng)
    answers[:10] = 4
    answers[10:20] = np.where(np.arange(30) % 2, 5, 1)

    copies = near_copies(answers, seed=1)

    assert is_flat(answers)[:20].all()
    assert (copies.cluster[:20] == -1).all()
    assert copies.finding.n_flat >= 20


def test_copies_with_gaps_are_compared_on_what_both_answered():
    rng = np.random.default_rng(4)
    answers = stuffed(honest_ratings(300, 40, rng), rng, jitter=0.05)
    answers[rng.random(answers.shape) < 0.05] = np.nan

    copies = near_copies(answers, seed=1)

    assert (copies.cluster[-40:] >= 0).mean() >= 0.8


@pytest.mark.parametrize(("n", "k", "status"), [(15, 30, "too_few_people"), (100, 8, "too_few_items")])
def test_too_little_is_said_to_be_too_little(n, k, status):
    finding = near_copies(honest_ratings(n, k, np.random.default_rng(1)), seed=1).finding

    assert finding.status == status
    assert finding.n_pairs is None


def test_where_everybody_thinks_alike_nothing_is_claimed():
    rng = np.random.default_rng(1)
    answers = np.where(rng.random((800, 12)) < 0.55, 4.0, 3.0)

    assert near_copies(answers, seed=1).finding.status == "too_alike"


def test_the_same_answers_give_the_same_finding():
    answers = honest_ratings(120, 20, np.random.default_rng(1))

    assert near_copies(answers, seed=9).finding == near_copies(answers, seed=9).finding
