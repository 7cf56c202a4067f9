"""How each word of the diagnosis came about: the conditions of its rule, what was found, and what they gave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.diagnosis.grades import IN_EVIDENCE, UNRELIABLE
from analysis.diagnosis.scale_points import on_scale
from analysis.diagnosis.trace.design import Design
from analysis.results.diagnosis import (
    CauseFinding,
    Diagnosis,
    FacetFinding,
    InterviewEvidence,
    Level,
    LinkFinding,
    MeasureFinding,
    ObjectiveFinding,
    ProblemFinding,
    SafeguardFinding,
    Screening,
    SituationFinding,
)
from analysis.results.measures import TriggerResult, low_effort
from analysis.results.trace import Check, CheckOperator, CheckOutcome, Ruling

ITEMS_TAG = "judged_item_by_item"


class Rules:
    """The study's thresholds, to compare findings with."""

    def __init__(self, diagnosis: Diagnosis, design: Design) -> None:
        self.diagnosis, self.design = diagnosis, design
        self.thresholds: Mapping[str, float] = diagnosis.provenance.thresholds
        screening = diagnosis.screening.get(design.audience)
        self.excluded = excluded_share(screening) if screening else None

    def check(self, what: str, value: Any, operator: CheckOperator, threshold: str, *, path: str = "",
              factor: float = 1.0, construct: str = "") -> Check:
        """Return a comparison with a threshold, in points of the construct's scale; unknown where one of both is."""
        limit = self.thresholds.get(threshold)
        if limit is not None and construct:
            limit = on_scale(limit, *self.design.range_of(construct))
        target = None if limit is None else limit * factor
        return Check(what, value, operator, target, _outcome(value, operator, target), threshold, path)

    # ---- words of section 5 ---------------------------------------------------------------------------------
    def level(self, level: Level, family: str) -> Ruling:
        """Return how a problem or cause came to its status."""
        path = f"{family}.{level.construct}.mean"
        if ITEMS_TAG in level.tags:
            return Ruling("items", "5", level.status, (self.check("answers", level.n, "ge", "minimum_n_tests"),
                                                       told("reliability", level.quality)))
        checks = [self.check("answers", level.n, "ge", "minimum_n_tests", path=path)]
        if level.p_value is not None:
            checks += [self.check("q_plain", level.q_value, "le", "fdr_q"),
                       self.check("q_corrected", level.q_corrected, "le", "fdr_q"),
                       self.check("q_mirror", level.q_mirror, "le", "fdr_q"),
                       self.check("q_mirror_corrected", level.q_mirror_corrected, "le", "fdr_q")]
        return Ruling("level_test", "5", level.status, tuple(checks))

    def band(self, finding: ProblemFinding) -> Ruling:
        """Return how a problem came to its band."""
        level = finding.level
        means = [mean for mean in (level.mean, level.corrected_mean) if mean is not None]
        smaller = min(means, default=None)
        path = f"problem.{level.construct}.mean"
        return Ruling("band", "5", finding.band, (
            told("survey", level.status),
            *(self.check("smaller_mean", smaller, "ge", border, path=path, construct=level.construct)
              for border in ("band_marked", "band_severe"))))

    # ---- words of section 8 ---------------------------------------------------------------------------------
    def voices(self, found: InterviewEvidence) -> Ruling:
        """Return how the interviews on a code came to their word."""
        stem = f"interview.{found.code}"
        return Ruling("interview_status", "8", found.status, (
            self.check("asked", found.n_asked, "ge", "interview_minimum"),
            self.check("say_so", found.supports, "ge", "interview_count", path=f"{stem}.interviewees"),
            self.check("roles", found.roles, "ge", "interview_roles", path=f"{stem}.roles"),
            self.check("say_so_share", found.supports, "ge", "interview_share", factor=found.n_asked),
            self.check("say_so_ratio", found.supports, "ge", "interview_ratio", factor=found.contradicts,
                       path=f"{stem}.contradicts"),
            told("agreement", found.agreement_verdict)))

    # ---- words of section 6 ---------------------------------------------------------------------------------
    def facet(self, finding: FacetFinding) -> Ruling:
        """Return how a facet came to its status for the mirrored problem."""
        level, path = finding.level, f"facet.{finding.level.construct}.pomp"
        return Ruling("facet_status", "6", finding.status, (
            self.check("answers", level.n, "ge", "minimum_n_customers"),
            self.check("pomp_high", level.pomp_high, "lt", "experience_weak_pomp", path=path),
            self.check("pomp_low", level.pomp_low, "gt", "experience_good_pomp", path=path)))

    def quadrant(self, finding: FacetFinding) -> Ruling:
        """Return how a facet came to its quadrant."""
        return Ruling("quadrant", "6", finding.quadrant, (
            self.check("answers", finding.level.n, "ge", "derived_importance_n"),
            told("quadrant_stated", finding.quadrant_stated), told("quadrant_derived", finding.quadrant_derived)))

    # ---- words of section 9 ---------------------------------------------------------------------------------
    def grade(self, finding: ProblemFinding) -> Ruling:
        """Return how a problem came to its grade: row of the table, then the caps."""
        level, voices = finding.level, finding.interview
        checks = [told("survey", level.status, f"problem.{level.construct}.status"),
                  told("interviews", voices.status if voices else "none",
                       f"interview.{voices.code}.status" if voices else ""),
                  told("customers", finding.customer_status), told("before_caps", finding.grade_before_caps)]
        return Ruling("grade_table", "9", finding.grade,
                      (*checks, *self._caps(level.n, level.quality, voices), *map(_cap, finding.caps)))

    def _caps(self, n: int, quality: str, voices: InterviewEvidence | None) -> list[Check]:
        is_reliable: CheckOutcome = "false" if quality in UNRELIABLE else "true"
        checks = [self.check("answers_strong", n, "ge", "strong_minimum_n"),
                  Check("reliability", quality, "is", None, is_reliable, "alpha_limited"),
                  self.check("excluded", self.excluded, "le", "excluded_doubtful_share")]
        if voices is not None and voices.agreement is not None:
            checks += [self.check("agreement_value", voices.agreement.value, "ge", "agreement_tentative"),
                       self.check("agreement_accepted", voices.agreement.value, "ge", "agreement_accept")]
        return checks

    # ---- words of sections 4, 7 and 11 ----------------------------------------------------------------------
    def cause(self, finding: CauseFinding) -> Ruling:
        """Return how a cause came to its reading."""
        key = finding.level.construct
        return Ruling("reading", "7", finding.reading, (
            told("elevated", finding.is_elevated, f"cause.{key}.elevated"),
            told("linked", finding.reading in ("priority", "differences"))))

    def link(self, link: LinkFinding) -> tuple[Ruling, ...]:
        """Return how a link came to its status and its grade."""
        stem = f"link.{link.cause}.{link.problem}"
        n = self.diagnosis.link_model.n
        upper = link.beta_dis_high if link.is_freed else link.hi
        status = Ruling("minimal_effect", "7", link.status, (
            self.check("answers", n, "ge", "minimum_n_links"),
            *([self.check("answers_freed", n, "ge", "minimum_n_corrected_links")] if link.is_freed else ()),
            self.check("q_plain", link.q_value, "le", "fdr_q", path=f"{stem}.beta"),
            self.check("upper_limit", upper, "lt", "delta", path=f"{stem}.hi"),
            self.check("answers_absent", n, "ge", "minimum_n_absent_links")))
        voices = Ruling("link_voices", "8", link.interview_status, (
            self.check("say_so", link.interviewees, "ge", "link_interviewees"),
            self.check("roles", link.interview_roles, "ge", "interview_roles")))
        grade = Ruling("link_grade", "9", "withheld" if link.is_withheld else link.grade, (
            told("survey", link.status, f"{stem}.status"), told("interviews", link.interview_status),
            self.check("answers_strong", n, "ge", "strong_minimum_n"),
            self.check("excluded", self.excluded, "le", "excluded_doubtful_share")))
        return status, voices, grade

    def situation(self, finding: SituationFinding) -> Ruling:
        """Return how a facet of the situation came to its tag."""
        level, path = finding.level, f"situation.{finding.level.construct}.pomp"
        return Ruling("situation_tag", "4", finding.tag, (
            self.check("answers", level.n, "ge", "minimum_n_tests"),
            self.check("pomp_high", level.pomp_high, "lt", "situation_border_pomp", path=path),
            self.check("pomp_low", level.pomp_low, "gt", "situation_border_pomp", path=path)))

    def measure(self, finding: MeasureFinding) -> tuple[Ruling, ...]:
        """Return how a measure came to its verdict, and to its priority where it has one."""
        verdict = Ruling("measure_verdict", "11", finding.verdict, triggered(finding.triggers))
        if finding.priority is None:
            return (verdict,)
        asked = self.design.measure(finding.key)
        parts = {**finding.impact_parts, "impact": finding.impact,
                 "low_effort": low_effort(asked.effort) if asked is not None else None, "readiness": finding.readiness,
                 "support": finding.support, "feasibility": finding.feasibility, "priority": finding.priority,
                 "rank_probability": finding.rank_probability_top3}
        return verdict, Ruling("measure_rank", "11", finding.rank, tuple(
            told(f"part_{name}", value) for name, value in parts.items() if value is not None))

    def safeguard(self, finding: SafeguardFinding) -> Ruling:
        """Return why a safeguard is required, or not."""
        return Ruling("safeguard", "11", "required" if finding.is_required else "discussed",
                      triggered(finding.triggers))

    def objective(self, finding: ObjectiveFinding) -> Ruling:
        """Return why an objective is set, or not."""
        grade = next((p.grade for p in self.diagnosis.problems if p.level.construct == finding.problem), None)
        outcome: CheckOutcome = "true" if grade in IN_EVIDENCE else "false"
        return Ruling("objective_active", "11", "active" if finding.is_active else "not_active", (
            Check("grade", grade, "in", ("strong", "moderate"), outcome, path=f"problem.{finding.problem}.grade"),
            told("baseline", finding.kpi.baseline, f"objective.{finding.key}.baseline"),
            told("target", finding.kpi.target, f"objective.{finding.key}.baseline")))

    def audience(self, screening: Screening) -> Ruling:
        """Return what the share of answers left out means for the grades."""
        share = excluded_share(screening)
        return Ruling("screening", "1", screening.verdict, (
            self.check("excluded", share, "le", "excluded_doubtful_share"),
            self.check("excluded", share, "le", "excluded_stop_share")))


