import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from analysis.errors import TableError
from analysis.quant.scoring import corrected_items, pomp, recode, recoded_items, scale_range, score_items, score_scales
from instruments.schema import Scoring
from tests.factories.answers import answer_table, construct, instrument, rating, scale

TWO_SCALES = instrument(
    [rating("a1", "A"), rating("a2", "A"), rating("a3", "A"), rating("a4", "A", reverse=True),
     rating("b1", "B"), rating("b2", "B", reverse=True)], [construct("A"), construct("B")])


@given(hnp.arrays(float, 6, elements=st.integers(1, 5).map(float)))
def test_recoding_twice_gives_the_answers_back(answers):
    assert recode(recode(answers)).tolist() == answers.tolist()


@given(hnp.arrays(float, (5, 4), elements=st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, np.nan])))
def test_a_score_lies_within_the_answers_it_was_made_of(recoded):
    scores = score_items(recoded)

    for score, row in zip(scores, recoded, strict=True):
        answered = row[np.isfinite(row)]
        assert np.isnan(score) == (len(answered) < 3)
        assert np.isnan(score) or answered.min() <= score <= answered.max()


def test_a_two_item_scale_may_require_both():
    both = instrument([rating("l1", "L"), rating("l2", "L")], [construct("L")],
                      scoring=Scoring(two_item_scales_require_all=True))

    scores = score_scales(answer_table(both, {"l1": [4, 4], "l2": [2, None]}))

    assert scores.plain["L"].tolist()[0] == 3.0
    assert np.isnan(scores.plain["L"].iloc[1])


def test_a_seven_point_scale_is_recoded_in_its_own_range():
    seven = instrument([rating("a1", "A", scale_key="s7", reverse=True)], [construct("A")], [scale("s7", 1, 7)])
    table = answer_table(seven, {"a1": [2]})

    assert recoded_items(table, "A")["a1"].tolist() == [6.0]
    assert pomp(6.0, *scale_range(seven, "A")) == pytest.approx(100 * 5 / 6)


def test_style_needs_two_scales_with_both_kinds_answered():
    table = answer_table(TWO_SCALES, {"a1": [4, 4], "a2": [4, 4], "a3": [4, 4], "a4": [4, 4],
                                      "b1": [4, 4], "b2": [4, None]})

    scores = score_scales(table)

    assert scores.style.tolist()[0] == 1.0
    assert np.isnan(scores.style.iloc[1])
    assert np.isnan(scores.corrected["A"].iloc[1])
    assert scores.plain["A"].iloc[1] == 3.5


def test_direct_and_reverse_items_are_counted_as_this_respondent_answered_them():
    table = answer_table(TWO_SCALES, {"a1": [5], "a2": [5], "a3": [None], "a4": [5], "b1": [5], "b2": [5]})

    scores = score_scales(table)

    # A_i = 2; two direct and one reverse answered: 11/3 - 2 * (2 - 1) / 3.
    assert scores.corrected["A"].iloc[0] == pytest.approx(11 / 3 - 2 / 3)


def test_a_yes_sayer_without_a_problem_scores_the_midpoint_after_correction():
    table = answer_table(TWO_SCALES, {key: [5] for key in ("a1", "a2", "a3", "a4", "b1", "b2")})

    scores = score_scales(table)

    assert scores.plain["A"].iloc[0] == 4.0
    assert scores.corrected.iloc[0].tolist() == [3.0, 3.0]
    assert scores.balanced.iloc[0].tolist() == [3.0, 3.0]


def test_items_of_a_broken_scale_are_freed_of_style_one_by_one():
    table = answer_table(TWO_SCALES, {key: [4] for key in ("a1", "a2", "a3", "a4", "b1", "b2")})

    items = corrected_items(table, "A", pd.Series([1.0], index=table.values.index))

    assert items.iloc[0].tolist() == [3.0, 3.0, 3.0, 3.0]


def test_scales_of_another_width_take_part_in_proportion():
    mixed = instrument(
        [rating("a1", "A"), rating("a2", "A", reverse=True),
         rating("b1", "B", scale_key="s9"), rating("b2", "B", scale_key="s9", reverse=True),
         rating("b3", "B", scale_key="s9")],
        [construct("A"), construct("B")], [scale(), scale("s9", 1, 9)])
    table = answer_table(mixed, {"a1": [4], "a2": [4], "b1": [7], "b2": [7], "b3": [7]})

    scores = score_scales(table)

    assert scores.style.iloc[0] == pytest.approx(1.0)
    assert scores.corrected["B"].iloc[0] == pytest.approx((7 + 3 + 7) / 3 - 2 / 3)


def test_a_study_without_reverse_items_has_no_style_and_no_corrected_scores():
    direct = instrument([rating("a1", "A"), rating("b1", "B")], [construct("A"), construct("B")])

    scores = score_scales(answer_table(direct, {"a1": [4, 5], "b1": [2, 1]}))

    assert scores.style.isna().all()
    assert scores.corrected.isna().all(axis=None)
    assert scores.plain.notna().all(axis=None)


def test_nobody_answering_gives_empty_scores():
    scores = score_scales(answer_table(TWO_SCALES, {key: [] for key in ("a1", "a2", "a3", "a4", "b1", "b2")}))

    assert scores.plain.shape == (0, 2)


def test_items_on_different_scales_cannot_make_one_score():
    mixed = instrument([rating("a1", "A"), rating("a2", "A", scale_key="s7")], [construct("A")],
                       [scale(), scale("s7", 1, 7)])

    with pytest.raises(TableError, match="different range"):
        scale_range(mixed, "A")
