"""What has to stand before measures start, who owns it and by when; and when to ask again whether they worked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from analysis.results.actions import Action
from analysis.results.diagnosis import MeasureFinding, SafeguardFinding
from reports.content import Statement
from reports.sections.decided_before import states_told
from reports.sections.edited import values_of
from reports.sections.notices import further_topics_asked
from reports.sections.source import Source, lowered

BEGUN = ("running", "done")
HALF = 50.0             # of the readiness scale, 0..100


def safeguards_decision(study: Source, decided: Mapping[str, Action]) -> list[Statement]:
    """Return the decision on the safeguards: who owns each, for which measures it has to stand, and by when.

    A safeguard has to stand before the first measure that needs it starts. That measure is told with its own
    date; where one that needs it has begun already, the safeguard is due at once.
    """
    words, guards, named, steps = study.words, _first_needed(study, decided), [], []
    for key in sorted(guards, key=lambda key: _months(study, guards[key][0])):
        begun = [m.key for m in guards[key] if _has_begun(decided.get(m.key))]
        told = begun or [m.key for m in guards[key]]
        named += told
        step = "safeguards_late" if begun else "safeguards_before_many" if len(told) > 1 else "safeguards_before"
        steps.append(words.text(
            f"summary.{step}", guard=_with_owner(study, key), measures=words.join(told), first=told[0],
            states=states_told(study, [decided[one] for one in begun]), due=_due(study, guards[key][0].key)))
    if not steps:
        return []
    lacking = [s.key for s in not_ready(study) if s.key in guards]
    more = words.text("summary.safeguards_lacking", names=words.join([_named(study, key) for key in lacking]),
                      n=len(lacking)) if lacking else ""
    return [words.say("summary.decide_safeguards", steps=words.text("summary.between_steps").join(steps), more=more,
                      trace=[*(f"safeguard.{key}.required_by_measures" for key in guards),
                             *(f"safeguard.{key}.readiness" for key in lacking),
                             *(f"measure.{key}.rank" for key in dict.fromkeys(named))])]


def not_ready(study: Source) -> list[SafeguardFinding]:
    """Return the required safeguards whose readiness, as managers see it, lies entirely below half of the scale."""
    return [s for s in study.diagnosis.safeguards if s.is_required and s.readiness
            and s.readiness.ci_high is not None and s.readiness.ci_high < HALF]


def _first_needed(study: Source, decided: Mapping[str, Action]) -> dict[str, list[MeasureFinding]]:
    """Return the proposed measures that need each required safeguard, the one due first at the head; none rejected."""
    wanted = [m for m in study.proposed if m.key not in decided or decided[m.key].decision != "rejected"]
    found = {s.key: sorted((m for m in wanted if s.key in study.measure(m.key).safeguards),
                           key=lambda m: _months(study, m)) for s in study.diagnosis.safeguards if s.is_required}
    return {key: needing for key, needing in found.items() if needing}


def _has_begun(action: Action | None) -> bool:
    return action is not None and action.is_taken_on and action.progress in BEGUN


def survey_decision(study: Source, first: list[MeasureFinding], who_answered: list[str]) -> Statement:
    """Return the decision on the next survey: its date where one is planned, else when the rules let one ask again."""
    words, trace = study.words, list(who_answered)
    if study.asks_again_on:
        said = words.text("summary.decide_repeat_planned", date=study.asks_again_on)
    else:
        last = max(first, key=lambda m: _months(study, m))
        due_on, months = values_of(study, "measure", last.key).due_on, study.measure(last.key).horizon_months
        when = (words.text("summary.after_date", date=due_on) if due_on else words.text("summary.after", n=months))
        said = words.text("summary.decide_repeat", key=last.key, when=when)
        trace.append(f"measure.{last.key}.rank")
    topics = further_topics_asked(study)
    return Statement(words.text("labels.between_sentences").join([said, *(topic.text for topic in topics)]),
                     {name: value for topic in topics for name, value in topic.values.items()},
                     (*trace, *(path for topic in topics for path in topic.trace)),
                     topics[0].link if topics else "")


def _with_owner(study: Source, key: str) -> str:
    guard = study.safeguard(key)
    owner = (study.read(guard.owner) if guard else "") or study.words.text("summary.owner_open")
    return study.words.text("summary.safeguard", name=_named(study, key), owner=owner)


def _named(study: Source, key: str) -> str:
    guard = study.safeguard(key)
    return lowered(study.read(guard.name)) if guard else key


def _due(study: Source, measure: str) -> str:
    due_on = values_of(study, "measure", measure).due_on
    return (study.words.text("edits.by", date=due_on) if due_on
            else study.words.text("summary.within", n=study.measure(measure).horizon_months))


def _months(study: Source, m: MeasureFinding) -> tuple[float, int]:
    """Return in how many months a measure is due, counted from the data where a date was set, and its rank."""
    due_on, frozen_on = values_of(study, "measure", m.key).due_on, study.diagnosis.provenance.frozen_on
    months = float(study.measure(m.key).horizon_months)
    if due_on and frozen_on:
        months = (date.fromisoformat(due_on[:10]) - date.fromisoformat(frozen_on[:10])).days / 30.4
    return months, m.rank or len(study.proposed) + 1
