"""Eigenvalues in their order beside those of random data: how many lie above them."""

from __future__ import annotations

import math

from reports.charts import canvas as c
from reports.charts.canvas import Canvas
from reports.figures import Scree, ScreePanel

HEIGHT, TOP, BOTTOM, LEFT, BETWEEN = 226.0, 52.0, 36.0, 34.0, 44.0
MOST_LINES = 5
MOST_LABELS = 13
TITLE_WEIGHT = 600


class _Panel:
    """One panel: where its numbers lie on the sheet."""

    def __init__(self, panel: ScreePanel, x: float, width: float) -> None:
        known = [*panel.observed, *panel.mean, *panel.upper]
        top, low = max(known, default=1.0), min([0.0, *known])
        self.step = _step(max(top - low, 1e-9))
        self.high = self.step * math.ceil(top / self.step)
        self.low = self.step * math.floor(low / self.step)
        self.left, self.right = x + LEFT, x + width
        self.n = len(panel.observed)

    def x(self, place: int) -> float:
        return self.left + (place + 0.5) / self.n * (self.right - self.left)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (value - self.low) / (self.high - self.low) * (HEIGHT - BOTTOM - TOP)


def _step(extent: float) -> float:
    size = 10.0 ** math.floor(math.log10(extent))
    return next(size * factor for factor in (0.2, 0.5, 1.0, 2.0) if extent / (size * factor) <= MOST_LINES)


def scree(data: Scree, title: str, language: str) -> str:
    """Return the panels side by side as SVG, under one legend."""
    sheet = Canvas(title, language)
    sheet.height = HEIGHT
    _legend(sheet, data)
    width = (sheet.width - BETWEEN * (len(data.panels) - 1)) / len(data.panels)
    for place, panel in enumerate(data.panels):
        _draw(sheet, data, panel, _Panel(panel, place * (width + BETWEEN), width))
    return sheet.svg()


def _legend(sheet: Canvas, data: Scree) -> None:
    x = LEFT
    entries = [(data.observed_label, c.NAVY, "", True), (data.mean_label, c.GREY_MARK, "2 2.4", False),
               (data.upper_label, c.AMBER_DARK, "5 3", False)]
    if data.limit_label and any(panel.limit is not None for panel in data.panels):
        entries.append((data.limit_label, c.INK_SOFT, "1 3", False))
    for label, ink, dash, is_marked in entries:
        sheet.line(x, 7, x + 24, 7, ink, width=1.8, dash=dash)
        if is_marked:
            sheet.circle(x + 12, 7, 3, ink)
        sheet.text(x + 30, 10.6, label, c.TINY, fill=c.INK_SOFT)
        x += 48 + sheet.measure(label, c.TINY)


def _draw(sheet: Canvas, data: Scree, panel: ScreePanel, frame: _Panel) -> None:
    sheet.text(frame.left - LEFT, 34, panel.title, c.SMALL, weight=TITLE_WEIGHT, fill=c.INK_SOFT)
    _axes(sheet, data, frame)
    if panel.keep:
        edge = (frame.x(panel.keep - 1) + frame.x(panel.keep)) / 2 if panel.keep < frame.n else frame.right
        sheet.line(edge, TOP - 14, edge, HEIGHT - BOTTOM, c.HAIRLINE)
        half = sheet.measure(panel.keep_label, c.TINY, 600)
        is_left = edge + 6 + half > frame.right
        sheet.text(edge - 6 if is_left else edge + 6, TOP - 5, panel.keep_label, c.TINY, weight=600, fill=c.NAVY,
                   anchor="end" if is_left else "start")
    if panel.limit is not None:
        sheet.line(frame.left, frame.y(panel.limit), frame.right, frame.y(panel.limit), c.INK_SOFT, dash="1 3")
    for values, ink, dash in ((panel.mean, c.GREY_MARK, "2 2.4"), (panel.upper, c.AMBER_DARK, "5 3"),
                              (panel.observed, c.NAVY, "")):
        sheet.polyline([(frame.x(place), frame.y(value)) for place, value in enumerate(values)], ink, dash=dash)
    for place, value in enumerate(panel.observed):
        is_kept = place < panel.keep
        sheet.circle(frame.x(place), frame.y(value), 3.4, c.NAVY if is_kept else c.WHITE, stroke=c.NAVY)


def _axes(sheet: Canvas, data: Scree, frame: _Panel) -> None:
    foot = HEIGHT - BOTTOM
    n_lines = round((frame.high - frame.low) / frame.step)
    decimals = 0 if frame.step >= 1 else 1 if frame.step >= 0.1 else 2  # noqa: PLR2004  # places the step needs
    for line in range(n_lines + 1):
        value = frame.low + line * frame.step
        y = frame.y(value)
        sheet.line(frame.left, y, frame.right, y, c.HAIRLINE if abs(value) < frame.step / 9 else c.GRID)
        text = f"{value:.{decimals}f}".replace("-", "\u2212")
        sheet.text(frame.left - 6, y + 3.5, "0" if not value else text, c.TINY, fill=c.MUTED, anchor="end")
    every = math.ceil(frame.n / MOST_LABELS)
    for place in range(0, frame.n, every):
        sheet.text(frame.x(place), foot + 14, str(place + 1), c.TINY, fill=c.MUTED, anchor="middle")
    sheet.text((frame.left + frame.right) / 2, foot + 29, data.x_label, c.TINY, fill=c.MUTED, anchor="middle")
    sheet.text(frame.left - LEFT + 6, (TOP + foot) / 2 + 20, data.y_label, c.TINY, fill=c.MUTED, turned=True)
