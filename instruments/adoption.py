"""A template made another organisation's own: what applies is kept, wordings, tiers and names are changed.

All of it is pure: a template and the choices somebody made give the template that results, with what else had to go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from instruments.comparison import compare_instruments, item_hash, wording_hash
from instruments.errors import InstrumentError
from instruments.logic import parse, references
from instruments.metric_paths import MetricPaths, path_of_baseline
from instruments.schema import Choice, Construct, Instrument, Item, Text
from instruments.template import (
    Codebook,
    Condition,
    ConditionGroup,
    Kpi,
    Measure,
    Safeguard,
    StrategyRules,
    StudyTemplate,
    Tier,
    ValueModel,
)
from instruments.texts import with_words
from instruments.versions import proposed_version

Kept = Literal["same", "reworded", "changed", "removed"]
Why = Literal["of_removed_construct", "asked_after_removed", "weighs_removed", "trigger_gone", "rests_on_removed"]


@dataclass(frozen=True)
class TierChoice:
    """An organisation's own tier: lower border and name."""

    minimum: float
    name: Text


@dataclass(frozen=True)
class AdoptionChoices:
    """What somebody decided of a template; empty = everything stays as it is."""

    title: Text = field(default_factory=dict)
    organisation: Text = field(default_factory=dict)
    kind: str = ""
    constructs_off: tuple[str, ...] = ()
    items_off: tuple[str, ...] = ()                 # "audience:item"
    measures_off: tuple[str, ...] = ()
    wordings: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)   # audience → address → words
    tiers: Mapping[str, Mapping[str, TierChoice]] = field(default_factory=dict)     # type of those served → tier


@dataclass(frozen=True)
class Dropped:
    """Something that had to go because something else was taken out."""

    part: Literal["item", "choice", "measure", "objective", "safeguard", "screen", "quota"]
    key: str
    why: Why
    audience: str = ""


@dataclass(frozen=True)
class Adopted:
    """The template that results, and what went along."""

    template: StudyTemplate
    dropped: tuple[Dropped, ...]


@dataclass(frozen=True)
class ItemFate:
    """What became of one item: only `same` is comparable with norms and earlier waves without a word."""

    audience: str
    key: str
    construct: str | None
    fate: Kept
    languages: tuple[str, ...] = ()     # in which it was reworded


def adopt(template: StudyTemplate, choices: AdoptionChoices) -> Adopted:
    """Return the template with the choices carried out; it may still be unsound, which the checks say."""
    dropped: list[Dropped] = []
    gone = {*choices.constructs_off, *(key for form in template.instruments for key in _emptied(form, choices))}
    instruments = tuple(_instrument(form, choices, gone, dropped) for form in template.instruments)
    instruments = tuple(_versioned(old, new) for old, new in zip(template.instruments, instruments, strict=True))
    changed = replace(
        template, instruments=instruments, title={**template.title, **choices.title},
        organisation={**template.organisation, **choices.organisation},
        perspectives=tuple(replace(view, constructs=left) for view in template.perspectives
                           for left in [tuple(key for key in view.constructs if key not in gone)] if left),
        value_model=_with_tiers(template.value_model, choices) if template.value_model else None)
    return _ruled(changed, choices, gone, dropped)


def fates(template: StudyTemplate, adopted: StudyTemplate) -> tuple[ItemFate, ...]:
    """Return what became of every item, in the order of the questionnaires."""
    after = {form.audience: form for form in adopted.instruments}
    return tuple(fate for form in template.instruments if form.audience in after
                 for fate in _fates(form, after[form.audience]))


def _fates(before: Instrument, after: Instrument) -> Iterator[ItemFate]:
    now = {item.key: item for item in after.items}
    for item in before.items:
        new = now.get(item.key)
        fate: Kept = "removed"
        languages: tuple[str, ...] = ()
        if new is not None:
            languages = tuple(language for language in before.languages if language in after.languages
                              and (wording_hash(before, item, [language]) != wording_hash(after, new, [language])
                                   or _labels(item, language) != _labels(new, language)))
            is_same = item_hash(before, item) == item_hash(after, new)
            fate = "changed" if not is_same else "reworded" if languages else "same"
        measured = item.construct if item.role != "stated_cause" else None      # which only names it
        yield ItemFate(before.audience, item.key, measured, fate, languages)


def _labels(item: Item, language: str) -> list[tuple[str, str]]:
    return [(choice.value, " ".join(choice.label.get(language, "").split())) for choice in item.choices]


# ---- questionnaires -------------------------------------------------------------------------------------------------
def _off(form: Instrument, choices: AdoptionChoices) -> set[str]:
    return {key for mark in choices.items_off for audience, _, key in [mark.partition(":")]
            if audience == form.audience}


