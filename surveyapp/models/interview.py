"""Interviews: the log entry, the transcript's immutable versions and their turns.

Open answers of a questionnaire are coded in the same way: all answers to one item are one text, an answer a turn.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now

CONVERSATION, ANSWERS = "interview", "answers"      # what is coded: a conversation, or the answers to one open item


class Interview(Base):
    """One conversation, as logged, or the answers to one open item; never a name, telephone or account number.

    Whatever counts interviewees takes only those of the kind `CONVERSATION`.
    """

    __tablename__ = "interview"
    __table_args__ = (UniqueConstraint("study_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(40))            # I01
    kind: Mapped[str] = mapped_column(String(12), default=CONVERSATION, server_default=CONVERSATION)
    audience: Mapped[str] = mapped_column(String(40))       # staff, manager, customer
    role: Mapped[str] = mapped_column(String(80))           # role class of the guide
    line: Mapped[str] = mapped_column(String(80), default="")
    tenure_band: Mapped[str] = mapped_column(String(40), default="")
    held_on: Mapped[date | None]
    duration_min: Mapped[int | None]
    mode: Mapped[str] = mapped_column(String(20), default="in_person")      # in_person, telephone, video
    interviewer: Mapped[str] = mapped_column(String(120), default="")
    has_consent: Mapped[bool] = mapped_column(default=False)
    record: Mapped[str] = mapped_column(String(20), default="notes")        # verbatim, notes
    language: Mapped[str] = mapped_column(String(12), default="en")
    guide_version: Mapped[str] = mapped_column(String(40), default="")
    questions: Mapped[dict[str, Any] | None]                # guide question → asked, covered, skipped; None = not noted
    notes: Mapped[str] = mapped_column(Text, default="")
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")   # case attribute → value
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    @property
    def is_verbatim(self) -> bool:
        return self.record == "verbatim"


class TranscriptFile(Base):
    """The bytes as they came, never changed."""

    __tablename__ = "transcript_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    encoding: Mapped[str] = mapped_column(String(40))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class TranscriptVersion(Base):
    """One immutable text of an interview; offsets of segments count its code points."""

    __tablename__ = "transcript_version"
    __table_args__ = (UniqueConstraint("interview_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column(default=1)
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class Turn(Base):
    """What one speaker said before another spoke; half-open range of code points."""

    __tablename__ = "turn"
    __table_args__ = (UniqueConstraint("version_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("transcript_version.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    speaker: Mapped[str] = mapped_column(String(120), default="")
    is_interviewee: Mapped[bool] = mapped_column(default=True)
    start: Mapped[int]
    end: Mapped[int]
    at_ms: Mapped[int | None]
