"""Questions put to the codings: saved queries, searches for negative cases, and analyses as computed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now

FOUND, NONE_FOUND = "found", "none_found"


class SavedQuery(Base):
    """A query with a name; with a claim it is what the claim rests on."""

    __tablename__ = "saved_query"
    __table_args__ = (UniqueConstraint("study_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    claim: Mapped[str] = mapped_column(Text, default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class NegativeSearch(Base):
    """A person looked for what speaks against a code or a saved query, and says how and with what result."""

    __tablename__ = "negative_search"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    code_id: Mapped[int | None] = mapped_column(ForeignKey("code.id", ondelete="CASCADE"), index=True)
    query_id: Mapped[int | None] = mapped_column(ForeignKey("saved_query.id", ondelete="CASCADE"), index=True)
    outcome: Mapped[str] = mapped_column(String(12))        # found, none_found
    method: Mapped[str] = mapped_column(Text)               # how it was looked for
    event: Mapped[int]                                      # number of the newest event in the study's log then
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class StoredInterviewAnalysis(Base):
    """The analyses of a study's interviews as computed once; immutable."""

    __tablename__ = "interview_analysis"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, Any]]            # analysis.results.interviews.InterviewAnalysis
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
