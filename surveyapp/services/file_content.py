"""What a file is, told by its content alone, and what is taken out of it before it is stored.

Nothing here decodes a picture or unpacks anything, so that no file can grow. A picture is read as the list of parts it
consists of; only the parts that make up the picture are kept. So place, time, device, names, comments, previews and
whatever is hung on behind the end do not reach the database; of a photograph only which way up it is stays. Documents
and recordings are stored as they came: what they tell of their author stays in them. A text is stored as UTF-8.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from instruments.schema import AUDIO, IMAGE, PDF, TEXT
from surveyapp.errors import marked
from surveyapp.services.answer import Unusable

MOST_PIXELS = 100_000_000       # of a picture; more would choke the program it is looked at with
DAMAGED = marked("The file is damaged or did not arrive completely. Please choose it again.")
NOT_TAKEN = marked("This kind of file is not taken here. What is taken stands beside the field.")
EMPTY = marked("The file is empty. Please choose another one.")
HEIC = marked("Pictures in the format HEIC are not taken. Please send the picture as JPEG; in the telephone's camera "
              "settings this is called “most compatible”.")
TOO_MANY_PIXELS = marked("The picture has more than 100 million points. Please make it smaller.")


@dataclass(frozen=True)
class CleanFile:
    """A file as it is stored; the ending says what the content is, whatever it was called."""

    content: bytes
    ending: str


class DamagedError(Exception):
    """The parts of a file do not fit together."""


def clean_file(content: bytes, accepts: Collection[str]) -> CleanFile:
    """Return the file as it may be stored; Unusable says what is wrong with it."""
    if not content.strip(b"\0\t\n\r "):
        raise Unusable(EMPTY)
    if _HEIC.match(content):
        raise Unusable(HEIC if IMAGE in accepts else NOT_TAKEN)
    for kind, ending, is_one, cleaned in KINDS:
        if kind in accepts and is_one(content):
            try:
                return CleanFile(cleaned(content), ending)
            except DamagedError:
                raise Unusable(DAMAGED) from None
    raise Unusable(NOT_TAKEN)


def _begins(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(marks)


def _as_it_came(content: bytes) -> bytes:
    return content


def _number(content: bytes, start: int, size: int) -> int:
    if start + size > len(content):
        raise DamagedError
    return int.from_bytes(content[start:start + size])


def _check_pixels(width: int, height: int) -> None:
    if not width or not height:
        raise DamagedError
    if width * height > MOST_PIXELS:
        raise Unusable(TOO_MANY_PIXELS)


# ---- JPEG -----------------------------------------------------------------------------------------------------------
_SCAN_ENDS = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")       # a marker; what follows a scan is none
_START, _END, _SCAN, _JFIF, _EXIF = b"\xff\xd8", b"\xff\xd9", 0xDA, 0xE0, 0xE1
_FILLING, _FIRST_MARKER = 0xFF, 0xC0
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_TABLES = frozenset({0xC4, 0xCC, 0xDB, 0xDC, 0xDD, 0xDE})
_KEPT_APPLICATION = {0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}        # colours would be wrong without
_JFIF_BYTES = 16            # without the small preview, which may show what was cut off
_ORIENTATION = 0x0112
_TURNED = range(2, 9)


def _jpeg(content: bytes) -> bytes:
    kept, has_frame, has_scan = [_START], False, False
    for marker, segment in _segments(content):
        if marker in _FRAMES:
            has_frame = True
            _check_pixels(_number(segment, 7, 2), _number(segment, 5, 2))
        has_scan = has_scan or marker == _SCAN
        kept.append(_jpeg_segment(marker, segment))
    if not (has_frame and has_scan):
        raise DamagedError
    return b"".join([*kept, _END])


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the marker and the bytes of each segment up to the end of the picture; a scan goes with its header."""
    place = len(_START)
    while True:
        marker = _number(content, place, 2) - 0xFF00
        if marker == _FILLING:
            place += 1
            continue
        if marker == _END[1]:
            return
        end = place + 2 + _number(content, place + 2, 2)
        if marker < _FIRST_MARKER or end < place + 4 or end > len(content):
            raise DamagedError
        if marker == _SCAN:
            found = _SCAN_ENDS.search(content, end)
            if found is None:
                raise DamagedError
            end = found.start()
        yield marker, content[place:end]
        place = end


def _jpeg_segment(marker: int, segment: bytes) -> bytes:
    """Return what is kept of a segment."""
    if marker in _FRAMES or marker in _TABLES or marker == _SCAN:
        return segment
    body = segment[4:]
    if marker == _JFIF and body.startswith(b"JFIF\0") and len(segment) >= _JFIF_BYTES:
        return segment[:2] + _JFIF_BYTES.to_bytes(2) + segment[4:_JFIF_BYTES] + b"\0\0"
    if marker == _EXIF and body.startswith(b"Exif\0\0"):
        turned = _orientation(body[6:])
        return _exif(turned) if turned in _TURNED else b""
    return segment if marker in _KEPT_APPLICATION and body.startswith(_KEPT_APPLICATION[marker]) else b""


def _orientation(tiff: bytes) -> int:
    """Return which way up the picture is, 1 to 8; 1 where nothing sensible is said."""
    order = {b"II": "little", b"MM": "big"}.get(tiff[:2])
    if order is None:
        return 1

    def number(start: int, size: int) -> int:
        return int.from_bytes(tiff[start:start + size], order)  # type: ignore[arg-type]  # one of the two words

    start = number(4, 4)
    for place in range(start + 2, min(start + 2 + 12 * number(start, 2), len(tiff)), 12):
        if number(place, 2) == _ORIENTATION:
            return number(place + 8, 2)
    return 1


