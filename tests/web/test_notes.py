"""The note-taking screen in the client, with and without a script."""

import pytest

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.interview import current_version, get_interview, log_interview
from surveyapp.services.note_taking import load_note_page
from tests.factories import coding as make

SCRIPT = {"X-Fragment": "1"}


@pytest.fixture
def place(bank_study: Study) -> str:
    with transaction() as session:
        interview = log_interview(session, bank_study, make.log(record="notes"))
    return f"/studies/{bank_study.id}/interviews/{interview.id}/notes"


def stored(study: Study) -> Interview:
    close_read_session()
    return get_interview(read_session(), study, "I01")


def notes(study: Study) -> dict[str, str]:
    page = load_note_page(read_session(), study, stored(study))
    return {box.key: box.text for box in page.boxes if box.text}


def test_without_a_script_one_button_saves_all_boxes_and_ticks(log_in, bank_study: Study, place: str):
    client = log_in("researcher")

    answer = client.post(place, data={"text_Q1": "慢", "number_Q1": "0", "state_Q1": "asked", "text_Q2": "",
                                      "number_Q2": "0", "state_Q2": "skipped", "text_rest": "好", "number_rest": "0"},
                         follow_redirects=True)

    assert "The notes are saved." in answer.text
    assert notes(bank_study) == {"Q1": "慢", "rest": "好"}
    assert stored(bank_study).questions == {"Q1": "asked", "Q2": "skipped"}


def test_without_a_script_a_stale_page_shows_both_texts(log_in, bank_study: Study, place: str):
    client = log_in("researcher")
    client.post(place, data={"text_Q1": "the other page", "number_Q1": "0"})

    answer = client.post(place, data={"text_Q1": "this page", "number_Q1": "0", "text_Q2": "new", "number_Q2": "0"})

    assert answer.status_code == 409
    assert ">\nthis page</textarea>" in answer.text
    assert '<p class="words">the other page</p>' in answer.text
    assert notes(bank_study) == {"Q1": "the other page", "Q2": "new"}
    client.post(place, data={"text_Q1": "both", "number_Q1": "1"})
    assert notes(bank_study)["Q1"] == "both"


def test_a_script_is_told_numbers_or_the_other_text(log_in, place: str):
    client = log_in("researcher")

    first = client.post(place, data={"text_Q1": "a", "number_Q1": "0", "tab": "t1"}, headers=SCRIPT)
    stale = client.post(place, data={"text_Q1": "b", "number_Q1": "0", "tab": "t2"}, headers=SCRIPT)
    refused = client.post(place, data={"text_Q1": "x" * 20_001, "number_Q1": "1"}, headers=SCRIPT)

    assert (first.status_code, first.json) == (200, {"numbers": {"Q1": 1}, "conflicts": {}})
    assert (stale.status_code, stale.json["conflicts"]) == (409, {"Q1": {"text": "a", "number": 1}})
    assert refused.status_code == 422
    assert "20001 characters" in refused.json["refused"]


def test_consent_comes_first(log_in, bank_study: Study):
    with transaction() as session:
        number = log_interview(session, bank_study, make.log(has_consent=False, language="zh")).id
    client = log_in("researcher")
    place = f"/studies/{bank_study.id}/interviews/{number}/notes"

    before = client.get(place).text
    after = client.post(f"{place}/clock", data={"deed": "consent"}, follow_redirects=True).text

    assert "感谢您抽出时间" in before
    assert "readonly" in before
    assert "readonly" not in after
    assert stored(bank_study).has_consent


def test_the_clock_works_without_a_script(log_in, place: str):
    client = log_in("researcher")

    started = client.post(f"{place}/clock", data={"deed": "start"}, follow_redirects=True).text
    stopped = client.post(f"{place}/clock", data={"deed": "stop"}, follow_redirects=True).text

    assert "Started at" in started
    assert "planned: 60 min" in started
    assert "Let it run on" in stopped


def test_finishing_asks_about_names_then_leads_to_coding(log_in, bank_study: Study, place: str):
    client = log_in("researcher")
    client.post(place, data={"text_Q1": "电话13812345678", "number_Q1": "0"})

    shown = client.get(f"{place}/finish").text
    undecided = client.post(f"{place}/finish")
    done = client.post(f"{place}/finish", data={"find_words": "13812345678", "find_deed": "replace",
                                                "find_replacement": "电话1"})

    assert "13812345678" in shown
    assert "it is not noted what became of them" in shown
    assert undecided.status_code == 422
    assert done.location == place.removesuffix("/notes")
    assert current_version(read_session(), stored(bank_study)).text == "电话电话1"
    again = client.post(f"{place}/reopen", follow_redirects=True).text
    assert "电话电话1</textarea>" in again


def test_an_interview_that_was_just_logged_leads_to_its_notes(log_in, bank_study: Study):
    answer = log_in("researcher").post(f"/studies/{bank_study.id}/interviews/new", data={
        "role": "relationship_manager", "audience": "staff", "mode": "in_person", "record": "notes",
        "language": "zh", "then": "notes"})

    assert answer.location.endswith("/notes")


@pytest.mark.parametrize("role", ["coder", "manager", "data_manager"])
def test_only_who_runs_the_study_takes_notes(log_in, place: str, role: str):
    assert log_in(role).get(place).status_code == 403
