"""How survey, interviews and customers combine into one grade (section 9 of the diagnostic model)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from analysis.results.diagnosis import CustomerStatus, Grade, InterviewStatus, Status

Triangulation = Literal["convergence", "complementarity", "dissonance", "silence"]

STRENGTH: Mapping[str, int] = {"weak": 1, "moderate": 2, "strong": 3}
IN_EVIDENCE: frozenset[Grade] = frozenset({"strong", "moderate"})
UNRELIABLE = frozenset({"limited_few_answers", "not_a_scale"})
TENTATIVE = frozenset({"tentative", "not_assessable"})


@dataclass(frozen=True)
class Conditions:
    """What may cap a grade: answers, reliability verdict, exclusions, agreement of the coders, answering style."""

    n: int
    quality: str = "good"
    excluded_share: float = 0.0
    agreement_verdict: str = "not_double_coded"
    is_style_checkable: bool = True
    is_tested: bool = True


@dataclass(frozen=True)
class Graded:
    """A grade with what it was before the caps and the caps that lowered it; None = grades are not issued."""

    grade: Grade | None
    before_caps: Grade
    caps: tuple[str, ...]


def evidence_grade(survey: Status, interviews: InterviewStatus, customer: CustomerStatus) -> Grade:
    """Return the grade of one row of the grade table.

    Parameters
    ----------
    survey : {"supports", "uncertain", "against", "insufficient"}
    interviews : {"supports", "some", "silent", "contradicts", "none"}
    customer : {"supports", "uncertain", "against", "none"}

    Returns
    -------
    Grade
        One of the seven words; the first matching row of section 9 wins.
    """
    if survey == "supports":
        return _grade_supported(interviews, customer)
    if survey == "against":
        return "conflicting" if "supports" in (interviews, customer) else "not_indicated"
    if interviews == "supports" and customer == "supports":
        return "moderate"
    if interviews in ("supports", "some") or customer == "supports":
        return "weak"
    return "insufficient" if survey == "insufficient" else "inconclusive"


def _grade_supported(interviews: InterviewStatus, customer: CustomerStatus) -> Grade:
    if interviews == "contradicts":
        return "conflicting"
    if customer == "against":
        return "moderate" if interviews == "supports" else "conflicting"
    return "strong" if interviews == "supports" else "moderate"


def capped_grade(survey: Status, interviews: InterviewStatus, customer: CustomerStatus, conditions: Conditions,
                 thresholds: Mapping[str, float]) -> Graded:
    """Return the grade of the table lowered by the caps of section 9.

    Parameters
    ----------
    survey, interviews, customer
        The three statuses.
    conditions : Conditions
        What may cap the grade; shares in 0..1.
    thresholds : Mapping[str, float]
        Resolved thresholds.

    Returns
    -------
    Graded
        Caps never alter conflicting, inconclusive, not_indicated and insufficient, with one exception: below the
        reliability limit "not_indicated" becomes "inconclusive". Above the stop share of exclusions: no grade.
    """
    if conditions.agreement_verdict == "unusable":
        interviews = "none"
    before = evidence_grade(survey, interviews, customer)
    if conditions.excluded_share > thresholds["excluded_stop_share"]:
        return Graded(None, before, ("excluded_stop",))
    without_interviews = evidence_grade(survey, "none", customer)
    caps = _caps(conditions, thresholds, before, without_interviews)
    grade, applied = before, []
    for name, ceiling in caps:
        lowered = _lowered(before, ceiling, is_unreliable=name.startswith("reliability"))
        if lowered != before:
            applied.append(name)
            grade = lowered if STRENGTH.get(lowered, 0) <= STRENGTH.get(grade, 0) else grade
    if conditions.agreement_verdict == "unusable":
        applied.append("agreement_unusable")
    return Graded(grade, before, tuple(applied))


def _caps(conditions: Conditions, thresholds: Mapping[str, float], grade: Grade,
          without_interviews: Grade) -> list[tuple[str, Grade]]:
    caps: list[tuple[str, Grade]] = []
    if conditions.n < thresholds["strong_minimum_n"]:
        caps.append(("few_answers", "moderate"))
    if conditions.quality in UNRELIABLE:
        caps.append(("reliability_low", "weak"))
    elif conditions.quality == "cannot_judge" and conditions.is_tested:
        caps.append(("reliability_unknown", "weak"))
    if conditions.excluded_share > thresholds["excluded_doubtful_share"]:
        caps.append(("excluded_doubtful", "moderate"))
    if not conditions.is_style_checkable and conditions.is_tested:
        caps.append(("style_not_checkable", "moderate"))
    is_lower_without = STRENGTH.get(without_interviews, 0) < STRENGTH.get(grade, 0)
    if conditions.agreement_verdict in TENTATIVE and is_lower_without:
        caps.append(("agreement_tentative", "moderate"))
    return caps


def _lowered(grade: Grade, ceiling: Grade, *, is_unreliable: bool) -> Grade:
    if is_unreliable and grade == "not_indicated":
        return "inconclusive"
    if grade in STRENGTH and STRENGTH[grade] > STRENGTH[ceiling]:
        return ceiling
    return grade


def triangulation(survey: Status, interviews: InterviewStatus, customer: CustomerStatus = "none") -> Triangulation:
    """Return how the sources stand to each other, in the words of Farmer et al. 2006.

    Parameters
    ----------
    survey, interviews, customer
        The three statuses.

    Returns
    -------
    {"convergence", "complementarity", "dissonance", "silence"}
        Dissonance: at least one source speaks for and one against. Convergence: two or more speak fully in one
        direction. Complementarity: one speaks fully, another only in part. Silence: no second source speaks.
    """
    speaking = {"supports": 1, "some": 1, "against": -1, "contradicts": -1}
    voices = [(speaking[word], word != "some") for word in (survey, interviews, customer) if word in speaking]
    if len({direction for direction, _ in voices}) > 1:
        return "dissonance"
    if sum(is_full for _, is_full in voices) > 1:
        return "convergence"
    return "complementarity" if len(voices) > 1 else "silence"
