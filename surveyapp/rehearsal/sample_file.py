"""A small file of each kind that an upload takes, as an invented respondent would send it."""

from __future__ import annotations

import zlib

from instruments.schema import AUDIO, IMAGE, PDF, Item

PNG_SIGN = b"\x89PNG\r\n\x1a\n"
ONE_GREY_POINT = b"\0\x80"
WORDS = "An invented file of the rehearsal.\n"


def invented_file(item: Item) -> tuple[str, bytes]:
    """Return a name and the content of a file that the item takes."""
    kind = item.accepted[0]
    if kind == IMAGE:
        return "invented.png", _png()
    if kind == PDF:
        return "invented.pdf", b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    if kind == AUDIO:
        return "invented.wav", _wave()
    return "invented.txt", WORDS.encode()


def _png() -> bytes:
    head = (1).to_bytes(4) + (1).to_bytes(4) + b"\x08\0\0\0\0"
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(ONE_GREY_POINT)), (b"IEND", b""))
    return PNG_SIGN + b"".join(
        len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4) for name, body in parts)


def _wave() -> bytes:
    head = b"fmt " + (16).to_bytes(4, "little") + b"\1\0\1\0" + (8000).to_bytes(4, "little") * 2 + b"\1\0\x08\0"
    body = b"WAVE" + head + b"data" + (1).to_bytes(4, "little") + b"\x80\0"
    return b"RIFF" + len(body).to_bytes(4, "little") + body
