"""Programs that use the API: a token and a client that sends it."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from surveyapp.db.base import utc_now
from surveyapp.db.session import close_read_session, transaction
from surveyapp.models.account import Account
from surveyapp.models.coding import CoderAssignment
from surveyapp.models.interview import Interview
from surveyapp.models.round import CodingRound, RoundInterview
from surveyapp.models.study import Study
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


def closed_round(session: Session, study: Study) -> CodingRound:
    """A closed round of the study's first interview that two people coded, who differ in places."""
    text = session.scalars(select(Interview).join(CoderAssignment, CoderAssignment.interview_id == Interview.id)
                           .where(Interview.study_id == study.id).order_by(Interview.id)).first()
    assert text is not None
    given = session.scalars(select(CoderAssignment).where(CoderAssignment.interview_id == text.id)).all()
    row = CodingRound(study_id=study.id, number=1, kind="main", candidates=[], left_out=[],
                      coders=[one.account_id for one in given], closed_at=utc_now())
    session.add(row)
    session.flush()
    session.add(RoundInterview(round_id=row.id, interview_id=text.id, is_double=True))
    for one in given:
        one.round_id, one.finished_at, one.released_at = row.id, utc_now(), utc_now()
    session.flush()
    return row
