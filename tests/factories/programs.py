"""Programs that use the API: a token and a client that sends it."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from surveyapp.db.session import close_read_session, transaction
from surveyapp.models.account import Account
from surveyapp.services.account import add_account, add_member, find_account
from surveyapp.services.api_token import add_token
from surveyapp.services.study import get_study

SECRET = "k" * 48       # of the application under test
PREFIX = "/api/v1"


class Program:
    """Calls the API with one token; every reply is read from a fresh look at the database."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client, self.token = client, token

    def ask(self, method: str, path: str, **more: Any) -> TestResponse:
        close_read_session()
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return self.client.open(f"{PREFIX}{path}", method=method, headers=headers, **more)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.ask("GET", path, **more)

    def post(self, path: str, **more: Any) -> TestResponse:
        return self.ask("POST", path, **more)

    def send_csv(self, path: str, text: str, **more: Any) -> TestResponse:
        return self.post(path, data=text.encode(), content_type="text/csv", **more)


def program(client: FlaskClient, study_id: int | None = None, role: str = "researcher", *, scope: str = "write",
            is_bound: bool = False, login: str | None = None) -> Program:
    """Make an account of a role in the study and return a program with a token of it."""
    name = login or f"{role}@program"
    with transaction() as session:
        account: Account = find_account(session, name) or add_account(session, name, role, role, None)
        study = get_study(session, study_id) if study_id else None
        if study is not None:
            add_member(session, study, account)
        _row, token = add_token(session, SECRET, account, "test", scope=scope, study=study if is_bound else None)
    return Program(client, token)
