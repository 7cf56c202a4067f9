"""Corrections of stored answers: what was there before, what is there now, why, who, on which day; never changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base


class AnswerChange(Base):
    """One changed answer. Of an anonymous questionnaire it does not say whose: the day would go with the answers."""

    __tablename__ = "answer_change"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[str] = mapped_column(String(32), primary_key=True)      # 128 random bits, hexadecimal
    link_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_link.id", ondelete="CASCADE"), index=True)
    response_key: Mapped[str | None] = mapped_column(ForeignKey("response.key", ondelete="CASCADE"), index=True)
    batch: Mapped[str | None] = mapped_column(String(40))
    item: Mapped[str] = mapped_column(String(80))
    cause: Mapped[str] = mapped_column(String(80))      # the item that was corrected; another one: it follows from it
    old: Mapped[dict[str, Any]]                         # {"value": …, "mark": illegible | double | null}
    new: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(String(300))
    on_day: Mapped[date]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))    # None = command line
