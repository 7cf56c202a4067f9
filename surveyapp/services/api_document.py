"""What the API says of each thing, as JSON: the same that the pages show, under stable names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy.orm import Session

from analysis.diagnosis.document import diagnosis_document
from analysis.diagnosis.trace.document import trace_document
from instruments.template import StudyTemplate
from surveyapp.models.account import Account
from surveyapp.models.api_token import ApiToken
from surveyapp.models.diagnosis import Job, Report, StoredDiagnosis
from surveyapp.models.interview import Interview
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.models.wave import Wave
from surveyapp.services.diagnosis import diagnosis_of
from surveyapp.services.handout import handed_out_people
from surveyapp.services.interview_log import LogRow
from surveyapp.services.mail_text import PASTE
from surveyapp.services.message import Sender, message_to
from surveyapp.services.passage import SeenCoding
from surveyapp.services.progress import LinkProgress
from surveyapp.services.release import Release

HERE = "here-"          # how the analysis calls who answered here, by a number of its own table
ROWS_OF_CUSTOMERS = ("stage", "upgrade_candidates", "value_index")
Document = dict[str, Any]


def instant(value: datetime | None) -> str | None:
    """Return an instant as text in UTC."""
    return value.isoformat(timespec="seconds").replace("+00:00", "Z") if value else None


def token_document(token: ApiToken, account: Account) -> Document:
    """Return what a token may do."""
    return {"name": token.name, "account": account.login, "role": account.role, "scope": token.scope,
            "study": token.study_id, "expires_on": token.expires_on.isoformat()}


def study_document(study: Study) -> Document:
    """Return a study without its template."""
    return {"id": study.id, "name": study.name, "template": study.template_key, "time_zone": study.time_zone,
            "is_synthetic": study.is_synthetic, "created_at": instant(study.created_at),
            "retain_until": study.retain_until.isoformat() if study.retain_until else None}


def wave_document(wave: Wave) -> Document:
    """Return a wave with its dates and state."""
    state = "open" if wave.is_open else "closed" if wave.closed_at else "planned"
    return {"key": wave.key, "state": state, "is_pilot": wave.is_pilot, "opens_at": instant(wave.opens_at),
            "opened_at": instant(wave.opened_at), "closes_at": instant(wave.closes_at),
            "closed_at": instant(wave.closed_at), "complete_from": wave.complete_from,
            "partial_from": wave.partial_from}


def count_document(row: LinkProgress) -> Document:
    """Return how many handed in one questionnaire, as far as it may be shown now."""
    return {"questionnaire": row.published.audience, "version": row.published.version, "form": row.published.form,
            "privacy": row.link.privacy, "n_submitted": row.n_submitted, "is_rounded": row.is_rounded,
            "counted_on": row.counted_on.isoformat() if row.counted_on else None}


def version_document(row: PublishedInstrument) -> Document:
    """Return a version of a questionnaire without its definition."""
    return {"questionnaire": row.audience, "key": row.key, "version": row.version, "form": row.form,
            "note": row.note, "content_hash": row.content_hash, "published_at": instant(row.published_at)}


def release_lines(release: Release) -> Iterator[bytes]:
    """Yield a release as lines of JSON: what was done to it, then each row under its table's name."""
    yield orjson.dumps({"release": release.document()}) + b"\n"
    for table in release.tables:
        for row in table.rows():
            yield orjson.dumps({"table": table.name, "row": dict(zip(table.header, row, strict=True))}) + b"\n"


def personal_links(sender: Sender) -> list[Document]:
    """Return person and link of everybody invited who wants to hear of the study: the same people as on the sheet."""
    return [{"person": person.label or person.address or "", "unit": person.unit, "language": person.language,
             "link": message_to(sender, person, PASTE).link} for person in handed_out_people(sender)]


def result_document(stored: StoredDiagnosis, wave: Wave, template: StudyTemplate, *, has_rows: bool) -> Document:
    """Return a diagnosis as `diagnose --json` prints it, without the rows of those who answered here.

    The numbers by which an analysis calls them say something to its own table only. Whoever may not work with
    files of answers and customers gets no row of those files either.
    """
    diagnosis = diagnosis_of(stored)
    document = {**diagnosis_document(diagnosis), "trace": trace_document(diagnosis, template)}
    document["excluded"] = _of_files(document["excluded"]) if has_rows else []
    for screening in document["screening"].values():
        screening["excluded"] = _of_files(screening["excluded"]) if has_rows else []
    if document["customers"] is not None and not has_rows:
        document["customers"] = {name: value for name, value in document["customers"].items()
                                 if name not in ROWS_OF_CUSTOMERS}
    return {"id": stored.id, "wave": wave.key, "created_at": instant(stored.created_at),
            "content_hash": stored.content_hash, "diagnosis": document}


def _of_files(keys: list[str]) -> list[str]:
    return [key for key in keys if not key.startswith(HERE)]


def report_document(report: Report) -> Document:
    """Return a report without its bytes."""
    return {"id": report.id, "diagnosis": report.diagnosis_id, "language": report.language, "format": report.format,
            "sha256": report.sha256, "created_at": instant(report.created_at)}


def job_document(job: Job) -> Document:
    """Return long work as far as it has come."""
    return {"id": job.id, "kind": job.kind, "state": job.state, "message": job.message,
            "created_at": instant(job.created_at), "ended_at": instant(job.ended_at)}


def interview_document(row: LogRow) -> Document:
    """Return an interview of the log; notes and who led it stay on the pages."""
    interview: Interview = row.interview
    return {"key": interview.key, "audience": interview.audience, "role": interview.role,
            "held_on": interview.held_on.isoformat() if interview.held_on else None, "language": interview.language,
            "record": interview.record, "has_text": row.has_text, "n_codings": row.n_codings}


def coding_document(row: SeenCoding) -> Document:
    """Return a coding with its passage; one of a link has cause and problem."""
    codes = {"cause": row.codes[0], "problem": row.codes[1]} if row.is_link else {"code": row.codes[0]}
    return {"id": row.mark, "kind": "link" if row.is_link else "code", **codes,
            "polarity": row.polarity or None, "memo": row.memo, "start": row.start, "end": row.end,
            "quote": row.quote, "edited_quote": dict(row.edited_quote), "quote_kind": row.quote_kind,
            "coder": row.coder}


def newest_wave_of(session: Session, stored: StoredDiagnosis) -> Wave:
    """Return the wave that was diagnosed."""
    return session.get_one(Wave, stored.wave_id)
