"""Going away from a questionnaire on a device that strangers share."""

from __future__ import annotations

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from surveyapp.models.response import LEFT, Response
from surveyapp.services.prepared import Prepared
from surveyapp.services.response import Filling, read_filling

_LEAVE = Prepared(update(Response).where(Response.key == bindparam("b_key")).values(ended_by=bindparam("ended_by")))


def leave_response(session: Session, secret: str, token: str) -> Filling:
    """Close a kiosk's response to everybody and return it; it stays open, which is what a break-off is.

    Left a second time, handed in before, or not of a kiosk: nothing changes.
    """
    filling = read_filling(session, secret, token, for_writing=True)
    if filling.origin.is_kiosk and not filling.is_ended:
        _LEAVE.run(session, {"b_key": filling.key, "ended_by": LEFT})
    return filling
