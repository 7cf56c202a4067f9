"""The strategies: measures ranked with their stability, each on a card, and what was set aside and why."""

from __future__ import annotations

from analysis.results.diagnosis import MeasureFinding
from instruments.template import Measure
from reports.content import (
    Block,
    Callout,
    Card,
    Column,
    Figure,
    Number,
    Row,
    Section,
    Stack,
    Statement,
    Table,
)
from reports.figures import Forest, ForestRow
from reports.numbers import printed
from reports.sections.decided_before import asked_anew, refusal_told, states_told
from reports.sections.due import horizon, indicator_told, is_in_place
from reports.sections.edited import (
    count_line,
    edit_of,
    notes,
    phase_cell,
    phase_of,
    term,
    told,
    what_of,
)
from reports.sections.first_steps import decided, owner_now, undecided_of
from reports.sections.forms import form_of, found_here
from reports.sections.source import Source, capitalised, lowered
from reports.sections.table_columns import columns_of
from reports.sections.triggers import described, failed_condition, subjects_needed

MOST_TRIGGERS = 3
LEAST_RANKED = 2


def ranking(study: Source) -> list[Section]:
    """Return the measures in order with the range of ranks, and what the order rests on."""
    words, proposed = study.words, study.proposed
    if not proposed:
        item = words.say("actions.none")
        return [Section("strategies", words.text("part.strategies"), words.say("actions.title_none"),
                        (Callout("warning", words.text("actions.none_head"), (item,)),))]
    blocks: list[Block] = []
    ranked = [m for m in proposed if m.rank is not None and m.rank_median is not None]
    blocks.append(_rank_table(study, proposed))
    if len(ranked) >= LEAST_RANKED:
        blocks.append(_rank_figure(study, ranked))
    stable = [m for m in ranked if m.is_stable and (m.rank_probability_top3 or 0) >= _sure(study)]
    first = [m for m in stable if m in undecided_of(study)][:3]
    names = words.join([_titled(study, m) for m in first])
    title = (words.say("actions.title_stable", n=len(proposed), names=words.join([m.key for m in stable[:3]]),
                       k=len(stable[:3]), trace=[f"measure.{m.key}.rank" for m in stable])
             if stable else words.say("actions.title", n=len(proposed)))
    so_what = [*([_so_what(study, names, first)] if names else []), *_so_what_decided(study)]
    if so_what:
        blocks.append(Callout("so_what", words.text("labels.so_what"), tuple(so_what)))
    blocks += count_line(study)
    return [Section("strategies", words.text("part.strategies"), title, tuple(blocks), words.say("actions.lead"))]


def _so_what(study: Source, names: str, first: list[MeasureFinding]) -> Statement:
    """Return with which of the undecided to begin, and what the data say of the order of those that are left."""
    words, others = study.words, [m for m in undecided_of(study) if m not in first]
    if len(others) != 1:
        unsure = [m.key for m in others if not m.is_stable]
        later = [m.key for m in others if m.is_stable]
        key = ("actions.so_what_all" if not others else "actions.so_what" if not later
               else "actions.so_what_some" if unsure else "actions.so_what_later")
        return words.say(key, names=names, unsure=words.join(unsure), n=len(unsure), later=words.join(later),
                         k=len(later))
    key = "actions.so_what_last" if others[0].is_stable else "actions.so_what_open"
    return words.say(key, names=names, last=_titled(study, others[0]))


def _so_what_decided(study: Source) -> list[Statement]:
    """Return how the proposed measures stand that were decided on before; nothing where none was."""
    before = [decided(study)[m.key] for m in study.proposed if m.key in decided(study)]
    return [study.words.say("actions.so_what_decided", states=states_told(study, before))] if before else []


def _titled(study: Source, m: MeasureFinding) -> str:
    return f"{m.key} {study.read(study.measure(m.key).name)}"


def _sure(study: Source) -> float:
    rules = study.template.rules
    return rules.defaults.stable_rank_probability if rules else 0.8


def _rank_figure(study: Source, ranked: list[MeasureFinding]) -> Figure:
    words, sure = study.words, _sure(study)
    rows = tuple(ForestRow(
        f"{m.key} {study.read(study.measure(m.key).name)}", m.rank_median, m.rank_low, m.rank_high, None, str(m.rank),
        (m.rank_probability_top3 or 0) >= sure, printed(m.rank_probability_top3, "percent")) for m in ranked)
    last = float(max(len(ranked), *(int(m.rank_high or 1) for m in ranked)))
    ticks = tuple((float(v), str(v)) for v in range(1, int(last) + 1))
    chart = Forest(rows, 0.7, last + 0.3, ticks, words.text("actions.axis"), words.text("actions.top3"))
    alt = words.text("actions.figure_alt", n=len(rows), first=rows[0].label, share=rows[0].text)
    return Figure("f-ranks", words.say("actions.figure_title", n=sum(r.is_highlighted for r in rows)), chart, alt,
                  words.text("actions.figure_unit"), words.text("actions.figure_source"))


