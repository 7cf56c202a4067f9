"""What researchers changed of the plan that the rules propose.

Rows are added and never changed: the newest of a measure or objective holds, the others are its versions. A row without
values takes the edit back. Each keeps what the rules proposed when it was made, so that a later diagnosis that proposes
something else shows the edit as one to be confirmed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now


class StoredPlanEdit(Base):
    """One version of the edit of a measure or an objective, in one wave."""

    __tablename__ = "plan_edit"
    __table_args__ = (UniqueConstraint("wave_id", "kind", "key", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))           # analysis.results.plan_edits.EditedKind
    key: Mapped[str] = mapped_column(String(120))
    number: Mapped[int]                                     # 1, 2, … of this measure or objective
    deed: Mapped[str] = mapped_column(String(12))           # changed, confirmed, taken_back, restored
    document: Mapped[dict[str, Any]]                        # PlanValues; {} where the edit was taken back
    basis: Mapped[dict[str, Any]]                           # what the rules proposed then, by part
    unverified: Mapped[list[Any]]                           # numbers kept though they are no computed figures
    reason: Mapped[dict[str, Any]]                          # language → wording; {} where the edit was taken back
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    edited_on: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
