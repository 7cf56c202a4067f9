"""The progress report between waves: what was planned, done, known and seen since, and what to decide now.

A change is told with its interval and never as the work of a measure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.results.actions import FollowUp
from reports.content import (
    Block,
    Bullets,
    Callout,
    Contents,
    Facts,
    KeyFigure,
    KeyFigures,
    Number,
    Section,
    Statement,
    StudyReport,
)
from reports.kinds.frame import CoverFact, Face, bound, naming
from reports.kinds.progress_changes import changes, covered, readings
from reports.kinds.progress_facts import Progress, Register
from reports.kinds.progress_open import asked_for, decision_box, open_things
from reports.kinds.progress_steps import decisions, known, steps
from reports.numbers import printed
from reports.sections.changes_since import Reading, questionnaire_of
from reports.sections.source import Source, capitalised, lowered
from reports.waves import WaveTold

FOUND: tuple[Reading, ...] = ("better", "worse", "same", "open")
MOST_ASKED = 6              # decisions on the first page; all of them stand in their own part


def progress_report(study: Source, found: FollowUp, register: Register,
                    waves: Mapping[str, WaveTold] | None = None) -> StudyReport:
    """Return the report; `found` is the follow-up with the register's newest entries, `waves` which survey each is."""
    study.waves = waves or {}
    of = Progress(study, found, register)
    made = (_summary(of), decisions(of), steps(of), known(of), changes(of), covered(of), readings(of), open_things(of),
            _limits(of))
    words = of.words
    face = Face(words.text("progress.kind"),
                words.text("progress.title", first=study.wave(found.first, "dated"),
                           second=study.wave(found.second, "dated")),
                words.text("progress.subtitle", release=found.release, day=found.released_on), study.organisation,
                _cover(of), study.is_synthetic, register.today)
    return bound(naming(study.language, study.template), face, tuple(section for section in made if section.blocks),
                 [study.diagnosis.provenance.input_hash, found, register, list(study.changes)])


def _cover(of: Progress) -> tuple[CoverFact, ...]:
    words, changed = of.words, sum(one.verdict == "changed" for one in of.compared)
    as_of = words.text("progress.cover_day", day=of.register.today)
    done, rest = len(of.in_state("done")), _rest(of, words.text("progress.cover_of", of=len(of.found.actions)))
    return ((printed(float(done), "count"), words.text("progress.cover_done", n=done, rest=rest), as_of),
            (printed(float(changed), "count"),
             words.text("progress.cover_changed", n=changed, of=len(of.compared)), ""),
            (printed(float(len(of.register.late)), "count"),
             words.text("progress.cover_overdue", n=len(of.register.late)), as_of))


def _rest(of: Progress, whole: str) -> str:
    """Return how many decisions stand at which state besides those in place, and of how many."""
    states = of.states()[bool(of.in_state("done")):]
    return of.words.text("progress.states_of", states=of.words.text("labels.between").join(states),
                         whole=whole) if states else whole


def _summary(of: Progress) -> Section:
    """Return the page that stands alone: figures, what the wave shows, what to decide."""
    words = of.words
    better, worse = (len(of.of_reading(key)) for key in ("better", "worse"))
    key = ("summary_not_compared" if not of.compared else "summary" if worse
           else "summary_better" if better else "summary_none_changed")
    states = words.text("labels.between").join(of.states()) or words.text("progress.count_none")
    title = words.say(f"progress.{key}", states=states, n=len(of.found.actions), better=better, worse=worse,
                      compared=len(of.compared))
    asked = asked_for(of)
    blocks: list[Block] = [
        KeyFigures(tuple(_figures(of, better, worse))),
        Callout("warning", words.text("followup.no_proof"), (words.say("followup.no_proof_more"),)),
        Facts(tuple((words.text(f"progress.found_{one}"), _found(of, one)) for one in FOUND), is_wide=True),
        decision_box(of, asked[:MOST_ASKED]), Contents()]
    return Section("summary", words.text("progress.part_summary"), title, tuple(blocks), is_listed=False)


def _figures(of: Progress, better: int, worse: int) -> list[KeyFigure]:
    words, late, done = of.words, len(of.register.late), len(of.in_state("done"))
    rest = _rest(of, words.text("progress.figure_of", n=len(of.found.actions)))
    told: list[tuple[str, int, dict[str, Any], bool]] = [
        ("done", done, {"rest": rest}, False),
        ("better_worse" if worse else "better", better, {"n": len(of.compared)}, worse > 0),
        ("fell" if of.is_fall else "apart", of.n_apart, {"n": of.n_judged}, False),
        ("overdue", late, {"day": of.register.today}, late > 0)]
    return [KeyFigure(Number(float(value), "count"), words.text(f"progress.figure_{key}", n=value, worse=worse),
                      words.text(f"progress.figure_{key.removesuffix('_worse')}_detail", **detail), is_alarm)
            for key, value, detail, is_alarm in told]


def _found(of: Progress, reading: Reading) -> Statement:
    by_form: dict[str, list[str]] = {}
    for one in of.of_reading(reading):
        by_form.setdefault(of.audience(one.scale), []).append(one.scale)
    if not by_form:
        return of.words.say("progress.found_none")
    if len(by_form) == 1 and len(of.audiences) == 1:
        told = [of.study.listed(names) for names in by_form.values()]
    else:                               # what staff and customers were asked may bear the same name
        told = [of.words.text("progress.found_of", who=of.study.audience(who), names=lowered(of.study.listed(names)))
                for who, names in by_form.items()]
    stop = "。" if of.language == "zh" else "."
    return Statement(capitalised(of.words.text("fieldwork.between_forms").join(told)) + stop)


def _limits(of: Progress) -> Section:
    words, found = of.words, of.found
    points = [words.say("progress.limit_effect"), words.say("progress.limit_people")]
    least = [one.detectable.value for one in of.compared if one.detectable is not None]
    if least:
        points.append(words.say("progress.limit_detect", low=min(least), high=max(least)))
    unsure = sum(one.invariance.word == "cannot_be_judged" for one in of.compared)
    if unsure:
        points.append(words.say("progress.limit_same", n=unsure))
    if found.smallest_change:
        points.append(words.say("progress.limit_corrected", least=found.smallest_change))
    if of.contrasts:
        points.append(words.say("progress.limit_groups", shown=found.fewest_shown, judged=found.fewest_judged))
    points += [words.say("progress.limit_scoring")] if of.compared else []
    points += [words.say("progress.limit_known"), words.say("progress.limit_register")]
    return Section("limits", words.text("progress.part_limits"), words.say("progress.limits"),
                   (Bullets(tuple(points)), Facts(_method(of))), starts_page=False)


def _method(of: Progress) -> tuple[tuple[str, Statement], ...]:
    words, found = of.words, of.found
    answers = [words.text("progress.method_answers", name=questionnaire_of(of.study, one), n_first=one.n_first,
                          n_second=one.n_second) for one in of.study.changes]
    told = {"answers": Statement(words.text("fieldwork.between_forms").join(answers)),
            "release": words.say("progress.method_release", release=found.release, day=found.released_on),
            "hash": Statement(of.study.diagnosis.provenance.input_hash[:16])}
    return tuple((words.text(f"progress.method_fact_{key}"), said) for key, said in told.items() if said)
