"""Our Word documents in a real word processor: opened, saved again, filled in, printed, and read back."""

import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

import pytest
from defusedxml.ElementTree import fromstring

from surveyapp.db.session import Database, transaction
from surveyapp.services.coverage import questions_for
from surveyapp.services.note_sheet_document import note_sheet
from surveyapp.services.note_sheet_reading import FilledSheet, read_note_sheet
from tests.factories.coding import bank_template
from tests.factories.exchange import exported
from tests.factories.sheets import filled
from tests.integration.test_exchange import coded_study

GUIDE = bank_template().guide
PROGRAM = shutil.which("soffice")
TEXT, TABLE = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}", "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
NOTES = {"Q1": "负责两百户。\n他说「系统不通」。", "Q2": "Ann said “never”.\n\nAfter a blank line.",
         "Q10": "𠮷先生 👍🏽 <b>&", "rest": "其他"}
LOG = {"key": "I07", "role": "客户经理", "held_on": "2026-03-05", "duration_min": "45", "mode": "面谈",
       "interviewer": "王"}
TICKS = ("tick:Q1:asked", "tick:Q2:covered", "tick:Q10:skipped", "log:consent")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="LibreOffice (soffice) is not installed on this machine")


@pytest.fixture(scope="module")
def profile(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("profile")


@pytest.fixture
def save_as(tmp_path: Path, profile: Path):
    """Have LibreOffice open a document and save it in another format."""
    def do(content: bytes, old: str, new: str) -> bytes:
        (tmp_path / f"in.{old}").write_bytes(content)
        command = [str(PROGRAM), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", new,
                   "--outdir", str(tmp_path / "out"), str(tmp_path / f"in.{old}")]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return (tmp_path / "out" / f"in.{new}").read_bytes()
    return do


def sheet(language: str) -> bytes:
    return note_sheet(GUIDE, "staff", language, "网点 <A> & B")


def read(content: bytes) -> FilledSheet:
    return read_note_sheet(content, "sheet.docx", GUIDE)


def told(found: FilledSheet) -> tuple[object, ...]:
    return (found.notes, found.states, found.log, found.has_consent, found.left_over, found.unread, found.held_on,
            found.duration_min)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("way", [("docx",), ("odt",), ("odt", "docx"), ("docx", "docx"), ("docx", "odt")])
def test_a_sheet_saved_again_says_the_same(save_as, language: str, way: tuple[str, ...]):
    content = filled(sheet(language), {f"note:{key}": words for key, words in NOTES.items()} | {
        f"log:{key}": words for key, words in LOG.items()}, TICKS)
    saved, old = content, "docx"
    for new in way:
        saved, old = save_as(saved, old, new), new

    found = read(saved)

    assert found.notes == NOTES
    assert {found.how[key] for key in NOTES} == {"control"}
    assert told(found) == told(read(content))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_sheet_filled_in_there_is_matched_to_its_questions(save_as, language: str):
    opened = save_as(sheet(language), "docx", "odt")

    found = read(save_as(typed_in(opened), "odt", "docx"))

    assert told(found) == told(read(typed_in(opened)))
    assert found.notes == NOTES
    assert (found.states, found.has_consent, found.left_over, found.unread) == ({"Q1": "asked"}, True, (), ())
    assert (found.log["key"], found.log["interviewer"], str(found.held_on)) == ("I07", "王", "2026-03-05")


def typed_in(odt: bytes) -> bytes:
    """Return the document with notes typed into the boxes, values over the blanks, and two boxes ticked."""
    with zipfile.ZipFile(io.BytesIO(odt)) as archive:
        document = fromstring(archive.read("content.xml"))
        tables = list(document.iter(f"{TABLE}table"))
        fields, rooms = tables[0], tables[1:]
        keys = [*(question.key for question in questions_for(GUIDE, "staff")), "rest"]
        for key, room in zip(keys, rooms, strict=True):
            _type(next(room.iter(f"{TABLE}table-cell")), NOTES.get(key, ""))
        for row, key in zip(fields.iter(f"{TABLE}table-row"), LOG, strict=True):
            if key not in ("role", "mode"):
                _replace(list(row.iter(f"{TABLE}table-cell"))[1], LOG[key])
        boxes = [box for box in document.iter() if (box.text or "").startswith("☐")]
        for box in boxes[:2]:                                       # consent, and that the first question was asked
            box.text = "☑"
            for name in [name for name in box.attrib if name.endswith("}checked")]:
                box.set(name, "true")
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as target:
            for name in archive.namelist():
                target.writestr(name, tostring(document) if name == "content.xml" else archive.read(name))
    return made.getvalue()


def _type(cell: Element, words: str) -> None:
    first = cell.find(f"{TEXT}p")
    lines = words.split("\n")
    first.text = lines[0]
    for place, line in enumerate(lines[1:], start=1):
        paragraph = SubElement(cell, f"{TEXT}p", first.attrib)
        paragraph.text = line
        cell.remove(paragraph)
        cell.insert(list(cell).index(first) + place, paragraph)


def _replace(cell: Element, words: str) -> None:
    holder = next(node for node in cell.iter() if (node.text or "").startswith(("_", "＿")))
    holder.text = words


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_printed_sheet_keeps_each_question_with_its_box(save_as, tmp_path: Path, language: str):
    pages = text_of(save_as(sheet(language), "docx", "pdf"), tmp_path).split("\f")

    questions = questions_for(GUIDE, "staff")
    squeezed = ["".join(page.split()) for page in pages]
    for question in questions:
        [page] = [page for page in squeezed if "".join(question.text[language].split()) in page]
        assert all("".join(probe[language].split()) in page for probe in question.probes)
    assert sum(page.count("☐") for page in pages) == 3 * len(questions) + 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_of_passages_prints_every_quote(database: Database, save_as, tmp_path: Path, language: str):
    with transaction() as session:
        content = exported(session, coded_study(session), "docx", language=language)

    printed = "".join(text_of(save_as(content, "docx", "pdf"), tmp_path).split())

    assert "各条线的系统互相不通，所以我手里的客户永远是半张脸" in printed
    assert re.search("备忘（Ann）：firstline" if language == "zh" else r"Memo\(Ann\):firstline", printed)
    assert "CAU.TECH→PRB.INFO" in printed


def text_of(pdf: bytes, folder: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is not installed on this machine")
    (folder / "made.pdf").write_bytes(pdf)
    return subprocess.run(["pdftotext", "-layout", str(folder / "made.pdf"), "-"], check=True, capture_output=True,
                          timeout=60).stdout.decode()
