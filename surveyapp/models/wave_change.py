"""What changed between two waves of a study, as computed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now


class WaveChange(Base):
    """The newest comparison of one questionnaire in two waves; an older one beside it would show what differs."""

    __tablename__ = "wave_change"

    first_id: Mapped[int] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), primary_key=True)
    second_id: Mapped[int] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), primary_key=True)
    audience: Mapped[str] = mapped_column(String(80), primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, Any]]            # analysis.results.waves.WaveComparison
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
