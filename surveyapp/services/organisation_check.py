"""What facts about an organisation must keep: units form a tree, steps take no negative time, dates are dates."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Final

from instruments.facts import StudyFacts, Unit
from surveyapp.errors import BadInput, RowError, marked

FRAME, PROFILE, UNITS, HEADCOUNT, PROCESS, PRACTICES = "frame", "profile", "units", "headcount", "process", "practices"
PARTS: Final[Mapping[str, tuple[str, ...]]] = {     # part → fields of StudyFacts that are saved together
    FRAME: ("organisation", "population", "sponsor", "conductor", "fieldwork_from", "fieldwork_until",
            "departures"),
    PROFILE: ("profile",), UNITS: ("units",), HEADCOUNT: ("headcount_by_role", "headcount_by_department"),
    PROCESS: ("process",), PRACTICES: ("practices",),
}
MOST_PEOPLE, MOST_DAYS = 100_000_000, 36_500
MOST_ROWS, LONGEST_TEXT = 2_000, 4_000
NAME, PARENT, PEOPLE, DAYS = marked("Name"), marked("Reports to"), marked("People"), marked("Days")
DEPARTURES = marked("What was done otherwise than planned, and why")
TOO_LONG, SHORTEN = marked("The text is longer than 4,000 characters."), marked("Shorten it.")
STATUS, SINCE, TEXT = marked("Status"), marked("Since"), marked("Text of the profile")
BEGIN, END = marked("Fieldwork from"), marked("Fieldwork until")
NO_NAME, NAME_IT = marked("There is no name."), marked("Enter one in at least one language.")
_SINCE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


def check_facts(facts: StudyFacts, parts: Collection[str] = tuple(PARTS),
                before: Collection[Unit] = ()) -> None:
    """Raise BadInput with every place that does not fit in the parts named; `before` are the units stored so far."""
    rows: list[RowError] = []
    if UNITS in parts:
        rows += _units(facts.units, {unit.key for unit in before})
    if PROCESS in parts:
        rows += _process(facts)
    if PRACTICES in parts:
        rows += _practices(facts)
    if FRAME in parts:
        rows += _frame(facts)
    if HEADCOUNT in parts:
        rows += _counts({**facts.headcount_by_role, **facts.headcount_by_department})
    if PROFILE in parts:
        rows += [RowError(place, TEXT, heading, TOO_LONG, SHORTEN)
                 for place, (heading, text) in enumerate(facts.profile.items(), 1) if _is_long(text)]
    if rows:
        raise BadInput("These facts do not fit together; nothing was stored.", "Mend the places below.", tuple(rows))


def _is_long(text: Mapping[str, str]) -> bool:
    return any(len(words) > LONGEST_TEXT for words in text.values())


def _units(units: tuple[Unit, ...], before: set[str]) -> Iterator[RowError]:
    parents = {unit.key: unit.parent for unit in units}
    counts = Counter(unit.key for unit in units)
    for row, unit in enumerate(units, 1):
        name = next(iter(unit.name.values()), unit.key)
        if not unit.key or counts[unit.key] > 1:
            yield RowError(row, marked("Key"), unit.key, marked("Another unit has this key, or there is none."),
                           marked("Give each unit a key of its own."))
        if not any(words.strip() for words in unit.name.values()):
            yield RowError(row, NAME, unit.key, NO_NAME, NAME_IT)
        if unit.headcount is not None and not 0 <= unit.headcount <= MOST_PEOPLE:
            yield RowError(row, PEOPLE, str(unit.headcount), NOT_PEOPLE, FROM_ZERO)
        yield from _parent(row, unit, name, parents, before)


def _parent(row: int, unit: Unit, name: str, parents: Mapping[str, str | None],
            before: set[str]) -> Iterator[RowError]:
    if unit.parent is None:
        return
    if unit.parent not in parents:
        reason = (marked("It reports to a unit that would be removed.") if unit.parent in before
                  else marked("It reports to a unit that is not there."))
        yield RowError(row, PARENT, f"{name} → {unit.parent}", reason,
                       marked("Move it below another unit, or remove it too."))
    elif _is_in_circle(unit.key, parents):
        yield RowError(row, PARENT, f"{name} → {unit.parent}", marked("The unit would report to itself, in a circle."),
                       marked("Choose a unit that is not below this one."))


def _is_in_circle(key: str, parents: Mapping[str, str | None]) -> bool:
    """Return whether the way up from a unit comes back to it."""
    seen: set[str] = set()
    above = parents.get(key)
    while above is not None and above not in seen:
        if above == key:
            return True
        seen.add(above)
        above = parents.get(above)
    return False


NOT_PEOPLE = marked("This is no number of people.")
FROM_ZERO = marked("Write a whole number from 0 on, or leave it empty.")


def _process(facts: StudyFacts) -> Iterator[RowError]:
    counts = Counter(step.number for step in facts.process)
    for row, step in enumerate(facts.process, 1):
        if not any(words.strip() for words in step.name.values()):
            yield RowError(row, NAME, str(step.number), NO_NAME, NAME_IT)
        if counts[step.number] > 1:
            yield RowError(row, marked("Order"), str(step.number), marked("Two steps have this number."),
                           marked("Number the steps in their order."))
        if step.days is not None and not (math.isfinite(step.days) and 0 <= step.days <= MOST_DAYS):
            yield RowError(row, DAYS, f"{step.days:g}", marked("A step takes no time below zero or above 100 years."),
                           marked("Write the days it takes, such as 2 or 0.5, or leave it empty."))


def _practices(facts: StudyFacts) -> Iterator[RowError]:
    counts = Counter(practice.key for practice in facts.practices)
    for row, practice in enumerate(facts.practices, 1):
        if not any(words.strip() for words in practice.name.values()):
            yield RowError(row, NAME, practice.key, NO_NAME, NAME_IT)
        if counts[practice.key] > 1:
            yield RowError(row, marked("Key"), practice.key, marked("Another practice has this key."),
                           marked("Give each practice a key of its own."))
        if not practice.status.strip():     # other words than those of STATUSES count as in place
            yield RowError(row, STATUS, "", marked("There is no status."),
                           marked("Choose planned, running, ended or failed."))
        if practice.since and not _SINCE.fullmatch(practice.since):
            yield RowError(row, SINCE, practice.since, marked("This is no year and no month."),
                           marked("Write it as 2024, 2024-06 or 2024-06-15."))


def _frame(facts: StudyFacts) -> Iterator[RowError]:
    days = []
    for column, text in ((BEGIN, facts.fieldwork_from), (END, facts.fieldwork_until)):
        try:
            days.append(date.fromisoformat(text) if text else None)
        except ValueError:
            days.append(None)
            yield RowError(None, column, text, marked("This is no date."), marked("Write it as 2026-03-02."))
    first, last = days
    if first and last and first > last:
        yield RowError(None, END, facts.fieldwork_until, marked("Fieldwork ends before it begins."),
                       marked("Exchange the dates, or mend one."))
    if _is_long(facts.departures):
        yield RowError(None, DEPARTURES, "", TOO_LONG, SHORTEN)
    yield from _counts(facts.population)


def _counts(counts: Mapping[str, int]) -> Iterator[RowError]:
    for key, n in counts.items():
        if not 0 <= n <= MOST_PEOPLE:
            yield RowError(None, PEOPLE, f"{key}: {n}", NOT_PEOPLE, FROM_ZERO)
