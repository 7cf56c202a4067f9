"""What was decided before a wave enters that wave's present measures: the register of practices goes on from it.

Nothing is copied: the entered facts stay as they are, and a diagnosis of a later wave, its report and its pages read
them together with the newest decision on each measure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.diagnosis.present import is_in_place, names_of
from analysis.results.actions import Action
from instruments.facts import Practice, StudyFacts
from instruments.template import Measure, StudyTemplate
from surveyapp.models.action import StoredAction
from surveyapp.models.report_release import ReportRelease
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.action import action_of
from surveyapp.services.organisation import practice_items
from surveyapp.services.study import facts_of, list_waves, template_of
from surveyapp.services.wave import local_text

# What an action's progress is called in the register of present measures.
STATUS_OF: Mapping[str, str] = {"planned": "planned", "running": "running", "done": "running", "stopped": "failed"}
YEAR_AND_MONTH, DAY = 7, 10      # signs of 2027-03 and of 2027-03-01


def earlier_release(session: Session, study: Study, wave: Wave) -> ReportRelease | None:
    """Return the newest release, not recalled, of a wave made before this one; None where there is none."""
    return session.scalar(
        select(ReportRelease).join(Wave, Wave.id == ReportRelease.wave_id)
        .where(ReportRelease.study_id == study.id, ReportRelease.recalled_at.is_(None), Wave.id < wave.id)
        .order_by(Wave.id.desc(), ReportRelease.number.desc()).limit(1))


def actions_on_record(session: Session, study: Study, before: Wave | None = None) -> dict[str, Action]:
    """Return the newest decision to carry a measure out, from all reports or from those on waves before one."""
    asked = (select(StoredAction).join(ReportRelease, ReportRelease.id == StoredAction.release_id)
             .where(StoredAction.study_id == study.id, ReportRelease.recalled_at.is_(None))
             .order_by(ReportRelease.number))
    found = session.scalars(asked if before is None else asked.where(ReportRelease.wave_id < before.id))
    newest = {row.measure: action for row in found if (action := action_of(row)) is not None}
    return {key: action for key, action in newest.items() if action.is_taken_on}


def facts_at(session: Session, study: Study, wave: Wave) -> StudyFacts:
    """Return what was entered about the organisation, with the measures decided on before the wave."""
    facts, actions = with_days_of(session, study, wave), actions_on_record(session, study, wave)
    return with_actions(facts, actions, template_of(session, study)) if actions else facts


def with_days_of(session: Session, study: Study, wave: Wave) -> StudyFacts:
    """Return what was entered, with the days of fieldwork that are this wave's.

    They are entered once for a study. Those that end before a later wave was opened, or begin after a wave was closed,
    are of another wave: this one then has the days on which it was opened and closed.
    """
    facts = facts_of(study)
    begun, ended = (local_text(study, instant)[:DAY] for instant in (wave.opened_at, wave.closed_at))
    is_later = any(other.id < wave.id for other in list_waves(session, study) if not other.is_pilot)
    is_before = is_later and bool(begun) and facts.fieldwork_until < begun
    if not facts.fieldwork_until or not (is_before or (bool(ended) and facts.fieldwork_from > ended)):
        return facts
    return replace(facts, fieldwork_from=begun, fieldwork_until=ended)


def facts_of_wave(session: Session, study: Study, wave_key: str) -> StudyFacts:
    """Return the facts that a report on the wave of that key reads."""
    wave = next((one for one in list_waves(session, study) if one.key == wave_key), None)
    return facts_at(session, study, wave) if wave is not None else facts_of(study)


def with_actions(facts: StudyFacts, actions: Mapping[str, Action], template: StudyTemplate) -> StudyFacts:
    """Return the facts whose register of present measures goes on from what was decided.

    Each measure decided on has an entry of its own, under the nearest name that its rule gives. One in place keeps its
    date; one planned, ended or failed takes the state of the action; a missing one is added under the measure's name.
    """
    practices = list(facts.practices)
    for measure in template.rules.measures if template.rules else ():
        action = actions.get(measure.key)
        if action is None:
            continue
        name = measure.practices[0] if measure.practices else measure.key
        known = next((place for place, row in enumerate(practices) if name in names_of(row)), None)
        if known is None:
            practices.append(_new(name, measure, action, template))
        elif not is_in_place(practices[known]):
            practices[known] = replace(practices[known], status=STATUS_OF[action.progress], since=_since(action))
    return replace(facts, practices=tuple(practices))


def _new(name: str, measure: Measure, action: Action, template: StudyTemplate) -> Practice:
    """Return the entry of a measure that the register did not have; a choice of its name asks who knows it."""
    asked = next((f"{item.key}.{choice.value}" for item in practice_items(template) for choice in item.choices
                  if choice.value == name), None)
    return Practice(name, measure.name, STATUS_OF[action.progress], _since(action), asked)


def _since(action: Action) -> str:
    return (action.progress_on if action.progress != "planned" else action.starts_on)[:YEAR_AND_MONTH]
