"""Whether everything drawn stays where it belongs: on its page, in its cell, inside its chart."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

from reports.charts.metrics import text_width

SVG = "{http://www.w3.org/2000/svg}"
PIXEL = 1.5
SHOWN = 60


def beyond(document: Any) -> list[str]:
    """Return texts and charts that leave their page, and texts that leave their cell of a table."""
    found = []
    for number, page in enumerate(document.pages, 1):
        for child in page._page_box.children:
            is_body = type(child).__name__ == "BlockBox"
            edges = _edges(page._page_box if is_body else child)
            found += [f"page {number}: {words}" for words in _beyond(child, edges)]
    return found


def seams(document: Any) -> list[tuple[str, str]]:
    """Return, for every two lines that follow each other, the last word of one and the first of the next."""
    return [seam for page in document.pages for seam in _seams(page._page_box)]


def _seams(box: Any) -> Iterator[tuple[str, str]]:
    children = getattr(box, "children", ())
    lines = [_words(child).split() for child in children if type(child).__name__ == "LineBox"]
    yield from ((before[-1], after[0]) for before, after in itertools.pairwise(lines) if before and after)
    for child in children:
        yield from _seams(child)


def _edges(box: Any) -> tuple[float, float, float]:
    """Return left and right edge and foot of what a box may hold."""
    left, top = box.content_box_x(), box.content_box_y()
    return left, left + box.width, top + box.height


def _beyond(box: Any, edges: tuple[float, float, float]) -> Iterator[str]:
    kind = type(box).__name__
    if kind == "TableCellBox":
        left, right, _ = _edges(box)
        edges = (left, right + box.padding_right, edges[2])
    left, right, foot = edges
    is_wide = (kind == "TextBox" and bool(box.text.strip())) or "Replaced" in kind
    if is_wide and (box.position_x < left - PIXEL or box.position_x + box.width > right + PIXEL):
        yield f"beside it {getattr(box, 'text', kind)[:SHOWN]!r}"
    # A line is as high as its style says; the font's own height may be a little more.
    if (kind == "LineBox" or "Replaced" in kind) and box.position_y + box.height > foot + PIXEL:
        yield f"below it {_words(box)[:SHOWN]!r}"
    for child in getattr(box, "children", ()):
        yield from _beyond(child, edges)


def _words(box: Any) -> str:
    return getattr(box, "text", "") or "".join(_words(child) for child in getattr(box, "children", ()))


def overflowing(svg: str, language: str) -> list[str]:
    """Return the texts that leave the view box, by the width the vendored font gives them."""
    root = ET.fromstring(svg)  # noqa: S314  # our own output
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    found = []
    for element in root.iter(f"{SVG}text"):
        text, size = element.text or "", float(element.attrib["font-size"])
        run = text_width(text, size, int(element.attrib.get("font-weight", "400")), language)
        x, y = float(element.attrib["x"]), float(element.attrib["y"])
        shift = {"start": 0.0, "middle": run / 2, "end": run}[element.attrib.get("text-anchor", "start")]
        if "transform" in element.attrib:
            is_inside = y - run + shift >= -1 and y + shift <= height + 1
        else:
            is_inside = x - shift >= -1 and x - shift + run <= width + 1 and 0 < y <= height
        if not is_inside:
            found.append(text)
    return found
