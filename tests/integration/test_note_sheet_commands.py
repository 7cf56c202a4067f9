"""Sheets for notes by command: written, filled in, imported."""

from pathlib import Path

import pytest

from surveyapp.cli import run
from surveyapp.db.session import Database, close_read_session, read_session
from surveyapp.services.interview import get_interview
from surveyapp.services.note_taking import load_note_page
from surveyapp.services.study import get_study
from tests.factories.sheets import filled

VALUES = {"note:Q1": "系统慢", "log:key": "K7", "log:role": "客户经理", "log:duration_min": "很久"}
TICKS = ("tick:Q1:covered", "log:consent")


@pytest.fixture
def home(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", database.url)
    assert run(["study", "create", "bank_crm", "--name", "bank"]) == 0
    assert run(["interviews", "sheet", "bank", "--language", "zh", "-o", str(tmp_path / "empty.docx")]) == 0
    return tmp_path


def returned(home: Path, **changes: object) -> str:
    path = home / "back.docx"
    path.write_bytes(filled((home / "empty.docx").read_bytes(), VALUES, TICKS, **changes))
    return str(path)


def notes() -> dict[str, str]:
    close_read_session()
    study = get_study(read_session(), "bank")
    page = load_note_page(read_session(), study, get_interview(read_session(), study, "K7"))
    return {box.key: box.text for box in page.boxes if box.text}


@pytest.mark.parametrize("keeps_controls", [True, False])
def test_a_filled_sheet_is_imported_as_notes_to_be_finished(home: Path, capsys, keeps_controls: bool):
    assert run(["interviews", "import", "bank", returned(home, keeps_controls=keeps_controls)]) == 0

    said = capsys.readouterr()
    stored = get_interview(read_session(), get_study(read_session(), "bank"), "K7")
    assert "notes on 1 boxes are interview K7; finish them on its notes page" in said.out
    assert "duration_min made no sense and was left empty: '很久'" in said.err
    assert (stored.role, stored.questions, stored.has_consent) == ("relationship_manager", {"Q1": "covered"}, True)
    assert notes() == {"Q1": "系统慢"}


def test_a_sheet_is_not_imported_where_consent_is_refused(home: Path, capsys):
    assert run(["interviews", "import", "bank", returned(home, keeps_controls=True), "--consent", "no"]) == 1

    assert "the sheet does not say that the interviewee has consented" in capsys.readouterr().err


def test_paragraphs_outside_the_boxes_are_refused_unless_said_where_they_go(home: Path, capsys):
    path = returned(home, typed={"Q2  ": "写在框外"})

    assert run(["interviews", "import", "bank", path]) == 1
    assert "1 paragraphs stand outside the boxes, the first: '写在框外'" in capsys.readouterr().err
    assert run(["interviews", "import", "bank", path, "--left-over", "rest"]) == 0
    assert notes() == {"Q1": "系统慢", "rest": "写在框外"}


@pytest.mark.parametrize("option", [["--language", "fr"], ["--audience", "king"]])
def test_a_sheet_the_guide_does_not_know_is_refused(home: Path, capsys, option: list[str]):
    assert run(["interviews", "sheet", "bank", "-o", str(home / "x.docx"), *option]) == 1
    assert "Say --" in capsys.readouterr().err
