"""Answers corrected at the word of the person who gave them: where people can be found, by who may find them."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveyapp.models.audit import Audit
from surveyapp.models.correction import AnswerChange
from surveyapp.models.invitation import Invitation
from surveyapp.models.response import ResponsePage
from tests.factories.known import close, known_study, released
from tests.factories.roster import Invited, Roster, fresh
from tests.web.test_person import logged_in, page_of
from tests.web.test_response import ALL_OF_B, ALL_OF_C, ALL_OF_D


def answered(client: FlaskClient, mode: str, n: int = 6) -> Roster:
    """Let n people answer everything; the wave stays open."""
    roster = known_study(mode)
    for token in roster.tokens[:n]:
        person = Invited(client, token).begin().post(ROLE="teller").post(**ALL_OF_B).post(**ALL_OF_C)
        person.post(deed="submit", **ALL_OF_D)
    return roster


def address(roster: Roster, place: int = 0) -> str:
    ids = fresh().scalars(select(Invitation.id).where(Invitation.link_id == roster.link.id).order_by(Invitation.id))
    return f"{page_of(roster)}/{list(ids)[place]}/correct"


def stored(item: str) -> list[object]:
    return sorted(page.answers[item] for page in fresh().scalars(select(ResponsePage)) if item in page.answers)


MENDED = {"item": "L1", "f:L1": "2", "reason": "said so on the telephone"}
MAY = {
    "anonymous": {"administrator": 409, "researcher": 409, "data_manager": 409, "coder": 403},
    "confidential": {"administrator": 302, "researcher": 403, "data_manager": 302, "coder": 403},
    "identified": {"administrator": 302, "researcher": 302, "data_manager": 302, "coder": 403},
}


@pytest.mark.parametrize("mode", MAY)
def test_each_role_in_each_mode(app: Flask, client: FlaskClient, mode: str):
    roster = answered(client, mode, 1)

    for role, status in MAY[mode].items():
        staff = logged_in(app, role)
        done = staff.post(address(roster), data=MENDED)
        assert done.status_code in ((422, 409) if status == 409 else (status,)), role
    assert stored("L1") == ([4] if mode == "anonymous" else [2])


def test_the_form_shows_no_stored_answer_and_the_look_up_leads_to_it(app: Flask, client: FlaskClient):
    roster = answered(client, "identified")
    staff = logged_in(app, "researcher")
    found = staff.post(page_of(roster), data={"text": "Person 1"})
    form = staff.get(address(roster) + "?item=OPEN")

    assert address(roster) in found.text
    assert form.status_code == 200
    assert "fewer forms" not in form.text


def test_the_correction_stands_in_history_log_and_file(app: Flask, client: FlaskClient):
    roster = answered(client, "identified")
    staff = logged_in(app, "researcher")
    page = staff.post(address(roster), data=MENDED, follow_redirects=True).text
    change = fresh().scalars(select(AnswerChange)).one()
    audit = fresh().scalars(select(Audit).where(Audit.action == "correct_answer")).one()
    close("w1")
    table = released().main
    rows = {row[0]: dict(zip(table.header, row, strict=True)) for row in table.rows()}

    assert "said so on the telephone" in page
    assert (change.old["value"], change.new["value"], change.batch) == (4, 2, None)
    assert change.response_key is not None
    assert audit.after == {"item": "L1", "n_changed": 1, "batch": None}
    assert "Person" not in f"{audit.subject} {audit.after}"
    assert (rows["Person 1"]["L1"], rows["Person 1"]["corrected_items"]) == (2, "L1")
    assert (rows["Person 2"]["L1"], rows["Person 2"]["corrected_items"]) == (4, "")


def test_no_file_of_a_confidential_questionnaire_says_whose_answer_was_corrected(app: Flask, client: FlaskClient):
    roster = answered(client, "confidential")
    logged_in(app, "data_manager").post(address(roster), data=MENDED)
    close("w1")
    release = released()

    assert not any("corrected_items" in table.header for table in release.tables)
    assert [(one.column, one.n) for one in release.treatments if one.deed == "corrected"] == [("L1", 1)]


def test_texts_and_several_options_are_corrected_by_the_numbers_of_the_options(app: Flask, client: FlaskClient):
    roster = answered(client, "identified", 1)
    staff = logged_in(app, "researcher")
    staff.post(address(roster), data={"item": "MANY", "f:MANY": "1 4", "f:MANY_other_text": "by post",
                                      "reason": "asked"})
    staff.post(address(roster), data={"item": "OPEN", "f:OPEN": "i", "reason": "asked"})

    assert (stored("MANY"), stored("MANY_other_text"), stored("OPEN")) == ([["a", "other"]], ["by post"], ["i"])


def test_a_closed_wave_takes_no_correction(app: Flask, client: FlaskClient):
    roster = answered(client, "identified")
    staff = logged_in(app, "researcher")
    close("w1")
    page = staff.post(address(roster), data=MENDED)

    assert page.status_code == 422
    assert "Collection is closed, and the answers are frozen." in page.text
    assert stored("L1") == [4] * 6


def test_who_has_not_answered_has_nothing_to_correct(app: Flask, client: FlaskClient):
    roster = answered(client, "identified", 1)

    assert logged_in(app, "researcher").post(address(roster, 5), data=MENDED).status_code == 404


@pytest.mark.parametrize(("changes", "words"), [
    ({"f:L1": "9"}, "There is no box 9 at this question."), ({"reason": " "}, "A correction needs a reason.")])
def test_what_does_not_fit_is_told(app: Flask, client: FlaskClient, changes: dict[str, str], words: str):
    roster = answered(client, "identified", 1)
    page = logged_in(app, "researcher").post(address(roster), data={**MENDED, **changes})

    assert page.status_code == 422
    assert words in page.text
    assert stored("L1") == [4]
