"""Conditions of the rules against metrics, in Kleene logic: what is not known is unknown, never true."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from analysis.results.measures import TriggerResult
from instruments.template import Condition, ConditionGroup

Outcome = Literal["true", "false", "unknown"]
Metrics = Mapping[str, Any]

_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "ge": operator.ge, "le": operator.le, "gt": operator.gt, "lt": operator.lt,
}


@dataclass(frozen=True)
class Verdict:
    """Outcome of a whole trigger; `conditions` all of it, `carrying` those true ones that made it true."""

    outcome: Outcome
    conditions: tuple[TriggerResult, ...]
    carrying: tuple[TriggerResult, ...]


def judge_trigger(trigger: Condition | ConditionGroup, metrics: Metrics) -> Verdict:
    """Return what the metrics say of a trigger.

    Parameters
    ----------
    trigger : Condition or ConditionGroup
        Nested `any` and `all` of comparisons.
    metrics : Mapping[str, Any]
        Metric path → value; None and absent both mean unknown.

    Returns
    -------
    Verdict
        Kleene's strong logic: `any` is true if one is true, else unknown if one is unknown; `all` is false if one is
        false, else unknown if one is unknown.
    """
    if isinstance(trigger, Condition):
        result = _judge_condition(trigger, metrics)
        return Verdict(result.outcome, (result,), (result,) if result.outcome == "true" else ())
    parts = [judge_trigger(part, metrics) for part in trigger.conditions]
    outcome = _combined(trigger.mode, [part.outcome for part in parts])
    conditions = tuple(result for part in parts for result in part.conditions)
    carrying = tuple(result for part in parts if part.outcome == "true" for result in part.carrying)
    return Verdict(outcome, conditions, carrying if outcome == "true" else ())


def _combined(mode: str, outcomes: list[Outcome]) -> Outcome:
    decisive: Outcome = "true" if mode == "any" else "false"
    if decisive in outcomes:
        return decisive
    if "unknown" in outcomes:
        return "unknown"
    return "false" if mode == "any" else "true"


def _judge_condition(condition: Condition, metrics: Metrics) -> TriggerResult:
    value = metrics.get(condition.metric)
    return TriggerResult(condition.metric, condition.operator, condition.value, value, _outcome(condition, value))


def _outcome(condition: Condition, value: Any) -> Outcome:
    if condition.operator == "exists":
        if value is None:
            return "false" if condition.value else "unknown"
        return "true" if condition.value else "false"
    if value is None:
        return "unknown"
    if condition.operator in _ORDER:
        return _word(_ORDER[condition.operator](value, condition.value)) if _is_number(value) else "unknown"
    if condition.operator == "in":
        return _word(value in condition.value)
    return _word((value == condition.value) == (condition.operator == "eq"))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _word(is_true: bool) -> Outcome:
    return "true" if is_true else "false"
