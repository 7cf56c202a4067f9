"""An administrator with the database, its files, backups and the secret: nothing stored leads from a person to answers.

Rules A1 to A5 and A8 of the collection rules; A6 is tested where figures are made, A7 in test_release_attack.
"""

import json
import re
from datetime import date, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Date, DateTime, func, inspect, select, text

from surveyapp.db.base import Base
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.models.audit import Audit
from surveyapp.models.invitation import Invitation
from surveyapp.models.response import Response, ResponsePage
from surveyapp.models.study import Study
from surveyapp.services.invitation_token import holder_of, link_token, receipt_key, spent_key, token_hash
from surveyapp.services.response import Agreement, find_door, start_response
from surveyapp.services.response_finish import submit_response
from surveyapp.services.response_page import save_page
from surveyapp.services.response_token import issue_token, response_key
from surveyapp.services.study import close_wave, get_study, get_wave
from tests.factories import questionnaire as make
from tests.factories.application import respondents_of
from tests.factories.roster import PEOPLE, SECRET, Invited, roster

INSTANT = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d|\b1[67]\d{8}\b")      # a date, a time of day, seconds since 1970
WORDS = {"words": "what I think of my boss"}
TABLES_OF_ANSWERS = ("response", "response_page", "spent_link", "receipt", "finished_mark")


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        return make.study(session)


def answer(words: str = "first words", last_words: str | None = None) -> str:
    """Let somebody answer here, with a first and a final wording; return the secret that only they hold."""
    with transaction() as session:
        link = make.link_of(session, get_study(session, "small")).token
        token = issue_token(make.SECRET, link, find_door(session, link).questionnaire.content_hash)
        start_response(session, make.SECRET, link, token, "en", Agreement(is_given=True))
    for wording in (words, last_words or words):
        with transaction() as session:
            save_page(session, make.SECRET, token, "D", {":seen": ["OPEN"], ":deed": ["next"], "OPEN": [wording]})
    with transaction() as session:
        submit_response(session, make.SECRET, token)
    return token


def close() -> None:
    close_read_session()
    with transaction() as session:
        study = get_study(session, "small")
        close_wave(session, study, get_wave(session, study))


def dump(session, table: str) -> list[dict[str, object]]:
    return [dict(row) for row in session.execute(text(f"SELECT * FROM {table}")).mappings()]  # noqa: S608 - our names


# ---- A1: nothing derivable from the invitation ----------------------------------------------------------------------
def test_a_response_holds_no_value_that_an_invitation_has_or_leads_to_even_with_the_secret(client: FlaskClient):
    asked = roster()
    for token in asked.tokens[:6]:
        Invited(client, token).begin().post("submit").hand_in()

    session = read_session()
    responses = json.dumps([dump(session, table) for table in ("response", "response_page")], default=str)
    known = set()
    for invitation in session.scalars(select(Invitation)):
        token = link_token(SECRET, invitation.nonce)
        known |= {invitation.nonce, invitation.token_hash, invitation.label, str(invitation.address), token,
                  token_hash(SECRET, token), spent_key(SECRET, token), response_key(SECRET, token),
                  holder_of(SECRET, token), receipt_key(SECRET, token)}

    assert len(dump(session, "response")) == 6
    assert not [value for value in known if value and value in responses]


def test_no_column_of_a_response_leads_to_a_person(study: Study, any_database: Database):
    keys = {column["referred_table"] for table in ("response", "response_page")
            for column in inspect(any_database.engine).get_foreign_keys(table)}

    assert keys == {"questionnaire_link", "response"}


# ---- A2: random numbers, no row order -------------------------------------------------------------------------------
def test_keys_are_random_and_rows_lie_in_their_order(study: Study, any_database: Database):
    order = [response_key(make.SECRET, answer()) for _ in range(12)]
    close()

    place = "ctid" if any_database.engine.dialect.name == "postgresql" else "key"
    with any_database.engine.connect() as connection:
        stored = list(connection.execute(text(f"SELECT key FROM response ORDER BY {place}")).scalars())  # noqa: S608 - names of our own
    assert stored == sorted(order)
    assert stored != order


