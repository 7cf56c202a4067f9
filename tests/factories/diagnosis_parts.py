"""Parts of the diagnoses made by hand: measurement, customer file, measures, facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from analysis.quant.careless.indices import INDICES
from analysis.results.customers import ClvScenario, CustomerPicture
from analysis.results.diagnosis import KpiRow, Level, MeasureFinding, ObjectiveFinding, SafeguardFinding
from analysis.results.measurement import (
    DistinctPair,
    Estimate,
    Factorability,
    FactorSolution,
    ItemStatistics,
    ParallelAnalysis,
    Reliability,
    ScaleQuality,
    Structure,
)
from analysis.results.measures import TriggerResult
from analysis.results.quality import IndexDistribution, ScaleChange
from instruments.facts import Practice, ProcessStep, StudyFacts, Unit
from instruments.schema import Construct, Instrument
from instruments.template import Condition, ConditionGroup, Kpi, StudyTemplate


def scale_quality(construct: Construct, template: StudyTemplate, n: int) -> ScaleQuality:
    """Return the measurement quality of one scale."""
    instrument = next(i for i in template.instruments if construct in i.constructs)
    items = instrument.items_of_construct(construct.key)
    alpha = 0.82 if len(items) > 3 else 0.71 if len(items) == 3 else 0.66
    statistics = tuple(
        ItemStatistics(item.key, n - 2, 3.1 + 0.1 * place, 1.02, 0.55 - 0.04 * place, alpha - 0.03,
                       {str(v): 20 + v for v in range(1, 6)}, item.is_reverse) for place, item in enumerate(items))
    reliability = Reliability(
        n, n - 5, len(items), Estimate(alpha, alpha - 0.06, alpha + 0.05, n, "Feldt"), alpha + 0.01, alpha - 0.02, 0.48,
        statistics, "pairwise", 3.2, 0.8, Estimate(alpha + 0.01, alpha - 0.05, alpha + 0.06, n, "omega"),
        spearman_brown=0.66 if len(items) == 2 else None)
    verdict = "good" if alpha >= 0.8 else "acceptable" if alpha >= 0.7 else "limited"
    return ScaleQuality(construct.key, verdict, reliability, False, "yes", 3.1, 0.52)


def structure(template: StudyTemplate, n: int) -> Structure:
    """Return a factor solution of all problem and cause items."""
    staff = template.instrument("staff")
    constructs = [c for c in staff.constructs if c.group in ("problem", "cause")]
    items = [item.key for c in constructs for item in staff.items_of_construct(c.key)]
    owner = {item.key: place for place, c in enumerate(constructs) for item in staff.items_of_construct(c.key)}
    k = 4
    loadings = tuple(tuple(0.66 - 0.03 * (row % 5) if owner[key] % k == f else 0.05 + 0.02 * ((row + f) % 5)
                           for f in range(k)) for row, key in enumerate(items))
    eigenvalues = tuple(max(9.4 * 0.62**p, 0.42 - p * 0.008) for p in range(len(items)))
    random_p95 = tuple(1.75 - 0.045 * p for p in range(len(items)))
    common = tuple(sum(value * value for value in row) for row in loadings)
    return Structure(
        True, "",
        Factorability(n, 0.89, dict.fromkeys(items, 0.85), 2871.4, len(items) * (len(items) - 1) // 2, 0.0, -310.0,
                      eigenvalues, {}),
        ParallelAnalysis(n, eigenvalues, eigenvalues, tuple(v - 0.1 for v in random_p95), random_p95,
                         tuple(v - 0.1 for v in random_p95), random_p95, 4, 4, 4, 4, 100, 7),
        FactorSolution(n, k, "minres", "oblimin", "polychoric", tuple(items), loadings, None,
                       tuple(tuple(1.0 if i == j else 0.31 + 0.03 * (i + j) for j in range(k)) for i in range(k)),
                       common, tuple(1 - value for value in common), (4.2, 3.1, 2.8, 2.1), 1.21, 512.3, 420, 0.001,
                       Estimate(0.041, 0.032, 0.050, n, "RMSEA", 0.90), 0.93, 0.04),
        (DistinctPair("PRB_EFFECT", "PRB_SYSTEM", 0.87, "hard_to_tell_apart"),
         DistinctPair("PRB_INFO", "PRB_GOAL", 0.58, "distinct")))


def kpi_row(kpi: Kpi, months: int, place: int) -> KpiRow:
    """Return a KPI with a baseline where its data exist."""
    baseline = 62.5 - place if kpi.baseline else None
    target = None if baseline is None else baseline + (6.25 if kpi.better == "higher" else -6.25)
    return KpiRow(kpi.name, kpi.better, baseline, target, "percent", months)


def objectives(template: StudyTemplate, levels: Mapping[str, Level]) -> tuple[ObjectiveFinding, ...]:
    """Return one objective for each problem; those of three are active."""
    assert template.rules is not None
    active = ("PRB_INFO", "PRB_EFFECT", "PRB_DIFF")
    return tuple(ObjectiveFinding(o.key, o.problem, o.problem in active, kpi_row(o.kpi, 9, place))
                 for place, o in enumerate(template.rules.objectives) if o.problem in levels)


def _triggers(group: ConditionGroup, holds: bool) -> tuple[TriggerResult, ...]:
    found: list[TriggerResult] = []
    for place, condition in enumerate(group.conditions):
        if isinstance(condition, ConditionGroup):
            found.extend(_triggers(condition, False))
        else:
            found.append(_trigger(condition, holds and place == 0))
    return tuple(found)


def _trigger(condition: Condition, holds: bool) -> TriggerResult:
    if condition.operator == "in":
        value = condition.value[0] if holds else "weak"
    elif condition.operator == "eq":
        value = condition.value if holds else "keep_up" if isinstance(condition.value, str) else not condition.value
    else:
        value = condition.value + (5.25 if holds == (condition.operator in ("ge", "gt")) else -5.25)
    return TriggerResult(condition.metric, condition.operator, condition.value, value, "true" if holds else "false")


def _from_file(group: ConditionGroup) -> tuple[TriggerResult, ...]:
    """Return the conditions with only those on the customer file true."""
    return tuple(_trigger(c, c.metric.startswith("data.")) for c in group.conditions if isinstance(c, Condition))


def measures(template: StudyTemplate) -> tuple[MeasureFinding, ...]:
    """Return the measures: seven proposed, one an opportunity, one not proposed."""
    assert template.rules is not None
    verdicts = {"S3.2": "opportunity", "S2.3": "not_proposed"}
    found = []
    for place, m in enumerate(template.rules.measures):
        verdict = verdicts.get(m.key, "proposed")
        ranked = verdict == "proposed"
        rank = place + 1 - (place > 5) if ranked else None
        phase = ("quick_win" if m.effort <= 2 and m.horizon_months <= 6 else "core" if m.horizon_months <= 9
                 else "long_term")
        found.append(MeasureFinding(
            m.key, verdict, _from_file(m.trigger) if verdict == "opportunity" else _triggers(m.trigger, ranked),
            61.3 - 4 * place if ranked else None, {"problem": 0.62, "cause": 0.48, "customer": 0.35} if ranked else {},
            55.0 - 2 * place if ranked else None,
            0.45, 0.21, 58.0 - 3 * place if ranked else None, rank,
            (0.96, 0.83, 0.71, 0.38, 0.11, 0.04, 0.01, 0.0, 0.0)[rank - 1] if rank else None,
            float(rank) if rank else None, max(rank - 1.0, 1.0) if rank else None,
            min(rank + 2.0, 7.0) if rank else None, (rank in (1, 2, 5, 6, 7)) if rank else None, phase,
            312.0 if m.sizing else None,
            tuple(kpi_row(k, m.horizon_months, place) for k in m.kpis)))
    return tuple(found)


def safeguards(template: StudyTemplate) -> tuple[SafeguardFinding, ...]:
    """Return the safeguards; all but one are required."""
    assert template.rules is not None
    found = []
    for place, guard in enumerate(template.rules.safeguards):
        by = tuple(m.key for m in template.rules.measures if guard.key in m.safeguards)
        readiness = Estimate(41.0 + 7 * place, 33.0 + 7 * place, 49.0 + 7 * place, 23, "t") if place != 1 else None
        found.append(SafeguardFinding(guard.key, place != 2, by, readiness, _triggers(guard.trigger, place != 2)))
    return tuple(found)


def customer_picture(template: StudyTemplate) -> CustomerPicture | None:
    """Return what a customer file of 1,500 rows says."""
    model = template.value_model
    if model is None:
        return None
    counts = {f"{kind}.{tier.key}": {stage.key: (120 >> p) + 7 * s for s, stage in enumerate(model.stages)}
              for kind, tiers in model.tiers.items() for p, tier in enumerate(tiers)}
    assets = {tier: {stage: n * 184_000.0 for stage, n in row.items()} for tier, row in counts.items()}
    figures = {"completeness_pct": 81.3, "decline_or_dormant_pct": 27.4, "linked_customers_pct": 13.9,
               "at_risk_count": 214.0, "at_risk_aum": 81_300_000.0, "upgrade_candidates_count": 133.0,
               "upgrade_candidates_pct": 11.2, "upgrade_gap_sum": 9_410_000.0, "cross_sell_gap_count": 187.0,
               "unassigned_valuable_count": 41.0, "tier_value_mismatch_count": 52.0, "tier_value_mismatch_pct": 33.1,
               "linked_groups_count": 88.0, "hidden_group_value_count": 19.0, "top_decile_aum_share_pct": 61.5,
               "customers_per_rm": 143.0, "products_per_customer": 2.31, "upper_tier_retention_pct": 84.2,
               "key_customers_count": 76.0, "incomplete_records_count": 402.0, "multi_channel_customers_count": 655.0}
    clv = {stage.key: ClvScenario(1.2e7, 0.9e7, 1.6e7, 240, {"retention": 0.9, "discount": 0.08})
           for stage in model.stages}
    return CustomerPicture(1512, 1500, 12, {"aum": 3}, 7, 4, {"contribution": 0.12}, {}, {}, (), counts, assets,
                           figures, clv, {part.key: 0.07 for part in model.parts})


def facts() -> StudyFacts:
    """Return the entered facts of a branch."""
    return StudyFacts(
        {"en": "Bank A, SZ branch", "zh": "A银行SZ分行"},
        {"history": {"en": "Founded in 1994; 23 outlets in the city.", "zh": "1994年设立，全市共有23个网点。"},
         "size": {"en": "320 staff, 1.1 million personal and 9,400 corporate customers.",
                  "zh": "员工320人，个人客户110万户、对公客户9,400户。"}},
        (Unit("branch", {"en": "Branch management", "zh": "分行管理层"}, None, 6),
         Unit("corporate", {"en": "Corporate banking", "zh": "公司金融部"}, "branch", 58),
         Unit("retail", {"en": "Retail banking", "zh": "个人金融部"}, "branch", 72, True),
         Unit("risk", {"en": "Risk, operations and compliance", "zh": "风险、运营与合规部"}, "branch", 41),
         Unit("it", {"en": "Technology and data", "zh": "科技与数据部"}, "branch", 18),
         Unit("outlets", {"en": "Sub-branches and outlets", "zh": "支行与网点"}, "branch", 125)),
        {"relationship_manager": 64, "outlet_head": 23, "product_or_middle_office": 31, "branch_manager": 6,
         "technology_or_data": 18},
        {"corporate": 58, "retail": 72, "outlet": 125, "risk_ops": 41, "it": 18, "support": 6}, {"staff": 320},
        (ProcessStep(1, {"en": "Find and report a lead", "zh": "发现并上报线索"},
                     {"en": "Relationship manager", "zh": "客户经理"}, 2.0),
         ProcessStep(2, {"en": "Assign the customer", "zh": "分配客户"}, {"en": "Retail banking", "zh": "个人金融部"},
                     6.0),
         ProcessStep(3, {"en": "First visit and record", "zh": "首次拜访并建档"},
                     {"en": "Relationship manager", "zh": "客户经理"}, 10.0),
         ProcessStep(4, {"en": "Follow-up and review", "zh": "跟进与检视"}, {"en": "Outlet head", "zh": "网点负责人"}))
        ,
        (Practice("tiering", {"en": "Graded service by customer tier", "zh": "客户分层分级服务"}, "running", "2021",
                  "F_MEAS.tiering"),
         Practice("visits", {"en": "Regular customer visits", "zh": "定期客户拜访"}, "running", "2019",
                  "F_MEAS.visits"),
         Practice("churnlist", {"en": "Early-warning list", "zh": "客户流失预警名单"}, "planned", "2026",
                  "F_MEAS.churnlist")),
        {"en": "Management of the branch", "zh": "分行管理层"}, {"en": "Project team", "zh": "项目研究组"},
        "2026-09-01", "2026-09-21")


def indices(n: int) -> tuple[IndexDistribution, ...]:
    """Return the spread of every index of careless answering, with the limits that are applied."""
    limits = {"longstring": ("at_least", 12.0, 7, True), "irv": ("below", 0.45, 5, True),
              "mahad": ("above", 76.15, None, False), "seconds_per_item": ("below", 2.0, 6, True)}
    bins = {"longstring": ((1.0, 2.0, 60), (2.0, 3.0, 70), (3.0, 4.0, n - 142), (4.0, 12.0, 5), (12.0, 31.0, 7)),
            "mahad": ((10.0, 20.0, 30), (20.0, 45.0, n - 40), (45.0, 118.0, 10))}
    found = []
    for name in (*INDICES, "seconds_per_item", "fast_pages"):
        rule, limit, beyond, decides = limits.get(name, (None, None, None, False))
        found.append(IndexDistribution(name, n, 1.2, 0.4, (0.4, 0.8, 1.1, 1.4, 2.2),
                                       bins.get(name, ((-0.5, 0.5, 20), (0.5, 1.5, n - 60), (1.5, 3.5, 40))),
                                       rule, limit, beyond, decides))
    return tuple(found)


def scale_changes(instrument: Instrument) -> tuple[ScaleChange, ...]:
    """Return what leaving eight people out does to each scale; of one of them too few were left out to tell."""
    found = [ScaleChange(construct.key, 3.1, 3.14, 0.78, 0.74, 0.52, 0.49, "acceptable", place == 2)
             for place, construct in enumerate(instrument.constructs)]
    return (*found[:-1], replace(found[-1], mean=None, mean_with_excluded=None, alpha=None, alpha_with_excluded=None))
