"""The numbered rules of strategy rules (INS-220 to INS-229, and INS-235: what they ask of the customer files)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from instruments.errors import Finding
from instruments.metric_paths import MetricPaths, path_of_baseline
from instruments.template import (
    Condition,
    ConditionGroup,
    Kpi,
    Measure,
    StrategyRules,
    StudyTemplate,
)
from instruments.value_checks import adds_up

RULES_RULES: Mapping[str, str] = {
    "INS-220": "Every principle, objective, strategy, measure and safeguard has a key of its own.",
    "INS-221": "A measure belongs to a strategy that exists.",
    "INS-222": "An objective names a problem, a measure acts on problems, causes and experiences, and a safeguard "
               "answers causes that exist.",
    "INS-223": "A measure names safeguards that exist.",
    "INS-224": "A safeguard's readiness item exists, has the role readiness and names that safeguard.",
    "INS-225": "Every metric path of a trigger, size or baseline is one that the diagnosis produces.",
    "INS-226": "Effort is 1 to 5 and the horizon at least one month.",
    "INS-227": "The weights of impact and of feasibility add up to 1.",
    "INS-228": "Every grade has an evidence weight from 0 to 1.",
    "INS-229": "The present measures that a measure names are keys or choices, each named once.",
    "INS-235": "Every figure of the customer files that a rule uses has its source declared in the value model.",
}
GRADES = ("strong", "moderate", "weak", "conflicting", "inconclusive", "insufficient", "not_indicated")
MAX_EFFORT = 5
PRACTICE_NAME = re.compile(r"\w[\w-]*(?:\.\w[\w-]*)?")


def rules_findings(template: StudyTemplate, rules: StrategyRules, place: str) -> Iterator[Finding]:
    """Yield what is wrong with the strategy rules of a template."""
    here = f"{place}, strategy rules"
    parts = (rules.principles, rules.objectives, rules.strategies, rules.measures, rules.safeguards)
    keys = [entry.key for part in parts for entry in part]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield Finding("INS-220", f"{here}, {key}", "the key is used more than once.", "Rename one of them.")
    groups = _construct_groups(template)
    for objective in rules.objectives:
        yield from _unknown(f"{here}, objective {objective.key}", "problem", (objective.problem,), groups["problem"])
    for measure in rules.measures:
        yield from _check_measure(rules, measure, groups, f"{here}, measure {measure.key}")
    yield from _check_safeguards(template, rules, groups, here)
    yield from _check_paths(template, rules, here)
    yield from _check_defaults(rules, here)


def _construct_groups(template: StudyTemplate) -> dict[str, set[str]]:
    groups: dict[str, set[str]] = {"problem": set(), "cause": set(), "experience": set()}
    for construct in template.constructs:
        groups.setdefault(construct.group, set()).add(construct.key)
    return groups


def _unknown(here: str, noun: str, names: tuple[str, ...], known: set[str]) -> Iterator[Finding]:
    for name in names:
        if name not in known:
            yield Finding("INS-222", here, f"there is no {noun} '{name}'.", f"Use one of: {', '.join(sorted(known))}.")


def _check_measure(
        rules: StrategyRules, measure: Measure, groups: Mapping[str, set[str]], here: str) -> Iterator[Finding]:
    if measure.strategy not in {strategy.key for strategy in rules.strategies}:
        yield Finding("INS-221", here, f"there is no strategy '{measure.strategy}'.", "Correct it or add it.")
    yield from _unknown(here, "problem", tuple(measure.address_problem), groups["problem"])
    yield from _unknown(here, "cause", tuple(measure.address_cause), groups["cause"])
    yield from _unknown(here, "experience", tuple(measure.address_facet), groups["experience"])
    for key in measure.safeguards:
        if key not in {safeguard.key for safeguard in rules.safeguards}:
            yield Finding("INS-223", here, f"there is no safeguard '{key}'.", "Correct it or add it.")
    if not 1 <= measure.effort <= MAX_EFFORT or measure.horizon_months < 1:
        yield Finding("INS-226", here, "effort or horizon is out of range.", f"Use 1 to {MAX_EFFORT}, and months ≥ 1.")
    for name in sorted(set(measure.practices)):
        if measure.practices.count(name) > 1 or not PRACTICE_NAME.fullmatch(name):
            yield Finding("INS-229", here, f"the present measure '{name}' is named twice or is no key.",
                          "Name each once, as in the register: letters, digits and underscores, or `ITEM.choice`.")


def _check_safeguards(
        template: StudyTemplate, rules: StrategyRules, groups: Mapping[str, set[str]], here: str) -> Iterator[Finding]:
    ready = {item.key: item.safeguard for instrument in template.instruments
             for item in instrument.items_of_role("readiness")}
    for safeguard in rules.safeguards:
        place = f"{here}, safeguard {safeguard.key}"
        yield from _unknown(place, "cause", safeguard.causes, groups["cause"])
        if safeguard.readiness_item is not None and ready.get(safeguard.readiness_item) != safeguard.key:
            yield Finding(
                "INS-224", place, f"'{safeguard.readiness_item}' does not ask how ready this safeguard is.",
                f"Name an item with `role: readiness, safeguard: {safeguard.key}`.")


def _check_paths(template: StudyTemplate, rules: StrategyRules, here: str) -> Iterator[Finding]:
    known = MetricPaths(template)
    for where, path in _paths(rules):
        if complaint := known.complaint(path):
            yield Finding("INS-225", f"{here}, {where}", complaint, "Use a path of the diagnostic model.")
        elif missing := known.missing_source(path):
            yield Finding("INS-235", f"{here}, {where}", f"'{path}' needs {missing}, which is not declared.",
                          "Declare it in customer-value.yaml, or leave the path out of the rule.")


def _paths(rules: StrategyRules) -> Iterator[tuple[str, str]]:
    for objective in rules.objectives:
        yield from _baseline(f"objective {objective.key}", (objective.kpi,))
    for measure in rules.measures:
        where = f"measure {measure.key}"
        for path in condition_paths(measure.trigger):
            yield where, path
        if measure.sizing is not None:
            yield where, measure.sizing
        yield from _baseline(where, measure.kpis)
    for safeguard in rules.safeguards:
        where = f"safeguard {safeguard.key}"
        for path in condition_paths(safeguard.trigger):
            yield where, path
        yield from _baseline(where, (safeguard.kpi,))


def _baseline(where: str, kpis: tuple[Kpi, ...]) -> Iterator[tuple[str, str]]:
    for kpi in kpis:
        if kpi.baseline is not None:
            yield where, path_of_baseline(kpi.baseline)


def condition_paths(group: ConditionGroup) -> Iterator[str]:
    """Yield the metric paths that a trigger asks for."""
    for condition in group.conditions:
        if isinstance(condition, Condition):
            yield condition.metric
        else:
            yield from condition_paths(condition)


def _check_defaults(rules: StrategyRules, here: str) -> Iterator[Finding]:
    for name, weights in (
            ("impact", rules.defaults.impact_weights), ("feasibility", rules.defaults.feasibility_weights)):
        if not adds_up(weights.values()):
            yield Finding("INS-227", f"{here}, {name} weights", "they do not add up to 1.", "Correct the weights.")
    for grade in GRADES:
        if not 0 <= rules.defaults.evidence_weight.get(grade, -1) <= 1:
            yield Finding("INS-228", here, f"the grade '{grade}' has no weight from 0 to 1.", "Add it.")
