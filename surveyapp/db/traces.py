"""What a database keeps of the past besides its rows: rewritten, so that its files say nothing about who came when.

SQLite keeps overwritten rows in free space and in its log of pages, PostgreSQL keeps them until a vacuum, each with the
number of the transaction that wrote it. A rewrite in the order of the keys leaves one version of each row.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import closing

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from surveyapp.db.session import close_read_session

PATIENCE_S = 5              # a reader that stays longer makes us try again later
SHORT_PATIENCE_S = 0.2      # of what is done every minute: respondents' pages are not to wait for it
KEPT_IN_KEY_ORDER = ("response", "response_page", "response_file", "spent_link", "paper_sheet", "answer_change")
_log = logging.getLogger(__name__)


def erase_traces_after_commit(session: Session, tables: Sequence[str] = KEPT_IN_KEY_ORDER) -> None:
    """Have the files rewritten once the session's transaction is committed; a transaction cannot do it to itself."""
    bound = session.get_bind()
    engine = bound.engine if isinstance(bound, Connection) else bound

    @event.listens_for(session, "after_commit", once=True)
    def on_commit(_session: Session) -> None:
        erase_traces(engine, tables)


def erase_traces(engine: Engine, tables: Sequence[str] = KEPT_IN_KEY_ORDER) -> bool:
    """Rewrite the tables' files in the order of their keys; False if somebody reads just now: repeat it later."""
    close_read_session()        # this thread's own reading would be in the way
    try:
        if engine.dialect.name == "sqlite":
            _rewrite_sqlite(engine)
        else:
            _rewrite_postgresql(engine, tables)
    except (sqlite3.OperationalError, DBAPIError) as error:
        _log.warning("The files of the database could not be rewritten now (%s); the worker tries again.", error)
        return False
    return True


def overwrite_deleted(session: Session) -> None:
    """Have what this connection deletes from now on overwritten with zeros; PostgreSQL does so at its next vacuum.

    It costs next to nothing, unlike a rewrite of the files, which respondents' pages would have to wait for.
    """
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete = ON"))


def _rewrite_sqlite(engine: Engine) -> None:
    path = engine.url.database
    if not path or path == ":memory:":
        return
    with closing(sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None)) as connection:
        connection.execute("VACUUM")
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise sqlite3.OperationalError("the log of pages is being read")


def empty_log(engine: Engine) -> bool:
    """Empty SQLite's log of pages, which holds the latest answers in the order of arrival; False if it is in use."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path == ":memory:":
        return True
    with closing(sqlite3.connect(path, timeout=SHORT_PATIENCE_S, isolation_level=None)) as connection:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _rewrite_postgresql(engine: Engine, tables: Sequence[str]) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"SET lock_timeout = '{PATIENCE_S}s'"))
        try:
            for table in tables:
                connection.execute(text(f"CLUSTER {table} USING pk_{table}"))
        finally:
            connection.execute(text("RESET lock_timeout"))
