"""Mail to invited people: texts, the outbox that sends nothing twice, and who wants none."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base

WAITING, CLAIMED, SENT, FAILED, DROPPED = "waiting", "claimed", "sent", "failed", "dropped"


class OutboxMessage(Base):
    """One message to one person; the unique key makes a second one of its kind impossible.

    A sender claims the row, sends, and marks it. A row that stays claimed was perhaps sent: it is never sent again by
    itself, a person decides.
    """

    __tablename__ = "outbox"
    __table_args__ = (UniqueConstraint("invitation_id", "wave_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"))
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))               # invitation, reminder-1, reminder-2 …
    state: Mapped[str] = mapped_column(String(12), default=WAITING)
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    claimed_by: Mapped[str | None] = mapped_column(String(32))  # one run of a sender
    handled_on: Mapped[date | None]                             # the day only
    fault: Mapped[str] = mapped_column(Text, default="")


class MailText(Base):
    """A study's own wording of one kind of mail in one language."""

    __tablename__ = "mail_text"
    __table_args__ = (UniqueConstraint("study_id", "audience", "kind", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    audience: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))               # invitation, reminder, paste
    language: Mapped[str] = mapped_column(String(12))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)


class OptOut(Base):
    """A mail address, hashed, that a study must not write to again, also when it is imported once more."""

    __tablename__ = "opt_out"
    __table_args__ = ({"sqlite_with_rowid": False},)

    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), primary_key=True)
    address_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
