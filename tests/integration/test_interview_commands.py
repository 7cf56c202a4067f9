"""`surveyapp interviews`, as a shell calls it: names and numbers in transcripts."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from surveyapp.cli import run
from surveyapp.db.session import Database, read_session
from surveyapp.models.interview import Interview

TEXT = "问：谁？\n答：王建国经理，问李小梅，晓明也知道。电话13812345678。\n"


@pytest.fixture
def home(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", database.url)
    assert run(["study", "create", "bank_crm", "--name", "bank"]) == 0
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    (tmp_path / "names.txt").write_text("晓明\n", encoding="utf-8")
    return tmp_path


def imported(capsys: pytest.CaptureFixture[str], *arguments: str):
    capsys.readouterr()
    assert run(["interviews", "import", "bank", *arguments, "--role", "relationship_manager", "--consent", "yes"]) == 0
    return capsys.readouterr()


def test_what_may_identify_somebody_is_counted_without_being_asked(home: Path, capsys):
    assert "3 words or numbers in the texts may tell who is meant; --pseudonymise" in imported(
        capsys, str(home / "a.txt")).err


def test_names_are_replaced_by_command_and_the_doubtful_ones_are_counted(home: Path, capsys):
    said = imported(capsys, str(home / "b.txt"), "--pseudonymise", "--names", str(home / "names.txt"))

    assert "Replaced in the texts: 3 words or numbers" in said.out
    assert "1 words or numbers in the texts may tell who is meant and were left" in said.err


def test_names_without_pseudonymising_are_refused(home: Path, capsys):
    assert run(["interviews", "import", "bank", str(home / "a.txt"), "--names", str(home / "names.txt")]) == 1
    assert "--names is for --pseudonymise" in capsys.readouterr().err


@pytest.mark.parametrize(("stated", "reason"), [
    ((), "a.txt: it is not said whether the interviewee has consented"),
    (("--consent", "no"), "a.txt: without consent no transcript may be stored"),
    (("--consent", "from-file"), "a.txt: a transcript does not say whether the interviewee has consented")])
def test_a_transcript_without_stated_consent_is_not_stored(home: Path, capsys, stated: tuple[str, ...], reason: str):
    status = run(["interviews", "import", "bank", str(home / "a.txt"), *stated])

    said = capsys.readouterr().err
    assert status == 1
    assert reason in said
    assert "Say --consent yes once it was given" in said
    assert read_session().scalar(select(func.count()).select_from(Interview)) == 0


def test_quotes_of_somebody_whose_consent_is_not_stated_are_refused_with_their_place(home: Path, capsys):
    file = home / "coded.json"
    file.write_text('[{"id": "a", "role": "rm", "codes": [{"code": "PRB.GOAL", "quote": "words"}]}]', encoding="utf-8")

    states = [run(["interviews", "import", "bank", str(file), *more]) for more in ((), ("--consent", "from-file"))]

    assert states == [1, 1]
    assert "It is not said whether this interviewee has consented" in capsys.readouterr().err
    assert run(["interviews", "import", "bank", str(file), "--consent", "yes"]) == 0
