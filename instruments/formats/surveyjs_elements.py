"""SurveyJS JSON → its pages and elements in plain dataclasses, panels opened, texts by language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from instruments.formats.json_source import as_list, as_mapping, as_text, is_on
from instruments.formats.wordings import language_code

Json = Mapping[str, Any]
Wording = dict[str, str]
_LOCALE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z]{2,4})?")
PANELS = frozenset({"panel", "flowpanel", "paneldynamic"})
_MOST = 20_000


@dataclass(frozen=True)
class Element:
    """One question, or the head of a panel, with the conditions of the panels around it."""

    name: str
    type: str
    raw: Json
    conditions: tuple[str, ...] = ()
    panel: str = ""         # the repeated panel it stands in

    @property
    def place(self) -> str:
        return f"{'panel' if self.type in PANELS else 'question'} {self.name}"


@dataclass(frozen=True)
class Page:
    """One page."""

    name: str
    raw: Json
    elements: tuple[Element, ...]


@dataclass(frozen=True)
class Option:
    """One choice, column or row."""

    value: str
    raw: Json


class Texts:
    """Finds the languages of a file and reads its texts in them."""

    def __init__(self, document: Json) -> None:
        base = as_text(document.get("locale")) or "en"
        found = {"default": language_code(base)}
        for locale in _locales(document):
            code = language_code(locale)
            if code not in found.values():
                found[locale] = code
        self._codes = {**found, base: found["default"]}
        self.languages = tuple(dict.fromkeys(found.values()))

    def of(self, value: Any) -> Wording:
        """Return a text in every language it is given in."""
        if isinstance(value, dict):
            return {self._codes[locale]: text for locale, words in value.items()
                    if locale in self._codes and (text := as_text(words))}
        text = as_text(value)
        return {self.languages[0]: text} if text else {}


def _locales(node: Any) -> Iterator[str]:
    """Yield the locales of all translated texts: objects with `default` or with locales only."""
    waiting, seen = [node], 0
    while waiting and seen < _MOST * 10:
        seen += 1
        here = waiting.pop()
        if isinstance(here, dict):
            if here and all(isinstance(value, str) for value in here.values()) and all(
                    key == "default" or _LOCALE.fullmatch(key) for key in here):
                yield from (key for key in here if key != "default")
            else:
                waiting.extend(value for key, value in here.items() if key not in _OBJECTS)
        elif isinstance(here, list):
            waiting.extend(here)


_OBJECTS = frozenset({"defaultValue", "correctAnswer", "choicesByUrl", "cells", "jsonObj", "theme", "defaultRowValue"})


def read_pages(document: Json) -> list[Page]:
    """Return the pages; elements that stand on no page make one."""
    pages = as_list(document.get("pages"))
    loose = as_list(document.get("elements")) or as_list(document.get("questions"))
    if loose:
        pages = [*pages, {"name": "page", "elements": loose}]
    found = []
    for number, page in enumerate(map(as_mapping, pages), 1):
        raw = as_list(page.get("elements")) or as_list(page.get("questions"))
        found.append(Page(as_text(page.get("name")) or f"page{number}", page, tuple(_elements(raw, (), "", 0))))
    return found


def _elements(raw: list[Any], conditions: tuple[str, ...], panel: str, level: int) -> Iterator[Element]:
    for number, entry in enumerate(map(as_mapping, raw[:_MOST]), 1):
        kind = as_text(entry.get("type")) or "text"
        name = as_text(entry.get("name")) or f"{panel or 'question'}{number}"
        yield Element(name, kind, entry, conditions, panel)
        if kind in PANELS and level < 20:  # noqa: PLR2004  # the file itself is held to a depth
            inside = as_list(entry.get("elements")) or as_list(entry.get("templateElements"))
            own = (*conditions, *own_conditions(entry))
            yield from _elements(inside, own, name if kind == "paneldynamic" else panel, level + 1)


def own_conditions(raw: Json) -> tuple[str, ...]:
    """Return the conditions of an element; one that is never visible has `false`."""
    found = [text for name in ("visibleIf", "enableIf") if (text := as_text(raw.get(name)).strip())]
    return ("false",) if raw.get("visible") is False and not found else tuple(found)


def options(raw: Any) -> list[Option]:
    """Return choices, columns or rows, each written as a value or as an object; none twice."""
    found: dict[str, Option] = {}
    for entry in as_list(raw)[:_MOST]:
        own = entry if isinstance(entry, dict) else {}
        value = as_text(own.get("value", own.get("name")) if own else entry).strip()
        if value:
            found.setdefault(value, Option(value, own or {"value": value}))
    return list(found.values())


def has(raw: Json, *names: str) -> bool:
    """Return whether one of several spellings of a setting says yes."""
    return any(is_on(raw.get(name)) for name in names)
