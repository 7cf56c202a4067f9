"""Customer-value file → ValueModel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, cast

from instruments.customer_records import FieldClass, LegalBasis, RecordField, RelationType
from instruments.fields import Fields
from instruments.loader import check_schema_version
from instruments.pairwise import Incomparable, comparison_matrix, elicited_weights
from instruments.schema import Text
from instruments.template import CustomerField, Stage, Tier, ValueModel, ValuePart

FIELD_TYPES = ("string", "enum", "decimal", "integer")
BESIDE_PARTS = frozenset({"minimum_weight_present", "comparisons"})     # of the value index


def read_value_model(fields: Fields, languages: tuple[str, ...]) -> ValueModel:
    """Return the customer-value model of a file."""
    check_schema_version(fields)
    file = fields.child("file", "file")
    index = fields.child("value_index", "value_index")
    minimum = index.number("minimum_weight_present", 0.5)
    comparisons = index.numbers("comparisons")
    tiers = fields.child("tiers", "tiers")
    model = ValueModel(
        key_field=file.string("key"), required=file.strings("required"),
        fields=tuple(_read_field(key, entry, languages) for key, entry in file.members("fields", "field")),
        checks=file.strings("checks"),
        parts=_read_parts(index, comparisons), comparisons=comparisons,
        minimum_weight_present=minimum, clv=_plain_mapping(fields, "clv_scenario"),
        tiers={key: tuple(_read_tier(entry, languages) for entry in tiers.entries(key, "tier"))
               for key in tiers.mapping if key != "upper_tiers"},
        upper_tiers=_upper_tiers(tiers), tier_policy=_plain_mapping(fields, "tier_policy"),
        stages=tuple(_read_stage(entry, languages) for entry in fields.entries("stages", "stage")),
        flags=_read_flags(fields), stage_actions=_read_actions(fields, languages), outputs=fields.strings("outputs"),
        field_classes=tuple(_read_class(key, entry, languages) for key, entry in fields.members("records", "class")),
        relation_types=_read_relation_types(fields, languages), legal_bases=_read_legal_bases(fields, languages))
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
        default=fields.find_string("default"), minimum=fields.find_number("min"), unit=fields.find_string("unit"),
        customer_types=fields.strings("only_for"))
    fields.finish()
    return found


def _read_parts(index: Fields, comparisons: Mapping[str, float]) -> tuple[ValuePart, ...]:
    """Return the parts of the value index; where they are compared in pairs, the weights follow from that."""
    keys = [key for key in index.mapping if key not in BESIDE_PARTS]
    parts = tuple(_read_part(key, index.child(key, f"part {key}"), has_weight=not comparisons) for key in keys)
    if not comparisons:
        return parts
    return weighted_parts(parts, comparisons, index)


def weighted_parts(parts: tuple[ValuePart, ...], comparisons: Mapping[str, float],
                   index: Fields | None = None) -> tuple[ValuePart, ...]:
    """Return the parts with the weights that the comparisons give, or as they are where those make no matrix."""
    try:
        found = elicited_weights(comparison_matrix([part.key for part in parts], comparisons))
    except Incomparable as error:
        if index is None:
            raise
        raise index.error("comparisons", str(error), "Compare every pair of parts once.") from None
    return tuple(replace(part, weight=weight) for part, weight in zip(parts, found.weights, strict=True))


def _read_part(key: str, fields: Fields, *, has_weight: bool) -> ValuePart:
    part = ValuePart(key=key, weight=fields.number("weight", None if has_weight else 0.0),
                     sources=fields.strings("from"), rule=fields.string("rule", ""))
    fields.finish()
    return part


def _read_class(key: str, fields: Fields, languages: tuple[str, ...]) -> FieldClass:
    found = FieldClass(
        key=key, name=fields.wording(languages, "name"), stale_after_days=fields.find_integer("stale_after_days"),
        fields=tuple(_read_record_field(name, entry, languages) for name, entry in fields.members("fields", "field")))
    fields.finish()
    return found


def _read_record_field(key: str, fields: Fields, languages: tuple[str, ...]) -> RecordField:
    found = RecordField(key, fields.wording(languages, "name"), fields.strings("only_for"))
    fields.finish()
    return found


def _read_relation_types(fields: Fields, languages: tuple[str, ...]) -> tuple[RelationType, ...]:
    inner = fields.find_child("relations", "relations")
    found = []
    for key, entry in inner.members("types", "type") if inner else ():
        found.append(RelationType(key, entry.wording(languages, "name"), entry.boolean("joins", True)))
        entry.finish()
    return tuple(found)


def _read_legal_bases(fields: Fields, languages: tuple[str, ...]) -> tuple[LegalBasis, ...]:
    inner = fields.find_child("relations", "relations")
    found = []
    for key, entry in inner.members("legal_bases", "legal basis") if inner else ():
        found.append(LegalBasis(key, entry.wording(languages, "name")))
        entry.finish()
    if inner:
        inner.ignore("types")
        inner.finish()
    return tuple(found)


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
