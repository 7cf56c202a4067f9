"""The whole report: every part in its order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from analysis.results.diagnosis import Diagnosis
from analysis.results.joint import JointRecord
from analysis.results.plan_edits import PlanEdit
from analysis.results.waves import WaveComparison
from instruments.facts import StudyFacts
from instruments.schema import Text
from instruments.template import StudyTemplate
from reports.content import StudyReport, with_numbers
from reports.sections import (
    actions,
    appendix_instruments,
    appendix_measurement,
    appendix_quality,
    appendix_sensitivity,
    appendix_thresholds,
    appendix_wording,
    appendix_words,
    benchmark,
    causes,
    changes_since,
    comments,
    customer_file,
    customer_view,
    edited,
    evidence_ledger,
    follow_up,
    front,
    joint,
    limits,
    method,
    needs,
    plan,
    problems,
    roadmap,
    situation,
    strengths,
    summary,
)
from reports.sections.evidenced import with_names
from reports.sections.source import Source
from reports.waves import WaveTold

# Parts that begin on a page of their own; all others follow where the one before ends.
FIRST_OF_PAGE = frozenset({"summary", "summary-causes", "contents", "answers", "problems", "customers", "causes",
                           "reliability"})
FIRST_OF_SHORT = frozenset({"summary", "limits", "thresholds"})

WHOLE = (
    summary.summary, summary.summary_more, front.contents, situation.answers, strengths.what_works, situation.facets,
    situation.entered_facts, problems.ranking, problems.details, customer_view.customer_view, causes.levels,
    causes.joint_display, comments.comments, joint.joint, benchmark.beside_others,
    customer_file.customer_file, changes_since.changes, follow_up.follow_up, plan.objectives, actions.ranking,
    actions.measures, actions.set_aside, roadmap.roadmap, plan.safeguards, limits.limits,
    method.method, method.reproducibility,
    appendix_measurement.reliability, appendix_measurement.structure, appendix_quality.data_quality,
    customer_file.file_quality,
    appendix_sensitivity.sensitivity, appendix_thresholds.implied, appendix_thresholds.moved_thresholds,
    appendix_sensitivity.groups, appendix_wording.wording,
    appendix_instruments.instruments, appendix_words.codebook, joint.joint_rows_in_full,
    appendix_words.glossary, appendix_words.theory,
    method.thresholds, evidence_ledger.evidence_ledger, edited.edits,
)
# A study with too little to diagnose: who answered, what was entered, and how it would be done.
SHORT = (
    needs.needs, situation.answers, situation.entered_facts, customer_file.customer_file, limits.limits, method.method,
    method.reproducibility, customer_file.file_quality, appendix_words.codebook, method.thresholds,
)


@dataclass(frozen=True)
class OtherWaves:
    """What a report tells of other waves: changes since the one before, by questionnaire, and the next one's day."""

    changes: tuple[WaveComparison, ...] = ()
    asks_again_on: str = ""         # for which the next survey is planned; "" where none is
    told: Mapping[str, WaveTold] = field(default_factory=dict)      # which survey each wave is; others stand with keys
    interviewed: tuple[str, str] = ("", "")     # first and last day of the interviews, which belong to no wave


def study_report(diagnosis: Diagnosis, template: StudyTemplate, facts: StudyFacts, *, language: str,
                 title: Text | None = None, joint_record: JointRecord | None = None,
                 edits: Iterable[PlanEdit] = (), waves: OtherWaves | None = None) -> StudyReport:
    """Return the report of a diagnosis in one language; `title` stands for the template's own.

    `joint_record` holds what people judged of the joint display, `edits` what they changed of the plan; without them
    the proposals stand alone. `waves` holds what is known of the waves before and after it.
    """
    waves = waves or OtherWaves()
    study = Source(diagnosis, template, facts, language, joint_record, edits, waves.changes, waves.asks_again_on)
    study.waves, study.interviewed = waves.told, waves.interviewed
    cover = front.cover(study, title)
    is_short = needs.is_too_little(study)
    parts, first = (SHORT, FIRST_OF_SHORT) if is_short else (WHOLE, FIRST_OF_PAGE)
    sections = tuple(with_names(replace(section, starts_page=section.key in first), study.ledger)
                     for part in parts for section in part(study))
    report = StudyReport(
        language, cover.title, study.words.text("front.running_name", organisation=study.organisation),
        study.words.text("front.synthetic_foot" if study.is_synthetic else "front.confidential_foot",
                         organisation=study.organisation),
        cover, sections, diagnosis.provenance.input_hash, diagnosis.provenance.frozen_on,
        diagnosis.provenance.versions.get("surveyapp", ""), study.is_synthetic)
    return with_numbers(report)
