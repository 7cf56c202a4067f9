"""Memos: what an account notes on an interview, a passage of it, or a code; seen like its author's codings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, Difference, NotAllowed, NotFound, Overtaken
from surveyapp.models.account import Account
from surveyapp.models.coding import Code, Memo, Segment
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.blinding import is_seen_by
from surveyapp.services.codebook import load_codebook
from surveyapp.services.coding_history import REVIEW, placed_state_of, record_coding, state_of
from surveyapp.services.decoding import normalise
from surveyapp.services.segment import Passage, get_segment

ON_INTERVIEW, ON_SEGMENT, ON_CODE = "interview", "segment", "code"
LONGEST_MEMO = 20_000       # characters; more is a chapter


@dataclass(frozen=True)
class SeenMemo:
    """One memo as the account may see it; `start` and `end` only where it is on a passage."""

    id: int
    kind: str
    text: str
    author: str
    is_own: bool
    version: int
    start: int | None
    end: int | None
    quote: str
    needs_review: bool
    former_quote: str

    @property
    def mark(self) -> str:
        """The id of the memo on the page."""
        return f"m{self.id}"


def write_interview_memo(session: Session, study: Study, interview: Interview, account: Account, text: str) -> Memo:
    """Return a new memo on the interview as a whole."""
    return _write(session, study, account, Memo(kind=ON_INTERVIEW, interview_id=interview.id, text=_clean(text)))


def write_segment_memo(session: Session, study: Study, interview: Interview, account: Account, passage: Passage,
                       text: str) -> Memo:
    """Return a new memo on a passage; Stale unless text, place and words agree."""
    words = _clean(text)
    segment = get_segment(session, interview, passage)
    return _write(session, study, account, Memo(kind=ON_SEGMENT, interview_id=interview.id, segment_id=segment.id,
                                                text=words))


def write_code_memo(session: Session, study: Study, account: Account, code_key: str, text: str) -> Memo:
    """Return a new memo on a code, read by all who code in the study."""
    code = load_codebook(session, study).get(code_key)
    return _write(session, study, account, Memo(kind=ON_CODE, code_id=code.id, text=_clean(text)))


def change_memo(session: Session, study: Study, account: Account, number: int, text: str, *, version: int) -> Memo:
    """Give one's own memo another text; Overtaken with both texts if it was changed meanwhile."""
    memo = _get_own(session, study, account, number)
    words = _clean(text)
    if memo.version != version and memo.text != words:
        raise Overtaken("This memo was changed in another window after you had opened it.",
                        "Nothing of yours is lost: choose below what shall stand.",
                        [Difference("text", words, memo.text)], memo.version)
    action, before = ("change_memo", state_of(memo)) if memo.text != words else (REVIEW, placed_state_of(memo))
    is_done = memo.text == words and not memo.needs_review
    memo.text, memo.needs_review, memo.former_id = words, False, None
    if not is_done:
        memo.version += 1
        record_coding(session, study, account, action, memo, before=before)
        session.flush()
    return memo


def delete_memo(session: Session, study: Study, account: Account, number: int) -> Memo:
    """Take one's own memo away; `undo_last` brings it back."""
    memo = _get_own(session, study, account, number)
    before = state_of(memo)
    memo.deleted_at = utc_now()
    memo.version += 1
    record_coding(session, study, account, "delete_memo", memo, before=before)
    session.flush()
    return memo


def get_memo(session: Session, study: Study, account: Account, number: int) -> Memo:
    """Return the memo of that number if the account may know of it; NotFound otherwise."""
    memo = session.scalar(select(Memo).where(Memo.id == number, Memo.study_id == study.id, Memo.deleted_at.is_(None),
                                             is_seen_by(Memo, account)))
    if memo is None:
        raise NotFound("There is no such memo.", "Load the page again.")
    return memo


def list_memos(session: Session, interview: Interview, account: Account, *,
               overlapping: tuple[int, int] | None = None) -> list[SeenMemo]:
    """Return the memos on the interview and its passages that the account may see: the whole first, then by place."""
    found = _seen(account).where(Memo.interview_id == interview.id)
    if overlapping is not None:
        found = found.where(Segment.start < overlapping[1], Segment.end > overlapping[0])
    rows = _memos(session, found, account)
    return sorted(rows, key=lambda row: (row.start if row.start is not None else -1, row.end or 0, row.id))


def list_code_memos(session: Session, code: Code, account: Account) -> list[SeenMemo]:
    """Return the memos on a code, oldest first."""
    return _memos(session, _seen(account).where(Memo.code_id == code.id).order_by(Memo.id), account)


def get_code(session: Session, study: Study, key: str) -> Code:
    """Return the study's code of that key as a row."""
    return session.get_one(Code, load_codebook(session, study).get(key).id)


def _seen(account: Account) -> Select[Any]:
    columns: tuple[Any, ...] = (Memo, Account.name, Segment.start, Segment.end, Segment.quote)
    return (select(*columns).join(Account, Account.id == Memo.account_id)
            .outerjoin(Segment, Segment.id == Memo.segment_id)
            .where(Memo.deleted_at.is_(None), is_seen_by(Memo, account)))


def _memos(session: Session, found: Select[Any], account: Account) -> list[SeenMemo]:
    rows = session.execute(found).all()
    former = {memo.former_id for memo, *_ in rows if memo.former_id is not None}
    said = {row.id: row.quote for row in session.scalars(select(Segment).where(Segment.id.in_(former)))}
    return [SeenMemo(memo.id, memo.kind, memo.text, name, memo.account_id == account.id, memo.version, start, end,
                     quote or "", memo.needs_review, said.get(memo.former_id or 0, ""))
            for memo, name, start, end, quote in rows]


def _write(session: Session, study: Study, account: Account, memo: Memo) -> Memo:
    memo.study_id, memo.account_id, memo.version = study.id, account.id, 1
    session.add(memo)
    session.flush()
    record_coding(session, study, account, "write_memo", memo, before=None)
    return memo


def _get_own(session: Session, study: Study, account: Account, number: int) -> Memo:
    memo = get_memo(session, study, account, number)
    if memo.account_id != account.id:
        raise NotAllowed("This is the memo of another coder.", "Only they can change it.")
    return memo


def _clean(text: str) -> str:
    words = normalise(text).strip()
    if not words:
        raise BadInput("The memo is empty.", "Write something, or delete the memo.")
    if len(words) > LONGEST_MEMO:
        raise BadInput("The memo has {n} characters.", "Give at most {most}.", n=len(words), most=LONGEST_MEMO)
    return words
