"""Notes taken during an interview: one box a question, every save kept until the notes are finished."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now


class NoteSheet(Base):
    """The clock of an interview whose notes are taken here, and when they became its text."""

    __tablename__ = "note_sheet"

    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id", ondelete="CASCADE"), primary_key=True)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class NoteSave(Base):
    """What a box held at one time; the highest number is what it holds now. Finishing leaves only that."""

    __tablename__ = "note_save"
    __table_args__ = (UniqueConstraint("interview_id", "box", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id", ondelete="CASCADE"), index=True)
    box: Mapped[str] = mapped_column(String(80))            # key of a question of the guide, or the box for the rest
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    tab: Mapped[str] = mapped_column(String(40), default="")        # the open page that sent it
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
