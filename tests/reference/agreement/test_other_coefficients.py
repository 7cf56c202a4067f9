"""Weighted kappa, Fleiss by category, alpha of other levels, coefficients for rare codes; sources beside each."""

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as second_opinion

from analysis.errors import TableError
from analysis.qual.alpha import krippendorff_alpha
from analysis.qual.kappa import brennan_prediger, cohen_kappa, fleiss_kappa, gwet_ac1, kappa_of_table
from tests.reference.agreement.test_published_agreement import COHEN, FLEISS, FOUR_CODERS, THREE_CODERS, units

# Cohen (1968), weights of disagreement.
WEIGHTS = [[0, 1, 3], [1, 0, 6], [3, 6, 0]]
# Wikipedia, "Fleiss' kappa": ten subjects, fourteen raters.
FOURTEEN = [[0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
            [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]]
# Manual of a commercial program: 1000 characters, 50 coded by both, 150 by one only, 800 by none.
CHARACTERS = [[800, 75], [75, 50]]
# Gwet (2002): 125 subjects, almost all of one kind.
RARE = [[118, 5], [2, 0]]
LEVELS = ("nominal", "ordinal", "interval", "ratio")


def numbers(coders):
    return [[None if value is None else int(value) for value in unit] for unit in units(coders)]


def counts_of(table):
    """Each unit's two values as counts."""
    rows = [np.eye(len(table))[i] + np.eye(len(table))[j]
            for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    return np.array(rows)


@pytest.mark.parametrize(("level", "published"), [
    ("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)])
def test_alpha_of_every_level_equals_krippendorff_2011(level, published):
    alpha = krippendorff_alpha(numbers(FOUR_CODERS), level)

    assert round(alpha, 3) == published


def test_interval_alpha_of_three_coders_equals_the_published_value():
    assert round(krippendorff_alpha(numbers(THREE_CODERS), "interval"), 3) == 0.811


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("coders", [FOUR_CODERS, THREE_CODERS])
def test_alpha_of_every_level_equals_the_package(coders, level):
    data = [[np.nan if value == "." else int(value) for value in coder] for coder in coders]

    alpha = krippendorff_alpha(numbers(coders), level)

    assert alpha == pytest.approx(krippendorff.alpha(data, level_of_measurement=level), abs=1e-12)


@given(st.lists(st.lists(st.sampled_from([None, 1, 2, 3, 5]), min_size=3, max_size=3), min_size=2, max_size=12),
       st.sampled_from(LEVELS))
def test_alpha_of_any_ratings_equals_the_package(ratings, level):
    alpha = krippendorff_alpha(ratings, level)

    paired = {value for unit in ratings if sum(v is not None for v in unit) > 1 for value in unit if value is not None}
    if len(paired) < 2:
        assert alpha is None
    else:
        data = [[np.nan if value is None else value for value in coder] for coder in zip(*ratings, strict=True)]
        assert alpha == pytest.approx(krippendorff.alpha(data, level_of_measurement=level), abs=1e-9)


def test_words_have_no_interval():
    with pytest.raises(TableError, match="'a' is no number"):
        krippendorff_alpha([["a", "b"]], "interval")


def test_kappa_and_its_interval_equal_cohen_1968():
    kappa = kappa_of_table(np.array(COHEN, dtype=float))

    assert (round(kappa.value, 3), round(kappa.ci_low, 3), round(kappa.ci_high, 3)) == (0.492, 0.392, 0.591)
    assert kappa.n == 200


def test_weighted_kappa_equals_cohen_1968():
    weighted = kappa_of_table(np.array(COHEN, dtype=float), np.array(WEIGHTS, dtype=float))

    assert round(weighted.value, 3) == 0.348


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_kappa_and_its_interval_equal_the_package(weights):
    found = kappa_of_table(np.array(COHEN, dtype=float), None if weights is None else np.array(weights, dtype=float))
    given_weights = None if weights is None else np.array(weights)

    other = cohens_kappa(np.array(COHEN), weights=given_weights)

    assert (found.value, found.ci_low, found.ci_high) == pytest.approx(
        (other.kappa, other.kappa_low, other.kappa_upp), abs=1e-9)


def test_fleiss_1971_is_reproduced_overall_and_by_category():
    found = fleiss_kappa(np.array([[int(n) for n in row] for row in FLEISS], dtype=float))

    assert round(found.value, 3) == 0.430
    # The paper prints .248 for the first category; its own data give .245.
    assert [round(value, 3) for value in found.by_value] == [0.245, 0.245, 0.520, 0.471, 0.566]
    assert (found.n_units, found.n_raters) == (30, 6)


def test_fleiss_of_fourteen_raters_equals_the_published_value_and_the_package():
    found = fleiss_kappa(np.array(FOURTEEN, dtype=float))

    assert round(found.value, 3) == 0.210
    assert found.value == pytest.approx(second_opinion(np.array(FOURTEEN), method="fleiss"), abs=1e-12)


def test_fleiss_needs_as_many_raters_in_every_unit():
    with pytest.raises(TableError, match="as many in every unit"):
        fleiss_kappa(np.array([[2.0, 0.0], [2.0, 1.0]]))


@pytest.mark.parametrize(("table", "kappa"), [(CHARACTERS, 0.3143), ([[800, 150], [0, 50]], 0.3478)])
def test_kappa_over_characters_equals_the_worked_value(table, kappa):
    assert round(kappa_of_table(np.array(table, dtype=float)).value, 4) == kappa


def test_alpha_over_characters_equals_the_worked_value():
    pairs = [(i, j) for i, row in enumerate(CHARACTERS) for j, n in enumerate(row) for _ in range(n)]

    assert round(krippendorff_alpha(pairs), 4) == 0.3146
    assert round(cohen_kappa(pairs), 4) == 0.3143


def test_a_rare_code_pulls_kappa_down_but_not_ac1():
    counts = counts_of(RARE)

    kappa, ac1 = kappa_of_table(np.array(RARE, dtype=float)).value, gwet_ac1(counts)

    assert (round(kappa, 4), round(ac1, 4)) == (-0.0234, 0.9408)
    assert brennan_prediger(counts) == pytest.approx(2 * 118 / 125 - 1)


def test_without_variation_or_pairs_nothing_is_corrected_for_chance():
    assert kappa_of_table(np.array([[5.0, 0.0], [0.0, 0.0]])).value is None
    assert kappa_of_table(np.zeros((2, 2))).value is None
    assert fleiss_kappa(np.array([[3.0, 0.0], [3.0, 0.0]])).value is None
    assert brennan_prediger(np.array([[1.0, 0.0]])) is None
    assert gwet_ac1(np.array([[1.0, 0.0]])) is None


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30))
def test_the_order_of_the_coders_does_not_matter(pairs):
    turned = [(b, a) for a, b in pairs]

    assert krippendorff_alpha(pairs) == pytest.approx(krippendorff_alpha(turned), nan_ok=False)
    assert cohen_kappa(pairs) == pytest.approx(cohen_kappa(turned))
