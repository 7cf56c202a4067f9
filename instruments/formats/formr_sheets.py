"""A spreadsheet of formr → its rows: xlsx, xls or csv, with the sheets `survey` and `choices`."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from instruments.errors import FileFormatError
from instruments.formats.archive import list_archive
from instruments.yaml_source import decode

MAX_ROWS, MAX_COLUMNS = 5_000, 200
_AGAIN = "Save it again as .xlsx."
Row = dict[str, str]


def read_rows(content: bytes, suffix: str, place: str) -> dict[str, list[Row]]:
    """Return the rows of each sheet by the titles of its columns, in small letters."""
    if suffix == ".csv":
        text = decode(content, place)
        try:
            return {"survey": _rows(csv.reader(io.StringIO(text.lstrip("\ufeff"))))}
        except csv.Error as error:
            raise FileFormatError(place, f"the table cannot be read ({error}).", _AGAIN) from error
    if suffix == ".xls":
        return _read_xls(content, place)
    list_archive(content, place, ".xlsx file", _AGAIN)
    return _read_xlsx(content, place)


def _read_xlsx(content: bytes, place: str) -> dict[str, list[Row]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return {sheet.title.strip().lower(): _rows(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS))
                for sheet in workbook.worksheets}
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError, EOFError) as error:
        raise FileFormatError(place, "the .xlsx file is damaged.", _AGAIN) from error


def _read_xls(content: bytes, place: str) -> dict[str, list[Row]]:
    import xlrd  # type: ignore[import-untyped]  # publishes no types

    try:
        book = xlrd.open_workbook(file_contents=content, logfile=io.StringIO())
        return {sheet.name.strip().lower(): _rows(sheet.row_values(number) for number in range(sheet.nrows))
                for sheet in book.sheets()}
    except Exception as error:  # xlrd raises whatever a damaged file makes it stumble over
        raise FileFormatError(place, "the .xls file is damaged.", _AGAIN) from error


def _rows(lines: Iterable[Iterable[Any]]) -> list[Row]:
    found: list[Row] = []
    header: list[str] = []
    for line in islice(lines, MAX_ROWS):
        cells = [_text(cell) for cell in islice(line, MAX_COLUMNS)]
        if not header:
            header = [cell.strip().lower() for cell in cells] if any(cells) else []
            continue
        row = {title: cell for title, cell in zip(header, cells, strict=False) if title and cell.strip()}
        if row:
            found.append(row)
    return found


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell == int(cell):
        return str(int(cell))
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    return str(cell)


# What formr has and XLSForm has not.
_OWN_COLUMNS = frozenset({"showif", "optional", "choice1", "class", "block_order", "item_order"})
_OWN_TYPES = re.compile(r"(mc|rating|sex|submit|check|select_or_add|range_|number|visual_analog|block)")


def is_formr(sheets: Mapping[str, list[Row]]) -> bool:
    """Return whether the sheets look like a questionnaire of formr, and not like an XLSForm with a mistake in it."""
    rows = sheets.get("survey", [])
    if not any("type" in row and "name" in row for row in rows):
        return False
    columns = {column for row in rows for column in row}
    types = {word for row in rows for word in row.get("type", "").split()[:1]}
    is_bare = set(sheets) == {"survey"} and columns <= {"type", "name", "label"}
    return is_bare or bool(columns & _OWN_COLUMNS) or any(_OWN_TYPES.match(kind) for kind in types)
