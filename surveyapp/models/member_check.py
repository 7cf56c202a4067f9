"""Respondent validation: the summary that an interviewee was sent, and what came back; never an address."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base


class MemberCheck(Base):
    """One interview's summary by point, and its way: draft, sent, confirmed, corrected, not returned."""

    __tablename__ = "member_check"

    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id", ondelete="CASCADE"), primary_key=True)
    points: Mapped[list[Any]]                               # {box, text, correction}
    state: Mapped[str] = mapped_column(String(16), default="draft")
    sent_on: Mapped[date | None]
    answered_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
