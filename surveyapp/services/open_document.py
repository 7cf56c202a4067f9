"""An .odt file → text and what was left out of it; used in a process of its own (`text_child`)."""

from __future__ import annotations

import io
import zipfile
from xml.etree.ElementTree import Element  # only the class; defusedxml does the parsing

from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]  # publishes no types

MOST_ENTRIES = 2_000
LARGEST_PART = 30_000_000           # bytes of content.xml
HIGHEST_RATIO = 400                 # styles repeat more in this format than in Word's
O = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"  # noqa: E741 - the prefix the standard uses
T = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
PARAGRAPHS = frozenset({f"{T}p", f"{T}h"})
SIGNS = {f"{T}tab": "\t", f"{T}line-break": "\n"}
# What stands in the file but was not said: deleted text, the author's remarks, notes at the foot, lists of titles.
SKIPPED = frozenset({f"{T}tracked-changes", f"{O}annotation", f"{T}note", f"{T}table-of-content",
                     f"{T}alphabetical-index"})


class Encrypted(Exception):
    """The file is protected by a password."""


class TooLarge(Exception):
    """The file unpacks to more than a transcript can hold."""


def read_open_document(content: bytes) -> tuple[str, dict[str, int]]:
    """Return the text, one line a paragraph, and how many changes, comments and notes were left out."""
    body = body_of(content)
    lines: list[str] = []
    _walk(body, lines)
    counted = {"changes": f"{T}changed-region", "comments": f"{O}annotation", "footnotes": f"{T}note"}
    left_out = {what: len(list(body.iter(tag))) for what, tag in counted.items()}
    return "\n".join(lines), left_out


def body_of(content: bytes) -> Element:
    """Return the element that holds the text of the document."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if b"encryption-data" in _part(archive, "META-INF/manifest.xml"):
            raise Encrypted
        root: Element = fromstring(_part(archive, "content.xml"), forbid_dtd=True)
    body = root.find(f"{O}body/{O}text")
    if body is None:
        raise KeyError("office:text")
    return body


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    entry = archive.getinfo(name)
    if (len(archive.infolist()) > MOST_ENTRIES or entry.file_size > LARGEST_PART
            or entry.file_size > HIGHEST_RATIO * max(entry.compress_size, 1_000)):
        raise TooLarge
    with archive.open(entry) as file:
        part = file.read(LARGEST_PART + 1)      # the size written in the file may be a lie
    if len(part) > LARGEST_PART:
        raise TooLarge
    return part


def _walk(element: Element, lines: list[str]) -> None:
    for child in element:
        if child.tag in PARAGRAPHS:
            lines.append("".join(words_of(child)))
        elif child.tag not in SKIPPED:
            _walk(child, lines)


def words_of(element: Element) -> list[str]:
    """Return the words of a paragraph in pieces."""
    words = [element.text or ""]
    for child in element:
        if child.tag in SIGNS:
            words.append(SIGNS[child.tag])
        elif child.tag == f"{T}s":
            words.append(" " * int(child.get(f"{T}c", "1")))
        elif child.tag not in SKIPPED:
            words += words_of(child)
            if child.tag in PARAGRAPHS:
                words.append("\n")
        words.append(child.tail or "")
    return words
