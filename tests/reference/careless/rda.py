"""Reads the numbers of a data frame in an R data file, so that the test needs no R."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

HEADER = b"RDX"
PAIRLIST, SYMBOL, CHARACTER, INTEGERS, REALS, STRINGS, LIST = 2, 1, 9, 13, 14, 16, 19
NIL_VALUE, REFERENCE, ALTREP = 254, 255, 238
R_MISSING = -(2**31)


def read_rda(path: Path) -> dict[str, Any]:
    """Return the objects of a file in R's XDR format; vectors as arrays, a data frame as one."""
    content = path.read_bytes()
    for start, unpack in ((b"\x1f\x8b", gzip.decompress), (b"BZh", bz2.decompress), (b"\xfd7zXZ", lzma.decompress)):
        if content.startswith(start):
            content = unpack(content)
    assert content.startswith(HEADER), "not an R data file"
    assert content[5:7] == b"X\n", "not in XDR format"
    reader = _Reader(content[7:])
    version, _, _ = reader.numbers("i", 3)
    if version > 2:
        reader.take(reader.numbers("i", 1)[0])          # name of the encoding
    return reader.read()


class _Reader:
    def __init__(self, content: bytes) -> None:
        self.content, self.place, self.known = content, 0, []

    def take(self, n: int) -> bytes:
        self.place += n
        return self.content[self.place - n:self.place]

    def numbers(self, kind: str, n: int) -> tuple[Any, ...]:
        return struct.unpack(f">{n}{kind}", self.take(n * struct.calcsize(f">{kind}")))

    def read(self) -> Any:
        flags, = self.numbers("i", 1)
        kind = flags & 0xFF
        if kind == NIL_VALUE:
            return {}
        if kind == REFERENCE:
            return self.known[(flags >> 8) - 1]
        if kind == SYMBOL:
            self.known.append(self.read())
            return self.known[-1]
        if kind == CHARACTER:
            n, = self.numbers("i", 1)
            return None if n < 0 else self.take(n).decode()
        if kind == PAIRLIST:
            return self._pairs(flags)
        value = self._vector(kind)
        return _named(value, self.read()) if flags & 0x200 else value

    def _pairs(self, flags: int) -> dict[str, Any]:
        if flags & 0x200:
            self.read()                                 # attributes of the list itself
        name = self.read() if flags & 0x400 else ""
        return {name: self.read()} | self.read()

    def _vector(self, kind: int) -> Any:
        n, = self.numbers("i", 1)
        if kind == INTEGERS:
            values = np.array(self.numbers("i", n), dtype=float)
            return np.where(values == R_MISSING, np.nan, values)
        if kind == REALS:
            return np.array(self.numbers("d", n))
        if kind in (STRINGS, LIST):
            return [self.read() for _ in range(n)]
        raise AssertionError(f"R type {kind} is not read here")


def _named(value: Any, attributes: dict[str, Any]) -> Any:
    return pd.DataFrame(dict(zip(attributes["names"], value, strict=True))) if "names" in attributes else value
