"""Waves: rounds of collection, and the link under which a questionnaire is filled in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, validates

from analysis.privacy import MINIMUM_GROUP
from surveyapp.db.base import Base, UtcDateTime, utc_now
from surveyapp.models.privacy import ANONYMOUS, PromiseFixed

COMPLETE_FROM = 0.8     # AAPOR, Standard Definitions: more than 80 % of the questions answered is complete,
PARTIAL_FROM = 0.5      # 50 to 80 % partial, fewer a break-off


class Wave(Base):
    """One round of collection in a study."""

    __tablename__ = "wave"
    __table_args__ = (UniqueConstraint("study_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_pilot: Mapped[bool] = mapped_column(default=False, server_default=false())     # tries the questionnaires out
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)      # planned; holds from that instant on
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)     # planned; nobody begins after it
    # The definition of a complete and of a partial response, in shares of the questions that applied (AAPOR).
    complete_from: Mapped[float] = mapped_column(default=COMPLETE_FROM, server_default=str(COMPLETE_FROM))
    partial_from: Mapped[float] = mapped_column(default=PARTIAL_FROM, server_default=str(PARTIAL_FROM))

    @property
    def is_open(self) -> bool:
        """Collection has begun and is not closed: results and exact counts are not shown.

        A closing date that has passed changes nothing here: withdrawals are applied when the wave is really closed.
        """
        has_begun = self.opened_at is not None or (self.opens_at is not None and self.opens_at <= utc_now())
        return has_begun and self.closed_at is None


class QuestionnaireLink(Base):
    """The public link of one questionnaire in one wave; it leads to the version that new responses begin with."""

    __tablename__ = "questionnaire_link"
    __table_args__ = (UniqueConstraint("wave_id", "instrument_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), index=True)
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id", ondelete="CASCADE"), index=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    is_by_invitation: Mapped[bool] = mapped_column(default=False, server_default=false())  # the open link is shut
    is_test: Mapped[bool] = mapped_column(default=False)        # answers under it never enter an analysis
    # What respondents are told before they begin; triggers (db.guards) keep both as they are, whoever writes.
    privacy: Mapped[str] = mapped_column(String(12), default=ANONYMOUS, server_default=ANONYMOUS)
    minimum_group: Mapped[int] = mapped_column(default=MINIMUM_GROUP, server_default=str(MINIMUM_GROUP))
    keys_deleted_on: Mapped[date | None]        # since then nothing leads from confidential answers to a person

    @validates("privacy", "minimum_group")
    def _check_promise(self, name: str, value: object) -> object:
        """Refuse another value on a link that is made already."""
        if self.id is not None and getattr(self, name) != value:
            raise PromiseFixed
        return value

    @property
    def is_anonymous(self) -> bool:
        return self.privacy == ANONYMOUS
