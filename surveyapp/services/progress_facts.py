"""What a progress report is made of: a wave's follow-up, the changes since the wave before, the register of today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.results.actions import Action, ActionFollowUp, FollowUp
from analysis.results.diagnosis import Diagnosis
from analysis.results.waves import WaveComparison
from reports.kinds.progress_facts import Indicator, Late
from reports.kinds.progress_facts import Register as RegisterNow
from surveyapp.errors import Refused
from surveyapp.models.diagnosis import StoredDiagnosis
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.action import Register, load_register
from surveyapp.services.action_feed import earlier_release
from surveyapp.services.action_overdue import kpi_due
from surveyapp.services.diagnosis import diagnosis_of, newest_diagnosis
from surveyapp.services.report_release import get_release
from surveyapp.services.wave_change import changes_since, earlier_wave


@dataclass(frozen=True)
class ProgressFacts:
    """All that the report is made of, besides template and entered facts."""

    diagnosis: Diagnosis
    found: FollowUp
    register: RegisterNow
    changes: Sequence[WaveComparison]


def diagnosed_wave(session: Session, study: Study, wave: Wave | None) -> StoredDiagnosis:
    """Return the newest diagnosis, of a wave or of all; Refused where there is none, or no wave before its own."""
    stored = newest_diagnosis(session, study) if wave is None else session.scalar(
        select(StoredDiagnosis).where(StoredDiagnosis.wave_id == wave.id).order_by(StoredDiagnosis.id.desc()).limit(1))
    if stored is None:
        raise Refused("There is no diagnosis yet.", "Run one first: the report follows what a wave shows.")
    own = session.get_one(Wave, stored.wave_id)
    if earlier_wave(session, study, own) is None:
        raise Refused("Before {wave} there is no closed wave.",
                      "A progress report stands between two waves; close and diagnose a second one.", wave=own.key)
    return stored


def progress_facts(session: Session, study: Study, stored: StoredDiagnosis) -> ProgressFacts:
    """Return what the report is made of; Refused where nothing was released before the wave."""
    wave = session.get_one(Wave, stored.wave_id)
    diagnosis = diagnosis_of(stored)
    if earlier_release(session, study, wave) is None:
        raise Refused("No report on a wave before {wave} is released.",
                      "Release it and record what was decided on it, then diagnose {wave} again.", wave=wave.key)
    found = diagnosis.follow_up
    if found is None:
        raise Refused("The diagnosis of {wave} is older than the release it would follow.",
                      "Diagnose {wave} again.", wave=wave.key)
    release = get_release(session, study, found.release)
    if release.is_recalled:
        raise Refused("Report {number}, which this wave follows, was recalled.", "Diagnose {wave} again.",
                      number=found.release, wave=wave.key)
    register = load_register(session, study, release)
    followed, moved = with_newest(found, {row.measure.key: row.action for row in register.rows if row.action})
    return ProgressFacts(diagnosis, followed, _now(register, moved),
                         changes_since(session, study, wave))


def with_newest(found: FollowUp, newest: Mapping[str, Action]) -> tuple[FollowUp, tuple[str, ...]]:
    """Return the follow-up with the register's newest entries, and the measures whose comparison is of earlier ones.

    A comparison stays with the units it was made of: where they, or the decision, were changed since, the entry that
    was compared stays and the measure is named.
    """
    rows, moved = [], []
    for row in found.actions:
        now = newest.get(row.action.measure)
        if now is None or (now.units, now.is_taken_on) != (row.action.units, row.action.is_taken_on):
            moved.append(row.action.measure)
            rows.append(row)
        else:
            rows.append(replace(row, action=now))
    known = {row.action.measure for row in rows}
    added = [ActionFollowUp(action, None, None) for key, action in newest.items() if key not in known]
    left = tuple(key for key in found.undecided if key not in newest)
    return replace(found, actions=(*rows, *added), undecided=left), tuple(moved)


def _now(register: Register, moved: tuple[str, ...]) -> RegisterNow:
    late = tuple(Late(one.measure, one.kind, one.name, one.due_on.isoformat(), one.days, one.owner)
                 for one in register.overdue)
    indicators = {row.measure.key: tuple(
        Indicator(kpi, kpi_due(row.action, kpi, register.release.released_on).isoformat()) for kpi in row.kpis)
        for row in register.rows if row.action is not None}
    return RegisterNow(register.today.isoformat(), late, indicators, moved)
