"""Merging a code into another, and taking a merge or split back exactly.

Each coding that such a deed changes is kept with what it said before and after, so that taking it back restores just
that; where somebody changed one of these things since, it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, NotFound, Refused
from surveyapp.models.account import Account
from surveyapp.models.codebook import MERGE, RegroupedMark, Regrouping
from surveyapp.models.coding import Code, CoderAssignment, Coding, LinkCoding
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.codebook import StudyCodebook, forget_codebook, load_codebook
from surveyapp.services.codebook_check import is_in_blind_round
from surveyapp.services.codebook_edit import get_code, lock_codebook, set_active, subject_of
from surveyapp.services.regrouped_decisions import follow_merge, follow_union, restore_decisions

MERGED, TAKEN_BACK = "merge_codes", "take_back_regrouping"
MIXED = "mixed"             # the polarity of two codings that are united and do not say the same
Mark = Coding | LinkCoding
Kind = TypeVar("Kind", Coding, LinkCoding)


def merge_codes(session: Session, study: Study, code_id: int, target_id: int, account: Account | None) -> Regrouping:
    """Give every coding of a code to another code and retire the first; it can be taken back."""
    codebook = lock_codebook(session, study)
    source, target = get_code(session, study, code_id), get_code(session, study, target_id)
    _check_pair(codebook, source, target)
    check_no_blind_round(session, study, [source.id, target.id], account)
    regrouping = Regrouping(study_id=study.id, kind=MERGE, code_id=source.id, target_ids=[target.id],
                            account_id=account.id if account else None, finished_at=utc_now())
    session.add(regrouping)
    session.flush()
    marks = marks_of(session, study, source.id, with_deleted=True)
    _check_groups(codebook, marks, source, target)
    n = sum(mark.deleted_at is None for mark in marks)
    for mark in marks:
        recode(session, regrouping, mark, source.id, target.id)
    follow_merge(session, regrouping, source.id, target.id)
    _retire(session, study, regrouping, source, target, account)
    _tell(session, study, MERGED, (source, target), account, {
        "regrouping": regrouping.id, "key": source.key, "into": target.key, "n": n})
    return regrouping


@dataclass(frozen=True)
class MergePreview:
    """What a merge would do, as far as the account may know: codings that change, and those united with another."""

    n_marks: int
    n_united: int
    n_interviews: int


def preview_merge(session: Session, study: Study, code_id: int, target_id: int, account: Account) -> MergePreview:
    """Return what merging the code into the other would do; refused as the merge would be."""
    codebook = load_codebook(session, study)
    source, target = get_code(session, study, code_id), get_code(session, study, target_id)
    _check_pair(codebook, source, target)
    check_no_blind_round(session, study, [source.id, target.id], account)
    marks = marks_of(session, study, source.id)
    _check_groups(codebook, marks, source, target)
    return MergePreview(len(marks), sum(_same_mark(session, mark, source.id, target.id) is not None for mark in marks),
                        len({mark.interview_id for mark in marks}))


def _check_pair(codebook: StudyCodebook, source: Code, target: Code) -> None:
    if source.id == target.id:
        raise BadInput("A code cannot be merged into itself.", "Choose another code.")
    if source.merged_into_id is not None:
        raise Refused("{key} was merged into another code.", "Take the merge back instead.", key=source.key)
    if not target.is_active:
        raise Refused("{key} is retired.", "Choose a code that is in use.", key=target.key)
    below = [entry.key for entry in codebook.with_descendants(source.key) if entry.is_active and entry.id != source.id]
    if below:
        raise Refused("Codes in use stand below {key}: {below}.", "Move or merge them first.", key=source.key,
                      below=", ".join(below))


def _check_groups(codebook: StudyCodebook, marks: Iterable[Mark], source: Code, target: Code) -> None:
    """Refuse a merge that would leave a link coding without a cause or a problem."""
    group = codebook.by_id[target.id].group
    for mark in marks:
        if isinstance(mark, LinkCoding):
            needed = "cause" if mark.cause_id == source.id else "problem"
            if group != needed:
                raise Refused("Links cause → problem name {key}, and {other} is not of the group {group}.",
                              "Choose a code of that group.", key=source.key, other=target.key, group=needed)


def _retire(session: Session, study: Study, regrouping: Regrouping, source: Code, target: Code,
            account: Account | None) -> None:
    before = {"is_active": source.is_active, "merged_into": source.merged_into_id}
    source.merged_into_id = target.id
    set_active(session, study, source, account, is_active=False)
    session.add(RegroupedMark(regrouping_id=regrouping.id, before=before,
                              after={"is_active": False, "merged_into": target.id}))
    session.flush()
    forget_codebook(session, study)


def _tell(session: Session, study: Study, action: str, codes: Iterable[Code], account: Account | None,
          facts: Mapping[str, Any]) -> None:
    for row in codes:
        record_change(session, action, subject_of(row), study_id=study.id, account=account, after=facts)
    session.flush()


# ---- which marks ----------------------------------------------------------------------------------------------------
def check_no_blind_round(session: Session, study: Study, code_ids: Sequence[int], account: Account | None) -> None:
    """Refuse while codings of these codes are made blind; and anything by who is blind, whom a refusal would tell."""
    check_not_blind(session, study, account)
    for kind in (Coding, LinkCoding):
        found = (select(Interview.key).distinct().join(kind, kind.interview_id == Interview.id)
                 .where(Interview.study_id == study.id, kind.deleted_at.is_(None), names(kind, code_ids),
                        is_in_blind_round(kind)))
        running = session.scalars(found.order_by(Interview.key)).all()
        if running:
            raise Refused("Codings of this code are being made blind now, in {interviews}.",
                          "Wait until the round is finished, or dissolve it.", interviews=", ".join(running))


def check_not_blind(session: Session, study: Study, account: Account | None) -> None:
    """Refuse merging and splitting to who codes blind: what is left, or refused, would tell what others coded."""
    if account is None:
        return
    blind = (select(CoderAssignment.id).join(Interview, Interview.id == CoderAssignment.interview_id)
             .where(Interview.study_id == study.id, CoderAssignment.account_id == account.id,
                    CoderAssignment.is_blind, CoderAssignment.released_at.is_(None)))
    if session.scalar(blind.limit(1)) is not None:
        raise Refused("You are coding blind in a round that is not finished.",
                      "Finish it first; merging and splitting would show what others coded.")


def names(kind: type[Coding] | type[LinkCoding], code_ids: Sequence[int]) -> Any:
    """Return the condition that a mark names one of the codes."""
    if kind is Coding:
        return Coding.code_id.in_(code_ids)
    return or_(LinkCoding.cause_id.in_(code_ids), LinkCoding.problem_id.in_(code_ids))


def marks_of(session: Session, study: Study, code_id: int, *, with_deleted: bool = False) -> list[Mark]:
    """Return the codings and link codings that name the code."""
    return [*_of_kind(session, study, Coding, code_id, with_deleted=with_deleted),
            *_of_kind(session, study, LinkCoding, code_id, with_deleted=with_deleted)]


def _of_kind(session: Session, study: Study, kind: type[Kind], code_id: int, *, with_deleted: bool) -> list[Kind]:
    found = (select(kind).join(Interview, Interview.id == kind.interview_id)
             .where(Interview.study_id == study.id, names(kind, [code_id])).order_by(kind.id))
    return list(session.scalars(found if with_deleted else found.where(kind.deleted_at.is_(None))))


# ---- changing one mark, and back ------------------------------------------------------------------------------------
def mark_state(mark: Mark) -> dict[str, Any]:
    """Return everything of a coding or link that a regrouping may change."""
    state: dict[str, Any] = {"is_deleted": mark.deleted_at is not None, "edited_quote": dict(mark.edited_quote)}
    if isinstance(mark, Coding):
        return state | {"code": mark.code_id, "polarity": mark.polarity, "memo": mark.memo}
    return state | {"cause": mark.cause_id, "problem": mark.problem_id}


def recode(session: Session, regrouping: Regrouping, mark: Mark, old: int, new: int) -> None:
    """Give a mark the new code for the old; where its coder has marked the same words so already, unite the two."""
    same = _same_mark(session, mark, old, new)
    if same is None:
        before = mark_state(mark)
        _replace_code(mark, old, new)
        _keep(session, regrouping, mark, before)
    elif mark.deleted_at is None:
        before, before_same = mark_state(mark), mark_state(same)
        _unite(same, mark)
        mark.deleted_at = utc_now()
        _keep(session, regrouping, mark, before)
        _keep(session, regrouping, same, before_same)
        follow_union(session, regrouping, mark, same)
    session.flush()


def _replace_code(mark: Mark, old: int, new: int) -> None:
    if isinstance(mark, Coding):
        mark.code_id = new
        return
    mark.cause_id = new if mark.cause_id == old else mark.cause_id
    mark.problem_id = new if mark.problem_id == old else mark.problem_id


def _same_mark(session: Session, mark: Mark, old: int, new: int) -> Mark | None:
    """Return the coder's other mark that would say the same of the same words, or None."""
    if isinstance(mark, Coding):
        coding = select(Coding).where(Coding.code_id == new, *_same_place(Coding, mark))
        if mark.segment_id is None:         # without a place, only what is said tells that it is the same
            coding = coding.where(Coding.polarity == mark.polarity)
        return session.scalar(coding.limit(1))
    cause, problem = (new if number == old else number for number in (mark.cause_id, mark.problem_id))
    link = select(LinkCoding).where(LinkCoding.cause_id == cause, LinkCoding.problem_id == problem,
                                    *_same_place(LinkCoding, mark))
    return session.scalar(link.limit(1))


