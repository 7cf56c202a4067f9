"""The key table of a study's interviews: which words were replaced by what, sealed with the server's secret.

A copy of the database alone opens nothing. Only a data manager may look; every look and the deletion are recorded,
without the words.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from surveyapp.db.base import utc_now
from surveyapp.db.traces import erase_traces_after_commit
from surveyapp.errors import NotAllowed, Refused
from surveyapp.models.account import Account
from surveyapp.models.identity import IdentityKey
from surveyapp.models.interview import Interview
from surveyapp.models.invitation import Invitation
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.audit import record_change
from surveyapp.services.pseudonymise import PERSON, Identifier, check_replacement

SHORTEST_NAME = 2


@dataclass(frozen=True)
class Replaced:
    """One row of the key table, opened."""

    kind: str
    words: str
    replacement: str


def known_replacements(session: Session, secret: str, study: Study) -> dict[str, str]:
    """Return what was replaced in the study before; a row of another secret is left alone."""
    rows = session.scalars(select(IdentityKey).where(IdentityKey.study_id == study.id).order_by(IdentityKey.id))
    opened = (_opened(secret, row) for row in rows)
    return {row.words: row.replacement for row in opened if row is not None}


def count_replacements(session: Session, study: Study) -> dict[str, int]:
    """Return how many rows of each kind there are; everybody who runs the study may know that."""
    found = session.execute(select(IdentityKey.kind, func.count().label("n")).where(IdentityKey.study_id == study.id)
                            .group_by(IdentityKey.kind))
    return {row.kind: row.n for row in found}


def count_sealed(session: Session, secret: str) -> tuple[int, int]:
    """Return how many rows there are in all studies, and how many of them this secret does not open."""
    rows = session.scalars(select(IdentityKey)).all()
    return len(rows), sum(_opened(secret, row) is None for row in rows)


def names_to_look_for(session: Session, study: Study) -> frozenset[str]:
    """Return the names the study knows anyway: of its roster and its interviewers."""
    invited = session.scalars(select(Invitation.label).join(QuestionnaireLink).join(Wave).where(
        Wave.study_id == study.id).distinct())
    interviewers = session.scalars(select(Interview.interviewer).where(Interview.study_id == study.id).distinct())
    return frozenset(name for name in (*invited, *interviewers) if name and len(name) >= SHORTEST_NAME)


def keep_replacements(session: Session, secret: str, study: Study, found: Sequence[Identifier],
                      chosen: Mapping[str, str], account: Account | None = None) -> int:
    """Keep what is being replaced, sealed, and return how many rows are new; a changed replacement is refused."""
    known = known_replacements(session, secret, study)
    kinds = {row.words: row.kind for row in found}
    for words, replacement in chosen.items():
        check_replacement(words, replacement)
        if known.get(words, replacement.strip()) != replacement.strip():
            raise Refused("Another interview has {known} for the same words.", "Use it here too.", known=known[words])
    new = [words for words in chosen if words not in known]
    session.add_all(IdentityKey(
        study_id=study.id, kind=kinds.get(words, PERSON), lookup=_lookup(secret, study, words),
        sealed=_sealed(secret, words, chosen[words].strip()), added_on=utc_now().date()) for words in new)
    if new:
        counts = Counter(kinds.get(words, PERSON) for words in new)
        record_change(session, "replace_identifiers", f"study {study.id}", study_id=study.id, account=account,
                      after={"n": dict(counts)})
    session.flush()
    return len(new)


def look_at_keys(session: Session, secret: str, study: Study, account: Account) -> list[Replaced]:
    """Return the key table for a data manager; that somebody looked is recorded."""
    _check_may_look(account)
    rows = session.scalars(select(IdentityKey).where(IdentityKey.study_id == study.id)).all()
    opened = [row for row in (_opened(secret, row) for row in rows) if row is not None]
    record_change(session, "look_at_identity_keys", f"study {study.id}", study_id=study.id, account=account,
                  after={"n": len(opened), "n_unreadable": len(rows) - len(opened)})
    return sorted(opened, key=lambda row: (row.kind, row.replacement))


def delete_identity_keys(session: Session, study: Study, account: Account) -> int:
    """Delete the key table for good: nothing leads from the texts to the people any more."""
    _check_may_look(account)
    n = sum(count_replacements(session, study).values())
    session.execute(delete(IdentityKey).where(IdentityKey.study_id == study.id))
    record_change(session, "delete_identity_keys", f"study {study.id}", study_id=study.id, account=account,
                  after={"n": n})
    # A deleted row stays in the files of a database until they are written anew.
    erase_traces_after_commit(session, (IdentityKey.__tablename__,))
    return n


def _check_may_look(account: Account) -> None:
    if not account.permissions.can_see_keys:
        raise NotAllowed("Only a data manager may see who is behind replaced names.",
                         "Ask the data manager of the study.")


def _key(secret: str) -> bytes:
    return hashlib.blake2b(key=secret.encode()[:64], person=b"identity-key", digest_size=SecretBox.KEY_SIZE).digest()


def _lookup(secret: str, study: Study, words: str) -> str:
    return hashlib.blake2b(f"{study.id}\n{words}".encode(), key=_key(secret), digest_size=32).hexdigest()


def _sealed(secret: str, words: str, replacement: str) -> bytes:
    return bytes(SecretBox(_key(secret)).encrypt(json.dumps([words, replacement]).encode()))


def _opened(secret: str, row: IdentityKey) -> Replaced | None:
    try:
        words, replacement = json.loads(SecretBox(_key(secret)).decrypt(row.sealed))
    except CryptoError:
        return None
    return Replaced(row.kind, words, replacement)
