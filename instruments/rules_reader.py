"""Strategy rules file → StrategyRules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from instruments.fields import Fields, to_plain
from instruments.loader import check_schema_version, read_languages
from instruments.template import (
    Condition,
    ConditionGroup,
    Kpi,
    Measure,
    MeasurePart,
    Objective,
    Operator,
    Principle,
    RuleDefaults,
    Safeguard,
    Strategy,
    StrategyRules,
)
from instruments.yaml_source import LocatedList, LocatedMapping

OPERATORS: tuple[Operator, ...] = get_args(Operator)


def read_rules(fields: Fields) -> StrategyRules:
    """Return the strategy rules of a file."""
    check_schema_version(fields)
    fields.ignore("output_per_measure")     # a note for readers; the columns are fixed by the report
    languages = read_languages(fields)
    rules = StrategyRules(
        key=fields.string("rules_id"), version=fields.string("version"), languages=languages,
        principles=tuple(_read_principle(entry, languages) for entry in fields.entries("principles", "principle")),
        objectives=tuple(_read_objective(entry, languages) for entry in fields.entries("objectives", "objective")),
        strategies=tuple(_read_strategy(entry, languages) for entry in fields.entries("strategies", "strategy")),
        measures=tuple(_read_measure(entry, languages) for entry in fields.entries("measures", "measure")),
        safeguards=tuple(_read_safeguard(entry, languages) for entry in fields.entries("safeguards", "safeguard")),
        defaults=_read_defaults(fields.child("defaults", "defaults")))
    fields.finish()
    return rules


def _read_principle(fields: Fields, languages: tuple[str, ...]) -> Principle:
    principle = Principle(
        key=fields.string("id"), name=fields.wording(languages, "name"), text=fields.text("text", languages))
    fields.finish()
    return principle


def _read_kpi(fields: Fields, languages: tuple[str, ...], better: str = "higher", baseline: str | None = None) -> Kpi:
    better = fields.word("better", ("higher", "lower"), better)
    kpi = Kpi(
        name=fields.wording(languages, "name"), better="lower" if better == "lower" else "higher",
        baseline=fields.find_string("baseline") or baseline)
    fields.finish()
    return kpi


def _read_objective(fields: Fields, languages: tuple[str, ...]) -> Objective:
    better = fields.word("better", ("higher", "lower"), "higher")
    kpi = _read_kpi(fields.child("kpi"), languages, better, fields.find_string("baseline"))
    objective = Objective(
        key=fields.string("id"), problem=fields.string("problem"), name=fields.wording(languages, "name"), kpi=kpi)
    fields.finish()
    return objective


def _read_strategy(fields: Fields, languages: tuple[str, ...]) -> Strategy:
    strategy = Strategy(
        key=fields.string("id"), name=fields.wording(languages, "name"), seed=fields.string("seed", ""))
    fields.finish()
    return strategy


def _read_measure(fields: Fields, languages: tuple[str, ...]) -> Measure:
    fields.ignore("seed_note")              # a note for readers of the rules
    address = fields.child("address")
    parts = []
    for entry in fields.entries("parts", "part"):
        parts.append(MeasurePart(entry.string("id"), entry.wording(languages, "name")))
        entry.finish()
    measure = Measure(
        key=fields.string("id"), strategy=fields.string("strategy"), name=fields.wording(languages, "name"),
        what=fields.text("what", languages), trigger=_read_trigger(fields),
        address_problem=_strengths(address, "problem"), address_cause=_strengths(address, "cause"),
        address_facet=_strengths(address, "facet"), rationale=fields.text("rationale", languages),
        expected_effect=fields.text("expected_effect", languages), effort=fields.integer("effort"),
        horizon_months=fields.integer("horizon_months"), owner=fields.text("owner", languages),
        kpis=tuple(_read_kpi(entry, languages) for entry in fields.entries("kpi", "kpi")),
        safeguards=fields.strings("safeguards"), risk=fields.text("risk", languages),
        sizing=fields.find_string("sizing"), parts=tuple(parts), seed=fields.string("seed", ""),
        practices=fields.strings("practices"), names_step=fields.boolean("names_step", False))
    address.finish()
    fields.finish()
    return measure


def _strengths(address: Fields, key: str) -> Mapping[str, int]:
    found = {}
    for name, strength in address.numbers(key).items():
        if strength not in (0, 1, 2, 3):
            raise address.error(key, f"the strength of {name} is {strength:g}.", "Use 0, 1, 2 or 3.")
        found[name] = int(strength)
    return found


def _read_safeguard(fields: Fields, languages: tuple[str, ...]) -> Safeguard:
    safeguard = Safeguard(
        key=fields.string("id"), name=fields.wording(languages, "name"), causes=fields.strings("causes"),
        what=fields.text("what", languages), owner=fields.text("owner", languages),
        kpi=_read_kpi(fields.child("kpi"), languages), trigger=_read_trigger(fields),
        readiness_item=fields.find_string("readiness_item"),
        is_always_discussed=fields.boolean("base_required", True), seed=fields.string("seed", ""))
    fields.finish()
    return safeguard


# ---- triggers -------------------------------------------------------------------------------------------------------
def _read_trigger(fields: Fields) -> ConditionGroup:
    return _read_group(fields, fields.child("trigger"))


def _read_group(owner: Fields, fields: Fields) -> ConditionGroup:
    if len(fields.mapping) != 1 or next(iter(fields.mapping)) not in ("any", "all"):
        raise fields.error(None, "a trigger holds neither `any` nor `all`.", "Write `any:` or `all:` and a list below.")
    mode: Literal["any", "all"] = "any" if "any" in fields.mapping else "all"
    listed = fields.mapping[mode]
    if not isinstance(listed, LocatedList) or not listed:
        raise fields.error(mode, f"`{mode}` holds no list of conditions.", "Add `- {metric: ..., ge: ...}` below it.")
    return ConditionGroup(mode, tuple(_read_condition(owner, entry, fields) for entry in listed))


def _read_condition(owner: Fields, entry: object, group: Fields) -> Condition | ConditionGroup:
    if not isinstance(entry, LocatedMapping):
        raise group.error(None, "a condition has no fields.", "Write `{metric: ..., ge: ...}`.")
    fields = Fields(entry, owner.file, owner.label)
    if "metric" not in entry:
        return _read_group(owner, fields)
    used: list[Operator] = [operator for operator in OPERATORS if operator in entry]
    if len(used) != 1 or set(entry) != {"metric", *used}:
        raise fields.error(
            "metric", "a condition needs one metric and one comparison.", f"Use one of: {', '.join(OPERATORS)}.")
    value = to_plain(entry[used[0]])
    if used[0] == "in" and not isinstance(value, list):
        raise fields.error("in", "`in` needs a list.", "Write `in: [first, second]`.")
    if used[0] in ("ge", "le", "gt", "lt") and (isinstance(value, bool) or not isinstance(value, (int, float))):
        raise fields.error(used[0], f"`{used[0]}` needs a number.", f"Write `{used[0]}:` and a number.")
    return Condition(fields.string("metric"), used[0], value)


def _read_defaults(fields: Fields) -> RuleDefaults:
    phases = {}
    for name, entry in fields.members("phases", "phase"):
        phases[name] = {key: entry.integer(key) for key in ("effort_max", "horizon_max") if entry.has(key)}
        entry.finish()
    defaults = RuleDefaults(
        evidence_weight=fields.numbers("evidence_weight"), impact_weights=fields.numbers("impact_weights"),
        feasibility_weights=fields.numbers("feasibility_weights"),
        weight_draws=fields.integer("weight_draws", RuleDefaults.weight_draws),
        dirichlet_concentration=fields.number("dirichlet_concentration", RuleDefaults.dirichlet_concentration),
        stable_rank_probability=fields.number("stable_rank_probability", RuleDefaults.stable_rank_probability),
        phases=phases)
    fields.finish()
    return defaults
