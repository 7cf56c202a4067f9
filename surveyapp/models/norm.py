"""Norm packages: those a study handed to other organisations, and those it was handed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now


class NormSource(Base):
    """What a study is called in its packages: a random mark, and the kind of its organisation."""

    __tablename__ = "norm_source"

    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), primary_key=True)
    mark: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(60), default="", server_default="")


class NormExport(Base):
    """The one package ever made of a wave: a second one of other answers would show what those few said who differ."""

    __tablename__ = "norm_export"

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    input_hash: Mapped[str] = mapped_column(String(64))         # of the answers it rests on
    document: Mapped[dict[str, Any]]                            # analysis.results.norms.NormPackage
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class NormImport(Base):
    """A package of another organisation; one of the same source replaces it."""

    __tablename__ = "norm_import"
    __table_args__ = (UniqueConstraint("study_id", "source"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    source: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(60))
    content_hash: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, Any]]                            # analysis.results.norms.NormPackage
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
