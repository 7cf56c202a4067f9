"""The child process that opens a spreadsheet: `python -m instruments.formats.xlsform_reader SUFFIX NAME < file > JSON`.

A spreadsheet is an archive that a stranger made, and its readers are large. They run here, apart from the web, with a
limit on memory and processor time, and hand back plain JSON: {"form": ..., "sheets": ..., "warnings": ...} or
{"error": ...}.
"""

from __future__ import annotations

import io
import json
import re
import sys
import warnings
from dataclasses import asdict
from typing import Any

MEMORY_BYTES = 1_500_000_000    # pyxform needs 109 MB for 3,000 questions and 20,000 choices
PROCESSOR_SECONDS = 40
OWN_SHEET_PREFIX = "x_"
MAX_OWN_ROWS = 20_000

# pyxform makes curly quotes straight and joins spaces in every cell, which is right for expressions and wrong for
# wording: Chinese text needs its quotes. In columns of wording they travel as private characters and come back.
_WORDING = re.compile(r"(label|hint|guidance_hint|constraint.message|required.message|caption)\b", re.IGNORECASE)
_PRIVATE = {"\u201c": "\ue001", "\u201d": "\ue002", "\u2018": "\ue003", "\u2019": "\ue004"}
_PRIVATE_SPACE = "\ue005"
_TO_PRIVATE = {ord(sign): private for sign, private in _PRIVATE.items()}
_ORIGINAL = {ord(private): sign for sign, private in _PRIVATE.items()} | {ord(_PRIVATE_SPACE): " "}


def _limit() -> None:
    try:
        import resource
    except ImportError:     # not a POSIX system: the parent's time limit remains
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))


def _read(content: bytes, suffix: str, name: str) -> dict[str, Any]:
    from pyxform.xls2json_backends import get_xlsform
    from pyxform.xls2xform import convert

    definition = asdict(get_xlsform(content, file_type=suffix))
    definition["fallback_form_name"] = name
    for sheet in ("survey", "choices"):
        for row in definition[sheet] or ():
            for column in row:
                if _WORDING.match(column):
                    row[column] = _protected(row[column])
    result = convert(definition, validate=False)
    sheets = _own_sheets(content) if suffix == ".xlsx" else {}
    return {"form": result._pyxform, "sheets": sheets, "warnings": list(result.warnings)}


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
    _limit()
    warnings.simplefilter("ignore")         # spreadsheet readers warn of extensions that nobody here needs
    out, sys.stdout = sys.stdout, sys.stderr
    try:
        answer = _read(sys.stdin.buffer.read(), sys.argv[1], sys.argv[2])
        text = json.dumps(answer, default=str, ensure_ascii=False)
    except MemoryError:
        text = json.dumps({"error": {"kind": "MemoryError", "message": ""}})
    except Exception as error:  # whatever a reader raises on a stranger's file becomes one message
        text = json.dumps(
            {"error": {"kind": type(error).__name__, "message": str(error)[:2000]}}, ensure_ascii=False)
    out.write(text.translate(_ORIGINAL))
    out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
