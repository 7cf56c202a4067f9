"""Actions: what management decided on a measure of a released report, and every earlier state of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now


class StoredAction(Base):
    """One measure of one released report, as it stands; without a document the decision was taken back."""

    __tablename__ = "action"
    __table_args__ = (UniqueConstraint("release_id", "measure"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("report_release.id", ondelete="CASCADE"), index=True)
    measure: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]                                     # of the newest version
    document: Mapped[dict[str, Any] | None]                 # analysis.results.actions.Action


class ActionVersion(Base):
    """One state of an action; rows are only added, and the newest holds."""

    __tablename__ = "action_version"
    __table_args__ = (UniqueConstraint("action_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    document: Mapped[dict[str, Any] | None]
    taken_back_to: Mapped[int | None]                       # the version this one repeats
    note: Mapped[str] = mapped_column(Text, default="", server_default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))        # None = command line
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
