"""From findings to objectives, measures and safeguards, by the rules of the template (section 11 of the model)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from analysis.diagnosis.grades import IN_EVIDENCE
from analysis.diagnosis.kpis import OBJECTIVE_MONTHS, kpi_row
from analysis.diagnosis.ranking import (
    FEASIBILITY_PARTS,
    IMPACT_PARTS,
    RANKING_STREAM,
    Priorities,
    RankStability,
    drawn_weights,
    point_weights,
    priorities,
    rank_stability,
    ranks,
)
from analysis.diagnosis.ranking_evidence import RankingEvidence, drawn_evidence, point_evidence, ranking_axes
from analysis.diagnosis.triggers import Verdict, judge_trigger
from analysis.quant.intervals import mean_interval
from analysis.quant.scoring import pomp
from analysis.results.diagnosis import InterviewEvidence, MeasureFinding, ObjectiveFinding, SafeguardFinding
from analysis.results.measurement import Estimate
from instruments.template import Measure, Objective, RuleDefaults, StrategyRules

# A measure is proposed only on one of these; data of the customer file alone make it an opportunity (model 11).
EVIDENCE_FAMILIES = frozenset({"problem", "cause", "facet", "item", "interview"})
Phase = Literal["quick_win", "core", "long_term"]
Word = Literal["proposed", "opportunity", "not_proposed", "data_needed"]
Metrics = dict[str, Any]


@dataclass(frozen=True)
class Improvement:
    """What the rules say, and the metrics they add."""

    objectives: tuple[ObjectiveFinding, ...] = ()
    measures: tuple[MeasureFinding, ...] = ()
    safeguards: tuple[SafeguardFinding, ...] = ()
    metrics: Mapping[str, Any] | None = None


def derive_improvement(rules: StrategyRules, metrics: Mapping[str, Any], usable: Mapping[str, Any],
                       evidence: RankingEvidence, interviews: Mapping[str, InterviewEvidence]) -> Improvement:
    """Return objectives, measures and safeguards.

    Parameters
    ----------
    rules : StrategyRules
    metrics : Mapping[str, Any]
        For baselines and sizes.
    usable : Mapping[str, Any]
        For triggers: metrics with too few answers behind them are None.
    evidence : RankingEvidence
    interviews : Mapping[str, InterviewEvidence]
        Safeguard → evidence of its code.

    Returns
    -------
    Improvement
        Proposed: trigger true with a true condition on a problem, cause, facet, item or interview. Opportunity: true on
        customer data alone, outside the ranking. Data needed: unknown. Safeguards are judged last, because they count
        the measures proposed.
    """
    readiness = {safeguard.key: _readiness(evidence, safeguard.readiness_item) for safeguard in rules.safeguards}
    verdicts = {measure.key: judge_trigger(measure.trigger, usable) for measure in rules.measures}
    words = {key: _word(verdict) for key, verdict in verdicts.items()}
    proposed = [measure for measure in rules.measures if words[measure.key] == "proposed"]
    required_by = {safeguard.key: tuple(measure.key for measure in proposed if safeguard.key in measure.safeguards)
                   for safeguard in rules.safeguards}
    added: Metrics = {}
    for key, measures in required_by.items():
        estimate = readiness[key]
        added[f"safeguard.{key}.required_by_measures"] = len(measures)
        added[f"safeguard.{key}.readiness"] = estimate.value if estimate is not None else None
    safeguards = []
    for safeguard in rules.safeguards:
        verdict = judge_trigger(safeguard.trigger, {**usable, **added})
        safeguards.append(SafeguardFinding(
            safeguard.key, verdict.outcome == "true", required_by[safeguard.key], readiness[safeguard.key],
            verdict.conditions, interviews.get(safeguard.key)))
    return Improvement(
        objectives=tuple(_objective(objective, rules, words, metrics, evidence) for objective in rules.objectives),
        measures=_measures(rules, verdicts, words, metrics, evidence), safeguards=tuple(safeguards), metrics=added)


def _word(verdict: Verdict) -> Word:
    if verdict.outcome == "unknown":
        return "data_needed"
    if verdict.outcome == "false":
        return "not_proposed"
    families = {condition.metric.split(".", 1)[0] for condition in verdict.carrying}
    return "proposed" if families & EVIDENCE_FAMILIES else "opportunity"


def _readiness(evidence: RankingEvidence, item_key: str | None) -> Estimate | None:
    table = evidence.staff.valid
    if item_key is None or item_key not in table.values.columns:
        return None
    answers = table.values[item_key].dropna()
    if len(answers) < evidence.thresholds["readiness_minimum_n"]:
        return None
    scale = table.instrument.scale(table.instrument.item(item_key).scale or "")
    return mean_interval(pomp(answers.astype(float), scale.low, scale.high), evidence.thresholds["confidence"])


def _objective(objective: Objective, rules: StrategyRules, words: Mapping[str, Word], metrics: Mapping[str, Any],
               evidence: RankingEvidence) -> ObjectiveFinding:
    serving = [measure for measure in rules.measures if measure.address_problem.get(objective.problem, 0)]
    chosen = [measure for measure in serving if words[measure.key] == "proposed"] or serving
    months = max((measure.horizon_months for measure in chosen), default=OBJECTIVE_MONTHS)
    is_active = any(finding.grade in IN_EVIDENCE for finding in evidence.problems
                    if finding.level.construct == objective.problem)
    return ObjectiveFinding(objective.key, objective.problem, is_active,
                            kpi_row(objective.kpi, metrics, months, evidence.thresholds))


# ---- measures -------------------------------------------------------------------------------------------------------
def _measures(rules: StrategyRules, verdicts: Mapping[str, Verdict], words: Mapping[str, Word],
              metrics: Mapping[str, Any], evidence: RankingEvidence) -> tuple[MeasureFinding, ...]:
    axes = ranking_axes(evidence, rules)
    point = priorities(rules.measures, point_evidence(evidence, rules), axes, *point_weights(rules.defaults))
    findings = [_measure(measure, place, point, metrics, evidence, rules.defaults)
                for place, measure in enumerate(rules.measures)]
    findings = [replace(finding, verdict=words[finding.key], triggers=verdicts[finding.key].conditions)
                for finding in findings]
    ranked = [place for place, finding in enumerate(findings)
              if finding.verdict == "proposed" and finding.priority is not None]
    if ranked:
        keys = [findings[place].key for place in ranked]
        order = ranks(point.priority[:, ranked], keys)[0]
        for place, rank, stability in zip(ranked, order, _stability(rules, evidence, ranked), strict=True):
            findings[place] = _ranked(findings[place], int(rank), stability, rules.defaults)
    return tuple(findings)


def _stability(rules: StrategyRules, evidence: RankingEvidence, ranked: Sequence[int]) -> list[RankStability | None]:
    rng = np.random.default_rng([evidence.seed, RANKING_STREAM])
    drawn = priorities(rules.measures, drawn_evidence(evidence, rules), ranking_axes(evidence, rules),
                       *drawn_weights(rules.defaults, rng))
    keys = [rules.measures[place].key for place in ranked]
    return rank_stability(ranks(drawn.priority[:, list(ranked)], keys))


def _measure(measure: Measure, place: int, point: Priorities, metrics: Mapping[str, Any], evidence: RankingEvidence,
             defaults: RuleDefaults) -> MeasureFinding:
    feasibility = dict(zip(FEASIBILITY_PARTS, map(_known, point.feasibility_parts[0, place]), strict=True))
    size = metrics.get(measure.sizing) if measure.sizing is not None else None
    return MeasureFinding(
        key=measure.key, verdict="not_proposed", triggers=(), impact=_known(point.impact[0, place]),
        impact_parts=dict(zip(IMPACT_PARTS, map(_known, point.impact_parts[0, place]), strict=True)),
        feasibility=_known(point.feasibility[0, place]), readiness=feasibility["readiness"],
        support=feasibility["support"], priority=_known(point.priority[0, place]), rank=None,
        rank_probability_top3=None, rank_median=None, rank_low=None, rank_high=None, is_stable=None,
        phase=_phase(measure, defaults), size=float(size) if isinstance(size, (int, float)) else None,
        kpis=tuple(kpi_row(kpi, metrics, measure.horizon_months, evidence.thresholds) for kpi in measure.kpis))


def _ranked(finding: MeasureFinding, rank: int, stability: RankStability | None,
            defaults: RuleDefaults) -> MeasureFinding:
    if stability is None:
        return replace(finding, rank=rank)
    share = stability.probability_top3
    is_stable = max(share, 1 - share) >= defaults.stable_rank_probability
    return replace(finding, rank=rank, rank_probability_top3=share, rank_median=stability.median,
                   rank_low=stability.low, rank_high=stability.high, is_stable=is_stable)


def _phase(measure: Measure, defaults: RuleDefaults) -> Phase:
    phases: tuple[Phase, ...] = ("quick_win", "core")
    for phase in phases:
        limits = defaults.phases.get(phase)
        if limits and measure.effort <= limits.get("effort_max", measure.effort) \
                and measure.horizon_months <= limits.get("horizon_max", measure.horizon_months):
            return phase
    return "long_term"


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
