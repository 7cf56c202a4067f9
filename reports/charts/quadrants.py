"""The importance–performance map: numbered points with interval crosses and lines at the means."""

from __future__ import annotations

import math

from reports.charts import canvas as c
from reports.charts.canvas import Canvas
from reports.figures import MapPoint, QuadrantMap

SIZE_X, SIZE_Y = 404.0, 336.0           # seven of twelve columns wide
LOW_Y = 226.0                           # on a slide
LEFT, TOP, BOTTOM = 46.0, 8.0, 40.0
APART = 19.0                            # badges nearer than this are moved, with a line to their place
PADDING = 0.12


class _Frame:
    def __init__(self, data: QuadrantMap) -> None:
        self.x_low, self.x_high = _range([p.x for p in data.points] + [p.x_low for p in data.points]
                                         + [p.x_high for p in data.points] + [data.cross_x])
        self.y_low, self.y_high = _range([p.y for p in data.points] + [p.y_low for p in data.points]
                                         + [p.y_high for p in data.points] + [data.cross_y])
        self.height = LOW_Y if data.is_low else SIZE_Y
        self.foot = self.height - BOTTOM

    def x(self, value: float) -> float:
        return LEFT + (value - self.x_low) / (self.x_high - self.x_low) * (SIZE_X - LEFT - 4)

    def y(self, value: float) -> float:
        return self.foot - (value - self.y_low) / (self.y_high - self.y_low) * (self.foot - TOP)


def _range(values: list[float | None]) -> tuple[float, float]:
    known = [value for value in values if value is not None]
    low, high = min(known), max(known)
    room = max((high - low) * PADDING, 0.05)
    return low - room, high + room


def _ticks(low: float, high: float) -> list[float]:
    """Return round values inside the range, at most seven."""
    step = 10.0 ** math.floor(math.log10(high - low))
    for factor in (0.1, 0.2, 0.5, 1.0, 2.0):
        count = math.floor(high / (step * factor)) - math.ceil(low / (step * factor)) + 1
        if count <= 7:  # noqa: PLR2004  # more labels than this would touch each other
            start = math.ceil(low / (step * factor))
            return [(start + place) * step * factor for place in range(count)]
    return [low, high]


def quadrants(data: QuadrantMap, title: str, language: str) -> str:
    """Return the map as SVG."""
    sheet = Canvas(title, language, SIZE_X)
    frame = _Frame(data)
    sheet.height = frame.height
    _ground(sheet, frame, data)
    for value in _ticks(frame.x_low, frame.x_high):
        sheet.text(frame.x(value), frame.foot + 14, f"{value:g}", c.TINY, fill=c.MUTED, anchor="middle")
    for value in _ticks(frame.y_low, frame.y_high):
        sheet.text(LEFT - 6, frame.y(value) + 3.5, f"{value:.4g}", c.TINY, fill=c.MUTED, anchor="end")
    sheet.text((LEFT + SIZE_X) / 2, frame.height - 8, data.x_label, c.TINY, fill=c.INK_SOFT, anchor="middle")
    sheet.text(11, (TOP + frame.foot) / 2, data.y_label, c.TINY, fill=c.INK_SOFT, anchor="middle", turned=True)
    placed = _places(frame, data.points)
    for point in data.points:
        _cross(sheet, frame, point)
    for point, place in zip(data.points, placed, strict=True):
        _badge(sheet, frame, point, place)
    return sheet.svg()


def _ground(sheet: Canvas, frame: _Frame, data: QuadrantMap) -> None:
    left, right, top, foot = LEFT, SIZE_X - 4, TOP, frame.foot
    x, y = frame.x(data.cross_x), frame.y(data.cross_y)
    for corner, fill, box in zip(
            data.corners, (c.TINT_AMBER, "#e6f1f2", c.PANEL, c.PANEL),
            ((left, top, x, y), (x, top, right, y), (left, y, x, foot), (x, y, right, foot)), strict=True):
        sheet.rect(box[0], box[1], box[2] - box[0], box[3] - box[1], fill)
        is_left, is_top = box[0] == left, box[1] == top
        ink = c.AMBER_DARK if is_left and is_top else (c.TEAL if is_top else c.MUTED)
        width = box[2] - box[0] - 12
        lines = sheet.wrap(corner, max(width, 60), c.TINY, 700)
        base = box[1] + 15 if is_top else box[3] - 7 - (len(lines) - 1) * c.TINY * sheet.leading
        for place, line in enumerate(lines):
            sheet.text(box[0] + 6 if is_left else box[2] - 6, base + place * c.TINY * sheet.leading, line, c.TINY,
                       weight=700, fill=ink, anchor="start" if is_left else "end")
    sheet.line(x, top, x, foot, c.GREY_MARK)
    sheet.line(left, y, right, y, c.GREY_MARK)


def _places(frame: _Frame, points: tuple[MapPoint, ...]) -> list[tuple[float, float]]:
    """Return where the badges stand: on their point, or beside it where two would touch."""
    placed: list[tuple[float, float]] = []
    for point in points:
        x, y = frame.x(point.x), frame.y(point.y)
        for dx, dy in ((0, 0), (16, -16), (-16, -16), (16, 16), (-16, 16), (26, 0), (-26, 0), (0, -26), (0, 26)):
            if all(math.hypot(x + dx - px, y + dy - py) >= APART for px, py in placed):
                x, y = x + dx, y + dy
                break
        placed.append((x, y))
    return placed


def _cross(sheet: Canvas, frame: _Frame, point: MapPoint) -> None:
    ink = c.AMBER if point.is_highlighted else c.NAVY
    x, y = frame.x(point.x), frame.y(point.y)
    if point.x_low is not None and point.x_high is not None:
        sheet.line(frame.x(point.x_low), y, frame.x(point.x_high), y, ink, width=1.4)
    if point.y_low is not None and point.y_high is not None:
        sheet.line(x, frame.y(point.y_low), x, frame.y(point.y_high), ink, width=1.4)
    sheet.circle(x, y, 2.6, ink)


def _badge(sheet: Canvas, frame: _Frame, point: MapPoint, place: tuple[float, float]) -> None:
    fill = c.AMBER_DARK if point.is_highlighted else c.NAVY
    x, y = place
    if (x, y) != (frame.x(point.x), frame.y(point.y)):
        sheet.line(frame.x(point.x), frame.y(point.y), x, y, c.GREY_MARK, width=0.9)
    sheet.circle(x, y, 8.6, fill, stroke=c.WHITE)
    sheet.text(x, y + 3.6, str(point.number), c.TINY, weight=700, fill=c.WHITE, anchor="middle")
