"""The summary for an interviewee in the client."""

import pytest

from surveyapp.db.session import transaction
from surveyapp.models.study import Study
from surveyapp.services.interview import log_interview
from surveyapp.services.note_taking import Typed, save_notes
from surveyapp.services.note_text import finish_notes
from tests.factories import coding as make


@pytest.fixture
def place(bank_study: Study) -> str:
    with transaction() as session:
        interview = log_interview(session, bank_study, make.log(record="notes"))
        save_notes(session, bank_study, interview, {"Q1": Typed("负责两百户", 0)})
        finish_notes(session, "s" * 48, bank_study, interview, {})
    return f"/studies/{bank_study.id}/interviews/{interview.id}/summary"


def test_a_summary_is_edited_handed_out_and_its_correction_recorded(log_in, bank_study: Study, place: str):
    client = log_in("researcher")

    proposed = client.get(place).text
    client.post(place, data={"deed": "save", "version": "0", "box": "Q1", "text": "您负责两百户"})
    letter = client.get(f"{place}.txt").text
    document = client.get(f"{place}.docx").data
    client.post(place, data={"deed": "sent", "version": "1", "on": "2026-03-10"})
    done = client.post(place, data={"deed": "corrected", "version": "2", "on": "2026-03-12",
                                    "correction": "负责三百户"}, follow_redirects=True).text

    assert "负责两百户" in proposed
    assert "您负责两百户" in letter
    assert document[:2] == b"PK"
    assert "Corrected in the text: 1; memos: 0; codings to review: 0." in done
    log = client.get(f"/studies/{bank_study.id}/interviews").text
    assert "Summaries sent to interviewees: 1." in log
    assert "corrected" in log


def test_what_does_not_fit_is_said_and_what_was_typed_stays(log_in, place: str):
    client = log_in("researcher")
    client.post(place, data={"deed": "save", "version": "0", "box": "Q1", "text": "a"})
    client.post(place, data={"deed": "sent", "version": "1", "on": "2026-03-10"})

    wrong = client.post(place, data={"deed": "corrected", "version": "2", "on": "tomorrow",
                                     "correction": "我负责三百户"})
    stale = client.post(place, data={"deed": "confirmed", "version": "1", "on": "2026-03-12"})

    assert wrong.status_code == 422
    assert "is no date" in wrong.text
    assert "我负责三百户</textarea>" in wrong.text
    assert stale.status_code == 422
    assert "changed this summary meanwhile" in stale.text


def test_a_summary_that_nobody_saved_is_not_handed_out(log_in, place: str):
    client = log_in("researcher")

    assert client.get(f"{place}.txt").status_code == 404
    assert client.get(f"{place}.exe").status_code == 404
