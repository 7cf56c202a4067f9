"""The entries of a .qdpx file, read within limits and never written anywhere: names in a zip are not to be trusted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import unquote

MOST_ENTRIES = 5_000
LARGEST_PART = 120_000_000          # bytes of the project or of one text
LARGEST_IN_ALL = 400_000_000        # bytes unpacked; recordings inside are never unpacked, but are counted
HIGHEST_RATIO = 200                 # real projects reach about 30; zip bombs start near 1000
SMALL_PART = 20_000_000             # bytes below which the ratio says nothing: they harm nobody
PREFIXES = ("internal://", "relative:///", "relative://", "absolute:///", "absolute://", "file:///", "file://")


class UnsafeZip(Exception):
    """The archive is made to harm, or larger than allowed; the message is one word of the caller's."""


@dataclass
class ForeignZip:
    """A zip file in memory; texts are found whatever way their path is written."""

    archive: zipfile.ZipFile
    by_name: Mapping[str, zipfile.ZipInfo] = field(default_factory=dict)
    by_stem: Mapping[str, zipfile.ZipInfo] = field(default_factory=dict)

    def read(self, entry: zipfile.ZipInfo) -> bytes:
        """Return the bytes of an entry; the size written in the archive may be a lie."""
        with self.archive.open(entry) as file:
            content = file.read(LARGEST_PART + 1)
        if len(content) > LARGEST_PART:
            raise UnsafeZip("too_large")
        return content

    def projects(self) -> list[zipfile.ZipInfo]:
        """Return the entries that may be the project, the one named by the standard first."""
        found = [entry for name, entry in self.by_name.items() if name.endswith(".qde")]
        return sorted(found, key=lambda entry: (entry.filename.lower() != "project.qde", entry.filename.count("/")))

    def find(self, path: str) -> tuple[zipfile.ZipInfo | None, bool]:
        """Return the entry a path of the project means, and whether it stands where the standard wants it."""
        prefix = next((prefix for prefix in PREFIXES if path.lower().startswith(prefix)), "")
        name = path[len(prefix):].replace("\\", "/").lstrip("/")
        exact = self.by_name.get(f"sources/{name}".lower())
        if exact is not None and prefix == PREFIXES[0] and exact.filename == f"sources/{name}":
            return exact, True
        last = PurePosixPath(name).name
        for wanted in (f"sources/{name}", name, f"sources/{last}", unquote(name), f"sources/{unquote(last)}"):
            if (found := self.by_name.get(wanted.lower())) is not None:
                return found, False
        return self.by_stem.get(unquote(last).lower()), False


def open_zip(content: bytes) -> ForeignZip:
    """Return the archive after its directory was checked; UnsafeZip says what is wrong with it."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError):
        raise UnsafeZip("no_zip") from None
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(archive.infolist()) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > LARGEST_IN_ALL:
        raise UnsafeZip("too_large")
    by_name: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        _check(entry)
        if by_name.setdefault(entry.filename.lower(), entry) is not entry:
            raise UnsafeZip("unsafe")
    return ForeignZip(archive, by_name, {PurePosixPath(name).name: entry for name, entry in by_name.items()})


def _check(entry: zipfile.ZipInfo) -> None:
    """Refuse an entry that is locked, points out of the archive, or is a bomb."""
    parts = entry.filename.replace("\\", "/").split("/")
    if ".." in parts or parts[0] == "" or ":" in parts[0]:
        raise UnsafeZip("unsafe")
    if entry.flag_bits & 0x1:
        raise UnsafeZip("password")
    if entry.file_size > max(SMALL_PART, HIGHEST_RATIO * max(entry.compress_size, 1)):
        raise UnsafeZip("unsafe")
