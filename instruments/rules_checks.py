"""The numbered rules of strategy rules and value model (INS-220 to INS-236)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from instruments.errors import Finding
from instruments.logic import KnownItem, check_expression
from instruments.metric_paths import MetricPaths, path_of_baseline
from instruments.template import (
    Condition,
    ConditionGroup,
    Kpi,
    Measure,
    StrategyRules,
    StudyTemplate,
    ValueModel,
)

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
    "INS-230": "The weights of the value index add up to 1.",
    "INS-231": "The value model names only columns that it declares.",
    "INS-232": "Tiers begin at 0 and rise, and the upper tiers are among them.",
    "INS-233": "Every stage has a key of its own, and stage actions name stages.",
    "INS-234": "The customer types of tiers and upper tiers are those of the file.",
}
GRADES = ("strong", "moderate", "weak", "conflicting", "inconclusive", "insufficient", "not_indicated")
MAX_EFFORT = 5
PRACTICE_NAME = re.compile(r"\w[\w-]*(?:\.\w[\w-]*)?")
WEIGHT_TOLERANCE = 1e-9     # weights are decimal fractions; their sum is exact but for binary rounding
TYPE_FIELD = "customer_type"
# Columns that the analysis adds to the customer file before stages and flags are judged.
DERIVED_COLUMNS: Mapping[str, str] = {
    "stage": "single", "is_upper_tier": "acknowledge", "is_top_tier": "acknowledge", "next_border": "decimal",
    "index_decile": "integer", "group_sum": "decimal", "best_member_tier": "single",
}


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
        if not _adds_up(weights.values()):
            yield Finding("INS-227", f"{here}, {name} weights", "they do not add up to 1.", "Correct the weights.")
    for grade in GRADES:
        if not 0 <= rules.defaults.evidence_weight.get(grade, -1) <= 1:
            yield Finding("INS-228", here, f"the grade '{grade}' has no weight from 0 to 1.", "Add it.")


def _adds_up(weights: object) -> bool:
    values = list(weights) if hasattr(weights, "__iter__") else []
    return math.isclose(math.fsum(values), 1.0, abs_tol=WEIGHT_TOLERANCE) and all(value >= 0 for value in values)


# ---- value model ----------------------------------------------------------------------------------------------------
def value_findings(model: ValueModel, place: str) -> Iterator[Finding]:
    """Yield what is wrong with the customer-value model of a template."""
    here = f"{place}, value model"
    if not _adds_up([part.weight for part in model.parts]):
        yield Finding("INS-230", here, "the weights of the value index do not add up to 1.", "Correct the weights.")
    columns = {field.key for field in model.fields}
    for name in (model.key_field, *model.required, *(source for part in model.parts for source in part.sources)):
        if name not in columns:
            yield Finding("INS-231", here, f"the column '{name}' is not declared.", "Add it to `fields`.")
    yield from _check_tiers(model, here)
    yield from _check_stages(model, here)
    yield from _check_conditions(model, here)


def _check_tiers(model: ValueModel, here: str) -> Iterator[Finding]:
    types = {field.key: set(field.values) for field in model.fields}.get(TYPE_FIELD)
    for customer_type, tiers in model.tiers.items():
        where = f"{here}, tiers of {customer_type}"
        minimums = [tier.minimum for tier in tiers]
        keys = {tier.key for tier in tiers}
        if not minimums or minimums[0] != 0 or minimums != sorted(set(minimums)) or len(keys) != len(tiers):
            yield Finding("INS-232", where, "the borders do not rise from 0.", "Sort the tiers by `min`, from 0.")
        if not set(model.upper_tiers.get(customer_type, ())) <= keys:
            yield Finding("INS-232", where, "an upper tier is not among the tiers.", "Correct `upper_tiers`.")
    if types is not None and (set(model.tiers) != types or not set(model.upper_tiers) <= types):
        listed = ", ".join(sorted(types))
        yield Finding("INS-234", here, "the customer types of tiers and file differ.", f"Use: {listed}.")


def _check_stages(model: ValueModel, here: str) -> Iterator[Finding]:
    keys = [stage.key for stage in model.stages]
    unknown = sorted(set(model.stage_actions) - set(keys))
    if len(set(keys)) != len(keys) or unknown:
        yield Finding(
            "INS-233", here, f"a stage is repeated, or an action names no stage: {', '.join(unknown) or 'repeated'}.",
            "Give each stage a key of its own and name it in `stage_actions`.")


def _check_conditions(model: ValueModel, here: str) -> Iterator[Finding]:
    columns = {field.key: KnownItem(field.key, field.type, field.values) for field in model.fields}
    for name, kind in DERIVED_COLUMNS.items():
        choices = tuple(stage.key for stage in model.stages) if name == "stage" else ()
        columns[name] = KnownItem(name, kind, choices)
    file_only = {key: column for key, column in columns.items() if key not in DERIVED_COLUMNS}
    for stage in model.stages:
        yield from check_expression(stage.when, file_only, f"{here}, stage {stage.key}", allow_names=True)
    for flag, text in model.flags.items():
        yield from check_expression(text, columns, f"{here}, flag {flag}", allow_names=True)
