"""The action register as a spreadsheet: one row a measure, and lists of milestones, readings and what is overdue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

from analysis.results.actions import Action
from instruments.codec import to_document
from instruments.masks import Masks
from instruments.schema import Text
from surveyapp.services.action import ASKED_FOR, Register, RegisterRow
from surveyapp.services.action_overdue import Overdue, kpi_due
from surveyapp.services.export_xlsx import write_workbook
from surveyapp.services.release import Cell, ReleaseColumn, ReleaseTable

FIELDS = ("decision", "decided_on", "body", "reason", "change", "again_on", "owner", "units", "starts_on", "progress",
          "progress_on", "milestones", "readings")
COLUMNS = ("measure", "version", "name", "verdict", "rank", *FIELDS)
PART, LINE = " | ", "\n"        # between the parts of a milestone or reading, and between two of them
MILESTONE_COLUMNS = ("measure", "name", "milestone", "due_on", "state", "done_on", "days_late")
READING_COLUMNS = ("measure", "name", "indicator", "baseline", "target", "due_on", "value", "read_on", "source")
OVERDUE_COLUMNS = ("measure", "name", "what", "which", "due_on", "days", "owner")


def write_action_sheet(register: Register, language: str, stream: IO[bytes], masks: Masks) -> None:
    """Write the register, which can be changed and read in again, and three lists that are made from it."""
    write_workbook([(name, _table(name, columns, masks.apply(rows))) for name, columns, rows in (
        ("register", COLUMNS, [register_cells(row, language) for row in register.rows]),
        ("milestones", MILESTONE_COLUMNS, _milestones(register, language)),
        ("readings", READING_COLUMNS, _readings(register, language)),
        ("overdue", OVERDUE_COLUMNS, [overdue_cells(register, one, language) for one in register.overdue]))], stream)


def _table(name: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> ReleaseTable:
    cells: list[list[Cell]] = [["" if cell is None else cell for cell in row] for row in rows]
    return ReleaseTable(name, tuple(ReleaseColumn(column) for column in columns), len(cells), lambda: iter(cells))


def read_text(text: Text, language: str) -> str:
    """Return the wording in the language, or in the first it has."""
    return text.get(language) or next(iter(text.values()), "")


def register_cells(row: RegisterRow, language: str) -> tuple[Any, ...]:
    """Return one measure as the cells of `COLUMNS`."""
    verdict = row.finding.verdict if row.finding.verdict in ASKED_FOR or row.action is None else "not_proposed"
    return (row.measure.key, row.number, read_text(row.measure.name, language), verdict, row.finding.rank,
            *(_action_cells(row.action) if row.action is not None else ("",) * len(FIELDS)))


def _action_cells(action: Action) -> list[Any]:
    lists = {
        "units": PART.join(action.units),
        "milestones": LINE.join(PART.join((one.due_on, one.state, one.done_on, one.name)) for one in action.milestones),
        "readings": LINE.join(PART.join((one.kpi, repr(one.value), one.read_on, one.source))
                              for one in action.readings)}
    return [lists.get(name, getattr(action, name)) for name in FIELDS]


def _document(action: Action) -> dict[str, Any]:
    """Return an action as it was recorded."""
    document: dict[str, Any] = to_document(action)
    del document["wordings"]
    return document


def _milestones(register: Register, language: str) -> list[tuple[Any, ...]]:
    late = {(one.measure, one.name): one.days for one in register.overdue if one.kind == "milestone"}
    return [(row.measure.key, read_text(row.measure.name, language), one.name, one.due_on, one.state, one.done_on,
             late.get((row.measure.key, one.name)))
            for row in register.rows if row.action is not None for one in row.action.milestones]


def _readings(register: Register, language: str) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for row in register.rows:
        if row.action is None:
            continue
        for one in row.action.readings:
            kpi = row.kpis[int(one.kpi) - 1] if one.kpi.isdecimal() else None
            due = kpi_due(row.action, kpi, register.release.released_on).isoformat() if kpi is not None else ""
            rows.append((row.measure.key, read_text(row.measure.name, language), kpi_name(row, one.kpi, language),
                         kpi.baseline if kpi is not None else None, kpi.target if kpi is not None else None, due,
                         one.value, one.read_on, one.source))
    return rows


def kpi_name(row: RegisterRow, kpi: str, language: str) -> str:
    """Return the name of an indicator: that of the rule for a number, else as it was entered."""
    if kpi.isdecimal() and 1 <= int(kpi) <= len(row.kpis):
        return read_text(row.kpis[int(kpi) - 1].name, language)
    return kpi


def overdue_cells(register: Register, one: Overdue, language: str) -> tuple[Any, ...]:
    """Return one overdue thing as the cells of `OVERDUE_COLUMNS`."""
    row = register.row(one.measure)
    which = kpi_name(row, one.name, language) if one.kind == "reading" else one.name
    return (one.measure, read_text(row.measure.name, language), one.kind, which, one.due_on.isoformat(), one.days,
            one.owner)


def register_document(register: Register) -> dict[str, Any]:
    """Return the register in the shape that scripts read."""
    release = register.release
    return {
        "release": {"number": release.number, "wave": register.wave, "released_on": release.released_on.isoformat(),
                    "frozen_on": release.frozen_on, "content_hash": release.content_hash,
                    "diagnosis": release.diagnosis_id, "files": list(release.files),
                    "is_recalled": release.is_recalled, "recall_reason": release.recall_reason},
        "measures": [{"measure": row.measure.key, "name": dict(row.measure.name), "verdict": row.finding.verdict,
                      "rank": row.finding.rank, "version": row.number} for row in register.rows],
        "actions": [_document(row.action) for row in register.rows if row.action is not None],
        "overdue": [{"measure": one.measure, "kind": one.kind, "name": one.name, "due_on": one.due_on.isoformat(),
                     "days": one.days, "owner": one.owner} for one in register.overdue]}
