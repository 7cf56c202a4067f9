"""A transcript file → decoded text → normalised text → turns: pure, nothing is stored here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import PurePath

from surveyapp.errors import BadInput
from surveyapp.services.decoding import LONGEST_TEXT, check_size, decode_text, normalise
from surveyapp.services.speakers import ParsedTurn, find_turns
from surveyapp.services.subtitles import read_subtitles
from surveyapp.services.text_document import KINDS, password_needed, read_text_document
from surveyapp.services.word_document import is_locked, read_word_document

SUFFIXES = (".txt", ".md", ".docx", ".odt", ".rtf", ".pdf", ".srt", ".vtt")
# What a file says it is in its first bytes, whatever its name claims.
OTHER_KINDS = (
    (b"%PDF", "PDF", ".pdf"), (b"\xd0\xcf\x11\xe0", "Word 97 (doc)", None), (b"{\\rtf", "RTF", ".rtf"),
    (b"\x89PNG", "PNG", None), (b"\xff\xd8\xff", "JPEG", None), (b"ID3", "MP3", None), (b"RIFF", "WAV", None),
)
ZIPPED = (".docx", ".odt")


@dataclass(frozen=True)
class Transcript:
    """A text as it will be stored.

    `sha256` is of its UTF-8 bytes; `is_guess` asks the reader to look at it; `left_out` counts what the file held
    besides the words (tracked changes, comments, footnotes, empty pages).
    """

    text: str
    sha256: str
    turns: tuple[ParsedTurn, ...]
    encoding: str
    is_guess: bool = False
    left_out: Mapping[str, int] = field(default_factory=dict)


def text_hash(text: str) -> str:
    """Return the SHA-256 of the text's UTF-8 bytes, as 64 hexadecimal signs."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_transcript(filename: str, content: bytes, encoding: str | None = None) -> Transcript:
    """Return the transcript of a file of any kind in SUFFIXES; BadInput with place and remedy otherwise."""
    place = PurePath(filename.replace("\\", "/")).name or filename
    suffix = PurePath(place).suffix.lower()
    check_size(content, place)
    _check_kind(content, suffix, place)
    if suffix == ".docx" or suffix in KINDS:
        read = (read_word_document(content, place) if suffix == ".docx"
                else read_text_document(content, suffix, place))
        return replace(_transcript(normalise(read.text), suffix[1:], place), left_out=read.left_out)
    decoded = decode_text(content, place, encoding)
    if suffix in (".srt", ".vtt"):
        text, turns = read_subtitles(decoded.text, place)
        return Transcript(text, text_hash(text), turns, decoded.encoding, decoded.is_guess)
    text = unescape(decoded.text) if suffix == ".md" else decoded.text
    return _transcript(normalise(text), decoded.encoding, place, decoded.is_guess)


def transcript_of(text: str) -> Transcript:
    """Return the transcript of a text that was typed or pasted."""
    return _transcript(normalise(text), "UTF-8", "Transcript")


def _check_kind(content: bytes, suffix: str, place: str) -> None:
    if is_locked(content):
        raise password_needed(place)
    kind = next((name for mark, name, own in OTHER_KINDS if content.startswith(mark) and suffix != own), None)
    if kind is None and content.startswith(b"PK") and suffix not in ZIPPED:
        kind = "zip"
    if kind is None and suffix in SUFFIXES:
        return
    raise BadInput("{place}: files of the kind {kind} are not read as transcripts.",
                   "Save the transcript as txt, md, docx, odt, rtf, pdf, srt or vtt.", place=place,
                   kind=kind or suffix or "?")


def _transcript(text: str, encoding: str, place: str, is_guess: bool = False) -> Transcript:
    turns = find_turns(text)
    if not turns:
        raise BadInput("{place}: there are no words in it.", "Choose the file that holds the transcript.", place=place)
    if len(text) > LONGEST_TEXT:
        raise BadInput("{place}: the text has {n} characters.", "A transcript has at most {most}: split it.",
                       place=place, n=len(text), most=LONGEST_TEXT)
    return Transcript(text, text_hash(text), turns, encoding, is_guess)
