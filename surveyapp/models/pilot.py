"""What experts say of the items before people answer them, and what became of a pilot."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now


class ExpertRating(Base):
    """How relevant one expert finds one item of a questionnaire: 1 not, 2 somewhat, 3 quite, 4 highly relevant."""

    __tablename__ = "expert_rating"

    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), primary_key=True)
    audience: Mapped[str] = mapped_column(String(80), primary_key=True)
    expert: Mapped[str] = mapped_column(String(80), primary_key=True)
    item_key: Mapped[str] = mapped_column(String(80), primary_key=True)
    relevance: Mapped[int]


class PilotResult(Base):
    """The newest judgement of one questionnaire of a pilot wave."""

    __tablename__ = "pilot_result"

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), primary_key=True)
    audience: Mapped[str] = mapped_column(String(80), primary_key=True)
    document: Mapped[dict[str, Any]]            # analysis.results.pilot.JudgedPilot
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
