"""CSV in every spelling, the script for R, and the codebook for archives."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from sqlalchemy import select

from surveyapp.cli import run as run_command
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import Refused
from surveyapp.jobs.export import write_files
from surveyapp.models.audit import Audit
from surveyapp.models.study import Study
from surveyapp.services.export_xlsx import write_workbook
from surveyapp.services.release import ReleaseColumn, ReleaseTable
from surveyapp.services.response_export import ExportOptions, check_format, write_csv, write_release
from surveyapp.services.spreadsheet_cell import DANGEROUS, harmless, plain
from tests.factories import questionnaire as make
from tests.factories.every_kind import ROWS, load, release, rows

DDI = "{ddi:codebook:2_5}"
SCHEMA = os.environ.get("SURVEYAPP_DDI_SCHEMA", "")     # codebook.xsd of DDI-Codebook 2.5, not ours to ship


@pytest.fixture
def study(database: Database) -> Study:
    with transaction() as session:
        make.study(session, "copy")
        study = make.study(session)
    load(ROWS)
    return study


def exported(format: str = "csv", **options: object) -> bytes:
    stream = io.BytesIO()
    write_release(release(), format, stream, ExportOptions(**options))
    return stream.getvalue()


# ---- CSV and XLSX ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("options", [
    {}, {"encoding": "utf-8-sig"}, {"encoding": "gb18030"}, {"separator": "semicolon"}, {"separator": "tab"},
    {"encoding": "gb18030", "separator": "tab"}])
def test_csv_in_every_spelling_imports_as_the_same_answers(study: Study, options: dict[str, str]):
    report = load(exported(**options), "copy", "a.csv")

    assert report.n_responses == 3
    assert rows("copy") == rows("small")


def test_xlsx_imports_as_the_same_answers(study: Study):
    load(exported("xlsx"), "copy", "a.xlsx")

    assert rows("copy") == rows("small")


def test_the_mark_by_which_a_spreadsheet_knows_utf8_comes_first_and_only_when_asked_for(study: Study):
    assert exported(encoding="utf-8-sig").startswith(b"\xef\xbb\xbfrespondent_id,")
    assert exported().startswith(b"respondent_id,")


def test_gb18030_holds_emoji_and_rare_signs(study: Study):
    content = exported(encoding="gb18030")

    assert "行长说“再看看”, 😀 𠮷" in content.decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")


@pytest.mark.parametrize("sign", list(DANGEROUS))
def test_what_a_spreadsheet_would_compute_gets_an_apostrophe_and_loses_it_at_import(sign: str):
    text = f"{sign}cmd|' /C calc'!A0"

    assert harmless(text) == f"'{text}"
    assert harmless(f"'{text}") == f"''{text}"
    assert plain(str(harmless(text))) == text
    assert plain(str(harmless(f"'{text}"))) == f"'{text}"


@pytest.mark.parametrize("cell", ["-91", "'quoted'", "it's", "", 5, -93, 1.5, "a=b"])
def test_other_cells_stay_as_they_are(cell: object):
    assert harmless(cell) == cell
    if isinstance(cell, str):
        assert plain(cell) == cell


def _hostile(sign: str) -> ReleaseTable:
    return ReleaseTable("answers", (ReleaseColumn("respondent_id"), ReleaseColumn(f"{sign}1+1")), 1,
                        lambda: iter([["a", f"{sign}1+1"]]))


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "＝"])
@pytest.mark.parametrize("is_exact", [False, True])
def test_headers_and_values_are_neutralised_unless_asked_for_exactly(sign: str, is_exact: bool):
    stream = io.BytesIO()

    write_csv(_hostile(sign), stream, ExportOptions(is_exact=is_exact))

    header, row = csv.reader(io.StringIO(stream.getvalue().decode(), newline=""))
    expected = f"{sign}1+1" if is_exact else f"'{sign}1+1"
    assert (header[1], row[1]) == (expected, expected)


def test_an_xlsx_cell_is_a_text_and_never_a_formula(study: Study):
    sheet = openpyxl.load_workbook(io.BytesIO(exported("xlsx"))).active

    cells = {cell.value: cell.data_type for row in sheet.iter_rows() for cell in row}
    assert cells["=1+1"] == cells["@home"] == "s"
    assert "f" not in cells.values()


@pytest.mark.parametrize(("format", "options"), [("pdf", {}), ("csv", {"encoding": "latin-1"}),
                                                 ("csv", {"separator": "pipe"})])
def test_formats_and_spellings_that_are_not_written_are_refused(format: str, options: dict[str, str]):
    with pytest.raises(Refused, match="Choose one of"):
        check_format(format, ExportOptions(**options))


def test_a_workbook_keeps_every_sign_its_place_and_its_header_in_sight():
    texts = ["a&b <c> \"d\"", " ends ", "two\nlines", "cr\rhere", "\x07bell", "行长 😀 𠮷", ""]
    columns = tuple(ReleaseColumn(f"Q{k}") for k in range(30))
    table = ReleaseTable("answers", columns, 1, lambda: iter([[*texts, 1.5, -92, 10**15, *[""] * 19, "last"]]))
    stream = io.BytesIO()

    write_workbook([("first & <only>", table), ("x" * 40, table)], stream)

    book = openpyxl.load_workbook(stream)
    assert book.sheetnames == ["first & <only>", "x" * 31]
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[2]][:10] == [*texts[:4], "bell", texts[5], None, 1.5, -92, 10**15]
    assert sheet["AD2"].value == "last"
    assert (sheet.freeze_panes, sheet["A1"].font.bold, sheet["A2"].font.bold) == ("B2", True, False)


@pytest.mark.parametrize("table", [
    ReleaseTable("answers", (ReleaseColumn("Q"),), 1_048_576, lambda: iter([])),
    ReleaseTable("answers", (ReleaseColumn("Q"),), 1, lambda: iter([["x" * 32_768]]))])
def test_what_a_spreadsheet_cannot_hold_is_refused(table: ReleaseTable):
    with pytest.raises(Refused, match="spreadsheet"):
        write_workbook([("answers", table)], io.BytesIO())


def _long(n: int) -> ReleaseTable:
    columns = tuple(ReleaseColumn(f"Q{k}", measure="scale") for k in range(60))
    return ReleaseTable("answers", columns, n, lambda: ([1 + (row + k) % 5 for k in range(60)] for row in range(n)))


class _Nowhere(io.RawIOBase):
    """A file that keeps nothing."""

    def writable(self) -> bool:
        return True

    def write(self, block) -> int:
        return len(block)


def _peak(n: int, write: Callable[[ReleaseTable, io.BufferedWriter], None]) -> int:
    tracemalloc.start()
    write(_long(n), io.BufferedWriter(_Nowhere()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize(("write", "grain", "held"), [
    (write_csv, 200_000, 1_200_000),                                        # bytes of 10,000 lines
    (lambda table, stream: write_workbook([("answers", table)], stream), 1_000_000, 15_000_000)], ids=["csv", "xlsx"])
def test_a_file_of_ten_times_as_many_people_needs_no_more_memory(write, grain: int, held: int):
    assert _peak(10_000, write) - _peak(1_000, write) < grain < held / 4


# ---- R --------------------------------------------------------------------------------------------------------------
CHECK = r"""
source("answers.R", encoding = "UTF-8")
a <- answers[match(c("b", "a", "c"), answers$respondent_id), ]
row <- match(c("b", "a", "c"), answers$respondent_id)
kind <- function(name, place) as.character(attr(answers[[name]], "missing")[row[place]])
stopifnot(
  identical(as.character(a$ROLE), c("Option rm", "Option teller", "Option na")),
  identical(a$L1, c(4, 1, 1)), identical(a$LOAD, c(120, NA, NA)), identical(a$SHARE, c(12.5, NA, NA)),
  kind("LOAD", 2) == "not shown", kind("L4", 2) == "left blank", kind("L2", 1) == "refused or does not apply",
  kind("L5", 2) == "not reached", is.na(kind("LOAD", 1)),
  attr(answers$L1, "label") == "Question L1", identical(unname(attr(answers$L1, "labels")), as.numeric(1:5)),
  names(attr(answers$L1, "labels"))[5] == "Strongly agree", attr(answers$CHECK, "notes") == "role: attention",
  identical(a$MANY_a, c(1, 0, NA)), a$MANY_other_text[1] == "=1+1", a$OPEN[2] == "@home", a$OPEN[3] == "'=kept",
  utf8ToInt(substr(a$OPEN[1], 1, 1)) == 0x884C, nchar(a$OPEN[1]) == 13)
