"""What was planned and done of each decision: register, milestones, indicators, who knows the measures."""

from __future__ import annotations

from datetime import date

from analysis.results.actions import ActionFollowUp, KpiReading, Milestone
from analysis.results.diagnosis import KpiRow
from analysis.results.measurement import Estimate
from reports.content import Block, Figure, Paragraph, Row, Section, Stack, Statement, Table
from reports.figures import Forest, ForestRow
from reports.kinds.progress_facts import Indicator, Late, Progress
from reports.numbers import day, printed
from reports.sections.follow_up import decisions_table, indicator_name
from reports.sections.source import capitalised
from reports.sections.table_columns import columns_of

TICKS = tuple((share / 100, f"{share}%") for share in range(0, 101, 25))


def decisions(of: Progress) -> Section:
    """Return what was decided on each measure, planned and done."""
    words, found, study = of.words, of.found, of.study
    blocks: list[Block] = [decisions_table(study, found)] if found.actions else []
    if found.undecided:
        names = words.join([f"{key} {of.measure_name(key)}" for key in found.undecided])
        blocks.append(Paragraph((words.say("followup.undecided", day=found.released_on, names=names),)))
    if of.register.moved:
        blocks.append(Paragraph((words.say("progress.changed_since", names=words.join(list(of.register.moved))),),
                                "small"))
    title = words.say("progress.decisions" if found.actions else "progress.decisions_none", n=len(found.actions),
                      release=found.release)
    lead = words.say("progress.decisions_lead", day=found.released_on, today=of.register.today)
    return Section("decisions", words.text("progress.part_decisions"), title, tuple(blocks), lead)


# ---- milestones and indicators --------------------------------------------------------------------------------------
def steps(of: Progress) -> Section:
    """Return the milestones and indicators of the measures carried out."""
    words = of.words
    own = [(row, one) for row in of.carried for one in row.action.milestones]
    late = sum(one.kind == "milestone" for one in of.register.late)
    blocks: list[Block] = []
    if own:
        columns = columns_of(words, "progress.column_", ("measure", 0.3), ("milestone", 0.32), ("due", 0.16),
                             ("state", 0.22))
        rows = tuple(Row((Statement(_named(of, row)), Statement(one.name), Statement(day(one.due_on, of.language)),
                          _state(of, row, one))) for row, one in own)
        blocks.append(Table("t-milestones", words.say("progress.milestones_title"), columns, rows, "",
                            words.text("progress.steps_source", today=of.register.today), is_dense=True))
    indicators = _indicators(of)
    blocks += [indicators] if indicators is not None else []
    title = (words.say("progress.steps", n=len(own), late=late, k=sum(one.state == "done" for _, one in own)) if own
             else words.say("progress.steps_none"))
    return Section("steps", words.text("progress.part_steps"), title, tuple(blocks), starts_page=False)


def _named(of: Progress, row: ActionFollowUp) -> str:
    return f"{row.action.measure} {of.measure_name(row.action.measure)}"


def _state(of: Progress, row: ActionFollowUp, one: Milestone) -> Statement:
    words = of.words
    if one.state == "done":
        behind = _days_between(one.due_on, one.done_on)
        if behind > 0:
            return words.say("progress.state_done_late", day=one.done_on, n=behind)
        return words.say("progress.state_done", day=one.done_on) if one.done_on else words.say(
            "progress.state_done_undated")
    if one.state == "dropped":
        return words.say("progress.state_dropped")
    late = next((found for found in of.register.late if found.kind == "milestone" and found.name == one.name
                 and found.measure == row.action.measure), None)
    return words.say("progress.state_late", n=late.days) if late else words.say("progress.state_open")


def _days_between(due: str, done: str) -> int:
    try:
        return (date.fromisoformat(done) - date.fromisoformat(due)).days
    except ValueError:
        return 0


def _indicators(of: Progress) -> Table | None:
    words = of.words
    rows = [_indicator(of, row, str(place), one) for row in of.carried
            for place, one in enumerate(of.register.indicators.get(row.action.measure, ()), start=1)]
    rows += [Row((Stack((Statement(one.kpi), Statement(row.action.measure))), Statement("–"), Statement("–"),
                  _read(of, one, printed(one.value, "one")), Statement("–"),
                  words.say("progress.standing_no_target")))
             for row in of.carried for one in row.action.readings if not one.kpi.isdecimal()]
    if not rows:
        return None
    columns = columns_of(words, "progress.column_", ("indicator", 0.27), ("baseline", 0.1, "right"),
                         ("target", 0.1, "right"), ("reading", 0.25), ("by", 0.13), ("standing", 0.15))
    return Table("t-indicators", words.say("progress.indicators_title"), columns, tuple(rows), "",
                 words.text("progress.indicators_source", release=of.found.release), is_dense=True)


