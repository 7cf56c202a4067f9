"""Problems: how severe, in what order, and how strong the evidence of all sources is (sections 5 and 9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis.diagnosis.grades import Conditions, Graded, capped_grade, triangulation
from analysis.diagnosis.levels import ITEMS_TAG, construct_level, item_verdicts, judged_levels
from analysis.diagnosis.scale_points import on_scale
from analysis.diagnosis.surveyed import Surveyed
from analysis.quant.resampling import top_rank_probability
from analysis.results.diagnosis import (
    CustomerStatus,
    Gap,
    InterviewEvidence,
    InterviewStatus,
    Level,
    ProblemFinding,
    Status,
)
from analysis.results.measurement import Estimate
from instruments.schema import ConstructGroup

SECTION = 5         # section of the model; keeps this stream of random numbers apart from the others
Band = Literal["mild", "marked", "severe", "-"]


@dataclass(frozen=True)
class ProblemSources:
    """What other sources say of problems, by construct key, and the random stream of the study."""

    interviews: Mapping[str, InterviewEvidence]
    customers: Mapping[str, CustomerStatus]
    gaps: Mapping[str, tuple[Gap, ...]]
    stated: Mapping[str, Estimate]
    seed: int
    n_resamples: int


def severity_band(level: Level, low: float, high: float, thresholds: Mapping[str, float]) -> Band:
    """Return how severe a supported problem is.

    Parameters
    ----------
    level : Level
        Judged.
    low, high : float
        Ends of its scale.
    thresholds : Mapping[str, float]
        `band_marked` and `band_severe` on 1..5.

    Returns
    -------
    {"mild", "marked", "severe", "-"}
        By the smaller of plain and style-corrected mean; "-" unless supported as a scale.
    """
    if level.status != "supports" or level.mean is None or ITEMS_TAG in level.tags:
        return "-"
    mean = level.mean if level.corrected_mean is None else min(level.mean, level.corrected_mean)
    if mean < on_scale(thresholds["band_marked"], low, high):
        return "mild"
    return "marked" if mean < on_scale(thresholds["band_severe"], low, high) else "severe"


def judged_group(side: Surveyed, group: ConstructGroup, thresholds: Mapping[str, float],
                 verdicts: Mapping[str, Status]) -> tuple[Level, ...]:
    """Return the judged levels of all problems, or of all causes.

    Parameters
    ----------
    side : Surveyed
    group : {"problem", "cause"}
    thresholds : Mapping[str, float]
    verdicts : Mapping[str, Status]
        As `levels.item_verdicts` returns them for the whole study.

    Returns
    -------
    tuple of Level
    """
    levels = [construct_level(side, construct, thresholds, is_tested=True) for construct in side.of_group(group)]
    return judged_levels(side, levels, thresholds, verdicts)


def loose_verdicts(side: Surveyed, thresholds: Mapping[str, float]) -> dict[str, Status]:
    """Return the item-by-item status of problems and causes that are not a scale.

    Parameters
    ----------
    side : Surveyed
    thresholds : Mapping[str, float]

    Returns
    -------
    dict[str, Status]
    """
    return item_verdicts(side, (*side.of_group("problem"), *side.of_group("cause")), thresholds)


def problem_findings(side: Surveyed, levels: Sequence[Level], thresholds: Mapping[str, float],
                     sources: ProblemSources) -> tuple[ProblemFinding, ...]:
    """Return every problem with all evidence and its grade.

    Parameters
    ----------
    side : Surveyed
        Who was asked about the problems.
    levels : sequence of Level
        Judged, in the order of the questionnaire.
    thresholds : Mapping[str, float]
    sources : ProblemSources
        What interviews, customers and respondents' own naming say.

    Returns
    -------
    tuple of ProblemFinding
    """
    ranks = _ranks(levels, thresholds)
    top = _top_probabilities(side, levels, thresholds, sources)
    with_all = _with_everybody(side, thresholds) if side.screening.excluded else {}
    found = []
    for level in levels:
        key = level.construct
        low, high = side.range_of(key)
        evidence, customers = sources.interviews.get(key), sources.customers.get(key, "none")
        graded = grade_level(side, level, evidence, customers, thresholds)
        interviews = voices(evidence, thresholds)
        usable = "none" if evidence is not None and evidence.agreement_verdict == "unusable" else interviews
        found.append(ProblemFinding(
            level=level, band=severity_band(level, low, high, thresholds), rank=ranks.get(key),
            rank_top2_probability=top.get(key), stated_share=sources.stated.get(key), interview=evidence,
            customer_status=customers, grade=graded.grade, grade_before_caps=graded.before_caps, caps=graded.caps,
            triangulation=triangulation(level.status, usable, customers), gaps=sources.gaps.get(key, ()),
            notes=(*_gap_note(level, usable, customers),
                   *_exclusion_note(side, level, with_all.get(key), (evidence, customers, graded), thresholds))))
    return tuple(found)


def grade_level(side: Surveyed, level: Level, evidence: InterviewEvidence | None, customers: CustomerStatus,
                thresholds: Mapping[str, float]) -> Graded:
    """Return the grade of one problem from survey, interviews and customers.

    Parameters
    ----------
    side : Surveyed
    level : Level
        Judged.
    evidence : InterviewEvidence or None
        None = not looked for in interviews.
    customers : CustomerStatus
    thresholds : Mapping[str, float]

    Returns
    -------
    Graded
    """
    conditions = Conditions(
        n=level.n, quality=level.quality, excluded_share=side.excluded_share,
        agreement_verdict=evidence.agreement_verdict if evidence is not None else "not_double_coded",
        is_style_checkable=side.is_style_checkable, is_tested=level.status != "insufficient")
    return capped_grade(level.status, voices(evidence, thresholds), customers, conditions, thresholds)


def voices(evidence: InterviewEvidence | None, thresholds: Mapping[str, float]) -> InterviewStatus:
    """Return what interviews contribute to a grade.

    Parameters
    ----------
    evidence : InterviewEvidence or None
        None = not looked for in interviews.
    thresholds : Mapping[str, float]

    Returns
    -------
    InterviewStatus
        Of section 8, but "none" where a single person was asked: their word is quoted, never graded.
    """
    if evidence is None or evidence.n_asked < thresholds["interview_voices"]:
        return "none"
    return evidence.status


def _ranks(levels: Iterable[Level], thresholds: Mapping[str, float]) -> dict[str, int]:
    shown = [level for level in levels if level.mean is not None and level.n >= thresholds["minimum_n_tests"]]
    ordered = sorted(shown, key=lambda level: (-(level.pomp or 0.0), level.construct))
    return {level.construct: place for place, level in enumerate(ordered, start=1)}


def _top_probabilities(side: Surveyed, levels: Sequence[Level], thresholds: Mapping[str, float],
                       sources: ProblemSources) -> dict[str, float]:
    keys = sorted(_ranks(levels, thresholds))
    if not keys:
        return {}
    places = pd.DataFrame({key: _pomp_scores(side, key) for key in keys})
    return top_rank_probability(places, int(thresholds["top_ranks"]), n_resamples=sources.n_resamples,
                                seed=[sources.seed, SECTION])


def _pomp_scores(side: Surveyed, key: str) -> pd.Series:
    low, high = side.range_of(key)
    return (side.scores.plain[key] - low) / (high - low) * 100


def _gap_note(level: Level, interviews: str, customers: str) -> tuple[str, ...]:
    is_gap = level.status == "supports" and interviews == "supports" and customers == "against"
    return ("customers_do_not_feel_it",) if is_gap else ()


def _with_everybody(side: Surveyed, thresholds: Mapping[str, float]) -> dict[str, Level]:
    """Return the problems' levels with nobody excluded, judged the same way."""
    problems = side.of_group("problem")
    levels = [construct_level(side, construct, thresholds, is_tested=True, scores=side.all_scores)
              for construct in problems]
    loose = loose_verdicts(side, thresholds)
    return {level.construct: level for level in judged_levels(side, levels, thresholds, loose)}


def _exclusion_note(side: Surveyed, level: Level, everybody: Level | None,
                    sources: tuple[InterviewEvidence | None, CustomerStatus, Graded],
                    thresholds: Mapping[str, float]) -> tuple[str, ...]:
    """Say whether grade or band would differ with nobody excluded: all that few exclusions allow to be said."""
    if everybody is None:
        return ()
    evidence, customers, graded = sources
    low, high = side.range_of(level.construct)
    other = grade_level(side, everybody, evidence, customers, thresholds)
    is_same = (other.grade, severity_band(everybody, low, high, thresholds)) == (
        graded.grade, severity_band(level, low, high, thresholds))
    return ("exclusion_changes_nothing",) if is_same else ("exclusion_changes_grade_or_band",)
