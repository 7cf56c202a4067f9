"""Personal data go at the promised day or on request; anonymous answers cannot be found, and that is said."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from surveyapp.db.base import utc_now
from surveyapp.db.session import close_read_session, transaction
from surveyapp.errors import Refused
from surveyapp.models.audit import Audit
from surveyapp.models.invitation import Invitation, RespondentKey
from surveyapp.models.mail import OutboxMessage
from surveyapp.models.privacy import ANONYMOUS, CONFIDENTIAL, IDENTIFIED
from surveyapp.models.response import Response, ResponsePage
from surveyapp.models.study import Study
from surveyapp.services.erasure import erase_person, set_retention
from surveyapp.services.invitation import add_invitations
from surveyapp.services.study import close_wave, create_study, get_study, get_wave
from surveyapp.services.upkeep import keep_up
from tests.factories import questionnaire as make
from tests.factories.roster import PEOPLE, SECRET, Invited, Roster, finish, fresh, roster, tokens_of

TODAY = utc_now().date()
YESTERDAY = TODAY - timedelta(days=2)       # whatever the time zone


def roster_of(mode: str) -> Roster:
    with transaction() as session:
        study = create_study(session, make.template(), "small", privacy={"staff": mode})
        link = make.link_of(session, study)
        add_invitations(session, SECRET, study, link, PEOPLE)
        return Roster(study, get_wave(session, study), link, tokens_of(session, link))


def n(table: type) -> int:
    found = len(fresh().execute(select(table)).all())
    close_read_session()        # PostgreSQL rewrites tables at closing, and waits for whoever reads them
    return found


def keep(study: Study, until: date, scope: str) -> None:
    with transaction() as session:
        set_retention(session, get_study(session, study.id), until, scope)


def end(people: Roster) -> list[str]:
    with transaction() as session:
        close_wave(session, people.study, get_wave(session, people.study))
    with transaction() as session:
        return keep_up(session, SECRET)


@pytest.mark.parametrize(("scope", "n_responses"), [("roster", 6), ("answers", 0), ("everything", 0)])
def test_at_its_day_a_study_loses_what_was_said(client: FlaskClient, any_database, scope: str, n_responses: int):
    people = roster_of(CONFIDENTIAL)
    keep(people.study, YESTERDAY, scope)
    for token in people.tokens[:6]:
        finish(client, token)
    before = (n(RespondentKey), n(Response))

    done = end(people)

    assert before == (6, 6)
    assert (n(Invitation), n(RespondentKey), n(Response)) == (0, 0, n_responses)
    assert n(ResponsePage) == 5 * n_responses
    assert any("erased 8 people" in word for word in done)
    assert fresh().scalars(select(Audit.after).where(Audit.action == "erase_personal_data")).one()["scope"] == scope
    with transaction() as session:
        assert not any("erased" in word for word in keep_up(session, SECRET))


def test_an_open_wave_is_not_erased(client: FlaskClient, database):
    people = roster()
    keep(people.study, YESTERDAY, "roster")

    with transaction() as session:
        done = keep_up(session, SECRET)

    assert "small: not erased: a wave is still open" in done
    assert n(Invitation) == 8


def test_a_day_that_has_not_come_erases_nothing(client: FlaskClient, database):
    people = roster()
    keep(people.study, TODAY + timedelta(days=2), "everything")

    end(people)

    assert n(Invitation) == 8


def test_a_promise_once_told_can_only_be_shortened(client: FlaskClient, database):
    people = roster()
    keep(people.study, date(2027, 12, 31), "roster")
    Invited(client, people.tokens[0]).begin()

    keep(people.study, date(2027, 6, 30), "roster")
    with pytest.raises(Refused, match="were told"):
        keep(people.study, date(2028, 6, 30), "roster")


def test_respondents_are_told_the_day_before_they_begin(client: FlaskClient, database):
    people = roster()
    keep(people.study, date(2027, 12, 31), "roster")

    person = Invited(client, people.tokens[0])
    person.begin()

    assert "deleted after 2027-12-31" in client.get(f"/i/{people.tokens[1]}").text
    assert fresh().scalars(select(Response.consent)).one()["retain_until"] == "2027-12-31"


@pytest.mark.parametrize("mode", [CONFIDENTIAL, IDENTIFIED])
def test_one_identified_person_is_erased_with_the_answers(client: FlaskClient, any_database, mode: str):
    people = roster_of(mode)
    for token in people.tokens[:2]:
        finish(client, token)

    with transaction() as session:
        first = session.scalars(select(Invitation).order_by(Invitation.id)).first()
        n_gone = erase_person(session, people.study, people.link, first)

    assert (n_gone, n(Invitation), n(Response), n(RespondentKey)) == (1, 7, 1, 1)
    audit = fresh().scalars(select(Audit).where(Audit.action == "erase_person")).one()
    assert "Person 1" not in f"{audit.subject} {audit.after}"


def test_in_anonymous_mode_only_the_entry_goes(client: FlaskClient, database):
    people = roster_of(ANONYMOUS)
    finish(client, people.tokens[0])

    with transaction() as session:
        first = session.scalars(select(Invitation).order_by(Invitation.id)).first()
        n_gone = erase_person(session, people.study, people.link, first)

    assert (n_gone, n(Invitation), n(Response)) == (0, 7, 1)


def test_a_mailed_person_leaves_no_message_behind(client: FlaskClient, database):
    people = roster()
    with transaction() as session:
        first = session.scalars(select(Invitation).order_by(Invitation.id)).first()
        session.add(OutboxMessage(invitation_id=first.id, wave_id=people.wave.id, kind="invitation", message_id="<1>"))
        session.flush()
        erase_person(session, people.study, people.link, first)

    assert n(OutboxMessage) == 0
