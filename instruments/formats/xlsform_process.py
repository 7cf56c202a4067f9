"""The parent's side of reading a spreadsheet: what is refused unread, the child process, its errors in words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from instruments.errors import FileFormatError
from instruments.formats.archive import ZIP_MARK, list_archive
from instruments.formats.child_process import ask_child
from instruments.yaml_source import decode, read_file

SUFFIXES = (".xlsx", ".xls", ".csv")
_OLE_MARK = b"\xd0\xcf\x11\xe0"


def read_form(path: Path) -> dict[str, Any]:
    """Return pyxform's tree of a form, its own sheets and its warnings; FileFormatError when it cannot be read."""
    content, suffix = read_file(path), path.suffix.lower()
    if suffix == ".csv":
        content = decode(content, path.name).lstrip("\ufeff").encode()
    _refuse_unread(content, suffix, path.name)
    answer = ask_child("instruments.formats.xlsform_reader", (suffix, path.stem), content, path.name)
    return _answer(answer, path.name)


def _refuse_unread(content: bytes, suffix: str, place: str) -> None:
    if suffix not in SUFFIXES:
        raise FileFormatError(
            place, f"'{suffix}' is not the ending of an XLSForm.", f"Choose a file that ends in {', '.join(SUFFIXES)}.")
    if not content.strip():
        raise FileFormatError(place, "the file is empty.", "Choose a file that holds a form.")
    if suffix == ".xls" and not content.startswith(_OLE_MARK):
        raise FileFormatError(place, "this is not an Excel 97-2003 file.", "Save it from Excel as .xlsx.")
    if suffix == ".xlsx":
        _refuse_archive(content, place)


def _refuse_archive(content: bytes, place: str) -> None:
    if not content.startswith(ZIP_MARK):
        hint = "It may be protected by a password." if content.startswith(_OLE_MARK) else ""
        raise FileFormatError(place, f"this is not an .xlsx file. {hint}".strip(), "Save it from Excel as .xlsx.")
    entries = list_archive(content, place, ".xlsx file", "Save it again from Excel as .xlsx.")
    if any("vbaProject" in entry.filename for entry in entries):
        raise FileFormatError(place, "the file holds macros.", "Save it from Excel as .xlsx without macros.")


def _answer(answer: dict[str, Any], place: str) -> dict[str, Any]:
    error = answer.get("error")
    if error is None:
        return answer
    is_form = NO_FORM not in error["message"]
    if error["kind"] in ("PyXFormError", "ValidationError") and is_form:
        raise explained(error["message"], place)
    raise FileFormatError(
        place, "this is not an XLSForm.",
        "An XLSForm has the sheets survey, choices and settings; in a CSV file the first column names the sheet. "
        "If these are answers, load them with `surveyapp responses import STUDY INSTRUMENT FILE`.")


NO_FORM = "not recognized as a supported type"      # what pyxform says of a table without the sheets of a form
# What pyxform says, and what helps. Its own words stay, because they name the row and the column.
_REMEDIES = (
    ("two columns have this header|different names for the same column", "Remove or rename one of the columns."),
    ("Unknown question type", "Use a type of the XLSForm standard, such as text, integer or select_one."),
    ("Missing calculation", "Fill in the column `calculation` of that row."),
    ("no label or hint", "Fill in the column `label` of that row."),
    ("There has been a problem trying to replace|no survey element|does not exist", "Correct the name in `${...}`."),
    ("list name|list_name|choices", "Correct the sheet `choices` or the name of the list."),
    ("Unmatched|begin|end", "Give every begin_group its end_group."),
)


def explained(message: str, place: str) -> FileFormatError:
    """Return what pyxform says of a form as an error with its place and a remedy."""
    text = " ".join(message.split())
    row = re.match(r"\[row : (\d+)\]\s*(?:On the '(\w+)' sheet,\s*)?", text)
    here = place
    if row is not None:
        here = f"{place}, sheet {row.group(2) or 'survey'}, row {row.group(1)}"
        text = text[row.end():]
    if (column := re.match(r"[Tt]he '([^']+)' value is invalid", text)) is not None:
        here = f"{here}, column {column.group(1)}"
    if (sheet := re.match(r"Invalid headers provided for sheet: '(\w+)'\.\s*", text)) is not None:
        here, text = f"{place}, sheet {sheet.group(1)}, row 1", text[sheet.end():]
    if (twice := re.match(r"Duplicate column header: (?P<header>.+)", text)) is not None:
        here, text = f"{here}, column {twice['header']}", "two columns have this header."
    remedy = next(
        (remedy for pattern, remedy in _REMEDIES if re.search(pattern, text)), "Correct the form and load it again.")
    return FileFormatError(here, text if text.endswith((".", "!", "?")) else f"{text}.", remedy)
