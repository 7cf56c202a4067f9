"""Analyses across a study's interviews: asked for, kept, found again, and shown only while nothing is blind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from analysis.results.interviews import InterviewAnalysis
from instruments.codec import content_hash, from_document, to_document
from surveyapp.models.account import Account
from surveyapp.models.audit import Audit
from surveyapp.models.coding import Code, CoderAssignment
from surveyapp.models.diagnosis import Job
from surveyapp.models.interview import CONVERSATION, Interview, TranscriptVersion
from surveyapp.models.retrieval import StoredInterviewAnalysis
from surveyapp.models.study import Study
from surveyapp.queue import enqueue_job
from surveyapp.services.audit import record_change
from surveyapp.services.query_rows import LOGGED, case_attributes

JOB, STORED = "interviews", "analyse_interviews"


def unreleased_interviews(session: Session, study: Study) -> frozenset[str]:
    """Return the interviews with a blind round that is not released: what was coded there is for nobody's counts yet.

    An analysis is the same for all who read it, so it leaves out whatever one of them may not know.
    """
    running = exists().where(CoderAssignment.interview_id == Interview.id, CoderAssignment.released_at.is_(None))
    blind = exists().where(CoderAssignment.interview_id == Interview.id, CoderAssignment.is_blind)
    return frozenset(session.scalars(select(Interview.key).where(
        Interview.study_id == study.id, Interview.kind == CONVERSATION, running, blind)))


def attributes_of(session: Session, study: Study) -> dict[str, dict[str, str]]:
    """Return the attributes of the interviews: name → interview key → value, those without one left out."""
    free = case_attributes(session, study)
    found: dict[str, dict[str, str]] = {}
    for row in session.scalars(select(Interview).where(Interview.study_id == study.id,
                                                       Interview.kind == CONVERSATION).order_by(Interview.key)):
        own = {name: str(getattr(row, name)) for name in ("audience", "language", *LOGGED) if getattr(row, name)}
        for name, value in {**own, **free.get(row.id, {})}.items():
            found.setdefault(name, {})[row.key] = value
    return found


def provenance(session: Session, study: Study, codings: Iterable[object]) -> dict[str, str]:
    """Return what an analysis was computed from: hashes of codebook, texts and codings, and the newest event."""
    codebook = [[row.key, row.document, row.is_active] for row in session.scalars(
        select(Code).where(Code.study_id == study.id).order_by(Code.position))]
    texts = session.scalars(
        select(TranscriptVersion.sha256).join(Interview, Interview.id == TranscriptVersion.interview_id)
        .where(Interview.study_id == study.id, Interview.kind == CONVERSATION).order_by(TranscriptVersion.id))
    event = session.scalar(select(func.max(Audit.id)).where(Audit.study_id == study.id, Audit.action != STORED))
    return {"codebook": content_hash({"codes": codebook}), "texts": sha256("\n".join(texts).encode()).hexdigest(),
            "codings": content_hash({"codings": [to_document(row) for row in codings]}), "event": str(event or 0)}


def store_analysis(session: Session, study: Study, analysis: InterviewAnalysis) -> StoredInterviewAnalysis:
    """Return the stored analysis; an equal one that is the newest already is returned instead of a second copy."""
    digest = content_hash(analysis)
    newest = newest_analysis(session, study)
    if newest is not None and newest.content_hash == digest:
        return newest
    stored = StoredInterviewAnalysis(study_id=study.id, content_hash=digest, document=to_document(analysis))
    session.add(stored)
    session.flush()
    record_change(session, STORED, f"interview analysis {stored.id}", study_id=study.id, after={"content_hash": digest})
    return stored


def request_analysis(session: Session, study: Study, account: Account) -> Job:
    """Return the job that computes the analyses anew."""
    return enqueue_job(session, study.id, JOB, {}, account)


def newest_analysis(session: Session, study: Study) -> StoredInterviewAnalysis | None:
    """Return the analysis stored last, or None."""
    return session.scalar(select(StoredInterviewAnalysis).where(StoredInterviewAnalysis.study_id == study.id)
                          .order_by(StoredInterviewAnalysis.id.desc()).limit(1))


def shown_analysis(session: Session, study: Study) -> InterviewAnalysis | None:
    """Return the newest analysis; None where there is none or it counts an interview whose coding is blind by now."""
    stored = newest_analysis(session, study)
    if stored is None:
        return None
    analysis = from_document(InterviewAnalysis, stored.document)
    return None if set(analysis.interviews) & unreleased_interviews(session, study) else analysis


def last_job(session: Session, study: Study) -> Job | None:
    """Return the newest job of this kind, or None."""
    return session.scalar(select(Job).where(Job.study_id == study.id, Job.kind == JOB)
                          .order_by(Job.created_at.desc()).limit(1))


def events_since(session: Session, study: Study, made: Mapping[str, str]) -> int:
    """Return how many events the study's log has had since an analysis was made."""
    return session.scalar(select(func.count()).select_from(Audit).where(
        Audit.study_id == study.id, Audit.id > int(made.get("event", "0")), Audit.action != STORED)) or 0
