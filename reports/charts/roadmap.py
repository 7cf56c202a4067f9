"""The roadmap: lanes with owner and milestone over phases."""

from __future__ import annotations

from reports.charts import canvas as c
from reports.charts.canvas import Canvas
from reports.charts.metrics import clip
from reports.figures import Bar, Lane, RoadmapChart

LABEL_WIDTH = 262.0
PHASE, TICKS = 22.0, 18.0
BAR = 19.0
FILLS = {"first": c.TEAL, "second": c.NAVY, "third": "#2f5f7e", "support": c.MUTED}
PHASE_FILLS = ("#e6f1f2", "#d6e4ec", "#c5d8e6")


def roadmap(data: RoadmapChart, title: str, language: str) -> str:
    """Return the roadmap as SVG; a diamond is a milestone."""
    sheet = Canvas(title, language)
    unit = (sheet.width - LABEL_WIDTH - 8) / data.months

    def x(month: float) -> float:
        return LABEL_WIDTH + month * unit

    heights = [_height(sheet, lane) for lane in data.lanes]
    foot = PHASE + TICKS + sum(heights)
    for place, (name, start, end) in enumerate(data.phases):
        sheet.rect(x(start), 0, x(end) - x(start) - 1.5, PHASE - 4, PHASE_FILLS[place % 3])
        sheet.text((x(start) + x(end)) / 2, 13, name, c.SMALL, weight=700, fill=c.NAVY, anchor="middle")
    for month, label in data.tick_labels:
        sheet.line(x(month), PHASE + TICKS - 3, x(month), foot, c.GRID)
        anchor = "start" if month == 0 else "end" if month == data.months else "middle"
        sheet.text(x(month), PHASE + 9, label, c.TINY, fill=c.MUTED, anchor=anchor)
    y = PHASE + TICKS
    for lane, height in zip(data.lanes, heights, strict=True):
        sheet.line(0, y, sheet.width, y, c.HAIRLINE)
        _lane(sheet, lane, (y, height), (LABEL_WIDTH, unit))
        y += height
    sheet.line(0, y, sheet.width, y, c.HAIRLINE)
    sheet.height = y + 2
    return sheet.svg()


def _height(sheet: Canvas, lane: Lane) -> float:
    labels = len(sheet.wrap(lane.label, LABEL_WIDTH - 14, c.LABEL, 700)) * c.LABEL
    owners = len(sheet.wrap(lane.owner, LABEL_WIDTH - 14, c.TINY)) * c.TINY if lane.owner else 0
    return max((labels + owners) * sheet.leading + 12, len(lane.bars) * (BAR + 4) + (17 if lane.milestone else 0) + 8)


def _lane(sheet: Canvas, lane: Lane, place: tuple[float, float], scale: tuple[float, float]) -> None:
    y, _ = place
    left, unit = scale
    base = y + 6 + c.LABEL
    for line in sheet.wrap(lane.label, LABEL_WIDTH - 14, c.LABEL, 700):
        sheet.text(0, base, line, c.LABEL, weight=700)
        base += c.LABEL * sheet.leading
    for line in sheet.wrap(lane.owner, LABEL_WIDTH - 14, c.TINY) if lane.owner else []:
        sheet.text(0, base, line, c.TINY, fill=c.MUTED)
        base += c.TINY * sheet.leading
    top = y + 5
    for bar in lane.bars:
        _bar(sheet, bar, top, scale)
        top += BAR + 4
    if lane.milestone_at is not None:
        x, middle = left + lane.milestone_at * unit, (y + 5 + BAR / 2 if not lane.milestone else top + 7)
        sheet.polygon([(x, middle - 7), (x + 7, middle), (x, middle + 7), (x - 7, middle)], c.AMBER_DARK)
        sheet.text(x - 12, middle + 3.5, lane.milestone, c.TINY, fill=c.INK_SOFT, anchor="end")


def _bar(sheet: Canvas, bar: Bar, top: float, scale: tuple[float, float]) -> None:
    left, unit = scale
    x, width = left + bar.start * unit, (bar.end - bar.start) * unit
    sheet.rect(x + 1, top, width - 2, BAR, FILLS[bar.kind], radius=2)
    needed = sheet.measure(bar.label, c.TINY, 600)
    if needed <= width - 12:
        sheet.text(x + 7, top + 13, bar.label, c.TINY, weight=600, fill=c.WHITE)
    elif x + width + 6 + needed <= sheet.width:
        sheet.text(x + width + 6, top + 13, bar.label, c.TINY, weight=600, fill=c.INK_SOFT)
    elif needed <= x - left:
        sheet.text(x - 5, top + 13, bar.label, c.TINY, weight=600, fill=c.INK_SOFT, anchor="end")
    else:
        cut = clip(bar.label, width - 12, c.TINY, 1, 600, sheet.language)[0]
        sheet.text(x + 7, top + 13, cut, c.TINY, weight=600, fill=c.WHITE)
