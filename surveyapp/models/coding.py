"""Codes, segments of a transcript, and codings: one code on one segment by one coder."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now

POLARITIES = ("supports", "contradicts", "mixed")


class Code(Base):
    """A named meaning of the study's codebook, with its definition as data."""

    __tablename__ = "code"
    __table_args__ = (UniqueConstraint("study_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]
    document: Mapped[dict[str, Any]]            # instruments.template.CodeDefinition
    is_active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("code.id", ondelete="SET NULL"), index=True)


class Segment(Base):
    """A passage: half-open range of code points of one transcript version, with its words as a check."""

    __tablename__ = "segment"
    __table_args__ = (UniqueConstraint("version_id", "start", "end"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(36), unique=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("transcript_version.id", ondelete="CASCADE"), index=True)
    start: Mapped[int]
    end: Mapped[int]
    quote: Mapped[str] = mapped_column(Text)
    prefix: Mapped[str] = mapped_column(String(32), default="")
    suffix: Mapped[str] = mapped_column(String(32), default="")


class Coding(Base):
    """One code on one segment by one coder; `segment_id` is empty for codings imported without a text."""

    __tablename__ = "coding"

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id", ondelete="CASCADE"), index=True)
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segment.id", ondelete="CASCADE"), index=True)
    code_id: Mapped[int] = mapped_column(ForeignKey("code.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    polarity: Mapped[str] = mapped_column(String(12), default="supports")
    memo: Mapped[str] = mapped_column(Text, default="")
    edited_quote: Mapped[dict[str, Any]]        # language → edited, non-identifying wording; empty = not for print
    version: Mapped[int] = mapped_column(default=1)
    needs_review: Mapped[bool] = mapped_column(default=False, server_default=false())    # a correction changed it
    # The passage before that correction.
    former_id: Mapped[int | None] = mapped_column(ForeignKey("segment.id", ondelete="SET NULL"), index=True)
    codebook_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("codebook_version.id", ondelete="SET NULL"), index=True)     # the newest when the code was given
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LinkCoding(Base):
    """A passage in which a speaker says that a cause brings about a problem."""

    __tablename__ = "link_coding"

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id", ondelete="CASCADE"), index=True)
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segment.id", ondelete="CASCADE"), index=True)
    cause_id: Mapped[int] = mapped_column(ForeignKey("code.id", ondelete="CASCADE"))
    problem_id: Mapped[int] = mapped_column(ForeignKey("code.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    edited_quote: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    needs_review: Mapped[bool] = mapped_column(default=False, server_default=false())
    former_id: Mapped[int | None] = mapped_column(ForeignKey("segment.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Memo(Base):
    """What an account notes on an interview, a passage of one, or a code; on a code it names no interview."""

    __tablename__ = "memo"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))               # interview, segment, code
    interview_id: Mapped[int | None] = mapped_column(ForeignKey("interview.id", ondelete="CASCADE"), index=True)
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segment.id", ondelete="CASCADE"), index=True)
    code_id: Mapped[int | None] = mapped_column(ForeignKey("code.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    needs_review: Mapped[bool] = mapped_column(default=False, server_default=false())
    former_id: Mapped[int | None] = mapped_column(ForeignKey("segment.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CoderAssignment(Base):
    """An interview given to a coder; others' codings stay hidden from them until it is released.

    It is released when its round is closed, or, where it is in none, when every coder has finished.
    """

    __tablename__ = "coder_assignment"
    __table_args__ = (UniqueConstraint("interview_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    is_blind: Mapped[bool] = mapped_column(default=True)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("coding_round.id", ondelete="CASCADE"), index=True)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
