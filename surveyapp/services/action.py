"""The action register of a released report: read, written version by version, taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.results.actions import Action
from analysis.results.diagnosis import Diagnosis, KpiRow, MeasureFinding
from instruments.codec import from_document, to_document
from instruments.schema import Choice, Item
from instruments.template import Measure, StudyTemplate
from surveyapp.errors import NotFound, Refused, Stale, marked
from surveyapp.models.account import Account
from surveyapp.models.action import ActionVersion, StoredAction
from surveyapp.models.diagnosis import StoredDiagnosis
from surveyapp.models.report_release import ReportRelease
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.action_check import check_action
from surveyapp.services.action_overdue import Overdue, overdue_of
from surveyapp.services.audit import record_change
from surveyapp.services.diagnosis import diagnosis_of
from surveyapp.services.organisation import department_item
from surveyapp.services.report_release import check_text, today_of
from surveyapp.services.study import template_of

ASKED_FOR = ("proposed", "opportunity")
CHANGED_MEANWHILE = marked("Somebody else changed this measure while you had it open.")


class StaleAction(Stale):
    """Somebody else changed the same measure while a form was open; what was entered stays in the form."""


@dataclass(frozen=True)
class RegisterRow:
    """One measure of the report with what was decided on it; `number` is the version a form is filled from."""

    measure: Measure
    finding: MeasureFinding
    action: Action | None
    number: int
    overdue: tuple[Overdue, ...]

    @property
    def kpis(self) -> tuple[KpiRow, ...]:
        return self.finding.kpis

    def in_words_of(self, language: str) -> RegisterRow:
        """Return the row as it is told in a language."""
        if self.action is None:
            return self
        known = self.action.wordings.get(language, {})
        return replace(self, action=self.action.in_words_of(language), overdue=tuple(
            replace(one, name=known.get(one.name, one.name), owner=known.get(one.owner, one.owner))
            for one in self.overdue))


@dataclass(frozen=True)
class Register:
    """A released report's measures, those it proposes first, each with the newest decision."""

    release: ReportRelease
    wave: str
    diagnosis: Diagnosis
    template: StudyTemplate
    rows: tuple[RegisterRow, ...]
    unit_item: Item | None
    today: date

    @property
    def units(self) -> tuple[Choice, ...]:
        """The units a measure may cover: choices of the question that says who belongs to which."""
        return units_of(self.unit_item)

    @cached_property
    def overdue(self) -> tuple[Overdue, ...]:
        """Everything overdue, longest first."""
        return tuple(sorted((one for row in self.rows for one in row.overdue),
                            key=lambda one: (one.due_on, one.measure)))

    def in_words_of(self, language: str) -> Register:
        """Return the register as it is told in a language; a form is filled with what was recorded."""
        return replace(self, rows=tuple(row.in_words_of(language) for row in self.rows))

    def row(self, measure: str) -> RegisterRow:
        for row in self.rows:
            if row.measure.key == measure:
                return row
        raise NotFound("The report has no measure {key}.", "See the list of measures.", key=repr(measure))


def units_of(item: Item | None) -> tuple[Choice, ...]:
    """Return the choices of the question for the unit that are units."""
    return tuple(choice for choice in item.choices if not choice.is_missing) if item is not None else ()


def load_register(session: Session, study: Study, release: ReportRelease, today: date | None = None) -> Register:
    """Return the register of a released report as it stands."""
    today = today or today_of(study)
    template, diagnosis = template_of(session, study), diagnosis_of(session.get_one(StoredDiagnosis,
                                                                                    release.diagnosis_id))
    stored = {row.measure: row for row in session.scalars(
        select(StoredAction).where(StoredAction.release_id == release.id))}
    findings = {finding.key: finding for finding in diagnosis.measures}
    rows = []
    for measure in template.rules.measures if template.rules else ():
        if measure.key not in findings:
            continue
        known = stored.get(measure.key)
        rows.append(_row(measure, findings[measure.key], known, release, today))
    return Register(release, session.get_one(Wave, release.wave_id).key, diagnosis, template,
                    tuple(sorted(rows, key=_place)), department_item(template), today)


def _row(measure: Measure, finding: MeasureFinding, known: StoredAction | None, release: ReportRelease,
         today: date) -> RegisterRow:
    action = action_of(known)
    overdue = overdue_of(action, finding.kpis, release.released_on, today) if action is not None else ()
    return RegisterRow(measure, finding, action, known.number if known is not None else 0,
                       () if release.is_recalled else overdue)


def _place(row: RegisterRow) -> tuple[bool, bool, int, str]:
    """Ranked measures first, then other proposals, then those decided on all the same, then the rest."""
    finding = row.finding
    return (finding.verdict not in ASKED_FOR and row.action is None, finding.rank is None, finding.rank or 0,
            finding.key)


def action_of(stored: StoredAction | ActionVersion | None) -> Action | None:
    """Return an action as a value; None where none is stored, or it was taken back."""
    return from_document(Action, stored.document) if stored is not None and stored.document is not None else None


