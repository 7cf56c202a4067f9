"""The one writer of respondents' pages: a bounded queue, many pages per commit, an answer only after the commit.

A deed is a function of a session. Deeds that wait together share one transaction; if one of them fails, the batch is
rolled back and each deed is tried alone, so that a bad page never takes a good one with it.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from surveyapp.db.session import Database
from surveyapp.errors import Busy

T = TypeVar("T")
Deed = Callable[[Session], Any]

MAX_WAITING = 2000      # deeds; at 2,000 pages a second that is one second of waiting
MAX_BATCH = 200         # deeds per commit; more did not raise the rate when measured
PATIENCE_S = 20.0


class Writer:
    """Runs deeds one batch at a time in a thread of its own."""

    def __init__(self, database: Database, max_waiting: int = MAX_WAITING, max_batch: int = MAX_BATCH) -> None:
        self._database = database
        self._max_batch = max_batch
        self._waiting: queue.Queue[tuple[Deed, Future[Any]] | None] = queue.Queue(max_waiting)
        self._thread: threading.Thread | None = None
        self._start_lock = threading.Lock()

    def write(self, deed: Callable[[Session], T]) -> T:
        """Return the deed's result once it is committed; raise what the deed raised, or Busy."""
        self._ensure_thread()
        future: Future[T] = Future()
        try:
            self._waiting.put_nowait((deed, future))
        except queue.Full:
            raise Busy("Very many people are answering right now.", "Please send the page again in a moment.") from None
        return future.result(timeout=PATIENCE_S)

    def close(self) -> None:
        """Write what waits, then stop."""
        if self._thread is not None and self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join(timeout=PATIENCE_S)
        self._thread = None

    def _ensure_thread(self) -> None:
        with self._start_lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="page-writer", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            first = self._waiting.get()
            if first is None:
                return
            batch, is_last = self._gather(first)
            self._write_batch(batch)
            if is_last:
                return

    def _gather(self, first: tuple[Deed, Future[Any]]) -> tuple[list[tuple[Deed, Future[Any]]], bool]:
        batch = [first]
        while len(batch) < self._max_batch:
            try:
                entry = self._waiting.get_nowait()
            except queue.Empty:
                break
            if entry is None:
                return batch, True
            batch.append(entry)
        return batch, False

    def _write_batch(self, batch: list[tuple[Deed, Future[Any]]]) -> None:
        try:
            with self._database.transaction() as session:
                results = [deed(session) for deed, _ in batch]
        except Exception as error:  # whatever a deed raises belongs to its caller, not to this thread
            if len(batch) == 1:
                batch[0][1].set_exception(error)
                return
            for entry in batch:
                self._write_batch([entry])
            return
        for (_, future), result in zip(batch, results, strict=True):
            future.set_result(result)
