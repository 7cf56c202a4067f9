"""Drafts: questionnaires in the making, one per audience and study, with the steps that led to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now


class InstrumentDraft(Base):
    """A questionnaire that is being changed; it may be unsound until it is published."""

    __tablename__ = "instrument_draft"
    __table_args__ = (UniqueConstraint("study_id", "audience"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    audience: Mapped[str] = mapped_column(String(80))
    document: Mapped[dict[str, Any]]                        # instruments.schema.Instrument
    revision: Mapped[int] = mapped_column(default=1)
    based_on: Mapped[str | None] = mapped_column(String(40))    # version it was made from
    losses: Mapped[list[Any]]                               # what the file it came from could not bring along
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class DraftRevision(Base):
    """A draft before a change, to go back to."""

    __tablename__ = "draft_revision"

    draft_id: Mapped[int] = mapped_column(ForeignKey("instrument_draft.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]]
    deed: Mapped[str] = mapped_column(String(120))          # what was done to it then, e.g. "delete item Q3"
