"""A backup put back: read through and checked before anything is touched, then exchanged in one step."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import zipfile
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.util import CommandError
from sqlalchemy import make_url, text
from sqlalchemy.exc import DatabaseError

from instruments.codec import CodecError, from_document
from surveyapp.db.base import utc_now
from surveyapp.db.migrate import is_known_revision, upgrade
from surveyapp.db.session import Database
from surveyapp.errors import BadInput, Refused
from surveyapp.services.backup import (
    CHUNK,
    CONTENT,
    FORMAT,
    MANIFEST,
    PRIVATE,
    Manifest,
    count_rows,
    damage_of,
    fingerprint,
    make_one_file,
    put_in_place,
    sqlite_path,
    working_folder,
)
from surveyapp.services.postgresql_tool import load, read_through
from surveyapp.services.site_key import FILE as SITE_KEY

SECRET = "secret"           # noqa: S105 - the name of the file, not what is in it
LARGEST_MANIFEST = 1 << 20
OWN_TABLES = ("SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE' "
              "AND table_schema NOT IN ('pg_catalog', 'information_schema')")
OTHERS = ("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
          "AND backend_type = 'client backend'")


@dataclass(frozen=True)
class Keys:
    """The keys of a server, from the file they were written to."""

    secret: str
    site_key: bytes | None


@dataclass(frozen=True)
class Restored:
    """What was put back, and where what was there before is kept; None where there was nothing."""

    manifest: Manifest
    kept: Path | None
    is_key_known: bool


def restore_backup(url: str, home: Path, path: Path, keys: Keys | None, secret: str, *, may_replace: bool) -> Restored:
    """Return what was put back into the database of `url`; Refused, with nothing changed, where it cannot be."""
    is_sqlite = url.startswith("sqlite")
    parent = _parent(url) if is_sqlite else home
    with working_folder(parent) as folder:
        manifest, content = read_backup(path, folder)
        if manifest.engine != ("sqlite" if is_sqlite else "postgresql"):
            raise Refused("The backup is of {engine}, the database in use is not.",
                          "Set SURVEYAPP_DATABASE_URL to a database of that kind.", engine=manifest.engine)
        if keys is not None and fingerprint(keys.secret) != manifest.key:
            raise Refused("The keys are not those of this backup.", "Take the file written with it, or leave --keys "
                          "out: links and sealed names then stay shut.")
        kept = (_exchange_sqlite if is_sqlite else _load_postgresql)(url, content, manifest, may_replace)
        if keys is not None:
            _put_keys(home, keys, folder, is_kept=may_replace)
    known = keys.secret if keys is not None else secret
    return Restored(manifest, kept, fingerprint(known) == manifest.key)


def read_keys(path: Path) -> Keys:
    """Return the keys of a file; BadInput if it is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        site = found["site_key"]
        return Keys(str(found["secret"]), None if site is None else b64decode(site, validate=True))
    except (ValueError, KeyError, TypeError):
        raise BadInput("{path} is no file of keys.", "Name the one that surveyapp backup --keys wrote.",
                       path=str(path)) from None


