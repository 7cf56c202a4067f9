"""Migrations on both engines."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from surveyapp.db.base import Base
from surveyapp.db.migrate import current_revision, downgrade, head_revision, upgrade
from surveyapp.db.session import Database


def test_the_newest_layout_is_that_of_the_models(any_database: Database):
    with any_database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_going_back_empties_the_database_and_going_up_fills_it_again(any_database: Database):
    downgrade(any_database, "base")
    left = set(inspect(any_database.engine).get_table_names()) - {"alembic_version"}

    upgrade(any_database)

    assert left == set()
    with any_database.engine.connect() as connection:
        assert current_revision(connection) == head_revision()


def test_upgrading_twice_changes_nothing(any_database: Database):
    upgrade(any_database)

    assert "study" in inspect(any_database.engine).get_table_names()
