"""Content validity equals the table that Polit, Beck & Owen printed.

Polit, D. F., Beck, C. T., & Owen, S. V. (2007). Is the CVI an acceptable indicator of content validity? Research in
Nursing & Health, 30, 459-467: number of experts, number giving 3 or 4, I-CVI, chance agreement, kappa, word. The source
prints two decimals and rounded on the way (.81 for .816), so a kappa may differ by .0099; two cases are worked exactly
below. The formula was checked against a second source (bio-protocol.org, minidetail 2568058).
"""

import pandas as pd
import pytest

from analysis.errors import AnalysisError
from analysis.quant.scales.content_validity import content_validity

TABLE = [
    (3, 3, 1.00, 0.125, 1.00, "excellent"), (3, 2, 0.67, 0.375, 0.47, "fair"),
    (4, 4, 1.00, 0.063, 1.00, "excellent"), (4, 3, 0.75, 0.25, 0.67, "good"),
    (5, 5, 1.00, 0.031, 1.00, "excellent"), (5, 4, 0.80, 0.156, 0.76, "excellent"),
    (6, 6, 1.00, 0.016, 1.00, "excellent"), (6, 5, 0.83, 0.094, 0.81, "excellent"), (6, 4, 0.67, 0.234, 0.57, "fair"),
    (7, 7, 1.00, 0.008, 1.00, "excellent"), (7, 6, 0.86, 0.055, 0.85, "excellent"), (7, 5, 0.71, 0.164, 0.65, "good"),
    (8, 8, 1.00, 0.004, 1.00, "excellent"), (8, 7, 0.88, 0.031, 0.87, "excellent"), (8, 6, 0.75, 0.109, 0.72, "good"),
    (9, 9, 1.00, 0.002, 1.00, "excellent"), (9, 8, 0.89, 0.018, 0.89, "excellent"),
    (9, 7, 0.78, 0.070, 0.76, "excellent"),
]


@pytest.mark.parametrize(("n", "relevant", "i_cvi", "chance", "kappa", "word"), TABLE)
def test_an_items_validity_is_the_printed_one(n, relevant, i_cvi, chance, kappa, word):
    ratings = pd.DataFrame({"X": [4.0] * relevant + [2.0] * (n - relevant)})

    item = content_validity(ratings).items[0]

    assert (item.n_experts, item.n_relevant) == (n, relevant)
    assert item.i_cvi == pytest.approx(i_cvi, abs=0.0051)
    assert item.chance == pytest.approx(chance, abs=0.000501)
    assert item.kappa == pytest.approx(kappa, abs=0.0099)
    assert item.word == word


@pytest.mark.parametrize(("n", "relevant", "kappa"), [(3, 2, 7 / 15), (4, 3, 2 / 3)])
def test_kappa_is_the_one_worked_by_hand(n, relevant, kappa):
    # 3 experts, 2 relevant: chance 3 x 1/8 = 3/8, (2/3 - 3/8) / (5/8) = 7/15. 4 and 3: 4/16, (3/4 - 1/4) / (3/4) = 2/3.
    ratings = pd.DataFrame({"X": [4.0] * relevant + [2.0] * (n - relevant)})

    assert content_validity(ratings).items[0].kappa == pytest.approx(kappa, abs=1e-12)


def test_the_scale_figures_are_the_mean_and_the_share_of_full_agreement():
    # Worked by hand: I-CVI 1, 2/3, 1; mean 8/9; two of three items have every expert behind them.
    ratings = pd.DataFrame({"A": [3, 4, 4], "B": [4, 3, 1], "C": [4, 4, 3]}, dtype=float)

    validity = content_validity(ratings)

    assert validity.s_cvi_average == pytest.approx(8 / 9)
    assert validity.s_cvi_universal == pytest.approx(2 / 3)
    assert validity.n_experts == 3


def test_an_expert_who_leaves_an_item_out_does_not_count_for_it():
    ratings = pd.DataFrame({"A": [4, 4, 4, None], "B": [4, 4, 4, 1]}, dtype=float)

    validity = content_validity(ratings)

    assert [(item.n_experts, item.i_cvi) for item in validity.items] == [(3, 1.0), (4, 0.75)]


@pytest.mark.parametrize(("columns", "words"), [
    ({"A": [4.0, 5.0, 3.0]}, "is not 1 to 4"), ({"A": [4.0, 3.0]}, "only 2 expert"), ({}, "no item is rated"),
])
def test_ratings_that_cannot_be_used_are_refused_with_a_remedy(columns, words):
    with pytest.raises(AnalysisError, match=words):
        content_validity(pd.DataFrame(columns))
