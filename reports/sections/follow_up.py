"""What became of the decisions on an earlier report, and what this wave shows of it: no proof of effect."""

from __future__ import annotations

from dataclasses import replace

from analysis.results.actions import Action, ActionContrast, ActionFollowUp, FollowUp, KpiReading, SideChange
from analysis.results.measurement import Estimate
from reports.content import Block, Callout, Paragraph, Row, Section, Stack, Statement, Table
from reports.numbers import printed
from reports.sections.source import Source, capitalised, lowered
from reports.sections.table_columns import columns_of

JUDGED = ("apart", "not_apart")


def follow_up(study: Source) -> list[Section]:
    """Return the decisions with what became of them and the changes beside the other units; nothing before a wave."""
    found = study.diagnosis.follow_up
    if found is None or not found.actions:
        return []
    words = study.words
    blocks: list[Block] = [
        Callout("warning", words.text("followup.no_proof"), (words.say("followup.no_proof_more"),)),
        decisions_table(study, found)]
    if any(row.contrasts for row in found.actions):
        blocks.append(contrasts_table(study, found))
    if found.undecided:
        names = words.join([f"{key} {study.read(study.measure(key).name)}" for key in found.undecided])
        blocks.append(Paragraph((words.say("followup.undecided", day=found.released_on, names=names),)))
    return [Section("follow-up", words.text("part.followup"), _title(study, found), tuple(blocks),
                    words.say("followup.lead", release=found.release, day=found.released_on,
                              first=study.wave(found.first), second=study.wave(found.second)))]


def _title(study: Source, found: FollowUp) -> Statement:
    taken = sum(row.action.is_taken_on for row in found.actions)
    contrasts = [one for row in found.actions for one in row.contrasts]
    n_apart = sum(one.verdict == "apart" for one in contrasts)
    key = ("apart" if n_apart else "not_apart" if any(one.verdict in JUDGED for one in contrasts) else "nothing")
    return study.words.say(f"followup.title_{key}", n=len(found.actions), k=taken, a=n_apart)


# ---- decisions -------------------------------------------------------------------------------------------------------
def decisions_table(study: Source, found: FollowUp) -> Table:
    """Return what was decided, planned and done of each measure."""
    words = study.words
    told = [replace(row, action=row.action.in_words_of(study.language)) for row in found.actions]
    rows = [Row((_measure(study, row.action), _decision(study, row.action), _planned(study, found, row.action),
                 _done(study, row))) for row in told]
    columns = columns_of(words, "followup.column_", ("measure", 0.2), ("decision", 0.3), ("planned", 0.24),
                         ("done", 0.26))
    return Table("t-decisions", words.say("followup.decisions_title", n=len(rows)), columns, tuple(rows), "",
                 words.text("followup.decisions_source"), is_dense=True)


def _measure(study: Source, action: Action) -> Statement:
    return Statement(f"{action.measure} {study.read(study.measure(action.measure).name)}")


def _decision(study: Source, action: Action) -> Stack:
    words = study.words
    lines = [words.say(f"followup.{action.decision}"),
             words.say("followup.by", day=action.decided_on, body=action.body)]
    lines += [Statement(text) for text in (action.change, action.reason) if text]
    if action.again_on:
        lines.append(words.say("followup.again", day=action.again_on))
    return Stack(tuple(lines))


def _planned(study: Source, found: FollowUp, action: Action) -> Stack | Statement:
    if not action.is_taken_on:
        return Statement("–")
    words = study.words
    lines = [words.say("followup.owner", owner=action.owner)] if action.owner else []
    lines.append(words.say("followup.where", units=_where(study, found, action)))
    if action.starts_on:
        lines.append(words.say("followup.start", day=action.starts_on))
    if action.milestones:
        lines.append(words.say("followup.milestones", n=len(action.milestones)))
    return Stack(tuple(lines), has_head=False)


def _where(study: Source, found: FollowUp, action: Action) -> str:
    item = study.item(found.unit_item)
    if not action.units or item is None:
        return study.words.text("followup.everywhere")
    names = [study.choice(item, unit) for unit in action.units]
    return study.words.join([*names[:1], *(lowered(name) if study.language == "en" else name for name in names[1:])])


