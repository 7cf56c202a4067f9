"""The plan that the rules propose with what researchers changed of it, version by version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.diagnosis.plan_basis import Basis, changed_parts, proposal_basis, proposed_values
from analysis.results.diagnosis import Diagnosis
from analysis.results.plan_edits import EditedKind, PlanEdit, PlanValues
from instruments.codec import from_document
from instruments.template import StrategyRules, StudyTemplate
from surveyapp.errors import NotFound
from surveyapp.models.account import Account
from surveyapp.models.diagnosis import StoredDiagnosis
from surveyapp.models.plan_edit import StoredPlanEdit
from surveyapp.models.study import Study
from surveyapp.services.diagnosis import diagnosis_of, newest_diagnosis
from surveyapp.services.study import list_waves, template_of

CHANGED, CONFIRMED, TAKEN_BACK, RESTORED, TAKEN_OVER = "changed", "confirmed", "taken_back", "restored", "taken_over"
KINDS: tuple[EditedKind, ...] = ("objective", "principle", "measure")


@dataclass(frozen=True)
class EditVersion:
    """One version of an edit, as it was written."""

    number: int
    deed: str
    values: PlanValues
    reason: Mapping[str, str]
    editor: str
    edited_on: str
    unverified: tuple[str, ...]


@dataclass(frozen=True)
class PlanEntry:
    """A measure or an objective: what is proposed, the edit in force, and all versions, newest first."""

    kind: EditedKind
    key: str
    proposal: PlanValues
    basis: Basis
    edit: PlanEdit | None
    versions: tuple[EditVersion, ...]

    @property
    def number(self) -> int:
        """The number of the newest version; 0 where nobody has changed anything."""
        return self.versions[0].number if self.versions else 0


@dataclass(frozen=True)
class EarlierEdit:
    """An edit in force in the wave before, of something that nobody has changed in this wave."""

    entry: PlanEntry                    # of this wave's plan
    values: PlanValues
    row: StoredPlanEdit
    wave_key: str

    @property
    def name(self) -> str:
        return f"{self.entry.kind}/{self.entry.key}"

    @property
    def is_stale(self) -> bool:
        """Whether the rules propose something else now than what the edit was made on."""
        return bool(changed_parts(self.row.basis, self.entry.basis))


@dataclass(frozen=True)
class Plan:
    """The plan of one stored diagnosis."""

    stored: StoredDiagnosis
    diagnosis: Diagnosis
    template: StudyTemplate
    rules: StrategyRules
    entries: tuple[PlanEntry, ...]

    def entry(self, kind: str, key: str) -> PlanEntry:
        """Return one measure or objective; NotFound if the diagnosis has none such."""
        for found in self.entries:
            if (found.kind, found.key) == (kind, key):
                return found
        raise NotFound("The plan has nothing of this name.", "See the plan.")


def load_plan(session: Session, study: Study) -> Plan | None:
    """Return the plan of the study's newest diagnosis; None without a diagnosis or without rules."""
    stored, template = newest_diagnosis(session, study), template_of(session, study)
    if stored is None or template.rules is None:
        return None
    diagnosis = diagnosis_of(stored)
    return Plan(stored, diagnosis, template, template.rules,
                _entries(session, stored.wave_id, diagnosis, template.rules))


def edits_of(session: Session, wave_id: int, diagnosis: Diagnosis, template: StudyTemplate) -> tuple[PlanEdit, ...]:
    """Return the edits in force of a diagnosis's plan, for reports and files."""
    if template.rules is None:
        return ()
    found = _entries(session, wave_id, diagnosis, template.rules)
    return tuple(entry.edit for entry in found if entry.edit is not None)


def earlier_edits(session: Session, study: Study, plan: Plan) -> tuple[EarlierEdit, ...]:
    """Return the edits of the nearest earlier wave that has any, which this wave's plan could take over."""
    keys = {wave.id: wave.key for wave in list_waves(session, study)}
    order = list(keys)
    for wave_id in reversed(order[:order.index(plan.stored.wave_id)]):
        newest = [(entry, rows[-1]) for entry in plan.entries
                  for rows in [stored_edits(session, wave_id, entry.kind, entry.key)] if rows]
        if newest:
            return tuple(EarlierEdit(entry, values_of(row.document), row, keys[wave_id]) for entry, row in newest
                         if row.document and not entry.versions)
    return ()


def stored_edits(session: Session, wave_id: int, kind: str, key: str) -> Sequence[StoredPlanEdit]:
    """Return every version of one edit, oldest first."""
    return list(session.scalars(select(StoredPlanEdit).where(
        StoredPlanEdit.wave_id == wave_id, StoredPlanEdit.kind == kind, StoredPlanEdit.key == key)
        .order_by(StoredPlanEdit.number)))


def _entries(session: Session, wave_id: int, diagnosis: Diagnosis, rules: StrategyRules) -> tuple[PlanEntry, ...]:
    rows: dict[tuple[str, str], list[StoredPlanEdit]] = {}
    for row in session.scalars(select(StoredPlanEdit).where(StoredPlanEdit.wave_id == wave_id)
                               .order_by(StoredPlanEdit.number)):
        rows.setdefault((row.kind, row.key), []).append(row)
    names = _names(session, [row for found in rows.values() for row in found])
    # A rule that was taken out of the template since has nothing to be shown beside.
    known = {"objective": {one.key for one in rules.objectives}, "measure": {one.key for one in rules.measures},
             "principle": {one.key for one in rules.principles}}
    keys: list[tuple[EditedKind, str]] = [("objective", one.key) for one in diagnosis.objectives]
    keys += [("principle", one.key) for one in rules.principles]
    keys += [("measure", one.key) for one in diagnosis.measures]
    return tuple(_entry(kind, key, rows.get((kind, key), []), names, diagnosis, rules) for kind, key in keys
                 if key in known[kind])


def _names(session: Session, rows: Sequence[StoredPlanEdit]) -> Mapping[int, str]:
    numbers = {row.account_id for row in rows if row.account_id is not None}
    found = session.execute(select(Account.id, Account.name).where(Account.id.in_(numbers)))
    return {number: name for number, name in found}  # noqa: C416  # dict() takes a result for a mapping


def _entry(kind: EditedKind, key: str, rows: Sequence[StoredPlanEdit], names: Mapping[int, str], diagnosis: Diagnosis,
           rules: StrategyRules) -> PlanEntry:
    basis = proposal_basis(kind, key, diagnosis, rules)
    versions = tuple(_version(row, names) for row in reversed(rows))
    edit = None
    if rows and rows[-1].document:
        newest, differing = versions[0], changed_parts(rows[-1].basis, basis)
        edit = PlanEdit(kind, key, newest.number, newest.values, newest.reason, newest.editor, newest.edited_on,
                        bool(differing), differing, newest.unverified)
    return PlanEntry(kind, key, proposed_values(kind, key, diagnosis, rules), basis, edit, versions)


def _version(row: StoredPlanEdit, names: Mapping[int, str]) -> EditVersion:
    editor = names.get(row.account_id or 0, "")
    return EditVersion(row.number, row.deed, values_of(row.document), dict(row.reason), editor,
                       row.edited_on.isoformat(), tuple(map(str, row.unverified)))


def values_of(document: Mapping[str, Any]) -> PlanValues:
    """Return stored values; {} stands for none."""
    return from_document(PlanValues, document)
