"""Bring a database to the newest layout; the same migrations run on SQLite and PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from surveyapp.db.guards import set_guards
from surveyapp.db.session import Database
from surveyapp.errors import Misconfigured

PACKAGED = Path(__file__).resolve().parent.parent / "_migrations"      # inside an installed wheel
CHECKOUT = Path(__file__).resolve().parent.parent.parent / "migrations"


def migrations_folder() -> Path:
    """Return the folder of the migrations, in a wheel or a checkout."""
    for folder in (PACKAGED, CHECKOUT):
        if (folder / "env.py").exists():
            return folder
    raise Misconfigured("The migrations are missing from this installation.", "Install the package again.")


def _alembic(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    config.attributes["connection"] = connection
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Make the layout that of `revision`; does nothing where it is already."""
    with database.write_lock, database.engine.connect() as connection:
        if revision == "head" and current_revision(connection) == head_revision():
            return
        connection.rollback()
        command.upgrade(_alembic(connection), revision)
        set_guards(connection)
        connection.commit()


def downgrade(database: Database, revision: str) -> None:
    """Take the layout back to `revision`."""
    with database.write_lock, database.engine.connect() as connection:
        command.downgrade(_alembic(connection), revision)
        connection.commit()


def current_revision(connection: Connection) -> str | None:
    """Return the revision the database is at, None if it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str | None:
    """Return the newest revision of this program."""
    return ScriptDirectory.from_config(_alembic(None)).get_current_head()


def is_known_revision(revision: str) -> bool:
    """Return whether this program has that layout among its own; one of a newer program is not."""
    return any(script.revision == revision for script in ScriptDirectory.from_config(_alembic(None)).walk_revisions())