def test_no_table_of_answers_counts_its_rows(study: Study, any_database: Database):
    for table in TABLES_OF_ANSWERS:
        columns = {column.name: column for column in Base.metadata.tables[table].primary_key}
        assert not any(isinstance(column.type.python_type(), int) for name, column in columns.items()), table
        assert Base.metadata.tables[table].dialect_options["sqlite"]["with_rowid"] is False, table


# ---- A3: no instant -------------------------------------------------------------------------------------------------
def test_no_table_of_answers_has_a_column_for_an_instant_or_a_day():
    for table in TABLES_OF_ANSWERS:
        kinds = [column.type for column in Base.metadata.tables[table].columns]
        assert not any(isinstance(kind, (Date, DateTime)) for kind in kinds), table


def test_no_document_of_a_response_holds_an_instant(study: Study):
    answer("words without a number")

    session = read_session()
    documents = session.execute(select(Response.consent, Response.shown_order)).all()
    documents += session.execute(select(ResponsePage.answers)).all()
    assert not INSTANT.search(re.sub(r'"[0-9a-f]{64}"', "", json.dumps([list(row) for row in documents])))


def test_answering_writes_no_audit_row_and_touches_no_row_with_an_instant(study: Study):
    with transaction() as session:
        before = session.scalar(select(func.count()).select_from(Audit))

    answer()

    close_read_session()
    assert read_session().scalar(select(func.count()).select_from(Audit)) == before


def test_the_files_of_a_closed_wave_keep_no_earlier_state(study: Study, any_database: Database):
    if any_database.engine.dialect.name != "sqlite":
        pytest.skip("files of PostgreSQL are compared by transaction number, see below")
    path = Path(any_database.engine.url.database)
    for number in range(6):
        answer(f"a first thought {number}", f"what I finally say {number}")

    close()

    content = path.read_bytes()
    log = path.with_name(path.name + "-wal")
    assert b"what I finally say 3" in content
    assert b"a first thought" not in content
    assert not log.exists() or log.stat().st_size == 0


# ---- A4: no order of transactions -----------------------------------------------------------------------------------
def test_postgresql_shows_one_transaction_for_all_rows_of_a_closed_wave(study: Study, any_database: Database):
    if any_database.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no transaction number in a row")
    for _ in range(6):
        answer()
    with any_database.engine.connect() as connection:
        before = connection.execute(text("SELECT count(DISTINCT xmin::text) FROM response")).scalar_one()

    close()

    with any_database.engine.connect() as connection:
        for table in ("response", "response_page"):
            assert connection.execute(
                text(f"SELECT count(DISTINCT xmin::text) FROM {table}")).scalar_one() == 1, table  # noqa: S608 - names of our own
    assert before == 6


def test_postgresql_keeps_no_dead_version_of_a_row_after_closing(study: Study, any_database: Database):
    if any_database.engine.dialect.name != "postgresql":
        pytest.skip("tested on the file for SQLite")
    for number in range(6):
        answer(f"first {number}", f"last {number}")

    close()

    with any_database.engine.connect() as connection:
        pages = connection.execute(text("SELECT max(split_part(trim(both '()' from ctid::text), ',', 1)::int), "
                                        "count(*) FROM response_page")).one()
        places = connection.execute(text("SELECT max(split_part(trim(both '()' from ctid::text), ',', 2)::int) "
                                         "FROM response")).scalar_one()
    assert places == 6      # six rows in the first six places: nothing else lies between them
    assert pages[1] > 0


