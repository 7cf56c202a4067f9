"""Run as a process of its own: an SPSS file by its path, header and rows of cell texts as JSON on standard output.

The first line is {"header": names, "titles": variable labels, "labels": value labels by variable}, then one list a
row. Values the file declares missing become empty, but the four codes of our own files. Exit codes as in `sheet_child`.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import date, datetime, time
from typing import Any

from surveyapp.services.sheet_child import CPU_S, MEMORY, MOST_COLUMNS, MOST_ROWS, NOT_XLSX, TOO_LARGE

OWN_CODES = range(-94, -90)
CHUNK = 10_000      # rows read at once


def main() -> int:
    """Read the file and return the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        return _write_rows(sys.argv[1])
    except (MemoryError, BrokenPipeError):
        return TOO_LARGE
    except Exception as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return NOT_XLSX


def _write_rows(path: str) -> int:
    import pyreadstat  # after the limits are set

    _, about = pyreadstat.read_sav(path, metadataonly=True)
    names = list(about.column_names)
    if len(names) > MOST_COLUMNS or (about.number_rows or 0) > MOST_ROWS:
        return TOO_LARGE
    labels = {name: {_text(value): words for value, words in found.items()}
              for name, found in about.variable_value_labels.items()}
    titles = {name: label or "" for name, label in about.column_names_to_labels.items()}
    _write({"header": names, "titles": titles, "labels": labels})
    start = 0
    while True:
        columns, found = pyreadstat.read_sav(path, user_missing=True, output_format="dict", row_offset=start,
                                             row_limit=CHUNK)
        ranges = found.missing_ranges
        rows = list(zip(*(columns[name] for name in names), strict=True))
        for row in rows:
            _write([_known(value, ranges.get(name, ())) for name, value in zip(names, row, strict=True)])
        start += len(rows)
        if len(rows) < CHUNK:
            return 0


def _write(line: Any) -> None:
    sys.stdout.write(json.dumps(line) + "\n")


def _known(value: Any, ranges: Any) -> str:
    """Return the cell; empty where the file says that the value stands for nothing."""
    text = _text(value)
    for one in ranges:
        if isinstance(value, (int, float)) and one["lo"] <= value <= one["hi"] and value not in OWN_CODES:
            return ""
        if isinstance(value, str) and one["lo"] == value and value not in map(str, OWN_CODES):
            return ""
    return text


def _text(value: Any) -> str:
    if value is None or value != value:  # noqa: PLR0124  # a number that is none differs from itself
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time(0):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, (datetime, date, time)) else str(value)


if __name__ == "__main__":
    sys.exit(main())
