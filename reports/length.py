"""How much room words take, told before they are laid out: what stands side by side cannot be cut by a page's end."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from math import ceil
from typing import Any

from reports.charts.metrics import FIRST_WIDE
from reports.content import Callout, Card, Cell, Columns, Facts, Figure, KeyFigures, Row, Stack, Statement, Table

MOST_SIGNS = 1_800          # of one of two columns; a Chinese sign counts for two. The narrowest holds 1,900 a page
MOST_SLIDE_SIGNS = 1_400    # the same on a slide, whose figures are drawn half as high
MOST_CARD_SIGNS = 2_400     # of what a card says; it holds 3,900
MOST_LABEL_SIGNS = 250      # of a key figure
MOST_BOX_SIGNS = 1_250      # of the decisions on the first page of a summary
MOST_SLIDE_BOX = 600        # the same on a slide, which tells their limits too
SIGNS_OF_FIGURE, SIGNS_OF_ROW = 1_000, 30
TALL_LINES = 30             # of a dense table; a page holds some 55
LOOSE_LINES = 12            # of a row or head: two of these and a head may be higher than a page
TERM = 0.4                  # of the width: what stands before a fact
LINE_SIGNS, PARTS = 90, 12  # of a dense table as wide as a page; parts of that width, of which each column has some
UNSAID = frozenset({"trace", "key", "anchor", "evidence", "link", "kind", "split", "align", "values", "alt", "chart"})


def is_long(block: Any, shape: str = "page") -> bool:
    """Return whether a block of things side by side may be higher than a page; it is then printed one below another."""
    if isinstance(block, Columns):
        left, right = (LINE_SIGNS * int(part) / PARTS for part in block.split.split("-"))
        most = MOST_SLIDE_SIGNS if shape == "slide" else MOST_SIGNS
        return max(_signs(block.left, left), _signs(block.right, right)) > most
    if isinstance(block, Card):
        return _signs(block.rows) > MOST_CARD_SIGNS or _signs(block.side) > MOST_SIGNS / 2
    if isinstance(block, KeyFigures):
        return any(_signs((item.label, item.detail)) > MOST_LABEL_SIGNS for item in block.items)
    return False


def is_tight(block: Callout, shape: str = "page") -> bool:
    """Return whether a box says so much that the first page of a summary, or a slide, holds it in smaller letters."""
    return sum(_signs(item.text) for item in block.items) > (MOST_SLIDE_BOX if shape == "slide" else MOST_BOX_SIGNS)


def tall_rows(table: Table) -> frozenset[int]:
    """Return the rows, counted from 0, that may take most of a page: they are cut at its end.

    Kept whole, such a row is printed without the table's head above it where both together are higher than a page.
    """
    widths = [LINE_SIGNS * column.width for column in table.columns]
    return frozenset(place for place, row in enumerate(table.rows) if not row.is_group and max(
        _lines(cell, width) for cell, width in zip(row.cells, widths, strict=False)) > TALL_LINES)


def is_loose(table: Table) -> bool:
    """Return whether a table's first and last rows may part from their neighbours, because rows or head are high.

    Rows that are kept together and do not fit below the head would be printed without it, or the caption without rows.
    """
    heads = max((_lines(Statement(column.title), LINE_SIGNS * column.width) for column in table.columns), default=1)
    rows = (_lines(cell, LINE_SIGNS * column.width) for row in table.rows if not row.is_group
            for cell, column in zip(row.cells, table.columns, strict=False))
    return max(heads, *rows, 1) > LOOSE_LINES


def _signs(part: Any, line: float = LINE_SIGNS / 2) -> int:
    """Return how many signs a part takes that stands where so many make a line; a line of a table counts for 30."""
    if isinstance(part, str):
        return sum(2 if ord(sign) >= FIRST_WIDE else 1 for sign in part)
    if isinstance(part, tuple):
        return sum(_signs(one, line) for one in part)
    if isinstance(part, Table):
        return _of_table(part, line)
    if isinstance(part, Facts):
        return sum(max(_lines(Statement(term), TERM * line), _lines(said, (1 - TERM) * line))
                   for term, said in part.rows) * SIGNS_OF_ROW
    if isinstance(part, Row):
        return max(SIGNS_OF_ROW, *(_signs(cell, line) for cell in part.cells))
    return _own(part) + sum(_signs(getattr(part, field.name), line) for field in fields(part)
                            if field.name not in UNSAID) if is_dataclass(part) else 0


def _of_table(table: Table, line: float) -> int:
    """Return the same of a table: a row is as high as the cell with the most lines, by the width of its column."""
    widths = [line * column.width for column in table.columns]
    heads = tuple(Statement(column.title) for column in table.columns)
    rows = [heads, *(row.cells for row in table.rows if not row.is_group)]
    lines = sum(max(_lines(cell, width) for cell, width in zip(row, widths, strict=False)) for row in rows)
    groups = sum(_signs(row, line) for row in table.rows if row.is_group)
    return lines * SIGNS_OF_ROW + groups + _signs((table.title, table.unit, table.source), line)


def _lines(cell: Cell, width: float) -> int:
    """Return the lines of a cell in a column that holds so many signs; a figure takes one."""
    if isinstance(cell, Stack):
        return sum(_lines(one, width) for one in cell.lines)
    return max(1, ceil(_signs(cell.text) / width)) if isinstance(cell, Statement) else 1


def _own(part: Any) -> int:
    """Return what a part takes besides its words."""
    return SIGNS_OF_FIGURE if isinstance(part, Figure) else SIGNS_OF_ROW if isinstance(part, Statement) else 0