def test_the_server_writes_no_line_for_a_page(monkeypatch, tmp_path):
    from surveyapp.cli import serve as command
    from surveyapp.config import Config

    asked: dict[str, object] = {}

    class Server:
        def __init__(self, *_args: object, **options: object) -> None:
            asked.update(options)

        def serve(self) -> None:
            """Serve nobody."""

    class Nobody:
        def __init__(self, *_args: object, **_options: object) -> None:
            """Start nothing."""

        def terminate(self) -> None:
            """End nothing."""

        def wait(self, timeout: float) -> None:
            """Wait for nothing."""

    monkeypatch.setattr(command, "Server", Server)
    monkeypatch.setattr(command.subprocess, "Popen", Nobody)
    monkeypatch.setattr(command, "prepare_queue", lambda: None)

    command.serve(Config(f"sqlite:///{tmp_path}/x.sqlite3", tmp_path, "k" * 48), "127.0.0.1", 18_765)

    assert asked["log_access"] is False


def test_an_error_in_a_log_holds_neither_address_nor_answer(client: FlaskClient, caplog, monkeypatch):
    from surveyapp.views import response as pages

    with transaction() as session:
        study = make.study(session)
        link = make.link_of(session, study).token
    somebody = make.Respondent(client, link).begin()

    def fail(session, **_values: object) -> None:
        session.execute(text("INSERT INTO nowhere VALUES (:words)"), WORDS)

    monkeypatch.setattr(pages, "save_page", fail)
    respondents = respondents_of(client.application)
    monkeypatch.setitem(respondents.config, "TESTING", False)
    somebody.post()

    assert somebody.page.status_code == 500
    assert "Exception in a respondent's page (response.page)" in caplog.text
    assert "nowhere" in caplog.text
    assert "boss" not in caplog.text
    assert somebody.token not in caplog.text
    assert link not in caplog.text


def test_the_day_of_a_backup_tells_no_single_answer_by_its_size_alone(study: Study, any_database: Database):
    """Of the course of collection a rounded count for each day is stored; besides, on which day staff corrected."""
    stored = {table.name: [column.name for column in table.columns if isinstance(column.type, (Date, DateTime))]
              for table in Base.metadata.tables.values() if "link_id" in table.columns}

    assert {name: columns for name, columns in stored.items() if columns} == {
        "fieldwork_day": ["day"], "answer_change": ["on_day"]}


# ---- A5: the roster learns in batches -------------------------------------------------------------------------------
def test_deleting_an_invitation_leaves_every_response_where_it_was(client: FlaskClient):
    asked = roster()
    for token in asked.tokens:
        Invited(client, token).begin().post("submit").hand_in()
    close_read_session()
    before = dump(read_session(), "response")

    with transaction() as session:
        session.delete(session.scalars(select(Invitation).limit(1)).one())

    close_read_session()
    assert dump(read_session(), "response") == before
    assert len(before) == len(PEOPLE)


# ---- A8: the way back is the respondent's ---------------------------------------------------------------------------
def test_the_database_and_the_secret_together_do_not_open_a_response(study: Study, any_database: Database):
    token = answer()
    session = read_session()

    everything = json.dumps([dump(session, table.name) for table in Base.metadata.sorted_tables], default=str)

    assert token not in everything
    assert token[:22] not in everything
    assert response_key(make.SECRET, token) in everything      # the key is a one-way image of what is not stored


def test_nothing_of_an_open_response_is_tied_to_the_roster(client: FlaskClient):
    asked = roster()
    Invited(client, asked.tokens[0]).begin()
    close_read_session()
    session = read_session()

    receipt = dump(session, "receipt")[0]
    response = dump(session, "response")[0]

    assert not {str(value) for value in receipt.values() if len(str(value)) > 3} & {str(v) for v in response.values()}
    assert dump(session, "respondent_key") == []


def test_days_and_instants_of_other_tables_do_not_come_from_answering(study: Study, any_database: Database):
    """Everything in the database with an instant is the same before and after somebody answers."""
    def instants() -> dict[str, list[object]]:
        close_read_session()
        session = read_session()
        return {table.name: sorted(str(value) for row in dump(session, table.name) for value in row.values()
                                   if isinstance(value, (date, datetime)))
                for table in Base.metadata.sorted_tables}

    before = instants()
    answer()

    assert instants() == before
