"""A filled-in sheet saved as OpenDocument → its paragraphs with the cell they sit in; runs in a process of its own.

LibreOffice drops the names of content controls in this format; the bookmarks of the cells stay, and a box that was
ticked shows it by its sign.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element  # only the class; defusedxml does the parsing

from surveyapp.services.open_document import PARAGRAPHS, SKIPPED, T, body_of, words_of
from surveyapp.services.sheet_controls import tag_of

CELL = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}table-cell"
MARKS = (f"{T}bookmark-start", f"{T}bookmark")


def is_open_document(content: bytes) -> bool:
    """Tell an OpenDocument by what its archive holds."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "content.xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False


def read_open_rows(content: bytes) -> tuple[str, dict[str, int]]:
    """Return the rows of the document as JSON, as `sheet_controls.read_rows` does."""
    return json.dumps(list(_rows(body_of(content), ""))), {}


def _rows(parent: Element, tag: str) -> Iterator[dict[str, Any]]:
    for child in parent:
        if child.tag in PARAGRAPHS:
            yield {"tag": tag, "text": "".join(words_of(child)), "inside": []}
        elif child.tag not in SKIPPED:
            yield from _rows(child, (_bookmarked(child) if child.tag == CELL else "") or tag)


def _bookmarked(cell: Element) -> str:
    return tag_of(mark.get(f"{T}name", "") for mark in cell.iter() if mark.tag in MARKS)
