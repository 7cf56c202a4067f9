"""Joining a coder of an imported file to the account of the person who coded, and taking that back.

A file cannot speak in the name of somebody who works here; a researcher can say whose work it is. Refused is what
would make of one person two coders, or of two coders one person, in a text whose agreement is computed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, NotFound, Refused
from surveyapp.models.account import Account
from surveyapp.models.coder_join import CoderJoin
from surveyapp.models.coding import CoderAssignment, Coding, LinkCoding, Memo
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.blinding import is_seen_by, list_coders
from surveyapp.services.exchange_import import IMPORTER

JOIN, TAKE_BACK = "join_coder", "take_back_coder_join"
ASIDE = "aside"
AT_ONCE = 500               # values in one condition; databases allow a few thousand
MOST_NAMED = 5
Mark = Coding | LinkCoding | Memo
KINDS: Mapping[str, type[Mark]] = {"coding": Coding, "link": LinkCoding, "memo": Memo}
_to, _from = aliased(Account), aliased(Account)


@dataclass(frozen=True)
class FileCoder:
    """A coder of a file with how much of their work the reader may know of."""

    account: Account
    n_codings: int
    n_memos: int


@dataclass(frozen=True)
class ListedJoin:
    """A join that stands, with the names of both."""

    join: CoderJoin
    coder: str
    person: str
    n: int


def list_file_coders(session: Session, study: Study, reader: Account) -> list[FileCoder]:
    """Return the coders of files who have work in the study that the reader may know of, by name."""
    counts: dict[int, list[int]] = {}
    for place, kind in enumerate(KINDS.values()):
        found = (select(kind.account_id, func.count()).join(Account, Account.id == kind.account_id)
                 .where(_in_study(kind, study), kind.deleted_at.is_(None), is_seen_by(kind, reader), _is_of_a_file())
                 .group_by(kind.account_id))
        for number, n in session.execute(found):
            counts.setdefault(number, [0, 0])[place // 2] += n
    accounts = session.scalars(select(Account).where(Account.id.in_(counts)).order_by(Account.name, Account.id))
    return [FileCoder(account, *counts[account.id]) for account in accounts]


def list_joins(session: Session, study: Study) -> list[ListedJoin]:
    """Return the joins that stand, newest first."""
    found = (select(CoderJoin, _from.name, _to.name).join(_from, _from.id == CoderJoin.from_id)
             .join(_to, _to.id == CoderJoin.to_id)
             .where(CoderJoin.study_id == study.id, CoderJoin.undone_at.is_(None)).order_by(CoderJoin.id.desc()))
    return [ListedJoin(join, coder, person, sum(len(join.moved[kind]) for kind in KINDS))
            for join, coder, person in session.execute(found)]


def join_coder(session: Session, study: Study, coder_id: int, person_id: int, account: Account | None) -> CoderJoin:
    """Make the work of a coder of a file that of a person who codes in the study."""
    session.execute(select(Study.id).where(Study.id == study.id).with_for_update())
    coder, person = _coder(session, coder_id), _person(session, study, person_id)
    rows = {name: _marks(session, study, kind, coder.id) for name, kind in KINDS.items()}
    if not any(rows.values()):
        raise Refused("{name} has no work in this study.", "Look at the list of coders of files.", name=coder.name)
    _check_texts(session, study, rows, person)
    aside = {name: _alike(session, person, name, found) for name, found in rows.items()}
    now = utc_now()
    for name, found in rows.items():
        _set_deleted(session, KINDS[name], aside[name], now)
        _give(session, KINDS[name], [row.id for row in found], person.id)
    join = CoderJoin(study_id=study.id, from_id=coder.id, to_id=person.id, joined_at=now,
                     account_id=account.id if account else None,
                     moved={name: {str(row.id): _version(row) for row in found} for name, found in rows.items()}
                     | {ASIDE: aside})
    session.add(join)
    session.flush()
    record_change(session, JOIN, f"coder join {join.id}", study_id=study.id, account=account,
                  before={"coder": coder.id, "name": coder.name}, after={"coder": person.id, **join.moved})
    session.expire_all()
    return join


def take_back_join(session: Session, study: Study, number: int, account: Account | None) -> CoderJoin:
    """Give the work back to the coder of the file, exactly as it was; refused once a round or an edit builds on it."""
    session.execute(select(Study.id).where(Study.id == study.id).with_for_update())
    join = session.scalar(select(CoderJoin).where(
        CoderJoin.id == number, CoderJoin.study_id == study.id, CoderJoin.undone_at.is_(None)))
    if join is None:
        raise NotFound("There is no such join of a coder.", "Look at the list of coders of files.")
    moved = {name: {int(key): version for key, version in join.moved[name].items()} for name in KINDS}
    rows = {name: _rows(session, KINDS[name], found) for name, found in moved.items()}
    texts = {row.interview_id for found in rows.values() for row in found if row.interview_id}
    used = _given_to(session, texts, join.to_id)
    if used:
        raise Refused("A round builds on this work: {texts}.", "It stays as it is.", texts=_named(used))
    aside: dict[str, list[int]] = join.moved[ASIDE]
    _check_unchanged(rows, moved, aside, join)
    for name, found in rows.items():
        _set_deleted(session, KINDS[name], aside[name], None)
        _give(session, KINDS[name], [row.id for row in found], join.from_id)
    join.undone_at = utc_now()
    session.flush()
    record_change(session, TAKE_BACK, f"coder join {join.id}", study_id=study.id, account=account,
                  before={"coder": join.to_id}, after={"coder": join.from_id, **join.moved})
    session.expire_all()
    return join


# ---- who and what ---------------------------------------------------------------------------------------------------
def _is_of_a_file() -> Any:
    return Account.password_hash.is_(None) & Account.login.startswith(IMPORTER, autoescape=True)


def _coder(session: Session, number: int) -> Account:
    found = session.scalar(select(Account).where(Account.id == number, _is_of_a_file()))
    if found is None:
        raise BadInput("There is no such coder of a file.", "Choose one from the list.")
    return found


def _person(session: Session, study: Study, number: int) -> Account:
    found = next((row for row in list_coders(session, study) if row.id == number and row.password_hash), None)
    if found is None:
        raise BadInput("There is no such account that codes in this study.", "Choose one from the list.")
    return found


def _in_study(kind: type[Mark], study: Study) -> Any:
    if kind is Memo:
        return Memo.study_id == study.id
    return kind.interview_id.in_(select(Interview.id).where(Interview.study_id == study.id))


def _marks(session: Session, study: Study, kind: type[Mark], coder: int) -> list[Mark]:
    found = session.scalars(select(kind).where(_in_study(kind, study), kind.account_id == coder).order_by(kind.id))
    return cast("list[Mark]", found.all())


def _rows(session: Session, kind: type[Mark], numbers: Iterable[int]) -> list[Mark]:
    found = (session.scalars(select(kind).where(kind.id.in_(part)).order_by(kind.id)).all()
             for part in _parts(list(numbers)))
    return [row for rows in found for row in cast("list[Mark]", rows)]


def _version(row: Mark) -> int:
    return row.version


# ---- may it be ------------------------------------------------------------------------------------------------------
def _check_texts(session: Session, study: Study, rows: Mapping[str, Sequence[Mark]], person: Account) -> None:
    texts = {row.interview_id for found in rows.values() for row in found if row.interview_id}
    running = set(session.scalars(select(Interview.key).join(
        CoderAssignment, CoderAssignment.interview_id == Interview.id).where(
            Interview.study_id == study.id, CoderAssignment.released_at.is_(None)))) & _keys(session, texts)
    if running:
        raise Refused("These texts are being coded in a round: {texts}.", "Join the coder once it is closed.",
                      texts=_named(running))
    given = _given_to(session, texts, person.id)
    if given:
        raise Refused("{name} has coded these texts in a round: {texts}. Two coders would become one person.",
                      "Leave the coder of the file apart: agreement is computed between the two.", name=person.name,
                      texts=_named(given))
    twice = _keys(session, texts & _joined_texts(session, study, person.id))
    if twice:
        raise Refused("{name} is joined with another coder of a file who coded these texts too: {texts}.",
                      "Take that back first, or leave the coders apart.", name=person.name, texts=_named(twice))


def _given_to(session: Session, texts: Iterable[int], person: int) -> set[str]:
    given = set(session.scalars(select(CoderAssignment.interview_id).where(CoderAssignment.account_id == person)))
    return _keys(session, given & set(texts))


def _joined_texts(session: Session, study: Study, person: int) -> set[int]:
    joins = session.scalars(select(CoderJoin).where(
        CoderJoin.study_id == study.id, CoderJoin.to_id == person, CoderJoin.undone_at.is_(None)))
    return {row.interview_id for join in joins for name, kind in KINDS.items()
            for row in _rows(session, kind, map(int, join.moved[name])) if row.interview_id}


def _keys(session: Session, numbers: Iterable[int]) -> set[str]:
    return {key for part in _parts(sorted(numbers)) for key in session.scalars(
        select(Interview.key).where(Interview.id.in_(part)))}


def _named(keys: Iterable[str]) -> str:
    found = sorted(keys)
    return ", ".join(found[:MOST_NAMED]) + (" …" if len(found) > MOST_NAMED else "")


# ---- what the person made alike -------------------------------------------------------------------------------------
def _alike(session: Session, person: Account, name: str, rows: Sequence[Mark]) -> list[int]:
    """Return the marks that the person has made alike; refused where they differ in what they say."""
    kind, texts = KINDS[name], sorted({row.interview_id for row in rows if row.interview_id})
    found = (session.scalars(select(kind).where(
        kind.interview_id.in_(part), kind.account_id == person.id, kind.deleted_at.is_(None))).all()
             for part in _parts(texts))
    own = {_place(row): row for rows_of_person in found for row in cast("list[Mark]", rows_of_person)}
    both = [(row, own[_place(row)]) for row in rows if row.deleted_at is None and _place(row) in own]
    unlike = {row.interview_id for row, other in both if _says(row) != _says(other)}
    if unlike:
        raise Refused("{name} gave the same codes to the same passages, but with another polarity, memo or wording for "
                      "print: {texts}.", "Make them alike first.", name=person.name,
                      texts=_named(_keys(session, {number for number in unlike if number})))
    return [row.id for row, _ in both]


def _place(row: Mark) -> tuple[Any, ...]:
    if isinstance(row, Memo):
        return (row.interview_id, row.segment_id, row.code_id, row.text)
    codes = (row.code_id,) if isinstance(row, Coding) else (row.cause_id, row.problem_id)
    return (row.interview_id, row.segment_id, *codes)


def _says(row: Mark) -> tuple[Any, ...]:
    if isinstance(row, Memo):
        return ()
    return (row.edited_quote, *((row.polarity, row.memo) if isinstance(row, Coding) else ()))


def _check_unchanged(rows: Mapping[str, Sequence[Mark]], moved: Mapping[str, Mapping[int, int]],
                     aside: Mapping[str, Sequence[int]], join: CoderJoin) -> None:
    changed = sum(row.account_id != join.to_id or row.version != moved[name][row.id]
                  or (row.deleted_at is None and row.id in set(aside[name]))
                  or (row.deleted_at is not None and row.deleted_at > join.joined_at)
                  for name, found in rows.items() for row in found)
    if changed:
        raise Refused("{n} of these codings, links or memos were changed since.", "They stay as they are.", n=changed)


# ---- in bulk --------------------------------------------------------------------------------------------------------
def _give(session: Session, kind: type[Mark], numbers: Sequence[int], account: int) -> None:
    for part in _parts(numbers):
        session.execute(update(kind).where(kind.id.in_(part)).values(account_id=account)
                        .execution_options(synchronize_session=False))


def _set_deleted(session: Session, kind: type[Mark], numbers: Sequence[int], at: datetime | None) -> None:
    for part in _parts(numbers):
        session.execute(update(kind).where(kind.id.in_(part)).values(deleted_at=at)
                        .execution_options(synchronize_session=False))


def _parts(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), AT_ONCE):
        yield numbers[start:start + AT_ONCE]
