"""Queries kept under a name, with the claim that rests on them, and searches for what speaks against."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, NotAllowed, NotFound, Refused
from surveyapp.models.account import Account
from surveyapp.models.audit import Audit
from surveyapp.models.retrieval import FOUND, NONE_FOUND, NegativeSearch, SavedQuery
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.codebook import load_codebook
from surveyapp.services.query_grammar import read_query

LONGEST_NAME, LONGEST_CLAIM, LONGEST_METHOD = 120, 600, 1_000
OUTCOMES = (NONE_FOUND, FOUND)


@dataclass(frozen=True)
class SeenSearch:
    """A search for negative cases with who made it."""

    search: NegativeSearch
    by: str


def save_query(session: Session, study: Study, account: Account, name: str, text: str, claim: str = "") -> SavedQuery:
    """Return the query kept under the name: a new one, or one's own of that name with the new text."""
    name, claim = " ".join(name.split()), " ".join(claim.split())
    read_query(text)
    if not 0 < len(name) <= LONGEST_NAME or len(claim) > LONGEST_CLAIM:
        raise BadInput("A saved query needs a name of at most {name} signs, and a claim of at most {claim}.",
                       "Give it a short name.", name=LONGEST_NAME, claim=LONGEST_CLAIM)
    known = session.scalar(select(SavedQuery).where(SavedQuery.study_id == study.id, SavedQuery.name == name))
    if known is None:
        known = SavedQuery(study_id=study.id, name=name, text=text.strip(), claim=claim, account_id=account.id)
        session.add(known)
        before = None
    else:
        _check_may_change(known, account)
        before = {"text": known.text, "claim": known.claim}
        known.text, known.claim, known.changed_at = text.strip(), claim, utc_now()
    session.flush()
    record_change(session, "save_query", f"saved query {known.id}", study_id=study.id, account=account, before=before,
                  after={"name": name, "text": known.text, "claim": claim})
    return known


def delete_query(session: Session, study: Study, account: Account, number: int) -> None:
    """Take a saved query away, with the searches for negative cases that name it."""
    known = get_query(session, study, number)
    _check_may_change(known, account)
    record_change(session, "delete_query", f"saved query {known.id}", study_id=study.id, account=account,
                  before={"name": known.name, "text": known.text, "claim": known.claim})
    session.delete(known)
    session.flush()


def _check_may_change(query: SavedQuery, account: Account) -> None:
    if query.account_id != account.id and not account.permissions.can_run_studies:
        raise NotAllowed("This query was saved by somebody else.", "Save yours under another name.")


def get_query(session: Session, study: Study, number: int) -> SavedQuery:
    """Return the saved query of that number; NotFound otherwise."""
    found = session.scalar(select(SavedQuery).where(SavedQuery.study_id == study.id, SavedQuery.id == number))
    if found is None:
        raise NotFound("There is no such saved query.", "See the list of saved queries.")
    return found


def list_queries(session: Session, study: Study) -> list[SavedQuery]:
    """Return the saved queries of the study by name."""
    return list(session.scalars(select(SavedQuery).where(SavedQuery.study_id == study.id).order_by(SavedQuery.name)))


def record_search(session: Session, study: Study, account: Account, *, code: str = "", query: int | None = None,
                  outcome: str = "", method: str = "") -> NegativeSearch:
    """Return the record that the account looked for what speaks against a code or a saved query."""
    method = " ".join(method.split())
    if outcome not in OUTCOMES or not 0 < len(method) <= LONGEST_METHOD:
        raise BadInput("A search for negative cases needs its outcome and how it was made, in at most {n} signs.",
                       "Say for example which interviews were read again.", n=LONGEST_METHOD)
    if bool(code) is (query is not None):
        raise Refused("A search is for one code or one saved query.", "Choose one of them.")
    search = NegativeSearch(
        study_id=study.id, code_id=load_codebook(session, study).get(code).id if code else None,
        query_id=get_query(session, study, query).id if query is not None else None, outcome=outcome, method=method,
        event=last_event(session, study), account_id=account.id)
    session.add(search)
    session.flush()
    record_change(session, "search_negative_cases", f"negative search {search.id}", study_id=study.id, account=account,
                  after={"code": code, "query": query, "outcome": outcome, "method": method})
    return search


def list_searches(session: Session, study: Study) -> list[SeenSearch]:
    """Return the searches for negative cases, newest first."""
    found = (select(NegativeSearch, Account.name).join(Account, Account.id == NegativeSearch.account_id)
             .where(NegativeSearch.study_id == study.id).order_by(NegativeSearch.id.desc()))
    return [SeenSearch(search, name) for search, name in session.execute(found)]


def last_event(session: Session, study: Study) -> int:
    """Return the number of the newest event in the study's log; 0 where nothing happened yet."""
    return session.scalar(select(func.max(Audit.id)).where(Audit.study_id == study.id)) or 0
