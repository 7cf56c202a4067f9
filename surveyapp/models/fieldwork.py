"""What is kept of the course of collection: one row of counts a day, and the figures as they stood at closing."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base


class FieldworkDay(Base):
    """The counts of one questionnaire in one wave as they were shown on a day; rounded where the wave was open."""

    __tablename__ = "fieldwork_day"
    __table_args__ = (UniqueConstraint("link_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_link.id", ondelete="CASCADE"))
    day: Mapped[date]
    counts: Mapped[dict[str, Any]]


class FieldworkClosing(Base):
    """The final figures of one questionnaire in one wave; later changes of the roster do not move them."""

    __tablename__ = "fieldwork_closing"

    link_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_link.id", ondelete="CASCADE"), primary_key=True)
    document: Mapped[dict[str, Any]]


class Pace(Base):
    """How many quarter-hours brought how many responses from an outlet; which quarter-hours is not known."""

    __tablename__ = "pace"

    link_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_link.id", ondelete="CASCADE"), primary_key=True)
    outlet: Mapped[str] = mapped_column(String(40), primary_key=True)       # batch code, "" for the open link
    n_seen: Mapped[int]                         # responses when the counts were looked at last
    sizes: Mapped[dict[str, Any]]               # responses in one quarter-hour → such quarter-hours


class PaceClock(Base):
    """The quarter-hour in which upkeep looked at the counts last; one row, of no response."""

    __tablename__ = "pace_clock"

    id: Mapped[int] = mapped_column(primary_key=True)
    quarter: Mapped[int]                        # since 1970
