"""Before a report is released: comments on its pieces, edited wordings, management's response, who has reviewed it.

Rows of edits and responses are only added; the newest of a piece holds and the others are its versions.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now


class ReportComment(Base):
    """What somebody says of one piece of a report, and what was answered."""

    __tablename__ = "report_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"), index=True)
    place: Mapped[str] = mapped_column(String(160))         # section:number of the block, "problems:0"
    quoted: Mapped[str] = mapped_column(Text)               # the piece's words, as the comment found them
    text: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    answer: Mapped[str] = mapped_column(Text, default="", server_default="")
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReportEdit(Base):
    """One version of an edited wording; an empty text takes the edit back."""

    __tablename__ = "report_edit"
    __table_args__ = (UniqueConstraint("diagnosis_id", "language", "section", "original_hash", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    diagnosis_id: Mapped[int] = mapped_column(ForeignKey("diagnosis.id", ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(String(12))
    section: Mapped[str] = mapped_column(String(120))
    original_hash: Mapped[str] = mapped_column(String(64))
    original: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    number: Mapped[int]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class ManagementResponse(Base):
    """One version of what management says of a problem of a diagnosis."""

    __tablename__ = "management_response"
    __table_args__ = (UniqueConstraint("diagnosis_id", "construct", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    diagnosis_id: Mapped[int] = mapped_column(ForeignKey("diagnosis.id", ondelete="CASCADE"), index=True)
    construct: Mapped[str] = mapped_column(String(80))
    stance: Mapped[str] = mapped_column(String(12))         # reports.reviewing.STANCES; "" takes it back
    reason: Mapped[str] = mapped_column(Text)
    number: Mapped[int]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class ReportReview(Base):
    """Somebody has read a report as a reviewer and found it fit to be released."""

    __tablename__ = "report_review"
    __table_args__ = (UniqueConstraint("report_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
