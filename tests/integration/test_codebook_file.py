"""The codebook as a file: there and back in every format, what would change shown first, strange files refused."""

import base64
import io
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from instruments.template import CodeDefinition
from surveyapp.cli import run
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, Stale
from surveyapp.models.study import Study
from surveyapp.services.codebook import codebook_rules, load_codebook
from surveyapp.services.codebook_edit import add_code, change_code, definition_of, get_code, retire_code
from surveyapp.services.codebook_exchange import (
    CodebookPreview,
    pack_codes,
    preview_codes,
    take_over_codes,
    unpack_codes,
)
from surveyapp.services.codebook_read import ReadCodebook, read_codebook_file
from surveyapp.services.codebook_version import FrozenCodebook, current_document
from surveyapp.services.codebook_write import write_codebook
from surveyapp.services.study import create_study, get_study
from tests.factories import coding as make


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        return make.bank_study(session)


def fresh() -> Session:
    close_read_session()
    return read_session()


def export(study: Study, format: str, language: str = "en") -> bytes:
    return write_codebook(fresh(), study, format, language)


def read(study: Study, content: bytes, name: str, language: str = "en") -> ReadCodebook:
    session = fresh()
    return read_codebook_file(content, name, load_codebook(session, study), codebook_rules(study).languages, language)


def look(study: Study, found: ReadCodebook) -> CodebookPreview:
    with transaction() as session:
        return preview_codes(session, get_study(session, study.id), found.codes)


def take(study: Study, found: ReadCodebook) -> CodebookPreview:
    preview = look(study, found)
    with transaction() as session:
        take_over_codes(session, get_study(session, study.id), unpack_codes(pack_codes(found.codes)), preview.mark,
                        None)
    return preview


def state(study: Study) -> FrozenCodebook:
    return current_document(fresh(), study)


def table(*rows: str) -> bytes:
    return "\n".join(rows).encode()


def deeds(preview: CodebookPreview) -> dict[str, tuple[str, ...]]:
    return {change.key: change.deeds for change in preview.changes}


@pytest.mark.parametrize("format", ["yaml", "csv", "xlsx", "txt"])
def test_what_was_written_and_is_read_again_changes_nothing(study: Study, format: str):
    found = read(study, export(study, format), f"codebook.{format}")

    preview = look(study, found)

    assert len(found.codes) == 43
    assert (preview.changes, preview.losses, found.losses) == ((), (), ())


@pytest.mark.parametrize("format", ["yaml", "csv", "xlsx"])
def test_a_codebook_goes_to_another_study_with_all_it_says(study: Study, format: str):
    with transaction() as session:
        own = get_study(session, study.id)
        row = get_code(session, own, load_codebook(session, own).get("CAU.TECH").id)
        change_code(session, own, row.id, replace(
            definition_of(row), key="CAU.IT", colour="violet", pattern="wavy", has_exclusive_children=True,
            original_colour="#ef8256",
            include={"en": "=1+1, \"quoted\"\nand a second line", "zh": "甲，乙"}), row.version)
        add_code(session, own, CodeDefinition("TOP", None, {"en": "New", "zh": "新"}, {}))
        other = create_study(session, make.bank_template(), "other")
    content = export(study, format)

    preview = take(other, read(other, content, f"c.{format}"))

    assert {code.definition.key: code.definition for code in state(other).codes} == {
        code.definition.key: code.definition for code in state(study).codes}
    if format != "yaml":
        assert [code.definition.key for code in state(other).codes] == [
            code.definition.key for code in state(study).codes]
    assert deeds(preview)["TOP"] == ("added",)
    assert deeds(preview)["CAU.IT"] == ("renamed",)
    assert preview.losses == ()


def test_a_look_saves_nothing_and_an_old_look_is_not_committed(study: Study):
    before = state(study)
    found = read(study, table("key,name_en,name_zh", "NEW,New,新"), "c.csv")
    preview = look(study, found)
    assert state(study) == before
    with transaction() as session:
        add_code(session, get_study(session, study.id), CodeDefinition("X", None, {"en": "X", "zh": "X"}, {}))

    with pytest.raises(Stale, match="changed after"), transaction() as session:
        take_over_codes(session, get_study(session, study.id), found.codes, preview.mark, None)

    assert "NEW" not in load_codebook(fresh(), study).by_key


def test_a_table_changes_only_the_columns_and_codes_it_has(study: Study):
    before = {code.definition.key: code.definition for code in state(study).codes}
    content = table("key;definition_zh;status", "CAU.TECH;系统不足;", "SIT.PEER;;retired")

    preview = take(study, read(study, content, "c.csv"))

    after = {code.definition.key: code for code in state(study).codes}
    assert after["CAU.TECH"].definition == replace(
        before["CAU.TECH"], definition={**before["CAU.TECH"].definition, "zh": "系统不足"})
    assert not after["SIT.PEER"].is_active
    assert set(deeds(preview)) == {"CAU.TECH", "SIT.PEER"}
    assert list(after) == list(before)


