import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.qual.agreement import code_agreement, verdict_of
from analysis.qual.alpha import krippendorff_alpha
from tests.factories.interviews import codebook, coding, interview_table

CODES = codebook("PRB", "PRB.INFO", "PRB.INFO.LINK", "PRB.GOAL")
PEOPLE = {"i0": "rm", "i1": "rm", "i2": "head", "i3": "it"}
DOUBLE = ("i0", "i1", "i2")


def both(interview, code, turn, polarity="supports", second=None):
    return [coding(interview, code, polarity, "a", turn), coding(interview, code, second or polarity, "b", turn)]


def agreement_of(codings, code="PRB.INFO", double=DOUBLE, **options):
    return code_agreement(interview_table(PEOPLE, codings, double_coded=double), CODES, **options)[code]


def test_alpha_is_taken_over_turns_with_four_values():
    codings = [*both("i0", "PRB.INFO", 0), *both("i0", "PRB.INFO", 2, "supports", "contradicts"),
               *both("i1", "PRB.INFO", 4, "mixed"), coding("i2", "PRB.INFO", "supports", "a", 6),
               coding("i2", "PRB.GOAL", "supports", "b", 0)]
    units = [["s", "s"], ["s", "c"], ["m", "m"], ["s", "-"], *[["-", "-"]] * 11]

    agreement = agreement_of(codings)

    assert agreement.n_units == 15       # the interviewees' turns 0, 2, 4, 6, 8 of three interviews
    assert agreement.alpha.value == pytest.approx(krippendorff_alpha(units), abs=1e-12)
    assert agreement.percent_agreement == pytest.approx(13 / 15)
    assert (agreement.jaccard, agreement.positive_agreement) == pytest.approx((3 / 4, 6 / 7))
    assert agreement.share_coded == pytest.approx({"a": 4 / 15, "b": 3 / 15})
    assert agreement.kappa is not None


def test_sub_codes_are_merged_into_the_code():
    codings = [pair for interview in DOUBLE for pair in (
        coding(interview, "PRB.INFO", "supports", "a", 0), coding(interview, "PRB.INFO.LINK", "supports", "b", 0))]

    assert agreement_of(codings).alpha.value == 1.0
    assert agreement_of(codings, "PRB.INFO.LINK").alpha.value < 0.667


def test_a_turn_marked_both_ways_by_one_coder_is_mixed():
    codings = [c for i in DOUBLE for c in (
        coding(i, "PRB.INFO", "supports", "a", 0), coding(i, "PRB.INFO", "contradicts", "a", 0),
        coding(i, "PRB.INFO", "mixed", "b", 0))]

    assert agreement_of(codings).alpha.value == 1.0


def test_a_coded_turn_of_the_interviewer_is_a_unit_too():
    agreement = agreement_of([c for i in DOUBLE for c in both(i, "PRB.INFO", 1)])

    assert agreement.n_units == 18


def test_fewer_than_three_double_coded_interviews_give_no_alpha():
    agreement = agreement_of(both("i0", "PRB.INFO", 0), double=("i0", "i1"))

    assert (agreement.verdict, agreement.alpha.value) == ("not_double_coded", None)


def test_a_code_that_nobody_used_cannot_be_assessed():
    agreement = agreement_of([c for i in DOUBLE for c in both(i, "PRB.GOAL", 0)])

    assert (agreement.verdict, agreement.alpha.value) == ("not_assessable", None)
    assert agreement.jaccard is None


def test_a_coder_who_finished_without_a_code_counts_as_silent():
    agreement = agreement_of([coding(i, "PRB.INFO", "supports", "a", 0) for i in DOUBLE])

    assert agreement.n_coders == 2
    assert agreement.verdict == "unusable"


def test_an_interview_with_codings_that_have_no_turn_is_left_out():
    codings = [c for i in DOUBLE for c in both(i, "PRB.INFO", 0)]
    codings.append(coding("i2", "PRB.GOAL", "supports", "a", -1))

    assert agreement_of(codings).n_interviews == 2


def test_the_interval_comes_from_resampled_interviews_and_a_seed():
    rng = np.random.default_rng(1)
    people = {f"i{place}": "rm" for place in range(12)}
    codings = [c for key in people for turn in range(0, 10, 2) if rng.random() < 0.5
               for c in (both(key, "PRB.INFO", turn) if rng.random() < 0.85 else both(key, "PRB.INFO", turn)[:1])]
    table = interview_table(people, codings, double_coded=tuple(people))

    first, again = (code_agreement(table, CODES, seed=[4, 8])["PRB.INFO"] for _ in range(2))

    assert first == again
    assert first.alpha.ci_low < first.alpha.value < first.alpha.ci_high


@pytest.mark.parametrize(("alpha", "verdict"), [
    (0.80, "accept"), (0.7999, "tentative"), (0.667, "tentative"), (0.6669, "unusable"), (None, "not_assessable")])
def test_the_borders_of_krippendorff(alpha, verdict):
    assert verdict_of(alpha) == verdict


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=2, max_size=30))
def test_alpha_never_exceeds_one_and_is_one_for_identical_coders(pairs):
    alpha = krippendorff_alpha(pairs)
    same = krippendorff_alpha([(a, a) for a, _ in pairs])

    assert alpha is None or alpha <= 1
    assert same is None or same == pytest.approx(1.0)
