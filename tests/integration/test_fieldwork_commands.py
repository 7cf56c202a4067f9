"""`surveyapp invitations` and the part of `surveyapp study` that is about fieldwork, as a shell calls them."""

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from surveyapp.cli import run
from surveyapp.db.session import Database
from surveyapp.models.invitation import Invitation
from surveyapp.models.wave import Wave
from tests.factories.roster import fresh

ROSTER = "name,address,unit,language\nAnna,anna@bank.example,Lending,en\n李明,li@bank.example,柜台,zh\n"


@pytest.fixture
def home(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", database.url)
    monkeypatch.setenv("SURVEYAPP_URL", "https://survey.bank.example/")
    monkeypatch.delenv("SURVEYAPP_SMTP_URL", raising=False)
    assert run(["study", "create", "bank_crm", "--name", "bank"]) == 0
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert run(arguments) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def test_people_are_invited_written_to_and_listed(home: Path, capsys):
    imported = said(capsys, "invitations", "import", "bank", "staff", str(home / "roster.csv"))
    sent = said(capsys, "invitations", "send", "bank", "staff")
    listed = json.loads(said(capsys, "invitations", "list", "bank", "staff", "--json"))
    outbox = json.loads(said(capsys, "invitations", "outbox", "bank", "staff", "--json"))
    reminded = said(capsys, "invitations", "remind", "bank", "staff")

    assert "Invited 2 people" in imported
    assert "Sent 2" in sent
    assert {row["person"]: row["state"] for row in listed} == {"Anna": "sent", "李明": "sent"}
    assert outbox == {"counts": {"invitation": {"sent": 2}}, "to_decide": []}
    assert "Queued 0" in reminded                   # nobody gets two mails a day
    letters = [path.read_text(encoding="utf-8") for path in (home / "outbox").glob("*.eml")]
    assert len(letters) == 2
    assert all("survey.bank.example" in letter for letter in letters)


def test_links_slips_and_codes_are_files(home: Path, capsys):
    open_link = said(capsys, "invitations", "qr", "bank", "staff", "-o", str(home / "link.svg"))
    said(capsys, "invitations", "qr", "bank", "staff", "-o", str(home / "link.png"))
    said(capsys, "invitations", "import", "bank", "staff", str(home / "roster.csv"))
    said(capsys, "invitations", "export", "bank", "staff", "-o", str(home / "links.xlsx"), "--handed-out")
    said(capsys, "invitations", "slips", "bank", "staff", "--n", "13", "--unit", "Outlet A", "-o",
         str(home / "slips.pdf"))

    assert "https://survey.bank.example/q/" in open_link
    assert (home / "link.svg").read_bytes().startswith(b"<svg")
    assert (home / "link.png").read_bytes().startswith(b"\x89PNG")
    assert load_workbook(home / "links.xlsx").active.max_row == 3
    assert (home / "slips.pdf").read_bytes().startswith(b"%PDF")
    assert len(fresh().scalars(select(Invitation.id)).all()) == 15
    assert "Sent 0" in said(capsys, "invitations", "send", "bank", "staff")


def test_texts_are_shown_and_set(home: Path, capsys):
    shown = said(capsys, "invitations", "text", "bank", "staff", "invitation", "zh")
    (home / "text.txt").write_text("Our subject\n\nCome: {link} {opt_out} {promise}", encoding="utf-8")
    said(capsys, "invitations", "text", "bank", "staff", "invitation", "en", "--set", str(home / "text.txt"))

    assert "{link}" in shown
    assert "您好" in shown
    assert said(capsys, "invitations", "text", "bank", "staff", "invitation", "en").startswith("Our subject")


def test_facts_about_people_are_noted(home: Path, capsys):
    said(capsys, "invitations", "import", "bank", "staff", str(home / "roster.csv"))
    said(capsys, "invitations", "mark", "bank", "staff", "Anna", "ineligible")
    noted = said(capsys, "invitations", "list", "bank", "staff")
    said(capsys, "invitations", "mark", "bank", "staff", "anna@bank.example", "ineligible", "--undo")

    assert "ineligible" in noted
    assert "ineligible" not in said(capsys, "invitations", "list", "bank", "staff")
    assert run(["invitations", "mark", "bank", "staff", "Nobody", "refused"]) == 1


def test_waves_are_planned_and_closed_and_their_figures_shown(home: Path, capsys):
    added = said(capsys, "study", "wave", "bank", "w2", "add", "--closes", "2099-01-31T18:00")
    said(capsys, "study", "wave", "bank", "w2", "define", "--complete-from", "0.9", "--partial-from", "0.6")
    said(capsys, "study", "upkeep")
    said(capsys, "study", "wave", "bank", "w1", "close")
    closed = json.loads(said(capsys, "study", "fieldwork", "bank", "--wave", "w1", "--json"))
    words = said(capsys, "study", "fieldwork", "bank", "--wave", "w1")

    assert "closes 2099-01-31T18:00 (Asia/Shanghai)" in added
    assert fresh().scalars(select(Wave.complete_from).where(Wave.key == "w2")).one() == 0.9
    assert [row["audience"] for row in closed] == ["customer", "staff"]
    assert closed[0]["closing"]["dispositions"]["complete"] == 0
    assert "too few for" in words


def test_retention_and_erasure(home: Path, capsys):
    said(capsys, "invitations", "import", "bank", "staff", str(home / "roster.csv"))
    said(capsys, "study", "retention", "bank", "--until", "2020-01-01", "--erase", "answers")
    person = said(capsys, "study", "erase-person", "bank", "staff", "Anna")
    waiting = said(capsys, "study", "erase-expired")
    said(capsys, "study", "wave", "bank", "w1", "close")
    done = said(capsys, "study", "erase-expired")

    assert "cannot be found" in person
    assert "a wave is still open" in waiting
    assert "erased 1 people" in done
    assert run(["study", "erase", "bank"]) == 1
    assert run(["study", "retention", "bank", "--until", "soon"]) == 1


def test_consent_texts_are_listed_by_hash(home: Path, capsys):
    rows = json.loads(said(capsys, "study", "consents", "bank", "--json"))

    assert {row["kind"] for row in rows} == {"consent", "promise"}
    assert all(len(row["hash"]) == 64 for row in rows)
