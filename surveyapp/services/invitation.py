"""The roster: who is asked to take part, with a personal link each; and code slips that name nobody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveyapp.errors import BadInput, NotFound, Refused, RowError, marked
from surveyapp.models.account import Account
from surveyapp.models.invitation import Invitation, SlipBatch
from surveyapp.models.mail import OptOut
from surveyapp.models.privacy import ANONYMOUS
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.audit import record_change
from surveyapp.services.invitation_token import address_hash, link_token, new_nonce, slip_code, token_hash
from surveyapp.services.person_key import give_pseudonyms, identity_of
from surveyapp.services.study import get_instrument, get_link, instrument_of

LONGEST_LABEL, LONGEST_UNIT, LONGEST_ADDRESS = 200, 120, 254
MOST_SLIPS = 2000       # of one printing: about 170 sheets
# A mailbox as people have it: no quotes, no comments, no control signs, nothing that could end a header line.
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
FACTS = ("is_bounced", "has_refused", "is_ineligible", "has_opted_out")


@dataclass(frozen=True)
class Person:
    """One row of a roster; a unit is the group for which a response rate may be shown."""

    label: str
    address: str | None = None
    unit: str = ""
    language: str = ""
    groups: Mapping[str, str] = field(default_factory=dict)     # further columns of the roster: head → value


@dataclass(frozen=True)
class Imported:
    """What became of a roster file."""

    n_new: int
    n_known: int            # persons that were in the roster already
    n_opted_out: int        # of the new ones, those who want no mail of this study


def privacy_of(link: QuestionnaireLink) -> str:
    """Return how much the link lets anybody know of its respondents."""
    return link.privacy


def is_anonymous(link: QuestionnaireLink) -> bool:
    """Tell whether no response may be joined to a person."""
    return privacy_of(link) == ANONYMOUS


def find_questionnaire_link(session: Session, study: Study, wave: Wave, audience: str) -> QuestionnaireLink:
    """Return the link of the questionnaire in the wave; NotFound otherwise."""
    return get_link(session, wave, get_instrument(session, study, audience))


# ---- a roster -------------------------------------------------------------------------------------------------------
def add_invitations(session: Session, secret: str, study: Study, link: QuestionnaireLink, people: Sequence[Person],
                    account: Account | None = None) -> Imported:
    """Add people to the roster of a link and shut its open link; whoever is in it already is passed over."""
    languages = instrument_of(get_instrument_of(session, link)).languages
    faults = _faults(people, languages)
    if faults:
        raise BadInput("The roster was not taken over: {n} rows do not fit.", "Mend them and import it again.",
                       rows=faults, n=len(faults))
    known = {identity_of(row.label, row.address) for row in list_roster(session, link)}
    refused = set(session.scalars(select(OptOut.address_hash).where(OptOut.study_id == study.id)))
    new: list[Invitation] = []
    for person in people:
        if (identity := identity_of(person.label, person.address)) in known:
            continue
        known.add(identity)
        has_opted_out = person.address is not None and address_hash(secret, person.address) in refused
        new.append(_invitation(secret, link, person, languages[0], has_opted_out=has_opted_out))
    session.add_all(new)
    link.is_by_invitation = True
    session.flush()
    give_pseudonyms(session, study, link, new)
    record_change(session, "add_invitations", f"link {link.id}", study_id=study.id, account=account,
                  after={"n_new": len(new), "n_known": len(people) - len(new)})
    return Imported(len(new), len(people) - len(new), sum(row.has_opted_out for row in new))


def _invitation(secret: str, link: QuestionnaireLink, person: Person, language: str, *,
                has_opted_out: bool) -> Invitation:
    nonce = new_nonce()
    return Invitation(link_id=link.id, label=person.label.strip(), address=person.address, unit=person.unit.strip(),
                      groups=dict(person.groups) or None,
                      language=person.language or language, nonce=nonce, has_opted_out=has_opted_out,
                      token_hash=token_hash(secret, link_token(secret, nonce)))


def _faults(people: Sequence[Person], languages: Sequence[str]) -> tuple[RowError, ...]:
    faults: list[RowError] = []
    for row, person in enumerate(people, start=2):      # row 1 of the file is its head
        faults += _faults_of(row, person, languages)
    return tuple(faults)


def _faults_of(row: int, person: Person, languages: Sequence[str]) -> Iterable[RowError]:
    if not (person.label.strip() or person.address):
        yield RowError(row, "name", person.label, marked("There is neither a name nor an address."),
                       marked("Give one of them."))
    if not person.label.isprintable() or len(person.label) > LONGEST_LABEL:
        yield RowError(row, "name", person.label[:40],
                       marked("The name is too long or holds a sign that cannot be printed."),
                       marked("Shorten it or remove the sign."))
    if person.address is not None and not is_address(person.address):
        yield RowError(row, "address", person.address[:80], marked("This is no mail address."),
                       marked("Write it as name@example.com, without a display name."))
    if not person.unit.isprintable() or len(person.unit) > LONGEST_UNIT:
        yield RowError(row, "unit", person.unit[:40],
                       marked("The unit is too long or holds a sign that cannot be printed."),
                       marked("Shorten it or remove the sign."))
    if person.language and person.language not in languages:
        yield RowError(row, "language", person.language[:20], marked("The questionnaire does not have this language."),
                       marked("Use one of its own or leave the cell empty."))


def is_address(text: str) -> bool:
    """Tell whether a text is a mail address and nothing besides."""
    return (len(text) <= LONGEST_ADDRESS and ADDRESS.fullmatch(text) is not None and ".." not in text
            and not text.startswith(".") and ".@" not in text)


def list_roster(session: Session, link: QuestionnaireLink) -> list[Invitation]:
    """Return the people invited under a link, slips left out, by unit and name."""
    return list(session.scalars(
        select(Invitation).where(Invitation.link_id == link.id, Invitation.batch_id.is_(None))
        .order_by(Invitation.unit, Invitation.label, Invitation.id)))


def get_invitation(session: Session, link: QuestionnaireLink, invitation_id: int) -> Invitation:
    """Return the roster entry if it is one of the link's; NotFound otherwise."""
    row = session.get(Invitation, invitation_id)
    if row is None or row.link_id != link.id or row.batch_id is not None:
        raise NotFound("There is no such entry in this roster.", "See the list of invited people.")
    return row


