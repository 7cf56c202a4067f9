"""A posted page that brings files: read as it comes, so that a file too large is never kept whole anywhere.

What goes beyond a field's limit is read on and dropped, because a browser shows an answer only after it has sent all;
the other answers of the page are read as ever. Only so many such pages are read at the same time, because each holds a
thread for as long as somebody's line takes.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, BinaryIO, cast

from flask import Request
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from surveyapp.errors import BadInput, Busy, marked
from surveyapp.services.posted_page import MOST_FIELDS
from surveyapp.services.questionnaire import Page
from surveyapp.services.response_file import Received, receive, too_large

MULTIPART = "multipart/form-data"
BLOCK = 64 * 1024
MOST_TEXT = 4_000_000           # bytes of all other fields of a page
MOST_SENT = 256_000_000         # bytes of a body that are read at all: ten times the largest file allowed
MOST_AT_ONCE = 12               # pages with files that are read at the same time, of the 32 threads
IN_MEMORY = 256 * 1024          # bytes of a file; the rest of it waits on disk
_places = threading.BoundedSemaphore(MOST_AT_ONCE)


def _new_store() -> IO[bytes]:
    # Closed by whoever takes the content, or with the last reference to it.
    return cast("IO[bytes]", tempfile.SpooledTemporaryFile(IN_MEMORY))


@dataclass
class Arrived:
    """A file as it arrived; one that was too large is empty."""

    n_bytes: int = 0
    is_too_large: bool = False
    store: IO[bytes] = field(default_factory=_new_store)

    def content(self) -> bytes:
        """Return the bytes; afterwards they are gone."""
        with self.store:
            self.store.seek(0)
            return self.store.read()


@dataclass
class PostedFiles:
    """The fields and the files of a page; `is_cut_off` where so much was sent that the rest was not read."""

    form: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, Arrived] = field(default_factory=dict)
    is_cut_off: bool = False

    def close(self) -> None:
        """Let go what waits on disk."""
        for file in self.files.values():
            file.store.close()


def has_files(request: Request) -> bool:
    """Tell whether a page was sent in the encoding that can bring files."""
    return str(request.environ.get("CONTENT_TYPE", "")).startswith(MULTIPART)


@contextmanager
def place_to_read() -> Iterator[None]:
    """Take one of the places for pages that bring files; Busy if none is free."""
    if not _places.acquire(timeout=1):
        raise Busy(marked("Many files arrive just now."), marked("Please send the page again in a moment."))
    try:
        yield
    finally:
        _places.release()


def read_multipart(request: Request, limits: Mapping[str, int]) -> PostedFiles:
    """Return what a page brings; files are taken for the fields in `limits` only, each up to its number of bytes."""
    request.max_content_length = None       # the limits here are narrower, and told in words
    _, options = parse_options_header(request.environ.get("CONTENT_TYPE", ""))
    reader = _Reader(options.get("boundary", "").encode() or b"none", limits)
    try:
        return reader.read(cast("BinaryIO", request.stream))
    except (ValueError, OSError):
        reader.found.close()
        raise BadInput(marked("This page could not be read."), marked("Please open your link again.")) from None


def received_files(page: Page, posted: PostedFiles) -> dict[str, Received]:
    """Return the files as they may be stored, or with what is wrong with them."""
    items = {item.key: item for item in page.items}
    return {key: too_large(items[key]) if arrived.is_too_large else receive(items[key], arrived.content())
            for key, arrived in posted.files.items()}


class _Reader:
    def __init__(self, boundary: bytes, limits: Mapping[str, int]) -> None:
        self.limits, self.found = limits, PostedFiles()
        self.decoder = MultipartDecoder(boundary, max_parts=MOST_FIELDS)
        self.name, self.file, self.n_text = "", None, 0
        self.text: bytearray | None = None

    file: Arrived | None

    def read(self, stream: BinaryIO) -> PostedFiles:
        n_read = 0
        while True:
            block = stream.read(BLOCK)
            n_read += len(block)
            if n_read > MOST_SENT:
                self.found.is_cut_off = True
                if self.file is not None:
                    self._drop(self.file)
                return self.found
            self.decoder.receive_data(block or None)
            if self._take_events():
                return self.found

    def _take_events(self) -> bool:
        """Take what is complete; True at the end of the body."""
        while not isinstance(event := self.decoder.next_event(), NeedData):
            if isinstance(event, Epilogue):
                if not self.found.form:
                    raise ValueError("nothing was sent")
                return True
            if isinstance(event, (Field, File)):
                self.name = event.name
                self.text = bytearray() if isinstance(event, Field) else None
                is_wanted = isinstance(event, File) and event.filename and event.name in self.limits
                self.file = self.found.files.setdefault(event.name, Arrived()) if is_wanted else None
            elif isinstance(event, Data):
                self._take(event)
        return False

    def _take(self, data: Data) -> None:
        if self.text is not None:
            self.n_text += len(data.data)
            if self.n_text > MOST_TEXT:
                raise ValueError("too much text")
            self.text += data.data
            if not data.more_data:
                self.found.form.setdefault(self.name, []).append(self.text.decode())
        elif self.file is not None and not self.file.is_too_large:
            self.file.n_bytes += len(data.data)
            if self.file.n_bytes > self.limits[self.name]:
                self._drop(self.file)
            else:
                self.file.store.write(data.data)

    def _drop(self, file: Arrived) -> None:
        file.is_too_large = True
        file.store.close()
