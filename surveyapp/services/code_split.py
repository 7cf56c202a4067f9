"""Splitting a code: new codes are made, then each passage of the old one is given to one of them, a few at a time.

Interviews that are being coded blind are left out. Those of a finished double-coded round are left as they are unless
the split is for all coders alike; overlapping passages of the coders then go together, so that agreement stays what
it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.template import CodeDefinition
from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, Refused
from surveyapp.models.account import Account
from surveyapp.models.codebook import SPLIT, RegroupedMark, Regrouping
from surveyapp.models.coding import Code, CoderAssignment, Coding, LinkCoding, Segment
from surveyapp.models.interview import CONVERSATION, Interview, TranscriptVersion
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.blinding import FEWEST_CODERS
from surveyapp.services.codebook import StudyCodebook, load_codebook
from surveyapp.services.codebook_check import is_in_blind_round, is_open_to
from surveyapp.services.codebook_edit import add_code, definition_of, get_code, lock_codebook, set_active, subject_of
from surveyapp.services.regrouped_decisions import count_decided
from surveyapp.services.regrouping import (
    Mark,
    check_no_blind_round,
    check_not_blind,
    get_regrouping,
    marks_of,
    names,
    recode,
)

SPLIT_BEGUN, SPLIT_FINISHED = "split_code", "finish_split"
BELOW, BESIDE = "below", "beside"       # where the new codes stand
FEWEST, MOST = 2, 9                     # new codes: the digits choose them
PER_PAGE = 25
CONTEXT = 160                           # characters on either side of a passage


@dataclass(frozen=True)
class Place:
    """A passage to be given to a code; `marks` are the codings at it, of one coder or of all who coded it double."""

    key: str
    interview_id: int
    interview_key: str
    coders: tuple[str, ...]
    polarity: str               # "" for a link cause → problem
    memo: str
    before: str
    quote: str
    after: str


@dataclass(frozen=True)
class SplitPage:
    """What is left to assign, a page of it; `n_left_alone` are codings of finished rounds that stay as they are."""

    places: tuple[Place, ...]
    n_places: int
    n_done: int
    n_left_alone: int
    n_waiting: int              # codings that are being made blind

    @property
    def n_all(self) -> int:
        return self.n_done + self.n_places


def start_split(session: Session, study: Study, code_id: int, new: Sequence[CodeDefinition], *, place: str,
                is_for_all: bool, account: Account | None) -> Regrouping:
    """Return a split that was begun: the new codes are made, no passage is assigned yet."""
    codebook = lock_codebook(session, study)
    source = get_code(session, study, code_id)
    if not FEWEST <= len({code.key for code in new}) == len(new) <= MOST:
        raise BadInput("A code is split into {fewest} to {most} codes with different keys.", "Fill in their rows.",
                       fewest=FEWEST, most=MOST)
    if open_split(session, study, source.id) is not None or source.merged_into_id is not None:
        raise Refused("{key} is being split already, or was merged.", "Finish that, or take it back.", key=source.key)
    check_no_blind_round(session, study, [source.id], account)
    targets = [_target(session, study, codebook, source, code, place, account) for code in new]
    regrouping = Regrouping(study_id=study.id, kind=SPLIT, code_id=source.id, target_ids=[row.id for row in targets],
                            is_for_all=is_for_all, account_id=account.id if account else None)
    session.add(regrouping)
    session.flush()
    record_change(session, SPLIT_BEGUN, subject_of(source), study_id=study.id, account=account, after={
        "regrouping": regrouping.id, "key": source.key, "into": ", ".join(row.key for row in targets),
        "is_for_all": is_for_all})
    return regrouping


def _target(session: Session, study: Study, codebook: StudyCodebook, source: Code, code: CodeDefinition, place: str,
            account: Account | None) -> Code:
    """Return the code of that key: a new one, or one that a split taken back left unused."""
    known = codebook.by_key.get(code.key)
    if known is not None and known.id != source.id and known.merged_into is None:
        row = get_code(session, study, known.id)
        set_active(session, study, row, account, is_active=True)
        return row
    old = definition_of(source)
    where = (replace(code, parent=source.key) if place == BELOW else
             replace(code, parent=old.parent, construct=old.construct, strategy=old.strategy,
                     safeguard=old.safeguard, colour=old.colour, pattern=old.pattern))
    return add_code(session, study, where, account)


def open_split(session: Session, study: Study, code_id: int) -> Regrouping | None:
    """Return the split of the code that is neither finished nor taken back, or None."""
    return session.scalar(select(Regrouping).where(
        Regrouping.study_id == study.id, Regrouping.code_id == code_id, Regrouping.kind == SPLIT,
        Regrouping.finished_at.is_(None), Regrouping.taken_back_at.is_(None)).limit(1))


# ---- what is left ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class MarkRow:
    mark: Mark
    interview: Interview
    segment: Segment | None
    coder: str

    @property
    def name(self) -> str:
        return f"{'c' if isinstance(self.mark, Coding) else 'k'}{self.mark.id}"


def load_split(session: Session, study: Study, regrouping: Regrouping, account: Account, words: str = "") -> SplitPage:
    """Return the passages left, with context, those with the words first found; a page of them at a time."""
    check_not_blind(session, study, account)
    rows = rows_of(session, study, regrouping.code_id, account)
    double = double_coded(session, study)
    free = [row for row in rows if regrouping.is_for_all or row.interview.id not in double]
    groups = groups_of(free, double)
    fitting = [group for group in groups if not words or any(
        row.segment is not None and words.casefold() in row.segment.quote.casefold() for row in group)]
    n_all = len(marks_of(session, study, regrouping.code_id))
    return SplitPage(tuple(place_of(session, group) for group in fitting[:PER_PAGE]), len(groups),
                     n_done=_n_done(session, regrouping), n_left_alone=len(rows) - len(free),
                     n_waiting=n_all - len(rows))


def _n_done(session: Session, regrouping: Regrouping) -> int:
    kept = session.execute(select(RegroupedMark.before, RegroupedMark.after).where(
        RegroupedMark.regrouping_id == regrouping.id)).all()
    return sum(regrouping.code_id in (before.get("code"), before.get("cause"), before.get("problem"))
               for before, _ in kept)


def rows_of(session: Session, study: Study, code_id: int, account: Account) -> list[MarkRow]:
    """Return the marks of the code that the account may see and nobody is making blind, by interview and place."""
    rows = [row for kind in (Coding, LinkCoding) for row in _rows_of(session, study, kind, code_id, account)]
    return sorted(rows, key=lambda row: (row.interview.key, row.segment.start if row.segment else -1, row.mark.id))


def _rows_of(session: Session, study: Study, kind: type[Coding] | type[LinkCoding], code_id: int,
             account: Account) -> Iterable[MarkRow]:
    found = (select(kind, Interview, Segment, Account.name).join(Interview, Interview.id == kind.interview_id)
             .join(Account, Account.id == kind.account_id).outerjoin(Segment, Segment.id == kind.segment_id)
             .where(Interview.study_id == study.id, kind.deleted_at.is_(None), names(kind, [code_id]),
                    is_open_to(kind, account), ~is_in_blind_round(kind)))
    return [MarkRow(cast("Mark", mark), interview, segment, coder)
            for mark, interview, segment, coder in session.execute(found)]


def double_coded(session: Session, study: Study) -> set[int]:
    """Return the interviews that two or more coders coded in a round that is over."""
    found = (select(CoderAssignment.interview_id, CoderAssignment.released_at)
             .join(Interview, Interview.id == CoderAssignment.interview_id).where(Interview.study_id == study.id))
    finished: dict[int, list[bool]] = {}
    for interview_id, at in session.execute(found):
        finished.setdefault(interview_id, []).append(at is not None)
    return {number for number, marks in finished.items() if all(marks) and len(marks) >= FEWEST_CODERS}


def groups_of(rows: Sequence[MarkRow], double: set[int]) -> list[list[MarkRow]]:
    """Return the marks that go together: overlapping ones of a double-coded interview, every other for itself."""
    groups: list[list[MarkRow]] = []
    end = -1
    for row in rows:
        is_same = (bool(groups) and row.interview.id in double and row.segment is not None
                   and groups[-1][-1].interview.id == row.interview.id and row.segment.start < end)
        if is_same:
            groups[-1].append(row)
        else:
            groups.append([row])
            end = -1
        end = max(end, row.segment.end if row.segment else -1)
    return groups


def place_of(session: Session, group: Sequence[MarkRow]) -> Place:
    first = group[0]
    marks = [row.mark for row in group]
    polarities = {mark.polarity for mark in marks if isinstance(mark, Coding)}
    before, quote, after = _in_context(session, group)
    return Place(
        key="-".join(row.name for row in group), interview_id=first.interview.id, interview_key=first.interview.key,
        coders=tuple(dict.fromkeys(row.coder for row in group)),
        polarity=polarities.pop() if len(polarities) == 1 else "",
        memo="\n".join(mark.memo for mark in marks if isinstance(mark, Coding) and mark.memo),
        before=before, quote=quote, after=after)


def _in_context(session: Session, group: Sequence[MarkRow]) -> tuple[str, str, str]:
    segments = [row.segment for row in group if row.segment is not None]
    if not segments:
        return "", "", ""
    version = session.get_one(TranscriptVersion, segments[0].version_id)
    start = min(segment.start for segment in segments)
    end = max(segment.end for segment in segments)
    if group[0].interview.kind != CONVERSATION:      # the lines around a comment are other people's
        return "", version.text[start:end], ""
    return version.text[max(0, start - CONTEXT):start], version.text[start:end], version.text[end:end + CONTEXT]


# ---- assigning ------------------------------------------------------------------------------------------------------
def assign_places(session: Session, study: Study, number: int, chosen: Mapping[str, str],
                  account: Account) -> tuple[int, int]:
    """Give places to the chosen new codes; return how many, and how many were left because they changed meanwhile."""
    check_not_blind(session, study, account)
    codebook = lock_codebook(session, study)
    regrouping = get_regrouping(session, study, number)
    if regrouping.finished_at is not None or regrouping.taken_back_at is not None:
        raise Refused("This split is finished.", "Begin another one from the code.")
    targets = {codebook.by_id[code_id].key: code_id for code_id in regrouping.target_ids}
    double = double_coded(session, study)
    rows = [row for row in rows_of(session, study, regrouping.code_id, account)
            if regrouping.is_for_all or row.interview.id not in double]
    left = {"-".join(row.name for row in group): group for group in groups_of(rows, double)}
    n = 0
    for key, target in chosen.items():
        if target not in targets:
            raise BadInput("{key} is not one of the new codes.", "Choose one from the list.", key=repr(target))
        for row in left.get(key, ()):
            recode(session, regrouping, row.mark, regrouping.code_id, targets[target])
        n += key in left
    session.flush()
    return n, len(chosen) - n


def finish_split(session: Session, study: Study, number: int, account: Account | None) -> bool:
    """End a split; the old code is retired, and True returned, where nothing has it and no code stands below it."""
    check_not_blind(session, study, account)
    codebook = lock_codebook(session, study)
    regrouping = get_regrouping(session, study, number)
    if regrouping.finished_at is not None or regrouping.taken_back_at is not None:
        raise Refused("This split is finished.", "Begin another one from the code.")
    source = get_code(session, study, regrouping.code_id)
    has_below = any(entry.is_active and entry.id != source.id for entry in codebook.with_descendants(source.key))
    is_empty = not marks_of(session, study, source.id) and not count_decided(session, source.id)
    if is_empty and not has_below and source.is_active:
        session.add(RegroupedMark(regrouping_id=regrouping.id, before={"is_active": True, "merged_into": None},
                                  after={"is_active": False, "merged_into": None}))
        set_active(session, study, source, account, is_active=False)
    regrouping.finished_at = utc_now()
    record_change(session, SPLIT_FINISHED, subject_of(source), study_id=study.id, account=account,
                  after={"regrouping": regrouping.id, "n": _n_done(session, regrouping)})
    session.flush()
    load_codebook(session, study)
    return not source.is_active
