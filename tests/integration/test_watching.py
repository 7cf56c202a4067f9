"""What somebody learns who copies the database, or reads the mail server's log, while a wave is open.

These tests state bounds, not only promises: the last line of the first ones says what a thief with the secret can do.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.jobs.worker import do_upkeep
from surveyapp.models.invitation import Invitation
from surveyapp.services.finished import SMALLEST_BATCH, write_marks
from surveyapp.services.invitation import Person
from surveyapp.services.invitation_token import link_token, spent_key, token_hash
from surveyapp.services.outbox import finished_invitations
from tests.factories.roster import SECRET, Roster, finish, fresh, roster

Rows = dict[str, set[tuple[object, ...]]]
PEOPLE = tuple(Person(f"Person {n}", f"p{n}@bank.example", "Counter", "en") for n in range(1, 13))
OF_PEOPLE = ("invitation", "spent_link", "receipt", "finished_mark", "respondent_key")
OF_ANSWERS = ("response", "response_page")


def copy_of(database: Database, path: Path) -> Rows:
    """Return a backup's rows; a copy made by the backup interface holds no log of pages."""
    with sqlite3.connect(str(database.engine.url.database)) as source, sqlite3.connect(path) as target:
        source.backup(target)
        return {table: set(target.execute(f"SELECT * FROM {table}")) for table in (*OF_PEOPLE, *OF_ANSWERS)}  # noqa: S608 - our own names


def new(before: Rows, after: Rows, tables: Iterable[str]) -> list[tuple[object, ...]]:
    return [row for table in tables for row in after[table] - before[table]]


def words_of(rows: Iterable[tuple[object, ...]]) -> set[str]:
    return {str(value) for row in rows for value in row if len(str(value)) > 8}


@pytest.fixture
def asked(client: FlaskClient) -> Roster:
    return roster(PEOPLE)


def begun_by(asked: Roster, rows: Iterable[tuple[object, ...]]) -> set[str]:
    """Return the invitations whose use a thief with the server's secret recognises in new rows."""
    written = words_of(rows)
    return {token for token in asked.tokens if spent_key(SECRET, token) in written}


@pytest.mark.parametrize("n", [1, 3])
def test_two_copies_join_nobody_to_an_answer_without_the_secret_and_only_all_to_all_with_it(
        client: FlaskClient, asked: Roster, any_database: Database, tmp_path: Path, n: int):
    if any_database.engine.dialect.name != "sqlite":
        pytest.skip("copies of files; PostgreSQL shows the order of transactions until closing, as the docs say")
    first = copy_of(any_database, tmp_path / "first.sqlite3")
    for token in asked.tokens[2:2 + n]:
        finish(client, token)
    second = copy_of(any_database, tmp_path / "second.sqlite3")
    people, answers = new(first, second, OF_PEOPLE), new(first, second, OF_ANSWERS)
    own = {str(value) for row in first["invitation"] for value in row if len(str(value)) > 3}

    # Without the secret: no row of an invitation changed, and no new row holds a word of one. Anybody asked may be it.
    assert first["invitation"] == second["invitation"]
    assert not own & (words_of(people) | words_of(answers))
    assert not {token_hash(SECRET, token) for token in asked.tokens} & (words_of(people) | words_of(answers))
    # With the secret: who began is known, as a set; nothing pairs a person of it with one of as many responses.
    assert not words_of(people) & words_of(answers) - {str(asked.link.id)}
    assert len(begun_by(asked, people)) == len(second["response"] - first["response"]) == n


def test_a_copy_after_every_answer_still_leaves_five_people_for_each(
        client: FlaskClient, asked: Roster, any_database: Database, tmp_path: Path):
    """Copies that bracket single answers see each arrive; whose it was is told in fives, in another transaction."""
    if any_database.engine.dialect.name != "sqlite":
        pytest.skip("copies of files")
    copies = [copy_of(any_database, tmp_path / "0.sqlite3")]
    for place, token in enumerate(asked.tokens[:SMALLEST_BATCH + 2], 1):
        finish(client, token)
        with transaction() as session:
            write_marks(session, SECRET, asked.link)
        copies.append(copy_of(any_database, tmp_path / f"{place}.sqlite3"))

    arrivals = [len(after["response"] - before["response"]) for before, after in itertools.pairwise(copies)]
    named = [len(after["invitation"] - before["invitation"]) for before, after in itertools.pairwise(copies)]
    assert arrivals == [1] * 7
    assert named == [0, 0, 0, 0, 5, 0, 0]


def test_a_used_receipt_is_gone_from_the_file_at_once(
        client: FlaskClient, asked: Roster, any_database: Database, tmp_path: Path):
    """Deleted rows must not lie on in free space, where a later copy would show who was marked with whom."""
    if any_database.engine.dialect.name != "sqlite":
        pytest.skip("the free space of files; PostgreSQL keeps dead rows until closing, as the docs say")
    for token in asked.tokens[:SMALLEST_BATCH]:
        finish(client, token)
    marks = words_of(copy_of(any_database, tmp_path / "before.sqlite3")["finished_mark"])

    with transaction() as session:
        assert write_marks(session, SECRET, asked.link) == SMALLEST_BATCH
    copy_of(any_database, tmp_path / "after.sqlite3")

    assert marks
    assert any(mark.encode() in (tmp_path / "before.sqlite3").read_bytes() for mark in marks)
    assert not any(mark.encode() in (tmp_path / "after.sqlite3").read_bytes() for mark in marks)


def test_the_workers_round_empties_the_log_in_which_answers_lie_in_order(
        client: FlaskClient, asked: Roster, any_database: Database, monkeypatch: pytest.MonkeyPatch):
    if any_database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's log is the administrator's, as the docs say")
    monkeypatch.setenv("SURVEYAPP_SECRET_KEY", SECRET)
    finish(client, asked.tokens[0])
    close_read_session()
    log = Path(f"{any_database.engine.url.database}-wal")
    before = log.stat().st_size

    do_upkeep()

    assert before > 0
    assert log.stat().st_size == 0


def test_the_mail_servers_list_of_reminders_shrinks_by_five_or_by_nobody(client: FlaskClient, asked: Roster):
    """Whoever reads to whom reminders go sees who is left out since the last ones: whole batches."""
    reminded = []
    for token in (None, *asked.tokens[:9]):
        if token is not None:
            finish(client, token)
        with transaction() as session:
            write_marks(session, SECRET, asked.link)
        session = fresh()
        everybody = set(session.scalars(select(Invitation.id).where(Invitation.link_id == asked.link.id)))
        reminded.append(everybody - finished_invitations(session, asked.link))

    left_out = [len(before - after) for before, after in itertools.pairwise(reminded)]
    assert left_out == [0, 0, 0, 0, 5, 0, 0, 0, 0]


def test_the_secret_is_in_no_backup(asked: Roster, any_database: Database, tmp_path: Path):
    if any_database.engine.dialect.name != "sqlite":
        pytest.skip("copies of files")
    copy_of(any_database, tmp_path / "copy.sqlite3")

    content = (tmp_path / "copy.sqlite3").read_bytes()
    nonces = list(read_session().scalars(select(Invitation.nonce)))
    assert SECRET.encode() not in content
    assert not any(link_token(SECRET, nonce).encode() in content for nonce in nonces)
