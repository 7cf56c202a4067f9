"""Alembic's entry: runs on the connection that `surveyapp.db.migrate` hands over."""

from typing import Any

import sqlalchemy as sa
from alembic import context

import surveyapp.models  # noqa: F401 - importing it registers every table
from surveyapp.db.base import Base, UtcDateTime


def render_item(kind: str, item: Any, autogen: Any) -> str | bool:
    """Write our column types as plain ones, so that an old migration never depends on today's code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, sa.JSON):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True,
                  render_item=render_item)
with context.begin_transaction():
    context.run_migrations()
