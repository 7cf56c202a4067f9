"""Versions of a study's codebook, and merges and splits of its codes with every coding they changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now

MERGE, SPLIT = "merge", "split"


class CodebookVersion(Base):
    """The whole codebook as it stood when it was frozen; never changed afterwards."""

    __tablename__ = "codebook_version"
    __table_args__ = (UniqueConstraint("study_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    note: Mapped[str] = mapped_column(Text, default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))        # None = command line
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    document: Mapped[dict[str, Any]]        # {"codes": [services.codebook_version.FrozenCode]}
    content_hash: Mapped[str] = mapped_column(String(64))


class Regrouping(Base):
    """A merge of a code into another, or a split of a code into new ones."""

    __tablename__ = "regrouping"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    code_id: Mapped[int] = mapped_column(ForeignKey("code.id", ondelete="CASCADE"), index=True)
    target_ids: Mapped[list[Any]]           # numbers: the code merged into, or the new ones
    is_for_all: Mapped[bool] = mapped_column(default=False)     # a split reaches finished rounds, all coders alike
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RegroupedMark(Base):
    """One coding or link coding that a regrouping changed: what it said before and after."""

    __tablename__ = "regrouped_mark"

    id: Mapped[int] = mapped_column(primary_key=True)
    regrouping_id: Mapped[int] = mapped_column(ForeignKey("regrouping.id", ondelete="CASCADE"), index=True)
    coding_id: Mapped[int | None] = mapped_column(ForeignKey("coding.id", ondelete="CASCADE"), index=True)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("link_coding.id", ondelete="CASCADE"), index=True)
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
