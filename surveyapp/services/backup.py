"""A backup: one file with the database as it was at one moment and a list of what is in it, to be checked by.

SQLite is copied by its online backup interface and written anew, so that the copy holds no freed page and no log in the
order of arrival; PostgreSQL is dumped by its own program from one snapshot. The server's secret is never in it: whoever
finds a backup opens no link and no sealed name with it. Keys are written to a file of their own, kept elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, MetaData, func, select, text

from instruments.codec import to_document
from surveyapp.config import Config
from surveyapp.db.base import utc_now
from surveyapp.db.migrate import current_revision
from surveyapp.db.session import Database
from surveyapp.errors import Refused
from surveyapp.services.postgresql_tool import dump
from surveyapp.services.site_key import FILE as SITE_KEY

FORMAT = 1                  # of the file; raised when an older program could not restore it
MANIFEST = "manifest.json"
CONTENT = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
WORKING = ".surveyapp-"     # what the folder of an unfinished deed begins with; `check` finds one left behind
ROOM = 2.5                  # times the database: the copy, the copy written anew, the file
PRIVATE = 0o600
CHUNK = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What a backup holds and how to know that it is whole."""

    format: int
    made_at: str                        # UTC
    engine: str                         # sqlite or postgresql
    revision: str                       # of the layout
    name: str                           # of the content inside the file
    n_bytes: int
    sha256: str
    key: str                            # tells one secret from another and nothing else of it
    rows: Mapping[str, int]             # table → rows


def write_backup(database: Database, secret: str, out: Path) -> Manifest:
    """Return what was written to a new file; the server may go on serving meanwhile."""
    if out.exists():
        raise Refused("There is a file {path} already.", "Choose another name: a backup is never written over.",
                      path=str(out))
    check_exists(database)
    _check_room(database, out.resolve().parent)
    with working_folder(out.resolve().parent) as folder:
        engine = "sqlite" if database.is_sqlite else "postgresql"
        content = folder / CONTENT[engine]
        rows, revision = (_copy_sqlite if database.is_sqlite else _dump_postgresql)(database, content)
        manifest = Manifest(FORMAT, utc_now().isoformat(timespec="seconds"), engine, revision, content.name,
                            content.stat().st_size, digest(content), fingerprint(secret), rows)
        packed = folder / "backup"
        with zipfile.ZipFile(packed, "x", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.write(content, content.name)
            archive.writestr(MANIFEST, json.dumps(to_document(manifest), indent=1))
        put_in_place(packed, out)
    return manifest


def write_keys(config: Config, out: Path) -> None:
    """Write the server's keys to a new file of mode 600, for a place other than that of the backups."""
    if out.exists():
        raise Refused("There is a file {path} already.", "Choose another name: a backup is never written over.",
                      path=str(out))
    site = config.home / SITE_KEY
    keys = {"format": FORMAT, "secret": config.secret_key, "key": fingerprint(config.secret_key),
            "site_key": b64encode(site.read_bytes()).decode() if site.exists() else None}
    with working_folder(out.resolve().parent) as folder:
        path = folder / "keys"
        path.write_text(json.dumps(keys, indent=1), encoding="utf-8")
        put_in_place(path, out)


def fingerprint(secret: str) -> str:
    """Return a short word that tells whether a secret is the one a backup was made under."""
    return hashlib.blake2b(key=secret.encode()[:64], person=b"backup", digest_size=8).hexdigest()


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def working_folder(parent: Path) -> Iterator[Path]:
    """Give a folder of our own on the same disk; it is gone afterwards, whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix=WORKING, dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put_in_place(path: Path, target: Path) -> None:
    """Give a finished file its name, readable by its owner only, once it is on the disk."""
    path.chmod(PRIVATE)
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    path.replace(target)


def sqlite_path(database: Database) -> Path:
    """Return the file of an SQLite database."""
    name = database.engine.url.database
    if not name or name == ":memory:":
        raise Refused("The database is in memory only.", "Set SURVEYAPP_DATABASE_URL to a file or to PostgreSQL.")
    return Path(name).resolve()


def check_exists(database: Database) -> None:
    """Refuse where there is no database yet; opening an SQLite file would make one."""
    if database.is_sqlite and not sqlite_path(database).exists():
        raise Refused("There is no database {path}.", "Check SURVEYAPP_HOME and SURVEYAPP_DATABASE_URL.",
                      path=str(sqlite_path(database)))


def count_rows(connection: Connection) -> dict[str, int]:
    """Return how many rows each table has."""
    known = MetaData()
    known.reflect(connection)
    return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in known.sorted_tables}


def damage_of(path: Path) -> str:
    """Return what SQLite finds wrong with a file; empty when nothing is."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)")]
            loose = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        return str(error)
    if found != ["ok"]:
        return "; ".join(found)
    tables = sorted({str(row[0]) for row in loose})
    return f"{len(loose)} rows lead to nothing: {', '.join(tables)}" if loose else ""


def make_one_file(path: Path) -> None:
    """Put what lies in an SQLite database's log into its file; the log is gone then."""
    with closing(sqlite3.connect(path, timeout=1.0, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _check_room(database: Database, folder: Path) -> None:
    if not folder.is_dir():
        raise Refused("There is no folder {path}.", "Make it first, or name another.", path=str(folder))
    needed = ROOM * database_bytes(database)
    if shutil.disk_usage(folder).free < needed:
        raise Refused("The disk of {path} has not {n} MB free.", "Name a folder with more room.", path=str(folder),
                      n=round(needed / 1e6) + 1)


def database_bytes(database: Database) -> int:
    """Return how large the database is."""
    if database.is_sqlite:
        return sqlite_path(database).stat().st_size
    with database.engine.connect() as connection:
        return connection.scalar(text("SELECT pg_database_size(current_database())")) or 0


def _copy_sqlite(database: Database, target: Path) -> tuple[dict[str, int], str]:
    source = f"{sqlite_path(database).as_uri()}?mode=ro"
    with closing(sqlite3.connect(source, uri=True)) as live, closing(
            sqlite3.connect(target, isolation_level=None)) as copy:
        live.backup(copy)
        copy.execute("VACUUM")                          # without freed pages, which hold what was deleted
    damage = damage_of(target)
    if damage:
        raise Refused("The database is damaged: {words}.", "Restore the last good backup: surveyapp restore FILE.",
                      words=damage)
    copied = Database(f"sqlite:///{target}")
    try:
        with copied.engine.connect() as connection:
            found = count_rows(connection), current_revision(connection) or ""
    finally:
        copied.close()
    make_one_file(target)
    return found


def _dump_postgresql(database: Database, target: Path) -> tuple[dict[str, int], str]:
    with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        dump(database.engine.url, target, str(snapshot))
        return count_rows(connection), current_revision(connection) or ""
