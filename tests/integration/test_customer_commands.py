"""`surveyapp customers`, as a shell calls it."""

import csv
import json
from pathlib import Path

import pytest

from instruments.template_loader import load_catalogue_template
from surveyapp.cli import run
from surveyapp.db.session import Database, close_read_session, transaction
from surveyapp.services.study import create_study

CUSTOMERS = "customer_id,aum,rm_id\n" + "".join(f"K{place},{place * 1000},R{place % 2}\n" for place in range(1, 13))
PAIRS = "customer_a,customer_b,type,legal_basis\nK1,K2,family,consent\nK3,K4,family,\n"
RECORDS = "customer_id,has_occupation,age_days_occupation\n" + "".join(
    f"K{place},{place % 2},{place * 100 if place % 2 else ''}\n" for place in range(1, 13))


@pytest.fixture
def study(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", database.url)
    monkeypatch.chdir(tmp_path)
    for name, content in (("customers.csv", CUSTOMERS), ("pairs.csv", PAIRS), ("records.csv", RECORDS)):
        (tmp_path / name).write_text(content, encoding="utf-8")
    with transaction() as session:
        create_study(session, load_catalogue_template("bank_crm"), "branch")
    close_read_session()
    return "branch"


def shown(study: str, capsys: pytest.CaptureFixture[str]) -> dict:
    close_read_session()
    capsys.readouterr()
    assert run(["customers", "show", study, "--json"]) == 0
    close_read_session()
    return json.loads(capsys.readouterr().out)


def test_the_three_files_are_taken_over_and_shown(study: str, capsys):
    assert run(["customers", "import", study, "customers.csv", "--as-on", "2026-06-30"]) == 0
    assert run(["customers", "import", study, "pairs.csv", "--kind", "relations"]) == 0
    assert run(["customers", "import", study, "records.csv", "--kind", "completeness"]) == 0
    said = capsys.readouterr()

    found = shown(study, capsys)

    assert "Imported 12 rows of customers.csv into branch." in said.out
    assert "1 pairs have no legal basis and are not used." in said.err
    assert [(file["kind"], file["rows"], file["as_on"]) for file in found["files"]] == [
        ("customers", 12, "2026-06-30"), ("completeness", 12, None), ("relations", 2, None)]
    assert found["figures"]["completeness_pct"] == 50
    assert found["figures"]["stale_records_count"] is None      # four customers are too few to be told
    assert found["connections"]["n_without_basis"] == 1
    assert "relations_without_basis: 1" in found["warnings"]


def test_a_check_stores_nothing(study: str, capsys):
    assert run(["customers", "import", study, "customers.csv", "--check"]) == 0

    assert "12 rows can be taken over; nothing is stored." in capsys.readouterr().out
    assert shown(study, capsys)["files"] == []


def test_groups_are_written_with_their_lead(study: str, capsys, tmp_path: Path):
    run(["customers", "import", study, "customers.csv"])
    run(["customers", "import", study, "pairs.csv", "--kind", "relations"])
    close_read_session()

    assert run(["customers", "groups", study, "-o", "groups.csv"]) == 0

    with (tmp_path / "groups.csv").open(encoding="utf-8-sig", newline="") as stream:
        [row] = list(csv.DictReader(stream))
    assert (row["customers"], row["managers"], row["lead_manager"]) == ("2", "2", "R0")


def test_a_removed_file_is_gone(study: str, capsys):
    run(["customers", "import", study, "customers.csv"])
    number = shown(study, capsys)["files"][0]["number"]

    assert run(["customers", "remove", study, str(number)]) == 0
    assert shown(study, capsys)["files"] == []
    assert run(["customers", "remove", study, str(number)]) == 1
    assert "There is no such file." in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "words"), [
    (["pairs.csv"], "required column 'customer_id' is missing"), (["customers.csv", "--as-on", "June"], "is no day"),
    (["customers.csv", "--kind", "completeness"], "no column that says whether a field is filled"),
    (["missing.csv"], "There is no file")])
def test_what_cannot_be_taken_over_is_refused_in_words(study: str, capsys, arguments: list[str], words: str):
    assert run(["customers", "import", study, *arguments]) == 1
    assert words in capsys.readouterr().err
