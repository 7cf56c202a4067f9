"""A tree of units, indented, with elbows."""

from __future__ import annotations

from reports.charts import canvas as c
from reports.charts.canvas import Canvas
from reports.figures import Tree, TreeNode

STEP_X, ROW = 26.0, 23.0
BOX_PADDING = 9.0
COLUMN_WIDTH = 404.0                    # seven of twelve columns; a wider tree is drawn smaller


def tree(data: Tree, title: str, language: str) -> str:
    """Return the tree as SVG, in the order of the data, children under their parent."""
    sheet = Canvas(title, language, COLUMN_WIDTH)
    ordered = _ordered(data.nodes)
    sheet.width = max(COLUMN_WIDTH, *(
        2 + depth * STEP_X + 2 * BOX_PADDING + 10 + sheet.measure(node.label, c.SMALL, 600)
        + sheet.measure(node.note, c.TINY) for node, depth in ordered))
    rows: dict[str, tuple[float, float]] = {}
    for place, (node, depth) in enumerate(ordered):
        x, y = 2 + depth * STEP_X, 4 + place * ROW
        rows[node.key] = (x, y)
        if node.parent in rows:
            px, py = rows[node.parent]
            sheet.line(px + 9, py + 20, px + 9, y + 10, c.GREY_MARK)
            sheet.line(px + 9, y + 10, x, y + 10, c.GREY_MARK)
        _box(sheet, node, x, y)
    sheet.height = 4 + len(ordered) * ROW
    return sheet.svg()


def _box(sheet: Canvas, node: TreeNode, x: float, y: float) -> None:
    width = sheet.measure(node.label, c.SMALL, 600) + 2 * BOX_PADDING
    sheet.rect(x, y, width, 20, c.NAVY if node.is_highlighted else c.PANEL,
               stroke=c.NAVY if node.is_highlighted else c.HAIRLINE, radius=2)
    sheet.text(x + BOX_PADDING, y + 13.8, node.label, c.SMALL, weight=600,
               fill=c.WHITE if node.is_highlighted else c.INK)
    sheet.text(x + width + 9, y + 13.8, node.note, c.TINY, fill=c.MUTED)


def _ordered(nodes: tuple[TreeNode, ...]) -> list[tuple[TreeNode, int]]:
    """Return nodes depth first; a node whose parent is unknown is a root, and a circle is cut."""
    keys = {node.key for node in nodes}
    children: dict[str | None, list[TreeNode]] = {}
    for node in nodes:
        children.setdefault(node.parent if node.parent in keys else None, []).append(node)
    found: list[tuple[TreeNode, int]] = []
    seen: set[str] = set()

    def visit(node: TreeNode, depth: int) -> None:
        if node.key in seen:
            return
        seen.add(node.key)
        found.append((node, depth))
        for child in children.get(node.key, []):
            visit(child, depth + 1)

    for root in children.get(None, []):
        visit(root, 0)
    return found
