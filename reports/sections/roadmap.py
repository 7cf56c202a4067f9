"""The roadmap: measures over the months from the decision, those decided on before with their status and owner."""

from __future__ import annotations

import math
from datetime import date
from typing import Literal

from analysis.results.actions import Action
from analysis.results.diagnosis import KpiRow, MeasureFinding
from reports.content import Cell, Figure, Row, Section, Statement, Table
from reports.figures import Bar, BarKind, Lane, RoadmapChart
from reports.sections.due import due_day, objective_when, objective_with
from reports.sections.edited import due_cell, phase_cell, phase_of, values_of
from reports.sections.first_steps import decided, owner_now, standing
from reports.sections.source import Source, capitalised, lowered
from reports.sections.table_columns import columns_of

PHASES = ("quick_win", "core", "long_term")
KINDS: dict[str, BarKind] = {"quick_win": "first", "core": "second", "long_term": "third"}
MOST_LANES = 12
DAYS = 365.25 / 12                      # of a month
# From so many months on a label stands at every third, then at every sixth.
THIRD_FROM, SIXTH_FROM = 7, 25
State = Literal["open", "planned", "running", "held", "done"]
STATES: tuple[State, ...] = ("open", "planned", "running", "held", "done")      # in the order of the lanes


def roadmap(study: Source) -> list[Section]:
    """Return the proposed measures by state and phase; nothing where none is proposed."""
    words, proposed = study.words, study.proposed
    if not proposed:
        return []
    planned = sorted(proposed, key=lambda m: (STATES.index(state_of(study, m)), PHASES.index(phase_of(study, m)),
                                              m.rank or len(proposed) + 1, m.key))
    lanes = [_lane(study, m) for m in planned[:MOST_LANES]]     # the chart has to fit on a page; the table names all
    months = max(1, math.ceil(max(bar.end for lane in lanes for bar in lane.bars)))
    legend = _legend(study, lanes)
    guards = [g for s in study.diagnosis.safeguards if s.is_required for g in [study.safeguard(s.key)] if g]
    if guards:
        names = capitalised(words.join([lowered(study.read(g.name)) for g in guards]))
        lanes.append(Lane(words.text("plan.lane_safeguards"), "", (Bar(names, 0, months, "support"),)))
    quick = sum(phase_of(study, m) == "quick_win" for m in planned[:MOST_LANES])
    n = min(len(planned), MOST_LANES)
    figure = Figure(
        "f-roadmap",
        words.say("plan.roadmap_figure_later" if decided(study) else "plan.roadmap_figure", n=n, quick=quick),
        RoadmapChart(tuple(lanes), legend, months, _ticks(study, months)),
        words.text("plan.roadmap_alt", n=n, months=months, quick=quick), words.text("plan.roadmap_unit"),
        _source(study, planned))
    return [Section("roadmap", words.text("part.roadmap"), _title(study, planned, months),
                    (figure, _milestones(study, planned)), words.say("plan.roadmap_lead"))]


def state_of(study: Source, m: MeasureFinding) -> State:
    """Return how a measure stands: still to be decided on, carried out in some way, or put off, stopped or refused."""
    action = decided(study).get(m.key)
    if action is None:
        return "open"
    if not action.is_taken_on or action.progress == "stopped":
        return "held"
    return action.progress


def _title(study: Source, planned: list[MeasureFinding], months: int) -> Statement:
    """Return what is to be done within how many months: by phase, or by what is still to be decided on."""
    words, n = study.words, len(planned)
    states = [state_of(study, m) for m in planned]
    before = decided(study)
    if before:
        decisions = [before[m.key].decision for m in planned if m.key in before]
        n_rejected, n_deferred = decisions.count("rejected"), decisions.count("deferred")
        n_open = states.count("open") + states.count("held") - n_rejected
        return words.say("plan.roadmap_title_later", n=n, open=n_open, deferred=n_deferred, rejected=n_rejected,
                         done=states.count("done"), running=states.count("running"),
                         planned=states.count("planned"))
    parts = [words.text(f"plan.roadmap_{phase}", n=count) for phase in PHASES
             for count in [sum(phase_of(study, m) == phase for m in planned)] if count]
    return words.say("plan.roadmap_title" if n > 1 else "plan.roadmap_title_one", n=n, months=months,
                     parts=words.join(parts))


def _ticks(study: Source, months: int) -> tuple[tuple[float, str], ...]:
    step = 1 if months < THIRD_FROM else 3 if months < SIXTH_FROM else 6
    return tuple((float(m), study.words.text("plan.month", n=m)) for m in range(0, months + 1, step))


