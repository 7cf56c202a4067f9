"""Static files: addresses that change with the file, so that browsers may keep each for a year, and gzip on the way."""

from __future__ import annotations

import gzip
import zlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Response, current_app, request

PACKED_SUFFIXES = frozenset({".js", ".css", ".svg"})     # fonts and pictures are packed already


def mark_static(endpoint: str, values: dict[str, Any]) -> None:
    """Add a mark of the file's content to the address of a static file."""
    if endpoint == "static" and "filename" in values:
        values.setdefault("v", _mark_of(str(current_app.static_folder), values["filename"]))


@cache
def _mark_of(folder: str, name: str) -> str:
    path = Path(folder) / name
    return f"{zlib.crc32(path.read_bytes()):08x}" if path.is_file() else ""


def send_static(filename: str) -> Response:
    """Return a static file, packed once per process where the browser takes gzip."""
    reply = current_app.send_static_file(filename)
    if Path(filename).suffix not in PACKED_SUFFIXES:
        return reply
    reply.vary.add("Accept-Encoding")
    if reply.status_code == 200 and request.accept_encodings["gzip"]:  # noqa: PLR2004 - HTTP: the whole file is sent
        reply.close()       # the opened file: its packed form is sent instead
        reply.direct_passthrough = False
        reply.set_data(_packed(str(current_app.static_folder), filename))
        reply.content_encoding = "gzip"
        mark, _ = reply.get_etag()
        if mark is not None:
            reply.set_etag(mark, weak=True)     # the same content in other bytes
    return reply


@cache
def _packed(folder: str, name: str) -> bytes:
    content = (Path(folder) / name).read_bytes()
    # Without a time stamp, so that every process sends the same bytes.
    return gzip.compress(lean(content) if name.endswith(".js") else content, 9, mtime=0)


def lean(script: bytes) -> bytes:
    """Return a script without lines of comment and indents: a sixth of what a phone would have to load."""
    lines = (line.strip() for line in script.splitlines())
    return b"\n".join(line for line in lines if line and not line.startswith(b"//")) + b"\n"
