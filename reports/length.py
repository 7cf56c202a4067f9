"""How much room words take, told before they are laid out: what stands side by side cannot be cut by a page's end."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from reports.charts.metrics import FIRST_WIDE
from reports.content import Card, Columns, Figure, KeyFigures, Row, Statement

MOST_SIGNS = 1_800          # of one of two columns; a Chinese sign counts for two. The narrowest holds 1,900 a page
MOST_SLIDE_SIGNS = 1_000    # the same on a slide, whose figures are drawn half as high
MOST_CARD_SIGNS = 2_400     # of what a card says; it holds 3,900
MOST_LABEL_SIGNS = 250      # of a key figure
SIGNS_OF_FIGURE, SIGNS_OF_ROW = 1_000, 30
UNSAID = frozenset({"trace", "key", "anchor", "evidence", "link", "kind", "split", "align", "values", "alt", "chart"})


def is_long(block: Any, shape: str = "page") -> bool:
    """Return whether a block of things side by side may be higher than a page; it is then printed one below another."""
    if isinstance(block, Columns):
        return max(_signs(block.left), _signs(block.right)) > (MOST_SLIDE_SIGNS if shape == "slide" else MOST_SIGNS)
    if isinstance(block, Card):
        return _signs(block.rows) > MOST_CARD_SIGNS or _signs(block.side) > MOST_SIGNS / 2
    if isinstance(block, KeyFigures):
        return any(_signs((item.label, item.detail)) > MOST_LABEL_SIGNS for item in block.items)
    return False


def _signs(part: Any) -> int:
    if isinstance(part, str):
        return sum(2 if ord(sign) >= FIRST_WIDE else 1 for sign in part)
    if isinstance(part, tuple):
        return sum(map(_signs, part))
    if isinstance(part, Row):
        return max(SIGNS_OF_ROW, *map(_signs, part.cells))
    return _own(part) + sum(_signs(getattr(part, field.name)) for field in fields(part) if field.name not in UNSAID) \
        if is_dataclass(part) else 0


def _own(part: Any) -> int:
    """Return what a part takes besides its words."""
    return SIGNS_OF_FIGURE if isinstance(part, Figure) else SIGNS_OF_ROW if isinstance(part, Statement) else 0
