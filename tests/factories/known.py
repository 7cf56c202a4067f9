"""A study whose questionnaire is not anonymous, with invited people who answered."""

from __future__ import annotations

from collections.abc import Sequence

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from surveyapp.db.session import transaction
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.disclosure import plan_release
from surveyapp.services.invitation import Person, add_invitations
from surveyapp.services.release import Release
from surveyapp.services.study import close_wave, create_study, get_instrument, get_study, get_wave
from tests.factories import questionnaire as make
from tests.factories.roster import PEOPLE, SECRET, Roster, finish, fresh, tokens_of

NAME = "known"


def known_study(mode: str, people: Sequence[Person] = PEOPLE) -> Roster:
    """Make the study and invite the people to its first wave."""
    with transaction() as session:
        study = create_study(session, make.template(), NAME, privacy={"staff": mode})
        link = make.link_of(session, study)
        add_invitations(session, SECRET, study, link, people)
        return Roster(study, get_wave(session, study), link, tokens_of(session, link))


def answered(client: FlaskClient, roster: Roster, n: int = 6) -> None:
    """Let the first n people answer, and close the wave."""
    for token in roster.tokens[:n]:
        finish(client, token)
    close(roster.wave.key)


def close(wave: str) -> None:
    with transaction() as session:
        study = get_study(session, NAME)
        close_wave(session, study, get_wave(session, study, wave))


def places(session: Session, wave: str = "w1") -> tuple[Study, Wave, PublishedInstrument]:
    study = get_study(session, NAME)
    return study, get_wave(session, study, wave), get_instrument(session, study, "staff")


def released(wave: str = "w1") -> Release:
    session = fresh()
    return plan_release(session, *places(session, wave))


def link_in(session: Session, roster: Roster) -> QuestionnaireLink:
    return session.get_one(QuestionnaireLink, roster.link.id)
