"""Editing the plan that the rules propose: changed, confirmed, taken back, an earlier version used again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from analysis.results.plan_edits import FIELDS, TEXTS, EditedKind, PlanValues
from instruments.codec import to_document
from surveyapp.db.base import utc_now
from surveyapp.errors import Difference, NotFound, Overtaken, Refused
from surveyapp.models.account import Account
from surveyapp.models.plan_edit import StoredPlanEdit
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.plan_edit import (
    CHANGED,
    CONFIRMED,
    RESTORED,
    TAKEN_BACK,
    TAKEN_OVER,
    EarlierEdit,
    Plan,
    PlanEntry,
    earlier_edits,
    load_plan,
    stored_edits,
)
from surveyapp.services.plan_edit_check import Doubts, check_edit, doubts_of, narrowed


@dataclass(frozen=True)
class Editing:
    """What is edited, and the version that was open; `number` 0 = there was none."""

    kind: EditedKind
    key: str
    number: int


@dataclass(frozen=True)
class _Version:
    """What a new version holds."""

    deed: str
    values: PlanValues = field(default_factory=PlanValues)
    reason: Mapping[str, str] = field(default_factory=dict)
    unverified: tuple[str, ...] = ()
    basis: Mapping[str, Any] | None = None      # what the rules proposed when it was made; None = what they propose now


def save_edit(session: Session, study: Study, editing: Editing, values: PlanValues, reason: Mapping[str, str],
              account: Account | None = None, *, accepted: Iterable[str] = ()) -> StoredPlanEdit:
    """Store a new version of an edit; only what differs from the proposal is kept.

    Overtaken with both texts if it was changed meanwhile; BadInput with places; Doubts where something must be kept
    knowingly and is not among `accepted`.
    """
    plan, entry = _locked(session, study, editing)
    kept = narrowed(values, entry)
    _check_version(editing, entry, kept)
    check_edit(plan, entry, kept, reason)
    doubts, known = doubts_of(plan, entry, kept), frozenset(accepted)
    if any(doubt.key not in known for doubt in doubts):
        raise Doubts(doubts)
    numbers = tuple(dict.fromkeys(doubt.text for doubt in doubts if doubt.kind == "number"))
    return _store(session, plan, entry, _Version(CHANGED, kept, reason, numbers), account)


def confirm_edit(session: Session, study: Study, editing: Editing, reason: Mapping[str, str],
                 account: Account | None = None) -> StoredPlanEdit:
    """Say that an edit made on an earlier proposal still holds beside the present one."""
    plan, entry = _locked(session, study, editing)
    _check_version(editing, entry, entry.edit.values if entry.edit else PlanValues())
    if entry.edit is None or not entry.edit.is_stale:
        raise Refused("There is nothing to confirm: the proposal is the one that the edit was made on.",
                      "Load the page again.")
    kept = narrowed(entry.edit.values, entry)
    check_edit(plan, entry, kept, reason)
    return _store(session, plan, entry, _Version(CONFIRMED, kept, reason, entry.edit.unverified), account)


def take_back_edit(session: Session, study: Study, editing: Editing, account: Account | None = None) -> StoredPlanEdit:
    """Let the rule's own proposal hold again; all versions stay readable."""
    plan, entry = _locked(session, study, editing)
    _check_version(editing, entry, PlanValues())
    if entry.edit is None:
        raise Refused("There is no edit to take back.", "Load the page again.")
    return _store(session, plan, entry, _Version(TAKEN_BACK), account)


def restore_edit(session: Session, study: Study, editing: Editing, number: int,
                 account: Account | None = None) -> StoredPlanEdit:
    """Let an earlier version hold again, as a new version."""
    plan, entry = _locked(session, study, editing)
    found = next((version for version in entry.versions if version.number == number), None)
    if found is None or not list(found.values.named()):
        raise NotFound("There is no such version.", "Load the page again.")
    _check_version(editing, entry, found.values)
    kept = narrowed(found.values, entry)
    check_edit(plan, entry, kept, found.reason)
    return _store(session, plan, entry, _Version(RESTORED, kept, found.reason, found.unverified), account)


def take_over_edits(session: Session, study: Study, wanted: Collection[str],
                    account: Account | None = None) -> list[StoredPlanEdit]:
    """Let edits of the wave before hold in this wave's plan, each as a version of its own.

    They keep what they were made on, so that one whose proposal has changed since is shown as to be confirmed.
    """
    session.refresh(study, with_for_update=True)
    plan = load_plan(session, study)
    offered = {one.name: one for one in (earlier_edits(session, study, plan) if plan is not None else ())}
    if plan is None or not wanted or not set(wanted) <= set(offered):
        raise Refused("These edits cannot be taken over: none was chosen, or somebody changed the plan meanwhile.",
                      "Load the page again.")
    return [_store(session, plan, one.entry, _taken_over(plan, one), account)
            for one in offered.values() if one.name in wanted]


def _taken_over(plan: Plan, one: EarlierEdit) -> _Version:
    kept = narrowed(one.values, one.entry)
    check_edit(plan, one.entry, kept, one.row.reason)
    numbers = [doubt.text for doubt in doubts_of(plan, one.entry, kept) if doubt.kind == "number"]
    unverified = tuple(dict.fromkeys((*map(str, one.row.unverified), *numbers)))
    return _Version(TAKEN_OVER, kept, dict(one.row.reason), unverified, one.row.basis)


def _locked(session: Session, study: Study, editing: Editing) -> tuple[Plan, PlanEntry]:
    session.refresh(study, with_for_update=True)        # two who save at once come one after the other
    plan = load_plan(session, study)
    if plan is None:
        raise NotFound("There is no diagnosis with measures yet.", "Diagnose first.")
    return plan, plan.entry(editing.kind, editing.key)


def _check_version(editing: Editing, entry: PlanEntry, mine: PlanValues) -> None:
    if editing.number == entry.number:
        return
    theirs = entry.edit.values if entry.edit is not None else PlanValues()
    raise Overtaken("Somebody else changed this while you had it open.",
                    "Nothing of yours is lost: choose below what shall stand.",
                    [Difference(name, told(mine, name), told(theirs, name)) for name in FIELDS[entry.kind]],
                    entry.number)


def told(values: PlanValues, name: str) -> str:
    """Return a field as text: a wording language by language."""
    value = getattr(values, name)
    if name in TEXTS:
        return "\n".join(f"{language}: {words}" for language, words in value.items())
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _store(session: Session, plan: Plan, entry: PlanEntry, version: _Version,
           account: Account | None) -> StoredPlanEdit:
    study_id, wave_id = plan.stored.study_id, plan.stored.wave_id
    before = stored_edits(session, wave_id, entry.kind, entry.key)
    document = {name: value for name, value in to_document(version.values).items()
                if name in set(version.values.named())}
    row = StoredPlanEdit(
        study_id=study_id, wave_id=wave_id, kind=entry.kind, key=entry.key, number=entry.number + 1,
        deed=version.deed, document=document,
        basis=dict(entry.basis if version.basis is None else version.basis), unverified=list(version.unverified),
        reason=dict(version.reason), account_id=account.id if account is not None else None,
        edited_on=utc_now().date())
    session.add(row)
    session.flush()
    record_change(session, f"edit_plan_{version.deed}", f"{entry.kind} {entry.key}", study_id=study_id,
                  account=account, before=before[-1].document if before else {},
                  after={**document, "number": row.number, "reason": row.reason})
    return row
