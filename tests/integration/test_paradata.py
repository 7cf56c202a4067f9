"""What is kept beside the answers: order, time, device class. Nothing that says who, where or when."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select, text

from surveyapp.app import create_app
from surveyapp.config import Config
from surveyapp.db.session import Database, close_read_session, read_session, transaction, use_database
from surveyapp.db.session import database as current_database
from surveyapp.models.response import SUBMITTED, Response, ResponsePage
from tests.factories import questionnaire as make
from tests.factories.questionnaire import Respondent

AGENT = "Mozilla/5.0 (Linux; Android 13; V2307A Build/TP1A; wv) Chrome/116.0.5845.187 Mobile MicroMessenger/8.0.48.2580"
ADDRESS, FORWARDED = "203.0.113.77", "198.51.100.23"
TRACES = {
    "User-Agent": AGENT, "X-Forwarded-For": FORWARDED, "X-Real-IP": FORWARDED, "Accept-Language": "zh-CN,fr-CH;q=0.7",
    "Sec-CH-UA-Model": '"V2307A"', "Referer": "https://mail.example/inbox/4711", "Cookie": "who=Zhang-Wei",
    "Accept": "image/strange-type", "X-Requested-With": "com.tencent.mm"}
FINGERPRINT = ("V2307A", "MicroMessenger", "Chrome/116", "Android 13", "0.5845.187", ADDRESS, FORWARDED, "fr-CH",
               "mail.example", "Zhang-Wei", "strange-type", "com.tencent")
ALL_OF_B = {f"L{n}": "4" for n in range(1, 6)} | {"CHECK": "2"}


@pytest.fixture
def client(any_database: Database, tmp_path: Path) -> Iterator[FlaskClient]:
    app: Flask = create_app(Config(database_url=any_database.url, home=tmp_path, secret_key="k" * 48, is_testing=True))
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = ADDRESS
    client.environ_base.update({f"HTTP_{name.upper().replace('-', '_')}": value for name, value in TRACES.items()})
    yield client
    current_database().close()      # the application opened its own
    use_database(any_database)


def everything(database: Database) -> str:
    """Return every cell of every table as text."""
    with database.engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        return "\n".join(str(tuple(row)) for table in tables
                         for row in connection.execute(text(f'SELECT * FROM "{table}"')))  # noqa: S608 - names of our own


def test_after_a_journey_the_database_knows_neither_browser_nor_address(client: FlaskClient, any_database: Database):
    with transaction() as session:
        content = make.instrument(has_progress=True, has_speed_prompt=True, commitment=make.both("With care."))
        link = make.link_of(session, make.study(session, "traces", content)).token
    respondent = Respondent(client, link).begin(commitment="yes").post(ROLE="teller")
    client.post(f"/r/{respondent.token}/B", data={":only": "L1", "L1": "4"})
    respondent.post(**ALL_OF_B).open("C").post(SHARE="140").open("D").post(OPEN="More time.").hand_in()
    client.post("/withdraw", data={"code": "AAAA-AAAA-AAAA"})
    client.post(f"/q/{link}/resume", data={"code": "AAA-AAA-AAA"})

    stored = everything(any_database)

    assert "More time." in stored
    assert [trace for trace in FINGERPRINT if trace in stored] == []


def test_what_is_kept_of_the_way_is_order_time_and_device_class(client: FlaskClient, any_database: Database):
    with transaction() as session:
        link = make.link_of(session, make.study(session)).token
    Respondent(client, link).begin().post(ROLE="teller").post(**ALL_OF_B).hand_in()

    close_read_session()
    response = read_session().scalars(select(Response)).one()
    pages = {page.section: page for page in read_session().scalars(select(ResponsePage))}

    assert response.state == SUBMITTED
    assert response.device == "phone"
    assert sorted(response.shown_order["B"]) == sorted(ALL_OF_B)
    assert 0 <= pages["B"].duration_ms < 60_000
    assert pages["C"].duration_ms is None       # never seen


def test_the_tables_of_responses_have_no_column_for_an_instant_or_a_sender():
    columns = {**Response.__table__.columns, **ResponsePage.__table__.columns}

    assert not [name for name in columns if re.search(r"(_at|_on|agent|address|ip|cookie|referrer|finger)$", name)]
    assert not [name for name, column in columns.items() if "TIME" in str(column.type).upper()]
