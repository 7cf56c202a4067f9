"""Accounts: people who can log in, and which studies they belong to."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now


class Role(StrEnum):
    """What a person does here; each permission below is a question on the role."""

    ADMINISTRATOR = "administrator"
    RESEARCHER = "researcher"
    CODER = "coder"
    MANAGER = "manager"
    DATA_MANAGER = "data_manager"

    @property
    def can_manage_accounts(self) -> bool:
        return self is Role.ADMINISTRATOR

    @property
    def can_see_every_study(self) -> bool:
        return self is Role.ADMINISTRATOR

    @property
    def can_see_study(self) -> bool:
        return True

    @property
    def can_run_studies(self) -> bool:
        return self in (Role.ADMINISTRATOR, Role.RESEARCHER)

    @property
    def can_see_keys(self) -> bool:
        """Tell who may learn which confidential answers are whose; nobody who works on the answers."""
        return self in (Role.ADMINISTRATOR, Role.DATA_MANAGER)

    @property
    def can_look_people_up(self) -> bool:
        """Tell who may come to the page of people; what it shows depends on the mode of the questionnaire."""
        return self.can_see_keys or self.can_run_studies

    @property
    def can_code(self) -> bool:
        return self in (Role.ADMINISTRATOR, Role.RESEARCHER, Role.CODER)

    @property
    def can_read_results(self) -> bool:
        return self in (Role.ADMINISTRATOR, Role.RESEARCHER, Role.MANAGER)

    @property
    def can_record_actions(self) -> bool:
        """Tell who may record what was decided on the measures of a released report."""
        return self in (Role.ADMINISTRATOR, Role.RESEARCHER, Role.MANAGER)


class Account(Base):
    """A person who can log in, or, without a password, one whose codings were imported."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    login_version: Mapped[int] = mapped_column(default=1)      # raised to end every open login
    is_active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(12), default="en")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    @property
    def permissions(self) -> Role:
        return Role(self.role)


class Membership(Base):
    """An account's part in a study; administrators need none."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("study_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
