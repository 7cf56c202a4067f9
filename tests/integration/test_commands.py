"""Commands as people and scripts call them: what they print, and how they refuse."""

import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from surveyapp.cli import run
from surveyapp.db.session import use_database


@dataclass
class Outcome:
    code: int
    out: str
    err: str

    def json(self) -> dict:
        return json.loads(self.out)


@pytest.fixture
def surveyapp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
              sqlite_template: Path) -> Callable[..., Outcome]:
    """Run a command in a home of the test's own."""
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SURVEYAPP_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "surveyapp.sqlite3").write_bytes(sqlite_template.read_bytes())

    def call(*arguments: object) -> Outcome:
        capfd.readouterr()
        try:
            code = run([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        use_database(None)
        captured = capfd.readouterr()
        return Outcome(code, captured.out, captured.err)

    return call


@pytest.fixture
def bank(surveyapp) -> str:
    surveyapp("study", "create", "bank_crm", "--name", "branch")
    return "branch"


def _staff_csv(path: Path, n: int, **columns: object) -> Path:
    keys = ["GOA1", "GOA2", "GOA3", "GOA4", "INF1", "INF2", "INF3", "INF4"]
    head = ["respondent_id", *keys, *columns]
    rows = [[f"r{i}", *[1 + (i + k) % 5 for k in range(len(keys))], *columns.values()] for i in range(n)]
    path.write_text("\n".join(",".join(map(str, row)) for row in [head, *rows]), encoding="utf-8")
    return path


def test_a_study_is_made_listed_shown_and_removed(surveyapp):
    made = surveyapp("study", "create", "bank_crm", "--name", "branch")
    listed = surveyapp("study", "list", "--json")
    shown = surveyapp("study", "show", "branch", "--json")
    kept = surveyapp("study", "delete", "branch")
    removed = surveyapp("study", "delete", "branch", "--yes")

    assert (made.code, listed.json()[0]["name"]) == (0, "branch")
    assert {row["audience"] for row in shown.json()["questionnaires"]} == {"staff", "customer"}
    assert (kept.code, removed.code) == (1, 0)
    assert surveyapp("study", "list", "--json").json() == []


@pytest.mark.parametrize(("arguments", "part"), [
    (["study", "show", "nothing"], "no study"),
    (["study", "create", "nothing", "--name", "x"], "no template"),
    (["study", "create", "bank_crm", "--name", "12"], "not only digits"),
    (["diagnose", "nothing"], "no study"),
    (["measure", "absent.csv", "--spec", "absent.yaml"], "no file"),
    (["account", "reset-password", "nobody"], "no account"),
])
def test_what_does_not_exist_is_refused_with_a_remedy(surveyapp, arguments: list[str], part: str):
    outcome = surveyapp(*arguments)

    assert outcome.code == 1
    assert part in outcome.err
    assert "Traceback" not in outcome.err


def test_wrong_usage_is_told_apart_from_a_refusal(surveyapp):
    assert surveyapp("study", "paint").code == 2
    assert surveyapp("nonsense").code == 2


@pytest.mark.parametrize("n", [1, 3, 20])
def test_too_few_respondents_get_no_fabricated_grade(surveyapp, bank, tmp_path: Path, n: int):
    surveyapp("responses", "import", bank, "staff", _staff_csv(tmp_path / "a.csv", n))

    outcome = surveyapp("diagnose", bank, "--json")

    assert outcome.code == 0, outcome.err
    grades = {row["grade"] for row in outcome.json()["problems"].values()}
    assert grades <= {"insufficient", None}


def test_a_study_without_answers_is_diagnosed_as_insufficient(surveyapp, bank):
    outcome = surveyapp("diagnose", bank, "--json")

    assert outcome.code == 0, outcome.err
    assert {row["grade"] for row in outcome.json()["problems"].values()} <= {"insufficient", None}


@pytest.mark.parametrize(("name", "content", "part"), [
    ("empty.csv", b"", "empty"),
    ("head.csv", b"respondent_id,GOA1\n", ""),
    ("code.csv", b"respondent_id,GOA1\nr1,9\n", "GOA1"),
    ("binary.csv", bytes(range(256)) * 20, ""),
    ("broken.xlsx", b"this is not a workbook", ""),
    ("twice.csv", b"respondent_id,GOA1\nr1,2\nr1,3\n", "r1"),
])
def test_a_bad_file_is_refused_and_nothing_is_imported(surveyapp, bank, tmp_path: Path, name, content, part):
    path = tmp_path / name
    path.write_bytes(content)

    outcome = surveyapp("responses", "import", bank, "staff", path)

    assert outcome.code == 1
    assert part in outcome.err
    assert "Traceback" not in outcome.err
    rows = surveyapp("study", "show", bank, "--json").json()["questionnaires"]
    assert [row["n_submitted"] for row in rows] == [0, 0]


def test_a_file_in_the_chinese_national_encoding_is_read(surveyapp, bank, tmp_path: Path):
    text = "respondent_id,GOA1,O_SUG\nr1,非常同意,希望统一客户视图\nr2,不太同意,\n"
    path = tmp_path / "gb.csv"
    path.write_bytes(text.encode("gb18030"))

    outcome = surveyapp("responses", "import", bank, "staff", path)
    exported = surveyapp("responses", "export", bank, "staff")

    assert outcome.code == 0, outcome.err
    assert "希望统一客户视图" in exported.out


def test_a_constant_item_is_named(surveyapp, tmp_path: Path):
    (tmp_path / "data.csv").write_text("a,b\n1,2\n1,3\n1,4\n1,2\n", encoding="utf-8")
    (tmp_path / "spec.yaml").write_text("- {id: x, do: reliability, items: [a, b]}\n", encoding="utf-8")

    outcome = surveyapp("measure", tmp_path / "data.csv", "--spec", tmp_path / "spec.yaml")

    assert outcome.code == 1
    assert "a" in outcome.err
    assert "Traceback" not in outcome.err


def test_a_customer_file_that_names_people_is_refused(surveyapp, bank, tmp_path: Path):
    path = tmp_path / "customers.csv"
    path.write_text("customer_id,aum,name\nc1,1000,Li Lei\n", encoding="utf-8")

    outcome = surveyapp("customers", "import", bank, path)

    assert outcome.code == 1
    assert "name" in outcome.err


def test_one_interviewee_is_no_ground_for_a_grade(surveyapp, bank, tmp_path: Path):
    coded = [{"id": "I1", "role": "relationship_manager", "codes": [{"construct": "PRB_GOAL", "polarity": "supports"}],
              "links": [{"cause": "CAU_TECH", "problem": "PRB_GOAL"}]}]
    (tmp_path / "coded.json").write_text(json.dumps(coded), encoding="utf-8")

    imported = surveyapp("interviews", "import", bank, tmp_path / "coded.json")
    outcome = surveyapp("diagnose", bank, "--json")

    assert imported.code == 0, imported.err
    assert outcome.code == 0, outcome.err
    assert outcome.json()["problems"]["PRB_GOAL"]["grade"] == "insufficient"


def test_serving_on_sqlite_with_several_processes_is_refused(surveyapp):
    assert surveyapp("serve", "--workers", "3").code == 1


def test_serving_beyond_this_machine_needs_a_secret(surveyapp, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SURVEYAPP_SECRET_KEY", raising=False)

    outcome = surveyapp("serve", "--host", "192.0.2.1")

    assert outcome.code == 1
    assert "SURVEYAPP_SECRET_KEY" in outcome.err


def test_the_first_administrator_is_made_by_command(surveyapp, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SURVEYAPP_NEW_PASSWORD", "a long enough password")

    added = surveyapp("account", "add", "anna@example", "--role", "administrator")

    assert added.code == 0, added.err
    assert "anna@example" in surveyapp("account", "list").out


@pytest.mark.parametrize("content", ["{", "[1]", '{"GOA1": 3}', "\ufeff"])
def test_a_mapping_that_is_none_is_refused(surveyapp, bank, tmp_path: Path, content: str):
    (tmp_path / "map.json").write_text(content, encoding="utf-8")

    outcome = surveyapp("responses", "import", bank, "staff", _staff_csv(tmp_path / "a.csv", 3),
                        "--mapping", tmp_path / "map.json")

    assert outcome.code == 1
    assert "map.json is not" in outcome.err


@pytest.mark.parametrize("name", ["x" * 121, "two\nlines"])
def test_a_name_no_column_can_hold_is_refused(surveyapp, name: str):
    outcome = surveyapp("study", "create", "bank_crm", "--name", name)

    assert outcome.code == 1
    assert "at most 120 characters" in outcome.err


@pytest.mark.parametrize("number", ["²", "9" * 40])
def test_what_only_looks_like_a_number_is_no_study(surveyapp, number: str):
    outcome = surveyapp("study", "show", number)

    assert outcome.code == 1
    assert "There is no study" in outcome.err


def test_an_unknown_wave_is_refused_with_those_there_are(surveyapp, bank):
    outcome = surveyapp("diagnose", bank, "--wave", "w9")

    assert outcome.code == 1
    assert "no wave 'w9'" in outcome.err
    assert "w1" in outcome.err


def test_a_folder_that_is_not_there_is_named_with_a_remedy(surveyapp, bank, tmp_path: Path):
    outcome = surveyapp("responses", "export", bank, "staff", "-o", tmp_path / "absent" / "a.csv")

    assert outcome.code == 1
    assert "absent" in outcome.err
    assert "Check that the folder exists" in outcome.err


def test_a_transcript_is_imported_by_its_file_alone_and_what_was_assumed_is_said(surveyapp, bank, tmp_path: Path):
    files = []
    for name, text in (("talk.txt", "Hello."), ("talk.md", "你好，我们的目标不清楚。")):
        files.append(tmp_path / name)
        files[-1].write_text(text, encoding="utf-8")

    outcome = surveyapp("interviews", "import", bank, *files, "--consent", "yes")

    assert outcome.code == 0, outcome.err
    assert "role class" in outcome.err
    assert surveyapp("study", "show", bank, "--json").json()["n_interviews"] == 2


@pytest.mark.parametrize("entry", [
    '[{"id": "%s", "role": "rm"}]' % ("x" * 41), '[{"id": "a", "role": "%s"}]' % ("x" * 81), "[" * 50_000])
def test_coded_interviews_that_cannot_be_stored_are_refused(surveyapp, bank, tmp_path: Path, entry: str):
    (tmp_path / "coded.json").write_text(entry, encoding="utf-8")

    outcome = surveyapp("interviews", "import", bank, tmp_path / "coded.json")

    assert outcome.code == 1
    assert "Traceback" not in outcome.err
    assert surveyapp("study", "show", bank, "--json").json()["n_interviews"] == 0


def test_half_a_character_in_a_coded_interview_is_replaced(surveyapp, bank, tmp_path: Path):
    (tmp_path / "coded.json").write_text(
        '[{"id": "a", "role": "rm", "codes": [{"code": "PRB.GOAL", "quote": "oh \\ud800!"}]}]', encoding="utf-8")

    assert surveyapp("interviews", "import", bank, tmp_path / "coded.json", "--consent", "yes").code == 0


@pytest.mark.parametrize("content", ["id;role;code\na;rm;PRB.GOAL\n", "id\trole\tcode\na\trm\tPRB.GOAL\n"])
def test_coded_interviews_may_be_parted_by_other_signs(surveyapp, bank, tmp_path: Path, content: str):
    (tmp_path / "coded.csv").write_text(content, encoding="utf-8")

    assert surveyapp("interviews", "import", bank, tmp_path / "coded.csv").code == 0


def test_a_customer_file_is_imported_with_what_was_wrong(surveyapp, bank, tmp_path: Path):
    (tmp_path / "c.csv").write_text("customer_id,aum,products,tier,hobby\na,5,1,basic,x\na,6,1,basic,x\nb,-1,,gold,x\n",
                                    encoding="utf-8")

    outcome = surveyapp("customers", "import", bank, tmp_path / "c.csv")

    assert outcome.code == 0, outcome.err
    for part in ("1 rows repeat", "column aum: 1 negative", "column tier: 1 values", "are not kept: hobby"):
        assert part in outcome.err


@pytest.mark.parametrize("row", ["a,inf,1", "a,1e400,1", "a,5,1.5"])
def test_a_customer_file_with_an_impossible_number_is_refused(surveyapp, bank, tmp_path: Path, row: str):
    (tmp_path / "c.csv").write_text(f"customer_id,aum,products\nz,3,1\n{row}\n", encoding="utf-8")

    outcome = surveyapp("customers", "import", bank, tmp_path / "c.csv")

    assert outcome.code == 1
    assert "data row 2" in outcome.err


def test_a_command_without_figures_says_in_json_what_it_did(surveyapp, bank, tmp_path: Path):
    imported = surveyapp("responses", "import", bank, "staff", _staff_csv(tmp_path / "a.csv", 3), "--json")
    listed = surveyapp("template", "list", "--json")

    assert imported.json()["messages"] == ["Imported 3 responses into branch, staff, wave w1."]
    assert any("bank_crm" in line for line in listed.json()["messages"])


def test_answers_are_not_mixed_with_a_json_document(surveyapp, bank, tmp_path: Path):
    refused = surveyapp("responses", "export", bank, "staff", "--json")
    written = surveyapp("responses", "export", bank, "staff", "--json", "-o", tmp_path / "a.csv")

    assert refused.code == 1
    assert "-o" in refused.err
    assert written.json()["files"] == [str(tmp_path / "a.csv")]
    assert written.json()["n_people"] == 0


def test_a_conversion_to_an_unknown_format_writes_nothing(surveyapp, tmp_path: Path):
    source = _questionnaire(tmp_path / "q.yaml")

    outcome = surveyapp("instrument", "convert", source, "--to", "yaml, pdf", "--out", tmp_path / "out")

    assert outcome.code == 1
    assert "no format 'pdf'" in outcome.err
    assert not (tmp_path / "out").exists()


def _questionnaire(path: Path) -> Path:
    catalogue = Path(__file__).resolve().parents[2] / "instruments" / "catalogue" / "bank_crm" / "staff.yaml"
    path.write_bytes(catalogue.read_bytes())
    return path


def test_the_test_command_hands_its_arguments_to_pytest(surveyapp):
    outcome = surveyapp("test", "--version")

    assert outcome.code == 0, outcome.err
    assert "pytest" in outcome.out + outcome.err


@pytest.mark.parametrize("url", [
    "garbage", "mysql://me:secret@host/x", "sqlite:////absent/folder/x.sqlite3",
    "postgresql://me:secret@127.0.0.1:1/x"])
def test_a_database_that_cannot_be_opened_is_named_without_its_password(surveyapp, monkeypatch, url: str):
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", url)

    outcome = surveyapp("study", "list")

    assert outcome.code == 1
    assert "cannot be opened" in outcome.err
    assert "SURVEYAPP_DATABASE_URL" in outcome.err
    assert "secret" not in outcome.err
    assert "Traceback" not in outcome.err


def test_a_file_that_is_no_database_is_refused(surveyapp, monkeypatch, tmp_path: Path):
    (tmp_path / "notes.txt").write_text("no database " * 100, encoding="utf-8")
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", f"sqlite:///{tmp_path / 'notes.txt'}")

    outcome = surveyapp("study", "list")

    assert outcome.code == 1
    assert "cannot be opened" in outcome.err


def test_a_port_that_is_none_is_wrong_usage(surveyapp):
    assert surveyapp("serve", "--port", "99999").code == 2
    assert surveyapp("demo", "--port", "0").code == 2


def test_a_port_that_is_taken_is_refused(surveyapp):
    with socket.create_server(("127.0.0.1", 0)) as other:
        outcome = surveyapp("serve", "--port", other.getsockname()[1])

    assert outcome.code == 1
    assert "cannot listen" in outcome.err
