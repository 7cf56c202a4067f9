"""The sheet for notes goes out as a Word document and finds its way back, whatever the word processor left of it."""

import io
import re
import zipfile
from datetime import date

import pytest
from defusedxml.ElementTree import fromstring

from surveyapp.errors import BadInput
from surveyapp.services.coverage import questions_for
from surveyapp.services.note_sheet_document import note_sheet
from surveyapp.services.note_sheet_reading import FilledSheet, LeftOver, is_sheet, read_note_sheet
from surveyapp.services.sheet_controls import bookmark_of, bookmarked
from tests.factories.coding import bank_template
from tests.factories.documents import word_document
from tests.factories.sheets import filled, with_controls

GUIDE = bank_template().guide
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
VALUES = {"note:Q1": "负责两百户。\n「没有人交接过」", "note:rest": "气氛 <好> & 轻松", "log:held_on": "2026年3月5日",
          "log:duration_min": "47 分钟", "log:role": "客户经理", "log:mode": "电话", "log:interviewer": "R1"}
TICKS = ("tick:Q1:asked", "tick:Q2:skipped", "log:consent")


def sheet(language: str = "zh", audience: str = "staff") -> bytes:
    return note_sheet(GUIDE, audience, language, "网点 <A> & B")


def read(content: bytes) -> FilledSheet:
    return read_note_sheet(content, "sheet.docx", GUIDE)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_sheet_is_a_word_document_with_a_control_for_everything_to_fill_in(language: str):
    content = sheet(language)

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: fromstring(archive.read(name)) for name in archive.namelist()}
    tags = [tag.get(f"{W}val") for tag in parts["word/document.xml"].iter(f"{W}tag")]
    keys = [question.key for question in questions_for(GUIDE, "staff")]
    numbers = [number.get(f"{W}val") for number in parts["word/document.xml"].iter(f"{W}id")]
    assert {"[Content_Types].xml", "_rels/.rels", "word/styles.xml", "word/_rels/document.xml.rels"} <= parts.keys()
    assert tags == [f"log:{name}" for name in ("key", "role", "held_on", "duration_min", "mode", "interviewer")] + [
        "log:consent"] + [tag for key in keys for tag in (
            f"tick:{key}:asked", f"tick:{key}:covered", f"tick:{key}:skipped")]
    marks = [mark.get(f"{W}name") for mark in parts["word/document.xml"].iter(f"{W}bookmarkStart")]
    assert marks == [f"note_{key}" for key in (*keys, "rest")]
    assert len(set(numbers)) == len(numbers)
    assert content == sheet(language)
    said = "".join(parts["word/document.xml"].itertext())
    assert all(question.text[language] in said for question in questions_for(GUIDE, "staff"))


@pytest.mark.parametrize(("keeps_controls", "how"), [(True, {"control"}), (False, {"number", "words"})])
def test_what_was_filled_in_comes_back_with_and_without_controls(keeps_controls: bool, how: set[str]):
    found = read(filled(sheet(), VALUES, TICKS, keeps_controls=keeps_controls))

    assert found.notes == {"Q1": VALUES["note:Q1"], "rest": VALUES["note:rest"]}
    assert {found.how[key] for key in found.notes} == how
    assert found.states == {"Q1": "asked", "Q2": "skipped"}
    assert (found.held_on, found.duration_min) == (date(2026, 3, 5), 47)
    assert found.log == {"audience": "staff", "role": "relationship_manager", "mode": "telephone", "interviewer": "R1"}
    assert found.has_consent
    assert (found.left_over, found.unread) == ((), ())


def test_a_sheet_printed_before_notes_had_bookmarks_is_read_by_its_controls():
    found = read(with_controls(filled(sheet(), VALUES, TICKS)))

    assert found.notes == {"Q1": VALUES["note:Q1"], "rest": VALUES["note:rest"]}
    assert {found.how[key] for key in found.notes} == {"control"}


def test_any_key_of_a_question_has_a_bookmark_that_leads_back_to_it():
    for key in ("Q1", "staff-2.b", "a_b", "问_1", "Q_20_", "__"):
        cell = fromstring(f'<w:tc xmlns:w="{W[1:-1]}"><w:p><w:bookmarkStart w:name="{bookmark_of(key)}"/></w:p></w:tc>')

        assert re.fullmatch(r"[A-Za-z]\w{0,39}", bookmark_of(key), re.ASCII)
        assert bookmarked(cell) == f"note:{key}"
    assert bookmark_of("a" * 60) == ""


def test_a_question_without_its_number_is_found_by_its_words_in_either_language():
    text = f"<w:p><w:r><w:t>{GUIDE.questions[0].text['en']}</w:t></w:r></w:p><w:p><w:r><w:t>慢</w:t></w:r></w:p>"

    found = read(word_document(text))

    assert (found.notes, found.how) == ({"Q1": "慢"}, {"Q1": "words"})


def test_what_was_written_beside_a_control_is_left_over_with_a_suggestion():
    content = filled(sheet(), VALUES, typed={"Q2  ": "写在框外的一句", "访谈情况": "写在最前面"})

    found = read(content)

    assert found.left_over == (LeftOver("写在最前面", ""), LeftOver("写在框外的一句", "Q1"))
    assert found.notes["Q1"] == VALUES["note:Q1"]


def test_a_line_that_begins_like_a_question_and_is_none_is_left_over_not_guessed():
    content = filled(sheet(), {"note:Q5": "x"}, keeps_controls=False, typed={"Q6  ": "Q3 的内容前面说过"})

    found = read(content)

    assert found.notes == {"Q5": "x"}
    assert found.left_over == (LeftOver("Q3 的内容前面说过", "Q5"),)


def test_two_ticks_and_values_that_make_no_sense_are_said():
    content = filled(sheet(), {"log:held_on": "昨天", "log:duration_min": "很久", "log:role": "行长助理",
                               "note:Q1": "x"}, ("tick:Q1:asked", "tick:Q1:skipped"))

    found = read(content)

    assert found.states == {}
    assert found.unread == (("role", "行长助理"), ("held_on", "昨天"), ("duration_min", "很久"),
                            ("Q1", "asked + skipped"))


@pytest.mark.parametrize("keeps_controls", [True, False])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_empty_sheet_is_refused(language: str, keeps_controls: bool):
    with pytest.raises(BadInput, match="nothing is filled in"):
        read(filled(sheet(language), {}, keeps_controls=keeps_controls))


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04broken"])
def test_a_file_that_is_no_sheet_is_refused(content: bytes):
    with pytest.raises(BadInput):
        read(content)


def test_a_document_type_declaration_is_refused():
    bomb = b'<!DOCTYPE d [<!ENTITY a "b">]><w:document xmlns:w="x">&a;</w:document>'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", bomb)

    with pytest.raises(BadInput, match="damaged"):
        read(stream.getvalue())


def test_a_transcript_is_told_from_a_sheet():
    assert is_sheet(sheet(), "a.docx", GUIDE)
    assert is_sheet(filled(sheet(), {}, keeps_controls=False), "a.docx", GUIDE)
    assert not is_sheet(word_document("<w:p><w:r><w:t>Q1 text</w:t></w:r></w:p>"), "a.docx", GUIDE)
