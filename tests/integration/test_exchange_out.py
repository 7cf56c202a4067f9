"""Tables and reports of interviews: what stands in them, what does not, and the command that writes them."""

import csv
import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from surveyapp.cli import run
from surveyapp.db.session import Database, transaction
from surveyapp.models.audit import Audit
from surveyapp.services.blinding import open_round
from surveyapp.services.coding import apply_code
from surveyapp.services.word_document import read_word_document
from tests.factories.coding import bank_study, find_study, interview, member, passage
from tests.factories.exchange import exported
from tests.integration.test_exchange import coded_study


@pytest.fixture
def home(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", database.url)
    with transaction() as session:
        coded_study(session)
    return tmp_path


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def tables() -> dict[str, list[dict[str, str]]]:
    with transaction() as session:
        content = exported(session, find_study(session), "csv")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name.removesuffix(".csv"): table(archive.read(name)) for name in archive.namelist()}


def test_a_row_of_segments_says_where_what_who_and_how(home: Path):
    rows = tables()["segments"]

    row = next(row for row in rows if row["coder"] == "Bob" and row["code"] == "PRB.INFO")
    assert (row["interview"], row["turn"], row["polarity"]) == ("I01", "2", "contradicts")
    assert row["quote_kind"] == "verbatim"
    assert row["quote"].startswith("各条线的系统互相不通")
    assert {row["kind"] for row in rows} == {"coding", "link", "memo"}
    link = next(row for row in rows if row["kind"] == "link")
    assert (link["code"], link["problem"], link["coder"]) == ("CAU.TECH", "PRB.INFO", "Ann")


def test_the_table_of_cases_holds_attributes_and_passages_by_code(home: Path):
    rows = {row["interview"]: row for row in tables()["cases"]}

    assert (rows["I01"]["age"], rows["I01"]["team"], rows["I01"]["role"]) == ("41", "B 组", "relationship_manager")
    assert (rows["I01"]["PRB.INFO"], rows["I01"]["SIT"], rows["I02"]["PRB.INFO"]) == ("1", "1", "1")


def test_the_table_of_the_codebook_has_every_code_with_its_fields(home: Path):
    rows = {row["key"]: row for row in tables()["codebook"]}

    assert rows["PRB.INFO"]["name_zh"] == "信息不全面"
    assert rows["PRB.INFO"]["construct"] == "PRB_INFO"
    assert rows["PRB.INFO"]["memos"] == "narrow it"


def test_a_spreadsheet_opens_with_the_same_rows_and_computes_nothing(database: Database):
    with transaction() as session:
        study = bank_study(session)
        row = interview(session, study, "答：=1+1 说好。\n", key="I01")
        apply_code(session, study, row, member(session, study, "ann"), passage(session, row, "=1+1 说好。"), "SIT")
        book = openpyxl.load_workbook(io.BytesIO(exported(session, study, "xlsx")))

    assert book.sheetnames == ["segments", "codebook", "cases"]
    quotes = [cell.value for cell in book["segments"]["G"]]
    assert quotes == ["quote", "'=1+1 说好。"]


def test_a_paraphrase_stands_without_quotation_marks_in_the_report(database: Database):
    with transaction() as session:
        study = bank_study(session)
        row = interview(session, study, "答：他说很慢。「等了三周」。\n", key="I01", record="notes")
        ann = member(session, study, "ann")
        for words in ("他说很慢", "等了三周"):
            apply_code(session, study, row, ann, passage(session, row, words), "SIT")
        page = exported(session, study, "html", language="zh").decode()

    assert "“等了三周”" in page
    assert "“他说很慢”" not in page
    assert "他说很慢" in page


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_word_document_holds_the_passages_under_their_codes(home: Path, language: str):
    with transaction() as session:
        content = exported(session, find_study(session), "docx", language=language)

    lines = read_word_document(content, "r.docx").text.split("\n")
    name = "PRB.INFO Incomplete customer information" if language == "en" else "PRB.INFO 信息不全面"
    assert "“各条线的系统互相不通，所以我手里的客户永远是半张脸”" in lines[lines.index(name):]


def test_the_command_writes_each_format_and_tells_the_audit_log(home: Path, capsys):
    out = home / "bank.qdpx"

    status = run(["interviews", "export", "bank", "--format", "qdpx,qdc,csv,xlsx,docx,html", "-o", str(out), "--json"])

    written = json.loads(capsys.readouterr().out)
    assert status == 0
    assert len(written) == 8
    assert all(Path(row["file"]).stat().st_size for row in written)
    assert (home / "bank-codebook.csv").exists()
    with transaction() as session:
        assert len(session.scalars(select(Audit).where(Audit.action == "export_interviews")).all()) == 6


def test_the_command_leaves_blind_rounds_out_unless_for_one_of_their_coders(database: Database, tmp_path: Path,
                                                                           monkeypatch, capsys):
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", database.url)
    with transaction() as session:
        study = bank_study(session)
        row = interview(session, study, key="I01")
        ann, bob = member(session, study, "ann"), member(session, study, "bob")
        open_round(session, study, row, [ann.id, bob.id])
        apply_code(session, study, row, ann, passage(session, row, "上周"), "SIT", memo="ann says")
    file = tmp_path / "a.html"

    for account, is_there in (([], False), (["--account", "bob"], False), (["--account", "ann"], True)):
        assert run(["interviews", "export", "bank", "--format", "html", "-o", str(file), *account]) == 0
        assert ("ann says" in file.read_text(encoding="utf-8")) is is_there

    assert "blind rounds that are still running are left out" in capsys.readouterr().err


def test_a_format_that_is_not_written_is_refused(home: Path, capsys):
    assert run(["interviews", "export", "bank", "--format", "pdf", "-o", str(home / "a.pdf")]) == 1
    assert "There is no export format 'pdf'" in capsys.readouterr().err
