"""A questionnaire file in the native YAML form → Instrument.

`parse_instrument` reads what stands there; `read_instrument` and `load_instrument` also hold it to the numbered
checks (docs/instrument-checks.md) and refuse a questionnaire with an error.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast, get_args

from instruments.checks import require_sound
from instruments.errors import FileFormatError, Finding
from instruments.fields import SCHEMA_VERSION, Fields
from instruments.item_reader import read_condition, read_items, read_scales
from instruments.places import yaml_places
from instruments.schema import (
    Consent,
    Construct,
    ConstructGroup,
    Direction,
    Instrument,
    Item,
    Quota,
    Scoring,
    Screen,
    Section,
)
from instruments.writer import dump_instrument
from instruments.yaml_source import decode, parse_yaml, read_file

YAML_SUFFIXES = (".yaml", ".yml")

__all__ = ["dump_instrument", "load_instrument", "load_with_warnings", "parse_instrument", "read_instrument"]


def load_instrument(path: Path) -> Instrument:
    """Return the questionnaire in a YAML file; InstrumentError says where and why it cannot be used."""
    return load_with_warnings(path)[0]


def load_with_warnings(path: Path) -> tuple[Instrument, tuple[Finding, ...]]:
    """Return the questionnaire in a YAML file and what the numbered checks say of it, with lines."""
    path = Path(path)
    if path.suffix.lower() not in YAML_SUFFIXES:
        raise FileFormatError(
            path.name, f"'{path.suffix}' is not the ending of a YAML file.", "Name a file that ends in .yaml or .yml.")
    return read_with_warnings(decode(read_file(path), path.name), path.name)


def read_instrument(text: str, place: str) -> Instrument:
    """Return the questionnaire in a YAML text that keeps every numbered check."""
    return read_with_warnings(text, place)[0]


def read_with_warnings(text: str, place: str) -> tuple[Instrument, tuple[Finding, ...]]:
    """Return the questionnaire in a YAML text and the warnings of the numbered checks, with lines."""
    document = parse_yaml(text, place)
    instrument = _instrument(Fields(document, place))
    return instrument, require_sound(instrument, place, lambda: yaml_places(document))


def parse_instrument(text: str, place: str) -> Instrument:
    """Return the questionnaire as it stands in a YAML text, without the numbered checks."""
    return _instrument(Fields(parse_yaml(text, place), place))


def _instrument(fields: Fields) -> Instrument:
    fields.ignore("item_counts")        # a note for readers; the tests hold a questionnaire to it
    check_schema_version(fields)
    if not fields.has("instrument"):
        raise fields.error(None, "there is no `instrument:` part.", "Choose a questionnaire; the README shows one.")
    head = fields.child("instrument", "instrument")
    languages = read_languages(head)
    shuffles = head.boolean("randomise_within_sections", False)
    sections = tuple(_read_section(entry, languages, shuffles) for entry in fields.entries("sections", "section"))
    instrument = Instrument(
        key=head.string("id"), version=head.string("version"), audience=head.string("audience"), languages=languages,
        title=head.text("title", languages), sections=sections,
        items=_in_section_order(read_items(fields, languages), sections), scales=read_scales(fields, languages),
        constructs=tuple(_read_construct(entry, languages) for entry in fields.entries("constructs", "construct")),
        scoring=_read_scoring(fields), intro=head.text("intro", languages),
        consent=_read_consent(head, "consent", languages), link_consent=_read_consent(head, "link_consent", languages),
        withdraw_note=head.text("withdraw_note", languages), completion=head.text("completion", languages),
        estimated_minutes=head.find_integer("estimated_minutes"), allow_skip=head.boolean("allow_skip", True),
        screens=tuple(_read_screen(entry, languages) for entry in fields.entries("screens", "screen")),
        quotas=tuple(_read_quota(entry, languages) for entry in fields.entries("quotas", "quota")),
        commitment=head.text("commitment", languages) or None, has_progress=head.boolean("progress", False),
        has_speed_prompt=head.boolean("speed_prompt", False))
    head.finish()
    fields.finish()
    return instrument


def check_schema_version(fields: Fields) -> None:
    """Refuse a file that was written for a layout this version does not know."""
    version = fields.integer("schema_version", SCHEMA_VERSION)
    if version != SCHEMA_VERSION:
        raise fields.error(
            "schema_version", f"the file is written in layout {version}.", f"This version reads {SCHEMA_VERSION}.")


def read_languages(fields: Fields) -> tuple[str, ...]:
    """Return the language codes of a file; at least one, none twice."""
    languages = fields.strings("languages")
    if not languages:
        raise fields.error("languages", "no language is named.", "Add `languages: [en]` or more.")
    if len(set(languages)) != len(languages):
        raise fields.error("languages", "a language is named twice.", "Name each language once.")
    return languages


def _in_section_order(items: list[Item], sections: tuple[Section, ...]) -> tuple[Item, ...]:
    # An item of a section that does not exist goes last; a numbered check names it.
    order = {section.key: position for position, section in enumerate(sections)}
    return tuple(sorted(items, key=lambda item: order.get(item.section, len(order))))


def _read_section(fields: Fields, languages: tuple[str, ...], shuffles: bool) -> Section:
    kind = fields.string("kind", "questions")
    section = Section(
        key=fields.string("id"), kind=kind, title=fields.text("title", languages), show_if=read_condition(fields),
        module=fields.find_string("module"), is_shuffled=fields.boolean("shuffled", shuffles and kind == "likert"),
        block=fields.find_string("block"), shuffle_group=fields.find_string("shuffle_group"))
    fields.finish()
    return section


def _read_screen(fields: Fields, languages: tuple[str, ...]) -> Screen:
    screen = Screen(key=fields.string("id"), condition=fields.string("condition"), message=fields.wording(languages))
    fields.finish()
    return screen


def _read_quota(fields: Fields, languages: tuple[str, ...]) -> Quota:
    quota = Quota(
        key=fields.string("id"), condition=fields.string("condition"), limit=fields.integer("limit"),
        message=fields.wording(languages))
    fields.finish()
    return quota


def _read_consent(head: Fields, key: str, languages: tuple[str, ...]) -> Consent | None:
    fields = head.find_child(key, key)
    if fields is None:
        return None
    if fields.boolean("default", False):
        raise fields.error("default", "consent cannot be given beforehand.", "Write `default: false` or leave it out.")
    consent = Consent(text=fields.wording(languages), is_required=fields.boolean("required", True))
    fields.finish()
    return consent


def _read_construct(fields: Fields, languages: tuple[str, ...]) -> Construct:
    construct = Construct(
        key=fields.string("id"), group=cast(ConstructGroup, fields.word("group", get_args(ConstructGroup))),
        direction=cast(Direction, fields.word("direction", get_args(Direction))), name=fields.text("name", languages),
        definition=fields.text("definition", languages), module=fields.find_string("module"),
        mirrors=fields.strings("mirrors"), seed=fields.string("seed", ""), sources=fields.strings("sources"))
    fields.finish()
    return construct


def _read_scoring(fields: Fields) -> Scoring:
    inner = fields.find_child("scoring", "scoring")
    if inner is None:
        return Scoring()
    inner.word("method", ("mean_of_recoded_items",), "mean_of_recoded_items")
    inner.ignore("reportable_range")    # follows from the scale; written for readers
    scoring = Scoring(
        min_answered_share=inner.number("min_answered_fraction", Scoring.min_answered_share),
        two_item_scales_require_all=inner.boolean("two_item_scales_require_all", False))
    inner.finish()
    return scoring
