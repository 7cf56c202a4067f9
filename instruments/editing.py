"""A questionnaire in the making, changed step by step: parts added, replaced, moved, copied, taken away; languages.

Every function returns a new questionnaire and keeps what it does not touch; none asks whether the result is sound.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal, get_args

from instruments.codec import from_document, to_document
from instruments.schema import AnswerScale, Construct, Instrument, Item, Quota, ScalePoint, Screen, Section
from instruments.texts import instrument_texts, tidied

PartName = Literal["items", "sections", "scales", "constructs", "screens", "quotas"]
PART_NAMES: tuple[PartName, ...] = get_args(PartName)
Piece = Item | Section | AnswerScale | Construct | Screen | Quota
_STEMS: Mapping[str, str] = {"items": "Q", "sections": "S", "scales": "scale", "constructs": "C", "screens": "screen",
                             "quotas": "quota"}


class NoSuchPart(KeyError):
    """The questionnaire has no such part; somebody may have removed it."""


def pieces(instrument: Instrument, part: PartName) -> tuple[Any, ...]:
    """Return all pieces of a kind."""
    found: tuple[Any, ...] = getattr(instrument, part)
    return found


def find_piece(instrument: Instrument, part: PartName, key: str) -> Any:
    """Return one piece; NoSuchPart if there is none."""
    for piece in pieces(instrument, part):
        if piece.key == key:
            return piece
    raise NoSuchPart(key)


def empty_instrument(key: str, audience: str, languages: tuple[str, ...], title: Mapping[str, str]) -> Instrument:
    """Return a questionnaire with one page and nothing on it."""
    return Instrument(key, "1.0.0", audience, languages, dict(title), (Section("S1", "questions", {}),), ())


# ---- changing a piece -----------------------------------------------------------------------------------------------
def with_piece(instrument: Instrument, part: PartName, key: str, piece: Piece) -> Instrument:
    """Return the questionnaire with the piece in the place of the one of that key; a new key is followed everywhere."""
    find_piece(instrument, part, key)
    changed = replace(instrument, **{part: tuple(  # type: ignore[arg-type]  # the part names its own type
        piece if other.key == key else other for other in pieces(instrument, part))})
    if piece.key != key:
        changed = _FOLLOW.get(part, _nothing)(changed, key, piece.key)
    return _sorted(changed) if part in ("items", "sections") else changed


def _sorted(instrument: Instrument) -> Instrument:
    order = {section.key: place for place, section in enumerate(instrument.sections)}
    return replace(instrument, items=tuple(sorted(
        instrument.items, key=lambda item: order.get(item.section, len(order)))))


def _nothing(instrument: Instrument, _old: str, _new: str) -> Instrument:
    return instrument


def _follow_item(instrument: Instrument, old: str, new: str) -> Instrument:
    """Put the new key into every expression and every text that names the item."""
    pattern = re.compile(r"\$\{" + re.escape(old) + r"\}")
    return from_document(Instrument, _mapped(to_document(instrument), lambda text: pattern.sub(f"${{{new}}}", text)))


def _mapped(document: Any, change: Callable[[str], str]) -> Any:
    if isinstance(document, str):
        return change(document)
    if isinstance(document, list):
        return [_mapped(one, change) for one in document]
    if isinstance(document, dict):
        return {name: _mapped(one, change) for name, one in document.items()}
    return document


def _follow_section(instrument: Instrument, old: str, new: str) -> Instrument:
    return _items_with(instrument, "section", old, new)


def _follow_scale(instrument: Instrument, old: str, new: str) -> Instrument:
    return _items_with(instrument, "scale", old, new)


def _follow_construct(instrument: Instrument, old: str, new: str) -> Instrument:
    return _items_with(_items_with(instrument, "construct", old, new), "importance_of", old, new)


def _items_with(instrument: Instrument, name: str, old: str, new: str) -> Instrument:
    return replace(instrument, items=tuple(
        replace(item, **{name: new}) if getattr(item, name) == old else item  # type: ignore[arg-type]  # a text field
        for item in instrument.items))


_FOLLOW: Mapping[str, Callable[[Instrument, str, str], Instrument]] = {
    "items": _follow_item, "sections": _follow_section, "scales": _follow_scale, "constructs": _follow_construct}


# ---- adding, removing, copying, moving ------------------------------------------------------------------------------
def free_key(instrument: Instrument, part: PartName, stem: str = "") -> str:
    """Return a key that no piece of the kind has."""
    taken = {piece.key for piece in pieces(instrument, part)}
    stem = stem or _STEMS[part]
    number = len(taken) + 1 if stem == _STEMS[part] else 2
    joint = "" if stem == _STEMS[part] else "_"
    while f"{stem}{joint}{number}" in taken:
        number += 1
    return f"{stem}{joint}{number}"


def added(instrument: Instrument, part: PartName, section: str = "", kind: str = "") -> tuple[Instrument, str]:
    """Return the questionnaire with a new piece at the end (an item: of its section), and the piece's key."""
    key = free_key(instrument, part)
    piece = _NEW[part](instrument, key)
    if isinstance(piece, Item):
        piece = replace(piece, section=section or piece.section, kind=kind or piece.kind)  # type: ignore[arg-type]  # as posted
        if piece.kind != "rating":
            piece = replace(piece, scale=None)
    whole = replace(instrument, **{part: (*pieces(instrument, part), piece)})  # type: ignore[arg-type]  # see with_piece
    return _sorted(whole), key


