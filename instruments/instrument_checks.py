"""The numbered rules of a questionnaire's sections, items, scales and constructs (INS-001 to INS-025)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import get_args

from instruments.errors import Finding
from instruments.schema import (
    CHOICE_KINDS,
    MISSING_CODES,
    NUMBER_KINDS,
    ConstructGroup,
    Instrument,
    Item,
)
from instruments.wording_checks import instrument_wordings, missing_languages

INSTRUMENT_RULES: Mapping[str, str] = {
    "INS-001": "Every item has a key of its own.",
    "INS-002": "Every wording is given in every language.",
    "INS-003": "There is a section and an item, and every section, scale and construct has a key of its own.",
    "INS-004": "Every item stands in a section that exists.",
    "INS-005": "Every rating item names a scale that exists.",
    "INS-006": "A scale has at least two points, in ascending order, no value twice.",
    "INS-007": "Only a rating item that measures a construct is reverse-keyed.",
    "INS-008": "Every construct that an item names exists.",
    "INS-009": "A construct has at least one item.",
    "INS-010": "A construct has at least two items; the reliability of one item cannot be measured. (warning)",
    "INS-011": "An attention item is a rating item without construct, and its expected values lie on its scale.",
    "INS-012": "A single, multiple or ranking item has choices; their values differ and hold no spaces.",
    "INS-013": "Only a multiple item has exclusive choices; a largest number of choices lies within the choices.",
    "INS-014": "No valid value is one of the missing codes -91 to -94.",
    "INS-015": "The smallest value of a number item is not above its largest.",
    "INS-016": "A key can name a column: it begins with a letter, holds letters, digits, _ . - only, has at most 64 "
               "signs and is not a name that the response file uses itself.",
    "INS-017": "A construct belongs to one of the five groups.",
    "INS-018": "Problems and causes are bad when high; situations, outcomes and experiences are good when high.",
    "INS-019": "All items of a construct are rating items on scales of the same range.",
    "INS-020": "An item of role nps is answered on a scale of kind nps.",
    "INS-021": "An importance item names an experience construct of its questionnaire.",
    "INS-022": "An item of an optional section, and every item of an optional construct, is marked with that module.",
    "INS-023": "The default of a choice item is one of its choices.",
    "INS-024": "Items stand in the order of their sections.",
    "INS-025": "At least one language is named, none twice.",
}

RESERVED_KEYS = frozenset({"respondent_id", "duration_s", "started_at", "submitted_at", "language"})
MAX_KEY_LENGTH = 64     # the limit of an SPSS variable's name
MIN_POINTS = 2
MIN_ITEMS = 2
_KEY = re.compile(r"[^\W\d_][\w.-]*|_[\w.-]+")
_BAD_WHEN_HIGH = ("problem", "cause")


def questionnaire_findings(instrument: Instrument, place: str) -> Iterator[Finding]:
    """Yield what is wrong with a questionnaire, apart from its expressions."""
    for check in _CHECKS:
        yield from check(instrument, place)


def _duplicates(keys: Iterable[Hashable]) -> list[Hashable]:
    return [key for key, number in Counter(keys).items() if number > 1]


def _check_keys(instrument: Instrument, place: str) -> Iterator[Finding]:
    for key in _duplicates(item.key for item in instrument.items):
        yield Finding("INS-001", f"{place}, item {key}", "the key is used more than once.", "Rename one of the items.")
    for item in instrument.items:
        if not _KEY.fullmatch(item.key) or len(item.key) > MAX_KEY_LENGTH or item.key in RESERVED_KEYS:
            yield Finding(
                "INS-016", f"{place}, item {item.key}", "the key cannot name a column.",
                f"Use a letter, then letters, digits or _, at most {MAX_KEY_LENGTH} signs, and none of: "
                f"{', '.join(sorted(RESERVED_KEYS))}.")


def _check_frame(instrument: Instrument, place: str) -> Iterator[Finding]:
    if not instrument.languages or _duplicates(instrument.languages):
        yield Finding("INS-025", place, "the languages are missing or repeated.", "Name each language once.")
    for noun, number in (("section", len(instrument.sections)), ("item", len(instrument.items))):
        if number == 0:
            yield Finding("INS-003", place, f"there is no {noun}.", "Add one.")
    for noun, keys in (
            ("section", [section.key for section in instrument.sections]),
            ("scale", [scale.key for scale in instrument.scales]),
            ("construct", [construct.key for construct in instrument.constructs])):
        for key in _duplicates(keys):
            yield Finding("INS-003", f"{place}, {noun} {key}", "the key is used more than once.", f"Rename a {noun}.")


def _check_sections(instrument: Instrument, place: str) -> Iterator[Finding]:
    order = {section.key: position for position, section in enumerate(instrument.sections)}
    last = 0
    for item in instrument.items:
        if item.section not in order:
            yield Finding(
                "INS-004", f"{place}, item {item.key}", f"there is no section '{item.section}'.",
                f"Use one of: {', '.join(order)}.")
            continue
        if order[item.section] < last:
            yield Finding(
                "INS-024", f"{place}, item {item.key}", "it stands after an item of a later section.",
                "Sort the items by section.")
        last = max(last, order[item.section])


def _check_scales(instrument: Instrument, place: str) -> Iterator[Finding]:
    for scale in instrument.scales:
        values = [point.value for point in scale.points]
        here = f"{place}, scale {scale.key}"
        if len(values) < MIN_POINTS or values != sorted(set(values)):
            yield Finding(
                "INS-006", here, "the points are too few, repeated or out of order.",
                "Give two or more points in ascending order.")
        if MISSING_CODES & set(values):
            yield Finding("INS-014", here, "a point has the value of a missing code.", "Use other values.")
    known = {scale.key for scale in instrument.scales}
    for item in instrument.items:
        if (item.kind == "rating" or item.scale is not None) and item.scale not in known:
            reason = f"there is no scale '{item.scale}'." if item.scale else "a rating item names no scale."
            listed = ", ".join(sorted(known)) or "(none yet)"
            yield Finding("INS-005", f"{place}, item {item.key}", reason, f"Use one of: {listed}.")


def _check_constructs(instrument: Instrument, place: str) -> Iterator[Finding]:
    for construct in instrument.constructs:
        here = f"{place}, construct {construct.key}"
        items = instrument.items_of_construct(construct.key)
        if construct.group not in get_args(ConstructGroup):
            yield Finding(
                "INS-017", here, f"there is no group '{construct.group}'.",
                f"Use one of: {', '.join(get_args(ConstructGroup))}.")
        if (construct.direction == "higher_is_worse") != (construct.group in _BAD_WHEN_HIGH):
            wanted = "higher_is_worse" if construct.group in _BAD_WHEN_HIGH else "higher_is_better"
            yield Finding("INS-018", here, "the direction does not fit the group.", f"Write `direction: {wanted}`.")
        if not items:
            yield Finding("INS-009", here, "no item measures it.", "Add items, or remove the construct.")
        elif len(items) < MIN_ITEMS:
            yield Finding("INS-010", here, "only one item measures it.", "Add a second item.", is_error=False)
        yield from _check_range(instrument, items, here)


def _check_range(instrument: Instrument, items: tuple[Item, ...], here: str) -> Iterator[Finding]:
    scales = {scale.key: scale for scale in instrument.scales if scale.points}
    ranges = {(scales[item.scale].low, scales[item.scale].high) for item in items if item.scale in scales}
    if len(ranges) > 1 or any(item.kind != "rating" for item in items):
        yield Finding(
            "INS-019", here, "its items are not all ratings of one range.", "Use one scale for all of its items.")


def _check_items(instrument: Instrument, place: str) -> Iterator[Finding]:
    constructs = {construct.key for construct in instrument.constructs}
    for item in instrument.items:
        here = f"{place}, item {item.key}"
        if item.construct is not None and item.construct not in constructs:
            yield Finding("INS-008", here, f"there is no construct '{item.construct}'.", "Correct it or add it.")
        if item.is_reverse and (item.kind != "rating" or item.construct is None):
            yield Finding("INS-007", here, "it is reverse-keyed but measures nothing.", "Remove `reverse: true`.")
        if item.role == "attention":
            yield from _check_attention(instrument, item, here)
        yield from _check_roles(instrument, item, here)
        yield from _check_numbers(item, here)
        yield from _check_choices(item, here)


def _check_attention(instrument: Instrument, item: Item, here: str) -> Iterator[Finding]:
    values = {point.value for scale in instrument.scales if scale.key == item.scale for point in scale.points}
    if item.kind != "rating" or item.construct is not None or not item.expected or not set(item.expected) <= values:
        yield Finding(
            "INS-011", here, "the attention item cannot be judged.",
            "Give it a scale, no construct, and `expected:` with values of that scale.")


def _check_roles(instrument: Instrument, item: Item, here: str) -> Iterator[Finding]:
    kinds = {scale.key: scale.kind for scale in instrument.scales}
    if item.role == "nps" and kinds.get(item.scale or "") != "nps":
        yield Finding("INS-020", here, "its scale is not of kind nps.", "Use a scale with `type: nps`.")
    experiences = [construct.key for construct in instrument.constructs_of_group("experience")]
    if item.role == "importance" and item.importance_of not in experiences:
        yield Finding(
            "INS-021", here, f"it weighs '{item.importance_of}', which is no experience construct.",
            f"Write `importance_of:` and one of: {', '.join(experiences) or '(none yet)'}.")


def _check_numbers(item: Item, here: str) -> Iterator[Finding]:
    low, high = item.minimum, item.maximum
    if low is not None and high is not None and low > high:
        yield Finding("INS-015", here, f"the smallest value {low:g} is above the largest {high:g}.", "Exchange them.")
    if item.kind in NUMBER_KINDS and low is not None and any(
            low <= code and (high is None or code <= high) for code in MISSING_CODES):
        yield Finding("INS-014", here, "its range holds the missing codes -91 to -94.", "Use a range above -91.")


def _check_choices(item: Item, here: str) -> Iterator[Finding]:
    values = [choice.value for choice in item.choices]
    if item.kind in CHOICE_KINDS and (not values or _duplicates(values) or any(
            not value or value.split() != [value] for value in values)):
        yield Finding(
            "INS-012", here, "choices are missing, or their values are repeated, empty or hold spaces.",
            "Give each choice a value of its own without spaces.")
    if {str(code) for code in MISSING_CODES} & set(values):
        yield Finding("INS-014", here, "a choice has the value of a missing code.", "Use another value.")
    if item.kind != "multiple" and any(choice.is_exclusive for choice in item.choices):
        yield Finding("INS-013", here, "an exclusive choice needs an item of kind multiple.", "Remove `exclusive`.")
    if item.max_choices is not None and not 1 <= item.max_choices <= len(values):
        yield Finding("INS-013", here, f"at most {item.max_choices} of {len(values)} choices.", "Correct `max:`.")
    if item.kind in CHOICE_KINDS and item.default and not set(item.default.split()) <= set(values):
        yield Finding("INS-023", here, f"the default '{item.default}' is no choice.", "Name a choice, or none.")


def _check_modules(instrument: Instrument, place: str) -> Iterator[Finding]:
    of_section = {section.key: section.module for section in instrument.sections}
    of_construct = {construct.key: construct.module for construct in instrument.constructs}
    for item in instrument.items:
        for module in (of_section.get(item.section), of_construct.get(item.construct or "")):
            if module is not None and item.module != module:
                yield Finding(
                    "INS-022", f"{place}, item {item.key}", f"it belongs to the module '{module}' but is not marked.",
                    f"Write `module: {module}`.")
                break


def _check_wording(instrument: Instrument, place: str) -> Iterator[Finding]:
    yield from missing_languages(place, instrument_wordings(instrument), instrument.languages)


_CHECKS: tuple[Callable[[Instrument, str], Iterator[Finding]], ...] = (
    _check_frame, _check_keys, _check_sections, _check_wording, _check_scales, _check_constructs, _check_items,
    _check_modules,
)
