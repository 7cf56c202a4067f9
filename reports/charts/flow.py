"""A process, step after step: who does it, what it begins with and hands on, and its days as bars on one scale."""

from __future__ import annotations

from itertools import pairwise

from reports.charts import canvas as c
from reports.charts.canvas import Canvas
from reports.figures import Flow, FlowStep

RADIUS = 8.5
HEAD = 19.0
LABEL_X = 27.0
LABEL_WIDTH, WIDE = 210.0, 420.0        # of the step; wide where nobody entered inputs and outputs
INPUT_X, OUTPUT_X, HANDED_WIDTH = 250.0, 388.0, 128.0
BAR_X, BAR = 526.0, 12.0
DAYS_WIDTH = 48.0                       # room for the words behind the longest bar
GAP = 7.0                               # between steps
Cell = tuple[float, list[str], float, int, str]     # x, lines, size, weight, colour


def flow(data: Flow, title: str, language: str) -> str:
    """Return the process as SVG, in the order of the data; a step without days has no bar."""
    sheet = Canvas(title, language)
    has_handed = any(step.input or step.output for step in data.steps)
    longest = max((step.days or 0.0 for step in data.steps), default=0.0)
    unit = (sheet.width - BAR_X - DAYS_WIDTH) / longest if longest else 0.0
    _head(sheet, data, has_handed=has_handed)
    tops, y = [], HEAD
    for step in data.steps:
        tops.append(y)
        y += _step(sheet, step, y, unit, has_handed=has_handed) + GAP
    for above, below in pairwise(tops):
        sheet.line(RADIUS + 1, above + 2 * RADIUS, RADIUS + 1, below - 4, c.GREY_MARK)
        sheet.arrow((RADIUS + 1, below), (RADIUS + 1, above), c.GREY_MARK, size=5.0)
    for place, top in enumerate(tops, 1):
        sheet.circle(RADIUS + 1, top + RADIUS, RADIUS, c.NAVY)
        sheet.text(RADIUS + 1, top + RADIUS + 3.8, str(place), c.SMALL, weight=700, fill=c.WHITE, anchor="middle")
    sheet.height = y - GAP + 2
    return sheet.svg()


def _head(sheet: Canvas, data: Flow, *, has_handed: bool) -> None:
    places = (LABEL_X, INPUT_X, OUTPUT_X, BAR_X) if has_handed else (LABEL_X, None, None, BAR_X)
    for x, words in zip(places, data.heads, strict=True):
        if x is not None:
            sheet.text(x, 10, words, c.TINY, weight=600, fill=c.NAVY)
    sheet.line(0, HEAD - 5, sheet.width, HEAD - 5, c.HAIRLINE)


def _step(sheet: Canvas, step: FlowStep, top: float, unit: float, *, has_handed: bool) -> float:
    """Draw one step and return its height."""
    width = LABEL_WIDTH if has_handed else WIDE
    label, owner = sheet.wrap(step.label, width, c.SMALL, 600), sheet.wrap(step.owner, width, c.TINY)
    heights = [2 * RADIUS, _write(sheet, (LABEL_X, label, c.SMALL, 600, c.INK), top)]
    if step.owner:
        heights[1] += _write(sheet, (LABEL_X, owner, c.TINY, 400, c.MUTED), top + heights[1])
    if has_handed:
        heights += [_write(sheet, (x, sheet.wrap(words or "–", HANDED_WIDTH, c.TINY), c.TINY, 400, c.INK_SOFT), top)
                    for x, words in ((INPUT_X, step.input), (OUTPUT_X, step.output))]
    if step.days is not None:
        sheet.rect(BAR_X, top + RADIUS - BAR / 2, step.days * unit, BAR, c.TEAL)
        sheet.text(BAR_X + step.days * unit + 5, top + RADIUS + 3.8, step.days_label, c.TINY, weight=600)
    return max(heights)


def _write(sheet: Canvas, cell: Cell, top: float) -> float:
    """Write the lines of a cell from its top and return how high they are."""
    x, lines, size, weight, fill = cell
    for place, line in enumerate(lines):
        sheet.text(x, top + size + place * size * sheet.leading, line, size, weight=weight, fill=fill)
    return len(lines) * size * sheet.leading
