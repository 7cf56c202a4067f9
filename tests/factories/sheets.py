"""Sheets for notes as people send them back: filled in, or saved by a program that dropped controls and bookmarks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, tostring

from defusedxml.ElementTree import fromstring

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"


def filled(content: bytes, values: Mapping[str, str], ticks: tuple[str, ...] = (), *, keeps_controls: bool = True,
           typed: Mapping[str, str] | None = None) -> bytes:
    """Return the sheet with these controls filled; `typed` puts a paragraph before the one that holds some words."""
    document = fromstring(_part(content))
    for control in list(document.iter(f"{W}sdt")):
        tag = control.find(f"{W}sdtPr/{W}tag").get(f"{W}val")
        if tag in values:
            _write(control.find(f"{W}sdtContent"), values[tag])
        if tag in ticks:
            control.find(f"{W}sdtPr/{W14}checkbox/{W14}checked").set(f"{W14}val", "1")
            _write(control.find(f"{W}sdtContent"), "☑")
    for cell in document.iter(f"{W}tc"):
        key = _bookmark(cell).removeprefix("note_")
        if f"note:{key}" in values:
            _write_room(cell, values[f"note:{key}"])
    for words, text in (typed or {}).items():
        _insert(document, words, text)
    if not keeps_controls:
        _unwrap(document)
    return _with_part(content, tostring(document, encoding="unicode"))


def with_controls(content: bytes) -> bytes:
    """Return the sheet as it was printed once: the notes of a cell in a content control, without a bookmark."""
    document = fromstring(_part(content))
    for cell in document.iter(f"{W}tc"):
        name, paragraphs = _bookmark(cell), cell.findall(f"{W}p")
        if not name:
            continue
        control = SubElement(cell, f"{W}sdt")
        SubElement(SubElement(control, f"{W}sdtPr"), f"{W}tag").set(f"{W}val", f"note:{name.removeprefix('note_')}")
        room = SubElement(control, f"{W}sdtContent")
        for paragraph in paragraphs:
            cell.remove(paragraph)
            room.append(paragraph)
        _unwrap(room)
    return _with_part(content, tostring(document, encoding="unicode"))


def _write(room: Element, text: str) -> None:
    room.find(f"{W}r/{W}t").text = text


def _bookmark(cell: Element) -> str:
    mark = cell.find(f".//{W}bookmarkStart")
    return "" if mark is None else mark.get(f"{W}name")


def _write_room(cell: Element, text: str) -> None:
    """Type into a cell as a word processor does: within its bookmark."""
    first, *rest = cell.findall(f"{W}p")
    end = rest[-1].find(f"{W}bookmarkEnd")
    for paragraph in rest:
        cell.remove(paragraph)
    lines = [first, *(SubElement(cell, f"{W}p") for _ in text.split("\n")[1:])]
    for paragraph, line in zip(lines, text.split("\n"), strict=True):
        SubElement(SubElement(paragraph, f"{W}r"), f"{W}t").text = line
    lines[-1].append(end)


def _insert(document: Element, words: str, text: str) -> None:
    body = document.find(f"{W}body")
    place = next(place for place, child in enumerate(body) if words in "".join(child.itertext()))
    paragraph = Element(f"{W}p")
    SubElement(SubElement(paragraph, f"{W}r"), f"{W}t").text = text
    body.insert(place, paragraph)


def _unwrap(parent: Element) -> None:
    for child in list(parent):
        _unwrap(child)
        if child.tag in (f"{W}bookmarkStart", f"{W}bookmarkEnd"):
            parent.remove(child)
        if child.tag == f"{W}sdt":
            place = list(parent).index(child)
            parent.remove(child)
            for inner in reversed(list(child.find(f"{W}sdtContent"))):
                parent.insert(place, inner)


def _part(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("word/document.xml")


def _with_part(content: bytes, document: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(stream, "w") as made:
        for name in archive.namelist():
            made.writestr(name, document if name == "word/document.xml" else archive.read(name))
    return stream.getvalue()
