"""Conditions of the rules: what is not known is never true."""

import pytest

from analysis.diagnosis.kpis import kpi_row
from analysis.diagnosis.thresholds import resolve_thresholds
from analysis.diagnosis.triggers import judge_trigger
from instruments.template import Condition, ConditionGroup, Kpi

TRUE = Condition("problem.P.grade", "in", ["strong", "moderate"])
FALSE = Condition("data.share_pct", "ge", 30)
UNKNOWN = Condition("facet.F.quadrant", "eq", "concentrate_here")
METRICS = {"problem.P.grade": "strong", "data.share_pct": 10.0, "facet.F.quadrant": None, "cause.C.elevated": True}


@pytest.mark.parametrize(("mode", "conditions", "outcome"), [
    ("any", (FALSE, UNKNOWN, TRUE), "true"), ("any", (FALSE, UNKNOWN), "unknown"), ("any", (FALSE, FALSE), "false"),
    ("all", (TRUE, UNKNOWN, FALSE), "false"), ("all", (TRUE, UNKNOWN), "unknown"), ("all", (TRUE, TRUE), "true"),
    ("any", (ConditionGroup("all", (TRUE, UNKNOWN)), FALSE), "unknown")])
def test_groups_combine_true_false_and_unknown_as_kleene_does(mode: str, conditions: tuple[Condition, ...],
                                                              outcome: str) -> None:
    assert judge_trigger(ConditionGroup(mode, conditions), METRICS).outcome == outcome


@pytest.mark.parametrize(("condition", "outcome"), [
    (Condition("cause.C.elevated", "eq", True), "true"), (Condition("cause.C.elevated", "ne", True), "false"),
    (Condition("data.share_pct", "lt", 10), "false"), (Condition("data.share_pct", "le", 10), "true"),
    (Condition("data.share_pct", "gt", 9), "true"), (Condition("problem.P.grade", "ge", 1), "unknown"),
    (Condition("nothing.at.all", "exists", True), "false"), (Condition("data.share_pct", "exists", True), "true"),
    (Condition("nothing.at.all", "ne", 1), "unknown")])
def test_a_comparison_is_judged_on_the_metric(condition: Condition, outcome: str) -> None:
    assert judge_trigger(condition, METRICS).outcome == outcome


def test_only_conditions_that_made_the_trigger_true_carry_it() -> None:
    trigger = ConditionGroup("any", (TRUE, ConditionGroup("all", (Condition("cause.C.elevated", "eq", True), FALSE))))

    verdict = judge_trigger(trigger, METRICS)

    assert [condition.metric for condition in verdict.carrying] == ["problem.P.grade"]
    assert [condition.outcome for condition in verdict.conditions] == ["true", "true", "false"]


@pytest.mark.parametrize(("baseline", "better", "start", "target"), [
    ("problem.P.pomp", "lower", 60.0, 53.75), ("100 - problem.P.pomp", "higher", 40.0, 46.25),
    ("data.kept_pct", "higher", 95.0, 97.5), ("data.products", "higher", 3.0, 3.3),
    ("data.unknown", "higher", None, None), (None, "lower", None, None)])
def test_a_target_lies_one_step_from_the_baseline_and_never_asks_for_all(
        baseline: str | None, better: str, start: float | None, target: float | None) -> None:
    metrics = {"problem.P.pomp": 60.0, "data.kept_pct": 95.0, "data.products": 3.0}

    row = kpi_row(Kpi({"en": "x"}, better, baseline), metrics, 6, resolve_thresholds())

    assert row.baseline == pytest.approx(start) if start is not None else row.baseline is None
    assert row.target == pytest.approx(target) if target is not None else row.target is None
