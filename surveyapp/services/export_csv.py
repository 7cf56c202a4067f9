"""Rows to CSV, fast: what a value looks like in the file is worked out once and looked up after that."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import IO, Any

from surveyapp.services.spreadsheet_cell import harmless

LINE_END = "\r\n"
AT_ONCE = 500           # lines put together before they are written
MOST_KNOWN = 20_000     # values remembered; open answers do not repeat


class CellTexts(dict[Any, str]):
    """Value → its text in the file; equal numbers look alike, whether they are whole by kind or by value."""

    def __init__(self, spell: Callable[[Any], str]) -> None:
        super().__init__()
        self.spell = spell

    def __missing__(self, value: Any) -> str:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        text = self.spell(value)
        if len(self) < MOST_KNOWN:
            self[value] = text
        return text


def write_lines(header: Sequence[str], rows: Iterable[Sequence[Any]], stream: IO[bytes], *, encoding: str,
                separator: str, is_exact: bool) -> None:
    """Write a header and rows; None is an empty cell. Memory does not grow with the number of rows."""
    special = re.compile(f'["\r\n{re.escape(separator)}]')

    def spell(value: Any) -> str:
        text = "" if value is None else str(value if is_exact else harmless(value))
        return '"' + text.replace('"', '""') + '"' if special.search(text) else text

    texts = CellTexts(spell)
    look_up = texts.__getitem__
    encoded = encoding.removesuffix("-sig")
    stream.write(b"\xef\xbb\xbf" if encoded != encoding else b"")
    lines = [separator.join(map(look_up, header))]
    for row in rows:
        # A line without a sign would be no line to a reader of CSV.
        lines.append(separator.join(map(look_up, row)) or '""')
        if len(lines) == AT_ONCE:
            stream.write(_joined(lines).encode(encoded))
            lines = []
    stream.write(_joined(lines).encode(encoded))


def _joined(lines: list[str]) -> str:
    return LINE_END.join([*lines, ""])