def test_what_has_no_counterpart_is_listed_and_left_out(study: Study):
    content = table("key,parent,name_en,construct,measures,colour,mood",
                    "A,NOWHERE,Alpha,NO_CONSTRUCT,S1.1; S9.9,pink,good", "B,A,,,,,")

    found = read(study, content, "c.csv")
    preview = take(study, found)

    told = [str(loss) for loss in (*found.losses, *preview.losses)]
    for words in ("mood", "NOWHERE", "NO_CONSTRUCT", "S9.9", "pink", "A has no name in the language zh",
                  "B has no name in the language en"):
        assert any(words in line for line in told), words
    book = load_codebook(fresh(), study)
    assert book.get("A").definition.strategy == ("S1.1",)
    assert (book.get("B").definition.parent, book.get("B").definition.name["en"]) == ("A", "B")


def test_a_plain_list_makes_codes_of_names_and_categories(study: Study):
    content = ("code1\tA memo for code 1\r\ncat1>>code2\r\ncat1>>code3\r\n"
               "cat3>>cat2>>code4\tanother memo\r\nCause>>Technical\tnew words\r\n代码").encode()

    found = read(study, content, "codes.txt")
    take(study, found)

    book = load_codebook(fresh(), study)
    assert book.get("code4").definition.parent == "cat2"
    assert book.get("cat2").definition.parent == "cat3"
    assert book.get("code1").definition.definition["en"] == "A memo for code 1"
    assert book.get("CAU.TECH").definition.definition["en"] == "new words"
    assert book.get("代码").definition.name == {"en": "代码", "zh": "代码"}
    assert {loss.code for loss in found.losses} == {"cat1", "cat3", "cat2", "CAU"}


def test_the_list_of_another_program_is_read(study: Study, reference: Path):
    file = reference / "interviews/cases/qualcoder-plain_codes_categories_for_import.txt"

    found = read(study, file.read_bytes(), file.name)

    assert [code.definition.key for code in found.codes] == [
        "code1", "cat1", "code2", "code3", "cat3", "cat2", "code4", "code5", "code6"]


@pytest.mark.parametrize(("content", "name", "words"), [
    (b"", "c.csv", "No file"), (b"code,name\nA,B", "c.csv", "no column key"),
    (b"key,name_en\n,B", "c.csv", "not taken over"), (b"key,parent\nA,B\nB,A", "c.csv", "circle"),
    (b"key,name_en\nA,B\nA,C", "c.csv", "twice"), (b"key,name_en\nA B,C", "c.csv", "cannot be a code's key"),
    (b"codes: [", "c.yaml", "cannot be read"), (b"a: &a [x,x]\nb: &b [*a,*a]\n", "c.yaml", "cannot be read"),
    (b"PK\x03\x04 no archive", "c.xlsx", "not an XLSX"), (b"key,name_en\n", "c.csv", "0 codes"),
])
def test_a_file_that_is_no_codebook_is_refused_with_a_reason(study: Study, content: bytes, name: str, words: str):
    before = state(study)

    with pytest.raises(BadInput) as fault:
        take(study, read(study, content, name))

    assert words in str(fault.value)
    assert state(study) == before


@pytest.mark.parametrize("text", ["", "no base64!", base64.b64encode(b"no zlib").decode(),
                                  base64.b64encode(zlib.compress(b'[{"definition": 1}]')).decode(),
                                  base64.b64encode(zlib.compress(b" " * (17 * 1024 * 1024))).decode()])
def test_a_forged_hidden_field_is_refused(text: str):
    with pytest.raises(BadInput, match="not a codebook"):
        unpack_codes(text)


def test_retired_codes_come_back_as_retired_and_heads_of_used_ones_stay(study: Study):
    with transaction() as session:
        own = get_study(session, study.id)
        book = load_codebook(session, own)
        retire_code(session, own, book.get("SIT.PEER").id)
        other = create_study(session, make.bank_template(), "other")

    take(other, read(other, export(study, "csv"), "c.csv"))

    assert [code.definition.key for code in state(other).codes if not code.is_active] == ["SIT.PEER"]
    assert b"SIT.PEER" not in export(study, "yaml").partition(b"codes:")[2].replace(b"(SIT.PEER", b"")


def test_the_sheet_holds_texts_and_no_formulas(study: Study):
    import openpyxl

    with transaction() as session:
        add_code(session, get_study(session, study.id), CodeDefinition("F", None, {"en": "=1+1", "zh": "=1+1"}, {}))

    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(export(study, "xlsx"))).active for cell in row]

    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    assert "'=1+1" in export(study, "csv").decode("utf-8-sig")


def test_the_command_checks_writes_shows_and_takes_over(sqlite_url: str, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))
    assert run(["study", "create", "bank_crm", "--name", "bank"]) == 0
    file, few = tmp_path / "c.csv", tmp_path / "few.csv"
    few.write_text("key,example_zh\nCAU.TECH,\n", encoding="utf-8")
    command = ["interviews", "codebook", "bank"]

    codes = [run([*command, *more]) for more in (
        ["--check"], ["--export", str(file)], ["--import", str(few)], ["--import", str(few), "--yes"], ["--check"],
        ["--freeze", "first"], [])]

    said = capsys.readouterr()
    assert codes == [0, 0, 0, 0, 1, 0, 0]
    assert file.read_bytes().startswith(b"\xef\xbb\xbfkey,parent")
    assert "CAU.TECH: example zh" in said.out
    assert "nothing was saved" in said.out
    assert "The codebook is version 1" in said.out
    assert "Gap: CAU.TECH has no example in zh." in said.err
