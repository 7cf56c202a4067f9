"""Every wording of a questionnaire under an address of its own, so that it can be shown and replaced.

Works on the document form (`instruments.codec.to_document`): an address names what is changed without saying how deep
it lies. A wording that may be left out has `is_needed` False.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from instruments.codec import from_document, to_document
from instruments.schema import Instrument
from instruments.wording_checks import SILENT_KINDS


@dataclass(frozen=True)
class Wording:
    """One wording: its address, the section it is shown in ("" = none), its words by language."""

    address: str
    section: str
    part: str                   # what it is: title, text, hint, choice, point …
    key: str                    # the item, scale … it belongs to
    words: dict[str, str]       # of the document it was read from: a change here changes the document
    is_needed: bool = True

    def is_missing(self, languages: tuple[str, ...]) -> bool:
        """Tell whether a word is wanting in one of the languages; an optional wording may lack all."""
        found = [bool(self.words.get(language, "").strip()) for language in languages]
        return not all(found) and (self.is_needed or any(found))


_FRAME = (("title", True), ("intro", False), ("commitment", False), ("withdraw_note", False), ("completion", False))


def instrument_texts(document: dict[str, Any]) -> Iterator[Wording]:
    """Yield every wording of a questionnaire's document in the order of the questionnaire."""
    yield from _frame(document)
    yield from _pages(document)
    for scale in document["scales"]:
        for point in scale["points"]:
            yield Wording(f"scales/{scale['key']}/{point['value']}", "", "point", scale["key"], point["label"])
        yield _optional(scale, "not_applicable", f"scales/{scale['key']}/not_applicable", "", scale["key"])
    for construct in document["constructs"]:
        for name in ("name", "definition"):
            yield Wording(f"constructs/{construct['key']}/{name}", "", name, construct["key"], construct[name],
                          name == "name")


def _frame(document: dict[str, Any]) -> Iterator[Wording]:
    for name, is_needed in _FRAME:
        if is_needed:
            yield Wording(f"frame/{name}", "", name, "", document[name])
        else:
            yield _optional(document, name, f"frame/{name}", "", "")
    for name in ("consent", "link_consent"):
        if document[name] is not None:
            yield Wording(f"frame/{name}", "", name, "", document[name]["text"])
    for part in ("screens", "quotas"):
        for rule in document[part]:
            yield Wording(f"{part}/{rule['key']}/message", "", "message", rule["key"], rule["message"])


def _optional(holder: dict[str, Any], name: str, address: str, section: str, key: str) -> Wording:
    if holder[name] is None:
        holder[name] = {}
    return Wording(address, section, name, key, holder[name], is_needed=False)


def _pages(document: dict[str, Any]) -> Iterator[Wording]:
    known = [section["key"] for section in document["sections"]]
    for section in document["sections"]:
        key = section["key"]
        yield Wording(f"sections/{key}/title", key, "title", key, section["title"], is_needed=False)
        for item in document["items"]:
            if item["section"] == key:
                yield from _item(item, key)
    for item in document["items"]:
        if item["section"] not in known:
            yield from _item(item, "")


def _item(item: dict[str, Any], section: str) -> Iterator[Wording]:
    key = item["key"]
    yield Wording(f"items/{key}/text", section, "text", key, item["text"], item["kind"] not in SILENT_KINDS)
    yield _optional(item, "hint", f"items/{key}/hint", section, key)
    for choice in item["choices"]:
        yield Wording(f"items/{key}/choices/{choice['value']}", section, "choice", key, choice["label"])
    yield _optional(item, "constraint_message", f"items/{key}/constraint_message", section, key)


def wordings_of(instrument: Instrument) -> list[Wording]:
    """Return every wording of a questionnaire."""
    return list(instrument_texts(to_document(instrument)))


def n_missing(instrument: Instrument) -> dict[str, int]:
    """Return by language how many wordings have no words in it."""
    every = wordings_of(instrument)
    return {language: sum(not one.words.get(language, "").strip() and one.is_missing(instrument.languages)
                          for one in every) for language in instrument.languages}


def with_words(instrument: Instrument, words: Mapping[tuple[str, str], str]) -> Instrument:
    """Return the questionnaire with other words; keys are (address, language), unknown ones change nothing."""
    document = to_document(instrument)
    for wording in instrument_texts(document):
        for language in instrument.languages:
            if (wording.address, language) in words:
                text = words[wording.address, language]
                if text.strip():
                    wording.words[language] = text
                else:
                    wording.words.pop(language, None)
    return from_document(Instrument, tidied(document))


def tidied(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with an optional wording that holds no words left out again."""
    holders = [document, *document["items"], *document["scales"]]
    for holder in holders:
        for name in ("commitment", "hint", "constraint_message", "not_applicable"):
            if holder.get(name) == {}:
                holder[name] = None
    return document
