"""SQL statements compiled once per kind of database, for the few that run on every posted page.

SQLAlchemy writes the statement for the database in use; running it again then costs what the driver costs.
Parameters are always bound. A JSON document is handed over and comes back as text.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import Insert, Update
from sqlalchemy.sql.selectable import Select

from surveyapp.db.direct import DirectSession


class Prepared:
    """One statement; every value in it is a named parameter."""

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert | Update,
                 columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = list(columns) if columns else None
        self._ready: dict[str, tuple[str, list[str] | None]] = {}
        names = statement.selected_columns.keys() if isinstance(statement, Select) else ()
        self._record = namedtuple("Record", names)  # type: ignore[misc]  # the statement names its columns

    def run(self, session: Session, parameters: Mapping[str, Any]) -> list[Any]:
        """Run the statement in the session's transaction and return its rows, whose columns have their names."""
        text, order = self._ready.get(_dialect(session).name) or self._prepare(_dialect(session))
        bound = dict(parameters) if order is None else tuple([parameters[name] for name in order])
        if isinstance(session, DirectSession):
            return [self._record(*row) for row in session.direct.rows(text, bound)]
        found = session.connection().exec_driver_sql(text, bound)
        return [self._record(*row) for row in found.all()] if found.returns_rows else []

    def _prepare(self, dialect: Dialect) -> tuple[str, list[str] | None]:
        compiled = self._statement.compile(dialect=dialect, column_keys=self._columns)
        order = list(compiled.positiontup) if compiled.positional and compiled.positiontup is not None else None
        self._ready[dialect.name] = (str(compiled), order)
        return self._ready[dialect.name]


def _dialect(session: Session) -> Dialect:
    return session.bind.dialect if session.bind is not None else session.get_bind().dialect


def as_text(document: Any) -> str:
    """Return a JSON document as the text that is bound to a statement."""
    return orjson.dumps(document).decode()


def from_text(stored: Any) -> Any:
    """Return a JSON document as a driver hands it over: SQLite's as text, PostgreSQL's already read."""
    return orjson.loads(stored) if isinstance(stored, (str, bytes)) else stored