def _same_place(kind: type[Coding] | type[LinkCoding], mark: Mark) -> tuple[Any, ...]:
    return (kind.interview_id == mark.interview_id, kind.account_id == mark.account_id, kind.deleted_at.is_(None),
            kind.id != mark.id, kind.segment_id.is_(None) if mark.segment_id is None
            else kind.segment_id == mark.segment_id)


def _unite(kept: Mark, other: Mark) -> None:
    """Put what the other mark says into the one that stays."""
    kept.edited_quote = {**other.edited_quote, **kept.edited_quote}
    if isinstance(kept, Coding) and isinstance(other, Coding):
        kept.memo = "\n".join(dict.fromkeys(memo for memo in (kept.memo, other.memo) if memo))
        kept.polarity = kept.polarity if kept.polarity == other.polarity else MIXED


def _keep(session: Session, regrouping: Regrouping, mark: Mark, before: Mapping[str, Any]) -> None:
    mark.version += 1
    session.add(RegroupedMark(
        regrouping_id=regrouping.id, coding_id=mark.id if isinstance(mark, Coding) else None,
        link_id=mark.id if isinstance(mark, LinkCoding) else None, before=dict(before), after=mark_state(mark)))


def get_regrouping(session: Session, study: Study, number: int) -> Regrouping:
    """Return the merge or split of that number; NotFound unless it is one of the study's."""
    row = session.scalar(select(Regrouping).where(Regrouping.id == number, Regrouping.study_id == study.id))
    if row is None:
        raise NotFound("There is no such merge or split.", "Look at the history of the code.")
    return row


