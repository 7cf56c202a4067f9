"""What is overdue of the measures that were decided on: decisions put off, starts, milestones, readings."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from analysis.results.actions import Action
from analysis.results.diagnosis import KpiRow
from surveyapp.services.action_check import read_day

OverdueKind = Literal["decision", "start", "milestone", "reading"]
READING_WINDOW = timedelta(days=31)     # a value read so shortly before its day counts as read
MONTHS = 12


@dataclass(frozen=True)
class Overdue:
    """One thing that should have been done by a day that is past."""

    measure: str
    kind: OverdueKind
    name: str                   # of the milestone; number of the indicator; else empty
    due_on: date
    days: int
    owner: str


def overdue_of(action: Action, kpis: Sequence[KpiRow], released_on: date, today: date) -> tuple[Overdue, ...]:
    """Return what is overdue of one action, longest first."""
    found = [Overdue(action.measure, kind, name, due, (today - due).days, action.owner)
             for kind, name, due in (*_decision(action), *_carried_out(action), *_readings(action, kpis, released_on))
             if due < today]
    return tuple(sorted(found, key=lambda row: (row.due_on, row.kind, row.name)))


def _decision(action: Action) -> Iterator[tuple[OverdueKind, str, date]]:
    again = read_day(action.again_on)
    if action.decision == "deferred" and again is not None:
        yield "decision", "", again


def _carried_out(action: Action) -> Iterator[tuple[OverdueKind, str, date]]:
    if not action.is_taken_on or action.progress == "stopped":
        return
    start = read_day(action.starts_on)
    if action.progress == "planned" and start is not None:
        yield "start", "", start
    for one in action.milestones:
        due = read_day(one.due_on)
        if one.state == "open" and due is not None:
            yield "milestone", one.name, due


def _readings(action: Action, kpis: Sequence[KpiRow], released_on: date) -> Iterator[tuple[OverdueKind, str, date]]:
    if not action.is_taken_on or action.progress == "stopped":
        return
    for place, kpi in enumerate(kpis, 1):
        due = kpi_due(action, kpi, released_on)
        days = [read_day(one.read_on) for one in action.readings if one.kpi == str(place)]
        if not any(day is not None and day >= due - READING_WINDOW for day in days):
            yield "reading", str(place), due


def kpi_due(action: Action | None, kpi: KpiRow, released_on: date) -> date:
    """Return by when an indicator's target is due: its months after the start, or after the release without one."""
    start = (read_day(action.starts_on) if action is not None else None) or released_on
    month = start.month - 1 + kpi.due_months
    year, month = start.year + month // MONTHS, month % MONTHS + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))
