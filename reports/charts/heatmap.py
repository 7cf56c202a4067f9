"""Coefficients as a map of cells: which item goes with which factor, which pair of items with one another."""

from __future__ import annotations

from reports.charts import canvas as c
from reports.charts.canvas import Canvas
from reports.charts.metrics import clip, wrap
from reports.figures import Heatmap

CELL, LOW_CELL, GAP, BREAK, FOOT = 16.0, 15.0, 1.0, 6.0, 24.0
MOST_LABEL, MOST_WIDTH, LEAST_LEGEND = 300.0, 66.0, 252.0
LINES = 2                               # of a label
SMALLER = (10.2, 9.4)                   # letters of labels that are longer than a line; smaller ones nobody reads
MANY_ROWS = 40                          # from here rows and gaps are low, so that the map and its note share a page
STEPS = len(c.DIVERGING)
TURNED_BELOW = 6.0                      # room a column head needs at its sides before it is turned upright
LEGEND = ((-1.0, -0.7), (-0.7, -0.5), (-0.5, -0.3), (-0.3, -0.1), (-0.1, 0.1), (0.1, 0.3), (0.3, 0.5), (0.5, 0.7),
          (0.7, 1.0))


def heatmap(data: Heatmap, title: str, language: str) -> str:
    """Return the map as SVG; every cell carries its number."""
    sheet = Canvas(title, language)
    label = min(max((sheet.measure(row, c.SMALL) for row in data.rows), default=0) + 12, MOST_LABEL)
    cell = min((sheet.width - label) / max(len(data.columns), 1), MOST_WIDTH)
    top = _heads(sheet, data, label, cell)
    size = _size(sheet, data, cell)
    gap, least = (BREAK / 2, LOW_CELL) if len(data.rows) > MANY_ROWS else (BREAK, CELL)
    y, letters = top, _letters(data, label - 8, language)
    most = LINES if len(data.rows) <= MANY_ROWS else 1      # of many rows the table before the map has every wording
    for place, (row, values, texts) in enumerate(zip(data.rows, data.values, data.texts, strict=True)):
        y += gap if place in data.breaks else 0
        lines = clip(row, label - 8, letters, most, language=language)
        height = max(least, len(lines) * letters * sheet.leading)
        sheet.lines(0, y + height / 2, lines, letters)
        for column, (value, text) in enumerate(zip(values, texts, strict=True)):
            if value is not None:
                _cell(sheet, (label + column * cell, y), (cell, height, size), (value, text, data.bold_from))
        y += height
    _legend(sheet, label, cell * len(data.columns), y + 8)
    sheet.height = y + FOOT
    return sheet.svg()


def _letters(data: Heatmap, width: float, language: str) -> float:
    """Return the size of letters at which each label is a line, or of few rows has two lines at most; or the least."""
    for size in (c.SMALL, *SMALLER):
        if len(data.rows) <= MANY_ROWS and all(len(wrap(row, width, size, language=language)) <= LINES
                                               for row in data.rows):
            return size
        if all(len(wrap(row, width, size, language=language)) == 1 for row in data.rows):
            return size
    return SMALLER[-1]


def _heads(sheet: Canvas, data: Heatmap, label: float, cell: float) -> float:
    """Write the heads of the columns, upright where they have no room, and return the height they take."""
    widest = max((sheet.measure(head, c.TINY, 600) for head in data.columns), default=0)
    is_turned = widest > cell - TURNED_BELOW
    top = (widest if is_turned else c.TINY) + 8
    for column, head in enumerate(data.columns):
        x = label + (column + 0.5) * cell
        if is_turned:
            sheet.text(x + 3.5, top - 5, head, c.TINY, weight=600, fill=c.INK_SOFT, turned=True)
        else:
            sheet.text(x, top - 6, head, c.TINY, weight=600, fill=c.INK_SOFT, anchor="middle")
    return top


def step_of(value: float) -> int:
    """Return the colour of a coefficient: its step among those of the legend."""
    return next((place for place, (_low, high) in enumerate(LEGEND) if value < high), STEPS - 1)


def _size(sheet: Canvas, data: Heatmap, cell: float) -> float:
    """Return the size of letters at which every number fits its cell."""
    widest = max((sheet.measure(text, c.TINY, 700) for texts in data.texts for text in texts), default=0)
    return c.TINY * min(1.0, (cell - 2) / widest) if widest else c.TINY


def _cell(sheet: Canvas, corner: tuple[float, float], room: tuple[float, float, float],
          content: tuple[float, str, float]) -> None:
    (x, y), (width, height, size), (value, text, bold_from) = corner, room, content
    step = step_of(value)
    sheet.rect(x + GAP / 2, y + GAP / 2, width - GAP, height - GAP, c.DIVERGING[step])
    weight = 700 if abs(value) >= bold_from else 400
    sheet.text(x + width / 2, y + height / 2 + 3.6, text, size, weight=weight, fill=c.DIVERGING_INK[step],
               anchor="middle")


def _legend(sheet: Canvas, x: float, room: float, y: float) -> None:
    width = min(44.0, max(room, LEAST_LEGEND) / STEPS)
    for place, fill in enumerate(c.DIVERGING):
        sheet.rect(x + place * width, y, width, 6, fill)
    for place, (low, _high) in enumerate((*LEGEND, (1.0, 1.0))):
        text = f"{low:.1f}".replace("-", "\u2212")
        anchor = "start" if place == 0 else "end" if place == STEPS else "middle"
        sheet.text(x + place * width, y + 15, text, c.TINY * 0.9, fill=c.MUTED, anchor=anchor)
