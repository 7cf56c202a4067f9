"""Zip archives that strangers made: what is refused before a byte is unpacked."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import PurePosixPath

from instruments.errors import FileFormatError

MAX_UNPACKED_BYTES = 20_000_000
MAX_ENTRIES = 500           # parts inside an archive; the largest of 69 collected forms has 31
ZIP_MARK = b"PK\x03\x04"
_SYSTEM_UNIX = 3


def list_archive(content: bytes, place: str, what: str, remedy: str) -> list[zipfile.ZipInfo]:
    """Return the entries of an archive; a damaged, oversized or malicious one is refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise FileFormatError(place, f"the {what} is damaged.", remedy) from error
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise FileFormatError(
            place, "the file is too large once unpacked.", f"At most {MAX_UNPACKED_BYTES:,} bytes are read.")
    for entry in entries:
        if is_unsafe(entry):
            raise FileFormatError(
                place, f"the entry '{entry.filename[:60]}' points outside the archive.",
                "Take the file from its source again; this one was tampered with.")
    return entries


def is_unsafe(entry: zipfile.ZipInfo) -> bool:
    """Return whether an entry is a link or names a place outside its archive."""
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    is_link = entry.create_system == _SYSTEM_UNIX and stat.S_ISLNK(entry.external_attr >> 16)
    return is_link or path.is_absolute() or ".." in path.parts or ":" in entry.filename


def read_entry(content: bytes, entry: zipfile.ZipInfo, place: str, what: str, remedy: str) -> bytes:
    """Return the bytes of one entry, never more than the archive announced."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(entry) as stream:
            return stream.read(MAX_UNPACKED_BYTES)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise FileFormatError(place, f"the {what} is damaged or protected by a password.", remedy) from error
    except Exception as error:      # zlib and lzma raise classes of their own
        if type(error).__module__.partition(".")[0] not in ("zlib", "lzma", "_lzma", "bz2"):
            raise
        raise FileFormatError(place, f"the {what} is damaged.", remedy) from error
