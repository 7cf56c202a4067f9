"""The writer of respondents' pages: many deeds per commit, none lost to a neighbour's failure."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from sqlalchemy import func, select, text

from surveyapp.db import direct
from surveyapp.db.session import Database
from surveyapp.db.writer import Writer
from surveyapp.errors import Busy, Refused
from surveyapp.models.account import Account
from surveyapp.services.prepared import Prepared


def _add(name: str):
    def deed(session):
        if name.startswith("bad"):
            raise Refused("No.")
        session.add(Account(login=name, name=name, role="coder"))
        return name

    return deed


def _n_accounts(database: Database) -> int:
    with database.transaction() as session:
        return session.scalar(select(func.count()).select_from(Account))


def test_what_was_written_is_there_when_the_answer_comes(any_database: Database):
    writer = Writer(any_database)

    written = writer.write(_add("one"))

    assert (written, _n_accounts(any_database)) == ("one", 1)


def test_a_bad_deed_takes_no_good_one_with_it(any_database: Database):
    writer = Writer(any_database)
    names = [f"{'bad' if number % 7 == 0 else 'good'}-{number}" for number in range(70)]

    def attempt(name: str) -> bool:
        try:
            writer.write(_add(name))
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        done = list(pool.map(attempt, names))

    assert sum(done) == 60
    assert _n_accounts(any_database) == 60


def test_a_full_queue_asks_to_come_again(database: Database):
    writer = Writer(database, max_waiting=1)
    with ThreadPoolExecutor(4) as pool, database.write_lock:
        waiting = [pool.submit(writer.write, _add(f"n{number}")) for number in range(4)]
        refused = [future for future in waiting if _is_busy(future)]

    assert refused
    assert _n_accounts(database) == len(waiting) - len(refused)


def _is_busy(future) -> bool:
    try:
        return isinstance(future.exception(timeout=0.5), Busy)
    except TimeoutError:
        return False


def test_a_transaction_that_fails_leaves_nothing(any_database: Database):
    def half() -> None:
        with any_database.transaction() as session:
            session.add(Account(login="half", name="half", role="coder"))
            session.flush()
            raise Refused("Stop.")

    with pytest.raises(Refused):
        half()

    assert _n_accounts(any_database) == 0


def test_deeds_that_wait_together_share_one_commit(database: Database, monkeypatch: pytest.MonkeyPatch):
    writer, commits = Writer(database), []
    real = database.page_transaction
    monkeypatch.setattr(database, "page_transaction", lambda: commits.append(1) or real())
    with ThreadPoolExecutor(21) as pool, database.write_lock:
        pool.submit(writer.write, _add("first"))        # it waits for the lock, and the others for it
        while not commits:
            sleep(0.001)
        others = [pool.submit(writer.write, _add(f"n{number}")) for number in range(20)]
        while len(writer._waiting) < len(others):
            sleep(0.001)

    assert _n_accounts(database) == 21
    assert len(commits) == 2


def test_a_database_that_was_restarted_is_written_and_read_again(any_database: Database,
                                                                  monkeypatch: pytest.MonkeyPatch):
    if any_database.is_sqlite:
        pytest.skip("SQLite has no server")
    monkeypatch.setattr(direct, "IDLE_S", 0.0)
    names = Prepared(select(Account.name).order_by(Account.name))
    writer = Writer(any_database)
    writer.write(_add("before"))
    names.run(any_database.read_session(), {})
    with any_database.engine.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                                " AND datname = current_database()"))

    writer.write(_add("behind"))

    assert [row.name for row in names.run(any_database.read_session(), {})] == ["before", "behind"]
