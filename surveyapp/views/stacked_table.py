"""Tables that become cards on a narrow screen: each cell is told the head of its column.

`{% filter stacked %}<table>…</table>{% endfilter %}` adds the class, the labels and the roles; the stylesheet does the
rest. Roles are written out because a browser may drop a table's meaning when it is laid out as blocks.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_TAG = re.compile(r"<(/?)(table|thead|tbody|tr|th|td)\b([^>]*)>")
_ANY_TAG = re.compile(r"<[^>]*>")
_IN_LINE = re.compile(r"</?(?:span|wbr)\b[^>]*>")
_CLASS = re.compile(r'class="([^"]*)"')
ROLES = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row"}


def stacked(html: str) -> Markup:
    """Return the table with what a narrow layout needs; one without a head stays as it is."""
    head = re.search(r"<thead\b.*?</thead>", html, re.DOTALL)
    if head is None:
        return Markup(html)  # noqa: S704 - it was markup before, rendered by the template around it
    labels = [_text(cell) for cell in re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", head[0], re.DOTALL)]
    return Markup(_Rewriter(labels).rewrite(html))  # noqa: S704 - the same, with escaped labels put in


def _text(html: str) -> str:
    html = _IN_LINE.sub("", html)           # what only holds signs together parts no word
    return " ".join(Markup(_ANY_TAG.sub(" ", html)).unescape().split())  # noqa: S704 - taken apart, not shown


class _Rewriter:
    """Goes through the tags of one table and knows in which column it is."""

    def __init__(self, labels: list[str]) -> None:
        self.labels, self.column, self.is_head = labels, 0, False

    def rewrite(self, html: str) -> str:
        return _TAG.sub(self._tag, html)

    def _tag(self, found: re.Match[str]) -> str:
        is_end, name, attributes = found[1] == "/", found[2], found[3]
        if name == "thead":
            self.is_head = not is_end
        if name == "tr":
            self.column = 0
        if is_end:
            return f"</div>{found[0]}" if name == "td" and not self.is_head else found[0]
        if name == "table":
            attributes = _with_class(attributes)
        if name in ("td", "th"):
            return self._cell(name, attributes)
        return f'<{name}{attributes} role="{ROLES[name]}">'

    def _cell(self, name: str, attributes: str) -> str:
        label = self.labels[self.column] if self.column < len(self.labels) else ""
        self.column += 1
        if self.is_head:
            return f'<{name}{attributes} role="{"columnheader" if name == "th" else "cell"}">'
        if name == "th":
            return f'<th{attributes} role="rowheader">'
        told = f' data-label="{escape(label)}"' if label else ""
        return f'<td{attributes}{told} role="cell"><div>'


def _with_class(attributes: str) -> str:
    if _CLASS.search(attributes):
        return _CLASS.sub(r'class="\1 stack"', attributes, count=1)
    return f'{attributes} class="stack"'
