"""What the planner found for a study before its fieldwork."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now


class SamplePlan(Base):
    """The newest answer of the planner, with what was asked."""

    __tablename__ = "sample_plan"

    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), primary_key=True)
    wish: Mapped[dict[str, Any]]                # services.planner.PlanWish
    document: Mapped[dict[str, Any]]            # analysis.results.planning.SurveyPlan
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
