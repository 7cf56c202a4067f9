"""What takes long to make is made once in a test run: the processes of the run share a folder and wait for each other.

Nobody changes what is kept there. A test takes a copy, so that it may run alone and in any order.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from surveyapp.db.session import Database, close_read_session, use_database


def folder_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that all processes of this run see; one of several has a folder of its own in it."""
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "kept"
    shared.mkdir(exist_ok=True)
    return shared


def keep(folder: Path, name: str, make: Callable[[Path], None]) -> Path:
    """Return the file of this name; who needs it first makes it, and others wait until it is whole."""
    path = folder / name
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)        # given back when the file is closed
        if not path.exists():
            partial = folder / f"{name}.partial"
            partial.unlink(missing_ok=True)     # of a process that failed in the middle of it
            make(partial)
            partial.rename(path)
    return path


@contextmanager
def filling(path: Path | str) -> Iterator[Database]:
    """Use the SQLite database of a file for a while; afterwards all that was written stands in this one file."""
    database = Database(f"sqlite:///{path}")
    use_database(database)
    try:
        yield database
        close_read_session()
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        database.close()
        use_database(None)


def bring(kept: Path, database: Database) -> None:
    """Put what a kept SQLite file holds in place of what the database of a test holds."""
    close_read_session()
    with (closing(sqlite3.connect(f"file:{kept}?immutable=1", uri=True)) as source,
          closing(sqlite3.connect(database.engine.url.database or "")) as target):
        source.backup(target)
