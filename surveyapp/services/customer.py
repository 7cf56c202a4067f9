"""The customer files of a study: checked for identifiers, shown before they are taken over, kept in columns."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from analysis.results.customers import CustomerPicture
from instruments.codec import content_hash, from_document, to_document
from instruments.template import StudyTemplate, ValueModel
from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, NotFound
from surveyapp.models.account import Account
from surveyapp.models.customer import (
    CUSTOMERS,
    KINDS,
    CustomerFile,
    CustomerUpload,
    StoredCustomerPicture,
)
from surveyapp.models.diagnosis import Job
from surveyapp.models.study import Study
from surveyapp.queue import enqueue_job
from surveyapp.services.audit import record_change

JOB = "customers"
UPLOAD_WAITS = timedelta(days=1)


@dataclass(frozen=True)
class Notice:
    """Something the reader should know of a file: a message id with {names}, and their values."""

    words: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.words.format(**self.values)


@dataclass(frozen=True)
class FileColumn:
    """One column that is kept, and how many of its cells are filled."""

    head: str
    n_filled: int


@dataclass(frozen=True)
class FileReport:
    """What a file holds, as far as it is used."""

    n_rows: int
    notices: tuple[Notice, ...] = ()
    columns: tuple[FileColumn, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()      # the first few, as they will be kept


@dataclass(frozen=True)
class ReadFile:
    """A file that was checked: packed columns and the report on it."""

    kind: str
    name: str
    sha256: str
    content: bytes
    report: FileReport
    as_on: str | None = None


# ---- what a study has -----------------------------------------------------------------------------------------------
def find_value_model(study: Study) -> ValueModel | None:
    """Return the study's value model, or None."""
    return from_document(StudyTemplate, study.template).value_model


def get_value_model(study: Study) -> ValueModel:
    """Return the study's value model; BadInput where its template has none."""
    model = find_value_model(study)
    if model is None:
        raise BadInput("The study's template has no customer-value model.", "Use a template that has one.")
    return model


def list_files(session: Session, study: Study) -> list[CustomerFile]:
    """Return the study's files: by kind, that in use first."""
    files = list(session.scalars(select(CustomerFile).where(CustomerFile.study_id == study.id)))
    files.sort(key=_age, reverse=True)
    return sorted(files, key=lambda file: KINDS.index(file.kind))


def _age(file: CustomerFile) -> tuple[str, int]:
    return file.as_on or file.imported_at.date().isoformat(), file.id


def find_file(session: Session, study: Study, kind: str = CUSTOMERS) -> CustomerFile | None:
    """Return the file in use: that of the latest day, of several the one taken over last."""
    return next((file for file in list_files(session, study) if file.kind == kind), None)


def find_earlier_file(session: Session, study: Study) -> CustomerFile | None:
    """Return the customer file of the day before that in use; both must say their day."""
    dated = [file for file in list_files(session, study) if file.kind == CUSTOMERS]
    if len(dated) < 2 or not dated[0].as_on:  # noqa: PLR2004 - two dates
        return None
    return next((file for file in dated[1:] if file.as_on and file.as_on < (dated[0].as_on or "")), None)


# ---- taking a file over ---------------------------------------------------------------------------------------------
def check_kind(kind: str) -> None:
    """Refuse a kind of file that is not known."""
    if kind not in KINDS:
        raise BadInput("There is no kind of file {kind}.", "Use one of: {kinds}.", kind=repr(kind),
                       kinds=", ".join(KINDS))


def checked_day(text: str) -> str | None:
    """Return the ISO day of a text, None of an empty one; refused in the future."""
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput("{text} is no day.", "Write it as 2026-06-30.", text=repr(text)) from None
    if day > utc_now().date() + timedelta(days=1):
        raise BadInput("{text} lies in the future.", "Write the day that the file speaks of.", text=repr(text))
    return day.isoformat()


def store_file(session: Session, study: Study, read: ReadFile, account: Account | None = None) -> CustomerFile:
    """Return the file, stored; it takes the place of one of the same kind and day."""
    replaced = [file for file in list_files(session, study)
                if file.kind == read.kind and (read.kind != CUSTOMERS or file.as_on == read.as_on)]
    for old in replaced:
        session.delete(old)
    file = CustomerFile(study_id=study.id, kind=read.kind, name=read.name, sha256=read.sha256, as_on=read.as_on,
                        n_rows=read.report.n_rows, content=read.content)
    session.add(file)
    session.flush()
    record_change(session, "import_customers", f"{read.kind} file {file.id}", study_id=study.id, account=account,
                  before={"replaced": [{"name": old.name, "rows": old.n_rows} for old in replaced]},
                  after={"name": read.name, "rows": read.report.n_rows, "as_on": read.as_on, "sha256": read.sha256})
    return file


