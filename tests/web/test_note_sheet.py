"""The sheet for notes in the client: out, filled in, read, looked over, stored."""

import io
import re

import pytest

from surveyapp.db.session import close_read_session, read_session
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.interview import get_interview, list_interviews
from surveyapp.services.note_taking import load_note_page
from tests.factories.sheets import filled

VALUES = {"note:Q1": "负责两百户。", "log:held_on": "2026-03-05", "log:role": "客户经理"}
TICKS = ("tick:Q1:asked", "log:consent")


def place(study: Study, rest: str = "") -> str:
    return f"/studies/{study.id}/interviews/sheet{rest}"


def fields(page: str) -> dict[str, list[str]]:
    """What a browser would send of the page's form."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input[^>]*type="hidden"[^>]*name="(\w+)"[^>]*value="([^"]*)"', page):
        found.setdefault(name, []).append(value)
    for name, text in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL):
        found[name] = [text]
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        found[name] = re.findall(r'<option selected value="([^"]*)"|<option value="([^"]*)" selected', options)[:1]
        found[name] = ["".join(pair) for pair in found[name]] or [""]
    for name, value in re.findall(r'<input[^>]*name="(held_on|key)"[^>]*value="([^"]*)"', page):
        found[name] = [value]
    if re.search(r'<input checked[^>]*name="has_consent"', page):
        found["has_consent"] = ["y"]
    return found


def interview(study: Study) -> Interview:
    close_read_session()
    return get_interview(read_session(), study, "I01")


def load(client, study: Study, content: bytes):
    return client.post(place(study), data={"file": (io.BytesIO(content), "sheet.docx")})


@pytest.fixture
def researcher(log_in):
    return log_in("researcher")


@pytest.fixture
def empty(researcher, bank_study: Study) -> bytes:
    return researcher.get(place(bank_study, "/staff-zh.docx")).data


def test_a_filled_sheet_becomes_the_notes_of_a_new_interview(researcher, bank_study: Study, empty: bytes):
    shown = load(researcher, bank_study, filled(empty, VALUES, TICKS)).text

    assert "Nothing is stored yet." in shown
    assert list_interviews(read_session(), bank_study) == []
    answer = researcher.post(place(bank_study, "/store"), data=fields(shown))
    stored = interview(bank_study)
    assert answer.location.endswith(f"/{stored.id}/notes")
    assert (stored.role, str(stored.held_on), stored.record) == ("relationship_manager", "2026-03-05", "notes")
    assert (stored.language, stored.questions) == ("zh", {"Q1": "asked"})
    page = load_note_page(read_session(), bank_study, stored)
    assert {box.key: box.text for box in page.boxes if box.text} == {"Q1": "负责两百户。"}


def test_a_paragraph_outside_the_boxes_is_not_stored_before_somebody_says_where(
        researcher, bank_study: Study, empty: bytes):
    shown = load(researcher, bank_study, filled(empty, VALUES, TICKS, typed={"Q2  ": "写在框外"})).text
    sent = fields(shown)

    undecided = researcher.post(place(bank_study, "/store"), data=sent)
    researcher.post(place(bank_study, "/store"), data={**fields(undecided.text), "extra_to": ["Q1"]})

    assert "it stands under Q1" in shown
    assert sent["extra_to"] == [""]
    assert undecided.status_code == 422
    page = load_note_page(read_session(), bank_study, interview(bank_study))
    assert page.boxes[0].text == "负责两百户。\n写在框外"


def test_without_the_consent_tick_nothing_is_stored(researcher, bank_study: Study, empty: bytes):
    shown = load(researcher, bank_study, filled(empty, VALUES)).text

    answer = researcher.post(place(bank_study, "/store"), data=fields(shown))

    assert answer.status_code == 422
    assert "Without consent no notes" in answer.text
    assert "负责两百户。" in answer.text
    assert list_interviews(read_session(), bank_study) == []


def test_a_file_that_is_no_sheet_is_refused_in_words(researcher, bank_study: Study):
    answer = load(researcher, bank_study, b"nothing")

    assert answer.status_code == 422
    assert "role=\"alert\"" in answer.text


@pytest.mark.parametrize("name", ["king-zh", "staff-fr"])
def test_a_group_or_language_the_guide_does_not_know_has_no_sheet(researcher, bank_study: Study, name: str):
    assert researcher.get(place(bank_study, f"/{name}.docx")).status_code == 404
