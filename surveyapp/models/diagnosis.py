"""Diagnoses, reports and the jobs that make them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now


class StoredDiagnosis(Base):
    """A diagnosis as computed; immutable, found again by the hash of what went in."""

    __tablename__ = "diagnosis"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"))
    input_hash: Mapped[str] = mapped_column(String(64), index=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, Any]]            # analysis.results.diagnosis.Diagnosis
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class Report(Base):
    """A dated, immutable rendering of a diagnosis in one language."""

    __tablename__ = "report"

    id: Mapped[int] = mapped_column(primary_key=True)
    diagnosis_id: Mapped[int] = mapped_column(ForeignKey("diagnosis.id", ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(String(12))
    format: Mapped[str] = mapped_column(String(8), default="pdf")
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    is_draft: Mapped[bool] = mapped_column(default=False, server_default=false())   # marked as one on every page
    # What the file says, as JSON in gzip: other files are made of it, so that all tell the same. None before 0032.
    tree: Mapped[bytes | None] = mapped_column(LargeBinary)
    # Its figures as PNG, once a worker has drawn them; read only where they are handed over.
    pictures: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class Job(Base):
    """Long work asked for: what, how far, and how it ended."""

    __tablename__ = "job"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    options: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(12), default="waiting")      # waiting, running, done, failed
    message: Mapped[str] = mapped_column(Text, default="")
    # reason, remedy and values of an error of our own, so that a page can say it in its reader's language
    fault: Mapped[dict[str, Any] | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