def stage_upload(session: Session, study: Study, read: ReadFile, account: Account) -> CustomerUpload:
    """Keep a checked file until somebody says that it is to be used; a former upload of that kind is forgotten."""
    session.execute(delete(CustomerUpload).where(CustomerUpload.study_id == study.id, CustomerUpload.kind == read.kind,
                                                 CustomerUpload.account_id == account.id))
    upload = CustomerUpload(study_id=study.id, account_id=account.id, kind=read.kind, name=read.name,
                            sha256=read.sha256, n_rows=read.report.n_rows, as_on=read.as_on, content=read.content,
                            document=to_document(read.report))
    session.add(upload)
    session.flush()
    return upload


def get_upload(session: Session, study: Study, upload_id: int, account: Account) -> CustomerUpload:
    """Return an upload of this account; NotFound otherwise."""
    found = session.get(CustomerUpload, upload_id)
    if found is None or found.study_id != study.id or found.account_id != account.id:
        raise NotFound("This upload is not there any more.", "Choose the file again.")
    return found


def report_of(upload: CustomerUpload) -> FileReport:
    """Return what was said of an upload."""
    return from_document(FileReport, upload.document)


def take_over(session: Session, study: Study, upload: CustomerUpload, account: Account) -> CustomerFile:
    """Return the file made of an upload, and ask for the figures."""
    file = store_file(session, study, ReadFile(upload.kind, upload.name, upload.sha256, upload.content,
                                               report_of(upload), upload.as_on), account)
    session.delete(upload)
    session.flush()
    request_picture(session, study, account)
    return file


def discard_upload(session: Session, upload: CustomerUpload) -> None:
    """Forget an upload."""
    session.delete(upload)
    session.flush()


def forget_uploads(session: Session, now: datetime) -> int:
    """Forget uploads that nobody took over for a day; return how many."""
    old = list(session.scalars(select(CustomerUpload).where(CustomerUpload.uploaded_at < now - UPLOAD_WAITS)))
    for upload in old:
        session.delete(upload)
    session.flush()
    return len(old)


def remove_file(session: Session, study: Study, file_id: int, account: Account | None = None) -> None:
    """Delete a file with everything in it; where somebody is logged in, figures of the others are asked for anew."""
    file = session.get(CustomerFile, file_id)
    if file is None or file.study_id != study.id:
        raise NotFound("There is no such file.")
    session.delete(file)
    session.execute(delete(StoredCustomerPicture).where(StoredCustomerPicture.study_id == study.id))
    session.flush()
    record_change(session, "remove_customers", f"{file.kind} file {file_id}", study_id=study.id, account=account,
                  before={"name": file.name, "rows": file.n_rows})
    if account is not None and find_file(session, study) is not None:
        request_picture(session, study, account)


# ---- figures --------------------------------------------------------------------------------------------------------
def input_hash(session: Session, study: Study) -> str:
    """Return what the figures depend on, as a hash."""
    files = [(file.kind, file.as_on, file.sha256, file.n_rows) for file in list_files(session, study)]
    return content_hash({"files": files, "model": find_value_model(study), "thresholds": study.thresholds})


def request_picture(session: Session, study: Study, account: Account | None) -> Job:
    """Return the job that computes the figures."""
    return enqueue_job(session, study.id, JOB, {}, account)


def newest_job(session: Session, study: Study) -> Job | None:
    """Return the newest job that computes the figures, or None."""
    return session.scalar(select(Job).where(Job.study_id == study.id, Job.kind == JOB)
                          .order_by(Job.created_at.desc()).limit(1))


def store_picture(session: Session, study: Study, digest: str, picture: CustomerPicture) -> None:
    """Keep the figures, without anything of a single customer."""
    session.merge(StoredCustomerPicture(
        study_id=study.id, input_hash=digest, created_at=utc_now(),
        document=to_document(replace(picture, stage={}, value_index={}, upgrade_candidates=()))))
    session.flush()


def find_picture(session: Session, study: Study) -> CustomerPicture | None:
    """Return the figures of the files in use; None where they are not computed yet."""
    stored = session.get(StoredCustomerPicture, study.id)
    if stored is None or stored.input_hash != input_hash(session, study):
        return None
    return from_document(CustomerPicture, stored.document)


def sha256_of(content: bytes) -> str:
    """Return the hash by which a file is known."""
    return hashlib.sha256(content).hexdigest()
