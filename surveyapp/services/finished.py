"""Who has finished: known so that nobody is reminded in vain, and written so that it does not tell which answers.

When a response of an invited person is handed in, the receipt that the respondent's secret opens becomes a sealed mark.
A job turns marks into `invitation.is_finished` when at least five wait, all at once, in another transaction and in
random order. What is left below five at closing is dropped: a single mark would tell whose response came last.
"""

from __future__ import annotations

import secrets

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from surveyapp.models.invitation import FinishedMark, Invitation, Receipt, SpentLink
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.invitation_token import (
    opened_by_respondent,
    opened_by_server,
    receipt_key,
    sealed_by_server,
)

SMALLEST_BATCH = 5      # rule A5: fewer marks at once would single somebody out
MARK_BYTES = 16


def note_finished(session: Session, secret: str, response_token: str, link_id: int) -> None:
    """Let the invitation behind a response be marked with the next batch; nothing happens without a receipt."""
    receipt = session.get(Receipt, receipt_key(secret, response_token))
    if receipt is None:
        return
    invitation_id = opened_by_respondent(secret, response_token, receipt.sealed)
    session.delete(receipt)
    key = secrets.token_hex(MARK_BYTES)
    session.add(FinishedMark(key=key, link_id=link_id, sealed=sealed_by_server(secret, key, invitation_id)))
    session.flush()


def write_marks(session: Session, secret: str, link: QuestionnaireLink) -> int:
    """Mark the invitations that wait as finished, all of them or, below five, none; return how many."""
    marks = list(session.scalars(select(FinishedMark).where(FinishedMark.link_id == link.id)))
    if len(marks) < SMALLEST_BATCH:
        return 0
    numbers = [opened_by_server(secret, mark.key, mark.sealed) for mark in marks]
    secrets.SystemRandom().shuffle(numbers)
    for number in numbers:
        session.execute(update(Invitation).where(Invitation.id == number, Invitation.link_id == link.id)
                        .values(is_finished=True))
    session.execute(delete(FinishedMark).where(FinishedMark.link_id == link.id))
    return len(numbers)


def settle_marks(session: Session, secret: str, link: QuestionnaireLink) -> None:
    """After closing: write what waits if it is enough, and drop it otherwise."""
    write_marks(session, secret, link)
    session.execute(delete(FinishedMark).where(FinishedMark.link_id == link.id))


def drop_receipts(session: Session, wave: Wave) -> None:
    """At closing: forget which invitations belong to responses that were never handed in."""
    links = select(QuestionnaireLink.id).where(QuestionnaireLink.wave_id == wave.id)
    session.execute(delete(Receipt).where(Receipt.link_id.in_(links)))


def level_traces(session: Session) -> None:
    """PostgreSQL shows which transaction wrote a row: let all used links seem to be written by one, this one."""
    if session.connection().dialect.name == "postgresql":
        session.execute(text("UPDATE spent_link SET link_id = link_id"))


def n_spent(session: Session, link: QuestionnaireLink) -> int:
    """Return how many links were used; a count to be rounded before anybody sees it."""
    return session.scalar(select(func.count()).select_from(SpentLink).where(SpentLink.link_id == link.id)) or 0
