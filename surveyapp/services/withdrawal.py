"""Withdrawing a response with the code shown at its end.

A withdrawal is only marked while the wave is open and applied once, at closing: otherwise a count that falls by one
would tell that the person who has just left the room had taken part.
"""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from surveyapp.errors import NotFound, Refused, marked
from surveyapp.models.response import SUBMITTED, WITHDRAWN, Response, ResponsePage
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.audit import record_change
from surveyapp.services.response_file import delete_files
from surveyapp.services.response_token import CODE_LENGTH, plain_code, withdrawal_hash

REVOKED = "is_revoked"      # mark in `response.consent`


def request_withdrawal(session: Session, secret: str, code: str) -> None:
    """Mark the response of the code for deletion at closing; a second request changes nothing."""
    response = _find_response(session, secret, code)
    if response is None:
        raise NotFound(marked("This code is not known."), marked("Please compare it with the one you wrote down."))
    wave = session.scalars(
        select(Wave).join(QuestionnaireLink, QuestionnaireLink.wave_id == Wave.id)
        .where(QuestionnaireLink.id == response.link_id).with_for_update(of=Wave, read=True)).one()
    if wave.closed_at is not None:
        raise Refused(marked("Collection has ended, and the analysis has begun."),
                      marked("Answers can no longer be taken out of the results."))
    if not response.consent.get(REVOKED):
        response.consent = {**response.consent, REVOKED: True}


def _find_response(session: Session, secret: str, code: str) -> Response | None:
    if len(plain_code(code)) != CODE_LENGTH:
        return None
    wanted = withdrawal_hash(secret, code)
    return session.scalar(select(Response).where(Response.withdrawal_hash == wanted, Response.state == SUBMITTED))


def apply_withdrawals(session: Session, wave: Wave) -> int:
    """Delete the answers of every response marked for withdrawal in the wave; return how many there were."""
    links = select(QuestionnaireLink.id).where(QuestionnaireLink.wave_id == wave.id)
    handed_in = session.scalars(select(Response).where(Response.link_id.in_(links), Response.state == SUBMITTED))
    marked_ones = [response for response in handed_in if response.consent.get(REVOKED)]
    for response in marked_ones:
        session.execute(delete(ResponsePage).where(ResponsePage.response_key == response.key))
        delete_files(session, response.key)
        response.state = WITHDRAWN
        response.shown_order = {}
        response.withdrawal_hash = None
        response.source_key = None
    session.flush()
    if marked_ones:
        record_change(session, "apply_withdrawals", f"wave {wave.key}", study_id=wave.study_id,
                      after={"n": len(marked_ones)})
    return len(marked_ones)
