"""Diagnose a wave and write its report: what a worker or a command does, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from analysis.diagnosis.diagnose import diagnose
from analysis.diagnosis.sensitivity import threshold_sensitivity, threshold_trial
from analysis.results.diagnosis import Diagnosis
from analysis.results.joint import JointRecord
from analysis.results.measurement import Structure
from analysis.results.plan_edits import PlanEdit
from analysis.results.sensitivity import Trial
from instruments.facts import StudyFacts
from reports import deliver
from reports.content import StudyReport
from reports.reviewing import as_draft, with_edits, with_responses
from reports.sections.study import OtherWaves, study_report
from surveyapp.dataset import load_tables
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import Refused
from surveyapp.jobs.follow_up import follow_up_of
from surveyapp.models.diagnosis import Report, StoredDiagnosis
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.sample.score_worlds import draw_scores
from surveyapp.services.action_feed import facts_of_wave
from surveyapp.services.anonymised import masked, shown_diagnosis
from surveyapp.services.diagnosis import diagnosis_of, drafts_of, newest_diagnosis, store_diagnosis, store_report
from surveyapp.services.interview_facts import interview_days
from surveyapp.services.joint import record_of
from surveyapp.services.plan_edit import edits_of
from surveyapp.services.report_files import packed
from surveyapp.services.report_wording import responses_of, wording_edits
from surveyapp.services.study import get_study, get_wave, template_of
from surveyapp.services.wave import local_text, planned_after
from surveyapp.services.wave_change import changes_since
from surveyapp.services.wave_names import waves_told
from surveyapp.services.what_if import store_trial


def compute_diagnosis(study: Study, wave: Wave, n_resamples: int = 2000, *, is_tried: bool = False) -> Diagnosis:
    """Return the diagnosis of what is in the database now; `is_tried`: and which grades other thresholds change."""
    session = read_session()
    tables = load_tables(session, study, wave)
    frozen = wave.closed_at or wave.opened_at
    diagnosis = diagnose(tables, n_resamples=n_resamples, study=study.name, is_synthetic=study.is_synthetic,
                         frozen_on=local_text(study, frozen)[:10], draw_scores=draw_scores)
    diagnosis = replace(diagnosis, follow_up=follow_up_of(session, study, wave, tables))
    if not is_tried:
        return diagnosis
    return replace(diagnosis, sensitivity=threshold_sensitivity(tables, diagnosis.structure, n_resamples=n_resamples))


def try_thresholds(study: Study, wave: Wave, structure: Structure, moved: Mapping[str, float]) -> Trial:
    """Return which grades, bands and readings change when thresholds are set to these values; nothing is stored."""
    return threshold_trial(load_tables(read_session(), study, wave), structure, moved)


def run_trial(study: Study, options: Mapping[str, Any]) -> str:
    """Do the job of that kind: judge again with thresholds moved, and keep what changes beside the question."""
    session = read_session()
    stored = newest_diagnosis(session, study)
    if stored is None:
        raise Refused("The study has no diagnosis yet.", "Close collection, then ask for one.")
    trial = try_thresholds(study, get_wave(session, study, options["wave"]), diagnosis_of(stored).structure,
                           options["moved"])
    with transaction() as writing:
        store_trial(writing, options["job_id"], trial)
    return f"{len(trial.changes)} of {trial.n_words}"


def diagnose_study(name: str, wave_key: str | None = None, *,
                   is_tried: bool = True) -> tuple[StoredDiagnosis, Diagnosis]:
    """Return the diagnosis of a study's wave, computed and stored."""
    study = get_study(read_session(), name)
    wave = get_wave(read_session(), study, wave_key)
    diagnosis = compute_diagnosis(study, wave, is_tried=is_tried)
    with transaction() as session:
        return store_diagnosis(session, study, wave, diagnosis), diagnosis


def report_pdf(study: Study, diagnosis: Diagnosis, language: str, *, is_specimen: bool = False,
               joint: JointRecord | None = None) -> bytes:
    """Return the PDF of a diagnosis in one language, with what people judged of its joint display."""
    return deliver.study_report_pdf(diagnosis, template_of(read_session(), study), facts_told(study, diagnosis),
                                    language=language, is_specimen=is_specimen, joint=joint)


def facts_told(study: Study, diagnosis: Diagnosis) -> StudyFacts:
    """Return what was entered, with the measures decided on before the wave, as a report on it tells them."""
    return facts_of_wave(read_session(), study, diagnosis.provenance.wave)


def judged_of(study: Study, stored: StoredDiagnosis, diagnosis: Diagnosis) -> JointRecord:
    """Return what people judged of a stored diagnosis's joint display, as everybody may see it."""
    return record_of(read_session(), stored.wave_id, diagnosis, template_of(read_session(), study))


def edited_of(study: Study, stored: StoredDiagnosis, diagnosis: Diagnosis) -> tuple[PlanEdit, ...]:
    """Return what researchers changed of a stored diagnosis's plan."""
    return edits_of(read_session(), stored.wave_id, diagnosis, template_of(read_session(), study))


def write_report(study: Study, stored: StoredDiagnosis, language: str, *, is_draft: bool = False) -> Report:
    """Return the stored PDF of a stored diagnosis; a draft is numbered and marked on every page.

    A draft that would say what the newest one says is not written again.
    """
    report = report_content(study, stored, language)
    tree = packed(report)
    if is_draft:
        drafts = drafts_of(read_session(), stored, language)
        if drafts and drafts[-1].tree == tree:
            return drafts[-1]
        report = as_draft(report, len(drafts) + 1)
    content = deliver.forgiving_pdf(report)
    with transaction() as session:
        return store_report(session, stored, language, content, tree=tree, is_draft=is_draft)


def write_reports(study: Study, stored: StoredDiagnosis, languages: Sequence[str]) -> list[Report]:
    """Return the stored PDFs of a stored diagnosis, one a language; they are printed side by side."""
    contents = [report_content(study, stored, language) for language in languages]
    with ThreadPoolExecutor(len(contents)) as threads:      # each waits for a process that prints
        printed = list(threads.map(deliver.forgiving_pdf, contents))
    with transaction() as session:
        return [store_report(session, stored, language, pdf, tree=packed(report))
                for language, report, pdf in zip(languages, contents, printed, strict=True)]


def report_content(study: Study, stored: StoredDiagnosis, language: str) -> StudyReport:
    """Return what the report of a stored diagnosis says in one language."""
    diagnosis, session = diagnosis_of(stored), read_session()
    template, wave = template_of(session, study), session.get_one(Wave, stored.wave_id)
    report = study_report(
        shown_diagnosis(study, diagnosis), template, facts_told(study, diagnosis), language=language,
        joint_record=judged_of(study, stored, diagnosis), edits=edited_of(study, stored, diagnosis),
        waves=OtherWaves(tuple(changes_since(session, study, wave)), planned_after(session, study, wave),
                         waves_told(session, study),
                         interview_days(session, study, diagnosis.provenance.frozen_on)))
    # Masked before wordings are looked for, as they were read masked, and after, for what people wrote.
    answered = with_responses(masked(study, report), responses_of(session, stored.id, diagnosis, template, language))
    return masked(study, with_edits(answered, wording_edits(session, stored.id, language))[0])


def program_version() -> str:
    """Return this program's version."""
    try:
        return version("surveyapp")
    except PackageNotFoundError:
        return "checkout"
