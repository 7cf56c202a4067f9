"""What was measured of a questionnaire in a wave, the files made of it, and the analyses a researcher adds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now


class StoredMeasurement(Base):
    """The newest measurement of one questionnaire in one wave; an older one beside it would show what differs."""

    __tablename__ = "measurement"

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), primary_key=True)
    audience: Mapped[str] = mapped_column(String(80), primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, Any]]            # services.measurement.Measurement
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class MeasurementReport(Base):
    """The PDF of a measurement in one language."""

    __tablename__ = "measurement_report"

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), primary_key=True)
    audience: Mapped[str] = mapped_column(String(80), primary_key=True)
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class MeasurementSpec(Base):
    """Further analyses of a questionnaire, as a researcher wrote them."""

    __tablename__ = "measurement_spec"

    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), primary_key=True)
    audience: Mapped[str] = mapped_column(String(80), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    analyses: Mapped[list[Any]]                 # the text as checked when it was stored
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
