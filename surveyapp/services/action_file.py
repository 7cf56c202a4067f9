"""The register's spreadsheet read in again: every row checked, all stored or none."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.results.actions import Action, KpiReading, Milestone
from instruments.masks import changed_texts
from surveyapp.errors import BadInput, NotFound, RowError, marked
from surveyapp.models.account import Account
from surveyapp.models.action import StoredAction
from surveyapp.models.report_release import ReportRelease
from surveyapp.models.study import Study
from surveyapp.services.action import StaleAction, action_of, save_action
from surveyapp.services.action_sheet import COLUMNS, FIELDS
from surveyapp.services.anonymised import masks_of
from surveyapp.services.answer_file import read_answer_file

LISTS = ("units", "milestones", "readings")
BAR = "|"
N_PARTS = 4             # of a milestone and of a reading


def import_actions(session: Session, study: Study, release: ReportRelease, content: bytes, name: str,
                   account: Account | None = None) -> list[str]:
    """Store every decision of the sheet that differs from what is stored; return the measures changed.

    BadInput names every row that does not fit, also one whose measure was changed since the sheet was written; then
    nothing is stored, because the caller's transaction ends with the exception.
    """
    file = read_answer_file(content, name)
    places = {head.strip().lower(): place for place, head in enumerate(file.header)}
    missing = [column for column in ("measure", "version", "decision") if column not in places]
    if missing:
        raise BadInput("The file {name} has no column {column}.", "Change the sheet that the page hands out.",
                       name=name, column=missing[0])
    faults: list[RowError] = []
    changed = []
    for number, cells in file.rows:
        row = {column: cells[place].strip() for column, place in places.items()
               if place < len(cells) and column in COLUMNS}
        if row.get("measure") and row.get("decision"):
            changed += _store(session, study, release, (number, row), faults, account)
    if faults:
        raise BadInput("The file {name} cannot be taken over; nothing was stored.", "Mend the places below.",
                       tuple(faults), name=name)
    return changed


def _store(session: Session, study: Study, release: ReportRelease, row: tuple[int, dict[str, str]],
           faults: list[RowError], account: Account | None) -> list[str]:
    number, cells = row
    before, key = len(faults), cells["measure"]
    action = _action(number, cells, faults)
    if len(faults) > before:
        return []
    action = _as_stored(session, study, release, action)
    try:
        is_new = save_action(session, study, release, action, _version(cells.get("version", "")), account)
    except BadInput as fault:
        faults += [replace(one, row=number, column=f"{one.column} {one.row}" if one.row else one.column)
                   for one in fault.rows]
    except StaleAction:
        faults.append(RowError(number, "version", cells.get("version", ""),
                               marked("This measure was changed after the sheet was written."),
                               marked("Fetch the sheet again and enter the change there.")))
    except NotFound:
        faults.append(RowError(number, "measure", key, marked("The report has no such measure."),
                               marked("Change the sheet that the page hands out.")))
    else:
        return [key] if is_new else []
    return []


def _as_stored(session: Session, study: Study, release: ReportRelease, action: Action) -> Action:
    """Return the action with the names it is stored with, where the sheet went out without the organisation's."""
    if not study.is_anonymised:
        return action
    stored = session.scalar(select(StoredAction).where(StoredAction.release_id == release.id,
                                                       StoredAction.measure == action.measure))
    before = action_of(stored) if stored is not None else None
    masks, known = masks_of(study), dict[str, str]()

    def note(text: str) -> str:
        known.setdefault(masks.text(text).strip(), text)
        return text

    changed_texts(before, note)
    return changed_texts(action, lambda text: known.get(text, text))    # type: ignore[no-any-return]  # of the kind it was given


def _version(text: str) -> int:
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        return 0 if not text else -1


def _action(number: int, cells: dict[str, str], faults: list[RowError]) -> Action:
    plain = {name: cells.get(name, "") for name in FIELDS if name not in LISTS}
    plain |= {name: plain[name][:10] for name in ("decided_on", "again_on", "starts_on", "progress_on")}
    plain["progress"] = plain["progress"] or "planned"
    milestones = [Milestone(name, due, state or "open", done)  # type: ignore[arg-type]  # checked when stored
                  for due, state, done, name in _parts(number, "milestones", cells, faults)]
    readings = [KpiReading(kpi, _number(value), on, source)
                for kpi, value, on, source in _parts(number, "readings", cells, faults)]
    units = tuple(unit.strip() for unit in cells.get("units", "").split(BAR) if unit.strip())
    return Action(cells["measure"], **plain, units=units, milestones=tuple(milestones),  # type: ignore[arg-type]  # the same
                  readings=tuple(readings))


def _parts(number: int, column: str, cells: dict[str, str], faults: list[RowError]) -> Iterator[list[str]]:
    for line in filter(str.strip, cells.get(column, "").splitlines()):
        parts = parts_of(line)
        if parts is not None:
            yield parts
        else:
            faults.append(RowError(number, column, line[:80], marked("The line does not have four parts."),
                                   marked("Write the four parts with a | between them, one line each.")))


def parts_of(line: str) -> list[str] | None:
    """Return the parts of a milestone or reading written in one line; None unless there are four."""
    parts = [part.strip() for part in line.split(BAR, N_PARTS - 1)]
    return parts if len(parts) == N_PARTS else None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
