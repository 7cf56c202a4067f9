"""By when a measure and its indicators are due: as edited, counted from the start that was decided, or in months."""

from __future__ import annotations

from datetime import date

from analysis.results.diagnosis import KpiRow, MeasureFinding, ObjectiveFinding
from reports.content import Cell, Stack, Statement
from reports.sections.edited import acting_on, due_cell, owner_cell, values_of
from reports.sections.file_figures import is_hidden
from reports.sections.first_steps import begun, decided, owner_now, standing
from reports.sections.source import Source

EVERY_MONTH = 28            # the last day that every month has
MONTHS = 12


def due_day(study: Source, m: MeasureFinding) -> date | None:
    """Return the day a measure is due, where one is known: the edited one, or its time from when it was begun."""
    due_on, action = values_of(study, "measure", m.key).due_on, begun(study, m.key)
    if due_on:
        return date.fromisoformat(due_on[:10])
    return _after(action.starts_on or action.decided_on, study.measure(m.key).horizon_months) if action else None


def _after(begun_on: str, months: int) -> date:
    start = date.fromisoformat(begun_on[:10])
    month = start.month - 1 + months
    return date(start.year + month // MONTHS, month % MONTHS + 1, min(start.day, EVERY_MONTH))


def horizon(study: Source, m: MeasureFinding) -> Statement:
    """Return the time a measure has: the edited day, the month that follows from its start, or its months."""
    words, due_on = study.words, values_of(study, "measure", m.key).due_on
    if due_on:
        return words.say("edits.by", date=due_on)
    if is_in_place(study, m):
        return Statement(standing(study, m.key))
    day = due_day(study, m)
    months = study.measure(m.key).horizon_months
    return words.say("actions.months", n=months) if day is None else words.say(
        "actions.until", n=months, month=day.isoformat())


def is_in_place(study: Source, m: MeasureFinding) -> bool:
    """Return whether a measure is in place already, so that it has no time left to be told."""
    action = begun(study, m.key)
    return action is not None and action.progress == "done" and not values_of(study, "measure", m.key).due_on


# ---- indicators ------------------------------------------------------------------------------------------------------
def indicator_told(study: Source, m: MeasureFinding, kpi: KpiRow, path: str) -> Statement:
    """Return an indicator with baseline, target and date; beside it the objective that aims at the same figure."""
    words, name, shared = study.words, study.read(kpi.name), objective_with(study, path)
    when = _when(study, m, kpi)
    if kpi.baseline is None or kpi.target is None or is_hidden(study, path):
        return words.say("actions.kpi_unknown", name=name, when=when)
    trace = (f"objective.{shared.key}.active",) if shared else ()
    told = {"name": name, "when": when, "baseline": study.kpi_value(kpi, kpi.baseline)}
    target = values_of(study, "objective", shared.key).target if shared else None
    if shared is not None and target is not None:
        return words.say("actions.kpi_of_objective", target=study.kpi_value(kpi, target),
                         due=objective_when(study, shared), rule=study.kpi_value(kpi, kpi.target), trace=trace,
                         **told)
    key = "actions.kpi_known" if kpi.target > kpi.baseline else "actions.kpi_known_lower"
    said = words.say(key, target=study.kpi_value(kpi, kpi.target), trace=trace, **told)
    if shared is None or not has_date(study, shared) or objective_when(study, shared) == when:
        return said
    added = words.say("actions.kpi_objective_later", due=objective_when(study, shared))
    return Statement(f"{said.text}{added.text}", {**said.values, **added.values}, said.trace)


def _when(study: Source, m: MeasureFinding, kpi: KpiRow) -> str:
    """Return by when the target of an indicator is due: with its measure where that has a day."""
    due_on, day = values_of(study, "measure", m.key).due_on, due_day(study, m)
    if due_on:
        return study.words.text("edits.by", date=due_on)
    return (study.words.text("actions.in_months", n=kpi.due_months) if day is None
            else study.words.text("actions.by_month", month=day.isoformat()))


# ---- objectives ------------------------------------------------------------------------------------------------------
def objective_with(study: Source, path: str) -> ObjectiveFinding | None:
    """Return the objective that aims at a figure, by the path of its baseline; None where none does."""
    rules = study.template.rules
    keys = [one.key for one in rules.objectives if path and one.kpi.baseline == path] if rules else []
    return next((found for found in study.diagnosis.objectives if found.key in keys), None)


def objective_when(study: Source, found: ObjectiveFinding) -> str:
    """Return by when an objective's target is due, in words."""
    day = objective_day(study, found)
    return (study.words.text("edits.by", date=day) if day
            else study.words.text("actions.in_months", n=found.kpi.due_months))


def objective_day(study: Source, found: ObjectiveFinding) -> str:
    """Return the day of an objective: the edited one, or that of its last measure where that was edited to be later."""
    due_on = values_of(study, "objective", found.key).due_on
    last = max((values_of(study, "measure", m.key).due_on for m in acting_on(study, found.problem)), default="")
    if due_on or not last or not study.diagnosis.provenance.frozen_on:
        return due_on
    by_rule = _after(study.diagnosis.provenance.frozen_on, found.kpi.due_months)
    return last if date.fromisoformat(last[:10]) > by_rule else ""


def has_date(study: Source, found: ObjectiveFinding) -> bool:
    """Return whether an objective is due at some time: as edited, or with a measure proposed against its problem."""
    return bool(values_of(study, "objective", found.key).due_on or acting_on(study, found.problem))


def objective_due(study: Source, found: ObjectiveFinding) -> Cell:
    """Return when an objective is due for a table: an edit with the rule below it; else the day of its last measure."""
    if not has_date(study, found):
        return Statement("–")
    day, months = objective_day(study, found), found.kpi.due_months
    if not day or values_of(study, "objective", found.key).due_on:
        return due_cell(study, "objective", found.key, months)
    words = study.words
    return Stack((words.say("edits.by", date=day),
                  words.say("edits.rule", value=words.text("actions.months", n=months))), has_head=False)


def objective_owner(study: Source, found: ObjectiveFinding) -> Cell:
    """Return who owns an objective: as edited, else the owner of the measure that the rule names, as it was decided.

    A measure that was rejected or put off hands its objective on to the next; "–" where none is left.
    """
    acting, first = acting_on(study, found.problem), _leading(study, found)
    if values_of(study, "objective", found.key).owner:
        return owner_cell(study, found)
    if first is None:
        return Statement("–")
    is_by_rule = first is acting[0] and begun(study, first.key) is None
    return owner_cell(study, found) if is_by_rule else Statement(owner_now(study, first))


def has_owner(study: Source, found: ObjectiveFinding) -> bool:
    """Return whether an objective has an owner: as edited, or that of the measure that leads it."""
    return bool(values_of(study, "objective", found.key).owner) or _leading(study, found) is not None


def _leading(study: Source, found: ObjectiveFinding) -> MeasureFinding | None:
    return next((m for m in acting_on(study, found.problem) if not _is_refused(study, m.key)), None)


def _is_refused(study: Source, key: str) -> bool:
    action = decided(study).get(key)
    return action is not None and not action.is_taken_on
