"""Beginning with a personal link or a code from a slip: once, and without leaving a trace that leads to the answers.

Beginning takes two transactions. The first makes the response and, in anonymous mode, a receipt that only the
respondent's own secret opens. The second spends the link. In this order a crash in between locks nobody out; if two
people begin at once with one link, the second to spend it loses the response that was just made.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from surveyapp.errors import NotFound, marked
from surveyapp.models.invitation import Invitation, Receipt, RespondentKey, SpentLink
from surveyapp.models.privacy import CONFIDENTIAL
from surveyapp.models.response import Response, ResponsePage
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.invitation import is_anonymous
from surveyapp.services.invitation_token import (
    holder_of,
    plain_token,
    receipt_key,
    sealed_by_respondent,
    spent_key,
    token_hash,
)
from surveyapp.services.outbox import opt_out
from surveyapp.services.person_key import name_response
from surveyapp.services.response import Agreement, Door, Filling, find_door, start_response
from surveyapp.services.response_token import response_key


class LinkUnusable(NotFound):
    """The link is not known or was used; the two are not told apart."""

    def __init__(self) -> None:
        super().__init__(marked("This link or code opens nothing any more."),
                         marked("Each one can be used once. Please check that it was copied or typed completely."))


@dataclass(frozen=True)
class Entrance:
    """A personal link that can still be used, with the questionnaire behind it."""

    invitation_id: int
    language: str
    is_anonymous: bool
    is_confidential: bool
    door: Door


def find_entrance(session: Session, secret: str, text: str) -> Entrance:
    """Return what a personal link or code opens; changes nothing. LinkUnusable if it is unknown or used."""
    entrance = _find(session, secret, text)
    if session.get(SpentLink, spent_key(secret, plain_token(text))) is not None:
        raise LinkUnusable
    return entrance


def _find(session: Session, secret: str, text: str) -> Entrance:
    found = session.execute(
        select(Invitation, QuestionnaireLink).join(QuestionnaireLink, QuestionnaireLink.id == Invitation.link_id)
        .where(Invitation.token_hash == token_hash(secret, plain_token(text)))).first()
    if found is None:
        raise LinkUnusable
    invitation, link = found
    return Entrance(invitation.id, invitation.language, is_anonymous(link),
                    link.privacy == CONFIDENTIAL, find_door(session, link.token))


def make_response(session: Session, secret: str, text: str, response_token: str, language: str,
                  agreement: Agreement, device: str | None = None) -> Filling:
    """Make the response, unless it is there, and return it. A link that somebody else used is refused."""
    entrance = _find(session, secret, text)
    spent = session.get(SpentLink, spent_key(secret, plain_token(text)))
    if spent is not None and not hmac.compare_digest(spent.holder, holder_of(secret, response_token)):
        raise LinkUnusable
    filling = start_response(session, secret, entrance.door.link_token, response_token, language, agreement, device)
    if entrance.is_anonymous:
        _insert_once(session, Receipt, key=receipt_key(secret, response_token), link_id=entrance.door.link_id,
                     sealed=sealed_by_respondent(secret, response_token, entrance.invitation_id))
    else:
        _insert_once(session, RespondentKey, response_key=response_key(secret, response_token),
                     invitation_id=entrance.invitation_id)
    if entrance.is_confidential:
        name_response(session, response_key(secret, response_token), entrance.invitation_id)
    return filling


def spend_link(session: Session, secret: str, text: str, response_token: str) -> bool:
    """Use the link up; False if somebody else was first."""
    key, holder = spent_key(secret, plain_token(text)), holder_of(secret, response_token)
    entrance = _find(session, secret, text)
    _insert_once(session, SpentLink, key=key, link_id=entrance.door.link_id, holder=holder)
    kept = session.scalar(select(SpentLink.holder).where(SpentLink.key == key))
    return kept is not None and hmac.compare_digest(kept, holder)


def drop_response(session: Session, secret: str, response_token: str) -> None:
    """Take back a response that was made for a link somebody else was quicker to use; it holds no answer yet."""
    key = response_key(secret, response_token)
    if session.scalar(select(ResponsePage.section).where(ResponsePage.response_key == key).limit(1)) is None:
        session.execute(delete(Receipt).where(Receipt.key == receipt_key(secret, response_token)))
        session.execute(delete(RespondentKey).where(RespondentKey.response_key == key))
        session.execute(delete(Response).where(Response.key == key))


def _insert_once(session: Session, table: type[SpentLink | Receipt | RespondentKey], **values: object) -> None:
    """Insert the row unless its key is there, in one statement: of two at the same time the first one stays."""
    is_sqlite = session.connection().dialect.name == "sqlite"
    statement = (sqlite_insert if is_sqlite else postgresql_insert)(table).values(**values)
    session.execute(statement.on_conflict_do_nothing())


def refuse_mail(session: Session, secret: str, text: str) -> None:
    """Write no more to the person of a personal link; the link itself goes on working."""
    row = session.execute(
        select(Invitation, Wave.study_id).join(QuestionnaireLink, QuestionnaireLink.id == Invitation.link_id)
        .join(Wave, Wave.id == QuestionnaireLink.wave_id)
        .where(Invitation.token_hash == token_hash(secret, plain_token(text)))).first()
    if row is None:
        raise NotFound(marked("We do not know this address."), marked("Please check that it was copied completely."))
    opt_out(session, secret, row.study_id, row.Invitation)
