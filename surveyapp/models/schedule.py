"""Interviews that are planned, and what a study notes of its cases besides the log; never a name."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now


class PlannedInterview(Base):
    """An interview to be held with somebody of a role class: when, where and by whom, and what became of it."""

    __tablename__ = "planned_interview"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(80))
    audience: Mapped[str] = mapped_column(String(40))
    planned_on: Mapped[date | None]
    at_time: Mapped[str] = mapped_column(String(5), default="")         # 14:30, by the study's clock
    place: Mapped[str] = mapped_column(String(20))
    mode: Mapped[str] = mapped_column(String(20))
    interviewer: Mapped[str] = mapped_column(String(120), default="")
    state: Mapped[str] = mapped_column(String(12), default="planned")   # planned, held, cancelled, no_show
    interview_id: Mapped[int | None] = mapped_column(ForeignKey("interview.id", ondelete="SET NULL"), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class CaseAttribute(Base):
    """Something a study notes of every interview: its name in both languages and which values it takes."""

    __tablename__ = "case_attribute"
    __table_args__ = (UniqueConstraint("study_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(10))           # text, number, date, choice
    name: Mapped[dict[str, Any]]                            # language → name
    choices: Mapped[list[Any]]                              # values of a choice
