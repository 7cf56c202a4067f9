"""Adoptions: a template on its way to becoming another organisation's study, saved after each step."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now


class Adoption(Base):
    """One person's work on one template; others do not see it."""

    __tablename__ = "adoption"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))              # of the study to be
    template: Mapped[dict[str, Any]]                            # instruments.template.StudyTemplate as it was chosen
    choices: Mapped[dict[str, Any]]                             # instruments.adoption.AdoptionChoices
    facts: Mapped[dict[str, Any]]                               # instruments.facts.StudyFacts
    step: Mapped[str] = mapped_column(String(12))               # where to go on
    study_id: Mapped[int | None] = mapped_column(ForeignKey("study.id", ondelete="SET NULL"))   # made to rehearse
    made_hash: Mapped[str | None] = mapped_column(String(64))   # of what that study was made from
    is_done: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