def _legend(study: Source, lanes: list[Lane]) -> tuple[tuple[BarKind, str], ...]:
    """Return what the fills of the bars mean, those only that there are."""
    there = {bar.kind for lane in lanes for bar in lane.bars}
    names: list[tuple[BarKind, str]] = [(KINDS[phase], study.words.text(f"phase.{phase}")) for phase in PHASES]
    names += [("running", study.words.text("plan.legend_running")), ("held", study.words.text("plan.legend_held"))]
    return tuple((kind, name) for kind, name in names if kind in there)


def _source(study: Source, planned: list[MeasureFinding]) -> str:
    words, found = study.words, study.diagnosis.follow_up
    n_edited = sum(bool(values_of(study, "measure", m.key).due_on) for m in planned)
    said = [words.text("plan.roadmap_source"), words.text("plan.roadmap_marks"),
            words.text("plan.roadmap_rules", n=n_edited)]
    if found and decided(study):
        said.append(words.text("plan.roadmap_begun"))
        said.append(words.text("plan.roadmap_register", release=found.release, day=found.released_on))
    return words.text("labels.between_sentences").join(said)


# ---- lanes -----------------------------------------------------------------------------------------------------------
def _lane(study: Source, m: MeasureFinding) -> Lane:
    state = state_of(study, m)
    kind: BarKind = KINDS[phase_of(study, m)] if state in ("open", "planned") else state  # type: ignore[assignment]  # the other states are kinds of a bar
    end = 0.0 if state == "done" else _end(study, m)
    bar = Bar(_bar_label(study, m, state), 0, end, kind)
    return Lane(f"{m.key} {study.read(study.measure(m.key).name)}", owner_now(study, m), (bar,), "",
                end if state not in ("held", "done") else None)


def _end(study: Source, m: MeasureFinding) -> float:
    """Return in how many months from the data a measure is due."""
    due, frozen_on = due_day(study, m), study.diagnosis.provenance.frozen_on
    if due is None or not frozen_on:
        return float(study.measure(m.key).horizon_months)
    return max((due - date.fromisoformat(frozen_on[:10])).days / DAYS, 0.0)


def _bar_label(study: Source, m: MeasureFinding, state: State) -> str:
    words, due, action = study.words, due_day(study, m), decided(study).get(m.key)
    months = words.text("plan.bar", n=study.measure(m.key).horizon_months)
    due_on = values_of(study, "measure", m.key).due_on
    if due_on:
        months = words.text("edits.bar", months=months, date=due_on)
    if action is None:
        return months
    status = _status(study, action)
    if state in ("planned", "running") and not due_on and due is not None:
        return words.text("plan.bar_due", status=status, due=due.isoformat())
    return status if state == "done" else words.text("plan.bar_status", months=months, status=status)


def _status(study: Source, action: Action) -> str:
    """Return how a measure stands, with the day that it was decided or is decided again."""
    if action.is_taken_on:
        return standing(study, action.measure)
    if action.decision == "deferred" and not action.again_on:
        return study.words.text("followup.deferred")
    is_past = action.decision == "deferred" and action.again_on < study.diagnosis.provenance.frozen_on[:10]
    return study.words.text(f"plan.bar_{action.decision}{'_past' if is_past else ''}", again=action.again_on,
                            day=action.decided_on)


def _due_cell(study: Source, m: MeasureFinding) -> Cell:
    """Return when a measure is due, or how it stands where it was decided on before."""
    before = standing(study, m.key)
    return Statement(before) if before else due_cell(study, "measure", m.key, study.measure(m.key).horizon_months)


def _goal(study: Source, kpi: KpiRow, path: str) -> str:
    """Return the target of a measure's first indicator; that of the objective, with its day, where it was edited."""
    words, name, shared = study.words, study.read(kpi.name), objective_with(study, path)
    edited = values_of(study, "objective", shared.key).target if shared is not None else None
    if shared is not None and edited is not None:
        return words.text("plan.milestone_of_objective", name=name, target=study.kpi_value(kpi, edited),
                          due=objective_when(study, shared))
    key = "plan.milestone_known" if kpi.target is not None else "plan.milestone_unknown"
    return words.text(key, name=name, target=study.kpi_value(kpi, kpi.target))


def _milestones(study: Source, ordered: list[MeasureFinding]) -> Table:
    words, rows = study.words, []
    for m in ordered:
        kpi = m.kpis[0] if m.kpis else None
        goal = "–"
        if kpi is not None:
            goal = _goal(study, kpi, study.measure(m.key).kpis[0].baseline or "")
        rows.append(Row((Statement(m.key, {}, (f"measure.{m.key}.verdict",), f"measure-{m.key}"), phase_cell(study, m),
                         _due_cell(study, m), Statement(goal))))
    columns = columns_of(words, "plan.milestone_",
        ("measure", 0.12), ("phase", 0.16), ("due_or_status" if decided(study) else "due", 0.18),
        ("goal", 0.54))
    return Table("t-milestones", words.say("plan.milestone_title", n=len(rows)), columns, tuple(rows), is_dense=True)
