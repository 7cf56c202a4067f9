"""Tokens and webhooks by command."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from surveyapp.app import create_app
from surveyapp.cli import run
from surveyapp.config import read_config
from surveyapp.db.session import close_read_session, use_database
from tests.factories.receiver import Receiver, receiver


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))
    monkeypatch.delenv("SURVEYAPP_DATABASE_URL", raising=False)
    monkeypatch.setenv("SURVEYAPP_WEBHOOK_NETWORKS", "127.0.0.0/8")
    monkeypatch.setenv("SURVEYAPP_NEW_PASSWORD", "a long enough password")
    assert run(["study", "create", "bank_crm", "--name", "bank"]) == 0
    assert run(["account", "add", "r@example", "--role", "researcher", "--study", "bank"]) == 0
    yield tmp_path
    close_read_session()
    use_database(None)


@pytest.fixture
def here() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def said(capsys: pytest.CaptureFixture[str], *command: str) -> object:
    capsys.readouterr()
    assert run([*command, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_token_is_made_listed_used_and_revoked(home: Path, capsys):
    made = said(capsys, "account", "token", "add", "r@example", "--name", "night", "--study", "bank", "--scope", "read")
    client = create_app(read_config()).test_client()
    headers = {"Authorization": f"Bearer {made['token']}"}

    before = client.get("/api/v1/token", headers=headers)
    listed = said(capsys, "account", "token", "list", "r@example")
    assert run(["account", "token", "revoke", "1"]) == 0
    close_read_session()

    assert before.get_json()["name"] == "night"
    assert [(row["account"], row["study"], row["scope"], row["holds"]) for row in listed] == [
        ("r@example", "bank", "read", "yes")]
    assert made["token"] not in json.dumps(listed)
    assert client.get("/api/v1/token", headers=headers).status_code == 401
    assert said(capsys, "account", "token", "list") == []


@pytest.mark.parametrize(("arguments", "words"), [
    (["nobody@example", "--name", "x"], "no account"), (["r@example", "--name", " "], "needs a name"),
    (["r@example", "--name", "x", "--days", "900"], "1 to 366 days"),
    (["r@example", "--name", "x", "--study", "none"], "no study")])
def test_a_token_that_cannot_be_is_refused_in_words(home: Path, capsys, arguments: list[str], words: str):
    assert run(["account", "token", "add", *arguments]) == 1
    assert words in capsys.readouterr().err


def test_a_token_of_a_study_one_is_not_in_is_refused(home: Path, capsys):
    assert run(["study", "create", "bank_crm", "--name", "other"]) == 0

    assert run(["account", "token", "add", "r@example", "--name", "x", "--study", "other"]) == 1


def test_a_webhook_is_added_tried_listed_and_removed(home: Path, here: Receiver, capsys):
    added = said(capsys, "webhook", "add", "bank", here.url, "--events", "wave.closed")

    assert run(["webhook", "test", "bank", str(added["id"])]) == 0
    assert run(["study", "wave", "bank", "w1", "close"]) == 0
    listed = said(capsys, "webhook", "list", "bank")[0]
    assert run(["webhook", "remove", "bank", "1"]) == 0

    assert added["secret"].startswith("whsec_")
    assert [json.loads(body)["type"] for _, body in here.got] == ["webhook.test"]
    assert [(row["event"], row["state"]) for row in listed["deliveries"]] == [
        ("wave.closed", "waiting"), ("webhook.test", "delivered")]
    assert said(capsys, "webhook", "list", "bank") == []


def test_a_test_that_fails_says_what_came_back(home: Path, here: Receiver, capsys):
    run(["webhook", "add", "bank", here.url])
    here.status = 503

    assert run(["webhook", "test", "bank", "1"]) == 1
    assert "503 Service Unavailable" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "words"), [
    (["http://10.0.0.8/x"], "private network"), (["https://10.0.0.8/x"], "private network"),
    (["nowhere"], "no address"),
    (["http://127.0.0.1/x", "--events", "answer.came"], "no event 'answer.came'")])
def test_a_webhook_that_may_not_be_is_refused_in_words(home: Path, capsys, arguments: list[str], words: str):
    assert run(["webhook", "add", "bank", *arguments]) == 1
    assert words in capsys.readouterr().err


def test_networks_that_are_none_stop_the_start(home: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setenv("SURVEYAPP_WEBHOOK_NETWORKS", "10.0.0.0/99")

    assert run(["webhook", "list", "bank"]) == 1
    assert "SURVEYAPP_WEBHOOK_NETWORKS" in capsys.readouterr().err
