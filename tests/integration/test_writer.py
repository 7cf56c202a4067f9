"""The writer of respondents' pages: many deeds per commit, none lost to a neighbour's failure."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from surveyapp.db.session import Database
from surveyapp.db.writer import Writer
from surveyapp.errors import Busy, Refused
from surveyapp.models.account import Account


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
    writer.close()


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
    writer.close()


def test_a_full_queue_asks_to_come_again(database: Database):
    writer = Writer(database, max_waiting=1)
    with ThreadPoolExecutor(4) as pool, database.write_lock:
        waiting = [pool.submit(writer.write, _add(f"n{number}")) for number in range(4)]
        refused = [future for future in waiting if _is_busy(future)]

    assert refused
    assert _n_accounts(database) == len(waiting) - len(refused)
    writer.close()


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
