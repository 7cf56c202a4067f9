"""What waits for management after a wave: what is overdue, what was put off, what the wave asks to look at anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from analysis.results.actions import ActionFollowUp
from reports.content import Block, Callout, Number, Paragraph, Row, Section, Statement, Table
from reports.kinds.progress_facts import JUDGED, Progress
from reports.kinds.progress_steps import late_words
from reports.numbers import day
from reports.sections.follow_up import indicator_name
from reports.sections.table_columns import columns_of

SOON = 90                               # days; a measure needs a quarter before people can have seen it


def open_things(of: Progress) -> Section:
    """Return what is overdue and everything that management is asked to decide."""
    words, asked = of.words, asked_for(of)
    late = of.register.late
    blocks: list[Block] = []
    if late:
        columns = columns_of(words, "progress.column_", ("measure", 0.28), ("overdue", 0.28), ("since", 0.15),
                             ("days", 0.08, "right"), ("owner", 0.21))
        rows = tuple(Row((Statement(_named(of, one.measure)), Statement(late_words(of, one)),
                          Statement(day(one.due_on, of.language)), Number(float(one.days), "count"),
                          Statement(one.owner or "–"))) for one in late)
        blocks.append(Table("t-overdue", words.say("progress.overdue_title", day=of.register.today), columns, rows, "",
                            words.text("progress.steps_source", today=of.register.today), is_dense=True))
    else:
        blocks.append(Paragraph((words.say("progress.overdue_none"),)))
    blocks.append(decision_box(of, asked))
    title = words.say("progress.open", n=len(asked), late=len(late)) if asked else words.say("progress.open_none")
    return Section("open", words.text("progress.part_open"), title, tuple(blocks), starts_page=False)


def decision_box(of: Progress, asked: list[Statement]) -> Callout:
    """Return the box of what is to be decided."""
    return Callout("decision", of.words.text("progress.decide"),
                   tuple(asked) or (of.words.say("progress.nothing_to_decide"),))


def asked_for(of: Progress) -> list[Statement]:
    """Return what is to be decided, the overdue first, then what the wave gives reason to look at."""
    return [*_overdue(of), *_put_off(of), *_undecided(of), *_apart(of), *_worse(of), *_unclear(of),
            *_without_target(of), *_stopped(of)]


def _named(of: Progress, key: str) -> str:
    return f"{key} {of.measure_name(key)}"


def _overdue(of: Progress) -> Iterator[Statement]:
    for one in of.register.late:
        key = "ask_late_decision" if one.kind == "decision" else "ask_late"
        yield of.words.say(f"progress.{key}", measure=one.measure, name=of.measure_name(one.measure),
                           what=late_words(of, one), day=one.due_on, days=one.days)


def _put_off(of: Progress) -> Iterator[Statement]:
    told = {one.measure for one in of.register.late if one.kind == "decision"}
    for row in of.found.actions:
        action = row.action
        if action.decision == "deferred" and action.again_on and action.measure not in told:
            yield of.words.say("progress.ask_again", measure=action.measure, name=of.measure_name(action.measure),
                               day=action.again_on)


def _undecided(of: Progress) -> Iterator[Statement]:
    if of.found.undecided:
        names = of.words.join([_named(of, key) for key in of.found.undecided])
        yield of.words.say("progress.ask_undecided", names=names, n=len(of.found.undecided), release=of.found.release)


def _apart(of: Progress) -> Iterator[Statement]:
    """Whether to spread a measure, where a problem fell more in the units it covers."""
    for row, one in of.contrasts:
        fell = one.difference is not None and (one.difference.value or 0.0) < 0
        if one.verdict == "apart" and fell and row.action.progress != "stopped":
            yield of.words.say("progress.ask_spread", measure=row.action.measure,
                               name=of.measure_name(row.action.measure), problem=of.study.name(one.construct))


def _worse(of: Progress) -> Iterator[Statement]:
    for one in of.of_reading("worse"):
        yield of.words.say("progress.ask_worse", problem=of.study.name(one.scale), first=of.study.wave(of.found.first))


def _without_target(of: Progress) -> Iterator[Statement]:
    """Measures whose indicators have nothing to be held against."""
    for row in of.carried:
        named = [_in_sentence(of, indicator_name(of.study, row.action.measure, str(place)))
                 for place, one in enumerate(of.register.indicators.get(row.action.measure, ()), start=1)
                 if one.kpi.target is None]
        if named and row.action.progress != "stopped":
            yield of.words.say("progress.ask_target", measure=row.action.measure, n=len(named),
                               name=of.measure_name(row.action.measure), names=of.words.join(named))


def _in_sentence(of: Progress, name: str) -> str:
    return f"“{name}”" if of.language == "zh" else name


def _unclear(of: Progress) -> Iterator[Statement]:
    """Measures that are under way or in place, and whose problems were judged and show nothing."""
    for row in of.carried:
        judged = [one for one in row.contrasts if one.verdict in JUDGED]
        is_quiet = bool(judged) and all(one.verdict == "not_apart" for one in judged)
        if is_quiet and row.action.progress in ("running", "done"):
            yield of.words.say("progress.ask_open_effect" + ("_early" if _is_early(of, row) else ""),
                               measure=row.action.measure, since=_since(of, row),
                               name=of.measure_name(row.action.measure), begun=of.study.facts.fieldwork_from,
                               progress=of.words.text(f"progress.acts_{row.action.progress}"))


def _is_early(of: Progress, row: ActionFollowUp) -> bool:
    """Return whether the later survey began so soon after a measure did that nothing can be expected of it."""
    begun, since = of.study.facts.fieldwork_from, row.action.progress_on or row.action.starts_on
    return bool(begun and since) and (date.fromisoformat(begun[:10]) - date.fromisoformat(since[:10])).days < SOON


def _since(of: Progress, row: ActionFollowUp) -> str:
    return of.words.text("progress.since", day=row.action.progress_on) if row.action.progress_on else ""


def _stopped(of: Progress) -> Iterator[Statement]:
    for row in of.carried:
        if row.action.progress == "stopped":
            yield of.words.say("progress.ask_stopped", measure=row.action.measure,
                               name=of.measure_name(row.action.measure))
