"""From measures to a plan: objectives and principles, roadmap, safeguards."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.results.diagnosis import KpiRow, MeasureFinding, ObjectiveFinding, SafeguardFinding
from analysis.results.plan_edits import EditedKind
from instruments.template import Objective, Principle
from reports.content import (
    Block,
    Callout,
    Facts,
    Figure,
    Heading,
    Number,
    Paragraph,
    Row,
    Section,
    Stack,
    Statement,
    Table,
)
from reports.figures import Bar, Lane, Matrix, MatrixCell, RoadmapChart
from reports.numbers import HIDDEN, printed
from reports.sections.edited import (
    beside,
    due_cell,
    edit_of,
    has_owner,
    notes,
    objective_target,
    owner_cell,
    owner_of,
    phase_cell,
    phase_of,
    term,
    values_of,
)
from reports.sections.file_figures import is_hidden
from reports.sections.prerequisites import not_ready
from reports.sections.source import Source, capitalised, lowered
from reports.sections.table_columns import columns_of
from reports.sections.triggers import described

PHASES = ("quick_win", "core", "long_term")
KINDS = {"quick_win": "first", "core": "second", "long_term": "third"}
MOST_LANES = 12


def objectives(study: Source) -> list[Section]:
    """Return the objective of each problem with KPI, baseline, target, date and owner, and the principles."""
    words, rules = study.words, study.template.rules
    if rules is None:
        return []
    by_key, rows = {o.key: o for o in rules.objectives}, []
    ordered = sorted(study.diagnosis.objectives, key=lambda o: not o.is_active)
    for found in ordered:
        objective = by_key[found.key]
        kpi = found.kpi
        rows.append(Row((
            Stack((Statement(study.read(objective.name), {}, (f"objective.{found.key}.active",)),
                   Statement(study.name(found.problem)))),
            words.say("plan.active" if found.is_active else "plan.dormant"), Statement(study.read(kpi.name)),
            Statement(_baseline(study, kpi, objective.kpi.baseline or "")),
            beside(study, "objective", found.key, "target", study.kpi_value(kpi, kpi.target), kpi),
            due_cell(study, "objective", found.key, kpi.due_months), owner_cell(study, found))))
    columns = columns_of(words, "plan.objective_",
        ("name", 0.23, "left"), ("state", 0.07, "left"), ("kpi", 0.18, "left"), ("baseline", 0.11, "right"),
        ("target", 0.11, "right"), ("due", 0.15, "left"), ("owner", 0.15, "left"))
    active = [o for o in ordered if o.is_active]
    blocks: list[Block] = []
    if rows:
        blocks.append(Table("t-objectives", words.say("plan.objective_table", n=len(active)), columns, tuple(rows), "",
                            words.text("plan.objective_source"), is_dense=True))
    blocks += _notes_of(study, "objective", rules.objectives)
    if rules.principles:
        blocks.append(Heading(words.text("plan.principles")))
        principles = tuple((term(study, edit_of(study, "principle", p.key), "what", study.read(p.name)),
                            Statement(study.read(values_of(study, "principle", p.key).what or p.text)))
                           for p in rules.principles)
        blocks += [Facts(principles, is_wide=True), *_notes_of(study, "principle", rules.principles)]
    is_complete = all(_has_target(study, o) and has_owner(study, o) for o in active)
    key = "objective_title_none" if not active else "objective_title" if is_complete else "objective_title_open"
    title = words.say(f"plan.{key}", n=len(active))
    return [Section("objectives", words.text("part.objectives"), title, tuple(blocks),
                    words.say("plan.objective_lead"))]


def _baseline(study: Source, kpi: KpiRow, path: str) -> str:
    return HIDDEN if is_hidden(study, path) else study.kpi_value(kpi, kpi.baseline)


def _has_target(study: Source, objective: ObjectiveFinding) -> bool:
    return objective.kpi.target is not None or values_of(study, "objective", objective.key).target is not None


def _notes_of(study: Source, kind: EditedKind, entries: Iterable[Objective | Principle]) -> list[Block]:
    """Return the small print of the objectives or principles that were edited."""
    found: list[Block] = []
    for entry in entries:
        small = notes(study, kind, entry.key)
        note = values_of(study, kind, entry.key).note
        said = [study.words.say("edits.part", name=study.words.text("edits.note"), value=study.read(note))]
        if small:
            found.append(Paragraph((Statement(study.words.text("edits.of", name=study.read(entry.name))),
                                    *(said if note else []), *small), "small"))
    return found


# ---- roadmap ---------------------------------------------------------------------------------------------------------
def roadmap(study: Source) -> list[Section]:
    """Return the proposed measures in phases; nothing where none is proposed."""
    words, proposed = study.words, study.proposed
    if not proposed:
        return []
    planned = sorted(proposed, key=lambda m: (PHASES.index(phase_of(study, m)), m.rank or len(proposed) + 1, m.key))
    ordered = planned[:MOST_LANES]          # the chart has to fit on a page; the milestones below name all
    months = max(12, max(study.measure(m.key).horizon_months for m in ordered))
    lanes = [_lane(study, m) for m in ordered]
    guards = [g for s in study.diagnosis.safeguards if s.is_required for g in [study.safeguard(s.key)] if g]
    if guards:
        names = capitalised(words.join([lowered(study.read(g.name)) for g in guards]))
        lanes.append(Lane(words.text("plan.lane_safeguards"), "", (Bar(names, 0, months, "support"),)))
    phases = _phases(study, ordered, months)
    ticks = tuple((float(m), words.text("plan.month", n=m)) for m in range(0, months + 1, 3))
    quick = [m for m in ordered if phase_of(study, m) == "quick_win"]
    alt = words.text("plan.roadmap_alt", n=len(ordered), months=months, quick=len(quick))
    figure = Figure("f-roadmap", words.say("plan.roadmap_figure", quick=len(quick), n=len(ordered)), RoadmapChart(
        tuple(lanes), phases, months, ticks), alt, words.text("plan.roadmap_unit"), words.text("plan.roadmap_source"))
    title = words.say("plan.roadmap_title" if quick else "plan.roadmap_title_core", n=len(quick), months=months)
    return [Section("roadmap", words.text("part.roadmap"), title, (figure, _milestones(study, planned)),
                    words.say("plan.roadmap_lead"))]


def _phases(study: Source, ordered: list[MeasureFinding], months: int) -> tuple[tuple[str, float, float], ...]:
    rules = study.template.rules
    borders = rules.defaults.phases if rules else {}
    first = float(borders.get("quick_win", {}).get("horizon_max", 6))
    second = float(borders.get("core", {}).get("horizon_max", 9))
    ends = [min(first, months), min(second, months), float(months)]
    found, start = [], 0.0
    for phase, end in zip(PHASES, ends, strict=True):
        if end > start:
            found.append((study.words.text(f"phase.{phase}"), start, end))
            start = end
    return tuple(found)


def _lane(study: Source, m: MeasureFinding) -> Lane:
    measure = study.measure(m.key)
    kind, due_on = KINDS[phase_of(study, m)], values_of(study, "measure", m.key).due_on
    label = study.words.text("plan.bar", n=measure.horizon_months)
    if due_on:
        label = study.words.text("edits.bar", months=label, date=due_on)
    bar = Bar(label, 0, float(measure.horizon_months), kind)  # type: ignore[arg-type]  # KINDS holds only bar kinds
    return Lane(f"{m.key} {study.read(measure.name)}", owner_of(study, m), (bar,), "",
                float(measure.horizon_months))


def _milestones(study: Source, ordered: list[MeasureFinding]) -> Table:
    words, rows = study.words, []
    for m in ordered:
        kpi = m.kpis[0] if m.kpis else None
        goal = "–"
        if kpi is not None:
            edited = objective_target(study, study.measure(m.key).kpis[0].baseline or "")
            target = kpi.target if edited is None else edited
            key = "plan.milestone_known" if target is not None else "plan.milestone_unknown"
            goal = words.text(key, name=study.read(kpi.name), target=study.kpi_value(kpi, target))
        rows.append(Row((Statement(m.key, {}, (f"measure.{m.key}.verdict",), f"measure-{m.key}"), phase_cell(study, m),
                         due_cell(study, "measure", m.key, study.measure(m.key).horizon_months), Statement(goal))))
    columns = columns_of(words, "plan.milestone_",
        ("measure", 0.12), ("phase", 0.16), ("due", 0.16), ("goal", 0.56))
    return Table("t-milestones", words.say("plan.milestone_title", n=len(rows)), columns, tuple(rows), is_dense=True)


# ---- safeguards ------------------------------------------------------------------------------------------------------
def safeguards(study: Source) -> list[Section]:
    """Return the safeguards with readiness, and which measure needs which."""
    words, rules, found = study.words, study.template.rules, study.diagnosis.safeguards
    if rules is None or not found:
        return []
    required = [s for s in found if s.is_required]
    blocks: list[Block] = [_safeguard_table(study, found)]
    if study.proposed:
        blocks.append(_safeguard_matrix(study, found))
    lacking = [s for s in required if s.readiness is None or s.readiness.value is None]
    low = not_ready(study)
    items = [words.say("plan.low_readiness", names=_guard_names(study, low), n=len(low))] if low else []
    items += [words.say("plan.unknown_readiness", names=_guard_names(study, lacking))] if lacking else []
    if items:
        blocks.append(Callout("warning", words.text("plan.readiness"), tuple(items)))
    title = study.title(*(words.say(f"plan.{key}", names=_guard_names(study, required), n=len(required)) for key in (
        ("safeguard_title", "safeguard_title_count") if required else ("safeguard_title_none",))))
    return [Section("safeguards", words.text("part.safeguards"), title, tuple(blocks),
                    words.say("plan.safeguard_lead"))]


def _guard_names(study: Source, found: list[SafeguardFinding]) -> str:
    guards = [study.safeguard(s.key) for s in found]
    names = [study.read(g.name) for g in guards if g]
    return study.words.join([name[:1].lower() + name[1:] for name in names] if study.language == "en" else names)


def _safeguard_table(study: Source, found: tuple[SafeguardFinding, ...]) -> Table:
    words, rows = study.words, []
    for s in found:
        guard = study.safeguard(s.key)
        if guard is None:
            continue
        holding = [described(study, t) for t in s.triggers if t.outcome == "true"]
        reason = holding[0] if s.is_required and holding else words.say("plan.not_required")
        ready = s.readiness
        rows.append(Row((Stack((Statement(f"{s.key} {study.read(guard.name)}", {},
                                          (f"safeguard.{s.key}.required_by_measures",)),
                                words.say("plan.required" if s.is_required else "plan.always"))),
                         Statement(study.read(guard.what)), reason,
                         Number(ready.value if ready else None, "points", ready.ci_low if ready else None,
                                ready.ci_high if ready else None, (f"safeguard.{s.key}.readiness",)),
                         Statement(study.read(guard.owner)), Statement(study.read(guard.kpi.name)))))
    columns = columns_of(words, "plan.safeguard_",
        ("name", 0.16), ("what", 0.23), ("why", 0.19), ("readiness", 0.12), ("owner", 0.15), ("kpi", 0.15))
    return Table("t-safeguards", words.say("plan.safeguard_table", n=len(rows)), columns, tuple(rows), "",
                 words.text("plan.safeguard_source", minimum=study.threshold("readiness_minimum_n", 5)), is_dense=True)


def _safeguard_matrix(study: Source, found: tuple[SafeguardFinding, ...]) -> Figure:
    words, guards = study.words, [g for s in found for g in [study.safeguard(s.key)] if g]
    readiness = {s.key: s.readiness.value for s in found if s.readiness}
    rows, cells = [], []
    for m in study.proposed:
        measure = study.measure(m.key)
        rows.append((f"{m.key} {study.read(measure.name)}", ""))
        cells.append(tuple(
            MatrixCell(words.text("plan.needs"), step=3) if g.key in measure.safeguards else MatrixCell("–")
            for g in guards))
    heads = tuple(words.text("plan.guard_head", name=study.read(g.name),
                             readiness=printed(readiness.get(g.key), "points")) for g in guards)
    needs = sum(g.key in study.measure(m.key).safeguards for m in study.proposed for g in guards)
    alt = words.text("plan.matrix_alt", rows=len(rows), columns=len(guards), needs=needs)
    return Figure("f-safeguards", words.say("plan.matrix_title"), Matrix(tuple(rows), heads, tuple(cells)), alt,
                  words.text("plan.matrix_unit"), words.text("plan.matrix_source"))
