"""Claims that rest on saved queries: how many people today, and who looked for what speaks against them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from surveyapp.errors import BadInput
from surveyapp.models.account import Account
from surveyapp.models.retrieval import SavedQuery
from surveyapp.models.study import Study
from surveyapp.services.codebook import load_codebook
from surveyapp.services.query import Counts, run_query
from surveyapp.services.saved_query import SeenSearch, list_queries, list_searches

MOST_CLAIMS = 30            # each is a query of its own


@dataclass(frozen=True)
class Claim:
    """A claim with what its query finds now, as far as the account may see; None where it no longer runs."""

    query: SavedQuery
    counts: Counts | None
    n_against: int              # interviewees who speak against, in the same passages
    search: SeenSearch | None   # the newest search for negative cases; None = nobody searched


def list_claims(session: Session, study: Study, account: Account) -> list[Claim]:
    """Return the claims of the study."""
    searches = list_searches(session, study)
    claims = []
    for row in [query for query in list_queries(session, study) if query.claim][:MOST_CLAIMS]:
        newest = next((seen for seen in searches if seen.search.query_id == row.id), None)
        try:
            answer = run_query(session, study, account, row.text)
        except BadInput:        # the codebook has changed since
            claims.append(Claim(row, None, 0, newest))
            continue
        against = {hit.interview_id for hit in answer.hits if hit.polarities & {"contradicts", "mixed"}
                   and answer.cases[hit.interview_id].role}
        claims.append(Claim(row, answer.counts, len(against), newest))
    return claims


def searches_of_codes(session: Session, study: Study) -> dict[str, SeenSearch]:
    """Return the newest search for negative cases of each code that somebody made one for."""
    codebook = load_codebook(session, study)
    found: dict[str, SeenSearch] = {}
    for seen in list_searches(session, study):
        if (number := seen.search.code_id) is not None and number in codebook.by_id:
            found.setdefault(codebook.by_id[number].key, seen)
    return found
