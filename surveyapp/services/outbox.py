"""The outbox: one row a message, and a row is sent once.

A sender claims a row and commits, sends, marks it as sent and commits. If it dies in between, the row stays claimed:
nobody can know whether the mail server took the message, so it is never sent again by itself. It is shown as uncertain,
and a person decides. The Message-ID follows from row and kind, so that even a deliberate second try is one message to
every mail program that looks.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from surveyapp.db.base import utc_now
from surveyapp.errors import NotFound, Refused
from surveyapp.models.account import Account
from surveyapp.models.invitation import Invitation, RespondentKey
from surveyapp.models.mail import CLAIMED, DROPPED, FAILED, SENT, WAITING, OptOut, OutboxMessage
from surveyapp.models.privacy import IDENTIFIED
from surveyapp.models.response import OPEN, Response
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.audit import record_change
from surveyapp.services.invitation import is_anonymous, list_roster
from surveyapp.services.invitation_token import address_hash
from surveyapp.services.mail_text import INVITATION, REMINDER
from surveyapp.services.message import Sender

MOST_REMINDERS = 3
LONGEST_FAULT = 500


@dataclass(frozen=True)
class Queued:
    """What a request to write to people came to; persons are counted once."""

    n_queued: int
    n_without_address: int
    n_unwilling: int        # bounced, refused, not eligible, opted out
    n_other: int            # asked already, or written to today


def kinds_sent(session: Session, wave: Wave) -> dict[int, set[str]]:
    """Return for each invitation the kinds of message that were queued or sent in the wave."""
    found: dict[int, set[str]] = {}
    rows = select(OutboxMessage.invitation_id, OutboxMessage.kind).where(
        OutboxMessage.wave_id == wave.id, OutboxMessage.state != DROPPED)
    for invitation_id, kind in session.execute(rows):
        found.setdefault(invitation_id, set()).add(kind)
    return found


def queue_messages(sender: Sender, kind: str, account: Account | None = None) -> Queued:
    """Queue an invitation to everybody who has none yet, or a reminder to those who have not finished."""
    if kind not in (INVITATION, REMINDER):
        raise Refused("There is no such kind of text.", "Choose one of: {kinds}.", kinds=f"{INVITATION}, {REMINDER}")
    if not sender.wave.is_open:
        raise Refused("The wave {key} is not open.", "Write to people while they can take part.", key=sender.wave.key)
    people = list_roster(sender.session, sender.link)
    addressed = [row for row in people if row.address]
    willing = [row for row in addressed if not _is_unwilling(row)]
    chosen = _due(sender, willing, kind)
    for person, full_kind in chosen:
        sender.session.add(OutboxMessage(invitation_id=person.id, wave_id=sender.wave.id, kind=full_kind,
                                         message_id=_message_id(sender, person, full_kind)))
    sender.session.flush()
    record_change(sender.session, "queue_mail", f"link {sender.link.id}", study_id=sender.study.id, account=account,
                  after={"kind": kind, "n": len(chosen)})
    return Queued(len(chosen), len(people) - len(addressed), len(addressed) - len(willing),
                  len(willing) - len(chosen))


def _is_unwilling(row: Invitation) -> bool:
    return row.has_opted_out or row.is_bounced or row.has_refused or row.is_ineligible


def _due(sender: Sender, people: list[Invitation], kind: str) -> list[tuple[Invitation, str]]:
    sent = kinds_sent(sender.session, sender.wave)
    if kind == INVITATION:
        return [(row, kind) for row in people if kind not in sent.get(row.id, ())]
    finished = finished_invitations(sender.session, sender.link)
    busy = _written_to_today(sender.session, sender.wave, utc_now().date())
    due = []
    for row in people:
        kinds = sent.get(row.id, set())
        number = sum(name.startswith(REMINDER) for name in kinds) + 1
        if INVITATION in kinds and row.id not in finished | busy and number <= MOST_REMINDERS:
            due.append((row, f"{REMINDER}-{number}"))
    return due


def _written_to_today(session: Session, wave: Wave, today: date) -> set[int]:
    """Return whom something is queued for or was sent to today: nobody gets two mails a day."""
    rows = select(OutboxMessage.invitation_id).where(
        OutboxMessage.wave_id == wave.id,
        (OutboxMessage.handled_on == today) | OutboxMessage.state.in_([WAITING, CLAIMED]))
    return set(session.scalars(rows))


def finished_invitations(session: Session, link: QuestionnaireLink) -> set[int]:
    """Return who is known to have finished: in anonymous mode by marks written in batches."""
    marked = set(session.scalars(select(Invitation.id).where(Invitation.link_id == link.id, Invitation.is_finished)))
    if is_anonymous(link):
        return marked
    ended = (select(RespondentKey.invitation_id).join(Response, Response.key == RespondentKey.response_key)
             .where(Response.link_id == link.id, Response.state != OPEN))
    return marked | set(session.scalars(ended))


def _message_id(sender: Sender, person: Invitation, kind: str) -> str:
    what = f"message-id\x1f{person.nonce}\x1f{sender.wave.key}\x1f{kind}"
    digest = hmac.digest(sender.secret.encode(), what.encode(), "sha256").hex()[:32]
    host = sender.public_url.split("://", 1)[-1].split("/")[0].split(":")[0] or "localhost"
    return f"<{digest}@{host}>"


# ---- sending --------------------------------------------------------------------------------------------------------
def claim_next(session: Session, wave: Wave, link: QuestionnaireLink, run: str) -> int | None:
    """Claim the next waiting message for a run of a sender; None if there is none left."""
    while True:
        number = session.scalar(
            select(OutboxMessage.id).join(Invitation, Invitation.id == OutboxMessage.invitation_id)
            .where(OutboxMessage.wave_id == wave.id, OutboxMessage.state == WAITING, Invitation.link_id == link.id)
            .order_by(OutboxMessage.id).limit(1))
        if number is None:
            return None
        claimed = session.execute(
            update(OutboxMessage).where(OutboxMessage.id == number, OutboxMessage.state == WAITING)
            .values(state=CLAIMED, claimed_by=run).returning(OutboxMessage.id)).first()
        if claimed is not None:
            return number


def mark_message(session: Session, message_id: int, state: str, fault: str = "") -> None:
    """Note what became of a claimed message."""
    session.execute(update(OutboxMessage).where(OutboxMessage.id == message_id).values(
        state=state, fault=fault[:LONGEST_FAULT], handled_on=utc_now().date() if state == SENT else None))


def decide_message(session: Session, study: Study, wave: Wave, message_id: int, *, was_sent: bool,
                   account: Account | None = None) -> None:
    """Decide on a message of which nobody knows whether it was sent."""
    row = session.get(OutboxMessage, message_id)
    if row is None or row.wave_id != wave.id:
        raise NotFound("There is no such message in this wave.", "See the list of the outbox.")
    person = session.get_one(Invitation, row.invitation_id)
    if row.kind != INVITATION and session.get_one(QuestionnaireLink, person.link_id).privacy != IDENTIFIED:
        raise NotFound("There is no such message in this wave.", "See the list of the outbox.")
    if row.state not in (CLAIMED, FAILED):
        raise Refused("This message is not in doubt: it is {state}.", "Decide on messages that are.", state=row.state)
    row.state, row.fault = (SENT, row.fault) if was_sent else (WAITING, "")
    row.handled_on = utc_now().date() if was_sent else None
    record_change(session, "decide_message", f"message {row.id}", study_id=study.id, account=account,
                  after={"state": row.state})


def outbox_counts(session: Session, wave: Wave, link: QuestionnaireLink) -> Mapping[str, Mapping[str, int]]:
    """Return how many messages of each kind are in each state."""
    counts: dict[str, dict[str, int]] = {}
    rows = (select(OutboxMessage.kind, OutboxMessage.state)
            .join(Invitation, Invitation.id == OutboxMessage.invitation_id)
            .where(OutboxMessage.wave_id == wave.id, Invitation.link_id == link.id))
    for kind, state in session.execute(rows):
        counts.setdefault(kind, {}).setdefault(state, 0)
        counts[kind][state] += 1
    return counts


def list_doubtful(session: Session, wave: Wave, link: QuestionnaireLink) -> list[tuple[OutboxMessage, Invitation]]:
    """Return the messages a person must decide on.

    Only in identified mode reminders are among them: whoever is reminded is not known to have finished, and nobody may
    see who has not. An uncertain reminder is simply not sent again.
    """
    rows = (select(OutboxMessage, Invitation).join(Invitation, Invitation.id == OutboxMessage.invitation_id)
            .where(OutboxMessage.wave_id == wave.id, Invitation.link_id == link.id,
                   OutboxMessage.state.in_([CLAIMED, FAILED])).order_by(OutboxMessage.id))
    if link.privacy != IDENTIFIED:
        rows = rows.where(OutboxMessage.kind == INVITATION)
    return [(message, person) for message, person in session.execute(rows)]


def list_claimed(session: Session, wave: Wave, link: QuestionnaireLink) -> list[OutboxMessage]:
    """Return the messages that a sender took and did not mark, for the next sender's eyes only."""
    return list(session.scalars(
        select(OutboxMessage).join(Invitation, Invitation.id == OutboxMessage.invitation_id)
        .where(OutboxMessage.wave_id == wave.id, Invitation.link_id == link.id, OutboxMessage.state == CLAIMED)
        .order_by(OutboxMessage.id)))


# ---- those who want no mail -----------------------------------------------------------------------------------------
def opt_out(session: Session, secret: str, study_id: int, invitation: Invitation) -> None:
    """Write to this person no more in this study, also if the address is imported again."""
    same = [invitation]
    if invitation.address:
        hashed = address_hash(secret, invitation.address)
        if session.get(OptOut, (study_id, hashed)) is None:
            session.add(OptOut(study_id=study_id, address_hash=hashed))
        same = list(session.scalars(
            select(Invitation).join(QuestionnaireLink, QuestionnaireLink.id == Invitation.link_id)
            .join(Wave, Wave.id == QuestionnaireLink.wave_id)
            .where(Wave.study_id == study_id, Invitation.address == invitation.address)))
    for row in same:
        row.has_opted_out = True
        session.execute(update(OutboxMessage).where(
            OutboxMessage.invitation_id == row.id, OutboxMessage.state == WAITING).values(state=DROPPED))
    session.flush()
