"""What was done to codings, memos and texts, in the audit log; taking one's own last deed back, and giving it again.

Undo and redo are themselves deeds in the log. They are refused, with the reason, where what they would change was
changed by something else since: nothing is overwritten unseen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.db.base import utc_now
from surveyapp.errors import Refused
from surveyapp.models.account import Account
from surveyapp.models.audit import Audit
from surveyapp.models.coding import Code, Coding, LinkCoding, Memo, Segment
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.blinding import check_may_code
from surveyapp.services.interview import current_version
from surveyapp.services.text_correction import CORRECT, restore_text

Mark = Coding | LinkCoding | Memo
BATCH = "code_lines"        # one code on several comments: one deed
LINK_BATCH = "link_lines"   # one cause → problem link on several comments
EDGES, REVIEW = "change_edges", "accept_review"
MEMO_ACTIONS = ("write_memo", "change_memo", "delete_memo")
ACTIONS = ("apply_code", "change_coding", "delete_coding", "edit_quote", "apply_link", "delete_link", BATCH,
           LINK_BATCH, EDGES, REVIEW, *MEMO_ACTIONS, CORRECT)
UNDO, REDO = "undo_coding", "redo_coding"
UNBOUND = ("edit_quote", REVIEW, *MEMO_ACTIONS, CORRECT)      # the rules of a round bind codings only
FURTHEST_UNDO = 500         # own deeds looked at; further back, undoing no longer means "the last thing I did"
_KINDS: Mapping[str, type[Any]] = {"coding": Coding, "link": LinkCoding, "memo": Memo}


def state_of(row: Mark) -> dict[str, Any]:
    """Return what can change of a coding or memo; two equal states mean that nobody changed it in between."""
    state: dict[str, Any] = {"is_deleted": row.deleted_at is not None}
    if isinstance(row, Memo):
        return state | {"text": row.text}
    state["edited_quote"] = dict(row.edited_quote)
    if isinstance(row, Coding):
        state |= {"polarity": row.polarity, "memo": row.memo}
    return state


def placed_state_of(row: Mark) -> dict[str, Any]:
    """Return the state with the place in the text, for deeds that move it or judge it."""
    return state_of(row) | {"segment": row.segment_id, "needs_review": row.needs_review, "former": row.former_id}


def record_coding(session: Session, study: Study, account: Account, action: str, row: Mark, *,
                  before: Mapping[str, Any] | None) -> None:
    """Record a deed; the subject leads back to the interview and the row, the words themselves stay in the text."""
    after = placed_state_of(row) if action in (EDGES, REVIEW) else state_of(row)
    if before is None:
        after |= _targets(row)
    record_change(session, action, _subject(row), study_id=study.id, account=account, before=before, after=after)


def _targets(row: Mark) -> dict[str, Any]:
    if isinstance(row, Coding):
        return {"code": row.code_id, "segment": row.segment_id}
    if isinstance(row, LinkCoding):
        return {"cause": row.cause_id, "problem": row.problem_id, "segment": row.segment_id}
    return {"segment": row.segment_id}


def scope_of(place: Interview | Code) -> str:
    """Return how the log names what a history belongs to: an interview, or a code for the memos on it."""
    return f"interview {place.id}" if isinstance(place, Interview) else f"code {place.id}"


def _subject(row: Mark) -> str:
    name = next(name for name, kind in _KINDS.items() if isinstance(row, kind))
    if isinstance(row, Memo) and row.interview_id is None:
        return f"code {row.code_id} {name} {row.id}"
    return f"interview {row.interview_id} {name} {row.id}"


# ---- undo and redo --------------------------------------------------------------------------------------------------
_Step = tuple[Audit, Audit]


@dataclass(frozen=True)
class _Turn:
    """A deed to be undone, or to be done again after the undo that took it back."""

    deed: Audit
    seen: Mapping[str, Any]         # what its row must still say
    wanted: Mapping[str, Any]       # what it shall say
    is_redo: bool

    @property
    def action(self) -> str:
        return REDO if self.is_redo else UNDO

    @property
    def trace(self) -> dict[str, Any]:
        return {"redone" if self.is_redo else "undone": self.deed.id}


def undo_last(session: Session, study: Study, place: Interview | Code, account: Account) -> Audit:
    """Undo the account's last deed there that still stands; refused if what it did was changed since."""
    done, _ = _history(session, study, place, account)
    if not done:
        raise Refused("There is nothing of yours to undo in this interview.", "Delete or change a coding in the table.")
    deed, last = done[-1]
    _take(session, study, place, account,
          _Turn(deed, last.after or {}, deed.before or {"is_deleted": True}, is_redo=False))
    return deed


