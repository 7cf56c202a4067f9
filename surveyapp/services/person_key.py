"""Who is behind a response: in confidential mode by pseudonym, for the data manager; in identified mode by name.

Nothing here exists in anonymous mode. Every look, export and deletion is in the audit log, which names pseudonyms or
numbers of roster entries, never a person beside a pseudonym: otherwise it would be a second key table.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from sqlalchemy import delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from surveyapp.db.base import utc_now
from surveyapp.db.traces import KEPT_IN_KEY_ORDER, erase_traces_after_commit
from surveyapp.errors import BadInput, NotAllowed, Refused
from surveyapp.models.account import Account
from surveyapp.models.invitation import Invitation, Pseudonym, RespondentKey
from surveyapp.models.privacy import ANONYMOUS, CONFIDENTIAL, IDENTIFIED
from surveyapp.models.response import Response
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.audit import record_change
from surveyapp.services.export_csv import write_lines

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"     # without 0 O 1 I: pseudonyms are read aloud and typed
LENGTH = 8                                       # 32^8 = 10^12 pseudonyms
HEADER = ("pseudonym", "name", "address", "unit")
NAMING_TABLES = ("respondent_key", "pseudonym")


@dataclass(frozen=True)
class KnownPerson:
    """One person behind a response, and what the response is called in files."""

    invitation_id: int
    row_name: str           # pseudonym, or in identified mode the name
    name: str
    address: str
    unit: str
    response_key: str


# ---- pseudonyms -----------------------------------------------------------------------------------------------------
def give_pseudonyms(session: Session, study: Study, link: QuestionnaireLink, people: Sequence[Invitation]) -> None:
    """Give newly invited people their pseudonyms: that of an earlier wave of the questionnaire, else a new one."""
    if link.privacy != CONFIDENTIAL or not people:
        return
    earlier = session.execute(
        select(Invitation.label, Invitation.address, Pseudonym.name)
        .join(Pseudonym, Pseudonym.invitation_id == Invitation.id)
        .where(Invitation.link_id.in_(_links_of_questionnaire(session, study, link))))
    known = {identity_of(label, address): name for label, address, name in earlier}
    session.add_all([Pseudonym(invitation_id=person.id, name=known.get(identity_of(person.label, person.address))
                               or new_pseudonym()) for person in people])
    session.flush()


def identity_of(label: str, address: str | None) -> str:
    """Return by what a person is known again: the address, or the name where there is none."""
    return (address or label).strip().lower()


def new_pseudonym() -> str:
    """Return a random pseudonym: nothing leads from a person to it but the table."""
    return "P-" + "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def name_response(session: Session, response_key: str, invitation_id: int) -> None:
    """Write the pseudonym of the invited person to the response."""
    find = select(Pseudonym.name).where(Pseudonym.invitation_id == invitation_id)
    name = session.scalar(find)
    if name is None:            # invited before there were any, or before the earlier ones were deleted
        is_sqlite = session.connection().dialect.name == "sqlite"
        new = (sqlite_insert if is_sqlite else postgresql_insert)(Pseudonym)
        session.execute(new.values(invitation_id=invitation_id, name=new_pseudonym()).on_conflict_do_nothing())
        name = session.scalar(find)
    session.execute(update(Response).where(Response.key == response_key).values(source_key=name))


# ---- who may know ---------------------------------------------------------------------------------------------------
def may_look(link: QuestionnaireLink, account: Account | None) -> bool:
    """Tell whether the account may learn whose answers these are; no account: the command line of the server."""
    if link.privacy == ANONYMOUS:
        return False
    if account is None or account.permissions.can_see_keys:
        return True
    return link.privacy != CONFIDENTIAL and account.permissions.can_run_studies


def check_may_look(link: QuestionnaireLink, account: Account | None) -> None:
    """Refuse who may not know, and everybody where nothing leads from answers to a person."""
    if link.privacy == ANONYMOUS:
        raise Refused("The questionnaire is anonymous: nothing leads from its answers to a person.")
    if not may_look(link, account):
        raise NotAllowed("Only a data manager may see whose confidential answers these are.",
                         "Ask the data manager of the study.")
    if link.keys_deleted_on is not None:
        raise Refused("The key table was deleted on {day}: nothing leads from these answers to a person any more.",
                      day=link.keys_deleted_on.isoformat())


def _check_confidential(link: QuestionnaireLink, account: Account | None) -> None:
    check_may_look(link, account)
    if link.privacy != CONFIDENTIAL:
        raise Refused("Only a confidential questionnaire has a key table.",
                      "In identified mode the files of answers hold the names.")


# ---- looking --------------------------------------------------------------------------------------------------------
def look_up(session: Session, study: Study, link: QuestionnaireLink, text: str,
            account: Account | None = None) -> list[KnownPerson]:
    """Return who has that pseudonym, name or mail address and answered; that somebody looked is recorded."""
    check_may_look(link, account)
    wanted = text.strip().lower()
    if not wanted:
        raise BadInput("Nothing was asked for.", "Give a pseudonym, a name or a mail address.")
    found = [person for person in _known(session, [link])
             if wanted in (person.row_name.lower(), person.name.lower(), person.address.lower())]
    seen = ({"pseudonyms": [person.row_name for person in found]} if link.privacy == CONFIDENTIAL
            else {"invitations": [person.invitation_id for person in found]})
    record_change(session, "look_up_person", f"link {link.id}", study_id=study.id, account=account,
                  after={"n_found": len(found), **seen})
    return found


def write_keys(session: Session, study: Study, link: QuestionnaireLink, stream: IO[bytes],
               account: Account | None = None) -> int:
    """Write the key table, in the order of the pseudonyms, and return how many people it holds; it is recorded."""
    _check_confidential(link, account)
    rows = sorted((person.row_name, person.name, person.address, person.unit) for person in _known(session, [link]))
    write_lines(HEADER, rows, stream, encoding="utf-8-sig", separator=",", is_exact=False)
    record_change(session, "export_keys", f"link {link.id}", study_id=study.id, account=account,
                  after={"n": len(rows)})
    return len(rows)


def row_names(session: Session, links: Sequence[QuestionnaireLink]) -> Mapping[str, str]:
    """Return what each response to an identified questionnaire is called in files: the person's name."""
    return {person.response_key: person.row_name for person in _known(session, links)}


