"""The figures of a stored report as PNG: asked for on a page, drawn once by a worker, kept beside the report."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.errors import NotFound
from surveyapp.models.account import Account
from surveyapp.models.diagnosis import Job, Report, StoredDiagnosis
from surveyapp.models.further_report import FurtherReport
from surveyapp.models.study import Study
from surveyapp.queue import enqueue_job
from surveyapp.services.diagnosis import get_report
from surveyapp.services.further_report import get_further_report
from surveyapp.services.report_files import content_of

JOB = "report_pictures"
WAITS = ("waiting", "running")
DIAGNOSIS, FURTHER = "diagnosis", "further"        # of which list a report's number is


def get_stored(session: Session, study: Study, which: str, number: int) -> Report | FurtherReport:
    """Return a report of either list; NotFound otherwise."""
    if which == DIAGNOSIS:
        return get_report(session, study, number)
    if which == FURTHER:
        return get_further_report(session, study, number)
    raise NotFound("There is no such report in this study.", "See the list of reports.")


def request_pictures(session: Session, study: Study, which: str, number: int, account: Account) -> Job | None:
    """Return the job that draws the report's figures; None where they are drawn.

    One that still waits is not doubled.
    """
    stored = get_stored(session, study, which, number)
    content_of(stored)                  # of an earlier version nothing but the PDF is known: say so at once
    if stored.pictures is not None:
        return None
    options = {"which": which, "number": number}
    waiting = session.scalars(select(Job).where(Job.study_id == study.id, Job.kind == JOB, Job.state.in_(WAITS)))
    return next((job for job in waiting if job.options == options), None) or enqueue_job(
        session, study.id, JOB, options, account)


def drawing_jobs(session: Session, study: Study) -> Mapping[tuple[str, int], Job]:
    """Return the newest job that draws, by list and number of its report."""
    jobs = session.scalars(select(Job).where(Job.study_id == study.id, Job.kind == JOB).order_by(Job.created_at))
    return {(job.options["which"], job.options["number"]): job for job in jobs}


def list_drawn(session: Session, study: Study) -> frozenset[tuple[str, int]]:
    """Return list and number of every report of the study whose figures are drawn."""
    own = session.scalars(select(Report.id).join(StoredDiagnosis, StoredDiagnosis.id == Report.diagnosis_id).where(
        StoredDiagnosis.study_id == study.id, Report.pictures.is_not(None)))
    further = session.scalars(select(FurtherReport.id).where(
        FurtherReport.study_id == study.id, FurtherReport.pictures.is_not(None)))
    return frozenset([*((DIAGNOSIS, number) for number in own), *((FURTHER, number) for number in further)])
