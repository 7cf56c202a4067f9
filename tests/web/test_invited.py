"""Personal links: used once, by their first post only, and leading to nobody's answers."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from surveyapp.db.session import transaction
from surveyapp.models.invitation import Invitation, Receipt, RespondentKey, SpentLink
from surveyapp.models.response import Response
from surveyapp.services import invited as service
from surveyapp.services.finished import write_marks
from surveyapp.services.invitation import add_slips, slip_codes
from surveyapp.services.invitation_token import opened_by_respondent, receipt_key
from surveyapp.views.guesses import MOST_WRONG
from tests.factories import questionnaire as make
from tests.factories.roster import SECRET, Invited, finish, fresh, roster

SCANNER = {"User-Agent": "MailScanner/5.1 (link check)"}


def n_rows(table: type) -> int:
    return fresh().scalar(select(func.count()).select_from(table)) or 0


def test_looking_at_a_link_uses_nothing_up(client: FlaskClient, database):
    token = roster().tokens[0]

    looks = [client.get(f"/i/{token}", headers=SCANNER).status_code for _ in range(5)]
    client.head(f"/i/{token}")

    assert looks == [200] * 5
    assert (n_rows(SpentLink), n_rows(Response)) == (0, 0)
    assert Invited(client, token).begin().address.endswith("/A")


def test_a_link_works_once_and_then_shows_nobodys_answers(client: FlaskClient, database):
    token = roster().tokens[0]
    first = Invited(client, token).begin().post(ROLE="rm")

    forwarded = client.get(f"/i/{token}")

    assert forwarded.status_code == 404
    assert "Go on with the address or the code" in forwarded.text
    assert first.token not in forwarded.text
    assert 'value="rm"' not in forwarded.text
    assert first.open("A").page.status_code == 200       # the holder goes on


def test_a_used_and_an_unknown_link_get_the_same_answer(client: FlaskClient, database):
    token = roster().tokens[0]
    Invited(client, token).begin()

    used, unknown = client.get(f"/i/{token}"), client.get(f"/i/{token[::-1]}")

    assert (used.status_code, used.text) == (unknown.status_code, unknown.text)
    hidden = {"token": "x" * 44, "consent": "yes"}
    assert client.post(f"/i/{token}", data=hidden).text == client.post(f"/i/{token[::-1]}", data=hidden).text


def test_a_second_click_leads_to_the_same_response(client: FlaskClient, database):
    person = Invited(client, roster().tokens[0])
    form = {"consent": "yes", **person.hidden}

    places = [client.post(person.link, data=form).headers["Location"] for _ in range(2)]

    assert places[0] == places[1]
    assert n_rows(Response) == 1


def test_two_people_who_begin_at_once_make_one_response(app: Flask, database):
    token = roster().tokens[0]
    people = [Invited(app.test_client(), token) for _ in range(8)]

    def begin(person: Invited) -> int:
        return person.client.post(person.link, data={"consent": "yes", **person.hidden}).status_code

    with ThreadPoolExecutor(len(people)) as pool:
        statuses = sorted(pool.map(begin, people))

    assert statuses == [303, *[404] * 7]
    assert (n_rows(Response), n_rows(SpentLink), n_rows(Receipt)) == (1, 1, 1)


def test_whoever_spends_the_link_first_keeps_it(any_database):
    """The order that threads seldom meet: both made a response before either spent the link."""
    people = roster()
    tokens = [service.find_entrance(fresh(), SECRET, people.tokens[0]) and _response_token(people) for _ in range(2)]
    with transaction() as session:
        for response_token in tokens:
            service.make_response(session, SECRET, people.tokens[0], response_token, "en", service.Agreement(True))

    with transaction() as session:
        won = [service.spend_link(session, SECRET, people.tokens[0], response_token) for response_token in tokens]
        service.drop_response(session, SECRET, tokens[1])

    assert won == [True, False]
    assert (n_rows(Response), n_rows(Receipt), n_rows(SpentLink)) == (1, 1, 1)


def _response_token(people) -> str:
    from surveyapp.services.response import find_door
    from surveyapp.services.response_token import issue_token

    door = find_door(fresh(), people.link.token)
    return issue_token(SECRET, people.link.token, door.questionnaire.content_hash)


def test_without_consent_the_link_stays_unused(client: FlaskClient, database):
    person = Invited(client, roster().tokens[0])

    refused = client.post(person.link, data={"token": person.hidden["token"]})

    assert refused.status_code == 422
    assert f'action="{person.link}"' in refused.text
    assert n_rows(SpentLink) == 0


def test_the_open_link_is_shut_once_people_are_invited(client: FlaskClient, database):
    people = roster()

    shown = client.get(f"/q/{people.link.token}")

    assert shown.status_code == 403
    assert client.post(f"/q/{people.link.token}", data={"token": "x"}).status_code == 403


def test_the_first_page_does_not_name_the_open_link(client: FlaskClient, database):
    people = roster()

    assert people.link.token not in client.get(f"/i/{people.tokens[0]}").text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_link_speaks_its_persons_language(client: FlaskClient, database, language: str):
    from tests.factories.roster import PEOPLE

    people = roster([replace(PEOPLE[0], language=language)])

    assert f'name="language" value="{language}"' in client.get(f"/i/{people.tokens[0]}").text


# ---- what the database shows ----------------------------------------------------------------------------------------
def test_nothing_stored_leads_from_an_invitation_to_a_response(client: FlaskClient, database):
    """Rule A1: no value of one table occurs in the other, and the hashes of a used link occur in neither."""
    people = roster()
    for token in people.tokens[:6]:
        finish(client, token)
    session = fresh()

    invitations = {str(value) for row in session.execute(select(Invitation.__table__)) for value in row}
    responses = {str(value) for row in session.execute(select(Response.__table__)) for value in row}
    spent = {str(value) for row in session.execute(select(SpentLink.key, SpentLink.holder)) for value in row}

    assert not {value for value in invitations & responses if len(value) > 8}
    assert not spent & (invitations | responses)
    assert n_rows(RespondentKey) == 0


def test_beginning_and_finishing_leave_the_roster_as_it_was(client: FlaskClient, database):
    """Rule A4: whoever compares two copies of the roster, minutes apart, sees nothing of who took part meanwhile."""
    people = roster()
    before = fresh().execute(select(Invitation.__table__)).all()
    for token in people.tokens[:3]:
        Invited(client, token).begin().post(ROLE="rm")
        begun = fresh().execute(select(Invitation.__table__)).all()
        assert begun == before
    for token in people.tokens[3:7]:
        finish(client, token)

    assert fresh().execute(select(Invitation.__table__)).all() == before


def test_a_receipt_cannot_be_opened_with_the_servers_secret_alone(client: FlaskClient, database):
    """Rule A8: what leads from a response to its invitation is the respondent's secret, which is not stored."""
    people = roster()
    person = Invited(client, people.tokens[2]).begin()
    session = fresh()
    receipt, response = session.scalars(select(Receipt)).one(), session.scalars(select(Response)).one()

    stored = [value for row in (receipt, response) for value in vars(row).values() if isinstance(value, str)]

    assert not any(receipt.key in (receipt_key(SECRET, value), value) for value in stored if value != receipt.key)
    assert receipt.key == receipt_key(SECRET, person.token)     # the holder's secret does find it
    assert opened_by_respondent(SECRET, person.token, receipt.sealed) == 3


