"""Released reports: which files were handed to management, from which diagnosis of which frozen data."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now


class ReportRelease(Base):
    """A diagnosis with its files, released on a day; what was released never changes, it can only be recalled."""

    __tablename__ = "report_release"
    __table_args__ = (UniqueConstraint("study_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), index=True)
    diagnosis_id: Mapped[int] = mapped_column(ForeignKey("diagnosis.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]                                     # within the study, from 1
    files: Mapped[list[Any]]                                # [{report, language, format, sha256}], by language
    content_hash: Mapped[str] = mapped_column(String(64))   # of the diagnosis and the files together
    frozen_on: Mapped[str] = mapped_column(String(10), default="")     # day of the data, as in the diagnosis
    released_on: Mapped[date]                               # by the study's clock
    released_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    released_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))       # None = command line
    note: Mapped[str] = mapped_column(Text, default="", server_default="")
    recalled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recalled_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    recall_reason: Mapped[str] = mapped_column(Text, default="", server_default="")

    @property
    def is_recalled(self) -> bool:
        return self.recalled_at is not None
