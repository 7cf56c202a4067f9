"""Lines over an ordered axis: eigenvalues beside random data, saturation over interviews."""

from __future__ import annotations

import math

from reports.charts import canvas as c
from reports.charts.canvas import Canvas
from reports.figures import Curve, Series

HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 200.0, 46.0, 14.0, 40.0, 170.0
INKS = (c.AMBER, c.NAVY, c.MUTED)
MOST_LABELS = 26
END_GAP = 14.0
MOST_LINES = 5


class _Frame:
    def __init__(self, data: Curve) -> None:
        known = [v for series in data.series for v in series.values if v is not None]
        top = max([*known, data.threshold or 0]) or 1.0
        self.step = _step(top)
        self.high = data.y_max or self.step * math.ceil(top / self.step)
        self.low = self.step * math.floor(min([0.0, *known]) / self.step)
        self.n = max(len(data.x_labels), 1)

    def x(self, place: int) -> float:
        return LEFT + (place + 0.5) / self.n * (c.WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (value - self.low) / (self.high - self.low) * (HEIGHT - BOTTOM - TOP)


def _step(top: float) -> float:
    """Return a round distance between grid lines that gives at most six of them."""
    size = 10.0 ** math.floor(math.log10(top))
    return next(size * factor for factor in (0.2, 0.5, 1.0, 2.0) if top / (size * factor) <= MOST_LINES)


def curve(data: Curve, title: str, language: str) -> str:
    """Return the chart as SVG; lines carry their label at the right end."""
    sheet = Canvas(title, language)
    sheet.height = HEIGHT
    frame = _Frame(data)
    _axes(sheet, frame, data)
    if data.threshold is not None:
        y = frame.y(data.threshold)
        sheet.line(LEFT, y, c.WIDTH - RIGHT, y, c.INK_SOFT, dash="4 3")
        sheet.text(c.WIDTH - RIGHT + 8, y + 3.5, data.threshold_label, c.TINY, fill=c.INK_SOFT)
    ends: list[float] = []
    for place, series in enumerate(data.series):
        _series(sheet, frame, series, INKS[place % len(INKS)], ends)
    if data.mark is not None:
        x = frame.x(data.mark)
        sheet.line(x, TOP, x, HEIGHT - BOTTOM, c.TEAL, dash="2 2")
        sheet.text(x + 5, TOP + 9, data.mark_label, c.TINY, weight=600, fill=c.TEAL)
    return sheet.svg()


def _axes(sheet: Canvas, frame: _Frame, data: Curve) -> None:
    for part in range(round((frame.high - frame.low) / frame.step) + 1):
        value = frame.low + frame.step * part
        sheet.line(LEFT, frame.y(value), c.WIDTH - RIGHT, frame.y(value))
        sheet.text(LEFT - 6, frame.y(value) + 3.5, f"{value:.3g}", c.TINY, fill=c.MUTED, anchor="end")
    every = -(-len(data.x_labels) // MOST_LABELS)
    for place, label in enumerate(data.x_labels):
        if place % every == 0:
            sheet.text(frame.x(place), HEIGHT - BOTTOM + 14, label, c.TINY, fill=c.MUTED, anchor="middle")
    sheet.text((LEFT + c.WIDTH - RIGHT) / 2, HEIGHT - 7, data.x_label, c.TINY, fill=c.INK_SOFT, anchor="middle")
    sheet.text(10, (TOP + HEIGHT - BOTTOM) / 2, data.y_label, c.TINY, fill=c.INK_SOFT, anchor="middle", turned=True)


def _series(sheet: Canvas, frame: _Frame, series: Series, ink: str, ends: list[float]) -> None:
    points = [(frame.x(place), frame.y(value)) for place, value in enumerate(series.values) if value is not None]
    if not points:
        return
    if series.kind == "bars":
        width = (c.WIDTH - LEFT - RIGHT) / frame.n * 0.6
        for x, y in points:
            sheet.rect(x - width / 2, y, width, frame.y(max(frame.low, 0)) - y, c.HEAT[2])
    else:
        sheet.polyline(points, ink, dash="5 3" if series.kind == "dashed" else "")
        for x, y in points:
            sheet.circle(x, y, 2.6, ink)
    y = points[-1][1]
    while any(abs(y - other) < END_GAP for other in ends):
        y -= END_GAP
    ends.append(y)
    fill = c.INK_SOFT if series.kind == "bars" else (c.AMBER_DARK if ink == c.AMBER else ink)
    lines = sheet.wrap(series.label, RIGHT - 12, c.TINY, 600)
    ends.extend(y - END_GAP * place for place in range(1, len(lines)))
    for place, line in enumerate(reversed(lines)):
        sheet.text(c.WIDTH - RIGHT + 8, y + 3.5 - place * c.TINY * sheet.leading, line, c.TINY, weight=600, fill=fill)
