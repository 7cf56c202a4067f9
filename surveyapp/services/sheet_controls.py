"""A filled-in Word document → its paragraphs with the control or cell they sit in; runs in a process of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element  # only the class; defusedxml does the parsing

from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]  # publishes no types

from surveyapp.services.word_document import SIGNS, SKIPPED, W, main_part

W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
OFF = ("0", "false", "off")
NOTE = "note:"
MARKED = "note_"            # a bookmark's name holds letters, digits and low lines only
LONGEST_BOOKMARK = 40       # characters, in Word


def bookmark_of(key: str) -> str:
    """Return the name of a question's bookmark, "" where the key is too long for one."""
    name = MARKED + re.sub(r"[^A-Za-z0-9]", lambda sign: f"_{ord(sign[0]):x}_", key)
    return name if len(name) <= LONGEST_BOOKMARK else ""


def tag_of(names: Iterable[str]) -> str:
    """Return the tag of the question whose notes a cell with these bookmarks is for, "" for any other cell."""
    name = next((name for name in names if name.startswith(MARKED)), "")
    key = re.sub(r"_([0-9a-f]{1,6})_", lambda sign: chr(int(sign[1], 16) % 0x110000), name.removeprefix(MARKED))
    return f"{NOTE}{key}" if name else ""


def bookmarked(cell: Element) -> str:
    """Return the tag of a cell by its bookmarks."""
    return tag_of(mark.get(f"{W}name", "") for mark in cell.iter(f"{W}bookmarkStart"))


def read_rows(content: bytes) -> tuple[str, dict[str, int]]:
    """Return the rows of the document as JSON: tag of the control around, text, and [tag, text, is ticked] within."""
    document = fromstring(main_part(content, "docx"), forbid_dtd=True)
    return json.dumps(list(_rows(document, ""))), {}


def _rows(parent: Element, tag: str) -> Iterator[dict[str, Any]]:
    for child in parent:
        if child.tag in SKIPPED:
            continue
        if child.tag == f"{W}p":
            inside: list[tuple[str, str, bool]] = []
            yield {"tag": tag, "text": _text(child, inside), "inside": inside}
        elif child.tag == f"{W}sdt":
            yield from _rows(child, _tag(child) or tag)
        else:
            yield from _rows(child, (bookmarked(child) if child.tag == f"{W}tc" else "") or tag)


def _text(parent: Element, inside: list[tuple[str, str, bool]]) -> str:
    words = ""
    for child in parent:
        if child.tag in SKIPPED or child.tag == f"{W}sdtPr":
            continue
        if child.tag == f"{W}t":
            words += child.text or ""
        elif child.tag in SIGNS:
            words += SIGNS[child.tag]
        elif child.tag == f"{W}sdt":
            said = _text(child, inside)
            inside.append((_tag(child), said, _is_ticked(child)))
            words += said
        else:
            words += _text(child, inside)
    return words


def _tag(control: Element) -> str:
    found = control.find(f"{W}sdtPr/{W}tag")
    return "" if found is None else found.get(f"{W}val", "")


def _is_ticked(control: Element) -> bool:
    found = control.find(f"{W}sdtPr/{W14}checkbox/{W14}checked")
    return found is not None and found.get(f"{W14}val", "1") not in OFF
