"""Login, logout, roles."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveyapp.db.session import transaction
from surveyapp.services import account as accounts
from surveyapp.services.account import add_account, check_password, get_account, set_role
from tests.conftest import PASSWORD, SHIPPED_HASHER


@pytest.fixture
def account(database):
    with transaction() as session:
        return add_account(session, "anna@example", "Anna", "administrator", PASSWORD)


def test_a_right_password_lets_in(client: FlaskClient, account):
    reply = client.post("/login", data={"login": "anna@example", "password": PASSWORD})

    assert reply.status_code == 302
    assert client.get("/").status_code == 200


def test_a_stored_password_costs_as_much_to_guess_as_rfc_9106_asks(database, monkeypatch):
    monkeypatch.setattr(accounts, "_hasher", SHIPPED_HASHER)      # the other tests hash in a moment

    with transaction() as session:
        stored = add_account(session, "anna@example", "Anna", "administrator", PASSWORD).password_hash

    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    with transaction() as session:
        assert check_password(session, "anna@example", PASSWORD) is not None
        assert check_password(session, "anna@example", "another password") is None


def test_a_wrong_password_and_an_unknown_login_get_the_same_words(client: FlaskClient, account):
    wrong = client.post("/login", data={"login": "anna@example", "password": "another password"})
    unknown = client.post("/login", data={"login": "nobody@example", "password": "another password"})

    def words(reply) -> str:
        return re.sub(r'value="[^"]*"', "", reply.text)

    assert words(wrong) == words(unknown)
    assert client.get("/").status_code == 302


def test_without_a_login_every_page_leads_to_it(client: FlaskClient):
    reply = client.get("/")

    assert reply.status_code == 302
    assert "/login" in reply.location


def test_logging_out_ends_the_login(client: FlaskClient, account):
    client.post("/login", data={"login": "anna@example", "password": PASSWORD})

    client.post("/logout")

    assert client.get("/").status_code == 302


def test_a_new_role_ends_open_logins(client: FlaskClient, account):
    client.post("/login", data={"login": "anna@example", "password": PASSWORD})

    with transaction() as session:
        set_role(session, get_account(session, "anna@example"), "coder")

    assert client.get("/").status_code == 302


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_login_never_leads_to_a_foreign_address(client: FlaskClient, account, target: str):
    reply = client.post(f"/login?next={target}", data={"login": "anna@example", "password": PASSWORD})

    assert reply.location == "/"


def test_many_wrong_logins_are_slowed_down(config):
    from dataclasses import replace

    from surveyapp.app import create_app

    app = create_app(replace(config, is_testing=False))
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()

    replies = [client.post("/login", data={"login": "x", "password": "y"}).status_code for _ in range(12)]

    assert 429 in replies


def test_a_post_without_the_token_of_its_page_is_refused(app: Flask, account):
    app.config["WTF_CSRF_ENABLED"] = True

    reply = app.test_client().post("/login", data={"login": "anna@example", "password": PASSWORD})

    assert reply.status_code in (200, 400)
    assert "Set-Cookie" not in reply.headers or "_user_id" not in reply.headers["Set-Cookie"]


def test_every_page_has_the_security_headers(client: FlaskClient):
    reply = client.get("/login")

    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in reply.headers["Content-Security-Policy"]
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_language_can_be_chosen(client: FlaskClient):
    client.post("/language", data={"language": "zh", "next": "/login"})

    assert '<html lang="zh-Hans">' in client.get("/login").text
