"""What commands share: the database they work on, JSON on stdout, tables for people."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError

from instruments.codec import to_document
from surveyapp.config import Config, read_config
from surveyapp.db.migrate import upgrade
from surveyapp.db.session import Database, use_database
from surveyapp.errors import BadInput, Misconfigured

Subparsers = Any        # argparse names its own type only privately
RUNNING = frozenset({"demo", "serve", "worker", "test"})   # they run on, or hand on arguments


def add_command(commands: Subparsers, name: str, text: str, deed: Callable[[argparse.Namespace], None],
                *, has_json: bool = False) -> argparse.ArgumentParser:
    """Return the parser of a new command; with --json one without a document of its own gives what it said as one."""
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    command.set_defaults(deed=deed, has_json=has_json)
    if name not in RUNNING:
        command.add_argument("--json", action="store_true", help="write one JSON document to stdout")
    return command


def do_command(options: argparse.Namespace) -> None:
    """Do what the command says, and write one JSON document where that was asked for."""
    if options.has_json or not getattr(options, "json", False):
        options.deed(options)
        return
    said = io.StringIO()
    with redirect_stdout(said):
        options.deed(options)
    print_json({"messages": said.getvalue().splitlines()})


def add_group(commands: Subparsers, name: str, text: str) -> Subparsers:
    """Return the subparsers of a noun with several deeds."""
    group = commands.add_parser(name, help=text, description=text)
    return group.add_subparsers(dest="deed_name", metavar="DEED", required=True)


def open_database(config: Config | None = None) -> Config:
    """Use the database of the settings, made and migrated where it is new."""
    config = config or read_config()
    with reachable(config):
        database = Database(config.database_url)
        upgrade(database)
    use_database(database)
    return config


@contextmanager
def reachable(config: Config) -> Iterator[None]:
    """Say in words why the database of the settings cannot be opened."""
    try:
        yield
    except (ArgumentError, DatabaseError, ModuleNotFoundError) as error:
        words = str(getattr(error, "orig", None) or error).strip().split("\n")[0].rstrip(".")
        raise Misconfigured("The database {url} cannot be opened: {words}.",
                            "Check SURVEYAPP_DATABASE_URL (sqlite:///… or postgresql://…) and that it is reachable.",
                            url=_without_password(config.database_url), words=words) from None


def _without_password(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "of the settings"


def print_json(value: Any) -> None:
    """Write one JSON document."""
    json.dump(to_document(value), sys.stdout, ensure_ascii=False, indent=1, allow_nan=False)
    sys.stdout.write("\n")


def print_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a plain table."""
    lines = [list(head), *[[str(cell) for cell in row] for row in rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def read_bytes(path: str) -> bytes:
    """Return a file's bytes; a missing file is named with what to do."""
    file = Path(path)
    if not file.is_file():
        raise BadInput("There is no file {path}.", "Check the name and the folder.", path=repr(path))
    return file.read_bytes()
