"""The order in which rows lie in the database tells who came first; at closing it is replaced by that of random keys.

SQLite keeps the tables of responses in key order anyway (WITHOUT ROWID). PostgreSQL appends rows, and an update moves a
row to the end: until the rewrite, whoever can read its files could tell early responses from late ones.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

REWRITES = ("CLUSTER response USING pk_response", "CLUSTER response_page USING pk_response_page",
            "CLUSTER spent_link USING pk_spent_link")


def forget_row_order(session: Session) -> None:
    """Make the tables of responses lie in the order of their random keys; other writers wait meanwhile."""
    session.flush()
    if session.connection().dialect.name == "postgresql":
        for statement in REWRITES:
            session.execute(text(statement))
