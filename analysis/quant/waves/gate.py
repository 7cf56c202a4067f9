"""Which items may be compared between two waves? Those whose answers mean the same, by content hash."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.errors import SpecError
from analysis.results.waves import ItemMatch, ItemStatus
from instruments.comparison import item_hash, wording_hash
from instruments.schema import Instrument


def match_items(first: Instrument, second: Instrument) -> tuple[ItemMatch, ...]:
    """Return what became of each rating item between two questionnaires.

    Parameters
    ----------
    first, second : Instrument
        The versions that the waves answered.

    Returns
    -------
    tuple of ItemMatch
        `changed` where the hash of kind, key direction and scale values differs: its answers are never compared;
        `reworded` where only the hash of its words or those on its scale differs, in a language both versions have:
        compared, but flagged. The key alone proves nothing.
    """
    languages = sorted(set(first.languages) & set(second.languages))
    before = {item.key: item for item in first.items if item.kind == "rating"}
    after = {item.key: item for item in second.items if item.kind == "rating"}
    found = []
    for key in dict.fromkeys([*before, *after]):
        hashes = [(item_hash(form, items[key]), wording_hash(form, items[key], languages)) if key in items else ("", "")
                  for form, items in ((first, before), (second, after))]
        (meaning, words), (meaning_now, words_now) = hashes
        found.append(ItemMatch(key, _status(hashes), meaning, meaning_now, words, words_now))
    return tuple(found)


def match_hashes(keys: tuple[str, ...], hashes: Mapping[str, tuple[str, str]], reworded: tuple[str, ...] = (),
                 changed: tuple[str, ...] = (), place: str = "waves") -> tuple[ItemMatch, ...]:
    """Return what became of the items of a data file, which brings no questionnaire.

    Parameters
    ----------
    keys : tuple of str
        Items.
    hashes : mapping of item → (first, second)
        Hashes, versions or the words themselves; different ones make an item `reworded`.
    reworded, changed : tuple of str
        Items known to have other words, or another meaning.
    place : str
        Words for messages.

    Returns
    -------
    tuple of ItemMatch
        Items of which nothing is stated count as the same.

    Raises
    ------
    SpecError
        When something is stated of an item that is not among the keys.
    """
    for key in (*hashes, *reworded, *changed):
        if key not in keys:
            raise SpecError(place, f"{key!r} is not among the items.", "Add it to items, or leave it out here.")
    found = []
    for key in keys:
        one, other = hashes.get(key, ("", ""))
        status: ItemStatus = "changed" if key in changed else "reworded" if key in reworded or one != other else "same"
        found.append(ItemMatch(key, status, wording_first=one, wording_second=other))
    return tuple(found)


def _status(hashes: list[tuple[str, str]]) -> ItemStatus:
    (meaning, words), (meaning_now, words_now) = hashes
    if not meaning_now:
        return "only_first"
    if not meaning:
        return "only_second"
    if meaning != meaning_now:
        return "changed"
    return "same" if words == words_now else "reworded"
