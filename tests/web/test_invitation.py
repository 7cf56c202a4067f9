"""Inviting people on the pages of staff: roster, slips, links, mail; and what nobody may see."""

import csv
import re
from io import BytesIO, StringIO

import pypdfium2
import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from surveyapp.db.session import transaction
from surveyapp.models.invitation import Invitation
from surveyapp.models.mail import OptOut, OutboxMessage
from surveyapp.models.study import Study
from surveyapp.services.study import get_study, get_wave
from tests.factories.roster import SECRET, Invited, fresh, tokens_of

PEOPLE = [("Anna Berg", "anna@bank.example", "Lending", "en"), ("李明", "li@bank.example", "柜台", "zh"),
          ("No Mail", "", "Counter", "en"), ("=1+1", "", "Counter", "")]


@pytest.fixture
def page(bank_study: Study) -> str:
    return f"/studies/{bank_study.id}/waves/w1/invitations/staff"


def roster_file(rows=PEOPLE) -> tuple[BytesIO, str]:
    text = StringIO()
    csv.writer(text).writerows([("name", "address", "unit", "language"), *rows])
    return BytesIO(text.getvalue().encode()), "roster.csv"


def without_tokens(text: str) -> str:
    """A page without its form tokens, which change every second."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", text)


def link_of(study: Study):
    from surveyapp.services.invitation import find_questionnaire_link

    session = fresh()
    study = get_study(session, study.id)
    return find_questionnaire_link(session, study, get_wave(session, study), "staff")


def test_a_roster_is_taken_over_and_shuts_the_open_link(log_in, bank_study, page):
    client = log_in()

    client.post(f"{page}/roster", data={"file": roster_file()})
    shown = client.get(page).text

    assert "Anna Berg" in shown
    assert "李明" in shown
    assert link_of(bank_study).is_by_invitation
    assert client.get(f"/q/{link_of(bank_study).token}").status_code == 403


def test_a_roster_with_faults_names_the_rows(log_in, page):
    client = log_in()

    reply = client.post(f"{page}/roster", data={"file": roster_file([("A", "no address", "", ""), ("", "", "", "xx")])})

    assert reply.status_code == 422
    assert "Row 2, address" in reply.text
    assert "Row 3, language" in reply.text
    assert fresh().scalars(select(Invitation.id)).all() == []


def test_in_anonymous_mode_the_page_does_not_change_when_somebody_answers(log_in, bank_study, page):
    client = log_in()
    client.post(f"{page}/roster", data={"file": roster_file()})
    client.get(page)        # takes the message of the import away
    before = without_tokens(client.get(page).text)
    tokens = tokens_of(fresh(), link_of(bank_study))

    for token in tokens:
        Invited(client, token, "en").begin()
    with transaction() as session:
        for row in session.scalars(select(Invitation)):
            row.is_finished = True

    assert without_tokens(client.get(page).text) == before


def test_links_to_paste_are_for_everybody_and_compute_nothing(log_in, bank_study, page):
    client = log_in()
    client.post(f"{page}/roster", data={"file": roster_file()})

    reply = client.post(f"{page}/links.xlsx", data={"handed_out": "yes"})

    sheet = load_workbook(BytesIO(reply.data)).active
    rows = {row[0]: row for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert set(rows) == {name for name, *_ in PEOPLE}
    assert sheet["A2"].data_type == "s"
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row} <= {"s", "n"}
    token = rows["Anna Berg"][2].rsplit("/", 1)[1]
    assert token in rows["Anna Berg"][3]
    assert Invited(client, token, "en").page.status_code == 200
    assert len(fresh().scalars(select(OutboxMessage.id)).all()) == 4


def test_slips_are_sheets_of_codes_that_open_the_questionnaire(log_in, bank_study, page):
    client = log_in()

    reply = client.post(f"{page}/slips", data={"n": "14", "unit": "Outlet A", "language": "zh"})

    document = pypdfium2.PdfDocument(reply.data)
    text = "".join(document[number].get_textpage().get_text_range() for number in range(len(document)))
    codes = {word for word in text.replace("\r\n", " ").split() if len(word) == 9 and word[4] == "-"}
    assert (reply.mimetype, len(document), len(codes)) == ("application/pdf", 2, 14)
    assert f"/c/{link_of(bank_study).id}" in text
    assert client.post("/c", data={"code": codes.pop()}).status_code == 303
    assert all(row.label == "" and row.address is None for row in fresh().scalars(select(Invitation)))


def test_slips_are_not_part_of_the_roster(log_in, page):
    client = log_in()
    client.post(f"{page}/slips", data={"n": "3", "unit": "Outlet A"})

    assert "<caption>" not in client.get(page).text


@pytest.mark.parametrize("n", ["0", "2001", "-3", "many", ""])
def test_a_senseless_number_of_slips_is_refused(log_in, page, n):
    assert log_in().post(f"{page}/slips", data={"n": n}).status_code == 409


@pytest.mark.parametrize(("ending", "start"), [("svg", b"<svg"), ("png", b"\x89PNG")])
def test_the_open_link_is_there_as_a_qr_code(log_in, page, ending, start):
    reply = log_in().get(f"{page}/qr.{ending}")

    assert reply.data.startswith(start)


def test_a_text_is_changed_on_a_page_and_a_senseless_one_is_not(log_in, page):
    client = log_in()
    address = f"{page}/texts/invitation/en"

    refused = client.post(address, data={"subject": "Hello", "body": "Come to {nowhere}"})
    stored = client.post(address, data={"subject": "Hello", "body": "Come {link}\r\n{opt_out} {promise}"})

    assert (refused.status_code, stored.status_code) == (422, 302)
    assert "{nowhere}" in refused.text
    assert "Come {link}" in client.get(address).text
    assert client.get(f"{page}/texts/novel/en").status_code == 404


def test_a_fact_is_noted_and_taken_back(log_in, page):
    client = log_in()
    client.post(f"{page}/roster", data={"file": roster_file()})
    person = fresh().scalars(select(Invitation)).first()

    client.post(f"{page}/people/{person.id}", data={"fact": "is_ineligible"})
    noted = fresh().get(Invitation, person.id).is_ineligible
    client.post(f"{page}/people/{person.id}", data={"fact": ""})

    assert noted
    assert not fresh().get(Invitation, person.id).is_ineligible


# ---- no more mail ---------------------------------------------------------------------------------------------------
def test_only_a_post_takes_somebody_off_the_list(client: FlaskClient, log_in, bank_study, page):
    log_in().post(f"{page}/roster", data={"file": roster_file()})
    token = tokens_of(fresh(), link_of(bank_study))[0]

    for _ in range(3):
        shown = client.get(f"/o/{token}")
    before = fresh().scalars(select(Invitation.has_opted_out)).all()
    done = client.post(f"/o/{token}", data={"List-Unsubscribe": "One-Click"})

    assert "Please confirm" in shown.text
    assert not any(before)
    assert "no more mail" in done.text
    assert fresh().scalars(select(Invitation.label).where(Invitation.has_opted_out)).all() == ["Anna Berg"]
    assert len(fresh().scalars(select(OptOut)).all()) == 1
    assert Invited(client, token, "en").page.status_code == 200
    assert client.post(f"/o/{token[::-1]}").status_code == 404


def test_secrets_of_links_are_not_in_the_database(log_in, bank_study, page):
    client = log_in()
    client.post(f"{page}/roster", data={"file": roster_file()})
    tokens = tokens_of(fresh(), link_of(bank_study))

    stored = " ".join(str(value) for row in fresh().execute(select(Invitation.__table__)) for value in row)

    assert SECRET not in stored
    assert not any(token in stored for token in tokens)
