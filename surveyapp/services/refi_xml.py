"""Pieces of XML as text: elements, attributes and lists as the REFI-QDA schemas want them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def words(text: str) -> str:
    """Return the text for an element; signs that XML cannot hold become blanks."""
    return escape(NOT_IN_XML.sub(" ", text), {"\r": "&#13;"})


def attribute(text: str) -> str:
    """Return the text for an attribute, line ends and tabs kept."""
    return escape(NOT_IN_XML.sub(" ", text), {'"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"})


def element(tag: str, inner: str = "", /, **attributes: str) -> str:
    """Return an element on lines of its own; empty attributes are left out."""
    start = "".join(f' {key}="{attribute(value)}"' for key, value in attributes.items() if value)
    return f"<{tag}{start}>{inner}</{tag}>\n" if inner.strip() else f"<{tag}{start}/>\n"


def listed(name: str, inner: Iterable[str]) -> str:
    """Return a list of elements, or nothing: the standard has no empty lists."""
    inside = "".join(inner)
    return f"<{name}>\n{inside}</{name}>\n" if inside else ""


def written(name: str, text: str) -> str:
    """Return an element that holds the text, or nothing."""
    return f"<{name}>{words(text)}</{name}>\n" if text else ""


def reference(name: str, guid: str) -> str:
    """Return an element that points to another."""
    return element(name, targetGUID=guid)