def test_finished_invitations_are_marked_five_at_a_time(client: FlaskClient, database):
    people = roster()
    for token in people.tokens[:4]:
        finish(client, token)
    with transaction() as session:
        four = write_marks(session, SECRET, people.link)
    for token in people.tokens[4:6]:
        finish(client, token)

    with transaction() as session:
        six = write_marks(session, SECRET, people.link)

    assert (four, six) == (0, 6)
    finished = fresh().scalars(select(Invitation.label).where(Invitation.is_finished).order_by(Invitation.id)).all()
    assert finished == [f"Person {n}" for n in range(1, 7)]
    assert n_rows(Receipt) == 0


def test_a_person_who_broke_off_is_not_marked(client: FlaskClient, database):
    people = roster()
    Invited(client, people.tokens[6]).begin().post(ROLE="rm")
    for token in people.tokens[:5]:
        finish(client, token)

    with transaction() as session:
        assert write_marks(session, SECRET, people.link) == 5

    assert fresh().scalar(select(Invitation.is_finished).where(Invitation.label == "Person 7")) is False


# ---- codes ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def codes(database) -> list[str]:
    with transaction() as session:
        study = make.study(session)
        batch = add_slips(session, SECRET, study, make.link_of(session, study), 12, "Outlet A")
        return slip_codes(session, SECRET, batch)


def test_a_code_is_typed_carelessly_and_opens_the_questionnaire(client: FlaskClient, codes: list[str]):
    typed = f" {codes[0][:4].lower()} - {codes[0][4:]}"

    reply = client.post("/c", data={"code": typed})

    assert reply.headers["Location"].startswith(f"/i/{codes[0]}")
    assert n_rows(SpentLink) == 0
    assert finish(client, codes[0]).page.status_code == 200
    assert client.post("/c", data={"code": typed}).status_code == 422


def test_codes_have_no_signs_that_look_alike(codes: list[str]):
    assert len(set(codes)) == 12
    assert {len(code) for code in codes} == {8}
    assert not set("".join(codes)) & set("01OIlLU")


def test_guessing_codes_is_stopped_for_a_while_and_links_are_not(client: FlaskClient, codes: list[str]):
    statuses = [client.post("/c", data={"code": f"2222{n:04d}".replace("0", "9").replace("1", "8")}).status_code
                for n in range(MOST_WRONG + 3)]

    assert statuses == [422] * MOST_WRONG + [503] * 3
    assert client.post("/c", data={"code": codes[0]}).status_code == 503       # a right one is not told apart
    assert client.get(f"/i/{codes[0]}").status_code == 503
    assert client.get(f"/i/{'a' * 22}").status_code == 404


def test_guesses_at_one_address_leave_the_others_alone(client: FlaskClient, codes: list[str]):
    for _ in range(MOST_WRONG + 1):
        client.post("/c", data={"code": "22222222"})
    number = fresh().scalars(select(Invitation.link_id)).first()

    assert client.post("/c", data={"code": codes[0]}).status_code == 503
    assert client.post(f"/c/{number}", data={"code": codes[0]}).status_code == 303
