"""`surveyapp interviews joint` and the joint display in `diagnose --json`, as a shell calls them."""

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from surveyapp.cli import run
from surveyapp.db.session import Database, close_read_session, transaction
from surveyapp.services.joint_judgement import draw_second, judge_row
from surveyapp.services.study import close_wave, get_wave
from tests.factories import coding as make
from tests.factories.joint import REASON, diagnosed_study, judgement


@pytest.fixture
def drawn(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A diagnosed study in which the first rater has judged a drawn row; its key."""
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", database.url)
    with transaction() as session:
        study, ann = diagnosed_study(session), make.find(session, "ann")
        close_wave(session, study, get_wave(session, study))
        key = draw_second(session, study, ann).rows[0]
        # An answer to a dissonance goes with any verdict.
        judge_row(session, study, key, judgement(session, key, "agreement", answer_kind="unresolved",
                                                 answer="Nobody knows why as yet."), ann)
    close_read_session()
    return key


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert run(list(arguments)) == 0
    return capsys.readouterr().out


def test_the_table_has_every_row_with_proposal_and_state(drawn: str, capsys):
    lines = printed(capsys, "interviews", "joint", "bank").splitlines()

    assert len(lines) == 1 + 27
    assert lines[0].split() == ["row", "survey", "interviews", "proposed", "judged", "state"]
    assert next(line for line in lines if line.startswith(f"{drawn} ")).endswith("awaiting_second")
    assert next(line for line in lines if line.startswith("C_SVC")).endswith("by design")


def test_the_document_holds_rows_instruments_and_what_was_judged_and_nothing_that_is_still_blind(drawn: str, capsys):
    document = json.loads(printed(capsys, "interviews", "joint", "bank", "--json"))

    assert {"rows", "instruments", "agreement", "waiver", "confidence"} <= document.keys()
    assert len(document["rows"]) == 27
    assert document["rows"]["PRB_EFFECT"]["proposal"]["verdict"] == "dissonance"
    assert document["rows"][drawn]["judged"]["state"] == "awaiting_second"
    assert REASON not in json.dumps(document)


def test_the_sheet_is_written_in_the_language_asked_for(drawn: str, capsys, tmp_path: Path):
    out = tmp_path / "new" / "joint.xlsx"

    assert printed(capsys, "interviews", "joint", "bank", "--language", "zh", "-o", str(out)) == f"Wrote {out}.\n"

    rows = {row[0].value: [cell.value for cell in row] for row in load_workbook(out)["joint display"].rows}
    assert rows["PRB_INFO"][1] == "信息不全面"
    assert REASON not in rows[drawn]


def test_another_kind_of_file_and_a_study_without_diagnosis_are_refused(drawn: str, capsys):
    with transaction() as session:
        make.bank_study(session, "bare")

    assert run(["interviews", "joint", "bank", "-o", "joint.csv"]) == 1
    assert "written as .xlsx" in capsys.readouterr().err
    assert run(["interviews", "joint", "bare"]) == 1
    assert "There is no diagnosis yet." in capsys.readouterr().err


def test_a_diagnosis_as_a_document_has_the_joint_display(drawn: str, capsys):
    document = json.loads(printed(capsys, "diagnose", "bank", "--json"))

    joint = document["joint"]
    assert len(joint["rows"]) == 27
    # Nobody has answered or was interviewed in this database: the judgement was made on other evidence.
    assert {row["proposal"]["silent"] for row in joint["rows"].values()} == {"both"}
    assert joint["rows"][drawn]["judged"]["is_stale"]
    assert joint["rows"][drawn]["judged"]["state"] == "awaiting_second"
