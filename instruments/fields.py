"""One mapping of a definition file, read field by field, so that every complaint names file, line and thing."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from instruments.errors import InstrumentError
from instruments.schema import Text
from instruments.yaml_source import LocatedList, LocatedMapping

SCHEMA_VERSION = 1      # the layout of every definition file

# Languages whose code is also a field name; their wording is read from `text:` only, never from beside the fields.
AMBIGUOUS_LANGUAGES = frozenset({"id"})


class Fields:
    """A mapping with its place; `finish` refuses fields that nobody asked for."""

    def __init__(self, mapping: LocatedMapping, file: str, label: str = "") -> None:
        self.mapping, self.file, self.label = mapping, file, label
        self._asked: set[str] = set()

    @property
    def place(self) -> str:
        label = f", {self.label}" if self.label else ""
        return f"{self.file}, line {self.mapping.line}{label}"

    def error(self, key: str | None, reason: str, remedy: str) -> InstrumentError:
        """Return the error for one field of this mapping, or for the mapping itself."""
        line = self.mapping.lines.get(key or "", self.mapping.line)
        label = f", {self.label}" if self.label else ""
        return InstrumentError(f"{self.file}, line {line}{label}", reason, remedy)

    def has(self, key: str) -> bool:
        """Return whether the field is there and not null."""
        self._asked.add(key)
        return self.mapping.get(key) is not None

    def ignore(self, *keys: str) -> None:
        """Accept fields that are for the reader of the file only."""
        self._asked.update(keys)

    def finish(self) -> None:
        """Refuse fields that are not known here."""
        for key in self.mapping:
            if key not in self._asked:
                near = difflib.get_close_matches(key, sorted(self._asked), n=1)
                meant = f"Did you mean '{near[0]}'?" if near else f"Known here: {', '.join(sorted(self._asked))}."
                raise self.error(key, f"the field '{key}' is not known here.", meant)

    # ---- scalars ----------------------------------------------------------------------------------------------------
    def find_string(self, key: str) -> str | None:
        """Return the text of a field as it was spelt, or None."""
        if not self.has(key):
            return None
        if isinstance(self.mapping[key], (LocatedMapping, LocatedList)):
            raise self.error(key, f"'{key}' must be one text, not a list or mapping.", f"Write `{key}: text`.")
        return self.mapping.spelling[key].strip() or None

    def string(self, key: str, default: str | None = None) -> str:
        """Return the text of a field; without a default it must be there and not be empty."""
        found = self.find_string(key)
        if found:
            return found
        if default is not None:
            return default
        raise self.error(key, f"'{key}' is missing or empty.", f"Add `{key}:`.")

    def word(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """Return a field that must be one of some words."""
        found = self.string(key, default)
        if found not in allowed:
            raise self.error(key, f"'{key}' is '{found}'.", f"Use one of: {', '.join(allowed)}.")
        return found

    def find_number(self, key: str) -> float | None:
        """Return a number, or None."""
        if not self.has(key):
            return None
        value = self.mapping[key]
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.error(key, f"'{key}' is not a number.", f"Write `{key}:` and a number.")
        return float(value)

    def number(self, key: str, default: float | None = None) -> float:
        """Return a number; without a default it must be there."""
        found = self.find_number(key)
        if found is None:
            found = default
        if found is None:
            raise self.error(key, f"'{key}' is missing.", f"Add `{key}:` and a number.")
        return found

    def find_integer(self, key: str) -> int | None:
        """Return a whole number, or None."""
        found = self.find_number(key)
        if found is not None and found != int(found):
            raise self.error(key, f"'{key}' is not a whole number.", f"Write `{key}:` and a whole number.")
        return None if found is None else int(found)

    def integer(self, key: str, default: int | None = None) -> int:
        """Return a whole number; without a default it must be there."""
        found = self.find_integer(key)
        if found is None:
            found = default
        if found is None:
            raise self.error(key, f"'{key}' is missing.", f"Add `{key}:` and a whole number.")
        return found

    def boolean(self, key: str, default: bool) -> bool:
        """Return true or false."""
        if not self.has(key):
            return default
        value = self.mapping[key]
        if not isinstance(value, bool):
            raise self.error(key, f"'{key}' is neither true nor false.", f"Write `{key}: true` or `{key}: false`.")
        return value

    # ---- collections ------------------------------------------------------------------------------------------------
    def strings(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; a missing field is an empty list."""
        if not self.has(key):
            return ()
        value = self.mapping[key]
        if not isinstance(value, LocatedList) or any(isinstance(entry, (dict, list)) for entry in value):
            raise self.error(key, f"'{key}' must be a list of words.", f"Write `{key}: [first, second]`.")
        return tuple(spelling.strip() for spelling in value.spelling)

    def integers(self, key: str) -> tuple[int, ...]:
        """Return a list of whole numbers; a missing field is an empty list."""
        found = self.strings(key)
        try:
            return tuple(int(entry) for entry in found)
        except ValueError as error:
            raise self.error(key, f"'{key}' must be a list of whole numbers.", f"Write `{key}: [1, 2]`.") from error

    def child(self, key: str, label: str = "") -> Fields:
        """Return the mapping under a field."""
        if not self.has(key):
            raise self.error(key, f"'{key}' is missing.", f"Add `{key}:`.")
        return Fields(self._mapping_of(key), self.file, label or self.label)

    def find_child(self, key: str, label: str = "") -> Fields | None:
        """Return the mapping under a field, or None."""
        return self.child(key, label) if self.has(key) else None

    def _mapping_of(self, key: str) -> LocatedMapping:
        value = self.mapping[key]
        if not isinstance(value, LocatedMapping):
            raise self.error(key, f"'{key}' must hold fields of its own.", f"Indent the fields of '{key}' below it.")
        return value

    def entries(self, key: str, noun: str, name_field: str = "id") -> Iterator[Fields]:
        """Yield the mappings of a list, each labelled with its noun and name; a missing field is an empty list."""
        if not self.has(key):
            return
        value = self.mapping[key]
        if not isinstance(value, LocatedList):
            raise self.error(key, f"'{key}' must be a list.", "Begin each entry with a hyphen.")
        for position, entry in enumerate(value):
            if not isinstance(entry, LocatedMapping):
                raise InstrumentError(
                    f"{self.file}, line {value.lines[position]}", f"an entry of '{key}' has no fields.",
                    f"Write `- {{{name_field}: ...}}`.")
            name = entry.spelling.get(name_field, f"number {position + 1}")
            yield Fields(entry, self.file, f"{self.label + ', ' if self.label else ''}{noun} {name}")

    def members(self, key: str, noun: str) -> Iterator[tuple[str, Fields]]:
        """Yield name and mapping for a field that maps names to mappings; a missing field is empty."""
        if not self.has(key):
            return
        under = self._mapping_of(key)
        inner = Fields(under, self.file, self.label)
        for name in under:
            yield name, inner.child(name, f"{noun} {name}")

    def plain(self, key: str) -> Any:
        """Return what stands under a field as plain dicts, lists, texts and numbers."""
        return to_plain(self.mapping[key]) if self.has(key) else None

    def numbers(self, key: str) -> dict[str, float]:
        """Return a mapping of names to numbers; a missing field is an empty mapping."""
        if not self.has(key):
            return {}
        inner = Fields(self._mapping_of(key), self.file, self.label)
        return {name: inner.number(name) for name in inner.mapping}

    # ---- wording ----------------------------------------------------------------------------------------------------
    def wording(self, languages: tuple[str, ...], key: str = "text") -> Text:
        """Return the wording written as `key: {en: ..., zh: ...}` or with the languages beside the other fields."""
        if self.has(key):
            return self.text(key, languages)
        return self._languages_of(self, languages)

    def text(self, key: str, languages: tuple[str, ...]) -> Text:
        """Return the wording under a field; a missing field is an empty wording."""
        if not self.has(key):
            return {}
        if not isinstance(self.mapping[key], LocatedMapping):
            example = ", ".join(f"{language}: ..." for language in languages)
            raise self.error(key, f"'{key}' has no language.", f"Write `{key}: {{{example}}}`.")
        inner = self.child(key)
        inner.label = self.label
        found = {language: inner.string(language) for language in languages if inner.has(language)}
        for language in inner.mapping:
            if language not in languages:
                raise inner.error(
                    language, f"'{key}' has text for '{language}', which is not among the languages.",
                    f"Add {language} to `languages`, or remove the text.")
        return found

    def _languages_of(self, fields: Fields, languages: tuple[str, ...]) -> Text:
        usable = [language for language in languages if language not in AMBIGUOUS_LANGUAGES]
        return {language: fields.string(language) for language in usable if fields.has(language)}


def to_plain(value: Any) -> Any:
    """Return a located tree as plain dicts and lists."""
    if isinstance(value, dict):
        return {key: to_plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [to_plain(entry) for entry in value]
    return value
