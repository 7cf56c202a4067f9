"""One application for all tests of a process, lent to each as new: to build one takes longer than most tests do."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from flask import Flask

from surveyapp.app import create_app
from surveyapp.config import Config
from surveyapp.db.session import Database, use_database
from surveyapp.views.throttle import limiter


def build(folder: Path) -> Flask:
    """Return an application whose database nobody uses: each test brings its own."""
    url = f"sqlite:///{folder / 'unused.sqlite3'}"
    app = create_app(Config(database_url=url, home=folder, secret_key="k" * 48, is_testing=True))
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@contextmanager
def lent(app: Flask, config: Config, database: Database) -> Iterator[Flask]:
    """Give the application the settings and the database of a test, and take back whatever the test did to it."""
    use_database(database)
    limiter.enabled = not config.is_testing
    with ExitStack() as stack:
        for one in (app, respondents_of(app)):
            for state in (one.config, one.extensions, one.view_functions):
                stack.enter_context(_kept(state))
            one.config.update(SECRET_KEY=config.secret_key, SURVEYAPP=config)
        yield app


def respondents_of(app: Flask) -> Flask:
    """Return the application of respondents' pages, which stands beside that of staff."""
    found: Flask = app.wsgi_app._respondents.__self__
    return found


@contextmanager
def _kept(state: dict) -> Iterator[None]:
    before = dict(state)
    yield
    state.clear()
    state.update(before)
