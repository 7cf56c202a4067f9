"""Charts as a printer wants them: text that ends or is centred somewhere gets the place where it begins.

A browser measures its own font and needs `text-anchor`; the PDF is drawn in the vendored fonts, whose widths are known.
WeasyPrint makes a drawing of its own of each anchored text, which costs more than the text.
"""

from __future__ import annotations

import re
from html import unescape

from reports.charts.canvas import number
from reports.charts.metrics import text_width

_ANCHORED = re.compile(r'<text x="([\d.-]+)"([^>]*?) text-anchor="(middle|end)"([^>]*)>([^<]*)</text>')
_SIZE = re.compile(r'font-size="([\d.]+)"')
_WEIGHT = re.compile(r'font-weight="(\d+)"')
_SHARE = {"middle": 0.5, "end": 1.0}


def with_starts(html: str, language: str) -> str:
    """Return the document with every anchored text of its charts placed by where it begins."""
    def place(found: re.Match[str]) -> str:
        x, before, anchor, after, text = found.groups()
        size, weight = _SIZE.search(before + after), _WEIGHT.search(before + after)
        if size is None:
            return found.group()
        run = text_width(unescape(text), float(size[1]), int(weight[1]) if weight else 400, language)
        return f'<text x="{number(float(x) - run * _SHARE[anchor])}"{before}{after}>{text}</text>'

    return _ANCHORED.sub(place, html)
