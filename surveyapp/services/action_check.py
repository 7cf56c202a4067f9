"""What a decision on a measure must say: who, when and why; milestones with dates, readings with a source."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from datetime import date

from analysis.results.actions import DECISIONS, MILESTONE_STATES, PROGRESS, Action
from surveyapp.errors import BadInput, RowError, marked

SHORTEST_REASON = 10            # characters; a short sentence in Chinese too
LONGEST_TEXT, LONGEST_LINE = 2_000, 200
MOST_ROWS = 100                 # milestones, and readings, of one measure
LARGEST = 1e15                  # a larger reading is a slip of the pen

DECISION, DECIDED_ON, BODY = marked("Decision"), marked("Decided on"), marked("Decided by")
REASON, CHANGE, AGAIN_ON = marked("Reason"), marked("What is changed"), marked("To be decided again on")
OWNER, UNITS, STARTS_ON = marked("Owner"), marked("Units covered"), marked("Starts on")
PROGRESS_WORD, PROGRESS_ON = marked("Progress"), marked("Since")
MILESTONE, DUE_ON, DONE_ON, STATE = marked("Milestone"), marked("Due by"), marked("Reached on"), marked("State")
KPI, VALUE, READ_ON, SOURCE = marked("Indicator"), marked("Value"), marked("Read on"), marked("Source")
NO_DATE, WRITE_DATE = marked("This is no date."), marked("Write it as 2027-03-31.")
IN_FUTURE, NOT_LATER = marked("The day lies in the future."), marked("Give today or an earlier day.")
MISSING, FILL_IN = marked("Nothing is entered here."), marked("Fill it in.")
TOO_LONG, SHORTEN = marked("The text is too long."), marked("Shorten it.")


def read_day(text: str) -> date | None:
    """Return the day of an ISO date; None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == len("2027-03-31") else None
    except ValueError:
        return None


def check_action(action: Action, *, today: date, released_on: date, units: Collection[str],
                 n_kpis: int) -> None:
    """Raise BadInput with every place of an action that does not fit."""
    rows = [*_decision(action, today, released_on), *_plan(action, today, units), *_milestones(action, today),
            *_readings(action, today, n_kpis)]
    if rows:
        raise BadInput("This entry is not complete or does not fit; nothing was stored.", "Mend the places below.",
                       tuple(rows))


def _day(place: int | None, column: str, text: str, *, latest: date | None = None) -> Iterator[RowError]:
    day = read_day(text)
    if text and day is None:
        yield RowError(place, column, text, NO_DATE, WRITE_DATE)
    elif day is not None and latest is not None and day > latest:
        yield RowError(place, column, text, IN_FUTURE, NOT_LATER)


def _line(place: int | None, column: str, text: str, *, most: int = LONGEST_LINE,
          is_needed: bool = True) -> Iterator[RowError]:
    if is_needed and not text:
        yield RowError(place, column, "", MISSING, FILL_IN)
    if len(text) > most:
        yield RowError(place, column, f"{text[:40]}…", TOO_LONG, SHORTEN)


# ---- the decision ----------------------------------------------------------------------------------------------------
def _decision(action: Action, today: date, released_on: date) -> Iterator[RowError]:
    if action.decision not in DECISIONS:
        yield RowError(None, DECISION, action.decision, marked("No decision was chosen."), marked("Choose one."))
    yield from _line(None, DECIDED_ON, action.decided_on)
    yield from _day(None, DECIDED_ON, action.decided_on, latest=today)
    decided = read_day(action.decided_on)
    if decided is not None and decided < released_on:
        yield RowError(None, DECIDED_ON, action.decided_on, marked("The report was not released yet on that day."),
                       marked("Give the day of the decision on this report."))
    yield from _line(None, BODY, action.body)
    yield from _reason(action)
    if action.decision == "deferred":
        yield from _again(action, decided)


def _reason(action: Action) -> Iterator[RowError]:
    if action.decision in ("changed", "deferred", "rejected") and len(action.reason) < SHORTEST_REASON:
        yield RowError(None, REASON, action.reason, marked("A measure that is not accepted as it is needs a reason."),
                       marked("Write at least ten characters."))
    yield from _line(None, REASON, action.reason, most=LONGEST_TEXT, is_needed=False)
    yield from _line(None, CHANGE, action.change, most=LONGEST_TEXT, is_needed=action.decision == "changed")


def _again(action: Action, decided: date | None) -> Iterator[RowError]:
    yield from _line(None, AGAIN_ON, action.again_on)
    yield from _day(None, AGAIN_ON, action.again_on)
    again = read_day(action.again_on)
    if again is not None and decided is not None and again <= decided:
        yield RowError(None, AGAIN_ON, action.again_on, marked("The day is not after the decision."),
                       marked("Give the day on which it is decided anew."))


# ---- how it is carried out -------------------------------------------------------------------------------------------
def _plan(action: Action, today: date, units: Collection[str]) -> Iterator[RowError]:
    yield from _line(None, OWNER, action.owner, is_needed=action.is_taken_on)
    for unit in action.units:
        if unit not in units:
            yield RowError(None, UNITS, unit, marked("There is no such unit."), marked("Choose from the list."))
    yield from _day(None, STARTS_ON, action.starts_on)
    if action.progress not in PROGRESS:
        yield RowError(None, PROGRESS_WORD, action.progress, marked("There is no such state."), marked("Choose one."))
    yield from _line(None, PROGRESS_ON, action.progress_on, is_needed=action.progress != "planned")
    yield from _day(None, PROGRESS_ON, action.progress_on, latest=today)


def _milestones(action: Action, today: date) -> Iterator[RowError]:
    if len(action.milestones) > MOST_ROWS:
        yield RowError(None, MILESTONE, str(len(action.milestones)), marked("There are more than 100."), SHORTEN)
    for place, one in enumerate(action.milestones, 1):
        yield from _line(place, MILESTONE, one.name)
        yield from _line(place, DUE_ON, one.due_on)
        yield from _day(place, DUE_ON, one.due_on)
        if one.state not in MILESTONE_STATES:
            yield RowError(place, STATE, one.state, marked("There is no such state."), marked("Choose one."))
        yield from _line(place, DONE_ON, one.done_on, is_needed=one.state == "done")
        yield from _day(place, DONE_ON, one.done_on, latest=today)


def _readings(action: Action, today: date, n_kpis: int) -> Iterator[RowError]:
    if len(action.readings) > MOST_ROWS:
        yield RowError(None, KPI, str(len(action.readings)), marked("There are more than 100."), SHORTEN)
    for place, one in enumerate(action.readings, 1):
        yield from _line(place, KPI, one.kpi)
        if one.kpi.isdecimal() and not 1 <= int(one.kpi) <= n_kpis:
            yield RowError(place, KPI, one.kpi, marked("The measure has no indicator of that number."),
                           marked("Choose from the list, or write a name."))
        if "|" in one.kpi:
            yield RowError(place, KPI, one.kpi, marked("A name holds no |, which parts the cells of the sheet."),
                           marked("Write it without."))
        if not math.isfinite(one.value) or abs(one.value) > LARGEST:
            yield RowError(place, VALUE, f"{one.value:g}", marked("This is no number."), marked("Write it as 12.5."))
        yield from _line(place, READ_ON, one.read_on)
        yield from _day(place, READ_ON, one.read_on, latest=today)
        yield from _line(place, SOURCE, one.source)
