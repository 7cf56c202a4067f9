"""Is this installation sound? Database, layout, promises, keys, the home folder and the room on the disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from surveyapp.config import SHORTEST_SECRET, Config
from surveyapp.db.guards import missing_guards
from surveyapp.db.migrate import current_revision, head_revision, is_known_revision
from surveyapp.db.session import Database
from surveyapp.services.backup import ROOM, WORKING, damage_of, database_bytes, sqlite_path
from surveyapp.services.identity_key import count_sealed
from surveyapp.services.postgresql_tool import DUMP, tool_version
from surveyapp.services.site_key import FILE as SITE_KEY
from surveyapp.services.site_key import KEY_BYTES

LEAST_FREE = 1_000_000_000      # bytes: a report, an export and a backup of a usual study fit several times
SECRET_FILE = "secret"          # noqa: S105 - the name of the file
OPEN_TO_OTHERS = 0o077
UNSOUND = {
    "indexes that are not valid": "SELECT count(*) FROM pg_index WHERE NOT indisvalid",
    "rules between tables that were never checked": "SELECT count(*) FROM pg_constraint WHERE NOT convalidated",
}

State = Literal["good", "notice", "bad"]


@dataclass(frozen=True)
class Checked:
    """One thing that was looked at; `bad` needs somebody's hand, a `notice` can wait."""

    what: str
    state: State
    words: str


def inspect_installation(config: Config, database: Database) -> list[Checked]:
    """Return what was found of database, keys, home folder and disk; nothing is changed."""
    with database.engine.connect() as connection:
        layout = _layout(connection)
        found = [*_content(database, connection), layout]
        if layout.state == "good":
            found += [_guards(connection), _sealed(connection, config.secret_key)]
    return [*found, _secret(config), *_site_key(config), *_leftovers(config, database), _room(config, database)]


def _content(database: Database, connection: Connection) -> Iterator[Checked]:
    if database.is_sqlite:
        damage = damage_of(sqlite_path(database))
        yield Checked("database", "bad" if damage else "good",
                      f"damaged: {damage}. Restore the last good backup." if damage else
                      "whole; every row leads where it says")
        return
    faults = [f"{n} {what}" for what, query in UNSOUND.items() if (n := connection.scalar(text(query)))]
    yield Checked("database", "bad" if faults else "good",
                  "; ".join(faults) or "reachable; indexes and rules are valid")
    server = int(connection.scalar(text("SHOW server_version_num")) or 0) // 10_000
    tool = tool_version(DUMP)
    if tool is None:
        yield Checked("backup program", "bad", f"{DUMP} is not installed: apt-get install postgresql-client")
    else:
        yield Checked("backup program", "good" if tool >= server else "bad",
                      f"{DUMP} {tool}, server {server}" + ("" if tool >= server else ": it must not be older"))


def _layout(connection: Connection) -> Checked:
    now, newest = current_revision(connection), head_revision()
    if now == newest:
        return Checked("layout", "good", f"{now}, the newest")
    if now is None:
        return Checked("layout", "bad", "the database is empty: any other command makes its tables")
    if is_known_revision(now):
        return Checked("layout", "bad",
                       f"{now}, newest {newest}: take a backup, then any other command brings it there")
    return Checked("layout", "bad", f"{now} is of a newer program: install that one")


def _guards(connection: Connection) -> Checked:
    missing = missing_guards(connection)
    return Checked("promises", "bad" if missing else "good",
                   f"triggers are missing: {', '.join(missing)}. Restore a backup." if missing else
                   "the database keeps them itself")


def _sealed(connection: Connection, secret: str) -> Checked:
    with Session(connection) as session:
        n, n_shut = count_sealed(session, secret)
    if n_shut:
        return Checked("sealed names", "bad", f"{n_shut} of {n} do not open with this secret: restore its keys")
    return Checked("sealed names", "good", f"{n}, all open with this secret")


def _secret(config: Config) -> Checked:
    path = config.home / SECRET_FILE
    if config.is_secret_given:
        return Checked("secret", "good", "given by SURVEYAPP_SECRET_KEY")
    if path.stat().st_mode & OPEN_TO_OTHERS:
        return Checked("secret", "bad", f"others may read {path}: chmod 600, and think of it as known")
    is_short = len(config.secret_key) < SHORTEST_SECRET
    return Checked("secret", "bad" if is_short else "good", "too short: restore the keys" if is_short else
                   f"{path}, readable by its owner only")


def _site_key(config: Config) -> Iterator[Checked]:
    path = config.home / SITE_KEY
    if not path.exists():
        return
    if path.stat().st_size != 2 * KEY_BYTES:
        yield Checked("site key", "bad", f"{path} is damaged: restore the keys")
    elif path.stat().st_mode & OPEN_TO_OTHERS:
        yield Checked("site key", "bad", f"others may read {path}: chmod 600")
    else:
        yield Checked("site key", "good", f"{path}, readable by its owner only")


def _leftovers(config: Config, database: Database) -> Iterator[Checked]:
    """Yield what lies about: remains of a deed that was broken off, databases that a restore set aside, old logs."""
    folders = {config.home} | ({sqlite_path(database).parent} if database.is_sqlite else set[Path]())
    found = sorted(path for folder in folders for path in folder.iterdir() if _is_left_over(path))
    words = ", ".join(path.name for path in found)
    yield Checked("left over", "notice" if found else "good",
                  f"{words}: delete what is not needed; it holds research data" if found else "nothing")


def _is_left_over(path: Path) -> bool:
    is_log = path.name.endswith(("-wal", "-shm")) and not path.with_name(path.name[:-4]).exists()
    return path.name.startswith(WORKING) or ".before-" in path.name or is_log


def _room(config: Config, database: Database) -> Checked:
    free, needed = shutil.disk_usage(config.home).free, max(LEAST_FREE, int(ROOM * database_bytes(database)))
    return Checked("disk", "good" if free >= needed else "bad",
                   f"{free / 1e9:.1f} GB free where {needed / 1e9:.1f} GB are needed (a backup takes {ROOM:g} times "
                   "the database)")
