"""The roster as it may be shown: in anonymous mode nothing of it tells who has answered."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.errors import marked
from surveyapp.models.account import Account
from surveyapp.models.invitation import Invitation
from surveyapp.models.mail import SENT, OutboxMessage
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.invitation import list_roster
from surveyapp.services.mail_text import INVITATION
from surveyapp.services.outbox import finished_invitations
from surveyapp.services.person_key import may_look

STATES = {
    "opted_out": marked("wants no mail"), "refused": marked("refused"), "ineligible": marked("not eligible"),
    "bounced": marked("mail came back"), "finished": marked("finished"), "sent": marked("sent"),
    "not_sent": marked("not sent"),
}


def roster_rows(session: Session, wave: Wave, link: QuestionnaireLink,
                account: Account | None = None) -> list[dict[str, Any]]:
    """Return who is invited with what the account may know of each; no account: the command line.

    In confidential mode only the data manager sees who has finished: somebody who sees it of two waves, and the
    pseudonyms of both, knows the pseudonym of the one person who left out a wave.
    """
    asked = set(session.scalars(select(OutboxMessage.invitation_id).where(
        OutboxMessage.wave_id == wave.id, OutboxMessage.kind == INVITATION, OutboxMessage.state == SENT)))
    finished = finished_invitations(session, link) if may_look(link, account) else set()
    return [{"id": row.id, "person": row.label or row.address, "address": row.address, "unit": row.unit,
             "language": row.language, "state": _state(row, asked, finished)}
            for row in list_roster(session, link)]


def _state(row: Invitation, asked: set[int], finished: set[int]) -> str:
    facts = (("finished", row.id in finished), ("ineligible", row.is_ineligible), ("refused", row.has_refused),
             ("opted_out", row.has_opted_out), ("bounced", row.is_bounced), ("sent", row.id in asked))
    return next((name for name, is_so in facts if is_so), "not_sent")
