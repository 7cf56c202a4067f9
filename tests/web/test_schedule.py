"""Schedule and attributes in the client."""

import io
import re
from html import unescape

import pytest

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.study import Study
from surveyapp.services.case_attribute import define_attribute
from surveyapp.services.interview import get_interview, list_interviews, log_interview
from tests.factories import coding as make


@pytest.fixture
def area(bank_study: Study) -> str:
    return f"/studies/{bank_study.id}/interviews"


def test_an_interview_is_planned_held_and_leads_to_its_notes(log_in, bank_study: Study, area: str):
    client = log_in("researcher")

    planned = client.post(f"{area}/schedule", data={
        "role": "outlet_head", "audience": "staff", "planned_on": "2026-03-05", "at_time": "09:30", "place": "outlet",
        "mode": "in_person", "interviewer": "R1"}, follow_redirects=True).text
    held = client.post(f"{area}/schedule/1", data={"deed": "hold"})

    assert "2026-03-05 09:30" in planned
    assert "1 missing" in planned
    (interview,) = list_interviews(read_session(), bank_study)
    assert held.location == f"{area}/{interview.id}/notes"
    assert client.post(f"{area}/schedule/1", data={"deed": "cancelled"}).status_code == 409


def test_what_does_not_fit_the_plan_is_said_and_what_was_typed_stays(log_in, area: str):
    answer = log_in("researcher").post(f"{area}/schedule", data={
        "role": "", "audience": "staff", "planned_on": "5 March", "interviewer": "R7"})

    assert answer.status_code == 422
    assert "is no date" in answer.text
    assert 'value="R7"' in answer.text


def test_a_file_of_values_is_looked_over_before_it_is_stored(log_in, bank_study: Study, area: str):
    with transaction() as session:
        log_interview(session, bank_study, make.log())
        define_attribute(session, bank_study, "size", "choice", {"en": "Size"}, ["large", "small"])
    client = log_in("researcher")

    shown = client.post(f"{area}/attributes/file",
                        data={"file": (io.BytesIO(b"interview,size\nI01,large\nI02,large\n"), "a.csv")}).text
    before = get_interview(read_session(), bank_study, "I01").attributes
    proposed = unescape(re.search(r'name="proposed" value="([^"]*)"', shown)[1])
    client.post(f"{area}/attributes/values", data={"proposed": proposed})

    assert "1 values for 1 interviews fit" in shown
    assert "there is no such interview" in shown
    close_read_session()
    assert (before, get_interview(read_session(), bank_study, "I01").attributes) == ({}, {"size": "large"})
    assert b"I01,relationship_manager" in client.get(f"{area}/attributes/cases.csv").data


def test_the_table_stores_only_what_was_changed_on_the_page(log_in, bank_study: Study, area: str):
    with transaction() as session:
        log_interview(session, bank_study, make.log())
        define_attribute(session, bank_study, "size", "text", {"en": "Size"})
        define_attribute(session, bank_study, "staff", "number", {"en": "Staff"})
    client = log_in("researcher")

    client.post(f"{area}/attributes/values", data={"value.I01.size": "a", "was.I01.size": ""})
    client.post(f"{area}/attributes/values", data={"value.I01.size": "", "was.I01.size": "", "value.I01.staff": "7",
                                                   "was.I01.staff": ""})

    assert get_interview(read_session(), bank_study, "I01").attributes == {"size": "a", "staff": "7"}
    refused = client.post(f"{area}/attributes/values", data={"proposed": "[1"})
    assert refused.status_code == 422


def test_attributes_are_defined_and_deleted(log_in, area: str):
    client = log_in("researcher")

    bad = client.post(f"{area}/attributes/define", data={"key": "Größe", "kind": "text"})
    client.post(f"{area}/attributes/define", data={"key": "size", "kind": "choice", "name_zh": "规模",
                                                   "choices": "大\r\n小"})
    shown = client.get(f"{area}/attributes").text
    client.post(f"{area}/attributes/define", data={"key": "size", "deed": "delete"})

    assert bad.status_code == 422
    assert "大 · 小" in shown
    assert "大 · 小" not in client.get(f"{area}/attributes").text
