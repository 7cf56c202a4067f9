"""Published agreement tables, typed in; sources beside each. The package `krippendorff` is the second opinion."""

import krippendorff
import numpy as np
import pytest

from analysis.qual.alpha import krippendorff_alpha
from analysis.qual.kappa import cohen_kappa

# Krippendorff (2011), Computing Krippendorff's alpha-reliability, sections A and C.
BINARY = ("0100000010", "1110010000")
FOUR_CODERS = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
# Krippendorff (2004): two coders, twelve units, letters.
LETTERS = ("aabbdcccedda", "babbbccceddd")
# Wikipedia, "Krippendorff's alpha": three coders, fifteen units.
THREE_CODERS = (".....34121133.3", "1.213343.......", "..21344.21133.4")
# Cohen (1968), two psychiatrists, 200 patients.
COHEN = [[88, 10, 2], [14, 40, 6], [18, 10, 12]]
# Fleiss (1971), 30 patients, 6 raters, 5 categories: how many raters chose each.
FLEISS = ["00060", "03003", "01401", "00006", "03030", "20400", "00402", "20310", "20040", "00006",
          "10050", "11040", "03300", "10050", "02031", "00501", "30012", "51000", "02040", "10203",
          "00006", "01050", "02013", "20040", "10041", "05010", "40002", "02040", "10500", "00006"]


def units(coders):
    return [[None if value == "." else value for value in unit] for unit in zip(*coders, strict=True)]


@pytest.mark.parametrize(("coders", "published", "digits"), [
    (BINARY, 0.095, 3), (LETTERS, 0.692, 3), (FOUR_CODERS, 0.743, 3), (THREE_CODERS, 0.691, 3)])
def test_alpha_equals_the_published_value(coders, published, digits):
    alpha = krippendorff_alpha(units(coders))

    assert round(alpha, digits) == published


@pytest.mark.parametrize("coders", [BINARY, LETTERS, FOUR_CODERS, THREE_CODERS])
def test_alpha_equals_the_package(coders):
    letters = sorted({value for coder in coders for value in coder} - {"."})
    data = [[np.nan if value == "." else letters.index(value) for value in coder] for coder in coders]

    alpha = krippendorff_alpha(units(coders))

    assert alpha == pytest.approx(krippendorff.alpha(data, level_of_measurement="nominal"), abs=1e-12)


def test_kappa_equals_cohen_1968():
    pairs = [(i, j) for i, row in enumerate(COHEN) for j, n in enumerate(row) for _ in range(n)]

    assert cohen_kappa(pairs) == pytest.approx(0.492, abs=5e-4)


def test_alpha_of_fleiss_1971_lies_a_little_above_its_kappa():
    ratings = [[category for category, n in enumerate(map(int, row)) for _ in range(n)] for row in FLEISS]
    values = np.array([[int(n) for n in row] for row in FLEISS])

    alpha = krippendorff_alpha(ratings)

    # alpha = 1 - (1 - kappa) (n - 1) / n for complete nominal data; kappa .430 is published.
    n = values.sum()
    assert 1 - (1 - alpha) * n / (n - 1) == pytest.approx(0.430, abs=5e-4)
    assert alpha == pytest.approx(krippendorff.alpha(value_counts=values, level_of_measurement="nominal"), abs=1e-12)


def test_agreement_without_variation_is_undefined():
    assert krippendorff_alpha([["a", "a"], ["a", "a"]]) is None
    assert cohen_kappa([["a", "a"], ["a", "a"]]) is None
    assert krippendorff_alpha([["a", None], [None, "b"]]) is None