def _done(study: Source, row: ActionFollowUp) -> Stack | Statement:
    action, words = row.action, study.words
    if not action.is_taken_on:
        return Statement("–")
    since = words.text("followup.since", day=action.progress_on) if action.progress_on else ""
    lines = [words.say(f"followup.progress_{action.progress}", since=since)]
    if action.milestones:
        k = sum(one.state == "done" for one in action.milestones)
        lines.append(words.say("followup.reached", k=k, n=len(action.milestones)))
    lines += [words.say("followup.reading", name=capitalised(indicator_name(study, action.measure, one.kpi)),
                        value=_value(study, action, one), day=one.read_on, source=one.source)
              for one in action.readings]
    lines.append(_known(study, row))
    return Stack(tuple(lines))


def _value(study: Source, action: Action, reading: KpiReading) -> str:
    """Return what was read, in the unit of the measure's indicator; of an indicator of one's own as it is."""
    finding = next((one for one in study.diagnosis.measures if one.key == action.measure), None)
    place = int(reading.kpi) - 1 if reading.kpi.isdecimal() else -1
    if finding is None or not 0 <= place < len(finding.kpis):
        return printed(reading.value, "one")
    return study.kpi_value(finding.kpis[place], reading.value)


def indicator_name(study: Source, measure: str, kpi: str) -> str:
    """Return what an indicator of a measure is called: its own by number, or the name that was entered."""
    kpis = study.measure(measure).kpis
    return study.read(kpis[int(kpi) - 1].name) if kpi.isdecimal() and 1 <= int(kpi) <= len(kpis) else kpi


def _known(study: Source, row: ActionFollowUp) -> Statement:
    now, before = row.known_now, row.known_before
    if now is None or now.value is None:
        return study.words.say("followup.known_not_asked")
    share = study.estimate(now.value, now.ci_low, now.ci_high, "percent")
    name = _asked_as(study, row.action.measure)
    key = "followup.known_as" if name else "followup.known"
    if before is None or before.value is None:
        return study.words.say(key, share=share, n=now.n, name=name)
    return study.words.say(f"{key}_both", share=share, n=now.n, n_before=before.n, name=name,
                           before=study.estimate(before.value, before.ci_low, before.ci_high, "percent"))


def _asked_as(study: Source, measure: str) -> str:
    """Return what the register of present measures, and so the question, calls a measure; "" where it is its name."""
    present = next((m.practice for m in study.diagnosis.measures if m.key == measure), None)
    return study.read(present.name) if present is not None and present.name != study.measure(measure).name else ""


# ---- changes ---------------------------------------------------------------------------------------------------------
def contrasts_table(study: Source, found: FollowUp) -> Table:
    """Return the change of each problem acted on, where its measure applies and elsewhere."""
    words, rows = study.words, []
    for row in found.actions:
        for one in row.contrasts:
            rows.append(Row((
                Stack((Statement(study.name(one.construct)), words.say("followup.under", measure=row.action.measure))),
                _side(study, one.covered), _side(study, one.others), Statement(_change(study, one.difference)),
                _reading(study, found, one))))
    columns = columns_of(words, "followup.column_", ("problem", 0.22), ("covered", 0.2), ("others", 0.2),
                         ("difference", 0.17), ("reading", 0.21))
    return Table("t-contrasts", words.say("followup.contrasts_title"), columns, tuple(rows),
                 words.text("followup.contrasts_unit", first=study.wave(found.first), second=study.wave(found.second)),
                 words.text("followup.contrasts_source", shown=found.fewest_shown, judged=found.fewest_judged,
                            least=found.smallest_change), is_dense=True)


def _side(study: Source, side: SideChange) -> Stack | Statement:
    if side.change is None or side.n_first is None or side.n_second is None:
        return Statement("–")
    return Stack((Statement(_change(study, side.change), {"value": side.change.value}),
                  study.words.say("followup.counts", first=side.n_first, second=side.n_second)), has_head=False)


def _change(study: Source, change: Estimate | None) -> str:
    if change is None or change.value is None:
        return "–"
    if change.ci_low is None or change.ci_high is None:
        return printed(change.value, "signed")
    return study.words.text("followup.change", value=change.value, low=change.ci_low, high=change.ci_high)


def _reading(study: Source, found: FollowUp, one: ActionContrast) -> Statement:
    return study.words.say(f"followup.verdict_{one.verdict}", judged=found.fewest_judged)