def _new_item(instrument: Instrument, key: str) -> Item:
    section = instrument.sections[-1].key if instrument.sections else ""
    last = next((item for item in reversed(instrument.items) if item.kind == "rating"), None)
    scale = last.scale if last else instrument.scales[0].key if instrument.scales else None
    return Item(key, section, "rating", {}, scale=scale)


_NEW: Mapping[str, Callable[[Instrument, str], Piece]] = {
    "items": _new_item,
    "sections": lambda _instrument, key: Section(key, "questions", {}),
    "scales": lambda _instrument, key: AnswerScale(key, "ordinal", tuple(ScalePoint(n, {}) for n in range(1, 6))),
    "constructs": lambda _instrument, key: Construct(key, "outcome", "higher_is_better", {}, {}),
    "screens": lambda _instrument, key: Screen(key, "", {}),
    "quotas": lambda _instrument, key: Quota(key, "", 100, {}),
}


def removed(instrument: Instrument, part: PartName, key: str) -> Instrument:
    """Return the questionnaire without the piece; a section takes its items along."""
    find_piece(instrument, part, key)
    whole = replace(instrument, **{part: tuple(  # type: ignore[arg-type]  # see with_piece
        piece for piece in pieces(instrument, part) if piece.key != key)})
    if part == "sections":
        whole = replace(whole, items=tuple(item for item in whole.items if item.section != key))
    return whole


def duplicated(instrument: Instrument, part: PartName, key: str) -> tuple[Instrument, str]:
    """Return the questionnaire with a copy behind the piece, and the copy's key; a section's items are copied too."""
    piece = find_piece(instrument, part, key)
    copy = replace(piece, key=free_key(instrument, part, key))
    listed = list(pieces(instrument, part))
    listed.insert(listed.index(piece) + 1, copy)
    whole = replace(instrument, **{part: tuple(listed)})  # type: ignore[arg-type]  # see with_piece
    if part == "sections":
        for item in instrument.items_of_section(key):
            twin = replace(item, key=free_key(whole, "items", item.key), section=copy.key)
            whole = replace(whole, items=(*whole.items, twin))
        whole = _sorted(whole)
    return whole, copy.key


def moved(instrument: Instrument, part: PartName, key: str, step: int) -> Instrument:
    """Return the questionnaire with the piece one place up (-1) or down (1); an item crosses into the next section."""
    if part == "items":
        return _moved_item(instrument, find_piece(instrument, part, key), step)
    listed = list(pieces(instrument, part))
    place = listed.index(find_piece(instrument, part, key))
    other = place + step
    if 0 <= other < len(listed):
        listed[place], listed[other] = listed[other], listed[place]
    whole = replace(instrument, **{part: tuple(listed)})  # type: ignore[arg-type]  # see with_piece
    return _sorted(whole) if part == "sections" else whole


def _moved_item(instrument: Instrument, item: Item, step: int) -> Instrument:
    group = list(instrument.items_of_section(item.section))
    place = group.index(item) + step
    if 0 <= place < len(group):
        listed = list(instrument.items)
        one, other = listed.index(item), listed.index(group[place])
        listed[one], listed[other] = listed[other], listed[one]
        return replace(instrument, items=tuple(listed))
    sections = [section.key for section in instrument.sections]
    there = sections.index(item.section) + step if item.section in sections else -1
    if not 0 <= there < len(sections):
        return instrument
    rest = [other for other in instrument.items if other.key != item.key]
    gone = replace(item, section=sections[there])
    return _sorted(replace(instrument, items=(*rest, gone) if step > 0 and not _has(rest, gone.section)
                           else _placed(rest, gone, step)))


def _has(items: list[Item], section: str) -> bool:
    return any(item.section == section for item in items)


def _placed(items: list[Item], item: Item, step: int) -> tuple[Item, ...]:
    """Put the item first (moving down) or last (moving up) in its new section."""
    return (item, *items) if step > 0 else (*items, item)


# ---- rows of an item's choices and a scale's points -----------------------------------------------------------------
def moved_row(rows: tuple[Any, ...], place: int, step: int) -> tuple[Any, ...]:
    """Return the rows with one of them a place up or down."""
    listed = list(rows)
    other = place + step
    if 0 <= place < len(listed) and 0 <= other < len(listed):
        listed[place], listed[other] = listed[other], listed[place]
    return tuple(listed)


# ---- languages ------------------------------------------------------------------------------------------------------
def with_language(instrument: Instrument, language: str) -> Instrument:
    """Return the questionnaire with one more language, still without words."""
    if language in instrument.languages:
        return instrument
    return replace(instrument, languages=(*instrument.languages, language))


def without_language(instrument: Instrument, language: str) -> Instrument:
    """Return the questionnaire without the language and its words; the last language stays."""
    if instrument.languages == (language,):
        return instrument
    rest = replace(instrument, languages=tuple(one for one in instrument.languages if one != language))
    document = to_document(rest)
    for text in instrument_texts(document):
        text.words.pop(language, None)
    return from_document(Instrument, tidied(document))
