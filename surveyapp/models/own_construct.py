"""Problems and causes that a study adds to its template, as they were entered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now

ENTERED, IN_FORCE = "entered", "in_force"


class StoredConstruct(Base):
    """A problem or cause of the study's own; in force once a version of the questionnaire asks it."""

    __tablename__ = "own_construct"
    __table_args__ = (UniqueConstraint("study_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(40))
    document: Mapped[dict[str, Any]]                    # instruments.open_set.OwnConstruct
    state: Mapped[str] = mapped_column(String(12), default=ENTERED)
    version: Mapped[int] = mapped_column(default=1)
    # The first version of the questionnaire that asks it; without a key, so that a version can go with its study.
    instrument_id: Mapped[int | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
