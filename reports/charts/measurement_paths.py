"""A measurement model: latent variables as ellipses, items as boxes, loadings at the boxes, arcs between factors."""

from __future__ import annotations

from reports.charts import canvas as c
from reports.charts.canvas import Canvas
from reports.charts.metrics import clip
from reports.figures import MeasurementPaths, PathFactor, PathItem

ROW, BOX, BETWEEN, TOP = 25.0, 19.0, 14.0, 6.0
MANY, NARROW_ROW = 18, 21.0             # items from which rows are narrower, so that tables share the page
FIRST_ARC, NEXT_ARC = 40.0, 42.0        # how far the arc of neighbours bends out, and each further one
MOST_FACTORS_WITH_ARCS = 6              # more arcs cannot be told apart; the table has them
MOST_BOX, MOST_ELLIPSE, ELLIPSE_HEIGHT = 230.0, 62.0, 21.0
FAN = 118.0                             # room for the lines from ellipses to boxes
LABEL_AWAY = 27.0                       # from the box to the middle of a loading
RESIDUAL = 46.0
CROSS_AT = 0.42                         # where on its line a cross-loading is written


class _Plan:
    """Where everything lies."""

    def __init__(self, sheet: Canvas, data: MeasurementPaths) -> None:
        self.has_arcs = bool(data.arcs) and len(data.factors) <= MOST_FACTORS_WITH_ARCS
        deepest = max((abs(a - b) for a, b, _ in data.arcs), default=0) if self.has_arcs else 0
        arcs = FIRST_ARC + NEXT_ARC * (deepest - 1) + 18 if deepest else 4.0
        names = max((sheet.measure(factor.label, c.SMALL, 600) for factor in data.factors), default=0)
        self.radius = min(max(names / 2 + 9, 30.0), MOST_ELLIPSE)
        self.x = arcs + self.radius
        items = [item for factor in data.factors for item in factor.items]
        has_residuals = any(item.residual for item in items)
        widest = max((sheet.measure(item.label, c.SMALL) for item in items), default=0)
        room = sheet.width - self.x - self.radius - FAN - (RESIDUAL if has_residuals else 0)
        self.box_width = min(widest + 14, MOST_BOX, room)
        self.box = self.x + self.radius + FAN
        self.rows: list[list[float]] = []
        row = ROW if len(items) <= MANY else NARROW_ROW
        y = TOP + (14 if data.residual_head and has_residuals else 0)
        for factor in data.factors:
            height = max(len(factor.items) * row, 2 * ELLIPSE_HEIGHT + 6)
            start = y + (height - len(factor.items) * row) / 2
            self.rows.append([start + (place + 0.5) * row for place in range(len(factor.items))])
            y += height + BETWEEN
        self.foot = y - BETWEEN + TOP

    def y(self, factor: int) -> float:
        rows = self.rows[factor]
        return (rows[0] + rows[-1]) / 2


def measurement_paths(data: MeasurementPaths, title: str, language: str) -> str:
    """Return the diagram as SVG: every number stands beside its own line, none over another's."""
    sheet = Canvas(title, language)
    plan = _Plan(sheet, data)
    sheet.height = plan.foot
    if plan.has_arcs:
        for first, second, text in data.arcs:
            _arc(sheet, plan, first, second, text)
    for source, owner, row, _text in data.cross:
        _line(sheet, plan, source, plan.rows[owner][row], dash="3 2.4")
    for place, factor in enumerate(data.factors):
        _loadings(sheet, plan, place, factor)
    for source, owner, row, text in data.cross:
        _cross_label(sheet, plan, (source, owner, row), text)
    for place, factor in enumerate(data.factors):
        _factor(sheet, plan, place, factor)
    if data.residual_head:
        sheet.text(plan.box + plan.box_width + 8, TOP + 8, data.residual_head, c.TINY, fill=c.MUTED)
    return sheet.svg()


def _loadings(sheet: Canvas, plan: _Plan, place: int, factor: PathFactor) -> None:
    for y, item in zip(plan.rows[place], factor.items, strict=True):
        _line(sheet, plan, place, y, dash="3 2.4" if item.is_weak else "")


def _line(sheet: Canvas, plan: _Plan, factor: int, y: float, *, dash: str) -> None:
    start = (plan.x + plan.radius, plan.y(factor))
    sheet.line(*start, plan.box, y, c.GREY_MARK, width=1.2, dash=dash)
    sheet.arrow((plan.box, y), start, c.GREY_MARK)


def _factor(sheet: Canvas, plan: _Plan, place: int, factor: PathFactor) -> None:
    y = plan.y(place)
    sheet.ellipse(plan.x, y, plan.radius, ELLIPSE_HEIGHT, c.PANEL_TEAL, stroke=c.TEAL)
    lines = clip(factor.label, 2 * plan.radius - 12, c.SMALL, 2, 600, sheet.language)
    sheet.lines(plan.x, y, lines, c.SMALL, weight=600, fill=c.NAVY, anchor="middle")
    for row, item in zip(plan.rows[place], factor.items, strict=True):
        _box(sheet, plan, row, item)
        sheet.note(plan.box - LABEL_AWAY, row - (row - y) * LABEL_AWAY / FAN, item.loading, c.TINY,
                   weight=400 if item.is_weak else 700, fill=c.AMBER_DARK if item.is_weak else c.INK)


def _box(sheet: Canvas, plan: _Plan, y: float, item: PathItem) -> None:
    sheet.rect(plan.box, y - BOX / 2, plan.box_width, BOX, c.WHITE, stroke=c.GREY_MARK)
    lines = clip(item.label, plan.box_width - 10, c.SMALL, 1, language=sheet.language)
    sheet.lines(plan.box + 6, y, lines, c.SMALL)
    if item.residual:
        x = plan.box + plan.box_width
        sheet.line(x + 4, y, x + 14, y, c.HAIRLINE)
        sheet.arrow((x + 1, y), (x + 14, y), c.GREY_MARK, size=4.5)
        sheet.text(x + 17, y + 3.5, item.residual, c.TINY, fill=c.MUTED)


def _cross_label(sheet: Canvas, plan: _Plan, way: tuple[int, int, int], text: str) -> None:
    source, factor, item = way
    x0, y0, y1 = plan.x + plan.radius, plan.y(source), plan.rows[factor][item]
    sheet.note(x0 + (plan.box - x0) * CROSS_AT, y0 + (y1 - y0) * CROSS_AT, text, c.TINY, fill=c.INK_SOFT)


def _arc(sheet: Canvas, plan: _Plan, first: int, second: int, text: str) -> None:
    x = plan.x - plan.radius
    y1, y2 = sorted((plan.y(first), plan.y(second)))
    depth = FIRST_ARC + NEXT_ARC * (abs(first - second) - 1)
    bend = depth * 4 / 3                # a curve by two control points comes three quarters of the way to them
    sheet.bend((x, y1), (x - bend, y1), (x - bend, y2), (x, y2), c.GREY_MARK)
    sheet.arrow((x, y1), (x - 10, y1 + 2), c.GREY_MARK, size=5)
    sheet.arrow((x, y2), (x - 10, y2 - 2), c.GREY_MARK, size=5)
    sheet.note(x - depth, (y1 + y2) / 2, text, c.TINY)
