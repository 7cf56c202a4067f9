"""Lines as a PDF breaks them → paragraphs: running heads and page numbers go, lines of a paragraph are joined."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from surveyapp.services.subtitles import CJK

PAGE_NUMBER = re.compile(
    r"^\s*(?:[-–—]\s*)?(?:page\s+|第\s*)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?(?:\s*页)?(?:\s*[-–—])?\s*$", re.IGNORECASE)
LABEL = re.compile(r"^\s*[^\s:：][^:：\n]{0,39}[:：]")
ENDS_PARAGRAPH = re.compile(r"[.!?。！？…:：”\"』」]\s*$")
REPEATED_SHARE = 0.6            # of the pages that begin or end with the same line: a running head
FEWEST_PAGES = 3                # below, two equal lines may be an accident
SHORT_LINE = 0.7                # of the usual width: the last line of a paragraph
HYPHENS = ("-", "\u00ad", "\ufffe")      # PDFium writes U+FFFE where a word was broken


def joined_pages(pages: Sequence[str]) -> str:
    """Return the text of the pages in paragraphs, an empty line between them."""
    lines = _without_heads([[line.rstrip() for line in page.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
                            for page in pages])
    width = _usual_width(lines)
    paragraphs: list[str] = []
    is_open = False
    for line in lines:
        if not line.strip():
            is_open = False
            continue
        if is_open and not LABEL.match(line):
            paragraphs[-1] = _joined(paragraphs[-1], line.strip())
        else:
            paragraphs.append(line.strip())
        is_open = not (ENDS_PARAGRAPH.search(line) and _width(line) < SHORT_LINE * width) and (
            _width(line) >= SHORT_LINE * width)
    return "\n\n".join(paragraph.replace("\ufffe", "") for paragraph in paragraphs)


def _without_heads(pages: Sequence[list[str]]) -> list[str]:
    """Return the lines of all pages without page numbers and without lines that most pages begin or end with."""
    edges: Counter[str] = Counter()
    trimmed = [[line for line in page if line.strip()] and _trimmed(page) for page in pages]
    for page in trimmed:
        edges.update({page[0].strip(), page[-1].strip()} if page else ())
    heads = {line for line, n in edges.items() if len(pages) >= FEWEST_PAGES and n >= REPEATED_SHARE * len(pages)}
    lines: list[str] = []
    for page in trimmed:
        kept = [line for place, line in enumerate(page)
                if not (place in (0, len(page) - 1) and (line.strip() in heads or PAGE_NUMBER.match(line)))]
        lines += kept
    return lines


def _trimmed(page: list[str]) -> list[str]:
    first = next(place for place, line in enumerate(page) if line.strip())
    last = max(place for place, line in enumerate(page) if line.strip())
    return page[first:last + 1]


def _usual_width(lines: Sequence[str]) -> float:
    """Return the width that a full line has: the ninth tenth of all."""
    widths = sorted(_width(line) for line in lines if line.strip())
    return widths[int(0.9 * (len(widths) - 1))] if widths else 0.0


def _width(line: str) -> float:
    """Return the line's width in Latin letters; a Chinese sign is two wide."""
    return sum(2 if CJK.match(sign) else 1 for sign in line.strip())


def _joined(before: str, line: str) -> str:
    if before.endswith(HYPHENS) and line[:1].islower():
        return before[:-1] + line
    gap = "" if before and CJK.match(before[-1]) and CJK.match(line[:1]) else " "
    return f"{before}{gap}{line}"
