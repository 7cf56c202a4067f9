"""Who is behind a replaced name: the key table of a study's interviews, sealed."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base


class IdentityKey(Base):
    """What stood in a text and what stands there now; without the server's secret the row says nothing."""

    __tablename__ = "identity_key"
    __table_args__ = (UniqueConstraint("study_id", "lookup"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))           # person, telephone, mail_address, …
    lookup: Mapped[str] = mapped_column(String(64))         # keyed hash of the words: the same words, the same row
    sealed: Mapped[bytes] = mapped_column(LargeBinary)      # words and replacement
    added_on: Mapped[date]
