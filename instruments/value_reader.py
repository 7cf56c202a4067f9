"""Customer-value file → ValueModel."""

from __future__ import annotations

from typing import Any, Literal, cast

from instruments.fields import Fields
from instruments.loader import check_schema_version
from instruments.schema import Text
from instruments.template import CustomerField, Stage, Tier, ValueModel, ValuePart

FIELD_TYPES = ("string", "enum", "decimal", "integer")


def read_value_model(fields: Fields, languages: tuple[str, ...]) -> ValueModel:
    """Return the customer-value model of a file."""
    check_schema_version(fields)
    file = fields.child("file", "file")
    index = fields.child("value_index", "value_index")
    minimum = index.number("minimum_weight_present", 0.5)
    tiers = fields.child("tiers", "tiers")
    model = ValueModel(
        key_field=file.string("key"), required=file.strings("required"),
        fields=tuple(_read_field(key, entry, languages) for key, entry in file.members("fields", "field")),
        checks=file.strings("checks"),
        parts=tuple(_read_part(key, index.child(key, f"part {key}")) for key in index.mapping
                    if key != "minimum_weight_present"),
        minimum_weight_present=minimum, clv=_plain_mapping(fields, "clv_scenario"),
        tiers={key: tuple(_read_tier(entry, languages) for entry in tiers.entries(key, "tier"))
               for key in tiers.mapping if key != "upper_tiers"},
        upper_tiers=_upper_tiers(tiers), tier_policy=_plain_mapping(fields, "tier_policy"),
        stages=tuple(_read_stage(entry, languages) for entry in fields.entries("stages", "stage")),
        flags=_read_flags(fields), stage_actions=_read_actions(fields, languages), outputs=fields.strings("outputs"))
    for part in (file, index, tiers, fields):
        part.finish()
    return model


def _plain_mapping(fields: Fields, key: str) -> dict[str, Any]:
    found = fields.plain(key)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise fields.error(key, f"'{key}' must hold fields of its own.", f"Write the fields of '{key}' indented below.")
    return found


def _read_field(key: str, fields: Fields, languages: tuple[str, ...]) -> CustomerField:
    kind = fields.word("type", FIELD_TYPES)
    found = CustomerField(
        key=key, type=cast(Literal["string", "enum", "decimal", "integer"], kind),
        name=fields.wording(languages, "name"),
        is_optional=fields.boolean("optional", False), values=fields.strings("values"),
        default=fields.find_string("default"), minimum=fields.find_number("min"), unit=fields.find_string("unit"))
    fields.finish()
    return found


def _read_part(key: str, fields: Fields) -> ValuePart:
    part = ValuePart(
        key=key, weight=fields.number("weight"), sources=fields.strings("from"), rule=fields.string("rule", ""))
    fields.finish()
    return part


def _read_tier(fields: Fields, languages: tuple[str, ...]) -> Tier:
    tier = Tier(key=fields.string("id"), minimum=fields.number("min"), name=fields.wording(languages, "name"))
    fields.finish()
    return tier


def _upper_tiers(tiers: Fields) -> dict[str, tuple[str, ...]]:
    inner = tiers.find_child("upper_tiers", "upper_tiers")
    return {key: inner.strings(key) for key in inner.mapping} if inner else {}


def _read_stage(fields: Fields, languages: tuple[str, ...]) -> Stage:
    stage = Stage(
        key=fields.string("id"), name=fields.wording(languages, "name"), when=fields.string("when"),
        theory=fields.string("theory", ""))
    fields.finish()
    return stage


def _read_flags(fields: Fields) -> dict[str, str]:
    inner = fields.find_child("flags", "flags")
    return {key: inner.string(key) for key in inner.mapping} if inner else {}


def _read_actions(fields: Fields, languages: tuple[str, ...]) -> dict[str, Text]:
    found = {}
    for key, entry in fields.members("stage_actions", "stage action"):
        found[key] = entry.wording(languages)
        entry.finish()
    return found
