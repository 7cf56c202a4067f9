"""Write a report besides the diagnosis: collect what it says, lay it out in every language, keep it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from reports.content import StudyReport
from reports.deliver import report_pdf
from reports.kinds.board import board_pack
from reports.kinds.feedback import feedback_sheet
from reports.kinds.fieldwork import fieldwork_report
from reports.kinds.interviews import interview_report
from reports.kinds.progress import progress_report
from reports.kinds.protocol import protocol_report
from reports.kinds.unit_sheet import unit_sheets
from reports.sections.source import Source
from reports.wording import LANGUAGES
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.errors import Refused
from surveyapp.jobs.diagnose import facts_told, report_content
from surveyapp.jobs.wave_change import compare_with_earlier
from surveyapp.models.further_report import FurtherReport
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.action import load_register
from surveyapp.services.anonymised import masked, shown_diagnosis
from surveyapp.services.diagnosis import diagnosis_of, newest_diagnosis
from surveyapp.services.fieldwork_facts import fieldwork_facts
from surveyapp.services.further_report import OF_A_WAVE, check_closed, checked_kind, store_further_report
from surveyapp.services.interview_facts import interview_log, questions_asked
from surveyapp.services.progress_facts import diagnosed_wave, progress_facts
from surveyapp.services.protocol_facts import protocol_facts
from surveyapp.services.report_release import find_release
from surveyapp.services.study import facts_of, get_study, get_wave, list_links, template_of
from surveyapp.services.wave_change import changes_since
from surveyapp.services.wave_names import waves_told

Written = tuple[str, StudyReport]       # what it is about ("" for the whole), and what it says


def _fieldwork(session: Session, study: Study, wave: Wave | None, languages: Sequence[str]) -> list[Written]:
    facts = fieldwork_facts(session, study, check_closed(wave))
    return [("", fieldwork_report(facts, language)) for language in languages]


def _protocol(session: Session, study: Study, wave: Wave | None, languages: Sequence[str]) -> list[Written]:
    facts = protocol_facts(session, study)
    return [("", protocol_report(facts, language)) for language in languages]


def _interviews(session: Session, study: Study, wave: Wave | None, languages: Sequence[str]) -> list[Written]:
    stored = newest_diagnosis(session, study)
    if stored is None:
        raise Refused("There is no diagnosis yet.", "Run one first: the report counts interviews as it does.")
    diagnosis, log = diagnosis_of(stored), interview_log(session, study)
    if not diagnosis.interviews:
        raise Refused("The study has no coded interviews.", "Log interviews, code them and diagnose again.")
    template, facts = template_of(session, study), facts_of(study)
    return [("", interview_report(diagnosis, template, facts, log, questions_asked(session, study, language), language))
            for language in languages]


def _board(session: Session, study: Study, wave: Wave | None, languages: Sequence[str]) -> list[Written]:
    stored = newest_diagnosis(session, study)
    if stored is None:
        raise Refused("There is no diagnosis yet.", "Run one first: the pack is taken from its report.")
    return [("", board_pack(report_content(study, stored, language))) for language in languages]


def _units(session: Session, study: Study, wave: Wave | None, languages: Sequence[str]) -> list[Written]:
    release = find_release(session, study)
    if release is None:
        raise Refused("No report of this study is released.", "Management reads its report first; release it.")
    register = load_register(session, study, release)
    if register.unit_item is None:
        raise Refused("The questionnaire does not ask for the unit.", "Give it a single-choice profile question.")
    diagnosis = shown_diagnosis(study, register.diagnosis)
    facts, day = facts_told(study, diagnosis), release.released_on.isoformat()
    made = [sheet for language in languages
            for sheet in unit_sheets(diagnosis, register.template, facts, register.unit_item.key, day, language)]
    if not made:
        raise Refused("No unit has ten valid answers that may be shown.", "Larger units get a sheet.")
    return made


def _feedback(session: Session, study: Study, wave: Wave | None, languages: Sequence[str]) -> list[Written]:
    release = find_release(session, study)
    if release is None:
        raise Refused("No report of this study is released.", "Management reads its report first; release it.")
    register = load_register(session, study, release)
    actions = {row.measure.key: row.action for row in register.rows if row.action is not None}
    asked = next((one.audience for one in register.template.instruments if one.constructs_of_group("problem")), "")
    privacy = next((link.privacy for link, published in list_links(session, session.get_one(Wave, release.wave_id))
                    if published.audience == asked and not link.is_test), "")
    diagnosis = shown_diagnosis(study, register.diagnosis)
    return [("", feedback_sheet(diagnosis, register.template, facts_told(study, diagnosis), actions, privacy,
                                release.released_on.isoformat(), register.today.isoformat(), language))
            for language in languages]


def _progress(session: Session, study: Study, wave: Wave | None, languages: Sequence[str]) -> list[Written]:
    told = progress_facts(session, study, diagnosed_wave(session, study, wave))
    template, diagnosis = template_of(session, study), shown_diagnosis(study, told.diagnosis)
    facts = facts_told(study, diagnosis)
    return [("", progress_report(Source(diagnosis, template, facts, language, changes=told.changes), told.found,
                                 told.register, waves_told(session, study))) for language in languages]


WRITERS: Mapping[str, Callable[[Session, Study, Wave | None, Sequence[str]], list[Written]]] = {
    "fieldwork": _fieldwork, "protocol": _protocol, "interviews": _interviews, "board": _board, "feedback": _feedback,
    "progress": _progress, "units": _units,
}


def further_reports(study: Study, kind: str, wave_key: str | None, languages: Sequence[str]) -> list[Written]:
    """Return what the reports of a kind say, each language in turn."""
    checked_kind(kind)
    if kind == "progress":
        study = _compared(study, wave_key)
    session = read_session()
    wave = get_wave(session, study, wave_key) if kind in OF_A_WAVE or wave_key else None
    return [(masked(study, about), masked(study, report))
            for about, report in WRITERS[kind](session, study, wave, languages)]


def _compared(study: Study, wave_key: str | None) -> Study:
    """Return the study once its wave is compared with the one before it; a comparison that is kept is not made anew."""
    session = read_session()
    stored = diagnosed_wave(session, study, get_wave(session, study, wave_key) if wave_key else None)
    wave = session.get_one(Wave, stored.wave_id)
    if changes_since(session, study, wave):
        return study
    compare_with_earlier(study, wave)
    close_read_session()                # what was just kept shall be read
    return get_study(read_session(), study.id)


def write_further_reports(name: str | int, kind: str, wave_key: str | None = None,
                          languages: Sequence[str] | None = None) -> list[FurtherReport]:
    """Return the stored reports of a kind, with their PDFs."""
    study = get_study(read_session(), name)
    spoken = languages or [one for one in template_of(read_session(), study).languages if one in LANGUAGES]
    made = [(about, report, report_pdf(report)) for about, report in further_reports(study, kind, wave_key, spoken)]
    wave = get_wave(read_session(), study, wave_key) if kind in OF_A_WAVE else None
    with transaction() as session:
        return [store_further_report(session, study, wave, kind, about, report, content)
                for about, report, content in made]


def run_further_report(study: Study, options: Mapping[str, Any]) -> str:
    """Do the job of that kind."""
    rows = write_further_reports(study.id, options["kind"], options.get("wave"))
    return ", ".join(f"report {row.id}" for row in rows)