cat("held\n")
"""


@pytest.mark.parametrize("is_exact", [False, True])
def test_the_script_makes_factors_labels_and_missing_values_in_r(study: Study, tmp_path: Path, is_exact: bool):
    done = write_files(release(), "r", tmp_path / "answers.R", ExportOptions(is_exact=is_exact))

    assert [path.name for path in done.paths] == ["answers.R", "answers.csv"]
    (tmp_path / "answers.R").read_text(encoding="ascii")
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed: the script was written, not run")
    (tmp_path / "check.R").write_text(CHECK, encoding="ascii")
    run = subprocess.run(["Rscript", "--vanilla", "check.R"], cwd=tmp_path, capture_output=True, text=True, check=False,
                         env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert run.stdout == "held\n", run.stderr


def test_the_script_takes_words_that_r_would_read_as_code(study: Study, tmp_path: Path):
    from surveyapp.services.export_layout import layout_of
    from surveyapp.services.export_r import r_script

    nasty = 'a"); system("x"); c("\\'
    column = ReleaseColumn("Q", "L1", {"en": nasty}, {"x": {"en": nasty}, "y": {"en": nasty}})
    table = ReleaseTable("answers", (column,), 1, lambda: iter([["x"]]))

    script = r_script(layout_of(release(), table), "answers", "a.csv", "a.R", nasty, is_exact=False)

    assert r'"a\"); system(\"x\"); c(\"\\"' in script
    assert r'"a\"); system(\"x\"); c(\"\\ (1)" = 1' in script       # equal words are told apart by their numbers
    assert 'a"); system' not in script


# ---- DDI ------------------------------------------------------------------------------------------------------------
def test_the_codebook_describes_every_variable_and_kind_of_empty(study: Study, tmp_path: Path):
    done = write_files(release(), "ddi", tmp_path / "book.xml", ExportOptions(language="zh"))

    root = ET.parse(done.paths[0]).getroot()                  # noqa: S314  # our own file
    assert root.tag == f"{DDI}codeBook"
    assert [child.tag.removeprefix(DDI) for child in root] == ["stdyDscr", "fileDscr", "dataDscr"]
    assert root.findtext(f".//{DDI}titl") == "小问卷"
    variables = {v.get("name"): v for v in root.iter(f"{DDI}var")}
    with (tmp_path / "book.csv").open(encoding="utf-8") as stream:
        assert list(variables) == next(csv.reader(stream))
    first = variables["L1"]
    assert first.findtext(f"{DDI}labl") == "问题L1"
    categories = {c.findtext(f"{DDI}catValu"): c for c in first.findall(f"{DDI}catgry")}
    assert list(categories) == ["1", "2", "3", "4", "5", "-94", "-93", "-92", "-91"]
    assert {value for value, c in categories.items() if c.get("missing") == "Y"} == {"-94", "-93", "-92", "-91"}
    assert categories["-92"].findtext(f"{DDI}labl") == "未作答"
    assert [one.get("VALUE") for one in first.iter(f"{DDI}item")] == ["-94", "-93", "-92", "-91"]
    assert "1 = rm, 2 = teller, 3 = na" in [note.text for note in variables["ROLE"].findall(f"{DDI}notes")]
    assert {v.get("files") for v in variables.values()} == {"F1"}
    assert root.find(f"{DDI}fileDscr").get("URI") == "book.csv"


def test_the_codebook_is_valid_by_the_schema_of_the_alliance(study: Study, tmp_path: Path):
    etree = pytest.importorskip("lxml.etree", reason="lxml reads the schema")
    if not Path(SCHEMA).is_file():
        pytest.skip("SURVEYAPP_DDI_SCHEMA names no codebook.xsd of DDI-Codebook 2.5")
    write_files(release(), "ddi", tmp_path / "book.xml")

    schema = etree.XMLSchema(etree.parse(SCHEMA))

    assert schema.validate(etree.parse(tmp_path / "book.xml")), schema.error_log


# ---- the command ----------------------------------------------------------------------------------------------------
def test_the_command_writes_several_formats_of_one_release(study: Study, tmp_path: Path, capsys, monkeypatch):
    monkeypatch.setattr("surveyapp.cli.responses.open_database", lambda: None)
    folder = tmp_path / "out"
    folder.mkdir()

    code = run_command(["responses", "export", "small", "staff", "--format", "csv,sav,r,ddi", "-o",
                        str(folder / "a.csv"), "--json"])

    found = {path.name for path in folder.iterdir()}
    assert code == 0
    assert found == {"a.csv", "a.sav", "a-r.R", "a-r.csv", "a-ddi.xml", "a-ddi.csv"}
    assert {Path(path).name for path in json.loads(capsys.readouterr().out)["files"]} == found
    close_read_session()        # the command read before it wrote
    assert len(read_session().scalars(select(Audit.id).where(Audit.action == "export_responses")).all()) == 4
