"""What a later wave shows of the actions: both waves' answers and the register brought together."""

from __future__ import annotations

from sqlalchemy.orm import Session

from analysis.diagnosis.follow_up import Decided, WaveSide, follow_up
from analysis.diagnosis.situation import group_figures
from analysis.diagnosis.surveyed import survey_audience
from analysis.diagnosis.thresholds import resolve_thresholds
from analysis.results.actions import FollowUp
from analysis.tables import StudyTables
from instruments.facts import StudyFacts
from instruments.schema import Instrument
from surveyapp.dataset import load_answers, thresholds_of
from surveyapp.models.report_release import ReportRelease
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.action import ASKED_FOR, Register, load_register
from surveyapp.services.action_feed import earlier_release
from surveyapp.services.organisation import ASKED
from surveyapp.services.study import instrument_of, list_links


def follow_up_of(session: Session, study: Study, wave: Wave, tables: StudyTables) -> FollowUp | None:
    """Return what the wave shows of the actions on the newest report released of an earlier wave; None without one."""
    release = earlier_release(session, study, wave)
    if release is None or not any(one.audience == ASKED for one in tables.template.instruments):
        return None
    register = load_register(session, study, release)
    thresholds = resolve_thresholds(tables.template.thresholds, tables.thresholds)
    before = session.get_one(Wave, release.wave_id)
    sides = (_side(session, study, before, _tables_of(session, study, before, tables)),
             _side(session, study, wave, tables))
    unit_item = register.unit_item.key if register.unit_item is not None else ""
    return follow_up(_decided(release, register, tables.facts), sides, unit_item, thresholds)


def _decided(release: ReportRelease, register: Register, facts: StudyFacts) -> Decided:
    return Decided(
        release.number, release.released_on.isoformat(),
        tuple(row.action for row in register.rows if row.action is not None),
        {row.measure.key: row.measure for row in register.rows},
        [row.measure.key for row in register.rows if row.finding.verdict in ASKED_FOR],
        facts.practices)


def _tables_of(session: Session, study: Study, wave: Wave, tables: StudyTables) -> StudyTables:
    """Return the staff's answers of another wave, read into the same columns."""
    instrument = tables.template.instrument(ASKED)
    return StudyTables(template=tables.template, answers={ASKED: load_answers(session, wave, instrument)},
                       thresholds=thresholds_of(session, study, wave), seed=tables.seed, wave=wave.key)


def _side(session: Session, study: Study, wave: Wave, tables: StudyTables) -> WaveSide:
    """Return the staff of a wave; the register of prints knows all that its diagnosis shows of groups."""
    thresholds = resolve_thresholds(tables.template.thresholds, tables.thresholds)
    side = survey_audience(tables, ASKED, thresholds)
    group_figures(side, thresholds)
    return WaveSide(wave.key, side, _shown(session, wave, side.instrument))


def _shown(session: Session, wave: Wave, otherwise: Instrument) -> Instrument:
    """Return the newest version of the staff questionnaire that the wave's links lead to."""
    found = [published for _, published in list_links(session, wave) if published.audience == ASKED]
    return instrument_of(found[-1]) if found else otherwise
