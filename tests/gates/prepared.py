"""A sample study brought to where every kind of report can be written, and the reports of every kind that there is."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from analysis.results.actions import ActionFollowUp
from analysis.results.diagnosis import Diagnosis
from reports.content import StudyReport
from reports.measurement import measurement_report
from surveyapp.db import base
from surveyapp.db.session import Database, close_read_session, read_session, transaction, use_database
from surveyapp.errors import Refused
from surveyapp.jobs import sample as sample_job
from surveyapp.jobs.diagnose import compute_diagnosis, report_content
from surveyapp.jobs.further_report import further_reports
from surveyapp.jobs.measure import measure_study
from surveyapp.jobs.sample import add_sample_study
from surveyapp.jobs.second_wave import SECOND_WAVE, add_second_wave, close_first_wave, release_with_decisions
from surveyapp.jobs.wave_change import compare_with_earlier
from surveyapp.models.study import Study
from surveyapp.sample.plan import Plan
from surveyapp.sample.studies import sample_of
from surveyapp.services.action import load_register
from surveyapp.services.diagnosis import newest_diagnosis, store_diagnosis, store_report
from surveyapp.services.further_report import KINDS, OF_A_WAVE
from surveyapp.services.measurement import subject_of
from surveyapp.services.report_release import get_release, release_report
from surveyapp.services.study import get_study, get_wave, instrument_of, list_links, template_of
from tests.factories.diagnosis import rich_diagnosis
from tests.factories.follow_up import every_verdict
from tests.factories.questionnaire import SECRET

NAME = "study"
SIZES = {"tiny": 12, "sample": 0, "large": 1500}        # people of each audience; 0 = as planned
TODAY = datetime(2027, 2, 1, 9, tzinfo=UTC)     # of the study's clock, so that pages do not change with the day
RELEASED = date(2026, 11, 13)
FIRST_WAVE = "w1"
UNREAD = b"%PDF-1.7 handed to management"       # what was released is not read again


def resized(plan: Plan, n: int) -> Plan:
    """Return the plan of a sample with that many people of each audience; 0 = as planned."""
    if not n:
        return plan
    people = dict.fromkeys(plan.n_respondents, n)
    return replace(plan, n_respondents=people, population=dict.fromkeys(people, 2 * n))


@contextmanager
def prepared(path: Path, empty: Path, template_key: str, *, n: int = 0, by_hand: bool = False) -> Iterator[Study]:
    """Bring a study to a released report and, where its sample has one, a second wave after decisions on it.

    `by_hand`: its diagnoses are the one in which every kind of finding occurs; nothing is computed.
    """
    path.write_bytes(empty.read_bytes())
    database, planned = Database(f"sqlite:///{path}"), sample_of(template_key)
    use_database(database)
    with pytest.MonkeyPatch.context() as patch:
        _stop_the_clock(patch)
        patch.setattr(sample_job, "sample_of", lambda _key: replace(planned, plan=resized(planned.plan, n)))
        with transaction() as session:
            close_first_wave(session, SECRET, add_sample_study(session, template_key, NAME))
        _diagnose(FIRST_WAVE, by_hand=by_hand)
        if planned.second is None:
            with transaction() as session:
                release_report(session, get_study(session, NAME), sample_day=RELEASED)
        else:
            _ask_again(resized(planned.second(), n), by_hand=by_hand)
        yield get_study(read_session(), NAME)
    database.close()
    use_database(None)


def _ask_again(plan: Plan, *, by_hand: bool) -> None:
    with transaction() as session:
        study = get_study(session, NAME)
        release_with_decisions(session, study)
        add_second_wave(session, SECRET, study, plan)
    close_read_session()
    study = get_study(read_session(), NAME)
    if not by_hand:
        compare_with_earlier(study, get_wave(read_session(), study, SECOND_WAVE))
    _diagnose(SECOND_WAVE, by_hand=by_hand)


def _stop_the_clock(patch: pytest.MonkeyPatch) -> None:
    """Let it be the same day for all of the application, whenever the gates run."""
    running = base.utc_now
    for name, module in list(sys.modules.items()):
        if name.startswith("surveyapp") and getattr(module, "utc_now", None) is running:
            patch.setattr(module, "utc_now", lambda: TODAY)


def _diagnose(wave_key: str, *, by_hand: bool) -> None:
    close_read_session()
    study = get_study(read_session(), NAME)
    found = _by_hand(study, wave_key) if by_hand else \
        compute_diagnosis(study, get_wave(read_session(), study, wave_key), n_resamples=300)
    with transaction() as session:
        study = get_study(session, NAME)
        stored = store_diagnosis(session, study, get_wave(session, study, wave_key), found)
        for language in template_of(session, study).languages:
            store_report(session, stored, language, UNREAD + language.encode())
    close_read_session()


def _by_hand(study: Study, wave_key: str) -> Diagnosis:
    session = read_session()
    found = rich_diagnosis(template_of(session, study))
    if wave_key == SECOND_WAVE:
        register = load_register(session, study, get_release(session, study))
        first, *others = (row.action for row in register.rows if row.action is not None)
        found = replace(found, follow_up=every_verdict(first, *(ActionFollowUp(one, None, None) for one in others)))
    return replace(found, provenance=replace(found.provenance, wave=wave_key))


def kinds_of(study: Study, language: str) -> Mapping[str, list[StudyReport]]:
    """Return the reports of every kind that the application knows, a list for each kind."""
    session = read_session()
    stored = newest_diagnosis(session, study)
    assert stored is not None
    return {"diagnosis": [report_content(study, stored, language)], "measurement": measured(study, language),
            **further_of(study, language)}


def further_of(study: Study, language: str) -> dict[str, list[StudyReport]]:
    """Return the reports of every kind that has its name in the application's list; none of a kind that is refused."""
    made: dict[str, list[StudyReport]] = {}
    for kind in KINDS:
        with suppress(Refused):
            wave = FIRST_WAVE if kind in OF_A_WAVE else None
            made[kind] = [report for _, report in further_reports(study, kind, wave, [language])]
    return made


def measured(study: Study, language: str) -> list[StudyReport]:
    """Return the measurement report of each questionnaire of the first wave."""
    wave, made = get_wave(read_session(), study, FIRST_WAVE), []
    for _, published in list_links(read_session(), wave):
        found = measure_study(study, wave, published.audience)
        about = subject_of(study, found, instrument_of(published), language)
        made.append(measurement_report(dict(found.results), about, language=language))
    return made


def every_report(folder: Path, empty: Path, template_key: str, size: str) -> Iterator[tuple[str, StudyReport]]:
    """Return name and content of every report of a sample study, in both languages; nothing is made by hand.

    A kind that so small a study cannot have is refused in words, which is as it should be; nothing else may go wrong.
    """
    with prepared(folder / "study.sqlite3", empty, template_key, n=SIZES[size]) as study:
        for language in ("en", "zh"):
            for kind, reports in kinds_of(study, language).items():
                for place, report in enumerate(reports):
                    yield f"{kind}-{place}-{language}", report
