"""Where lines of a laid-out text end: none may end early, none may hold a single sign."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

from reports.charts.metrics import text_width

SPACE = 0.25                        # of the letters' size; what a word needs before it
SLACK = 1.5                         # px; the engine's rounding
SHOWN = 40
PLAIN = frozenset({"LineBox", "TextBox", "InlineBox"})     # a box that stays whole takes its next words with it
BREAK = re.compile("[ \u200b](?!/)")
CHINESE = re.compile("[一-鿿]")
LATIN = re.compile("[A-Za-z0-9]")


def early_ends(document: Any) -> list[str]:
    """Return, of English text, ends of lines behind which the next word would have had room."""
    return [f"page {number}: {_text(line)[-SHOWN:]!r} before {_text(following)[:SHOWN]!r}"
            for number, block, line, following in _pairs(document)
            if (room := _room(block, line)) is not None and room > _first_word(following) + SLACK]


def lone_signs(document: Any) -> list[str]:
    """Return last lines that hold one Chinese sign of a text that is longer than a line."""
    found = []
    for number, page in enumerate(document.pages, 1):
        for block in _blocks(page._page_box):
            lines = [text for line in _lines(block) if (text := _text(line).strip())]
            if len(lines) > 1 and CHINESE.search(lines[-2]) and _is_lone(lines[-1]):
                found.append(f"page {number}: {lines[-2][-SHOWN:]!r} before {lines[-1]!r}")
    return found


def _is_lone(line: str) -> bool:
    return len(CHINESE.findall(line)) <= 1 and not LATIN.search(line) and "（" not in line


def _pairs(document: Any) -> Iterator[tuple[int, Any, Any, Any]]:
    for number, page in enumerate(document.pages, 1):
        for block in _blocks(page._page_box):
            lines = _lines(block)
            if all(type(box).__name__ in PLAIN and box.element_tag != "br" for line in lines
                   for box in line.descendants()):
                yield from ((number, block, *pair) for pair in itertools.pairwise(lines))


def _blocks(page: Any) -> Iterator[Any]:
    return (box for box in page.descendants() if _lines(box))


def _lines(box: Any) -> list[Any]:
    return [child for child in getattr(box, "children", ()) if type(child).__name__ == "LineBox"]


def _texts(line: Any) -> list[Any]:
    return [box for box in line.descendants() if type(box).__name__ == "TextBox"]


def _text(line: Any) -> str:
    return "".join(box.text for box in _texts(line))


def _room(block: Any, line: Any) -> float | None:
    """Return the room behind a line's last letter, less a space; none of a line without words."""
    texts = _texts(line)
    if not texts:
        return None
    right = max(box.position_x + box.width for box in texts)
    return float(block.content_box_x() + block.width - right - SPACE * texts[-1].style["font_size"])


def _first_word(line: Any) -> float:
    """Return the width of what a line starts with, to where it may break."""
    width = 0.0
    for box in _texts(line):
        size, weight, spacing = (box.style[key] for key in ("font_size", "font_weight", "letter_spacing"))
        end = None if box.style["white_space"] in {"nowrap", "pre"} else BREAK.search(box.text)
        word = box.text[:end.start()] if end else box.text
        width += text_width(word, size, int(weight)) + (0 if spacing == "normal" else spacing * len(word))
        if end:
            break
    return width
