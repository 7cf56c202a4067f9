"""`surveyapp backup`, `restore` and `check`: a copy kept elsewhere, put back, and whether all is sound."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator
from pathlib import Path

from reports.charts.metrics import FONTS
from reports.pdf import missing_system_libraries
from surveyapp.cli.output import Subparsers, add_command, print_json, print_table, reachable
from surveyapp.config import Config, read_config
from surveyapp.db.session import Database
from surveyapp.errors import BadInput, Refused
from surveyapp.services.backup import sqlite_path, write_backup, write_keys
from surveyapp.services.inspection import Checked, inspect_installation
from surveyapp.services.restore import read_keys, restore_backup

SUMS = "SHA256SUMS"


def add_commands(commands: Subparsers) -> None:
    """Add backup, restore and check."""
    backup = add_command(commands, "backup", "copy the database into one file while the server serves", _backup,
                         has_json=True)
    backup.add_argument("file", help="a new file, on another disk where possible")
    backup.add_argument("--keys", metavar="FILE", help="also write the server's keys, to be kept apart from the backup")
    restore = add_command(commands, "restore", "put a backup back; server and workers must be stopped", _restore,
                          has_json=True)
    restore.add_argument("file")
    restore.add_argument("--keys", metavar="FILE", help="put the server's keys back too")
    restore.add_argument("--replace", action="store_true", help="where there is a database already, take its place")
    add_command(commands, "check", "is the installation sound? Exit 1 where something needs a hand", _check,
                has_json=True)


def _backup(options: argparse.Namespace) -> None:
    config, out = read_config(), Path(options.file)
    keys = None if options.keys is None else Path(options.keys)
    if keys is not None and keys.resolve().parent == out.resolve().parent:
        raise Refused("The keys would lie beside the backup.", "Name another folder for them: whoever finds both opens "
                      "every link and every sealed name.")
    database = Database(config.database_url)
    try:
        with reachable(config):
            manifest = write_backup(database, config.secret_key, out)
    finally:
        database.close()
    if keys is not None:
        write_keys(config, keys)
    if options.json:
        print_json(manifest)
        return
    print(f"Wrote {out}: {sum(manifest.rows.values())} rows of {len(manifest.rows)} tables, checked.")
    print(f"Wrote {keys}: keep it apart from the backup." if keys is not None else
          "The server's keys are not in it: write them once with --keys FILE and keep that file elsewhere.")


def _restore(options: argparse.Namespace) -> None:
    config, path = read_config(), _file(options.file)
    keys = None if options.keys is None else read_keys(_file(options.keys))
    if keys is not None and config.is_secret_given and keys.secret != config.secret_key:
        raise Refused("SURVEYAPP_SECRET_KEY is another secret than that of the keys.",
                      "Set it to the one in the file of keys, or unset it.")
    with reachable(config):
        done = restore_backup(config.database_url, config.home, path, keys, config.secret_key,
                              may_replace=options.replace)
    if options.json:
        print_json({"manifest": done.manifest, "kept": None if done.kept is None else str(done.kept),
                    "is_key_known": done.is_key_known})
        return
    print(f"Restored {sum(done.manifest.rows.values())} rows of {len(done.manifest.rows)} tables, as they were on "
          f"{done.manifest.made_at}.")
    if done.kept is not None:
        print(f"The database before is kept as {done.kept}; delete it when it is not needed.")
    if not done.is_key_known:
        print("The server has another secret than then: links sent before and sealed names do not open. "
              "Restore the keys too: --keys FILE.")


def _file(name: str) -> Path:
    path = Path(name)
    if not path.is_file():
        raise BadInput("There is no file {path}.", "Check the name and the folder.", path=repr(name))
    return path


def _check(options: argparse.Namespace) -> None:
    config = read_config()
    found = [*_database(config), _fonts(), _libraries()]
    n_bad = sum(one.state == "bad" for one in found)
    if options.json:
        print_json({"is_sound": not n_bad, "checked": found})
    else:
        print_table(("what", "state", "found"), [(one.what, one.state, one.words) for one in found])
    if n_bad:
        raise Refused("{n} thing(s) need a hand.", "See the rows marked bad.", n=n_bad)


def _database(config: Config) -> list[Checked]:
    database = Database(config.database_url)
    try:
        if database.is_sqlite and not sqlite_path(database).exists():
            return [Checked("database", "bad", f"there is none at {sqlite_path(database)}: check SURVEYAPP_HOME")]
        with reachable(config):
            return inspect_installation(config, database)
    finally:
        database.close()


def _fonts() -> Checked:
    sums = dict(_expected_sums())
    wrong = [name for name, expected in sums.items()
             if not (FONTS / name).is_file() or hashlib.sha256((FONTS / name).read_bytes()).hexdigest() != expected]
    return Checked("fonts", "bad" if wrong else "good",
                   f"not as delivered: {', '.join(wrong)}. Install the program again." if wrong else
                   f"{len(sums)}, as delivered")


def _expected_sums() -> Iterator[tuple[str, str]]:
    for line in (FONTS / SUMS).read_text(encoding="ascii").splitlines():
        expected, name = line.split()
        yield name, expected


def _libraries() -> Checked:
    message = missing_system_libraries()
    return Checked("system packages", "bad" if message else "good", message or "all that PDFs need")
