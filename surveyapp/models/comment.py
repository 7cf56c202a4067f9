"""Comments: answers to open items on their way from a closed wave to the coders, and candidates found in them.

A comment is an answer in somebody's own words. The comments on one item in one wave become one text of the kind
`interview.ANSWERS`, a comment a turn. Until every flagged one is decided they wait here, in the order of that text,
which is random and told by nothing; then they are deleted here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now

CLEAR, REPLACED, DROPPED = "clear", "replaced", "dropped"       # what a researcher decides of a flagged comment
PROBLEM, CAUSE = "problem", "cause"                             # what a candidate may become


class CommentSource(Base):
    """All comments on one item in one wave; `interview_id` is empty until they are handed over to the coders."""

    __tablename__ = "comment_source"
    __table_args__ = (UniqueConstraint("wave_id", "audience", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"))
    audience: Mapped[str] = mapped_column(String(40))
    item: Mapped[str] = mapped_column(String(80))
    interview_id: Mapped[int | None] = mapped_column(ForeignKey("interview.id", ondelete="CASCADE"), unique=True)
    minimum: Mapped[int]                # fewest comments that may be shown, as these respondents were told
    n_written: Mapped[int]              # comments, without those that say nothing
    n_blank: Mapped[int]                # "none", "n.a." and the like
    n_redacted: Mapped[int] = mapped_column(default=0)
    n_dropped: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class PendingComment(Base):
    """A comment before anybody may code it: what in it may name a person, and what was decided."""

    __tablename__ = "pending_comment"
    __table_args__ = (UniqueConstraint("source_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("comment_source.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    marks: Mapped[list[Any]]            # [start, end, kind]; empty = nothing was found
    decision: Mapped[str] = mapped_column(String(12), default="")
    words: Mapped[str] = mapped_column(Text, default="")    # the wording that replaces the text


class Candidate(Base):
    """A problem or cause nobody had asked about, named because comments speak for it; never measured."""

    __tablename__ = "candidate"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[dict[str, Any]]                # language → words
    definition: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class CandidateLine(Base):
    """A comment that speaks for a candidate."""

    __tablename__ = "candidate_line"
    __table_args__ = (UniqueConstraint("candidate_id", "turn_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    candidate_id: Mapped[int] = mapped_column(ForeignKey("candidate.id", ondelete="CASCADE"), index=True)
    turn_id: Mapped[int] = mapped_column(ForeignKey("turn.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