def redo_last(session: Session, study: Study, place: Interview | Code, account: Account) -> Audit:
    """Do again what the account undid last there; a new deed of theirs in between ends that."""
    _, undone = _history(session, study, place, account)
    if not undone:
        raise Refused("There is nothing of yours to do again here.",
                      "Only a step that was undone can be done again, and only until you do something else.")
    deed, undo = undone[-1]
    _take(session, study, place, account, _Turn(deed, undo.after or {}, deed.after or {}, is_redo=True))
    return deed


def _history(session: Session, study: Study, place: Interview | Code,
             account: Account) -> tuple[list[_Step], list[_Step]]:
    """Return the deeds that stand and those that were undone, each with the row that says how things stand now."""
    recent = session.scalars(
        select(Audit).where(Audit.study_id == study.id, Audit.account_id == account.id,
                            Audit.action.in_((*ACTIONS, UNDO, REDO)), Audit.subject.like(f"{scope_of(place)} %"))
        .order_by(Audit.id.desc()).limit(FURTHEST_UNDO)).all()
    done: list[_Step] = []
    undone: list[_Step] = []
    known = {row.id: row for row in recent}
    for row in reversed(recent):
        after = row.after
        if after is None:          # of a deleted interview that had the same number
            continue
        deed = known.get(after.get("undone", after.get("redone", row.id)))
        done = [step for step in done if step[0] is not deed]
        undone = [step for step in undone if step[0] is not deed] if row.action in (UNDO, REDO) else []
        if deed is not None:
            (undone if row.action == UNDO else done).append((deed, row))
    return done, undone


def _take(session: Session, study: Study, place: Interview | Code, account: Account, turn: _Turn) -> None:
    deed = turn.deed
    if isinstance(place, Interview) and deed.action not in UNBOUND:
        check_may_code(session, place, account)
    if deed.action == CORRECT and isinstance(place, Interview):
        restore_text(session, study, place, account, seen=turn.seen["version"], wanted=turn.wanted["version"],
                     action=turn.action, trace=turn.trace)
    elif deed.action in (BATCH, LINK_BATCH) and isinstance(place, Interview):
        _take_batch(session, study, place, account, turn)
    else:
        _take_row(session, study, place, account, turn)
    session.flush()


def _take_row(session: Session, study: Study, place: Interview | Code, account: Account, turn: _Turn) -> None:
    row = _row_of(session, place, turn.deed)
    is_placed = turn.deed.action in (EDGES, REVIEW)
    if row is None or not _still_says(row, turn.seen, is_placed=is_placed):
        raise Refused("The coding was changed after your last step, so that step cannot be undone.",
                      "Look at the coding and change it by hand.")
    wanted = dict(turn.wanted) if is_placed else {key: value for key, value in turn.wanted.items() if key != "segment"}
    before = placed_state_of(row) if is_placed else state_of(row)
    if is_placed:
        _check_place(session, place, wanted)
    _restore(row, wanted)
    session.flush()
    _check_twin(session, row)
    after = placed_state_of(row) if is_placed else state_of(row)
    record_change(session, turn.action, turn.deed.subject, study_id=study.id, account=account, before=before,
                  after={**after, **turn.trace})


