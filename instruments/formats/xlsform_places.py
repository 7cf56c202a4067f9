"""Where the parts of a questionnaire stand in the sheets of an XLSForm: sheet, row and column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from instruments.formats.xlsform_own import ENDINGS_SHEET, INSTRUMENT_SHEET, Sheets
from instruments.places import HEAD_WORDS

# Part of the model → the headers that its column may have; what follows `::` is a language.
COLUMNS: Mapping[str, str] = {
    "show_if": r"relevant|relevance|bind::?relevant", "constraint": r"(bind::?)?constraint",
    "calculation": r"(bind::?)?calculat(e|ion)", "hint": r"hint(::?.*)?", "title": r"label(::?.*)?",
    "message of the constraint": r"(bind::?(jr:)?)?constraint[ _]?(msg|message)(::?.*)?", "default": r"default",
}
CHOICE_COLUMNS: Mapping[str, str] = {"show_if": r"x:show_if"}
_FIRST_ROW = 2


def row_map(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return, in the child, what the parent needs to name places: headers and rows by name."""
    return {
        "headers": {sheet: list((definition.get(f"{sheet}_header") or [{}])[0]) for sheet in ("survey", "choices")},
        "survey": [[number, str(_cell(row, "type")), str(_cell(row, "bind::x:section") or _cell(row, "name"))]
                   for number, row in enumerate(definition.get("survey") or (), _FIRST_ROW) if row],
        "choices": [[number, str(_cell(row, "list_name", "list name")), str(_cell(row, "name", "value"))]
                    for number, row in enumerate(definition.get("choices") or (), _FIRST_ROW) if row],
    }


def _cell(row: Mapping[str, Any], *names: str) -> Any:
    return next((value for header, value in row.items() if header.strip().lower() in names), "")


def xlsform_places(rows: Mapping[str, Any], sheets: Sheets) -> dict[str, str]:
    """Return the place of every part of a form that was read from these rows."""
    found: dict[str, str] = {}
    for part, place in _all_parts(rows, sheets):
        found.setdefault(part, place)       # of two rows with one name the first is meant
    return found


def _all_parts(rows: Mapping[str, Any], sheets: Sheets) -> Iterator[tuple[str, str]]:
    headers = rows.get("headers", {})
    by_list: dict[str, list[tuple[int, str]]] = {}
    for number, list_name, value in rows.get("choices", ()):
        by_list.setdefault(list_name, []).append((number, value))
    for number, kind, name in rows.get("survey", ()):
        begins = re.match(r"begin[ _]", kind)
        part, here = f"{'section' if begins else 'item'} {name}", f"sheet survey, row {number}"
        yield from _with_columns(part, here, COLUMNS, headers.get("survey", ()))
        words = kind.split()
        for row, value in by_list.get(words[1], ()) if len(words) > 1 and not begins else ():
            yield from _with_columns(
                f"{part}, choice {value}", f"sheet choices, row {row}", CHOICE_COLUMNS, headers.get("choices", ()))
    for list_name, entries in by_list.items():
        for row, value in entries:
            yield f"scale {list_name}, point {value}", f"sheet choices, row {row}"
    yield from _own_parts(sheets)


def _with_columns(
    part: str, here: str, columns: Mapping[str, str], headers: Iterable[str],
) -> Iterator[tuple[str, str]]:
    yield part, here
    for field, pattern in columns.items():
        header = next((header for header in headers if re.fullmatch(pattern, header, re.IGNORECASE)), None)
        if header is not None:
            yield f"{part}, {field}", f"{here}, column {header}"


def _own_parts(sheets: Sheets) -> Iterator[tuple[str, str]]:
    for number, row in enumerate(sheets.get(ENDINGS_SHEET, ()), _FIRST_ROW):
        part, here = f"{row.get('kind', '')} {row.get('key', '')}", f"sheet {ENDINGS_SHEET}, row {number}"
        yield part, here
        yield from ((f"{part}, {column}", f"{here}, column {column}") for column in ("condition", "limit", "message"))
    for number, row in enumerate(sheets.get(INSTRUMENT_SHEET, ()), _FIRST_ROW):
        word = HEAD_WORDS.get(row.get("field", ""))
        if word is not None:
            yield word, f"sheet {INSTRUMENT_SHEET}, row {number}"
