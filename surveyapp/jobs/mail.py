"""Send what waits in the outbox: claim, send, mark, each committed before the next."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy.orm import Session

from surveyapp.config import Config
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.errors import Misconfigured
from surveyapp.models.invitation import Invitation
from surveyapp.models.mail import CLAIMED, FAILED, SENT, WAITING, OutboxMessage
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.mail import NotSent, Transport, mail_message, open_transport
from surveyapp.services.message import Sender, message_to, sender_of
from surveyapp.services.outbox import claim_next, list_claimed, mark_message

RUN_BYTES = 8
LOCAL_URL = "http://127.0.0.1:8000"
MOST_REFUSALS = 5       # in a row without an end to it: the server wants nothing today


@dataclass
class Sending:
    """What a run of the sender did."""

    n_sent: int = 0
    n_failed: int = 0
    n_put_back: int = 0     # refused for now; tried with the next run
    n_uncertain: int = 0


def public_url(config: Config) -> str:
    """Return the address that links begin with; a mail that leaves this machine needs a real one."""
    if config.smtp_url and not config.public_url:
        raise Misconfigured("SURVEYAPP_URL is not set.",
                            "Set it to the address under which respondents reach the questionnaire.")
    return config.public_url or LOCAL_URL


def send_waiting(config: Config, study: Study, wave: Wave, link: QuestionnaireLink) -> Sending:
    """Send every waiting message of a link; what died half-way before is looked at first and never sent again."""
    run, done = secrets.token_hex(RUN_BYTES), Sending()
    public_url(config)      # before anything is claimed
    with open_transport(config) as transport:
        _settle_claims(transport, wave, link)
        n_refused = 0
        while n_refused < MOST_REFUSALS:
            with transaction() as session:
                number = claim_next(session, wave, link, run)
            if number is None:
                break
            state = _send_one(config, transport, study, wave, link, number)
            n_refused = n_refused + 1 if state == WAITING else 0
            _count(done, state)
    close_read_session()
    return done


def _count(done: Sending, state: str) -> None:
    done.n_sent += state == SENT
    done.n_failed += state == FAILED
    done.n_put_back += state == WAITING
    done.n_uncertain += state == CLAIMED


def _settle_claims(transport: Transport, wave: Wave, link: QuestionnaireLink) -> None:
    """Mark claimed messages of dead senders as sent where the transport knows that they were."""
    with transaction() as session:
        for message in list_claimed(session, wave, link):
            if transport.was_sent(message.message_id):
                mark_message(session, message.id, SENT)


def _send_one(config: Config, transport: Transport, study: Study, wave: Wave, link: QuestionnaireLink,
              number: int) -> str:
    close_read_session()
    sender = sender_of(read_session(), config.secret_key, public_url(config), study, wave, link)
    state, fault = _tried(config, transport, sender, number)
    if state != CLAIMED:
        with transaction() as session:
            mark_message(session, number, state, fault)
            if state == FAILED:
                _note_bounce(session, number)
    return state


def _tried(config: Config, transport: Transport, sender: Sender, number: int) -> tuple[str, str]:
    """Return what became of a message; claimed = nobody knows."""
    row = sender.session.get_one(OutboxMessage, number)
    person = sender.session.get_one(Invitation, row.invitation_id)
    message = message_to(sender, person, row.kind.split("-")[0])
    try:
        transport.send(mail_message(
            config, person.address or "", person.label, message.subject, message.body, message_id=row.message_id,
            opt_out=message.opt_out))
    except NotSent as error:
        return (FAILED if error.is_final else WAITING), str(error)
    except Exception:  # the connection broke somewhere: it may have been sent
        return CLAIMED, ""
    return SENT, ""


def _note_bounce(session: Session, number: int) -> None:
    row = session.get_one(OutboxMessage, number)
    session.get_one(Invitation, row.invitation_id).is_bounced = True

