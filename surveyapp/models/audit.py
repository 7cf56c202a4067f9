"""The audit log: who changed which research data, written in the transaction of the change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now


class Audit(Base):
    """One change; append-only."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))        # None = command line
    study_id: Mapped[int | None] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    action: Mapped[str] = mapped_column(String(60))         # apply_code, import_responses, diagnose …
    subject: Mapped[str] = mapped_column(String(120))       # "interview I03", "coding 17"
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
