"""A study whose small questionnaire is answered by invitation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.invitation import Invitation
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.invitation import Person, add_invitations
from surveyapp.services.invitation_token import link_token
from surveyapp.services.study import get_wave
from tests.factories import questionnaire as make

SECRET = make.SECRET
PEOPLE = tuple(Person(f"Person {n}", f"p{n}@bank.example", "Lending" if n % 2 else "Counter", "en")
               for n in range(1, 9))


@dataclass(frozen=True)
class Roster:
    """A study with invited people, and the tokens of their links in the order of the list."""

    study: Study
    wave: Wave
    link: QuestionnaireLink
    tokens: tuple[str, ...]


def roster(people: Sequence[Person] = PEOPLE, name: str = "small") -> Roster:
    with transaction() as session:
        study = make.study(session, name)
        link = make.link_of(session, study)
        add_invitations(session, SECRET, study, link, people)
        return Roster(study, get_wave(session, study), link, tokens_of(session, link))


def tokens_of(session: Session, link: QuestionnaireLink) -> tuple[str, ...]:
    nonces = session.scalars(select(Invitation.nonce).where(Invitation.link_id == link.id).order_by(Invitation.id))
    return tuple(link_token(SECRET, nonce) for nonce in nonces)


def fresh() -> Session:
    """A reading session that sees what was written meanwhile."""
    close_read_session()
    return read_session()


class Invited(make.Respondent):
    """Somebody who comes with a personal link or a code."""

    def __init__(self, client: FlaskClient, token: str, language: str = "en") -> None:
        self.client, self.link, self.language = client, f"/i/{token}", language
        self.page = client.get(f"{self.link}?lang={language}")
        self.address = self.link


def finish(client: FlaskClient, token: str) -> Invited:
    """Take part from the first page to the thanks."""
    return Invited(client, token).begin().hand_in()