# ---- written ---------------------------------------------------------------------------------------------------------
def save_action(session: Session, study: Study, release: ReportRelease, action: Action, number: int,
                account: Account | None = None) -> bool:
    """Store a new version of an action; False if nothing differs.

    `number` is the version that the writer had seen, 0 for none. StaleAction if it is no longer the newest; BadInput
    names every place that does not fit; refused on a recalled report.
    """
    register = _opened(session, study, release)
    row = register.row(action.measure)
    check_action(action, today=register.today, released_on=release.released_on,
                 units={choice.value for choice in register.units}, n_kpis=len(row.kpis))
    if row.number != number:
        raise StaleAction(CHANGED_MEANWHILE,
                          "Compare with what is stored now; saving again replaces theirs by yours.")
    if row.action is not None and not action.wordings:      # a form knows the language it is recorded in only
        action = replace(action, wordings=row.action.wordings)
    if row.action == action:
        return False
    _add_version(session, study, release, row, action, _Deed("decide_action", account))
    return True


def _opened(session: Session, study: Study, release: ReportRelease) -> Register:
    """Return the register, locked: two who save at once are told of each other."""
    session.refresh(release, with_for_update=True)
    if release.is_recalled:
        raise Refused("This report was recalled: nothing more is recorded on it.",
                      "Record it on the report that took its place.")
    return load_register(session, study, release)


@dataclass(frozen=True)
class _Deed:
    """Who does what, for the history and the audit log."""

    name: str
    account: Account | None
    taken_back_to: int | None = None
    note: str = ""


def _add_version(session: Session, study: Study, release: ReportRelease, row: RegisterRow, action: Action | None,
                 deed: _Deed) -> None:
    key, document = row.measure.key, to_document(action) if action is not None else None
    stored = session.scalar(select(StoredAction).where(StoredAction.release_id == release.id,
                                                       StoredAction.measure == key))
    if stored is None:
        stored = StoredAction(study_id=study.id, release_id=release.id, measure=key, number=0, document=None)
        session.add(stored)
    before = stored.document
    stored.number, stored.document = stored.number + 1, document
    session.flush()
    session.add(ActionVersion(action_id=stored.id, number=stored.number, document=document, note=deed.note,
                              taken_back_to=deed.taken_back_to,
                              account_id=deed.account.id if deed.account else None))
    session.flush()
    record_change(session, deed.name, f"release {release.number}, measure {key}", study_id=study.id,
                  account=deed.account, before=before, after=document)


# ---- history ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class SeenVersion:
    """One state of an action: who stored it, when, and which fields differ from the state before."""

    number: int
    action: Action | None
    at: datetime
    account: str
    taken_back_to: int | None
    note: str
    changed: tuple[str, ...]


def list_versions(session: Session, release: ReportRelease, measure: str) -> list[SeenVersion]:
    """Return every state of an action, newest first."""
    found = session.execute(
        select(ActionVersion, Account.name).join(StoredAction, StoredAction.id == ActionVersion.action_id)
        .outerjoin(Account, Account.id == ActionVersion.account_id)
        .where(StoredAction.release_id == release.id, StoredAction.measure == measure).order_by(ActionVersion.number))
    seen: list[SeenVersion] = []
    before: Mapping[str, object] = {}
    for version, name in found:
        document = version.document or {}
        changed = tuple(field for field in dict.fromkeys([*document, *before])
                        if document.get(field) != before.get(field) and field not in ("measure", "wordings"))
        seen.append(SeenVersion(version.number, action_of(version), version.at, name or "", version.taken_back_to,
                                version.note, changed))
        before = document
    return seen[::-1]


def take_back(session: Session, study: Study, release: ReportRelease, measure: str, to_number: int, number: int,
              reason: str, account: Account | None = None) -> None:
    """Make an earlier state of an action hold again, as a new version; 0 = as if nothing had been decided.

    StaleAction if `number` is no longer the newest version; refused where that state holds already.
    """
    row = _opened(session, study, release).row(measure)
    if row.number != number:
        raise StaleAction(CHANGED_MEANWHILE, "Look at the history again, then take back.")
    states = {version.number: version.action for version in list_versions(session, release, measure)} | {0: None}
    if to_number not in states:
        raise NotFound("The measure has no version {number}.", "See its history.", number=to_number)
    if states[to_number] == row.action:
        raise Refused("That state holds already.", "Choose an earlier one.")
    _add_version(session, study, release, row, states[to_number],
                 _Deed("take_back_action", account, to_number, check_text(reason, shortest=1)))


def carry_over(session: Session, study: Study, release: ReportRelease, earlier: ReportRelease,
               account: Account | None = None) -> Sequence[str]:
    """Copy decisions of an earlier report onto measures that have none yet here; return the measures."""
    register, before = _opened(session, study, release), load_register(session, study, earlier)
    if earlier.number >= release.number:
        raise Refused("Decisions are taken over from an earlier report.", "Choose one of a lower number.")
    taken = []
    for row in register.rows:
        known = next((one.action for one in before.rows if one.measure.key == row.measure.key), None)
        if row.number == 0 and known is not None:
            _add_version(session, study, release, row, known,
                         _Deed("carry_over_action", account, note=f"{earlier.number}"))
            taken.append(row.measure.key)
    return taken
