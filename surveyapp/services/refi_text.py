"""The words of a text in a REFI-QDA project: in the project, a plain file or a formatted one. Child process only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element  # only the class; defusedxml does the parsing

from surveyapp.errors import BadInput
from surveyapp.services.decoding import LONGEST_TEXT, decode_as_filed, normalise
from surveyapp.services.foreign_zip import UnsafeZip
from surveyapp.services.refi_reader import Reading, Unreadable, child
from surveyapp.services.word_document import read_word_document

TURNS_NOTE = "speakers and times"       # the name of the memo in which this program keeps the turns of a text
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
UNKEPT = re.compile("\r\n|[\ufeff\x00]")


@dataclass(frozen=True)
class Kept:
    """A text as it is kept, and what the file had besides: see `ForeignText`."""

    text: str
    crlf: tuple[int, ...] = ()
    dropped: tuple[int, ...] = ()
    has_mark: bool = False


def as_kept(raw: str, *, has_mark: bool = False) -> Kept:
    """Return the text with line ends as we keep them, and where the file had more signs."""
    crlf: list[int] = []
    dropped: list[int] = []
    for shift, found in enumerate(UNKEPT.finditer(raw)):
        (crlf if found.group() == "\r\n" else dropped).append(found.start() - shift)
    return Kept(normalise(raw), tuple(crlf), tuple(dropped), has_mark)


def text_of(element: Element, reading: Reading) -> Kept | None:
    """Return the words of a text, or None, which is counted."""
    content = child(element, "PlainTextContent")
    if content is not None:
        return _checked(as_kept(content.text or ""), reading)
    plain, rich = element.get("plainTextPath", ""), element.get("richTextPath", "")
    bytes_of_plain = _bytes(plain, reading) if plain else None
    if bytes_of_plain is not None:
        reading.losses["documents"] += bool(rich)
        return _plain(bytes_of_plain, reading)
    bytes_of_rich = _bytes(rich, reading) if rich else None
    if bytes_of_rich is None:
        reading.losses["missing_texts"] += 1
        return None
    try:
        words = read_word_document(bytes_of_rich, rich).text
    except BadInput:
        reading.losses["unreadable_texts"] += 1
        return None
    reading.warnings["rich_text"] += 1
    return _checked(as_kept(words), reading)


def _bytes(path: str, reading: Reading) -> bytes | None:
    if reading.archive is None:
        return None
    entry, is_in_place = reading.archive.find(path)
    if entry is None:
        return None
    reading.warnings["path"] += not is_in_place
    try:
        return reading.archive.read(entry)
    except UnsafeZip as error:
        raise Unreadable(str(error)) from None


def _plain(content: bytes, reading: Reading) -> Kept | None:
    if not content.strip():
        return Kept("")
    try:
        raw = decode_as_filed(content, "text").text
    except BadInput:
        reading.losses["unreadable_texts"] += 1
        return None
    return _checked(as_kept(raw, has_mark=content.startswith(MARKS)), reading)


def _checked(kept: Kept, reading: Reading) -> Kept | None:
    if len(kept.text) > LONGEST_TEXT:
        reading.losses["unreadable_texts"] += 1
        return None
    return kept