def find_person(session: Session, link: QuestionnaireLink, name: str) -> Invitation:
    """Return the one entry of the roster with that mail address or name; NotFound for none and for several."""
    fitting = [row for row in list_roster(session, link) if name in (row.address, row.label)]
    if len(fitting) != 1:
        raise NotFound("{n} people of the roster are named {name}.", "Give the mail address.", n=len(fitting),
                       name=repr(name))
    return fitting[0]


def get_instrument_of(session: Session, link: QuestionnaireLink) -> PublishedInstrument:
    """Return the questionnaire of a link."""
    return session.get_one(PublishedInstrument, link.instrument_id)


def set_fact(session: Session, study: Study, invitation: Invitation, fact: str, *, is_so: bool,
             account: Account | None = None) -> None:
    """Note what became known of an invited person outside the questionnaire."""
    if fact not in FACTS:
        raise Refused("There is no such fact about an invitation.", "Choose one of: {facts}.", facts=", ".join(FACTS))
    if getattr(invitation, fact) != is_so:
        setattr(invitation, fact, is_so)
        record_change(session, "set_invitation_fact", f"invitation {invitation.id}", study_id=study.id,
                      account=account, after={fact: is_so})


# ---- code slips -----------------------------------------------------------------------------------------------------
def add_slips(session: Session, secret: str, study: Study, link: QuestionnaireLink, n: int, unit: str = "",
              account: Account | None = None) -> SlipBatch:
    """Return a new batch of code slips; they name nobody, so that who draws which is known to nobody."""
    if not 0 < n <= MOST_SLIPS:
        raise Refused("One printing has 1 to {most} slips.", "Print several batches.", most=MOST_SLIPS)
    if not is_anonymous(link):
        raise Refused("Slips name nobody, and respondents of this questionnaire are promised that they can be found.",
                      "Invite people by name, or use slips with an anonymous questionnaire.")
    if len(unit) > LONGEST_UNIT or not unit.isprintable():
        raise Refused("The unit is too long or holds a sign that cannot be printed.", "Shorten it.")
    batch = SlipBatch(link_id=link.id, unit=unit.strip(), n_slips=n)
    session.add(batch)
    session.flush()
    language = instrument_of(get_instrument_of(session, link)).languages[0]
    hashes: dict[str, str] = {}
    while len(hashes) < n:          # two equal codes among 6.6 x 10^11 are most unlikely, and harmless here
        nonce = new_nonce()
        hashes[token_hash(secret, slip_code(secret, nonce))] = nonce
    session.add_all([Invitation(link_id=link.id, batch_id=batch.id, unit=batch.unit, language=language, nonce=nonce,
                                token_hash=hashed) for hashed, nonce in hashes.items()])
    link.is_by_invitation = True
    session.flush()
    record_change(session, "add_slips", f"link {link.id}", study_id=study.id, account=account,
                  after={"n": n, "unit": batch.unit})
    return batch


def slip_codes(session: Session, secret: str, batch: SlipBatch) -> list[str]:
    """Return the codes of a batch, in an order of their own."""
    nonces = session.scalars(select(Invitation.nonce).where(Invitation.batch_id == batch.id))
    return sorted(slip_code(secret, nonce) for nonce in nonces)


def list_slip_batches(session: Session, link: QuestionnaireLink) -> list[SlipBatch]:
    """Return the printings of a link, oldest first."""
    return list(session.scalars(select(SlipBatch).where(SlipBatch.link_id == link.id).order_by(SlipBatch.id)))


def get_slip_batch(session: Session, link: QuestionnaireLink, batch_id: int) -> SlipBatch:
    """Return the batch if it is one of the link's; NotFound otherwise."""
    batch = session.get(SlipBatch, batch_id)
    if batch is None or batch.link_id != link.id:
        raise NotFound("There are no such slips.", "See the list of printed slips.")
    return batch


def n_invited(session: Session, link: QuestionnaireLink) -> int:
    """Return how many people and slips there are under a link."""
    return session.scalar(select(func.count()).select_from(Invitation).where(Invitation.link_id == link.id)) or 0
