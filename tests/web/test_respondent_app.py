"""The application of respondents' pages: the same rules on every kind of reply, and the router's own answers."""

import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.test import EnvironBuilder

from surveyapp.config import Config
from surveyapp.db.session import Database, transaction
from surveyapp.views.quick_paths import QuickAdapter
from surveyapp.views.reply_headers import HEADERS
from surveyapp.views.respondent_app import RespondentApp, create_respondent_app
from tests.factories import questionnaire as make
from tests.factories.questionnaire import Respondent

ADDRESSES = ("/q/abc", "/r/abc", "/r/abc/B", "/r/abc/B%20C", "/r/abc/第一页", "/e/abc", "/withdraw", "/i/abc", "/c",
             "/c/7", "/c/x", "/q", "/q/", "/r/", "/r/abc/", "/r//B", "/r/abc/B/", "/r/abc/B/C", "/q/abc/", "/none", "/")


@pytest.fixture
def respondents(config: Config) -> RespondentApp:
    return create_respondent_app({"SECRET_KEY": config.secret_key, "SURVEYAPP": config}, {"en": "English"})


@pytest.fixture
def link(database: Database) -> str:
    with transaction() as session:
        return make.link_of(session, make.study(session)).token


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "PUT", "OPTIONS"])
def test_an_address_is_found_as_the_router_finds_it(respondents: RespondentApp, method: str):
    found = {address: _found(respondents, address, method, is_quick=True) for address in ADDRESSES}

    assert found == {address: _found(respondents, address, method, is_quick=False) for address in ADDRESSES}


def _found(app: RespondentApp, address: str, method: str, *, is_quick: bool) -> object:
    request = app.request_class(EnvironBuilder(address, method=method).get_environ())
    adapter = QuickAdapter(app.known_rules, app.url_map, request) if is_quick else app.url_map.bind_to_environ(
        request.environ)
    try:
        rule, values = adapter.match(return_rule=True)
    except HTTPException as error:
        return type(error), error.code
    return rule.endpoint, dict(values)


def test_the_pages_asked_for_most_are_looked_up(respondents: RespondentApp):
    assert {("q", 2, "GET"), ("q", 2, "POST"), ("r", 2, "GET"), ("r", 3, "GET"), ("r", 3, "POST"),
            ("e", 2, "POST")} <= respondents.known_rules.keys()


def test_every_kind_of_reply_carries_the_headers(client: FlaskClient, link: str):
    respondent = Respondent(client, link).begin()
    form = {**respondent.hidden, "ROLE": "teller"}
    replies = [
        client.get(f"/q/{link}"), client.post(f"/q/{link}", data={}), client.get("/q/unknown"), client.get("/r/"),
        client.put(f"/q/{link}"), client.post(respondent.address, data=form | {":only": "ROLE"}),
        client.post(respondent.address, data=form | {":deed": "next"}), client.options("/withdraw"),
        client.post(respondent.address, data=form, headers={"Origin": "https://elsewhere.example"}),
    ]

    assert [reply.status_code for reply in replies] == [200, 409, 404, 404, 405, 200, 303, 200, 403]
    for reply in replies:
        assert {name: reply.headers.getlist(name) for name in (*HEADERS, "Cache-Control")} == {
            **{name: [value] for name, value in HEADERS.items()}, "Cache-Control": ["no-store"]}
        assert "Set-Cookie" not in reply.headers
        assert "Vary" not in reply.headers


def test_a_head_request_gets_the_length_and_no_body(client: FlaskClient, link: str):
    page, head = client.get(f"/q/{link}?lang=zh"), client.head(f"/q/{link}?lang=zh")

    assert head.data == b""
    assert abs(int(head.headers["Content-Length"]) - len(page.data)) < 10        # each page has a token of its own


def test_an_unknown_page_is_refused_in_the_readers_language(client: FlaskClient):
    reply = client.get("/r/abc/B/C", headers={"Accept-Language": "zh"})

    assert reply.status_code == 404
    assert 'lang="zh-Hans"' in reply.text
    assert "Content-Transfer-Encoding" not in reply.text       # no message means no text, not a catalogue's header


def test_a_fault_of_ours_ends_in_a_page_with_the_headers(config: Config, database: Database, link: str,
                                                         monkeypatch: pytest.MonkeyPatch):
    app = create_respondent_app({"SECRET_KEY": config.secret_key, "SURVEYAPP": config}, {"en": "English"})
    monkeypatch.setitem(app.view_functions, "response.start", lambda link_token: 1 / 0)
    monkeypatch.setattr(app.logger, "disabled", True)          # the logger is shared by every application of the run

    reply = app.test_client().get(f"/q/{link}")

    assert reply.status_code == 500
    assert reply.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
