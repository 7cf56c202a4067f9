"""Is every wording there in every language? (INS-002)"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from instruments.errors import Finding
from instruments.schema import Instrument, Item, Text

SILENT_KINDS = frozenset({"calculate", "hidden"})       # never shown, so they may have no wording
Wording = tuple[str, Text, bool]                        # where it stands, the wording, whether it must be there


def missing_languages(place: str, wordings: Iterable[Wording], languages: tuple[str, ...]) -> Iterator[Finding]:
    """Yield a finding for each wording that lacks a language; an optional wording may lack all of them."""
    for where, text, is_needed in wordings:
        if not text and not is_needed:
            continue
        lacking = [language for language in languages if not text.get(language, "").strip()]
        if lacking:
            listed = ", ".join(f"'{language}'" for language in lacking)
            yield Finding(
                "INS-002", f"{place}, {where}" if place else where, f"there is no text for language {listed}.",
                f"Add `{lacking[0]}:` or remove {lacking[0]} from the languages.")


def instrument_wordings(instrument: Instrument) -> Iterator[Wording]:
    """Yield every wording of a questionnaire."""
    yield from frame_wordings(instrument)
    for section in instrument.sections:
        yield f"section {section.key}, title", section.title, False
    for scale in instrument.scales:
        for point in scale.points:
            yield f"scale {scale.key}, point {point.value}", point.label, True
        yield f"scale {scale.key}, not applicable", scale.not_applicable or {}, False
    for construct in instrument.constructs:
        yield f"construct {construct.key}, name", construct.name, True
        yield f"construct {construct.key}, definition", construct.definition, False
    for item in instrument.items:
        yield from item_wordings(item)


def frame_wordings(instrument: Instrument) -> Iterator[Wording]:
    """Yield the wordings that belong to the questionnaire as a whole."""
    yield "title", instrument.title, True
    yield "introduction", instrument.intro, False
    yield "note on withdrawal", instrument.withdraw_note, False
    yield "text at the end", instrument.completion, False
    yield "commitment", instrument.commitment or {}, False
    for name, consent in (("consent", instrument.consent), ("consent to linking", instrument.link_consent)):
        if consent is not None:
            yield name, consent.text, True
    for noun, rules in (("screen", instrument.screens), ("quota", instrument.quotas)):
        for rule in rules:
            yield f"{noun} {rule.key}, message", rule.message, True


def item_wordings(item: Item) -> Iterator[Wording]:
    """Yield every wording of an item."""
    yield f"item {item.key}", item.text, item.kind not in SILENT_KINDS
    yield f"item {item.key}, hint", item.hint or {}, False
    yield f"item {item.key}, message of the constraint", item.constraint_message or {}, False
    for choice in item.choices:
        yield f"item {item.key}, choice {choice.value}", choice.label, True
