"""A .docx file → text: paragraphs in reading order, with limits against files made to exhaust a server.

What is not read is counted, so that whoever imports learns of it: tracked changes, comments, footnotes.
"""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree.ElementTree import Element, ParseError  # only the classes; defusedxml does the parsing

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]  # publishes no types
from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]  # publishes no types

from surveyapp.errors import BadInput
from surveyapp.services.text_document import DocumentText, password_needed

MOST_ENTRIES = 2_000                # a report with hundreds of pictures has fewer
LARGEST_PART = 30_000_000           # bytes of document.xml, about 5 million characters of text
HIGHEST_RATIO = 200                 # real documents reach about 30; zip bombs start near 1000
MAIN_PART = "word/document.xml"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SIGNS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "\u2011"}
# Deleted text of tracked changes, and the fall-back copy of a text box, must not be read as spoken words.
SKIPPED = frozenset({f"{W}del", f"{W}moveFrom", f"{W}instrText",
                     "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"})


TRACKED = re.compile(rb"<w:(?:ins|del|moveFrom|moveTo)[ >]")
REMARK = re.compile(rb"<w:commentReference[ />]")
FOOTNOTE = re.compile(rb"<w:(?:footnote|endnote)Reference[ />]")
OLE_MARK = b"\xd0\xcf\x11\xe0"
LOCKED_MARK = "EncryptedPackage".encode("utf-16-le")     # how Office wraps a document that has a password


def is_locked(content: bytes) -> bool:
    """Tell whether the bytes are an Office document that is protected by a password."""
    return content.startswith(OLE_MARK) and LOCKED_MARK in content


def read_word_document(content: bytes, place: str) -> DocumentText:
    """Return the text of the document, one line a paragraph; BadInput where it is none, or too large."""
    if is_locked(content):
        raise password_needed(place)
    part = main_part(content, place)
    try:
        paragraphs = _paragraphs(part)
    except (ParseError, DefusedXmlException):
        raise BadInput("{place}: the document is damaged.", "Open it in a word processor and save it again as docx.",
                       place=place) from None
    left_out = {"changes": len(TRACKED.findall(part)), "comments": len(REMARK.findall(part)),
                "footnotes": len(FOOTNOTE.findall(part))}
    return DocumentText("\n".join(paragraphs), {what: n for what, n in left_out.items() if n})


def main_part(content: bytes, place: str) -> bytes:
    """Return the XML of the document's text; BadInput where there is none, or more than is allowed."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read_within_limits(archive, place)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError):
        raise BadInput("{place}: this is not a Word document (docx).",
                       "Open it in a word processor and save it as docx or as txt.", place=place) from None


def _read_within_limits(archive: zipfile.ZipFile, place: str) -> bytes:
    entry = archive.getinfo(MAIN_PART)
    is_bomb = entry.file_size > HIGHEST_RATIO * max(entry.compress_size, 1_000)
    if len(archive.infolist()) > MOST_ENTRIES or entry.file_size > LARGEST_PART or is_bomb:
        raise _too_large(place)
    with archive.open(entry) as file:
        part = file.read(LARGEST_PART + 1)      # the size written in the file may be a lie
    if len(part) > LARGEST_PART:
        raise _too_large(place)
    return part


def _too_large(place: str) -> BadInput:
    return BadInput("{place}: the document unpacks to more than a transcript can hold.",
                    "Take the pictures out, or save the text as txt.", place=place)


def _paragraphs(part: bytes) -> list[str]:
    """Return each paragraph's text; elements are dropped as soon as they are read."""
    found: list[str] = []
    depth_in_paragraph = 0
    for event, element in iterparse(io.BytesIO(part), events=("start", "end"), forbid_dtd=True):
        if element.tag != f"{W}p":
            continue
        depth_in_paragraph += 1 if event == "start" else -1
        if event == "end" and depth_in_paragraph == 0:
            found.append("".join(_words(element)))
            element.clear()
    return found


def _words(element: Element) -> list[str]:
    words: list[str] = []
    for child in element:
        if child.tag in SKIPPED:
            continue
        if child.tag == f"{W}t":
            words.append(child.text or "")
        elif child.tag in SIGNS:
            words.append(SIGNS[child.tag])
        else:
            words += _words(child)
            if child.tag == f"{W}p":
                words.append("\n")
    return words
