"""Studies, and the questionnaires they have published."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, ForeignKey, String, Text, UniqueConstraint, event, false, inspect
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now
from surveyapp.errors import Refused


class Study(Base):
    """One investigation; its template is copied in, so that later changes of a template leave it alone."""

    __tablename__ = "study"
    # A number is never given twice: a script that kept one must not meet another study under it.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    template_key: Mapped[str] = mapped_column(String(80))
    template: Mapped[dict[str, Any]]            # instruments.template.StudyTemplate without its questionnaires
    facts: Mapped[dict[str, Any]]               # instruments.facts.StudyFacts
    thresholds: Mapped[dict[str, Any]]          # the study's own values
    seed: Mapped[int] = mapped_column(default=20260101)
    is_synthetic: Mapped[bool] = mapped_column(default=False)
    time_zone: Mapped[str] = mapped_column(String(60), default="Asia/Shanghai")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    retain_until: Mapped[date | None]           # last day on which personal data are kept
    erasure: Mapped[str] = mapped_column(String(20), default="roster", server_default="roster")   # what goes then
    erased_on: Mapped[date | None]
    is_anonymised: Mapped[bool] = mapped_column(default=False, server_default=false())      # in everything that leaves
    hidden_names: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")      # further names to hide


FULL, SHORT, TRIAL = "full", "short", "trial"       # a trial is a frozen draft under a test link, no version
PILOT = "pilot"     # the items with a remark each; its answers are never part of a data set of the study


class PublishedInstrument(Base):
    """One published version of a questionnaire; never changed afterwards."""

    __tablename__ = "instrument"
    __table_args__ = (UniqueConstraint("study_id", "audience", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    audience: Mapped[str] = mapped_column(String(80))       # the file stem: staff, customer
    key: Mapped[str] = mapped_column(String(120))
    version: Mapped[str] = mapped_column(String(40))
    form: Mapped[str] = mapped_column(String(8), default=FULL, server_default=FULL)
    note: Mapped[str | None] = mapped_column(Text)          # what changed and why, in the researcher's words
    document: Mapped[dict[str, Any]]                        # instruments.schema.Instrument
    content_hash: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


@event.listens_for(PublishedInstrument, "before_update")
def _refuse_change(_mapper: Mapper[PublishedInstrument], _connection: Connection,
                   published: PublishedInstrument) -> None:
    """Keep a published version as it is: answers were given to exactly these words."""
    state = inspect(published)
    if any(state.attrs[name].history.has_changes() for name in ("document", "content_hash", "version", "audience")):
        raise Refused("A published version is never changed.", "Publish a new version.")
