"""Items, choices and scales of a questionnaire file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast, get_args

from instruments.fields import Fields
from instruments.schema import (
    AnswerScale,
    Choice,
    Item,
    ItemKind,
    ItemRole,
    ScalePoint,
    Text,
)

# The words of the native form that differ from the model's, and the default kind and role of each list of items.
KIND_WORDS = {"multi": "multiple", "number": "decimal", "rank": "ranking", "file": "upload"}
LISTS: dict[str, tuple[str, str | None]] = {
    "items": ("rating", None),
    "choices": ("single", None),
    "profile": ("single", "profile"),
    "facts": ("decimal", "fact"),
    "open_questions": ("text", "open"),
}
MISSING_CHOICE = "na"       # the value of "prefer not to say" where `missing:` says nothing else
MAX_SCALE_POINTS = 101


def read_items(fields: Fields, languages: tuple[str, ...]) -> list[Item]:
    """Return the items of all lists in the order in which they stand in the file."""
    found: list[Item] = []
    for key in LISTS:
        fields.has(key)         # so that a list which is absent still counts as known
    for key in fields.mapping:
        if key in LISTS:
            kind, role = LISTS[key]
            found.extend(_read_item(entry, languages, kind, role) for entry in fields.entries(key, "item"))
    return found


def _read_item(fields: Fields, languages: tuple[str, ...], kind: str, role: str | None) -> Item:
    kind = fields.string("kind", kind)
    kind = KIND_WORDS.get(kind, kind)
    if kind not in get_args(ItemKind):
        raise fields.error("kind", f"the kind '{kind}' is not known.", f"Use one of: {', '.join(get_args(ItemKind))}.")
    item = Item(
        key=fields.string("id"), section=fields.string("section"), kind=cast(ItemKind, kind),
        text=fields.wording(languages), construct=fields.find_string("construct"), scale=fields.find_string("scale"),
        is_reverse=fields.boolean("reverse", False), role=_role(fields, role), expected=fields.integers("expected"),
        choices=tuple(_read_choices(fields, languages)), max_choices=fields.find_integer("max" if kind in (
            "multiple", "ranking") else "max_choices"),
        minimum=fields.find_number("min"), maximum=fields.find_number("max") if kind not in (
            "multiple", "ranking") else None,
        unit=fields.find_string("unit"), show_if=read_condition(fields), constraint=fields.find_string("constraint"),
        constraint_message=fields.text("constraint_message", languages) or None,
        calculation=fields.find_string("calculation"), default=fields.find_string("default"),
        is_required=fields.boolean("required", False), hint=fields.text("hint", languages) or None,
        appearance=fields.find_string("appearance"), module=fields.find_string("module"),
        safeguard=fields.find_string("safeguard"), importance_of=fields.find_string("importance_of"),
        shuffles_choices=fields.boolean("shuffle_choices", False), is_short=fields.boolean("short", False),
        accepts=tuple(fields.strings("accepts")), largest_mb=fields.find_integer("largest_mb"))
    fields.finish()
    return item


def _role(fields: Fields, default: str | None) -> ItemRole | None:
    role = fields.find_string("role") or default
    if fields.boolean("attention_check", False):
        role = "attention"
    if role is not None and role not in get_args(ItemRole):
        raise fields.error("role", f"the role '{role}' is not known.", f"Use one of: {', '.join(get_args(ItemRole))}.")
    return cast(ItemRole | None, role)


def _read_choices(fields: Fields, languages: tuple[str, ...]) -> Iterator[Choice]:
    for entry in fields.entries("options", "choice", "value"):
        value = entry.string("value")
        yield Choice(
            value=value, label=entry.wording(languages), is_exclusive=entry.boolean("exclusive", False),
            has_text=entry.boolean("free_text", False), is_missing=entry.boolean("missing", value == MISSING_CHOICE),
            show_if=read_condition(entry), is_fixed=entry.boolean("fixed", False))
        entry.finish()


def read_condition(fields: Fields) -> str | None:
    """Return `show_if` as an expression, whether it was written as one or as `{field: X, in: [a, b]}`."""
    if not fields.has("show_if"):
        return None
    if not isinstance(fields.mapping["show_if"], dict):
        return fields.find_string("show_if")
    inner = fields.child("show_if")
    field, values = inner.string("field"), inner.strings("in")
    inner.finish()
    if not values:
        raise fields.error("show_if", "the condition names no value.", "Write `{field: ITEM, in: [value]}`.")
    for value in values:
        if "'" in value:
            raise fields.error("show_if", f"the value {value!r} holds a quote.", "Use choice values without quotes.")
    return " or ".join(f"selected(${{{field}}}, '{value}')" for value in values)


# ---- scales ---------------------------------------------------------------------------------------------------------
def read_scales(fields: Fields, languages: tuple[str, ...]) -> tuple[AnswerScale, ...]:
    """Return the answer scales of a file."""
    return tuple(_read_scale(key, entry, languages) for key, entry in fields.members("scales", "scale"))


def _read_scale(key: str, fields: Fields, languages: tuple[str, ...]) -> AnswerScale:
    kind = fields.word("type", ("ordinal", "nps"), "ordinal")
    points = list(_read_points(fields, "points", languages))
    if kind == "nps":
        points = _fill_points(fields, points + list(_read_points(fields, "anchors", languages)), languages)
    if not points:
        raise fields.error("points", "the scale has no points.", "Add `points:` with value and wording of each.")
    not_applicable: Text = {}
    if (inner := fields.find_child("not_applicable")) is not None:
        not_applicable = inner.wording(languages)
        inner.ignore("value")
        inner.finish()
    fields.finish()
    return AnswerScale(
        key=key, kind="nps" if kind == "nps" else "ordinal", points=tuple(points),
        not_applicable=not_applicable or None)


def _read_points(fields: Fields, key: str, languages: tuple[str, ...]) -> Iterator[ScalePoint]:
    for entry in fields.entries(key, "point", "value"):
        yield ScalePoint(entry.integer("value"), entry.wording(languages))
        entry.finish()


def _fill_points(fields: Fields, named: list[ScalePoint], languages: tuple[str, ...]) -> list[ScalePoint]:
    """Return every point from `min` to `max`; one without words is labelled by its number."""
    by_value = {point.value: point for point in named}
    low = fields.integer("min", min(by_value, default=0))
    high = fields.integer("max", max(by_value, default=10))
    if high <= low or high - low >= MAX_SCALE_POINTS:
        raise fields.error("max", f"the scale runs from {low} to {high}.", f"Use 2 to {MAX_SCALE_POINTS} points.")
    for value in by_value:
        if not low <= value <= high:
            raise fields.error("anchors", f"the point {value} lies outside {low} to {high}.", "Correct min, max or it.")
    return [by_value.get(value, ScalePoint(value, dict.fromkeys(languages, str(value))))
            for value in range(low, high + 1)]