def _rank_table(study: Source, proposed: list[MeasureFinding]) -> Table:
    words, rows = study.words, []
    for m in proposed:
        measure = study.measure(m.key)
        trace = (f"measure.{m.key}.priority",)
        stable = "actions.not_ranked" if m.is_stable is None else (
            "actions.stable" if m.is_stable else "actions.unstable")
        rows.append(Row((Statement(f"{m.key} {study.read(measure.name)}", {}, (f"measure.{m.key}.rank",),
                                  f"measure-{m.key}"),
                         Number(m.impact, "score", trace=trace), Number(m.feasibility, "score", trace=trace),
                         Number(m.priority, "score", trace=trace), words.say(stable), phase_cell(study, m))))
    columns = columns_of(words, "actions.column_",
        ("measure", 0.42, "left"), ("impact", 0.1, "right"), ("feasibility", 0.12, "right"),
        ("priority", 0.1, "right"), ("stability", 0.13, "left"), ("phase", 0.13, "left"))
    return Table("t-ranks", words.say("actions.table_title"), columns, tuple(rows),
                 words.text("actions.table_unit"), words.text("actions.table_source"), is_dense=True)


# ---- cards -----------------------------------------------------------------------------------------------------------
def measures(study: Source) -> list[Section]:
    """Return one section for each strategy group with the cards of its proposed measures."""
    rules = study.template.rules
    found: list[Section] = []
    for strategy in rules.strategies if rules else ():
        inside = [m for m in study.proposed if study.measure(m.key).strategy == strategy.key]
        if inside:
            title = study.words.say("actions.group_title", key=strategy.key, name=study.read(strategy.name),
                                    n=len(inside))
            found.append(Section(f"strategy-{strategy.key}", study.words.text("part.strategies"), title,
                                 tuple(_card(study, m) for m in inside), starts_page=not found, is_listed=False))
    return found


def _card(study: Source, m: MeasureFinding) -> Card:
    words, measure = study.words, study.measure(m.key)
    between = "；" if study.language == "zh" else "; "
    rows, here, edit = _standing_rows(study, m), found_here(study, m), edit_of(study, "measure", m.key)
    rows.append((term(study, edit, "what", "actions.what"), Statement(what_of(study, m))))
    if here is not None:
        rows.append((words.text("forms.here"), here))
    if measure.parts:
        rows.append((words.text("actions.parts"), Statement(between.join(
            f"{part.key} {study.read(part.name)}" for part in measure.parts))))
    rows.append((words.text("actions.triggers"), _trigger_text(study, m)))
    rows.append((words.text("actions.addresses"), _addresses(study, measure)))
    rows.append((words.text("actions.why"), Statement(study.read(measure.rationale))))
    rows.append((words.text("actions.aim"), Statement(study.read(measure.expected_effect))))
    if m.kpis:
        said = [indicator_told(study, m, kpi, rule.baseline or "")
                for kpi, rule in zip(m.kpis, measure.kpis, strict=True)]
        rows.append((words.text("actions.kpi"), Statement(capitalised(between.join(
            one.text for one in said)), {}, tuple(path for one in said for path in one.trace))))
    rows.append((words.text("actions.risk"), Statement(study.read(measure.risk))))
    if edit is not None and edit.values.note:
        rows.append((term(study, edit, "note", "edits.note"), Statement(study.read(edit.values.note))))
    guards = [study.read(g.name) for key in measure.safeguards for g in [study.safeguard(key)] if g]
    if guards:
        rows.append((words.text("actions.safeguards"), Statement(words.join(guards), {}, (), "safeguards")))
    return Card(f"measure-{m.key}", m.key, study.read(measure.name), tuple(rows), _side(study, m, measure),
                notes(study, "measure", m.key), (f"measure.{m.key}.verdict",))


def _standing_rows(study: Source, m: MeasureFinding) -> list[tuple[str, Statement]]:
    """Return what was decided against a measure before, and the form it takes beside what is in place."""
    words, edit, form = study.words, edit_of(study, "measure", m.key), form_of(study, m)
    rows, refused = [], decided(study).get(m.key)
    if edit is not None and edit.values.form is not None:
        form = words.say(f"edits.form_{edit.values.form}")
    if refused is not None and asked_anew(refused) != "carried":
        told = Statement(capitalised(refusal_told(study, refused)), {}, (), "follow-up")
        rows.append((words.text("actions.decision"), told))
    if form is not None:
        rows.append((term(study, edit, "form", "forms.label"), form))
    return rows


