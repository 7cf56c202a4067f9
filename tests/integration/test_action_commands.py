"""`surveyapp release` and `surveyapp actions`, as a shell calls them, and the register through the API."""

import json
from pathlib import Path

import openpyxl
import pytest
from flask.testing import FlaskClient

from surveyapp.cli import run
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.services.action import save_action
from surveyapp.views.api_schema import SCHEMAS
from tests.factories import action as make_action
from tests.factories import coding as make
from tests.factories.action import accepted, day, register, released
from tests.factories.described import faults
from tests.factories.programs import program


@pytest.fixture
def bank(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", database.url)
    with transaction() as session:
        make_action.released_study(session)
    close_read_session()


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    capsys.readouterr()
    close_read_session()
    assert run(list(arguments)) == status
    close_read_session()
    said = capsys.readouterr()
    return said.out if status == 0 else said.err


def test_a_decision_is_recorded_field_by_field(bank: None, capsys):
    session = read_session()
    printed(capsys, "actions", "record", "bank", "S1.2", "--decision", "accepted", "--decided-on", day(session, 5),
            "--body", "Board", "--owner", "Retail", "--units", "corporate,retail", "--milestone",
            f"{day(session, 30)}|open||Trained")
    printed(capsys, "actions", "record", "bank", "S1.2", "--progress", "running", "--progress-on",
            day(read_session(), 12), "--reading", f"1|71.5|{day(read_session(), 40)}|Report")

    row = register(read_session()).row("S1.2")

    assert (row.number, row.action.owner, row.action.units) == (2, "Retail", ("corporate", "retail"))
    assert (row.action.progress, row.action.milestones[0].name, row.action.readings[0].value) == (
        "running", "Trained", 71.5)


@pytest.mark.parametrize(("more", "words"), [
    (("--decision", "rejected"), "needs a reason"), (("--milestone", "soon"), "four parts"),
    (("--reading", "1|many|2026-01-01|Report"), "is no number")])
def test_what_does_not_fit_is_refused_in_words(bank: None, capsys, more: tuple[str, str], words: str):
    said = printed(capsys, "actions", "record", "bank", "S1.2", *more, status=1)

    assert words in said
    assert register(read_session()).row("S1.2").action is None


def test_the_list_names_decisions_and_what_is_overdue(bank: None, capsys):
    with transaction() as session:
        save_action(session, make.find_study(session), released(session), accepted(session), 0)

    whole, late = printed(capsys, "actions", "list", "bank"), printed(capsys, "actions", "list", "bank", "--overdue")

    line = next(line for line in whole.splitlines() if line.startswith("S1.2"))
    assert line.split()[-4:] == ["accepted", "running", "1/2", "1"]
    assert "Departments trained" in late
    document = json.loads(printed(capsys, "actions", "list", "bank", "--json"))
    assert document["overdue"][0]["days"] == 40
    assert document["actions"][0]["owner"] == "Retail banking"


def test_the_sheet_goes_out_and_comes_in(bank: None, capsys, tmp_path: Path):
    with transaction() as session:
        save_action(session, make.find_study(session), released(session), accepted(session), 0)
    out = tmp_path / "new" / "actions.xlsx"
    printed(capsys, "actions", "export", "bank", "-o", str(out), "--language", "zh")

    assert "Changed 0 measures" in printed(capsys, "actions", "import", "bank", str(out))

    assert openpyxl.load_workbook(out).sheetnames[0] == "register"
    assert "written as .xlsx" in printed(capsys, "actions", "export", "bank", "-o", "actions.pdf", status=1)


def test_a_decision_is_taken_back(bank: None, capsys):
    with transaction() as session:
        save_action(session, make.find_study(session), released(session), accepted(session), 0)

    printed(capsys, "actions", "take-back", "bank", "S1.2", "--reason", "Entered twice")

    assert register(read_session()).row("S1.2").action is None


def test_reports_are_listed_checked_recalled_and_released_anew(bank: None, capsys):
    assert "All 1 released reports" in printed(capsys, "release", "check", "bank")
    printed(capsys, "release", "recall", "bank", "1", "--reason", "The wrong customer file.")

    said = printed(capsys, "release", "create", "bank", "--note", "Mended")

    assert said.startswith("Released report 2: en, zh;")
    listed = json.loads(printed(capsys, "release", "list", "bank", "--json"))
    assert [(one["number"], one["is_recalled"]) for one in listed] == [(2, False), (1, True)]
    assert "recalled: The wrong customer file." in printed(capsys, "release", "list", "bank")


def test_the_register_is_read_through_the_api_as_described(client: FlaskClient, bank: None):
    with transaction() as session:
        save_action(session, make.find_study(session), released(session), accepted(session), 0)
        study = make.find_study(session)
    close_read_session()
    asking = program(client, study.id, "manager")

    found = asking.get(f"/studies/{study.id}/actions").get_json()

    assert list(faults(found, SCHEMAS["ActionRegister"], SCHEMAS)) == []
    assert found["actions"][0]["milestones"][1]["name"] == "Departments trained"
    assert found["release"]["number"] == 1
