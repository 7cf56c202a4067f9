"""Caps on grades and the words for how sources stand to each other."""

import pytest

from analysis.diagnosis.grades import Conditions, capped_grade, triangulation
from analysis.diagnosis.thresholds import resolve_thresholds

THRESHOLDS = resolve_thresholds()
STRONG = ("supports", "supports", "none")
NOT_INDICATED = ("against", "silent", "none")


def test_a_strong_grade_from_59_answers_is_lowered_to_moderate() -> None:
    few = capped_grade(*STRONG, Conditions(n=59), THRESHOLDS)
    enough = capped_grade(*STRONG, Conditions(n=60), THRESHOLDS)

    assert (few.grade, few.before_caps, few.caps) == ("moderate", "strong", ("few_answers",))
    assert (enough.grade, enough.caps) == ("strong", ())


def test_an_unreliable_scale_lowers_to_weak_and_never_says_not_indicated() -> None:
    lowered = capped_grade(*STRONG, Conditions(n=200, quality="not_a_scale"), THRESHOLDS)
    denied = capped_grade(*NOT_INDICATED, Conditions(n=200, quality="limited_few_answers"), THRESHOLDS)

    assert lowered.grade == "weak"
    assert (denied.grade, denied.before_caps) == ("inconclusive", "not_indicated")


def test_the_lowest_of_several_caps_wins() -> None:
    conditions = Conditions(n=40, quality="not_a_scale", excluded_share=0.3, is_style_checkable=False)

    graded = capped_grade(*STRONG, conditions, THRESHOLDS)

    assert graded.grade == "weak"
    assert set(graded.caps) == {"few_answers", "reliability_low", "excluded_doubtful", "style_not_checkable"}


@pytest.mark.parametrize(("share", "grade"), [(0.20, "strong"), (0.21, "moderate"), (0.40, "moderate"), (0.41, None)])
def test_exclusions_lower_grades_and_above_two_fifths_stop_them(share: float, grade: str | None) -> None:
    graded = capped_grade(*STRONG, Conditions(n=200, excluded_share=share), THRESHOLDS)

    assert graded.grade == grade


def test_tentative_agreement_lowers_only_a_grade_that_rests_on_interviews() -> None:
    tentative = Conditions(n=200, agreement_verdict="tentative")

    rests_on_interviews = capped_grade(*STRONG, tentative, THRESHOLDS)
    weak_anyway = capped_grade("uncertain", "some", "none", tentative, THRESHOLDS)

    assert rests_on_interviews.grade == "moderate"
    assert (weak_anyway.grade, weak_anyway.caps) == ("weak", ())


def test_unusable_agreement_takes_the_interviews_out_of_the_table() -> None:
    graded = capped_grade(*STRONG, Conditions(n=200, agreement_verdict="unusable"), THRESHOLDS)

    assert (graded.grade, graded.before_caps, graded.caps) == ("moderate", "moderate", ("agreement_unusable",))


def test_caps_leave_a_conflicting_grade_alone() -> None:
    graded = capped_grade("supports", "contradicts", "none", Conditions(n=40, quality="not_a_scale"), THRESHOLDS)

    assert (graded.grade, graded.caps) == ("conflicting", ())


@pytest.mark.parametrize(("sources", "word"), [
    (("supports", "supports", "none"), "convergence"),
    (("against", "contradicts", "none"), "convergence"),
    (("supports", "some", "none"), "complementarity"),
    (("supports", "contradicts", "none"), "dissonance"),
    (("against", "silent", "supports"), "dissonance"),
    (("supports", "silent", "uncertain"), "silence"),
    (("insufficient", "none", "none"), "silence"),
])
def test_sources_are_set_side_by_side_in_four_words(sources: tuple[str, str, str], word: str) -> None:
    assert triangulation(*sources) == word
