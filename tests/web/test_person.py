"""The page of people behind answers: for whoever the mode allows, and for nobody in anonymous mode."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveyapp.db.session import transaction
from surveyapp.models.audit import Audit
from surveyapp.models.invitation import Invitation, Pseudonym
from surveyapp.services.account import add_account, add_member
from surveyapp.services.study import get_study
from tests.conftest import PASSWORD
from tests.factories.known import NAME, answered, known_study
from tests.factories.roster import Roster, fresh

SEEING = {
    "anonymous": {"administrator": 409, "researcher": 409, "data_manager": 409, "coder": 403, "manager": 403},
    "confidential": {"administrator": 200, "researcher": 403, "data_manager": 200, "coder": 403, "manager": 403},
    "identified": {"administrator": 200, "researcher": 200, "data_manager": 200, "coder": 403, "manager": 403},
}


def logged_in(app: Flask, role: str) -> FlaskClient:
    with transaction() as session:
        account = add_account(session, role, role, role, PASSWORD)
        add_member(session, get_study(session, NAME), account)
    staff = app.test_client()
    staff.post("/login", data={"login": role, "password": PASSWORD})
    return staff


def page_of(roster: Roster, kind: str = "people") -> str:
    return f"/studies/{roster.study.id}/waves/w1/{kind}/staff"


@pytest.mark.parametrize("mode", SEEING)
def test_each_role_in_each_mode(app: Flask, client: FlaskClient, mode: str):
    roster = known_study(mode)
    answered(client, roster)

    for role, status in SEEING[mode].items():
        staff = logged_in(app, role)
        shown, looked = staff.get(page_of(roster)), staff.post(page_of(roster), data={"text": "Person 1"})
        assert (shown.status_code, looked.status_code) == (status, status), role
        assert "Person 1" not in shown.text
        assert ("p1@bank.example" in looked.text) == (status == 200), role
        assert ("/people/staff" in staff.get(f"/studies/{roster.study.id}").text) == (status == 200), role


def test_a_look_is_recorded_with_the_account_and_an_empty_one_is_refused(app: Flask, client: FlaskClient):
    roster = known_study("confidential")
    answered(client, roster)
    staff = logged_in(app, "data_manager")

    empty = staff.post(page_of(roster), data={"text": " "})
    staff.post(page_of(roster), data={"text": "Person 1"})

    audit = fresh().scalars(select(Audit).where(Audit.action == "look_up_person")).one()
    assert empty.status_code == 422
    assert audit.account_id is not None


def cells_of(page: str) -> list[str]:
    return re.findall(r"<td[^>]*>(?:<div>)?([^<]*)", page)


def test_researchers_see_nobody_finish_and_erase_nobody_in_confidential_mode(app: Flask, client: FlaskClient):
    roster = known_study("confidential")
    answered(client, roster)
    staff = logged_in(app, "researcher")

    page = staff.get(page_of(roster, "invitations")).text
    person = fresh().scalars(select(Invitation.id)).first()
    erased = staff.post(f"/studies/{roster.study.id}/fieldwork/w1/staff/people/{person}/erase")
    exported = staff.post(f"/studies/{roster.study.id}/answers/export", data={"instrument": "staff", "format": "csv"})

    assert "finished" not in cells_of(page)
    assert "not sent" in cells_of(page)
    assert "/erase" not in page
    assert "slips" not in page
    assert erased.status_code == 403
    assert exported.status_code == 200
    assert b"bank.example" not in exported.data


def test_a_data_manager_exports_erases_and_separates(app: Flask, client: FlaskClient):
    roster = known_study("confidential")
    answered(client, roster)
    staff, page = logged_in(app, "data_manager"), page_of(roster)
    name = fresh().scalars(select(Pseudonym.name).order_by(Pseudonym.invitation_id)).first()

    keys = staff.post(f"{page}/keys.csv")
    person = fresh().scalars(select(Invitation.id).order_by(Invitation.id)).first()
    erased = staff.post(f"/studies/{roster.study.id}/fieldwork/w1/staff/people/{person}/erase", follow_redirects=True)
    unsure = staff.post(f"{page}/separate")
    done = staff.post(f"{page}/separate", data={"sure": "yes"}, follow_redirects=True)

    assert name in keys.text
    assert "answers of this person" in erased.text
    assert unsure.status_code == 422
    assert "5 people are deleted" in done.text
    assert "Nothing leads from these answers to a person" in done.text
    assert staff.post(f"{page}/keys.csv").status_code == 409


def test_researchers_do_not_reach_the_key_table(app: Flask, client: FlaskClient):
    roster = known_study("identified")
    answered(client, roster)
    staff = logged_in(app, "researcher")

    for path in ("keys.csv", "separate"):
        assert staff.post(f"{page_of(roster)}/{path}", data={"sure": "yes"}).status_code == 403
