"""Tokens with which programs of an account use the API; only a keyed hash of each is kept."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now

READ, WRITE = "read", "write"       # a token that may write may read too
SCOPES = (READ, WRITE)


class ApiToken(Base):
    """One token: whose it is, what it is for, how far it reaches and until when."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    study_id: Mapped[int | None] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"))    # None: every own study
    name: Mapped[str] = mapped_column(String(80))
    scope: Mapped[str] = mapped_column(String(8))
    hint: Mapped[str] = mapped_column(String(12))               # how it begins, by which its owner knows it again
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    login_version: Mapped[int]                                  # of the account at its making: a new password ends it
    expires_on: Mapped[date]                                    # the last day on which it holds, in UTC
    last_used_on: Mapped[date | None]                           # the day only
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
