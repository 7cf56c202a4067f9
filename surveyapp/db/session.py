"""Sessions: one that reads per thread and request, one visible transaction per write.

On SQLite a writing transaction starts with BEGIN IMMEDIATE and holds the process's write lock, which the writer of
respondents' pages shares, so that two writers of one process never wait inside SQLite's busy handler.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session

from surveyapp.db.direct import DirectSession, Readers, WriteConnection
from surveyapp.errors import Misconfigured

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",          # an answer that was thanked for survives a power cut
    "PRAGMA busy_timeout=20000",
    "PRAGMA secure_delete=FAST",        # what was deleted or overwritten is no longer in the page it stood on
    "PRAGMA foreign_keys=ON",
)


class Database:
    """An engine with its lock and its sessions."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine: Engine = create_engine(
            url, hide_parameters=True, **self._engine_options())   # an error in a log must not quote an answer
        if self.is_sqlite:
            _prepare_sqlite(self.engine)
        self._writing_engine = self.engine.execution_options(surveyapp_writes=True)
        self.write_lock = threading.RLock()
        self._readers = Readers(self.engine)
        self._page_connection = WriteConnection(self._writing_engine)
        self._local = threading.local()

    def _engine_options(self) -> dict[str, Any]:
        if self.is_sqlite:
            return {"connect_args": {"check_same_thread": False, "timeout": 20}, "pool_size": 40, "max_overflow": 10}
        return {"pool_size": 12, "max_overflow": 20, "pool_pre_ping": True}

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Commit what happens inside, all of it or, on an exception, nothing."""
        if self.is_sqlite:
            with self.write_lock, self._session() as session:
                yield session
        else:
            with self._session() as session:
                yield session

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with Session(self._writing_engine, expire_on_commit=False) as session:
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise

    @contextmanager
    def page_transaction(self) -> Iterator[Session]:
        """Commit what happens inside on the connection for respondents' pages, which stays open in between."""
        with self.write_lock:
            try:
                yield self._page_connection.begin()
                self._page_connection.commit()
            except BaseException:
                self._page_connection.discard()
                raise

    def read_session(self) -> Session:
        """Return this thread's reading session; it begins anew with `close_read_session`."""
        session: Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = DirectSession(self.engine, self._readers)
        return session

    def close_read_session(self) -> None:
        session: DirectSession | None = getattr(self._local, "session", None)
        if session is not None and session.is_used:
            session.close()
            session.info.clear()        # what was kept of the rows is as old as they

    def close(self) -> None:
        self.close_read_session()
        with self.write_lock:
            self._page_connection.discard()
        self._readers.close()
        self.engine.dispose()


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None       # the driver must not begin transactions of its own
        for pragma in SQLITE_PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        if connection.connection.driver_connection.in_transaction:     # type: ignore[union-attr]  # sqlite3's own
            return              # `page_transaction` has begun it
        writes = connection.get_execution_options().get("surveyapp_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class _Current:
    database: Database | None = None


def use_database(database: Database | None) -> None:
    """Make this the database of `transaction` and `read_session`."""
    _Current.database = database


def database() -> Database:
    """Return the database in use; Misconfigured if none was chosen yet."""
    if _Current.database is None:
        raise Misconfigured("No database has been chosen.", "Call use_database first.")
    return _Current.database


@contextmanager
def transaction() -> Iterator[Session]:
    """Open the one visible transaction of a write."""
    with database().transaction() as session:
        yield session


def read_session() -> Session:
    """Return this thread's reading session."""
    return database().read_session()


def close_read_session() -> None:
    """End this thread's reading session; called at the end of each request."""
    if _Current.database is not None:
        _Current.database.close_read_session()