def excluded_share(screening: Screening) -> float | None:
    """Return the share of answers left out, 0..1; None where nobody submitted.

    Parameters
    ----------
    screening : Screening

    Returns
    -------
    float or None
    """
    return (screening.n_submitted - screening.n_valid) / screening.n_submitted if screening.n_submitted else None


def told(what: str, value: Any, path: str = "") -> Check:
    """Return a part of a rule that is stated and not compared.

    Parameters
    ----------
    what : str
    value : Any
    path : str
        Metric that the value came by.

    Returns
    -------
    Check
    """
    return Check(what, value, path=path)


def triggered(triggers: tuple[TriggerResult, ...]) -> tuple[Check, ...]:
    """Return the conditions of a trigger as checks.

    Parameters
    ----------
    triggers : tuple of TriggerResult

    Returns
    -------
    tuple of Check
        `what` is "metric": the path itself names it.
    """
    return tuple(Check("metric", t.value, _operator(t.operator), t.target, t.outcome, path=t.metric) for t in triggers)


def _cap(name: str) -> Check:
    return Check("cap", name)


def _operator(word: str) -> CheckOperator:
    known: tuple[CheckOperator, ...] = ("ge", "le", "gt", "lt", "eq", "ne", "in", "exists")
    return next((operator for operator in known if operator == word), "is")


def _outcome(value: Any, operator: CheckOperator, target: float | None) -> CheckOutcome:
    if value is None or target is None:
        return "unknown"
    holds = {"ge": value >= target, "le": value <= target, "gt": value > target, "lt": value < target}[operator]
    return "true" if holds else "false"