def read_backup(path: Path, folder: Path) -> tuple[Manifest, Path]:
    """Return what a backup says it holds, and its content unpacked into `folder`, once both agree to the byte."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive, path)
            content = folder / CONTENT[manifest.engine]
            _unpack(archive, manifest, content, path)
    except (zipfile.BadZipFile, KeyError, EOFError):
        raise BadInput("{path} is no backup, or a damaged one.", "Name a file that surveyapp backup wrote.",
                       path=str(path)) from None
    if not is_known_revision(manifest.revision):
        raise Refused("The backup was made by a newer version of this program.", "Install that version, then restore.")
    if manifest.engine == "postgresql":
        read_through(content)
    elif damage_of(content):
        raise _damaged(path)
    return manifest, content


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
        raise _damaged(path)
    document: Any = json.loads(archive.read(MANIFEST))
    if isinstance(document, dict) and document.get("format") != FORMAT:
        raise Refused("The backup was made by a newer version of this program.", "Install that version, then restore.")
    try:
        manifest = from_document(Manifest, document)
    except CodecError:
        raise _damaged(path) from None
    if CONTENT.get(manifest.engine) != manifest.name:
        raise _damaged(path)
    return manifest


def _unpack(archive: zipfile.ZipFile, manifest: Manifest, target: Path, path: Path) -> None:
    if archive.getinfo(manifest.name).file_size != manifest.n_bytes:
        raise _damaged(path)
    if shutil.disk_usage(target.parent).free < 2 * manifest.n_bytes:
        raise Refused("The disk of {path} has not {n} MB free.", "Name a folder with more room.",
                      path=str(target.parent), n=round(2 * manifest.n_bytes / 1e6) + 1)
    seen = hashlib.sha256()
    with archive.open(manifest.name) as source, target.open("xb") as file:
        while block := source.read(CHUNK):
            seen.update(block)
            file.write(block)
    if seen.hexdigest() != manifest.sha256:
        raise _damaged(path)


def _damaged(path: Path) -> BadInput:
    return BadInput("{path} is no backup, or a damaged one.", "Name a file that surveyapp backup wrote.",
                    path=str(path))


def _check_rows(database: Database, manifest: Manifest) -> None:
    with database.engine.connect() as connection:
        if count_rows(connection) != manifest.rows:
            raise Refused("The restored database has not the rows that the backup names.",
                          "Do not use it; restore another backup.")


# ---- SQLite ---------------------------------------------------------------------------------------------------------
def _parent(url: str) -> Path:
    name = make_url(url).database
    if not name or name == ":memory:":
        raise Refused("The database is in memory only.", "Set SURVEYAPP_DATABASE_URL to a file or to PostgreSQL.")
    parent = Path(name).resolve().parent
    parent.mkdir(parents=True, exist_ok=True)
    return parent


def _exchange_sqlite(url: str, content: Path, manifest: Manifest, may_replace: bool) -> Path | None:
    """Make the content the database, and keep the one before it; a reader sees the one or the other, never a part."""
    target = _target(url)
    is_there = target.exists() and target.stat().st_size > 0
    if is_there and not may_replace:
        raise _not_empty(str(target))
    _bring_up_to_date(content, manifest)
    if is_there:
        _check_alone(target)
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    kept = _set_aside(target) if is_there else None
    put_in_place(content, target)
    return kept


def _target(url: str) -> Path:
    database = Database(url)
    try:
        return sqlite_path(database)
    finally:
        database.close()


def _bring_up_to_date(content: Path, manifest: Manifest) -> None:
    """Give the copy the newest layout before it is in use, so that a failure changes nothing."""
    database = Database(f"sqlite:///{content}")
    try:
        _check_rows(database, manifest)
        upgrade(database)
    except (DatabaseError, CommandError) as error:
        raise Refused("The backup could not be brought to this program's layout: {words}.", "Nothing was changed.",
                      words=str(getattr(error, "orig", None) or error)) from None
    finally:
        database.close()
    make_one_file(content)


def _check_alone(target: Path) -> None:
    """Refuse while anybody else has the database open; what still lies in its log is put into the file."""
    try:
        make_one_file(target)
    except sqlite3.OperationalError:
        raise _in_use() from None
    except sqlite3.DatabaseError:
        return                              # a damaged file is what is being replaced


def _set_aside(path: Path) -> Path:
    kept = path.with_name(f"{path.name}.before-{utc_now():%Y%m%dT%H%M%S%f}")
    try:
        os.link(path, kept)                 # both names lead to the file until the new one takes its place
    except OSError:
        shutil.copy2(path, kept)
    kept.chmod(PRIVATE)
    return kept


# ---- PostgreSQL -----------------------------------------------------------------------------------------------------
def _load_postgresql(url: str, content: Path, manifest: Manifest, may_replace: bool) -> None:
    database = Database(url)
    try:
        with database.engine.connect() as connection:
            present = frozenset(connection.scalars(text(OWN_TABLES)))
            others = connection.scalar(text(OTHERS))
        database.engine.dispose()
        if present and not may_replace:
            raise _not_empty(database.engine.url.render_as_string(hide_password=True))
        if others:
            raise _in_use()
        if present - read_through(content):
            raise Refused("The database has tables that the backup does not know.",
                          "Make an empty database and restore into that one.")
        load(database.engine.url, content, is_replacing=bool(present))
        _check_rows(database, manifest)
        upgrade(database)
    finally:
        database.close()


def _not_empty(place: str) -> Refused:
    return Refused("There is a database already: {place}.", "With --replace the backup takes its place.", place=place)


def _in_use() -> Refused:
    return Refused("Somebody has the database open.", "Stop the server and the workers, then restore.")


# ---- keys -----------------------------------------------------------------------------------------------------------
def _put_keys(home: Path, keys: Keys, folder: Path, *, is_kept: bool) -> None:
    """Put the keys where the program looks for them; those of a database whose place was taken are kept."""
    for name, content in ((SECRET, keys.secret.encode()), (SITE_KEY, keys.site_key)):
        path = home / name
        if content is None or (path.exists() and path.read_bytes().strip() == content):
            continue
        if path.exists() and is_kept:
            _set_aside(path)
        made = folder / f"new-{name}"
        made.write_bytes(content)
        put_in_place(made, path)
