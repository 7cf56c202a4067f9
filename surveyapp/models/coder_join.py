"""Coders of an imported file joined to the accounts of people who work here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now


class CoderJoin(Base):
    """The work of a coder of a file became that of an account; `moved` lets it be taken back exactly.

    `moved`: kind → {number of the coding, link or memo: its version}, and under "aside" kind → numbers of those that
    the account had made alike itself and that were therefore laid aside.
    """

    __tablename__ = "coder_join"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    moved: Mapped[dict[str, Any]]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))        # who joined them
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
