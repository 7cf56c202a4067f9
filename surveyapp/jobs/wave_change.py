"""Compare two waves of a study: what a worker or a command does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from analysis.diagnosis.surveyed import Surveyed, survey_audience
from analysis.diagnosis.thresholds import resolve_thresholds
from analysis.diagnosis.wave_change import wave_change
from analysis.errors import TooFewData
from analysis.results.waves import WaveComparison
from analysis.tables import StudyTables
from instruments.schema import Instrument
from surveyapp.dataset import load_answers, thresholds_of
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import Refused
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.organisation import department_item
from surveyapp.services.study import get_study, get_wave, template_of
from surveyapp.services.wave_change import asked_in, earlier_wave, store_changes, wave_pair


def compare_study_waves(study: Study, first: Wave, second: Wave) -> dict[str, WaveComparison]:
    """Return what changed by questionnaire, computed and kept; Refused where no questionnaire can be compared."""
    before, after = (asked_in(read_session(), wave) for wave in (first, second))
    template = template_of(read_session(), study)
    found: dict[str, WaveComparison] = {}
    for audience in (key for key in after if key in before):
        forms = (before[audience], after[audience])
        unit = department_item(replace(template, instruments=(after[audience],)))
        thresholds = [resolve_thresholds(template.thresholds, thresholds_of(read_session(), study, wave))
                      for wave in (first, second)]
        # What either wave's respondents were promised holds for both.
        strict = {**thresholds[1], "minimum_group": max(one["minimum_group"] for one in thresholds)}
        sides = [_surveyed(study, wave, form, strict) for wave, form in zip((first, second), forms, strict=True)]
        try:
            found[audience] = wave_change((first.key, second.key), sides[0], sides[1], unit.key if unit else None,
                                          strict)
        except TooFewData:      # nobody, or one person, answered it in one of the waves
            continue
    if not found:
        raise Refused("No questionnaire was answered in both waves.",
                      "Compare waves that asked the same questionnaire.")
    with transaction() as session:
        store_changes(session, get_study(session, study.id), first, second, found)
    return found


def _surveyed(study: Study, wave: Wave, form: Instrument, thresholds: dict[str, float]) -> Surveyed:
    session = read_session()
    template = replace(template_of(session, study), instruments=(form,))
    tables = StudyTables(template=template, answers={form.audience: load_answers(session, wave, form)}, wave=wave.key,
                         seed=study.seed)
    return survey_audience(tables, form.audience, thresholds)


def compare_with_earlier(study: Study, wave: Wave) -> None:
    """Compare a wave with the one before it, where there is one; its report tells of it."""
    before = earlier_wave(read_session(), study, wave)
    if before is not None:
        try:
            compare_study_waves(study, before, wave)
        except Refused:         # the report then has no such section
            return


def compare_asked(study: Study, options: dict[str, Any]) -> str:
    """Compare the waves that a page asked for; return what the job says."""
    first, second = wave_pair(read_session(), study, options["first"], options["second"])
    found = compare_study_waves(study, first, get_wave(read_session(), study, second.key))
    return f"{first.key}, {second.key}: {len(found)} questionnaires"
