"""Adjudication: a person decides each difference, with a reason; the coders' own codings are never touched.

Once every difference of a text is decided, its adjudicated set is stored: what the coders agree on, once, and what was
kept or decided elsewhere. Analyses read that set; agreement is always computed from the coders' own codings.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, NotFound, Stale
from surveyapp.models.account import Account
from surveyapp.models.coding import POLARITIES
from surveyapp.models.interview import Interview
from surveyapp.models.round import AdjudicatedCoding, AdjudicatedSet, Decision
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.comparison import AGREED, Comparison, Difference, load_comparison

CODER, ALL, NONE, OTHER = "coder", "all", "none", "other"
LONGEST_REASON = 2_000


@dataclass(frozen=True)
class Choice:
    """What is decided of a difference: one coder's codings (`coder`), all, none, or another code on the passage."""

    place: str
    choice: str
    reason: str
    coder: int = 0
    code: str = ""
    polarity: str = POLARITIES[0]


def decide(session: Session, study: Study, interview: Interview, wanted: Choice,
           account: Account | None = None) -> Decision:
    """Return the decision, stored; Stale where the difference is not there any more or was decided by somebody."""
    comparison = load_comparison(session, study, interview)
    difference = next((row for row in comparison.every if row.place == wanted.place and row.kind != AGREED), None)
    if difference is None:
        raise Stale("There is no such difference any more.", "Load the page again.")
    if wanted.place in comparison.decisions:
        raise Stale("This difference was decided by {who}.", "Undo that decision first.",
                    who=comparison.decisions[wanted.place][1])
    reason = wanted.reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise BadInput("A decision needs a reason of at most {most} characters.", "Say in a sentence why.",
                       most=LONGEST_REASON)
    row = Decision(interview_id=interview.id, place=wanted.place, choice=wanted.choice,
                   kept=_kept(comparison, difference, wanted), code_id=None, polarity="", reason=reason,
                   account_id=account.id if account else None)
    if wanted.choice == OTHER:
        row.code_id, row.polarity = _other(comparison, difference, wanted)
    session.add(row)
    session.flush()
    record_change(session, "decide_difference", f"interview {interview.id} decision {row.id}", study_id=study.id,
                  account=account, after=_told(row, difference))
    _settle(session, study, interview, account)
    return row


def _kept(comparison: Comparison, difference: Difference, wanted: Choice) -> list[str]:
    if wanted.choice == CODER:
        if wanted.coder not in dict(comparison.coders):
            raise BadInput("This is not a coder of the text.", "Choose one of the decisions offered.")
        return [mark.mark for mark in difference.of(wanted.coder)]
    if wanted.choice == ALL:
        return [mark.mark for mark in difference.marks]
    if wanted.choice == OTHER:
        return [difference.marks[0].mark]
    if wanted.choice == NONE:
        return []
    raise BadInput("Nothing was decided.", "Choose one of the decisions offered.")


def _other(comparison: Comparison, difference: Difference, wanted: Choice) -> tuple[int, str]:
    if difference.is_link:
        raise BadInput("A link of cause and problem has no other code.", "Keep it or leave it out.")
    if wanted.polarity not in POLARITIES:
        raise BadInput("There is no polarity {polarity}.", "Choose one of: {known}.", polarity=repr(wanted.polarity),
                       known=", ".join(POLARITIES))
    return comparison.codebook.chosen(wanted.code).id, wanted.polarity


def undo_decision(session: Session, study: Study, interview: Interview, place: str,
                  account: Account | None = None) -> Decision:
    """Take a decision back; it stays on record, and the text is open again until the difference is decided anew."""
    row = session.scalar(select(Decision).where(Decision.interview_id == interview.id, Decision.place == place,
                                                Decision.undone_at.is_(None)))
    if row is None:
        raise NotFound("There is no such decision.", "Load the page again.")
    row.undone_at, row.undone_by = utc_now(), account.id if account else None
    session.flush()
    record_change(session, "undo_decision", f"interview {interview.id} decision {row.id}", study_id=study.id,
                  account=account, before=_told(row))
    _settle(session, study, interview, account)
    return row


def _told(row: Decision, difference: Difference | None = None) -> dict[str, object]:
    told: dict[str, object] = {"choice": row.choice, "kept": row.kept, "code": row.code_id, "polarity": row.polarity,
                               "reason": row.reason}
    return told if difference is None else {**told, "of": [mark.mark for mark in difference.marks]}


def _settle(session: Session, study: Study, interview: Interview, account: Account | None) -> None:
    """Store the adjudicated set where all is decided, and take it away where something is open again."""
    comparison = load_comparison(session, study, interview)
    before = session.scalar(select(AdjudicatedSet).where(AdjudicatedSet.interview_id == interview.id))
    if before is not None:
        session.execute(delete(AdjudicatedCoding).where(AdjudicatedCoding.set_id == before.id))
        session.delete(before)
        session.flush()
    if comparison.open:
        if before is not None:
            record_change(session, "reopen_adjudication", f"interview {interview.id}", study_id=study.id,
                          account=account)
        return
    row = AdjudicatedSet(interview_id=interview.id, account_id=account.id if account else None)
    session.add(row)
    session.flush()
    for difference in comparison.every:
        session.add_all(_rows(row.id, difference, comparison))
    session.flush()
    record_change(session, "settle_adjudication", f"interview {interview.id}", study_id=study.id, account=account,
                  after={"n_decisions": len(comparison.decisions)})


def _rows(set_id: int, difference: Difference, comparison: Comparison) -> list[AdjudicatedCoding]:
    if difference.kind == AGREED:
        first = difference.marks[0].coder
        return [_row(set_id, mark.mark) for mark in difference.of(first)]
    decision = comparison.decisions[difference.place][0]
    return [_row(set_id, mark, decision) for mark in decision.kept]


def _row(set_id: int, mark: str, decision: Decision | None = None) -> AdjudicatedCoding:
    number = int(mark[1:])
    is_link = mark.startswith("k")
    return AdjudicatedCoding(
        set_id=set_id, coding_id=None if is_link else number, link_id=number if is_link else None,
        code_id=decision.code_id if decision else None, polarity=decision.polarity if decision else "",
        decision_id=decision.id if decision else None)