def _emptied(form: Instrument, choices: AdoptionChoices) -> list[str]:
    """Return the constructs all of whose items were taken out one by one."""
    off = _off(form, choices)
    measured = {construct.key: {item.key for item in form.items_of_construct(construct.key)}
                for construct in form.constructs}
    return [key for key, items in measured.items() if items and items <= off]


def _instrument(form: Instrument, choices: AdoptionChoices, gone: set[str], dropped: list[Dropped]) -> Instrument:
    off = _off(form, choices)
    items = [item for item in form.items if item.construct not in gone and item.key not in off]
    off |= {item.key for item in form.items if item.construct in gone}
    while True:         # what is asked only after something that is gone goes too
        kept = [item for item in items if _reason(item, off, gone) is None]
        if len(kept) == len(items):
            break
        for item in items:
            why = _reason(item, off, gone)
            if why is not None:
                dropped.append(Dropped("item", item.key, why, form.audience))
                off.add(item.key)
        items = kept
    constructs = tuple(_mirroring(construct, gone) for construct in form.constructs if construct.key not in gone
                       and (any(item.construct == construct.key for item in items)
                            or not form.items_of_construct(construct.key)))
    sections = {item.section for item in form.items} - {item.section for item in items}
    trimmed = replace(
        form, constructs=constructs, items=tuple(_trimmed(item, gone, form.audience, dropped) for item in items),
        sections=tuple(section for section in form.sections if section.key not in sections),
        screens=tuple(rule for rule in form.screens if not _names(rule.condition, off)),
        quotas=tuple(rule for rule in form.quotas if not _names(rule.condition, off)))
    for part, before, after in (("screen", form.screens, trimmed.screens), ("quota", form.quotas, trimmed.quotas)):
        dropped += [Dropped("screen" if part == "screen" else "quota", rule.key, "asked_after_removed", form.audience)
                    for rule in before if rule not in after]
    words = {(address, language): text for address, texts in choices.wordings.get(form.audience, {}).items()
             for language, text in texts.items() if language in form.languages}
    return with_words(trimmed, words) if words else trimmed


def name_of(template: StudyTemplate, one: Dropped) -> Text:
    """Return what something that went along is called in the template it came from; {} where it has no name."""
    if one.part in ("item", "choice"):
        key, _, value = one.key.partition(": ")
        item = next((item for form in template.instruments if form.audience == one.audience for item in form.items
                     if item.key == key), None)
        if item is None or one.part == "item":
            return item.text if item else {}
        return next((choice.label for choice in item.choices if choice.value == value), {})
    rules = template.rules
    names: dict[tuple[str, str], Text] = {} if rules is None else {
        **{("measure", found.key): found.name for found in rules.measures},
        **{("safeguard", found.key): found.name for found in rules.safeguards},
        **{("objective", found.key): found.name for found in rules.objectives}}
    return names.get((one.part, one.key), {})


def _reason(item: Item, off: set[str], gone: set[str]) -> Why | None:
    if item.importance_of in gone:
        return "weighs_removed"
    if item.show_if and (_names(item.show_if, off) or any(f"'{key}'" in item.show_if for key in gone)):
        return "asked_after_removed"
    return None


def _names(expression: str, off: set[str]) -> bool:
    """Tell whether a condition asks for an item that is gone; one that cannot be read is told of by the checks."""
    try:
        return any(name in off for name in references(parse(expression)))
    except InstrumentError:
        return False


def _trimmed(item: Item, gone: set[str], audience: str, dropped: list[Dropped]) -> Item:
    """Return the item without choices that stand for constructs that are gone."""
    if item.role not in ("stated_problem", "stated_cause"):
        return item
    kept: tuple[Choice, ...] = tuple(choice for choice in item.choices if choice.value not in gone)
    dropped += [Dropped("choice", f"{item.key}: {choice.value}", "of_removed_construct", audience)
                for choice in item.choices if choice.value in gone]
    return replace(item, choices=kept)


def _mirroring(construct: Construct, gone: set[str]) -> Construct:
    return replace(construct, mirrors=tuple(key for key in construct.mirrors if key not in gone))


def _versioned(old: Instrument, new: Instrument) -> Instrument:
    """Return a changed questionnaire under a version of its own: what is asked otherwise is not the same version."""
    if old == new:
        return new
    return replace(new, version=proposed_version(old.version, compare_instruments(old, new), lambda _version: False))


# ---- rules, codebook, tiers -----------------------------------------------------------------------------------------
def _ruled(template: StudyTemplate, choices: AdoptionChoices, gone: set[str], dropped: list[Dropped]) -> Adopted:
    book = template.codebook
    if book is not None:
        template = replace(template, codebook=replace(book, codes=tuple(
            replace(code, construct=None) if code.construct in gone else code for code in book.codes)))
    if template.rules is not None:
        template = replace(template, rules=_rules(template, template.rules, choices, gone, dropped))
        if template.codebook is not None and template.rules is not None:
            template = replace(template, codebook=_speaking(template.codebook, template.rules))
    return Adopted(template, tuple(dropped))


