"""The worker: takes jobs off the queue and does them; a job of a killed worker is taken up again."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from types import FrameType
from typing import Any

from dbos import DBOS
from sqlalchemy import select, update

from analysis.errors import AnalysisError
from instruments.errors import InstrumentError
from reports.pdf import PdfError
from surveyapp.config import read_config
from surveyapp.db.base import utc_now
from surveyapp.db.session import close_read_session, database, read_session, transaction
from surveyapp.db.traces import empty_log, erase_traces
from surveyapp.errors import AppError, places_of
from surveyapp.jobs.agreement import do_agreement
from surveyapp.jobs.customers import picture_customers
from surveyapp.jobs.diagnose import compute_diagnosis, run_trial, write_report
from surveyapp.jobs.export import export_answers
from surveyapp.jobs.fault import fault_of
from surveyapp.jobs.further_report import run_further_report
from surveyapp.jobs.interview_analysis import run_analysis
from surveyapp.jobs.mail import send_waiting
from surveyapp.jobs.measure import run_measure
from surveyapp.jobs.norm import package_wave
from surveyapp.jobs.pilot import judge_wave
from surveyapp.jobs.planner import plan_study
from surveyapp.jobs.rehearsal import rehearse_study
from surveyapp.jobs.report_pictures import draw_pictures
from surveyapp.jobs.wave_change import compare_asked, compare_with_earlier
from surveyapp.jobs.webhook import deliver_due
from surveyapp.models.diagnosis import Job
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.queue import QUEUE, WORKFLOW, engine_url
from surveyapp.services.daily_count import take_daily_counts
from surveyapp.services.diagnosis import newest_diagnosis, store_diagnosis
from surveyapp.services.invitation import find_questionnaire_link
from surveyapp.services.pilot import get_pilot, pilot_audiences, store_judgement
from surveyapp.services.study import get_study, get_wave
from surveyapp.services.upkeep import keep_up
from surveyapp.services.what_if import TRIAL

POLLING_S = 0.5         # how soon a job starts on an idle machine; measured: no effect on the page writer
DELIVERY_S = 3.0        # how often deliveries to webhooks that are due are looked for
UPKEEP_S = 60.0         # dates of waves hold without it; counts, marks and erasure may be a minute late
MESSAGE_LENGTH = 2000
OWN_ERRORS = (AppError, AnalysisError, InstrumentError, PdfError)
LAYOUT = "1"            # of a job's steps; raised when an old job cannot be gone on with by new code


def _diagnose(study: Study, options: dict[str, Any]) -> str:
    wave = get_wave(read_session(), study, options.get("wave"))
    diagnosis = compute_diagnosis(study, wave, is_tried=True)
    with transaction() as session:
        stored = store_diagnosis(session, study, wave, diagnosis)
    compare_with_earlier(study, wave)
    for language in options.get("languages", ()):
        write_report(study, stored, language, is_draft=True)
    return f"diagnosis {stored.id}"


def _report(study: Study, options: dict[str, Any]) -> str:
    stored = newest_diagnosis(read_session(), study)
    if stored is None:
        return _diagnose(study, options)
    reports = [write_report(study, stored, language, is_draft=not options.get("is_final", True))
               for language in options["languages"]]
    return ", ".join(f"report {report.id}" for report in reports)


def _send_mail(study: Study, options: dict[str, Any]) -> str:
    wave = get_wave(read_session(), study, options.get("wave"))
    link = find_questionnaire_link(read_session(), study, wave, options["audience"])
    done = send_waiting(read_config(), study, wave, link)
    return (f"sent {done.n_sent}, refused {done.n_failed}, put back {done.n_put_back}, "
            f"uncertain {done.n_uncertain}")


def _judge_pilot(study: Study, options: dict[str, Any]) -> str:
    wave = get_pilot(read_session(), study, options["wave"])
    judged = [judge_wave(study, wave, audience) for audience in pilot_audiences(read_session(), wave)]
    with transaction() as session:
        for one in judged:
            store_judgement(session, study, wave, one)
    return f"pilot {wave.key}"


KINDS: dict[str, Callable[[Study, dict[str, Any]], str]] = {
    "wave_change": compare_asked,
    "diagnose": _diagnose, "report": _report, "send_mail": _send_mail, "pilot": _judge_pilot,
    "export": export_answers, "rehearsal": rehearse_study, "interviews": run_analysis,
    "agreement": do_agreement, "measure": run_measure, "plan": plan_study, TRIAL: run_trial,
    "norms": package_wave,
    "further_report": run_further_report, "customers": picture_customers,
    "report_pictures": draw_pictures,
}


def _set_state(job_id: str, state: str, message: str = "", fault: dict[str, Any] | None = None) -> None:
    ended = utc_now() if state in ("done", "failed") else None
    with transaction() as session:
        session.execute(update(Job).where(Job.id == job_id).values(
            state=state, message=message[:MESSAGE_LENGTH], fault=fault, ended_at=ended))


@DBOS.workflow(name=WORKFLOW)
def run_job(job_id: str) -> None:
    """Do one job of the queue."""
    do_job(job_id)


def do_job(job_id: str) -> None:
    """Do one job; its row tells how it ended, in words for the person who asked."""
    job = read_session().get(Job, job_id)
    if job is None or job.state in ("done", "failed"):
        return
    _set_state(job_id, "running")
    try:
        message = KINDS[job.kind](get_study(read_session(), job.study_id), {**job.options, "job_id": job_id})
    except Exception as error:  # the job's row is the only place where anybody would see it
        _set_state(job_id, "failed", _words_of(error), fault_of(error))
        DBOS.logger.error("job %s failed\n%s", job_id, places_of(error))
        return
    finally:
        close_read_session()
    _set_state(job_id, "done", message)


def _words_of(error: Exception) -> str:
    """Return what the job's row may say: messages made here in full, of any other error its kind only.

    What a library says of a value it cannot use may quote somebody's answer.
    """
    if isinstance(error, OWN_ERRORS):
        return f"{type(error).__name__}: {error}"
    return f"{type(error).__name__}: see the worker's log for the place"


def do_upkeep() -> None:
    """Do what is due; a failure is logged and tried again a minute later."""
    try:
        with transaction() as session:
            keep_up(session, read_config().secret_key)
        close_read_session()
        empty_log(database().engine)
    except Exception as error:  # whatever it is, the worker goes on with its jobs
        DBOS.logger.error("upkeep failed\n%s", places_of(error))
    finally:
        close_read_session()


_rewritten: set[int] = set()        # waves after whose closing this worker has rewritten the files


def do_daily_work() -> None:
    """Take the day's counts where they are missing, and rewrite files after a closing, lest a reader was in the way."""
    try:
        with transaction() as session:
            take_daily_counts(session)
            closed = set(session.scalars(select(Wave.id).where(Wave.closed_at > utc_now() - timedelta(days=1))))
        if closed - _rewritten and erase_traces(database().engine):
            _rewritten.update(closed)
    except Exception as error:  # the loop goes on: tomorrow's counts matter more than this fault
        DBOS.logger.error("the daily work failed\n%s", places_of(error))


def deliver_until(stop: threading.Event) -> None:
    """Deliver to webhooks what is due, until told to stop; beside the jobs, so that a slow receiver holds none up."""
    config = read_config()
    while not stop.wait(DELIVERY_S):
        try:
            while deliver_due(config, goes_on=lambda: not stop.is_set()):
                close_read_session()
        except Exception:  # the loop goes on: what was taken is due again when its lease has run out
            DBOS.logger.exception("deliveries failed")
        finally:
            close_read_session()


def run_worker(worker_id: str) -> None:
    """Work until told to stop."""
    DBOS(config={"name": "surveyapp", "system_database_url": engine_url(), "executor_id": worker_id,
                 "application_version": LAYOUT, "log_level": "WARNING"})
    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=1, polling_interval_sec=POLLING_S)
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    threading.Thread(target=deliver_until, args=(stop,), name="webhooks", daemon=True).start()
    while not stop.wait(UPKEEP_S):
        do_upkeep()
        do_daily_work()
    DBOS.destroy()
