"""A matrix of cells with one or two lines each, darker where the evidence is stronger."""

from __future__ import annotations

from reports.charts import canvas as c
from reports.charts.canvas import Canvas
from reports.figures import Matrix

CELL_HEIGHT, SINGLE_HEIGHT, GAP = 33.0, 27.0, 2.0
ROOM, LOW_CELL, LOW_ROOM = 8.0, 29.0, 2.0               # around the label of a row; on a slide
LEAST_LABEL, MOST_LABEL = 110.0, 210.0
LEGEND = 26.0


def matrix(data: Matrix, title: str, language: str) -> str:
    """Return the matrix as SVG; every cell carries its number, colour only repeats it."""
    sheet = Canvas(title, language)
    longest = max((sheet.measure(label, c.LABEL, 700) for label, _ in data.rows), default=0)
    label_width = min(max(longest + 12, LEAST_LABEL), MOST_LABEL)
    cell = (sheet.width - label_width) / len(data.columns)
    heads = [sheet.wrap(name, cell - 8, c.SMALL, 600) for name in data.columns]
    step = c.SMALL * sheet.leading
    top = max(len(lines) for lines in heads) * step + 8
    for place, lines in enumerate(heads):
        x = label_width + (place + 0.5) * cell
        sheet.lines(x, top - 6 - len(lines) * step / 2, lines, c.SMALL, weight=600, fill=c.INK_SOFT, anchor="middle")
    y = top
    for (label, small), cells in zip(data.rows, data.cells, strict=True):
        y += _row(sheet, (label, small, label_width, cell), cells, y, is_low=data.is_low)
    if data.legend:
        _legend(sheet, data, y + 8, label_width)
        y += LEGEND
    sheet.height = y + 2
    return sheet.svg()


def _row(sheet: Canvas, plan: tuple[str, str, float, float], cells: tuple[object, ...], y: float, *,
         is_low: bool) -> float:
    label, small, label_width, cell = plan
    lines = sheet.wrap(label, label_width - 10, c.LABEL, 700)
    needed = len(lines) * c.LABEL * sheet.leading + (c.TINY * sheet.leading if small else 0)
    needed, high = (needed + LOW_ROOM, LOW_CELL) if is_low else (needed + ROOM, CELL_HEIGHT)
    height = max(high if any(getattr(found, "second", "") for found in cells) else SINGLE_HEIGHT, needed)
    middle = y + height / 2
    shift = c.TINY * sheet.leading / 2 if small else 0
    sheet.lines(0, middle - shift, lines, c.LABEL, weight=700)
    sheet.text(0, middle + len(lines) * c.LABEL * sheet.leading / 2 + 4, small, c.TINY, fill=c.MUTED)
    for place, found in enumerate(cells):
        _cell(sheet, found, label_width + place * cell, y, (cell, height))
    return height + GAP


def _cell(sheet: Canvas, found: object, x: float, y: float, size: tuple[float, float]) -> None:
    width, height = size
    step: int = getattr(found, "step", 0)
    first, second = getattr(found, "first", ""), getattr(found, "second", "")
    sheet.rect(x + GAP / 2, y, width - GAP, height, c.HEAT[step])
    middle, ink = x + width / 2, c.HEAT_INK[step]
    if second:
        sheet.text(middle, y + height / 2 - 1.5, first, c.LABEL, weight=700, fill=ink, anchor="middle")
        sheet.text(middle, y + height / 2 + 11, second, c.TINY, fill=ink, anchor="middle")
    else:
        sheet.text(middle, y + height / 2 + 4, first, c.LABEL, fill=ink, anchor="middle")


def _legend(sheet: Canvas, data: Matrix, y: float, x: float) -> None:
    sheet.text(0, y + 10, data.legend_label, c.TINY, fill=c.MUTED)
    x = max(x, sheet.measure(data.legend_label, c.TINY) + 16)
    for step, word in enumerate(data.legend):
        sheet.rect(x, y + 1, 14, 10, c.HEAT[step], stroke=c.HAIRLINE)
        sheet.text(x + 19, y + 10, word, c.TINY, fill=c.INK_SOFT)
        x += sheet.measure(word, c.TINY) + 38
