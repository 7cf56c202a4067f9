"""The child process that opens a spreadsheet: `python -m instruments.formats.xlsform_reader SUFFIX NAME < file > JSON`.

The answer is plain JSON: {"form": ..., "sheets": ..., "rows": ..., "warnings": ...} or {"error": ...}.
"""

from __future__ import annotations

import io
import re
import sys
from dataclasses import asdict
from typing import Any

from instruments.formats.child_side import answer_parent
from instruments.formats.xlsform_places import row_map

OWN_SHEET_PREFIX = "x_"
MAX_OWN_ROWS = 20_000

# pyxform makes curly quotes straight and joins spaces in every cell, which is right for expressions and wrong for
# wording: Chinese text needs its quotes. In columns of wording they travel as private characters and come back.
_WORDING = re.compile(r"(label|hint|guidance_hint|constraint.message|required.message|caption)\b", re.IGNORECASE)
_PRIVATE = {"\u201c": "\ue001", "\u201d": "\ue002", "\u2018": "\ue003", "\u2019": "\ue004"}
_PRIVATE_SPACE = "\ue005"
_TO_PRIVATE = {ord(sign): private for sign, private in _PRIVATE.items()}
_ORIGINAL = {ord(private): sign for sign, private in _PRIVATE.items()} | {ord(_PRIVATE_SPACE): " "}


def read_sheets(content: bytes, suffix: str, name: str) -> dict[str, Any]:
    """Return pyxform's tree of a form, its own sheets and its warnings."""
    from pyxform.builder import create_survey_element_from_dict
    from pyxform.errors import PyXFormError
    from pyxform.xls2json import workbook_to_json
    from pyxform.xls2json_backends import get_xlsform

    try:
        definition = asdict(get_xlsform(content, file_type=suffix))
    except PyXFormError as error:
        raise PyXFormError(f"{_where_twice(content, suffix, str(error))}{error}") from error
    definition["fallback_form_name"] = name
    for sheet in ("survey", "choices"):
        for row in definition[sheet] or ():
            for column in row:
                if _WORDING.match(column):
                    row[column] = _protected(row[column])
    rows = row_map(definition)      # before the names of columns change
    for part in ("survey", "choices", "survey_header", "choices_header"):
        definition[part] = [_with_own_names(row) for row in definition[part] or ()]
    warnings: list[str] = []
    form = workbook_to_json(
        workbook_dict=get_xlsform(definition), fallback_form_name=name, warnings=warnings)
    # The tree is enough; the XForm that pyxform would write of it takes half of the time for a large form.
    create_survey_element_from_dict(form).validate()
    sheets = _own_sheets(content) if suffix == ".xlsx" else {}
    return {"form": form, "sheets": sheets, "rows": rows, "warnings": warnings}


def _with_own_names(row: dict[str, Any]) -> dict[str, Any]:
    # pyxform cuts the names of columns at a colon, unless the sheet has another one with two of them.
    return {re.sub(r"^x:(?=\w+$)", "x__", column): cell for column, cell in row.items()}


def _where_twice(content: bytes, suffix: str, message: str) -> str:
    """Return the sheet of a repeated header, which pyxform leaves out, in the words it has for other headers."""
    header = message.removeprefix("Duplicate column header: ")
    if suffix != ".xlsx" or header == message:
        return ""
    from openpyxl import load_workbook

    workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    for name in workbook.sheetnames:
        row = next(workbook[name].iter_rows(values_only=True, max_row=1), ())
        if row.count(header) > 1:
            return f"Invalid headers provided for sheet: '{name}'. "
    return ""


def _protected(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    return re.sub("(?<= ) ", _PRIVATE_SPACE, text).translate(_TO_PRIVATE)


def _own_sheets(content: bytes) -> dict[str, list[dict[str, str]]]:
    """Return the rows of the sheets that only this product writes; pyxform passes over them."""
    from openpyxl import load_workbook

    workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    found = {}
    for name in workbook.sheetnames:
        if not name.startswith(OWN_SHEET_PREFIX):
            continue
        rows = workbook[name].iter_rows(values_only=True, max_row=MAX_OWN_ROWS)
        header = [str(cell or "") for cell in next(rows, ())]
        found[name] = [
            {key: str(cell) for key, cell in zip(header, row, strict=False) if key and cell is not None}
            for row in rows]
    workbook.close()
    return found


def main() -> int:
    """Read one file from standard input and write JSON to standard output."""
    return answer_parent(
        lambda content: read_sheets(content, sys.argv[1], sys.argv[2]), lambda text: text.translate(_ORIGINAL))


if __name__ == "__main__":
    sys.exit(main())
