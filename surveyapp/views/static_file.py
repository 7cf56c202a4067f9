"""Addresses of static files that change with the file, so that browsers may keep each for a year."""

from __future__ import annotations

import zlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import current_app


def mark_static(endpoint: str, values: dict[str, Any]) -> None:
    """Add a mark of the file's content to the address of a static file."""
    if endpoint == "static" and "filename" in values:
        values.setdefault("v", _mark_of(str(current_app.static_folder), values["filename"]))


@cache
def _mark_of(folder: str, name: str) -> str:
    path = Path(folder) / name
    return f"{zlib.crc32(path.read_bytes()):08x}" if path.is_file() else ""
