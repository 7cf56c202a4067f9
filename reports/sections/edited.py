"""What researchers changed of the plan: told as edited wherever it is printed, the rule's own proposal beside it."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.diagnosis.plan_basis import STRONGLY, owner_of_objective, proposed_values
from analysis.results.diagnosis import KpiRow, MeasureFinding, ObjectiveFinding
from analysis.results.plan_edits import FIELDS, TEXTS, EditedKind, PlanEdit, PlanValues
from instruments.template import Objective, Principle
from reports.content import Cell, Paragraph, Row, Section, Stack, Statement, Table
from reports.numbers import day
from reports.sections.source import Source
from reports.sections.table_columns import columns_of

NOTHING = PlanValues()


def edit_of(study: Source, kind: EditedKind, key: str) -> PlanEdit | None:
    """Return the edit in force of a measure or objective, or None."""
    return study.edits.get((kind, key))


def values_of(study: Source, kind: EditedKind, key: str) -> PlanValues:
    """Return what was changed of a measure or objective; empty where nothing was."""
    edit = edit_of(study, kind, key)
    return edit.values if edit is not None else NOTHING


# ---- a measure as it stands ------------------------------------------------------------------------------------------
def what_of(study: Source, m: MeasureFinding) -> str:
    """Return what is done, as edited or as the rule words it."""
    return study.read(values_of(study, "measure", m.key).what or study.measure(m.key).what)


def owner_of(study: Source, m: MeasureFinding) -> str:
    """Return who owns a measure, as edited or by the rule."""
    return study.read(values_of(study, "measure", m.key).owner or study.measure(m.key).owner)


def phase_of(study: Source, m: MeasureFinding) -> str:
    """Return a measure's phase, as edited or by the rule."""
    return values_of(study, "measure", m.key).phase or m.phase


def phase_cell(study: Source, m: MeasureFinding) -> Cell:
    """Return the phase for a table, the rule's own below an edited one."""
    return beside(study, "measure", m.key, "phase", study.words.text(f"phase.{m.phase}"))


def due_cell(study: Source, kind: EditedKind, key: str, months: int) -> Cell:
    """Return when it is due: an edited date with the rule's months below, else the months."""
    return beside(study, kind, key, "due_on", study.words.text("actions.months", n=months))


def beside(study: Source, kind: EditedKind, key: str, field: str, proposed: str, kpi: KpiRow | None = None) -> Cell:
    """Return a cell with the edited value and the rule's own below it; the proposal alone where nothing was edited."""
    values = values_of(study, kind, key)
    if field not in set(values.named()):
        return Statement(proposed)
    return Stack((Statement(told(study, values, field, kpi)), study.words.say("edits.rule", value=proposed)),
                 has_head=False)


def owner_cell(study: Source, objective: ObjectiveFinding) -> Cell:
    """Return who owns an objective; where only its measure's owner was edited, that one."""
    proposed = study.read(_rule_owner(study, objective)) or "–"
    cell = beside(study, "objective", objective.key, "owner", proposed)
    if isinstance(cell, Stack):
        return cell
    first = next(iter(acting_on(study, objective.problem)), None)
    return Statement(proposed) if first is None else beside(study, "measure", first.key, "owner", proposed)


def acting_on(study: Source, problem: str) -> list[MeasureFinding]:
    """Return the proposed measures that act on a problem by rank, those that act strongly before the others."""
    strength = {m.key: study.measure(m.key).address_problem.get(problem, 0) for m in study.proposed}
    return sorted((m for m in study.proposed if strength[m.key]), key=lambda m: strength[m.key] < STRONGLY)


def _rule_owner(study: Source, objective: ObjectiveFinding) -> dict[str, str]:
    rules = study.template.rules
    return dict(owner_of_objective(rules, study.diagnosis, objective.problem)) if rules else {}


# ---- in words --------------------------------------------------------------------------------------------------------
def told(study: Source, values: PlanValues, field: str, kpi: KpiRow | None = None) -> str:
    """Return a field in words; "–" where it holds nothing."""
    value = getattr(values, field)
    if value in ({}, None, ""):
        return "–"
    if field in TEXTS:
        return study.read(value)
    if field in ("form", "phase"):
        return study.words.text(f"{'edits.form_' if field == 'form' else 'phase.'}{value}")
    if field == "due_on":
        return day(str(value), study.language)
    return study.kpi_value(kpi, value) if kpi else study.words.text("unit.count", value=value)


def term(study: Source, edit: PlanEdit | None, field: str, phrase: str) -> str:
    """Return the head of a row, a phrase or a name of its own, marked where the field was edited."""
    name = study.words.text(phrase) if study.words.has(phrase) else phrase
    return study.words.text("edits.marked", name=name) if edit and field in set(edit.values.named()) else name


