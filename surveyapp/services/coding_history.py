"""What was done to codings, in the audit log, and taking one's own last deed back by its inverse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.db.base import utc_now
from surveyapp.errors import Refused
from surveyapp.models.account import Account
from surveyapp.models.audit import Audit
from surveyapp.models.coding import Coding, LinkCoding
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.blinding import check_may_code

BATCH = "code_lines"        # one code on several comments: one deed
ACTIONS = ("apply_code", "change_coding", "delete_coding", "edit_quote", "apply_link", "delete_link", BATCH)
UNDO = "undo_coding"
FURTHEST_UNDO = 500         # own deeds looked at; further back, undoing no longer means "the last thing I did"


def state_of(row: Coding | LinkCoding) -> dict[str, Any]:
    """Return what can change of a coding; two equal states mean that nobody changed it in between."""
    state: dict[str, Any] = {"is_deleted": row.deleted_at is not None, "edited_quote": dict(row.edited_quote)}
    if isinstance(row, Coding):
        state |= {"polarity": row.polarity, "memo": row.memo}
    return state


def record_coding(session: Session, study: Study, account: Account, action: str, row: Coding | LinkCoding, *,
                  before: Mapping[str, Any] | None) -> None:
    """Record a deed; the subject leads back to the interview and the row, the words themselves stay in the text."""
    after = state_of(row)
    if before is None:
        after |= ({"code": row.code_id, "segment": row.segment_id} if isinstance(row, Coding) else
                  {"cause": row.cause_id, "problem": row.problem_id, "segment": row.segment_id})
    record_change(session, action, _subject(row), study_id=study.id, account=account, before=before, after=after)


def undo_last(session: Session, study: Study, interview: Interview, account: Account) -> Audit:
    """Undo the account's last deed in the interview that still stands; refused if the coding changed since."""
    deed = _last_deed(session, study, interview, account)
    if deed.action == BATCH:
        return _undo_batch(session, study, interview, account, deed)
    row = _row_of(session, deed)
    if row is None or not _still_says(row, deed.after or {}):
        raise Refused("The coding was changed after your last step, so that step cannot be undone.",
                      "Look at the coding and change it by hand.")
    # Words for print and memos are no codings; all else is bound to the rules of a round.
    if deed.action != "edit_quote":
        check_may_code(session, interview, account)
    before = state_of(row)
    _restore(row, deed.before or {"is_deleted": True})
    record_change(session, UNDO, deed.subject, study_id=study.id, account=account, before=before,
                  after={**state_of(row), "undone": deed.id})
    session.flush()
    return deed


def _undo_batch(session: Session, study: Study, interview: Interview, account: Account, deed: Audit) -> Audit:
    """Undo a code on several comments: all of it, or nothing where one of the codings changed since."""
    check_may_code(session, interview, account)
    after = deed.after or {}
    rows = list(session.scalars(select(Coding).where(Coding.id.in_(after["codings"]),
                                                     Coding.interview_id == interview.id)))
    if len(rows) != len(after["codings"]) or not all(_still_says(row, after) for row in rows):
        raise Refused("One of the codings was changed after you had given the code to several comments.",
                      "Delete the codings one by one.")
    for row in rows:
        _restore(row, {**state_of(row), "is_deleted": True})
    record_change(session, UNDO, deed.subject, study_id=study.id, account=account,
                  before={name: after[name] for name in state_of(rows[0])},
                  after={"is_deleted": True, "undone": deed.id})
    session.flush()
    return deed


def _subject(row: Coding | LinkCoding) -> str:
    name = "coding" if isinstance(row, Coding) else "link"
    return f"interview {row.interview_id} {name} {row.id}"


def _last_deed(session: Session, study: Study, interview: Interview, account: Account) -> Audit:
    recent = session.scalars(
        select(Audit).where(Audit.study_id == study.id, Audit.account_id == account.id,
                            Audit.action.in_((*ACTIONS, UNDO)), Audit.subject.like(f"interview {interview.id} %"))
        .order_by(Audit.id.desc()).limit(FURTHEST_UNDO))
    undone: set[int] = set()
    for deed in recent:
        if deed.after is None:          # of a deleted interview that had the same number
            continue
        if deed.action == UNDO:
            undone.add(deed.after["undone"])
        elif deed.id not in undone:
            return deed
    raise Refused("There is nothing of yours to undo in this interview.", "Delete or change a coding in the table.")


def _row_of(session: Session, deed: Audit) -> Coding | LinkCoding | None:
    _, number, name, row_id = deed.subject.split(" ")
    row = session.get(Coding, int(row_id)) if name == "coding" else session.get(LinkCoding, int(row_id))
    return row if row is not None and row.interview_id == int(number) else None


def _still_says(row: Coding | LinkCoding, after: Mapping[str, Any]) -> bool:
    return all(after.get(name) == value for name, value in state_of(row).items())


def _restore(row: Coding | LinkCoding, state: Mapping[str, Any]) -> None:
    row.deleted_at = (row.deleted_at or utc_now()) if state["is_deleted"] else None
    row.edited_quote = dict(state.get("edited_quote", row.edited_quote))
    if isinstance(row, Coding):
        row.polarity = state.get("polarity", row.polarity)
        row.memo = state.get("memo", row.memo)
        row.version += 1
