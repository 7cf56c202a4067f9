"""The customer files of a study: pseudonymous rows in columns, uploads that wait for a yes, and the figures of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now

CUSTOMERS: Final = "customers"
COMPLETENESS: Final = "completeness"
RELATIONS: Final = "relations"
KINDS: Final = (CUSTOMERS, COMPLETENESS, RELATIONS)


class CustomerFile(Base):
    """One file that was taken over."""

    __tablename__ = "customer_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20), default=CUSTOMERS)
    name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    n_rows: Mapped[int]
    as_on: Mapped[str | None] = mapped_column(String(10))       # ISO day that the file speaks of
    # Columns as services.customer_pack writes them; a file of an older program has rows instead.
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class Customer(Base):
    """One row of a customer file that an older program stored; newer files are kept in columns."""

    __tablename__ = "customer"

    file_id: Mapped[int] = mapped_column(ForeignKey("customer_file.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)       # row in the file, from 1
    document: Mapped[dict[str, Any]]                            # column → value


class CustomerUpload(Base):
    """A file that was read and shown, and is not in use until somebody says so; forgotten after a day."""

    __tablename__ = "customer_upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    n_rows: Mapped[int]
    as_on: Mapped[str | None] = mapped_column(String(10))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    document: Mapped[dict[str, Any]]            # services.customer.FileReport
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class StoredCustomerPicture(Base):
    """The figures of a study's customer files, without anything of a single customer."""

    __tablename__ = "customer_picture"

    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), primary_key=True)
    input_hash: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, Any]]            # analysis.results.customers.CustomerPicture
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
