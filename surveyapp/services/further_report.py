"""Reports besides the diagnosis: asked for, kept, listed and handed over."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from reports.content import StudyReport
from surveyapp.errors import BadInput, NotFound, Refused, marked
from surveyapp.models.account import Account
from surveyapp.models.diagnosis import Job
from surveyapp.models.further_report import FurtherReport
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.queue import enqueue_job
from surveyapp.services.audit import record_change
from surveyapp.services.report_files import packed

JOB = "further_report"
# Every kind with its name and what it is for; those of a wave need it closed.
KINDS: Mapping[str, tuple[str, str]] = MappingProxyType({
    "protocol": (marked("Study protocol"),
                 marked("What is asked of whom and how it will be judged, to be written before anybody answers.")),
    "fieldwork": (marked("Fieldwork report"),
                  marked("Whom the questionnaires were put to, how, and how it went: dispositions, response rates by "
                         "AAPOR, course, break-offs.")),
    "interviews": (marked("Interview report"),
                   marked("Whom you heard, which questions came up, the codebook with counts, agreement of coders, "
                          "saturation, voices for and against; of the newest diagnosis.")),
    "board": (marked("Board pack"),
              marked("At most eight pages in the shape of slides, taken from the newest diagnosis report with its "
                     "numbers, ending with what management is asked to decide.")),
    "progress": (marked("Progress report"),
                 marked("Between two waves: what was decided, planned and done, who knows it, what changed and what "
                        "cannot be told, what is overdue and what to decide now; no proof of effect.")),
    "feedback": (marked("Feedback to those who answered"),
                 marked("Two pages for staff: what you told us, what was decided, what happens when, how you are "
                        "protected; only after the report was released to management.")),
    "units": (marked("Unit sheets"),
              marked("A page for each unit with at least ten valid answers: its own figures beside those of all, three "
                     "points to talk about, no ranking; only after the report was released to management.")),
})
OF_A_WAVE = frozenset({"fieldwork"})


def request_further_report(session: Session, study: Study, kind: str, wave: Wave | None, account: Account) -> Job:
    """Return the job that writes a report of a kind in every language; Refused while its wave is open."""
    checked_kind(kind)
    if kind in OF_A_WAVE:
        check_closed(wave)
    return enqueue_job(session, study.id, JOB, {"kind": kind, "wave": wave.key if wave else None}, account)


def checked_kind(kind: str) -> str:
    """Return the kind; BadInput if there is none of that name."""
    if kind not in KINDS:
        raise BadInput("There is no report of the kind {kind}.", "There are: {known}.", kind=repr(kind),
                       known=", ".join(KINDS))
    return kind


def check_closed(wave: Wave | None) -> Wave:
    """Return the wave; Refused where its answers still arrive."""
    if wave is None or wave.closed_at is None:
        raise Refused("Collection is still open.", "Close it first: while answers arrive there are no final figures.")
    return wave


def store_further_report(session: Session, study: Study, wave: Wave | None, kind: str, about: str,
                         report: StudyReport, content: bytes) -> FurtherReport:
    """Return the stored report; the same bytes are kept once."""
    digest = hashlib.sha256(content).hexdigest()
    known = session.scalar(select(FurtherReport).where(FurtherReport.study_id == study.id,
                                                       FurtherReport.sha256 == digest))
    if known is not None:
        return known
    row = FurtherReport(study_id=study.id, wave_id=wave.id if wave else None, kind=kind, about=about,
                        language=report.language, sha256=digest, content=content, tree=packed(report))
    session.add(row)
    session.flush()
    record_change(session, "write_report", f"{kind} report {row.id}", study_id=study.id,
                  after={"sha256": digest, "language": report.language})
    return row


def list_further_reports(session: Session, study: Study) -> list[FurtherReport]:
    """Return the study's further reports without their bytes, the newest first."""
    return list(session.scalars(
        select(FurtherReport).where(FurtherReport.study_id == study.id).order_by(FurtherReport.id.desc())
        .options(defer(FurtherReport.content), defer(FurtherReport.tree))))


def get_further_report(session: Session, study: Study, number: int) -> FurtherReport:
    """Return a further report of the study; NotFound otherwise."""
    row = session.get(FurtherReport, number)
    if row is None or row.study_id != study.id:
        raise NotFound("There is no such report in this study.", "See the list of reports.")
    return row
