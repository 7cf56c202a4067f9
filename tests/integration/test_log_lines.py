"""What a log may say when something goes wrong: the place in the program, never an address, a token or an answer."""

from __future__ import annotations

import logging

import pytest
from flask.testing import FlaskClient

from surveyapp.db.session import Database, transaction
from surveyapp.errors import BadInput, places_of
from surveyapp.jobs import worker
from tests.factories import questionnaire as make
from tests.factories.application import respondents_of
from tests.factories.roster import Invited, roster

ANSWER = "my boss takes the bonus"


def stumble(*_values: object, **_more: object) -> None:
    """Fail as a library does that quotes the value it cannot use."""
    try:
        int(ANSWER)
    except ValueError as error:
        raise RuntimeError(f"cannot store {ANSWER!r}") from error


@pytest.fixture
def quiet(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A client whose errors become pages, as in earnest."""
    respondents = respondents_of(client.application)
    monkeypatch.setitem(respondents.config, "TESTING", False)
    return client


def test_an_error_that_quotes_an_answer_is_logged_without_its_words(
        quiet: FlaskClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch):
    from surveyapp.views import response as pages

    with transaction() as session:
        link = make.link_of(session, make.study(session)).token
    somebody = make.Respondent(quiet, link).begin()
    monkeypatch.setattr(pages, "save_page", stumble)
    with caplog.at_level(logging.DEBUG):
        somebody.post()

    said = caplog.text
    assert somebody.page.status_code == 500
    assert "builtins.RuntimeError" in said
    assert "builtins.ValueError" in said
    assert "in stumble" in said
    assert not [secret for secret in ("boss", somebody.token, link) if secret in said]


def test_an_error_in_a_page_of_staff_is_logged_without_its_words_too(
        client: FlaskClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch):
    staff = client.application
    monkeypatch.setitem(staff.config, "TESTING", False)
    monkeypatch.setitem(staff.view_functions, "account.login", stumble)

    page = client.get("/login")

    assert page.status_code == 500
    assert "Exception in account.login" in caplog.text
    assert "builtins.ValueError" in caplog.text
    assert "boss" not in caplog.text


def test_whoever_comes_by_invitation_leaves_no_line_at_any_level(
        client: FlaskClient, caplog: pytest.LogCaptureFixture):
    asked = roster()
    with caplog.at_level(logging.DEBUG):
        visitor = Invited(client, asked.tokens[0]).begin().hand_in()

    assert visitor.page.status_code == 200
    assert not [secret for secret in (asked.tokens[0], visitor.token, asked.link.token) if secret in caplog.text]
    assert "/i/" not in caplog.text


def test_upkeep_that_fails_on_an_answer_is_logged_without_it(
        database: Database, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(worker, "keep_up", stumble)
    monkeypatch.setattr(worker.DBOS.logger, "propagate", True)

    worker.do_upkeep()

    assert "boss" not in caplog.text


def test_a_failed_job_says_our_own_words_and_of_other_errors_the_kind_only():
    ours = BadInput("The wave {wave} is open.", "Close it.", wave="w1")
    try:
        stumble()
    except RuntimeError as error:
        theirs = error

    assert worker._words_of(ours) == "BadInput: The wave w1 is open. Close it."
    assert worker._words_of(theirs).startswith("RuntimeError:")
    assert "boss" not in worker._words_of(theirs)
    assert "boss" not in places_of(theirs)