def _exif(orientation: int) -> bytes:
    """Return a segment that says nothing but which way up the picture is."""
    entry = _ORIENTATION.to_bytes(2) + b"\0\3\0\0\0\1" + orientation.to_bytes(2) + b"\0\0"
    body = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\1" + entry + b"\0\0\0\0"
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2) + body


# ---- PNG ------------------------------------------------------------------------------------------------------------
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT",
                       b"bKGD", b"pHYs", b"cICP", b"acTL", b"fcTL", b"fdAT"})


def _png(content: bytes) -> bytes:
    kept, place = [_PNG], len(_PNG)
    names: list[bytes] = []
    while not names or names[-1] != b"IEND":
        end = place + 12 + _number(content, place, 4)
        name, body = content[place + 4:place + 8], content[place + 4:end - 4]
        if end > len(content) or zlib.crc32(body) != _number(content, end - 4, 4):
            raise DamagedError
        if not names:
            if name != b"IHDR":
                raise DamagedError
            _check_pixels(_number(body, 4, 4), _number(body, 8, 4))
        names.append(name)
        if name in _PNG_KEPT:
            kept.append(content[place:end])
        place = end
    if b"IDAT" not in names:
        raise DamagedError
    return b"".join(kept)


# ---- WebP -----------------------------------------------------------------------------------------------------------
_WEBP_PICTURE = frozenset({b"VP8 ", b"VP8L", b"ANMF"})
_WEBP_KEPT = _WEBP_PICTURE | {b"VP8X", b"ANIM", b"ALPH", b"ICCP"}
_ABOUT = 0x04 | 0x08        # flags of VP8X: there is XMP, there is EXIF


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _webp(content: bytes) -> bytes:
    kept, has_picture, place = [b"WEBP"], False, 12
    whole = 8 + int.from_bytes(content[4:8], "little")
    if whole > len(content):
        raise DamagedError
    while place < whole:
        size = int.from_bytes(content[place + 4:place + 8], "little")
        end = place + 8 + size + size % 2
        name, chunk = content[place:place + 4], content[place:end]
        if end > whole:
            raise DamagedError
        if name == b"VP8X":
            _check_pixels(1 + int.from_bytes(chunk[12:15], "little"), 1 + int.from_bytes(chunk[15:18], "little"))
            chunk = chunk[:8] + bytes([chunk[8] & ~_ABOUT]) + chunk[9:]
        has_picture = has_picture or name in _WEBP_PICTURE
        kept.append(chunk if name in _WEBP_KEPT else b"")
        place = end
    if not has_picture:
        raise DamagedError
    body = b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


# ---- documents and recordings ---------------------------------------------------------------------------------------
_TAIL = 2048                # bytes within which a PDF says that it is complete
_SPACE = "\t\n\r\f"
_NOT_PLAIN = ("<", "{\\rtf", "%!PS")
_TEXT_ENCODINGS = ("utf-8-sig", "gb18030")
_MP3 = re.compile(rb"ID3[\x02-\x04]|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]")
_MP4 = re.compile(rb".{4}ftyp(M4A |M4B |mp42|isom|iso2|3gp4|3gp5|3gp6|dash)", re.DOTALL)
_HEIC = re.compile(rb".{4}ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1|avif|avis)", re.DOTALL)


def _pdf(content: bytes) -> bytes:
    if b"%%EOF" not in content[-_TAIL:]:
        raise DamagedError
    return content


def _decoded(content: bytes) -> str | None:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = _TEXT_ENCODINGS
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _is_text(content: bytes) -> bool:
    """Tell whether it is plain text: no control signs, and nothing that a program would take for more than text."""
    text = _decoded(content)
    if text is None or text.lstrip().startswith(_NOT_PLAIN):
        return False
    return all(sign in _SPACE or (sign >= " " and not "\x7f" <= sign <= "\x9f") for sign in text)


def _text(content: bytes) -> bytes:
    return (_decoded(content) or "").replace("\r\n", "\n").replace("\r", "\n").encode()


def _is_wave(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WAVE"


def _is_sound_of(mark: re.Pattern[bytes], film: bytes) -> Callable[[bytes], bool]:
    """Return what tells a recording from a film in the same container."""
    return lambda content: mark.match(content) is not None and film not in content


Kind = tuple[str, str, Callable[[bytes], bool], Callable[[bytes], bytes]]
KINDS: tuple[Kind, ...] = (
    (IMAGE, "jpg", _begins(b"\xff\xd8\xff"), _jpeg), (IMAGE, "png", _begins(_PNG), _png),
    (IMAGE, "webp", _is_webp, _webp),
    (PDF, "pdf", _begins(b"%PDF-1.", b"%PDF-2."), _pdf),
    (AUDIO, "mp3", lambda content: _MP3.match(content) is not None, _as_it_came),
    (AUDIO, "wav", _is_wave, _as_it_came), (AUDIO, "ogg", _begins(b"OggS"), _as_it_came),
    (AUDIO, "m4a", _is_sound_of(_MP4, b"vide"), _as_it_came), (AUDIO, "amr", _begins(b"#!AMR"), _as_it_came),
    (AUDIO, "webm", _is_sound_of(re.compile(rb"\x1a\x45\xdf\xa3"), b"V_"), _as_it_came),
    (TEXT, "txt", _is_text, _text),
)
MIME_TYPES: Mapping[str, str] = {
    "jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "pdf": "application/pdf", "mp3": "audio/mpeg",
    "wav": "audio/wav", "ogg": "audio/ogg", "m4a": "audio/mp4", "amr": "audio/amr", "webm": "audio/webm",
    "txt": "text/plain"}
