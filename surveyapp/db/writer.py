"""The one writer of respondents' pages: a bounded queue, many pages per commit, an answer only after the commit.

A deed is a function of a session. Deeds that wait together share one transaction; if one of them fails, the batch is
rolled back and each deed is tried alone, so that a bad page never takes a good one with it.

There is no thread for it: whoever comes while nobody writes does the writing, for itself and for those that came in the
meantime, and passes the office on to one that still waits. Where nobody waits, a page costs no change of threads.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar, cast

from sqlalchemy.orm import Session

from surveyapp.db.session import Database
from surveyapp.errors import Busy, marked

T = TypeVar("T")
Deed = Callable[[Session], Any]

MAX_WAITING = 2000      # deeds; at 2,000 pages a second that is one second of waiting
MAX_BATCH = 200         # deeds per commit; more did not raise the rate when measured
PATIENCE_S = 20.0


class _Entry:
    """A deed that waits, and what became of it."""

    def __init__(self, deed: Deed) -> None:
        self.deed = deed
        self.result: Any = None
        self.error: Exception | None = None
        self.is_done = self.must_lead = False
        self.bell: threading.Lock | None = None     # locked while the entry waits; only one that waits needs it

    def wait(self) -> bool:
        """Wait until the deed is done or its turn to lead has come; False if patience ran out."""
        return self.bell is None or self.bell.acquire(timeout=PATIENCE_S)

    def wake(self) -> None:
        if self.bell is not None:
            self.bell.release()


class Writer:
    """Runs deeds one batch at a time."""

    def __init__(self, database: Database, max_waiting: int = MAX_WAITING, max_batch: int = MAX_BATCH) -> None:
        self._database = database
        self._max_waiting, self._max_batch = max_waiting, max_batch
        self._waiting: deque[_Entry] = deque()
        self._has_leader = False
        self._state = threading.Lock()      # held for a few instructions only, never while something is written

    def write(self, deed: Callable[[Session], T]) -> T:
        """Return the deed's result once it is committed; raise what the deed raised, or Busy."""
        entry = _Entry(deed)
        with self._state:
            leads = not self._has_leader
            if leads:
                self._has_leader = True
            else:
                self._queue(entry)
        if not leads and not entry.wait() and not self._came_late(entry):
            raise _busy()
        if leads or entry.must_lead:
            self._lead(entry)
        if not entry.is_done:
            raise entry.error or _busy()
        return cast("T", entry.result)

    def _queue(self, entry: _Entry) -> None:
        if len(self._waiting) >= self._max_waiting:
            raise _busy()
        entry.bell = threading.Lock()
        entry.bell.acquire()
        self._waiting.append(entry)

    def _came_late(self, entry: _Entry) -> bool:
        """Take back a deed that waited too long; True if its turn came at the same moment."""
        with self._state:
            if entry in self._waiting:
                self._waiting.remove(entry)
                return False
        return entry.wait()

    def _lead(self, own: _Entry) -> None:
        """Write one batch, then pass the office on or lay it down."""
        with self._state:
            others = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._max_batch - 1))]
        try:
            self._write_batch([own, *others])
        finally:
            with self._state:
                follows = self._waiting.popleft() if self._waiting else None
                self._has_leader = follows is not None
            if follows is not None:
                follows.must_lead = True
                follows.wake()
            for entry in others:
                entry.wake()

    def _write_batch(self, batch: list[_Entry]) -> None:
        try:
            with self._database.page_transaction() as session:
                results = [entry.deed(session) for entry in batch]
        except Exception as error:  # whatever a deed raises belongs to its caller
            if len(batch) == 1:
                batch[0].error = error
                return
            for entry in batch:
                self._write_batch([entry])
            return
        for entry, result in zip(batch, results, strict=True):
            entry.result, entry.is_done = result, True


def _busy() -> Busy:
    return Busy(marked("Very many people are answering right now."),
                marked("Please send the page again in a moment."))
