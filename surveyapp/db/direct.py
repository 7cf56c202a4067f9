"""Statements handed straight to the driver: for the few that run on every page of a respondent.

A session of SQLAlchemy costs some 0.2 ms for what the driver does in 0.01 ms. A `DirectSession` is a session like any
other, with a way past itself for statements that are compiled already (`services.prepared`). When it reads, each of
those is a transaction of its own; when it writes, it shares the connection and the transaction of the session.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Any, Protocol

import orjson
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

IDLE_S = 1.0        # a connection to PostgreSQL that rested longer is tried before it is used: the server may be gone
Row = tuple[Any, ...]


class Direct(Protocol):
    """Runs compiled SQL; returns the rows, none for a statement that gives none."""

    def rows(self, text: str, parameters: Any) -> list[Row]: ...


class DirectSession(Session):
    """A session that also takes compiled SQL."""

    def __init__(self, bind: Engine | Connection, direct: Direct) -> None:
        super().__init__(bind, expire_on_commit=False)
        self.direct = direct

    @property
    def is_used(self) -> bool:
        """Whether anything was asked of the session itself."""
        return self.in_transaction() or bool(self.new)


class Readers:
    """Connections that only read, kept beside the engine's pool, one for each thread that reads at the same time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._idle: deque[tuple[Any, float]] = deque()      # connection, when it was last used

    def rows(self, text: str, parameters: Any) -> list[Row]:
        """Return the rows as the database has them now."""
        connection = self._take()
        try:
            found: list[Row] = connection.execute(text, parameters).fetchall()
        except BaseException:
            connection.close()
            raise
        self._idle.append((connection, time.monotonic()))
        return found

    def _take(self) -> Any:
        try:
            connection, used = self._idle.pop()
        except IndexError:
            return self._open()
        if self._is_sqlite or time.monotonic() - used < IDLE_S or is_alive(connection):
            return connection
        return self._open()

    def _open(self) -> Any:
        proxy = self._engine.raw_connection()
        connection = proxy.driver_connection
        proxy.detach()
        if not self._is_sqlite:
            read_documents_fast(connection)
            connection.autocommit = True        # type: ignore[union-attr]  # psycopg's own attribute
        return connection

    def close(self) -> None:
        """Close every connection that rests."""
        while self._idle:
            self._idle.pop()[0].close()


class WriteConnection:
    """The one connection on which respondents' pages are written; whoever uses it holds the write lock."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._connection: Connection | None = None
        self._driver: Any = None
        self._session: DirectSession | None = None
        self._used = 0.0

    def rows(self, text: str, parameters: Any) -> list[Row]:
        """Run a statement in the transaction that was begun."""
        cursor = self._driver.execute(text, parameters)
        return cursor.fetchall() if cursor.description else []

    def begin(self) -> DirectSession:
        """Begin a transaction and return its session; PostgreSQL's begins with the first statement."""
        is_rested = time.monotonic() - self._used > IDLE_S
        if self._session is not None and is_rested and not self._is_sqlite and not is_alive(self._driver):
            self.discard()
        session = self._session or self._open()
        if self._is_sqlite:
            self._driver.execute("BEGIN IMMEDIATE")
        return session

    def commit(self) -> None:
        """Commit what the statements and the session wrote."""
        session = self._session
        if session is not None and session.is_used:
            session.commit()
            session.close()
        self._driver.commit()
        self._used = time.monotonic()

    def discard(self) -> None:
        """Roll back and let the connection go: after a failure nobody knows what state it is in."""
        if self._session is not None:
            self._session.close()
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
        self._connection = self._driver = self._session = None

    def _open(self) -> DirectSession:
        self._connection = self._engine.connect()
        self._driver = self._connection.connection.driver_connection
        if not self._is_sqlite:
            read_documents_fast(self._driver)
        self._session = DirectSession(self._connection, self)
        return self._session


def is_alive(connection: Any) -> bool:
    """Tell whether the server still answers on the connection; one that does not is closed."""
    try:
        connection.execute("SELECT 1")
    except Exception:  # whatever the driver says, the connection is of no use
        connection.close()
        return False
    return True


def read_documents_fast(connection: Any) -> None:
    """Let PostgreSQL's documents on this connection be read by orjson."""
    from psycopg.types.json import set_json_loads  # with SQLite the driver of PostgreSQL is not loaded

    set_json_loads(orjson.loads, connection)
