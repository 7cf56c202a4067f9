"""Files of answers made by a worker: asked for, stored, fetched, and forgotten after a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, defer

from surveyapp.db.base import utc_now
from surveyapp.errors import NotFound
from surveyapp.models.account import Account
from surveyapp.models.diagnosis import Job
from surveyapp.models.export_file import ANSWERS, ExportFile
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.models.wave import Wave
from surveyapp.queue import enqueue_job
from surveyapp.services.disclosure import plan_release
from surveyapp.services.export_layout import check_codes
from surveyapp.services.response_export import ExportOptions, check_format, check_language

KIND = "export"
KEPT = timedelta(days=1)


def request_export(session: Session, study: Study, wave: Wave, published: PublishedInstrument, format: str,
                   options: ExportOptions, account: Account) -> Job:
    """Return the job that writes the file; what may not leave is refused at once, not by the job."""
    check_format(format, options)
    release = plan_release(session, study, wave, published)
    check_language(release, options)
    check_codes(release.instrument)
    return enqueue_job(session, study.id, KIND, {
        "wave": wave.key, "instrument": published.audience, "format": format, "account": account.id,
        "options": asdict(options)}, account)


def options_of(document: Mapping[str, Any]) -> ExportOptions:
    """Return the options that a job was asked for with."""
    return ExportOptions(**document["options"])


def store_export_file(session: Session, study: Study, name: str, content: bytes) -> ExportFile:
    """Return the stored file; those older than a day are deleted."""
    session.execute(delete(ExportFile).where(ExportFile.created_at < utc_now() - KEPT))
    file = ExportFile(study_id=study.id, name=name, size=len(content), content=content)
    session.add(file)
    session.flush()
    return file


def list_export_files(session: Session, study: Study) -> list[ExportFile]:
    """Return the study's files that are still kept, newest first, without their bytes."""
    return list(session.scalars(
        select(ExportFile).where(ExportFile.study_id == study.id, ExportFile.kind == ANSWERS,
                                 ExportFile.created_at >= utc_now() - KEPT)
        .order_by(ExportFile.id.desc()).options(defer(ExportFile.content))))


def get_export_file(session: Session, study: Study, file_id: int) -> ExportFile:
    """Return the file if it is one of the study's and still kept; NotFound otherwise."""
    file = session.scalar(select(ExportFile).where(
        ExportFile.study_id == study.id, ExportFile.id == file_id, ExportFile.kind == ANSWERS,
        ExportFile.created_at >= utc_now() - KEPT))
    if file is None:
        raise NotFound("There is no such file; files of answers are kept for a day.", "Export the answers again.")
    return file


def list_export_jobs(session: Session, study: Study, limit: int = 3) -> list[Job]:
    """Return the newest jobs that have not ended well."""
    return list(session.scalars(
        select(Job).where(Job.study_id == study.id, Job.kind == KIND, Job.state != "done")
        .order_by(Job.created_at.desc()).limit(limit)))
