"""Shares of people over an ordered axis: every bar is equally wide, whatever range it covers, and as high as its share.

A bar as wide as its range would be too low to be seen where few people lie far out.
"""

from __future__ import annotations

from reports.charts import canvas as c
from reports.charts.canvas import Canvas
from reports.figures import Histogram

HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 168.0, 8.0, 30.0, 40.0, 8.0
LABEL_GAP = 7.0
BESIDE = 0.4                            # of a bar: room for a limit outside of all bars
SLACK = 1.1                             # a web page may fall back on a wider font
SHOWN_FROM = 0.005                      # a smaller share rounds to nothing
PERCENT = 100


def histogram(data: Histogram, title: str, language: str) -> str:
    """Return the chart as SVG; each bar carries its share in percent where there is room."""
    sheet = Canvas(title, language)
    sheet.height = HEIGHT
    before, after = _beside(data)
    unit = (c.WIDTH - LEFT - RIGHT) / (before + len(data.bins) + after)
    first, foot = LEFT + before * unit, HEIGHT - BOTTOM
    top = max(share for _, _, share in data.bins)
    ends = {"label": 0.0, "share": 0.0}
    for place, ((start, end, share), label) in enumerate(zip(data.bins, data.labels, strict=True)):
        left = first + place * unit
        height = share / top * (foot - TOP)
        is_beyond = data.limit is not None and data.is_beyond(start, end)
        sheet.rect(left + 0.5, foot - height, unit - 1, height, c.AMBER if is_beyond else c.HEAT[2])
        _write(sheet, ends, "label", left + unit / 2, foot + 14, label)
        if share >= SHOWN_FROM:
            _write(sheet, ends, "share", left + unit / 2, foot - height - 4, f"{share * PERCENT:.0f}%")
    sheet.line(LEFT, foot, c.WIDTH - RIGHT, foot, c.INK_SOFT)
    if data.limit is not None:
        _limit(sheet, first + _place(data, data.limit) * unit, data.limit_label)
    sheet.text(c.WIDTH / 2, HEIGHT - 7, data.x_label, c.TINY, fill=c.INK_SOFT, anchor="middle")
    return sheet.svg()


def _beside(data: Histogram) -> tuple[float, float]:
    """Return the room before and behind the bars, in bars, for a limit that lies outside of them."""
    if data.limit is None:
        return 0.0, 0.0
    return (BESIDE if data.limit < data.bins[0][0] else 0.0), (BESIDE if data.limit > data.bins[-1][1] else 0.0)


def _place(data: Histogram, value: float) -> float:
    """Return where a value lies, in bars: inside a bar in proportion to the range that it covers."""
    if value < data.bins[0][0]:
        return -BESIDE / 2
    for place, (start, end, _) in enumerate(data.bins):
        if value <= end:
            return place + (value - start) / (end - start)
    return len(data.bins) + BESIDE / 2


def _write(sheet: Canvas, ends: dict[str, float], kind: str, x: float, y: float, text: str) -> None:
    """Write a label unless it would touch the one before it or leave the sheet."""
    half = sheet.measure(text, c.TINY) / 2 * SLACK
    if x - half >= ends[kind] and x + half <= c.WIDTH:
        sheet.text(x, y, text, c.TINY, fill=c.MUTED if kind == "label" else c.INK_SOFT, anchor="middle")
        ends[kind] = x + half + LABEL_GAP


def _limit(sheet: Canvas, x: float, label: str) -> None:
    sheet.line(x, 14, x, HEIGHT - BOTTOM, c.AMBER_DARK, dash="4 3")
    fits = x + 5 + sheet.measure(label, c.TINY, 600) <= c.WIDTH
    sheet.text(x + 5 if fits else x - 5, 11, label, c.TINY, weight=600, fill=c.AMBER_DARK,
               anchor="start" if fits else "end")