def regroupings_of(session: Session, study: Study, code_id: int) -> list[Regrouping]:
    """Return the merges and splits that the code took part in, newest first."""
    rows = session.scalars(select(Regrouping).where(Regrouping.study_id == study.id).order_by(Regrouping.id.desc()))
    return [row for row in rows if code_id in (row.code_id, *row.target_ids)]


def take_back(session: Session, study: Study, number: int, account: Account | None) -> Regrouping:
    """Restore what a merge or split changed; refused where something of it was changed since."""
    lock_codebook(session, study)
    regrouping = get_regrouping(session, study, number)
    if regrouping.taken_back_at is not None:
        raise Refused("This was taken back already.", "Look at the history of the code.")
    code_ids = [regrouping.code_id, *regrouping.target_ids]
    check_no_blind_round(session, study, code_ids, account)
    _check_newest(session, study, regrouping)
    kept = session.scalars(select(RegroupedMark).where(RegroupedMark.regrouping_id == regrouping.id)
                           .order_by(RegroupedMark.id)).all()
    steps = _steps(session, kept)
    changed = {step.mark.interview_id for step in steps if not _still_says(step)}
    if changed:
        keys = session.scalars(select(Interview.key).where(Interview.id.in_(changed)).order_by(Interview.key))
        raise Refused("Codings were changed since, in {interviews}.", "Change them back by hand first.",
                      interviews=", ".join(keys))
    for step in steps:
        _restore(step)
    restore_decisions(session, kept)
    codes = [get_code(session, study, code_id) for code_id in code_ids]
    _restore_codes(session, study, regrouping, kept, codes, account)
    regrouping.taken_back_at = utc_now()
    _tell(session, study, TAKEN_BACK, codes, account, {"regrouping": regrouping.id, "n": len(steps)})
    return regrouping


