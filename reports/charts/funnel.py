"""A funnel: how many people went from one stage to the next, bars on one scale, and what became of the others."""

from __future__ import annotations

from reports.charts import canvas as c
from reports.charts.canvas import Canvas
from reports.figures import Funnel
from reports.numbers import printed

BAR, GAP, TOP = 26.0, 12.0, 4.0
LEFT_SHARE, RIGHT_SHARE = 0.26, 0.34        # of the width, for labels and for who did not go on
PAD = 10.0


def funnel(data: Funnel, title: str, language: str) -> str:
    """Return the chart as SVG; a stage's bar is as long as its share of the first."""
    sheet = Canvas(title, language)
    left, right = c.WIDTH * LEFT_SHARE, c.WIDTH * RIGHT_SHARE
    room = c.WIDTH - left - right
    most = max((stage.n for stage in data.stages), default=0) or 1
    y = TOP
    for place, stage in enumerate(data.stages):
        label = sheet.wrap(stage.label, left - PAD, c.SMALL)
        beside = sheet.wrap(stage.left, right - PAD, c.TINY) if stage.left else []
        height = max(BAR, len(label) * c.SMALL * sheet.leading, len(beside) * c.TINY * sheet.leading)
        middle = y + height / 2
        length = room * stage.n / most
        sheet.rect(left, middle - BAR / 2, max(length, 1.0), BAR, c.NAVY if place else c.TEAL)
        sheet.lines(left - PAD, middle, label, c.SMALL, anchor="end")
        _figure(sheet, left, length, middle, printed(float(stage.n), "count"))
        sheet.lines(c.WIDTH - right + PAD, middle, beside, c.TINY, fill=c.INK_SOFT)
        y += height + GAP
    sheet.height = y
    return sheet.svg()


def _figure(sheet: Canvas, left: float, length: float, middle: float, text: str) -> None:
    """Write the number inside its bar, or behind it where the bar is too short."""
    inside = sheet.measure(text, c.SMALL, 600) + PAD < length
    sheet.text(left + 6 if inside else left + length + 6, middle + c.SMALL * 0.35, text, c.SMALL, weight=600,
               fill=c.WHITE if inside else c.INK)