def _known(session: Session, links: Sequence[QuestionnaireLink]) -> list[KnownPerson]:
    found = session.execute(
        select(Invitation, RespondentKey.response_key, Pseudonym.name)
        .join(RespondentKey, RespondentKey.invitation_id == Invitation.id)
        .outerjoin(Pseudonym, Pseudonym.invitation_id == Invitation.id)
        .where(Invitation.link_id.in_([link.id for link in links])).order_by(Invitation.label, Invitation.id)).all()
    n_named = Counter(row.Invitation.label for row in found)
    is_named = all(link.privacy == IDENTIFIED for link in links)
    return [KnownPerson(person.id, _full_name(person, n_named[person.label]) if is_named else pseudonym or "",
                        person.label, person.address or "", person.unit, key) for person, key, pseudonym in found]


def _full_name(person: Invitation, n_named: int) -> str:
    """Return the person's name; where several bear it, with what tells them apart."""
    if person.label and n_named == 1:
        return person.label
    return " ".join(filter(None, (person.label, f"<{person.address}>" if person.address else f"({person.id})")))


# ---- separating -----------------------------------------------------------------------------------------------------
def delete_keys(session: Session, study: Study, link: QuestionnaireLink, account: Account | None = None) -> int:
    """Delete for good what leads from confidential answers to people, in every wave of the questionnaire.

    One pseudonym runs through all waves, so a key that stayed in one of them would lead to the answers in the others.
    """
    _check_confidential(link, account)
    links = _links_of_questionnaire(session, study, link)
    _check_closed(session, links)
    invited = select(Invitation.id).where(Invitation.link_id.in_(links))
    n = len(session.scalars(select(RespondentKey.invitation_id).where(RespondentKey.invitation_id.in_(invited))).all())
    session.execute(delete(RespondentKey).where(RespondentKey.invitation_id.in_(invited)))
    session.execute(delete(Pseudonym).where(Pseudonym.invitation_id.in_(invited)))
    closed = select(Wave.id).where(Wave.closed_at.is_not(None))
    session.execute(update(QuestionnaireLink).where(QuestionnaireLink.id.in_(links), QuestionnaireLink.wave_id.in_(
        closed)).values(keys_deleted_on=utc_now().date()))
    record_change(session, "delete_keys", f"link {link.id}", study_id=study.id, account=account, after={"n": n})
    # A deleted row stays in the files of a database until they are written anew.
    erase_traces_after_commit(session, (*KEPT_IN_KEY_ORDER, *NAMING_TABLES))
    return n


def _check_closed(session: Session, links: Iterable[int]) -> None:
    waves = session.scalars(select(Wave).where(exists().where(
        QuestionnaireLink.wave_id == Wave.id, QuestionnaireLink.id.in_(list(links)))))
    is_open = [wave.key for wave in waves if wave.is_open]
    if is_open:
        raise Refused("Collection is still open: {waves}.",
                      "Close it first; until then keys are made with every answer.", waves=", ".join(is_open))


def _links_of_questionnaire(session: Session, study: Study, link: QuestionnaireLink) -> list[int]:
    """Return the questionnaire's confidential links in every wave and version."""
    audience = session.get_one(PublishedInstrument, link.instrument_id).audience
    return list(session.scalars(
        select(QuestionnaireLink.id)
        .join(PublishedInstrument, PublishedInstrument.id == QuestionnaireLink.instrument_id)
        .where(PublishedInstrument.study_id == study.id, PublishedInstrument.audience == audience,
               QuestionnaireLink.privacy == CONFIDENTIAL)))
