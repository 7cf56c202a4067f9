"""Estimates with intervals on one axis, as points or bars."""

from __future__ import annotations

from reports.charts import canvas as c
from reports.charts.canvas import Canvas
from reports.figures import Forest, ForestRow

ROW, LOW_ROW, TOP, BOTTOM = 29.0, 21.0, 22.0, 36.0
MANY_ROWS = 12                          # from here rows stand closer
BADGE = 26.0
MOST_LABEL = 250.0
GAP = 16.0


class _Plan:
    """Where the columns of the chart stand."""

    def __init__(self, sheet: Canvas, data: Forest) -> None:
        self.badge = BADGE if any(row.badge for row in data.rows) else 0.0
        longest = max((sheet.measure(row.label, c.LABEL, 700) for row in data.rows), default=0)
        self.label = min(longest, MOST_LABEL)
        self.n = max([sheet.measure(f"{row.n:,}", c.SMALL) for row in data.rows if row.n is not None]
                     + [sheet.measure(data.n_head, c.TINY, 600)]) if data.n_head else 0.0
        self.figure = max([sheet.measure(row.text, c.SMALL) for row in data.rows]
                          + [sheet.measure(data.value_head, c.TINY, 600)], default=0)
        self.left = self.badge + self.label + GAP
        self.right = sheet.width - self.figure - (self.n + GAP if self.n else 0) - GAP
        self.low, self.high = data.axis_low, data.axis_high

    def x(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.left + share * (self.right - self.left)


def forest(data: Forest, title: str, language: str) -> str:
    """Return the chart as SVG: label, axis, estimate with interval, n."""
    sheet = Canvas(title, language)
    plan = _Plan(sheet, data)
    wrapped = [sheet.wrap(row.label, plan.label + 1, c.LABEL, 700) for row in data.rows]
    row = ROW if len(data.rows) < MANY_ROWS else LOW_ROW
    heights = [max(row, len(lines) * c.LABEL * sheet.leading + (9 if row == ROW else 4)) for lines in wrapped]
    foot = TOP + sum(heights)
    sheet.height = foot + BOTTOM
    _axis(sheet, plan, data, foot)
    y = TOP
    for entry, lines, height in zip(data.rows, wrapped, heights, strict=True):
        _row(sheet, plan, data, entry, lines, y + height / 2)
        y += height
    return sheet.svg()


def _axis(sheet: Canvas, plan: _Plan, data: Forest, foot: float) -> None:
    if data.zone_from is not None:
        x = plan.x(data.zone_from)
        sheet.rect(x, TOP - 4, plan.right - x, foot - TOP + 8, c.TINT_AMBER)
        half = sheet.measure(data.zone_label, c.TINY, 600) / 2
        middle = min(max((x + plan.right) / 2, plan.left + half), sheet.width - plan.figure - plan.n - GAP - half)
        sheet.text(middle, TOP - 9, data.zone_label, c.TINY, weight=600, fill=c.AMBER_DARK, anchor="middle")
    for value, label in data.ticks:
        sheet.line(plan.x(value), TOP - 4, plan.x(value), foot + 4)
        sheet.text(plan.x(value), foot + 17, label, c.TINY, fill=c.MUTED, anchor="middle")
    if data.reference is not None:
        x = plan.x(data.reference)
        sheet.line(x, TOP - 4, x, foot + 4, c.INK_SOFT, width=1.2, dash="3 2.4")
    sheet.text((plan.left + plan.right) / 2, foot + 31, data.axis_label, c.TINY, fill=c.MUTED, anchor="middle")
    right = sheet.width - (plan.n + GAP if plan.n else 0)
    sheet.text(right, TOP - 9, data.value_head, c.TINY, weight=600, fill=c.INK_SOFT, anchor="end")
    sheet.text(sheet.width, TOP - 9, data.n_head, c.TINY, weight=600, fill=c.INK_SOFT, anchor="end")


def _row(sheet: Canvas, plan: _Plan, data: Forest, row: ForestRow, lines: list[str], y: float) -> None:
    plain = c.GREY_MARK if data.zone_from is not None or data.is_bar else c.NAVY
    mark = c.AMBER if row.is_highlighted else c.MUTED if row.is_withheld else plain
    if row.badge:
        sheet.circle(9, y, 9, c.AMBER_DARK if row.is_highlighted else c.MUTED)
        sheet.text(9, y + 3.6, row.badge, c.TINY, weight=700, fill=c.WHITE, anchor="middle")
    sheet.lines(plan.badge, y, lines, c.LABEL, weight=700 if row.is_highlighted else 400)
    if row.value is not None:
        if data.is_bar:
            start = plan.x(max(0.0, data.axis_low))
            sheet.rect(min(start, plan.x(row.value)), y - 6.5, abs(plan.x(row.value) - start), 13, mark)
        if row.low is not None and row.high is not None:
            sheet.interval(plan.x(row.low), plan.x(row.high), y, c.INK if data.is_bar else mark)
        if not data.is_bar:
            sheet.circle(plan.x(row.value), y, 4.6, c.WHITE if row.is_withheld else mark,
                         stroke=mark if row.is_withheld else "")
    right = sheet.width - (plan.n + GAP if plan.n else 0)
    sheet.text(right, y + 4, row.text, c.SMALL, weight=600 if row.is_highlighted else 400, anchor="end",
               fill=c.MUTED if row.is_withheld else c.INK)
    if plan.n and row.n is not None:
        sheet.text(sheet.width, y + 4, f"{row.n:,}", c.SMALL, fill=c.MUTED, anchor="end")
