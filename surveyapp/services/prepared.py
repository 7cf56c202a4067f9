"""SQL statements compiled once per kind of database, for the few that run on every posted page.

SQLAlchemy writes the statement for the database in use; running it again then costs little more than the driver does.
Parameters are always bound. A JSON document is handed over and comes back as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, CursorResult
from sqlalchemy.sql.dml import Insert, Update
from sqlalchemy.sql.selectable import Select


class Prepared:
    """One statement; every value in it is a named parameter."""

    def __init__(self, statement: Select[Any] | Insert | Update, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = list(columns) if columns else None
        self._ready: dict[str, tuple[str, list[str] | None]] = {}

    def run(self, connection: Connection, parameters: Mapping[str, Any]) -> CursorResult[Any]:
        """Run the statement in the connection's transaction."""
        text, order = self._ready.get(connection.dialect.name) or self._prepare(connection)
        if order is None:
            return connection.exec_driver_sql(text, dict(parameters))
        return connection.exec_driver_sql(text, tuple([parameters[name] for name in order]))

    def _prepare(self, connection: Connection) -> tuple[str, list[str] | None]:
        compiled = self._statement.compile(dialect=connection.dialect, column_keys=self._columns)
        order = list(compiled.positiontup) if compiled.positional and compiled.positiontup is not None else None
        self._ready[connection.dialect.name] = (str(compiled), order)
        return self._ready[connection.dialect.name]


def as_text(document: Any) -> str:
    """Return a JSON document as the text that is bound to a statement."""
    return orjson.dumps(document).decode()


def from_text(stored: Any) -> Any:
    """Return a JSON document as a driver hands it over: SQLite's as text, PostgreSQL's already read."""
    return orjson.loads(stored) if isinstance(stored, (str, bytes)) else stored
