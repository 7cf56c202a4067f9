"""Commands about paper: sheets are printed with the codes that entry takes, and the check is told."""

import json
from pathlib import Path

import pytest

from surveyapp.cli import run
from surveyapp.db.session import Database, close_read_session, transaction
from surveyapp.services.paper_pile import finish_pile, get_sheet, sheets_of
from surveyapp.services.paper_second import enter_again
from tests.factories import paper
from tests.factories import questionnaire as make


@pytest.fixture
def home(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", database.url)
    monkeypatch.setenv("SURVEYAPP_URL", "https://survey.bank.example/")
    with transaction() as session:
        make.study(session)
    return tmp_path


def check_a_pile() -> None:
    with transaction() as session:
        for _ in range(5):
            paper.enter(session, L3="i")
    with transaction() as session:
        here, pile = paper.place(session), paper.only_pile(session)
        finish_pile(session, here.study, here.wave, pile)
        for number in [sheet.number for sheet in sheets_of(session, pile)]:
            enter_again(session, here, pile, get_sheet(session, pile, number), paper.sheet(L3="i", L1="5"))
    close_read_session()


@pytest.mark.parametrize("code", ["a b", "-north", "x" * 41, "北", "north/1", "north\n"])
def test_no_sheets_are_printed_with_a_code_that_entry_would_refuse(home: Path, capsys, code: str):
    assert run(["study", "paper", "small", "staff", f"--batch={code}", "-o", str(home / "sheets.pdf")]) == 1

    assert "This is no batch code." in capsys.readouterr().err
    assert not list(home.glob("*.pdf"))


def test_the_longest_code_that_entry_takes_is_printed(home: Path, capsys):
    code = "Outlet_07-" + "x" * 30

    assert run(["study", "paper", "small", "staff", f"--batch={code}", "-o", str(home / "sheets.pdf")]) == 0
    assert (home / "sheets.pdf").read_bytes().startswith(b"%PDF")


def test_the_check_is_told_in_words_and_as_data(home: Path, capsys):
    assert run(["study", "paper-check", "small", "staff"]) == 0
    assert capsys.readouterr().out == "No sheets were entered.\n"
    check_a_pile()

    assert run(["study", "paper-check", "small", "staff"]) == 0
    words = capsys.readouterr().out
    assert run(["study", "paper-check", "small", "staff", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)

    assert "5/70 = 7.14% (3.09% to 15.66%)" in words
    assert "Illegible: 5 answers, crossed twice: 0." in words
    assert (document["rate"]["n_different"], document["rate"]["n_fields"]) == (5, 70)
    assert document["verdict"] == "all_entered_twice"
    assert [(pile["batch"], pile["n_sheets"], pile["n_drawn"]) for pile in document["piles"]] == [("north", 5, 5)]
    assert {row["item"]: row["n_illegible"] for row in document["items"]}["L3"] == 5


def test_the_figures_of_fieldwork_hold_those_of_paper(home: Path, capsys):
    check_a_pile()
    assert run(["study", "fieldwork", "small", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)

    assert row["paper"]["rate"]["n_different"] == 5


def test_the_kiosks_address_is_written_as_a_qr_code(home: Path, capsys):
    assert run(["invitations", "qr", "small", "staff", "--kiosk", "outlet-07", "-o", str(home / "k.svg")]) == 0
    assert "/outlet-07 to" in capsys.readouterr().out
    assert run(["invitations", "qr", "small", "staff", "--kiosk", "a b", "-o", str(home / "no.svg")]) == 1
    assert (home / "k.svg").exists()
    assert not (home / "no.svg").exists()
