"""Regressions among variables: drawn from left to right, each number on its own line."""

from __future__ import annotations

from reports.charts import canvas as c
from reports.charts.canvas import Canvas
from reports.charts.metrics import clip
from reports.figures import PathNode, StructurePaths

ROW, TOP, HALF_HEIGHT = 74.0, 16.0, 23.0
MOST_WIDTH, LEAST_WIDTH = 150.0, 76.0
OVER, NEXT_OVER = 26.0, 18.0            # how far a line that passes over a column bends out, and each further one
PLACES = (0.5, 0.36, 0.64, 0.26, 0.74, 0.44, 0.56, 0.18, 0.82)      # tried in turn for a number, along its line
Point = tuple[float, float]
Line = tuple[Point, Point, Point, Point]    # its ends and, between them, the points that bend it
Box = tuple[float, float, float, float]


class _Plan:
    """The columns: a variable stands to the right of all that lead to it."""

    def __init__(self, sheet: Canvas, data: StructurePaths) -> None:
        self.depth = _depths(data)
        columns: dict[int, list[int]] = {}
        for node, depth in enumerate(self.depth):
            columns.setdefault(depth, []).append(node)
        self.last = max(columns, default=0)
        widest = max((sheet.measure(node.label, c.SMALL, 600) for node in data.nodes), default=0)
        room = sheet.width / (self.last + 1) * 0.62
        self.half = min(max(widest + 26, LEAST_WIDTH), MOST_WIDTH, max(room, LEAST_WIDTH)) / 2
        most = max((len(nodes) for nodes in columns.values()), default=1)
        n_bent = sum(self.depth[target] - self.depth[source] != 1 for source, target, _, _ in data.paths)
        self.top = TOP + (OVER + NEXT_OVER * (n_bent // 2) if n_bent else 0)
        self.height = 2 * self.top + most * ROW - TOP
        arcs = 40.0 if data.arcs else 2.0
        step = (sheet.width - 2 * self.half - arcs - 2) / max(self.last, 1)
        self.at: list[Point] = [(0.0, 0.0)] * len(data.nodes)
        for depth, nodes in columns.items():
            start = self.top + (most - len(nodes)) * ROW / 2
            for place, node in enumerate(nodes):
                self.at[node] = (arcs + self.half + depth * step, start + (place + 0.5) * ROW)
        self.middle = self.top + most * ROW / 2
        self._is_latent = [node.is_latent for node in data.nodes]
        self._outs = {True: self.top - 6.0, False: self.top + most * ROW + 6.0}

    def next_out(self, *, is_above: bool) -> float:
        """Return how high or low the next line bends that passes over or under a column."""
        self._outs[is_above] += -NEXT_OVER if is_above else NEXT_OVER
        return self._outs[is_above]

    def edge(self, node: int, side: float, *, is_above: bool) -> Point:
        """Return the point of a variable's upper or lower edge, `side` of its half width from its middle."""
        (x, y), height = self.at[node], HALF_HEIGHT * ((1 - side * side) ** 0.5 if self._is_latent[node] else 1.0)
        return x + side * self.half, y - height if is_above else y + height


def _depths(data: StructurePaths) -> list[int]:
    """Return the column of each variable: the longest way to it; a circle of arrows is cut off."""
    depth = [0] * len(data.nodes)
    for _ in data.nodes:
        for source, target, _text, _sure in data.paths:
            if source != target and depth[target] <= depth[source] < len(data.nodes) - 1:
                depth[target] = depth[source] + 1
    used = sorted(set(depth))
    return [used.index(value) for value in depth]


def structure_paths(data: StructurePaths, title: str, language: str) -> str:
    """Return the diagram as SVG."""
    sheet = Canvas(title, language)
    plan = _Plan(sheet, data)
    sheet.height = plan.height
    taken: list[Box] = []
    labels: list[tuple[Point, str, bool]] = []
    for first, second, text in data.arcs:
        _arc(sheet, plan, (first, second), text, taken)
    for source, target, text, is_sure in data.paths:
        curve = _path(sheet, plan, source, target, is_sure=is_sure)
        labels.append((_free_place(sheet, curve, text, taken), text, is_sure))
    for (x, y), text, is_sure in labels:
        sheet.note(x, y, text, c.SMALL, weight=700 if is_sure else 400, fill=c.INK if is_sure else c.MUTED)
    for place, node in enumerate(data.nodes):
        _node(sheet, plan, plan.at[place], node)
    return sheet.svg()


def _path(sheet: Canvas, plan: _Plan, source: int, target: int, *, is_sure: bool) -> Line:
    ink, dash = (c.NAVY, "") if is_sure else (c.GREY_MARK, "4 3")
    (x0, y0), (x1, y1) = plan.at[source], plan.at[target]
    if plan.depth[target] - plan.depth[source] == 1:
        start, end = (x0 + plan.half, y0), (x1 - plan.half, y1)
        sheet.line(*start, *end, ink, width=1.5, dash=dash)
        sheet.arrow(end, start, ink, size=7)
        return start, _between(start, end, 1 / 3), _between(start, end, 2 / 3), end
    is_above = (y0 + y1) / 2 <= plan.middle
    out = plan.next_out(is_above=is_above)
    start, end = (plan.edge(node, side, is_above=is_above) for node, side in ((source, 0.5), (target, -0.5)))
    first, second = (start[0] + (end[0] - start[0]) * 0.25, out), (start[0] + (end[0] - start[0]) * 0.75, out)
    sheet.bend(start, first, second, end, ink, width=1.5, dash=dash)
    sheet.arrow(end, second, ink, size=7)
    return start, first, second, end


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _on(curve: Line, t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3)
    x, y = (sum(weight * point[axis] for weight, point in zip(weights, curve, strict=True)) for axis in (0, 1))
    return x, y


def _free_place(sheet: Canvas, curve: Line, text: str, taken: list[Box]) -> Point:
    """Return where on its line a number stands clear of the others, and remember it."""
    half = sheet.measure(text, c.SMALL, 700) / 2 + 3
    boxes = [(x - half, y - 8, x + half, y + 8) for x, y in (_on(curve, t) for t in PLACES)]
    free = next((box for box in boxes if not any(_touch(box, other) for other in taken)), boxes[0])
    taken.append(free)
    return (free[0] + free[2]) / 2, (free[1] + free[3]) / 2


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _arc(sheet: Canvas, plan: _Plan, ends: tuple[int, int], text: str, taken: list[Box]) -> None:
    (x0, y0), (x1, y1) = sorted((plan.at[end] for end in ends), key=lambda point: point[1])
    left = min(x0, x1) - plan.half
    bend = 36 + 8 * (abs(y1 - y0) / ROW - 1)
    sheet.bend((x0 - plan.half, y0), (left - bend, y0), (left - bend, y1), (x1 - plan.half, y1), c.GREY_MARK)
    sheet.arrow((x0 - plan.half, y0), (x0 - plan.half - 10, y0 + 2), c.GREY_MARK, size=5)
    sheet.arrow((x1 - plan.half, y1), (x1 - plan.half - 10, y1 - 2), c.GREY_MARK, size=5)
    x, y = max(left - bend * 0.75, sheet.measure(text, c.TINY) / 2 + 3), (y0 + y1) / 2
    sheet.note(x, y, text, c.TINY)
    half = sheet.measure(text, c.TINY) / 2
    taken.append((x - half, y - 7, x + half, y + 7))


def _node(sheet: Canvas, plan: _Plan, at: Point, node: PathNode) -> None:
    x, y = at
    if node.is_latent:
        sheet.ellipse(x, y, plan.half, HALF_HEIGHT, c.PANEL_TEAL, stroke=c.TEAL)
    else:
        sheet.rect(x - plan.half, y - HALF_HEIGHT, 2 * plan.half, 2 * HALF_HEIGHT, c.WHITE, stroke=c.GREY_MARK)
    lines = clip(node.label, 2 * plan.half - 16, c.SMALL, 2, 600, sheet.language)
    shift = 6 if node.note else 0
    sheet.lines(x, y - shift, lines, c.SMALL, weight=600, fill=c.NAVY, anchor="middle")
    if node.note:
        sheet.text(x, y + (10 if len(lines) == 1 else 17), node.note, c.TINY, fill=c.INK_SOFT, anchor="middle")