def _rules(template: StudyTemplate, rules: StrategyRules, choices: AdoptionChoices, gone: set[str],
           dropped: list[Dropped]) -> StrategyRules:
    paths = MetricPaths(template)
    guards = tuple(guard for one in rules.safeguards for guard in [_safeguard(one, template, gone, paths)] if guard)
    names = {guard.key for guard in guards}
    measures = tuple(kept for one in rules.measures if one.key not in choices.measures_off
                     for kept in [_measure(one, gone, names, paths)] if kept)
    objectives = tuple(replace(one, kpi=_kpi(one.kpi, paths)) for one in rules.objectives if one.problem not in gone)
    dropped += [Dropped("safeguard", one.key, "trigger_gone") for one in rules.safeguards if one.key not in names]
    dropped += [Dropped("measure", one.key, "trigger_gone") for one in rules.measures
                if one.key not in choices.measures_off and one.key not in {kept.key for kept in measures}]
    dropped += [Dropped("objective", one.key, "of_removed_construct") for one in rules.objectives
                if one.problem in gone]
    used = {measure.strategy for measure in measures}
    return replace(rules, safeguards=guards, measures=measures, objectives=objectives,
                   strategies=tuple(one for one in rules.strategies if one.key in used))


def _measure(measure: Measure, gone: set[str], guards: set[str], paths: MetricPaths) -> Measure | None:
    trigger = _pruned(measure.trigger, paths)
    if trigger is None:
        return None
    sizing = measure.sizing if measure.sizing and not paths.complaint(measure.sizing) else None
    return replace(
        measure, trigger=trigger, sizing=sizing, kpis=tuple(_kpi(kpi, paths) for kpi in measure.kpis),
        safeguards=tuple(key for key in measure.safeguards if key in guards),
        address_problem=_left(measure.address_problem, gone), address_cause=_left(measure.address_cause, gone),
        address_facet=_left(measure.address_facet, gone))


def _left(strengths: Mapping[str, int], gone: set[str]) -> dict[str, int]:
    return {key: strength for key, strength in strengths.items() if key not in gone}


def _safeguard(guard: Safeguard, template: StudyTemplate, gone: set[str], paths: MetricPaths) -> Safeguard | None:
    trigger = _pruned(guard.trigger, paths)
    if trigger is None:
        return None
    asked = {item.key for form in template.instruments for item in form.items}
    return replace(guard, trigger=trigger, kpi=_kpi(guard.kpi, paths),
                   causes=tuple(key for key in guard.causes if key not in gone),
                   readiness_item=guard.readiness_item if guard.readiness_item in asked else None)


def _pruned(group: ConditionGroup, paths: MetricPaths) -> ConditionGroup | None:
    """Return a trigger without what nobody measures any more; None where it can no longer be true as it was meant.

    Of alternatives the others stay; where all must hold and one cannot be judged, nothing is left.
    """
    kept: list[Condition | ConditionGroup] = []
    for one in group.conditions:
        left = (one if not paths.complaint(one.metric) else None) if isinstance(one, Condition) else _pruned(one, paths)
        if left is not None:
            kept.append(left)
    if not kept or (group.mode == "all" and len(kept) < len(group.conditions)):
        return None
    return replace(group, conditions=tuple(kept))


def _kpi(kpi: Kpi, paths: MetricPaths) -> Kpi:
    is_gone = kpi.baseline is not None and bool(paths.complaint(path_of_baseline(kpi.baseline)))
    return replace(kpi, baseline=None) if is_gone else kpi


def _speaking(book: Codebook, rules: StrategyRules) -> Codebook:
    """Return the codebook with codes that speak for measures and safeguards that are there."""
    measures, guards = {one.key for one in rules.measures}, {one.key for one in rules.safeguards}
    return replace(book, codes=tuple(
        replace(code, strategy=tuple(key for key in code.strategy if key in measures),
                safeguard=code.safeguard if code.safeguard in guards else None) for code in book.codes))


def _with_tiers(model: ValueModel, choices: AdoptionChoices) -> ValueModel:
    def own(served: str, tier: Tier) -> Tier:
        chosen = choices.tiers.get(served, {}).get(tier.key)
        return tier if chosen is None else replace(tier, minimum=chosen.minimum, name={**tier.name, **chosen.name})

    return replace(model, tiers={served: tuple(own(served, tier) for tier in tiers)
                                 for served, tiers in model.tiers.items()})