def notes(study: Source, kind: EditedKind, key: str) -> tuple[Statement, ...]:
    """Return the small print of an edit: when, why, and what the rule itself proposes; nothing where none is."""
    edit, rules, words = edit_of(study, kind, key), study.template.rules, study.words
    if edit is None or rules is None:
        return ()
    proposal = proposed_values(kind, key, study.diagnosis, rules)
    parts = {name: _proposed(study, kind, key, proposal, name).rstrip(".。")
             for name in edit.values.named() if name != "note"}
    own = _in_line(study, parts)
    found = [words.say("edits.told", date=edit.edited_on, reason=_ended(study.read(edit.reason), study.language))]
    if own:
        found.append(words.say("edits.proposal", parts=own))
    if edit.is_stale:
        found.append(words.say("edits.stale"))
    if edit.unverified:
        found.append(words.say("edits.unverified", numbers=", ".join(edit.unverified)))
    return tuple(found)


def edited_values(study: Source, edit: PlanEdit) -> str:
    """Return every field that an edit names with its wording, in one line."""
    kpi = _kpi(study, edit.kind, edit.key)
    return _in_line(study, {name: told(study, edit.values, name, kpi).rstrip(".。") for name in edit.values.named()})


def ruled_values(study: Source, measure: str) -> str:
    """Return who owns a measure by its rule, in which phase and until when, in one line."""
    rules = study.template.rules
    proposal = proposed_values("measure", measure, study.diagnosis, rules) if rules is not None else NOTHING
    return _in_line(study, {name: _proposed(study, "measure", measure, proposal, name).rstrip(".。")
                            for name in ("owner", "phase", "due_on")})


def _in_line(study: Source, values: Mapping[str, str]) -> str:
    words = study.words
    return words.text("forms.between").join(
        words.text("edits.part", name=words.text(f"edits.{name}"), value=value) for name, value in values.items())


def _ended(text: str, language: str) -> str:
    end = "。" if language == "zh" else "."
    return text if text.endswith((".", "。", "!", "！", "?", "？")) else text + end


def _proposed(study: Source, kind: EditedKind, key: str, proposal: PlanValues, field: str) -> str:
    """Return a proposal in words; the rules count in months where an edit names a day."""
    if field == "due_on":
        months = (study.measure(key).horizon_months if kind == "measure"
                  else next(one.kpi.due_months for one in study.diagnosis.objectives if one.key == key))
        return study.words.text("actions.months", n=months)
    if field == "target" and proposal.target is None:
        return study.words.text("labels.to_be_measured")
    return told(study, proposal, field, _kpi(study, kind, key))


def _kpi(study: Source, kind: EditedKind, key: str) -> KpiRow | None:
    return next((one.kpi for one in study.diagnosis.objectives if kind == "objective" and one.key == key), None)


def count_line(study: Source) -> list[Paragraph]:
    """Return the line that says how many measures and objectives were edited; nothing where none was."""
    if not study.edits:
        return []
    n_stale = sum(edit.is_stale for edit in study.edits.values())
    said = [study.words.say("edits.count", n=len(study.edits), link="edits")]
    return [Paragraph((*said, *([study.words.say("edits.count_stale", n=n_stale)] if n_stale else [])), "small")]


# ---- all of them -----------------------------------------------------------------------------------------------------
def edits(study: Source) -> list[Section]:
    """Return every edit with both texts, reason, date and who made it; nothing where none was made."""
    words, rules = study.words, study.template.rules
    if not study.edits or rules is None:
        return []
    rows: list[Row] = []
    for (kind, key), edit in study.edits.items():
        proposal = proposed_values(kind, key, study.diagnosis, rules)
        rows.append(Row((Statement(_subject(study, kind, key)),), is_group=True))
        names = [name for name in FIELDS[kind] if name in set(edit.values.named())]
        rows += [Row((Statement(words.text(f"edits.{name}")),
                      Statement("–" if name == "note" else _proposed(study, kind, key, proposal, name)),
                      Statement(told(study, edit.values, name, _kpi(study, kind, key))),
                      _made(study, edit) if name == names[0] else Statement("")))
                 for name in names]
    columns = columns_of(words, "edits.column_",
        ("field", 0.13), ("proposal", 0.31), ("edit", 0.31), ("made", 0.25))
    table = Table("t-edits", words.say("edits.table", n=len(study.edits)), columns, tuple(rows), "",
                  words.text("edits.source"), is_dense=True)
    return [Section("edits", words.text("part.appendix_edits"), words.say("edits.title", n=len(study.edits)), (table,),
                    is_appendix=True)]


def _subject(study: Source, kind: EditedKind, key: str) -> str:
    if kind == "measure":
        return f"{key} {study.read(study.measure(key).name)}"
    rules = study.template.rules
    named: tuple[Objective | Principle, ...] = (*rules.objectives, *rules.principles) if rules else ()
    return next((study.read(one.name) for one in named if one.key == key), key)


def _made(study: Source, edit: PlanEdit) -> Statement:
    words = study.words
    parts = [day(edit.edited_on, study.language), *([edit.editor] if edit.editor else []),
             words.text("edits.version", n=edit.number), study.read(edit.reason)]
    if edit.is_stale:
        parts.append(words.text("edits.stale_short"))
    return Statement(words.text("forms.between").join(parts))
