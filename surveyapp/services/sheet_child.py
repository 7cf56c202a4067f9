"""Run as a process of its own: XLSX on standard input, one JSON list of cell texts per row on standard output.

A spreadsheet is a zip of XML that strangers made. Here it can at worst use up this process's limits. Exit codes: 0 all
read, 3 not an XLSX file, 4 larger than allowed.
"""

from __future__ import annotations

import json
import resource
import sys
import zipfile
from datetime import date, datetime, time
from typing import Any

NOT_XLSX, TOO_LARGE = 3, 4
LARGEST_UNPACKED = 600 * 1024 * 1024    # bytes of XML; 100,000 people × 60 items are about 250 MB
MOST_MEMBERS = 2_000                    # files in the zip
MOST_ROWS = 200_000
MOST_COLUMNS = 3_000
MEMORY = 2 * 1024 ** 3                  # bytes of address space
CPU_S = 120                             # seconds; 100,000 × 60 cells take about 40


def main() -> int:
    """Read the sheet and return the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        with zipfile.ZipFile(sys.stdin.buffer) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError):
        return NOT_XLSX
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > LARGEST_UNPACKED:
        return TOO_LARGE
    return _write_rows()


def _write_rows() -> int:
    import openpyxl  # after the limits are set

    sys.stdin.buffer.seek(0)
    try:
        book = openpyxl.load_workbook(sys.stdin.buffer, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()        # some writers state a wrong size
        for number, row in enumerate(sheet.iter_rows(values_only=True)):
            if number > MOST_ROWS or len(row) > MOST_COLUMNS:
                return TOO_LARGE
            sys.stdout.write(json.dumps([_text(value) for value in row], ensure_ascii=False))
            sys.stdout.write("\n")
    except (MemoryError, BrokenPipeError):
        return TOO_LARGE
    except Exception as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return NOT_XLSX
    return 0


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time(0):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, (datetime, date, time)) else str(value)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # standard output is a text file here
    sys.exit(main())