def _check_newest(session: Session, study: Study, regrouping: Regrouping) -> None:
    """Refuse while a later merge or split stands that began from a code of this one."""
    mine = {regrouping.code_id, *regrouping.target_ids}
    later = session.scalars(select(Regrouping).where(
        Regrouping.study_id == study.id, Regrouping.id > regrouping.id, Regrouping.taken_back_at.is_(None)))
    if any(mine & {row.code_id, *row.target_ids} for row in later):
        raise Refused("A later merge or split of these codes stands.", "Take that back first.")


def _mark_of(session: Session, entry: RegroupedMark) -> Mark | None:
    if entry.coding_id is not None:
        return session.get(Coding, entry.coding_id)
    return session.get(LinkCoding, entry.link_id) if entry.link_id is not None else None


@dataclass
class _Step:
    """What a regrouping made of one mark, over all its entries."""

    mark: Mark
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def differences(self) -> list[str]:
        return [name for name, value in self.after.items() if self.before.get(name) != value]


def _steps(session: Session, kept: Iterable[RegroupedMark]) -> list[_Step]:
    """Return one step a mark: a coding that several were united with has several entries."""
    steps: dict[tuple[int | None, int | None], _Step] = {}
    for entry in kept:
        known = steps.get((entry.coding_id, entry.link_id))
        mark = _mark_of(session, entry)
        if known is not None:
            known.after = entry.after
        elif mark is not None:
            steps[entry.coding_id, entry.link_id] = _Step(mark, entry.before, entry.after)
    return list(steps.values())


def _still_says(step: _Step) -> bool:
    now = mark_state(step.mark)
    return all(now[name] == step.after[name] for name in step.differences)


def _restore(step: _Step) -> None:
    """Give a mark back what was changed of it; what else was changed of it since stays."""
    mark, was = step.mark, {name: step.before[name] for name in step.differences}
    if "is_deleted" in was:
        mark.deleted_at = utc_now() if was["is_deleted"] else None
    columns = {"code": "code_id", "cause": "cause_id", "problem": "problem_id", "polarity": "polarity",
               "memo": "memo", "edited_quote": "edited_quote"}
    for name, column in columns.items():
        if name in was:
            setattr(mark, column, was[name])
    mark.version += 1


def _restore_codes(session: Session, study: Study, regrouping: Regrouping, kept: Iterable[RegroupedMark],
                   codes: Sequence[Code], account: Account | None) -> None:
    """Give the code its state back; codes that a split made, and that nothing has, are retired."""
    source, *targets = codes
    for entry in kept:
        if "merged_into" in entry.before:
            source.merged_into_id = entry.before["merged_into"]
            set_active(session, study, source, account, is_active=entry.before["is_active"])
    session.flush()
    if regrouping.kind != MERGE:
        for target in targets:
            if not marks_of(session, study, target.id):
                set_active(session, study, target, account, is_active=False)
    forget_codebook(session, study)