def _take_batch(session: Session, study: Study, interview: Interview, account: Account, turn: _Turn) -> None:
    """Undo or redo a code or link on several comments: all of it, or nothing where one of them changed since."""
    is_link = turn.deed.action == LINK_BATCH
    kind: type[Any] = LinkCoding if is_link else Coding
    numbers = (turn.deed.after or {})["links" if is_link else "codings"]
    rows: list[Coding | LinkCoding] = list(session.scalars(
        select(kind).where(kind.id.in_(numbers), kind.interview_id == interview.id)))
    if len(rows) != len(numbers) or not all(_still_says(row, turn.seen, is_placed=False) for row in rows):
        raise Refused("One of the codings was changed after you had given the code to several comments.",
                      "Delete the codings one by one.")
    before = state_of(rows[0])
    for row in rows:
        _restore(row, {**state_of(row), "is_deleted": not turn.is_redo})
    session.flush()
    for row in rows if turn.is_redo else ():
        _check_twin(session, row)
    record_change(session, turn.action, turn.deed.subject, study_id=study.id, account=account, before=before,
                  after={**state_of(rows[0]), **turn.trace})


def _row_of(session: Session, place: Interview | Code, deed: Audit) -> Mark | None:
    _, number, name, row_id = deed.subject.split(" ")
    row: Mark | None = session.get(_KINDS[name], int(row_id))
    if row is None:
        return None
    owner = row.interview_id if isinstance(place, Interview) else getattr(row, "code_id", None)
    return row if owner == int(number) else None


def _still_says(row: Mark, seen: Mapping[str, Any], *, is_placed: bool) -> bool:
    state = placed_state_of(row) if is_placed else state_of(row)
    return all(seen.get(name) == value for name, value in state.items() if name in seen)


def _check_place(session: Session, place: Interview | Code, wanted: Mapping[str, Any]) -> None:
    """Refuse boundaries in a text that is not the newest: they have no place there."""
    version = current_version(session, place) if isinstance(place, Interview) else None
    segment = session.get(Segment, wanted["segment"]) if wanted.get("segment") is not None else None
    if version is None or segment is None or segment.version_id != version.id:
        raise Refused("The text was corrected after this step, so its boundaries have no place in it any more.",
                      "Adjust the boundaries by hand.")


def _check_twin(session: Session, row: Mark) -> None:
    """Refuse to bring a coding back beside another that says the same of the same words."""
    if isinstance(row, Memo) or row.deleted_at is not None or row.segment_id is None:
        return
    if _has_twin(session, row):
        raise Refused("You have given the same words the same code in the meantime.",
                      "Delete or move the newer coding first.")


def _has_twin(session: Session, row: Coding | LinkCoding) -> bool:
    kind = type(row)
    same = [Coding.code_id == row.code_id] if isinstance(row, Coding) else [
        LinkCoding.cause_id == row.cause_id, LinkCoding.problem_id == row.problem_id]
    return session.scalar(select(kind.id).where(
        kind.segment_id == row.segment_id, kind.account_id == row.account_id, kind.id != row.id,
        kind.deleted_at.is_(None), *same)) is not None


def check_free(session: Session, rows: Sequence[Coding | LinkCoding]) -> None:
    """Refuse where one of the rows says the same of the same words as another coding of the account."""
    if any(_has_twin(session, row) for row in rows):
        raise Refused("You have given exactly these words the same code already.", "Choose other boundaries.")


def _restore(row: Mark, state: Mapping[str, Any]) -> None:
    row.deleted_at = (row.deleted_at or utc_now()) if state["is_deleted"] else None
    row.segment_id = state.get("segment", row.segment_id)
    row.needs_review = state.get("needs_review", row.needs_review)
    row.former_id = state.get("former", row.former_id)
    row.version += 1
    if isinstance(row, Memo):
        row.text = state.get("text", row.text)
        return
    row.edited_quote = dict(state.get("edited_quote", row.edited_quote))
    if isinstance(row, Coding):
        row.polarity = state.get("polarity", row.polarity)
        row.memo = state.get("memo", row.memo)
