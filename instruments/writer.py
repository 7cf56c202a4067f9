"""Instrument → the native YAML form; reading the text again gives an equal Instrument."""

from __future__ import annotations

from typing import Any

import yaml

from instruments.fields import AMBIGUOUS_LANGUAGES, SCHEMA_VERSION
from instruments.item_reader import MISSING_CHOICE
from instruments.schema import (
    AnswerScale,
    Choice,
    Consent,
    Construct,
    Instrument,
    Item,
    Quota,
    Screen,
    Section,
    Text,
)

WIDTH = 120


class _Flow(dict[str, Any]):
    """A mapping that is written on one line, like the choices of an item."""


class _Dumper(yaml.SafeDumper):
    """Writes text in quotes where a reader could take it for something else."""


_Dumper.add_representer(
    _Flow, lambda dumper, value: dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=True))


def to_yaml(document: dict[str, Any]) -> str:
    """Return a document as YAML text in the order of its fields."""
    return yaml.dump(
        document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH, default_flow_style=False)


def dump_instrument(instrument: Instrument) -> str:
    """Return a questionnaire as YAML that loads to an equal model."""
    document: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "instrument": _head(instrument)}
    if instrument.scales:
        document["scales"] = {scale.key: _scale(scale) for scale in instrument.scales}
    if instrument.constructs:
        document["constructs"] = [_construct(construct) for construct in instrument.constructs]
    document["scoring"] = {
        "method": instrument.scoring.method, "min_answered_fraction": instrument.scoring.min_answered_share,
        "two_item_scales_require_all": instrument.scoring.two_item_scales_require_all}
    for name, rules in (("screens", instrument.screens), ("quotas", instrument.quotas)):
        if rules:
            document[name] = [_ending(rule) for rule in rules]
    document["sections"] = [_section(section) for section in instrument.sections]
    document["items"] = [_item(item) for item in instrument.items]
    return to_yaml(document)


def given(**fields: Any) -> dict[str, Any]:
    """Return the fields that say something: not None, not empty, not False; numbers go another way."""
    return {key: value for key, value in fields.items() if value}


def inline(text: Text, key: str = "text") -> dict[str, Any]:
    """Return a wording as it stands beside other fields; under `key` where a language looks like a field."""
    if not text:
        return {}
    if AMBIGUOUS_LANGUAGES & set(text):
        return {key: dict(text)}
    return dict(text)


def _head(instrument: Instrument) -> dict[str, Any]:
    head: dict[str, Any] = {
        "id": instrument.key, "version": instrument.version, "audience": instrument.audience,
        "languages": list(instrument.languages)}
    if instrument.estimated_minutes is not None:
        head["estimated_minutes"] = instrument.estimated_minutes
    head["title"] = dict(instrument.title)
    for key in ("intro", "withdraw_note", "completion"):
        if text := getattr(instrument, key):
            head[key] = dict(text)
    for key in ("consent", "link_consent"):
        consent: Consent | None = getattr(instrument, key)
        if consent is not None:
            head[key] = {"required": consent.is_required, **inline(consent.text)}
    head["allow_skip"] = instrument.allow_skip
    head |= given(
        commitment=dict(instrument.commitment) if instrument.commitment else None, progress=instrument.has_progress,
        speed_prompt=instrument.has_speed_prompt)
    return head


def _ending(rule: Screen | Quota) -> dict[str, Any]:
    limit = {"limit": rule.limit} if isinstance(rule, Quota) else {}
    return {"id": rule.key, "condition": rule.condition, **limit, **inline(rule.message)}


def _scale(scale: AnswerScale) -> dict[str, Any]:
    document: dict[str, Any] = {
        "type": scale.kind, "points": [_Flow(value=point.value, **inline(point.label)) for point in scale.points]}
    if scale.not_applicable:
        document["not_applicable"] = _Flow(inline(scale.not_applicable))
    return document


def _construct(construct: Construct) -> dict[str, Any]:
    return given(
        id=construct.key, group=construct.group, module=construct.module, direction=construct.direction,
        mirrors=list(construct.mirrors) or None, seed=construct.seed, sources=list(construct.sources) or None,
        name=dict(construct.name), definition=dict(construct.definition))


def _section(section: Section) -> dict[str, Any]:
    return {
        **given(id=section.key, kind=section.kind, module=section.module, show_if=section.show_if,
                block=section.block, shuffle_group=section.shuffle_group),
        "shuffled": section.is_shuffled, **given(title=dict(section.title))}


def _item(item: Item) -> dict[str, Any]:
    limit = "max" if item.kind in ("multiple", "ranking") else "max_choices"
    document = given(
        id=item.key, section=item.section, kind=item.kind, construct=item.construct, scale=item.scale,
        reverse=item.is_reverse, role=item.role, expected=list(item.expected) or None, unit=item.unit,
        show_if=item.show_if, constraint=item.constraint, calculation=item.calculation, default=item.default,
        required=item.is_required, appearance=item.appearance, module=item.module, safeguard=item.safeguard,
        importance_of=item.importance_of, shuffle_choices=item.shuffles_choices, short=item.is_short,
        accepts=list(item.accepts) or None, largest_mb=item.largest_mb)
    for key, number in ((limit, item.max_choices), ("min", item.minimum), ("max", item.maximum)):
        if number is not None:
            document[key] = int(number) if number == int(number) else number
    document |= inline(item.text)
    document |= given(
        hint=dict(item.hint) if item.hint else None,
        constraint_message=dict(item.constraint_message) if item.constraint_message else None)
    if item.choices:
        document["options"] = [_choice(choice) for choice in item.choices]
    return document


def _choice(choice: Choice) -> _Flow:
    document = _Flow(value=choice.value, **inline(choice.label))
    document |= given(exclusive=choice.is_exclusive, free_text=choice.has_text, show_if=choice.show_if,
                      fixed=choice.is_fixed)
    if choice.is_missing != (choice.value == MISSING_CHOICE):
        document["missing"] = choice.is_missing
    return document
