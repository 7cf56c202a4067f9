"""A rehearsal asked for on the web: invented respondents walk the questionnaires in a process of its own.

The rehearsal makes a study in a database of its own and uses it for the whole process, so it never runs in that of the
worker, which would do its upkeep there meanwhile. The command does the same for somebody at a terminal.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, defer

from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, NotFound, Refused
from surveyapp.models.account import Account
from surveyapp.models.diagnosis import Job
from surveyapp.models.export_file import REHEARSAL, ExportFile
from surveyapp.models.study import Study
from surveyapp.queue import enqueue_job
from surveyapp.services.export_file import KEPT
from surveyapp.services.study import template_of

KIND = "rehearsal"
USUAL_WALKS, MOST_WALKS = 60, 2_000
RESULT = "rehearsal.json"
WAITING, RUNNING = "waiting", "running"


def request_rehearsal(session: Session, study: Study, n: int, languages: Sequence[str], account: Account) -> Job:
    """Return the job that rehearses the study and makes a specimen of its report in these languages."""
    check_walks(n)
    known = template_of(session, study).languages
    unknown = [language for language in languages if language not in known]
    if unknown:
        raise BadInput("The study has no language {language}.", "It has: {known}.", language=repr(unknown[0]),
                       known=", ".join(known))
    if any(job.state in (WAITING, RUNNING) for job in list_rehearsals(session, study)):
        raise Refused("A rehearsal of this study is under way.", "Wait until it is done.")
    return enqueue_job(session, study.id, KIND, {"n": n, "languages": list(languages)}, account)


def check_walks(n: int) -> None:
    """Refuse a number of invented respondents that makes no sense."""
    if not 1 <= n <= MOST_WALKS:
        raise BadInput("{n} respondents cannot be rehearsed.", "Choose 1 to {most}.", n=n, most=MOST_WALKS)


def list_rehearsals(session: Session, study: Study, limit: int = 3) -> list[Job]:
    """Return the newest jobs, the newest first."""
    return list(session.scalars(select(Job).where(Job.study_id == study.id, Job.kind == KIND)
                                .order_by(Job.created_at.desc(), Job.id).limit(limit)))


def note_progress(session: Session, job_id: str, words: str) -> None:
    """Say how far a job is, for whoever looks at its page."""
    session.execute(update(Job).where(Job.id == job_id).values(message=words))


def store_rehearsal(session: Session, study: Study, result: dict[str, Any], specimens: dict[str, bytes]) -> None:
    """Keep what a rehearsal found, and its specimens, instead of the former ones."""
    session.execute(delete(ExportFile).where(ExportFile.study_id == study.id, ExportFile.kind == REHEARSAL))
    files = {RESULT: json.dumps(result, ensure_ascii=False).encode(),
             **{f"specimen-{language}.pdf": content for language, content in specimens.items()}}
    session.add_all([ExportFile(study_id=study.id, kind=REHEARSAL, name=name, size=len(content), content=content)
                     for name, content in files.items()])
    session.flush()


def find_rehearsal(session: Session, study: Study) -> tuple[dict[str, Any], list[ExportFile]] | None:
    """Return what the newest rehearsal found and its specimens without their bytes; None where none is kept."""
    kept = select(ExportFile).where(ExportFile.study_id == study.id, ExportFile.kind == REHEARSAL,
                                    ExportFile.created_at >= utc_now() - KEPT).order_by(ExportFile.name)
    result = session.scalar(kept.where(ExportFile.name == RESULT))
    if result is None:
        return None
    specimens = session.scalars(kept.where(ExportFile.name != RESULT).options(defer(ExportFile.content)))
    return json.loads(result.content), list(specimens)


def get_specimen(session: Session, study: Study, file_id: int) -> ExportFile:
    """Return a specimen of the study's rehearsal; NotFound otherwise."""
    file = session.scalar(select(ExportFile).where(
        ExportFile.study_id == study.id, ExportFile.id == file_id, ExportFile.kind == REHEARSAL,
        ExportFile.name != RESULT, ExportFile.created_at >= utc_now() - KEPT))
    if file is None:
        raise NotFound("There is no such specimen; they are kept for a day.", "Rehearse again.")
    return file
