"""KoboToolbox's JSON of a form version (`content` with `survey` and `choices`) → Instrument, by way of XLSForm."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from instruments.errors import FileFormatError
from instruments.formats.json_source import as_list, as_mapping, as_text
from instruments.formats.loss import LossLog, LossReport
from instruments.formats.soundness import without_broken_logic
from instruments.formats.xlsform import instrument_of_form
from instruments.formats.xlsform_languages import DEFAULT
from instruments.formats.xlsform_process import explained
from instruments.formats.xlsform_reader import read_sheets
from instruments.schema import Instrument

_SHEETS = ("survey", "choices")
_TRANSLATED = frozenset({
    "label", "hint", "guidance_hint", "constraint_message", "required_message", "media::image", "media::audio",
    "media::video",
})
Row = dict[str, str]


def is_kobo(document: Mapping[str, Any]) -> bool:
    """Return whether a JSON file is a form of KoboToolbox."""
    return isinstance(as_mapping(document.get("content")).get("survey"), list)


def read_kobo(document: Mapping[str, Any], name: str) -> tuple[Instrument, LossReport]:
    """Return the questionnaire of a form version and what did not pass unchanged."""
    log = LossLog()
    content = as_mapping(document.get("content"))
    languages = [as_text(entry) for entry in as_list(content.get("translations"))]
    rows = {sheet: [_row(as_mapping(entry), languages) for entry in as_list(content.get(sheet))] for sheet in _SHEETS}
    if not rows["survey"]:
        raise FileFormatError(name, "the form holds no question.", "Choose a form with at least one question.")
    rows["settings"] = [_settings(document, content, name)]
    number = len(as_list(document.get("submissions")))
    if number:
        log.add("submissions", f"the file holds {number} answer(s)",
                "left out; load answers from a CSV export with `responses import`")
    stem = Path(name).stem
    try:
        form = read_sheets(_table(rows).encode(), ".csv", stem)["form"]
    except Exception as error:  # pyxform raises its own and others' classes on what it cannot read
        raise explained(str(error)[:500], name) from error
    # A form that is in use is not refused for a condition that never holds; the condition is left out with a notice.
    instrument = without_broken_logic(instrument_of_form(form, {}, log, Path(name)), log, name)
    return instrument, log.report()


def _row(entry: Mapping[str, Any], languages: list[str]) -> Row:
    """Return a row with one column for each language of its texts."""
    found: Row = {}
    own = {column: value for column, value in entry.items() if not column.startswith(("$", "_"))}   # not Kobo's notes
    for column, value in own.items():
        if column in _TRANSLATED and isinstance(value, list):
            texts = zip(languages or [""], value, strict=False)
            found |= {f"{column}::{language}" if language else column: as_text(text) for language, text in texts}
        elif column == "type" and isinstance(value, dict):
            found["type"] = " ".join(f"{kind} {as_text(name)}" for kind, name in value.items())
        else:
            found[column] = as_text(value)
    if "select_from_list_name" in found:
        found["type"] = f"{found.get('type', '')} {found.pop('select_from_list_name')}"
    if not found.get("name") and entry.get("$autoname"):
        found["name"] = as_text(entry["$autoname"])
    return found


def _settings(document: Mapping[str, Any], content: Mapping[str, Any], name: str) -> Row:
    own = content.get("settings")
    settings = as_mapping(own[0] if isinstance(own, list) and own else own)
    stem = Path(name).stem
    title = as_text(document.get("name") or document.get("title") or settings.get("form_title")) or stem
    found = {
        "form_id": as_text(document.get("id_string") or settings.get("form_id")) or stem, "form_title": title,
        "version": as_text(document.get("version")) or "1"}
    default = as_text(settings.get("default_language"))
    return {**found, "default_language": default} if default and default != DEFAULT else found


def _table(sheets: Mapping[str, list[Row]]) -> str:
    """Return the sheets as the CSV form of an XLSForm, in which the first column names the sheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    for sheet, rows in sheets.items():
        if rows:
            writer.writerows(_lines(sheet, rows))
    return out.getvalue()


def _lines(sheet: str, rows: list[Row]) -> Iterator[list[str]]:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    yield [sheet]
    yield ["", *columns]
    for row in rows:
        yield ["", *(row.get(column, "") for column in columns)]
