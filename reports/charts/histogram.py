"""Shares of people over an ordered axis; bins differ in width, so it is the area of a bar that tells the share."""

from __future__ import annotations

from reports.charts import canvas as c
from reports.charts.canvas import Canvas
from reports.figures import Histogram

HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 168.0, 8.0, 30.0, 40.0, 8.0
LABEL_GAP = 7.0
OUTER_BINS = 4                          # as many times the narrowest bin the outer ones are drawn wide
SLACK = 1.1                             # a web page may fall back on a wider font
SHOWN_FROM = 0.005                      # a smaller share rounds to nothing
PERCENT = 100


def histogram(data: Histogram, title: str, language: str) -> str:
    """Return the chart as SVG; each bar carries its share in percent where there is room."""
    sheet = Canvas(title, language)
    sheet.height = HEIGHT
    bins = _shortened(data)
    low, high = bins[0][0], bins[-1][1]
    if data.limit is not None:
        high = max(high, data.limit + (high - low) * 0.02)
        low = min(low, data.limit)
    unit = (c.WIDTH - LEFT - RIGHT) / (high - low)
    top = max(share / (end - start) for start, end, share in bins)
    foot = HEIGHT - BOTTOM
    ends = {"label": 0.0, "share": 0.0}
    for (start, end, share), label in zip(bins, data.labels, strict=True):
        left, right = LEFT + (start - low) * unit, LEFT + (end - low) * unit
        height = share / (end - start) / top * (foot - TOP)
        is_beyond = data.limit is not None and data.is_beyond(start, end)
        sheet.rect(left + 0.5, foot - height, right - left - 1, height, c.AMBER if is_beyond else c.HEAT[2])
        middle = (left + right) / 2
        _write(sheet, ends, "label", middle, foot + 14, label)
        if share >= SHOWN_FROM:
            _write(sheet, ends, "share", middle, foot - height - 4, f"{share * PERCENT:.0f}%")
    sheet.line(LEFT, foot, c.WIDTH - RIGHT, foot, c.INK_SOFT)
    if data.limit is not None:
        _limit(sheet, LEFT + (data.limit - low) * unit, data.limit_label)
    sheet.text(c.WIDTH / 2, HEIGHT - 7, data.x_label, c.TINY, fill=c.INK_SOFT, anchor="middle")
    return sheet.svg()


def _shortened(data: Histogram) -> list[tuple[float, float, float]]:
    """Return the bins with the first and the last drawn no longer than they need be: few people may lie far out.

    Their labels keep the true borders, and a shorter bar is higher by as much, so its area stays the share.
    """
    bins = list(data.bins)
    if len(bins) < 3:  # noqa: PLR2004  # a first, a last, and something to measure them by
        return bins
    longest = OUTER_BINS * min(end - start for start, end, _ in bins[1:-1])
    (first, first_end, first_share), (last_start, last, last_share) = bins[0], bins[-1]
    limit = data.limit if data.limit is not None else last_start
    first = max(first, min(first_end - longest, limit))
    last = min(last, max(last_start + longest, limit * 1.05 if limit > 0 else limit))
    return [(first, first_end, first_share), *bins[1:-1], (last_start, last, last_share)]


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