def _indicator(of: Progress, row: ActionFollowUp, number: str, one: Indicator) -> Row:
    words, kpi, measure = of.words, one.kpi, row.action.measure
    newest = max((found for found in row.action.readings if found.kpi == number), key=lambda found: found.read_on,
                 default=None)
    read = (words.say("progress.not_read") if newest is None
            else _read(of, newest, words.text(f"unit.{kpi.unit}", value=newest.value)))
    is_late = any(late.kind == "reading" and late.measure == measure and late.name == number
                  for late in of.register.late)
    standing = _standing(kpi, newest.value) if newest else "unread_late" if is_late else "unread"
    name = Stack((Statement(capitalised(indicator_name(of.study, measure, number))), Statement(measure)))
    return Row((name, Statement(_figure(of, kpi, kpi.baseline)), Statement(_figure(of, kpi, kpi.target)), read,
                Statement(day(one.due_on, of.language)), words.say(f"progress.standing_{standing}")))


def _read(of: Progress, reading: KpiReading, value: str) -> Stack:
    return Stack((of.words.say("progress.reading", value=value),
                  of.words.say("progress.reading_on", day=reading.read_on, source=reading.source)))


def _figure(of: Progress, kpi: KpiRow, value: float | None) -> str:
    return of.words.text("progress.not_set") if value is None else of.words.text(f"unit.{kpi.unit}", value=value)


def _standing(kpi: KpiRow, value: float) -> str:
    if kpi.target is None:
        return "no_target"
    sign = -1 if kpi.better == "lower" else 1
    if sign * value >= sign * kpi.target:
        return "reached"
    return "nearer" if kpi.baseline is not None and sign * value > sign * kpi.baseline else "not_nearer"


# ---- known by --------------------------------------------------------------------------------------------------------
def known(of: Progress) -> Section:
    """Return how many of those asked say that a measure is used, in both waves; empty where nothing was asked."""
    words = of.words
    asked = [(row, row.known_now) for row in of.carried if row.known_now and row.known_now.value is not None]
    rest = [row for row in of.carried if row.known_now is None or row.known_now.value is None]
    blocks: list[Block] = [_known_figure(of, asked)] if asked else []
    if rest:
        blocks.append(Paragraph((words.say("progress.known_not_asked", names=words.join(
            [_named(of, row) for row in rest])),)))
    shares = [share.value or 0.0 for _, share in asked]
    title = Statement(words.text("progress.part_known"))
    if len(asked) == 1:
        title = words.say("progress.known", name=of.measure_name(asked[0][0].action.measure),
                          share=_share(of, asked[0][1]))
    elif asked:
        title = words.say("progress.known_many", low=min(shares), high=max(shares))
    return Section("known", words.text("progress.part_known"), title, tuple(blocks), starts_page=False)


def _share(of: Progress, share: Estimate) -> str:
    return of.study.estimate(share.value, share.ci_low, share.ci_high, "percent")


def _known_figure(of: Progress, asked: list[tuple[ActionFollowUp, Estimate]]) -> Figure:
    words, rows = of.words, []
    for row, now in asked:
        for wave, share in ((of.found.first, row.known_before), (of.found.second, now)):
            if share is None or share.value is None:
                continue
            label = words.text("progress.known_one_now", measure=row.action.measure, wave=of.study.wave(wave, "dated"),
                               name=of.measure_name(row.action.measure))
            rows.append(ForestRow(label, share.value, share.ci_low, share.ci_high, share.n,
                                  is_highlighted=wave == of.found.second, text=_share(of, share)))
    chart = Forest(tuple(rows), 0.0, 1.0, TICKS, words.text("progress.known_axis"), words.text("progress.known_head"),
                   "n")
    first, share = asked[0]
    alt = words.text("progress.known_alt", name=of.measure_name(first.action.measure), share=_share(of, share),
                     n=share.n)
    return Figure("f-known", words.say("progress.known_figure"), chart, alt, words.text("progress.known_unit"),
                  words.text("labels.between_sentences").join(_known_sources(of, [row for row, _ in asked])))


def _known_sources(of: Progress, asked: list[ActionFollowUp]) -> list[str]:
    """Return what was asked, when, and that the first survey was before the decisions."""
    words, (first, second) = of.words, (of.study.wave(of.found.first, "dated"), of.study.wave(of.found.second, "dated"))
    named = {choice for row in asked for choice in of.study.measure(row.action.measure).practices}
    items = [item for item in of.study.items_of_role("fact") if named & {choice.value for choice in item.choices}]
    questions = [words.text("progress.known_asked", question=of.study.read(item.text)) for item in items[:1]]
    before = [words.text("progress.known_before", first=of.study.wave(of.found.first))] if any(
        row.known_before is not None for row in asked) else []
    return [words.text("progress.known_source", first=first, second=second), *questions, *before,
            words.text("progress.known_where")]


def late_words(of: Progress, one: Late) -> str:
    """Return what is overdue, in words."""
    name = indicator_name(of.study, one.measure, one.name) if one.kind == "reading" else one.name
    return of.words.text(f"progress.overdue_{one.kind}", name=name)
