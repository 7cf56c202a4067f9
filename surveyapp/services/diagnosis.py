"""Diagnoses and their reports as stored: found, added, never changed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from analysis.results.diagnosis import Diagnosis
from instruments.codec import content_hash, from_document, to_document
from surveyapp.errors import NotFound, Refused
from surveyapp.models.account import Account
from surveyapp.models.diagnosis import Job, Report, StoredDiagnosis
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.queue import enqueue_job
from surveyapp.services.audit import record_change
from surveyapp.services.study import get_wave
from surveyapp.services.webhook_event import DIAGNOSIS_FINISHED, REPORT_FINISHED, announce


def store_diagnosis(session: Session, study: Study, wave: Wave, diagnosis: Diagnosis) -> StoredDiagnosis:
    """Return the stored diagnosis; an equal one that is there already is returned instead of a second copy."""
    digest = content_hash(diagnosis)
    known = session.scalar(select(StoredDiagnosis).where(
        StoredDiagnosis.study_id == study.id, StoredDiagnosis.wave_id == wave.id,
        StoredDiagnosis.content_hash == digest))
    if known is not None:
        _announce_diagnosis(session, known, wave)
        return known
    stored = StoredDiagnosis(
        study_id=study.id, wave_id=wave.id, input_hash=diagnosis.provenance.input_hash, content_hash=digest,
        document=to_document(diagnosis))
    session.add(stored)
    session.flush()
    record_change(session, "diagnose", f"diagnosis {stored.id}", study_id=study.id, after={"content_hash": digest})
    _announce_diagnosis(session, stored, wave)
    return stored


def _announce_diagnosis(session: Session, stored: StoredDiagnosis, wave: Wave) -> None:
    announce(session, stored.study_id, DIAGNOSIS_FINISHED, {"wave": wave.key, "diagnosis": stored.id})


def request_diagnosis(session: Session, study: Study, languages: Sequence[str], account: Account) -> Job:
    """Return the job of a new diagnosis with its reports; refused while answers still arrive.

    Two results with one answer between them would show what that person answered.
    """
    wave = get_wave(session, study)
    if wave.is_open:
        raise Refused("Collection is still open.", "Close it first: results that change with each answer would show "
                      "what a single person answered.")
    return enqueue_job(session, study.id, "diagnose", {"languages": list(languages), "wave": wave.key}, account)


def newest_diagnosis(session: Session, study: Study, wave: Wave | None = None) -> StoredDiagnosis | None:
    """Return the study's newest diagnosis, or that of one wave; None where there is none."""
    own = select(StoredDiagnosis).where(StoredDiagnosis.study_id == study.id)
    if wave is not None:
        own = own.where(StoredDiagnosis.wave_id == wave.id)
    return session.scalar(own.order_by(StoredDiagnosis.id.desc()).limit(1))


def waves_by_diagnosis(session: Session, study: Study) -> dict[int, Wave]:
    """Return the wave of each diagnosis, in the order of the waves' keys."""
    found = session.execute(select(StoredDiagnosis.id, Wave).join(Wave, Wave.id == StoredDiagnosis.wave_id)
                            .where(StoredDiagnosis.study_id == study.id).order_by(Wave.key, StoredDiagnosis.id))
    return {number: wave for number, wave in found}  # noqa: C416  # dict() takes a result for a mapping


def diagnosis_of(stored: StoredDiagnosis) -> Diagnosis:
    """Return the diagnosis as a value."""
    return from_document(Diagnosis, stored.document)


def store_report(session: Session, stored: StoredDiagnosis, language: str, content: bytes,
                 format: str = "pdf", *, tree: bytes | None = None, is_draft: bool = False) -> Report:
    """Return the stored report; the same bytes are kept once, with what they say (`tree`)."""
    digest = hashlib.sha256(content).hexdigest()
    known = session.scalar(select(Report).where(Report.diagnosis_id == stored.id, Report.sha256 == digest))
    if known is not None:
        _announce_report(session, stored, known)
        return known
    report = Report(diagnosis_id=stored.id, language=language, format=format, sha256=digest, content=content,
                    tree=tree, is_draft=is_draft)
    session.add(report)
    session.flush()
    record_change(session, "write_report", f"report {report.id}", study_id=stored.study_id,
                  after={"sha256": digest, "language": language})
    _announce_report(session, stored, report)
    return report


def drafts_of(session: Session, stored: StoredDiagnosis, language: str) -> list[Report]:
    """Return the drafts of a diagnosis in a language, oldest first, without their bytes."""
    return list(session.scalars(select(Report).where(
        Report.diagnosis_id == stored.id, Report.language == language, Report.is_draft)
        .order_by(Report.id).options(defer(Report.content))))


def request_reports(session: Session, study: Study, languages: Sequence[str], account: Account, *,
                    is_final: bool) -> Job:
    """Return the job that writes the newest diagnosis anew, as drafts or in the version to be released."""
    return enqueue_job(session, study.id, "report", {"languages": list(languages), "is_final": is_final}, account)


def _announce_report(session: Session, stored: StoredDiagnosis, report: Report) -> None:
    announce(session, stored.study_id, REPORT_FINISHED, {
        "diagnosis": stored.id, "report": report.id, "language": report.language, "format": report.format})


def list_reports(session: Session, study: Study) -> list[Report]:
    """Return the study's reports without their bytes, newest first."""
    found = (
        select(Report).join(StoredDiagnosis, StoredDiagnosis.id == Report.diagnosis_id)
        .where(StoredDiagnosis.study_id == study.id).order_by(Report.id.desc())
        .options(defer(Report.content), defer(Report.tree))
    )
    return list(session.scalars(found))


def get_report(session: Session, study: Study, report_id: int) -> Report:
    """Return the report if it is one of the study's; NotFound otherwise."""
    report = session.scalar(
        select(Report).join(StoredDiagnosis, StoredDiagnosis.id == Report.diagnosis_id)
        .where(StoredDiagnosis.study_id == study.id, Report.id == report_id))
    if report is None:
        raise NotFound("There is no such report in this study.", "See the list of reports.")
    return report


def list_jobs(session: Session, study: Study, limit: int = 10) -> list[Job]:
    """Return the study's newest jobs."""
    return list(session.scalars(select(Job).where(Job.study_id == study.id)
                                .order_by(Job.created_at.desc()).limit(limit)))


def get_job(session: Session, study: Study, job_id: str) -> Job:
    """Return the job if it is one of the study's; NotFound otherwise."""
    job = session.scalar(select(Job).where(Job.study_id == study.id, Job.id == job_id))
    if job is None:
        raise NotFound("There is no such job in this study.", "Ask for the work again.")
    return job


def provenance_of(stored: StoredDiagnosis) -> dict[str, Any]:
    """Return where the diagnosis came from."""
    return dict(stored.document["provenance"])
