"""The short form of a questionnaire: the marked items only, under their own keys, so that answers merge.

It is made for the counter: neighbouring pages without conditions are put together, consent to linking is not asked
for, and the minutes are estimated anew.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from instruments.duration import total_seconds
from instruments.errors import LogicError
from instruments.schema import Instrument, Item, Section

TITLE_MARKS = {"en": " (short form)", "zh": "（简版）"}


def short_form(instrument: Instrument) -> Instrument | None:
    """Return the short form, None where no item is marked.

    A calculation or a hidden value that a marked item depends on comes along unseen. A condition that names an item
    the short form does not ask cannot be judged: the item is then asked of everybody. Screens and quotas of that kind
    are left out; consent and the words around the items stay.
    """
    marked = {item.key for item in instrument.items if item.is_short}
    if not marked:
        return None
    asked = marked | _needed_unseen(instrument, marked)
    items = tuple(_alone(item, asked) for item in instrument.items if item.key in asked)
    sections, items = _together([_section(section, asked) for section in instrument.sections
                                 if any(item.section == section.key for item in items)], items)
    constructs = {item.construct for item in items}
    scales = {item.scale for item in items}
    form = replace(
        instrument, items=items, sections=sections, link_consent=None,
        title={language: text + TITLE_MARKS.get(language, TITLE_MARKS["en"])
               for language, text in instrument.title.items()},
        scales=tuple(scale for scale in instrument.scales if scale.key in scales),
        constructs=tuple(construct for construct in instrument.constructs if construct.key in constructs),
        screens=tuple(screen for screen in instrument.screens if _named(screen.condition) <= asked),
        quotas=tuple(quota for quota in instrument.quotas if _named(quota.condition) <= asked))
    return replace(form, estimated_minutes=math.ceil(short_form_seconds(form) / 60))


def short_form_seconds(form: Instrument) -> float:
    """Return how long a short form takes, in the language in which it takes longest."""
    return max(total_seconds(form, language) for language in form.languages)


def _together(sections: list[Section], items: tuple[Item, ...]) -> tuple[tuple[Section, ...], tuple[Item, ...]]:
    """Put neighbouring pages of one kind on one page, whose title would fit only some of its items and is left out."""
    kept: list[Section] = []
    moved: dict[str, str] = {}
    for section in sections:
        last = kept[-1] if kept else None
        if last is not None and last.kind == section.kind and not (last.show_if or section.show_if):
            kept[-1] = replace(last, title={}, is_shuffled=False, block=None, shuffle_group=None)
            moved[section.key] = last.key
        else:
            kept.append(section)
    return tuple(kept), tuple(replace(item, section=moved.get(item.section, item.section)) for item in items)


def _needed_unseen(instrument: Instrument, marked: set[str]) -> set[str]:
    """Return calculations and hidden values that marked items name, whose own sources are asked too."""
    unseen = {item.key: item for item in instrument.items if item.kind in ("calculate", "hidden")}
    wanted = {key for item in instrument.items if item.key in marked for key in _names_of(item)}
    return {key for key in wanted & unseen.keys() if _named(unseen[key].calculation) <= marked}


def _names_of(item: Item) -> Iterable[str]:
    for text in (item.show_if, item.constraint, item.calculation, *(choice.show_if for choice in item.choices)):
        yield from _named(text)


def _alone(item: Item, asked: set[str]) -> Item:
    """Return the item without conditions that name what is not asked."""
    choices = tuple(replace(choice, show_if=_kept(choice.show_if, asked)) for choice in item.choices)
    return replace(item, choices=choices, show_if=_kept(item.show_if, asked), constraint=_kept(item.constraint, asked))


def _section(section: Section, asked: set[str]) -> Section:
    return replace(section, show_if=_kept(section.show_if, asked))


def _kept(expression: str | None, asked: set[str]) -> str | None:
    return expression if _named(expression) <= asked else None


def _named(expression: str | None) -> set[str]:
    if not expression:
        return set()
    from instruments.logic import parse, references  # a questionnaire without logic does not load the language

    try:
        return set(references(parse(expression)))
    except LogicError:      # told by the checks; such a condition is kept as it is
        return set()
