"""From measures to a plan: objectives and principles, safeguards."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.results.diagnosis import KpiRow, ObjectiveFinding, SafeguardFinding
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
from reports.figures import Matrix, MatrixCell
from reports.numbers import HIDDEN, printed
from reports.sections.due import has_date, has_owner, objective_due, objective_owner
from reports.sections.edited import (
    beside,
    edit_of,
    notes,
    term,
    values_of,
)
from reports.sections.file_figures import is_hidden
from reports.sections.prerequisites import not_ready
from reports.sections.source import Source
from reports.sections.table_columns import columns_of
from reports.sections.triggers import described


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
            objective_due(study, found), objective_owner(study, found))))
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
    key = ("objective_title_none" if not active else "objective_title" if is_complete else "objective_title_open"
           if all(has_date(study, o) for o in active) else "objective_title_undated")
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
    named, counted, none = (words.say(f"plan.safeguard_title{key}", names=_guard_names(study, required),
                                      n=len(required)) for key in ("", "_count", "_none"))
    is_short = len(study.title_lines(named.text)) == 1      # a list of names torn by the end of a line reads badly
    title = none if not required else named if is_short else counted
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
