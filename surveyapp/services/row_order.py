"""The order in which rows lie in the database tells who came first; at closing it is replaced by that of random keys.

SQLite keeps the tables of responses in key order anyway (WITHOUT ROWID). PostgreSQL appends rows, and an update moves a
row to the end: until the rewrite, whoever can read its files could tell early responses from late ones. It also shows
which transaction wrote a row (xmin): at closing all of a wave's rows are written by one, the closing one.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, select, text, update
from sqlalchemy.orm import Session

from surveyapp.db.traces import KEPT_IN_KEY_ORDER, erase_traces_after_commit
from surveyapp.models.response import Response, ResponseFile, ResponsePage
from surveyapp.models.wave import QuestionnaireLink, Wave


def forget_row_order(session: Session, wave: Wave | None = None) -> None:
    """Make the tables of responses lie in the order of their random keys; other writers wait meanwhile."""
    session.flush()
    if session.connection().dialect.name == "postgresql":
        if wave is not None:
            _write_at_once(session, wave)
        for table in KEPT_IN_KEY_ORDER:
            session.execute(text(f"CLUSTER {table} USING pk_{table}"))
    erase_traces_after_commit(session)


def _write_at_once(session: Session, wave: Wave) -> None:
    """Write every row of the wave again, so that all seem to come from this transaction."""
    links = select(QuestionnaireLink.id).where(QuestionnaireLink.wave_id == wave.id)
    in_wave: ColumnElement[bool] = Response.link_id.in_(links)
    keys = select(Response.key).where(in_wave)
    again = {"synchronize_session": False}
    session.execute(update(ResponsePage).where(ResponsePage.response_key.in_(keys)).values(visits=ResponsePage.visits),
                    execution_options=again)
    # Long values lie in a table of their own and are numbered as they come: now in the order of their random names.
    names = session.scalars(select(ResponseFile.name).where(ResponseFile.response_key.in_(keys))).all()
    for name in sorted(names):
        session.execute(update(ResponseFile).where(ResponseFile.name == name).values(
            content=ResponseFile.content.concat(b"")), execution_options=again)
    session.execute(update(Response).where(in_wave).values(state=Response.state), execution_options=again)
