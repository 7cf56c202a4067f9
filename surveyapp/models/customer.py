"""The customer file of a study: pseudonymous rows as they came, with the importer's report."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now


class CustomerFile(Base):
    """One imported file; the newest of a study is the one in use."""

    __tablename__ = "customer_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    n_rows: Mapped[int]
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class Customer(Base):
    """One row of a customer file."""

    __tablename__ = "customer"

    file_id: Mapped[int] = mapped_column(ForeignKey("customer_file.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)       # row in the file, from 1
    document: Mapped[dict[str, Any]]                            # column → value