def _trigger_text(study: Source, m: MeasureFinding) -> Statement:
    holding = [described(study, trigger) for trigger in m.triggers if trigger.outcome == "true"][:MOST_TRIGGERS]
    between = "；" if study.language == "zh" else "; "
    return Statement(capitalised(between.join(part.text for part in holding)), {},
                     tuple(t for part in holding for t in part.trace))


def _addresses(study: Source, measure: Measure) -> Statement:
    strong = [key for key, strength in measure.address_problem.items() if strength >= 2]  # noqa: PLR2004  # of 0..3
    causes = [key for key, strength in measure.address_cause.items() if strength >= 2]  # noqa: PLR2004  # of 0..3
    rest = [key for key, strength in measure.address_problem.items() if strength and key not in strong]
    names, others = study.listed(strong + causes), study.listed(rest)
    if names and others:
        names = study.words.text("actions.addresses_in_part", names=names, others=lowered(others))
    anchor = f"problem-{strong[0]}" if strong and study.problem(strong[0]) else ""
    return Statement(names or others, {}, tuple(f"problem.{key}.grade" for key in (*strong, *rest)), anchor)


def _side(study: Source, m: MeasureFinding, measure: Measure) -> tuple[tuple[str, Number | Statement], ...]:
    words, edit = study.words, edit_of(study, "measure", m.key)
    return (
        (words.text("actions.rank"), Number(float(m.rank) if m.rank else None, "rank")),
        (term(study, edit, "phase", "actions.phase"), words.say(f"phase.{phase_of(study, m)}")),
        (term(study, edit, "due_on", "actions.horizon" if not is_in_place(study, m) else "actions.horizon_or_status"),
         horizon(study, m)),
        (words.text("actions.effort"), words.say("actions.effort_value", n=measure.effort)),
        (term(study, edit, "owner", "actions.owner"), Statement(owner_now(study, m))))


# ---- set aside -------------------------------------------------------------------------------------------------------
def set_aside(study: Source) -> list[Section]:
    """Return opportunities, measures not proposed with the condition that failed, and measures that need data."""
    words, rows = study.words, []
    for verdict in ("opportunity", "not_proposed", "data_needed"):
        inside = [m for m in study.diagnosis.measures if m.verdict == verdict]
        if inside:
            rows.append(Row((words.say(f"actions.aside_{verdict}", n=len(inside)),), is_group=True))
            rows.extend(_aside_row(study, verdict, m) for m in inside)
    if not rows:
        return []
    columns = (Column(words.text("actions.column_measure"), 0.26), Column(words.text("actions.what"), 0.4),
               Column(words.text("actions.aside_reason"), 0.34))
    table = Table("t-aside", words.say("actions.aside_table"), columns, tuple(rows), is_dense=True)
    return [Section("set-aside", words.text("part.strategies"), words.say("actions.aside_title"), (table,),
                    words.say("actions.aside_lead"), starts_page=not study.proposed, is_listed=False)]


def _other_edits(study: Source, m: MeasureFinding) -> list[Statement]:
    """Return the fields edited besides the wording, which a row of this table has no column for."""
    edit, words = edit_of(study, "measure", m.key), study.words
    return [] if edit is None else [
        words.say("edits.part", name=term(study, edit, name, f"edits.{name}"), value=told(study, edit.values, name))
        for name in edit.values.named() if name != "what"]


def _aside_row(study: Source, verdict: str, m: MeasureFinding) -> Row:
    measure, outcome = study.measure(m.key), {"opportunity": "true", "not_proposed": "false"}.get(verdict, "unknown")
    if verdict == "opportunity":
        reason = _trigger_text(study, m).text
    else:
        reason = (failed_condition if verdict == "not_proposed" else subjects_needed)(study, m.triggers)
    trace = tuple(t.metric for t in m.triggers if t.outcome == outcome)
    form = form_of(study, m)
    if form is not None:
        reason = f"{reason.rstrip('.')}. {form.text}" if study.language == "en" else f"{reason}。{form.text}"
    what = Statement(what_of(study, m))
    small = notes(study, "measure", m.key)
    return Row((Statement(f"{m.key} {study.read(measure.name)}"),
                Stack((what, *_other_edits(study, m), *small), has_head=False) if small else what,
                Statement(reason or "–", {}, trace)))


