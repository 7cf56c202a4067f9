"""Diverging stacked bars of answers, centred on the middle of neutral."""

from __future__ import annotations

from reports.charts import canvas as c
from reports.charts.canvas import Canvas
from reports.figures import Likert, LikertRow

TOP, BOTTOM, BAR = 22.0, 18.0, 16.0
LABEL_WIDTH = 308.0
N_WIDTH = 44.0
FIGURE_WIDTH = 78.0
SHOWN_FROM = 0.06                       # a share below this is drawn but not labelled
PERCENT = 100


def likert(data: Likert, title: str, language: str) -> str:
    """Return the chart as SVG; the left end of each bar is unfavourable."""
    sheet = Canvas(title, language)
    wrapped = [sheet.wrap(row.label, LABEL_WIDTH, c.SMALL) for row in data.rows]
    heights = [max(21.0, len(lines) * c.SMALL * sheet.leading + 4) for lines in wrapped]
    left, right = LABEL_WIDTH + N_WIDTH + 8, sheet.width - FIGURE_WIDTH
    half = len(data.rows[0].shares) // 2
    to_left = max(_left_share(row.shares, half) for row in data.rows)
    to_right = max(1 - _left_share(row.shares, half) for row in data.rows)
    unit = (right - left) / (to_left + to_right)
    zero = left + to_left * unit
    foot = TOP + sum(heights)
    sheet.height = foot + BOTTOM
    _legend(sheet, data)
    sheet.line(zero, TOP - 2, zero, foot + 2, c.INK_SOFT)
    sheet.text(sheet.width, 10.6, data.figure_head, c.TINY, weight=600, fill=c.INK_SOFT, anchor="end")
    y = TOP
    for row, lines, height in zip(data.rows, wrapped, heights, strict=True):
        _row(sheet, row, lines, y + height / 2, (zero - _left_share(row.shares, half) * unit, unit))
        y += height
    sheet.text(zero - 8, foot + 14, f"← {data.left_label}", c.TINY, fill=c.MUTED, anchor="end")
    sheet.text(zero + 8, foot + 14, f"{data.right_label} →", c.TINY, fill=c.MUTED)
    return sheet.svg()


def _left_share(shares: tuple[float, ...], half: int) -> float:
    """Return how much of the bar lies left of the middle of its neutral answer."""
    return sum(shares[:half]) + (shares[half] / 2 if len(shares) % 2 else 0)


def _legend(sheet: Canvas, data: Likert) -> None:
    widths = [sheet.measure(word, c.TINY) + 26 for word in data.legend]
    head = sheet.measure(data.figure_head, c.TINY, 600)
    x = max(0.0, sheet.width - head - 14 - sum(widths))
    for word, width, fill in zip(data.legend, widths, c.LIKERT, strict=False):
        sheet.rect(x, 2, 10, 10, fill)
        sheet.text(x + 14, 10.6, word, c.TINY, fill=c.INK_SOFT)
        x += width


def _row(sheet: Canvas, row: LikertRow, lines: list[str], y: float, scale: tuple[float, float]) -> None:
    x, unit = scale
    sheet.lines(0, y, lines, c.SMALL)
    sheet.text(LABEL_WIDTH + N_WIDTH, y + 4, f"n {row.n:,}", c.TINY, fill=c.MUTED, anchor="end")
    for share, fill, ink in zip(row.shares, c.LIKERT, c.LIKERT_INK, strict=False):
        sheet.rect(x, y - BAR / 2, share * unit, BAR, fill)
        if share >= SHOWN_FROM:
            label = f"{share * PERCENT:.0f}"
            sheet.text(x + share * unit / 2, y + 3.7, label, c.TINY, fill=ink, anchor="middle")
        x += share * unit
    sheet.text(sheet.width, y + 4.2, row.figure, c.LABEL, weight=700, anchor="end")
    sheet.text(sheet.width - 34, y + 4, row.margin, c.TINY, fill=c.MUTED, anchor="end")
