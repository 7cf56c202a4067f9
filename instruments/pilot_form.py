"""The pilot form of a questionnaire: the same items, each followed by a place to say what was unclear about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from instruments.schema import Instrument, Item

ENDING = "_unclear"             # of a remark's key
REMARK = "remark"               # its appearance: a line that opens when it is wanted
ASKED = {"en": "Was anything about this question unclear?", "zh": "这道题有没有看不明白的地方？"}
TITLE_MARKS = {"en": " (pilot)", "zh": "（试测）"}
LONGEST_KEY = 64 - len(ENDING)  # an item's key has at most 64 signs
_UNSEEN = frozenset({"note", "calculate", "hidden"})


def pilot_form(instrument: Instrument) -> Instrument:
    """Return the questionnaire with a remark after each item that is asked; keys of the items stay.

    A remark is asked whenever its item is. Items keep their places: with remarks between them nothing is shuffled.
    """
    taken = {item.key for item in instrument.items}
    items = tuple(found for item in instrument.items for found in _with_remark(item, taken, instrument.languages))
    return replace(
        instrument, items=items, estimated_minutes=None,
        sections=tuple(replace(section, is_shuffled=False) for section in instrument.sections),
        title={language: text + TITLE_MARKS.get(language, TITLE_MARKS["en"])
               for language, text in instrument.title.items()})


def _with_remark(item: Item, taken: set[str], languages: tuple[str, ...]) -> Iterator[Item]:
    yield item
    key = remark_key(item.key)
    if item.kind not in _UNSEEN and key not in taken:
        yield Item(
            key=key, section=item.section, kind="text", appearance=REMARK, show_if=item.show_if, module=item.module,
            text={language: ASKED.get(language, ASKED["en"]) for language in languages})


def remark_key(item_key: str) -> str:
    """Return the key of the remark on an item."""
    return item_key[:LONGEST_KEY] + ENDING


def remarks_of(instrument: Instrument) -> dict[str, str]:
    """Return the remarks of a pilot form: item key → key of its remark."""
    known = {item.key for item in instrument.items if item.appearance == REMARK}
    return {item.key: remark_key(item.key) for item in instrument.items
            if remark_key(item.key) in known and item.appearance != REMARK}
