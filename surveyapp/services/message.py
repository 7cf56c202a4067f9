"""One message to one invited person: the study's wording with this person's link in it."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from instruments.schema import Instrument
from surveyapp.models.invitation import Invitation
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.invitation import get_instrument_of, privacy_of
from surveyapp.services.invitation_token import link_token
from surveyapp.services.mail_text import CLOSES, MINUTES, SOME_MINUTES, Wording, filled, promise, wording
from surveyapp.services.study import instrument_of


@dataclass(frozen=True)
class Sender:
    """What messages of one link have in common, read once for all of them."""

    session: Session
    secret: str
    public_url: str
    study: Study
    wave: Wave
    link: QuestionnaireLink
    instrument: Instrument
    audience: str


@dataclass(frozen=True)
class Message:
    """A text ready to be sent or pasted."""

    link: str
    opt_out: str
    subject: str
    body: str


def sender_of(session: Session, secret: str, public_url: str, study: Study, wave: Wave,
              link: QuestionnaireLink) -> Sender:
    """Return what the messages of a link have in common."""
    published = get_instrument_of(session, link)
    return Sender(session, secret, public_url, study, wave, link, instrument_of(published), published.audience)


def message_to(sender: Sender, invitation: Invitation, kind: str) -> Message:
    """Return the message of that kind to one person, in the person's language."""
    language = invitation.language
    token = link_token(sender.secret, invitation.nonce)
    link, opt_out = f"{sender.public_url}/i/{token}", f"{sender.public_url}/o/{token}"
    text = wording(sender.session, sender.study, sender.audience, kind, language)
    values = {**_values(sender, language), "name": invitation.label or (invitation.address or ""), "link": link,
              "opt_out": opt_out}
    return Message(link, opt_out, " ".join(filled(text.subject, values).split()), _tidy(filled(text.body, values)))


def _values(sender: Sender, language: str) -> dict[str, str]:
    words = language if language in MINUTES else "en"
    instrument, study = sender.instrument, sender.study
    minutes = instrument.estimated_minutes
    until = sender.wave.closes_at
    zone = ZoneInfo(study.time_zone)
    return {
        "title": instrument.title.get(language) or instrument.key,
        "organisation": str(study.template.get("organisation", {}).get(language) or study.name),
        "minutes": MINUTES[words].format(n=minutes) if minutes else SOME_MINUTES[words],
        "closes": CLOSES[words].format(when=until.astimezone(zone).strftime("%Y-%m-%d %H:%M")) if until else "",
        "promise": promise(privacy_of(sender.link), language, sender.link.minimum_group,
                           study.retain_until.isoformat() if study.retain_until else ""),
    }


def _tidy(body: str) -> str:
    """Return the text without the gaps that empty holes leave."""
    lines: list[str] = []
    for line in body.split("\n"):
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip() + "\n"


def sample_text(text: Wording) -> str:
    """Return a wording as it is edited: subject, empty line, body."""
    return f"{text.subject}\n\n{text.body}"
