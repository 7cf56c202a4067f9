"""What people judge of the joint display: verdicts of rows, the draw for a second rater, confidence in claims.

Rows are added and never changed: the newest of an account holds, the others are the history. A judgement belongs to
the evidence it was made on, by the hash of the row; when the evidence changes, judging begins anew and what was judged
before is told as such.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now


class JointDraw(Base):
    """From which seed the rows for a second rater are drawn; or why there is none."""

    __tablename__ = "joint_draw"
    __table_args__ = (UniqueConstraint("wave_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"))
    seed: Mapped[int]
    share: Mapped[float]
    rows: Mapped[list[Any]]                                 # keys, in the order drawn
    waiver: Mapped[str] = mapped_column(Text, default="", server_default="")
    waived_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class JointJudgement(Base):
    """One account's judgement of one row, or how a difference between two was settled."""

    __tablename__ = "joint_judgement"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), index=True)
    construct: Mapped[str] = mapped_column(String(120))     # or a code that belongs to no construct
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    is_settlement: Mapped[bool] = mapped_column(default=False, server_default=false())
    verdict: Mapped[str] = mapped_column(String(20))        # analysis.results.joint.Verdict
    silent: Mapped[str] = mapped_column(String(12), default="")
    is_complementary: Mapped[bool] = mapped_column(default=False, server_default=false())
    reason: Mapped[str] = mapped_column(Text)
    answer_kind: Mapped[str] = mapped_column(String(20), default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    evidence_hash: Mapped[str] = mapped_column(String(64))
    judged_on: Mapped[date]


class StatedConfidence(Base):
    """How much confidence an account has in a claim, with the four components and their reasons."""

    __tablename__ = "stated_confidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), index=True)
    claim: Mapped[str] = mapped_column(String(240))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    components: Mapped[dict[str, Any]]                      # component → [concern, reason]
    overall: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text)
    evidence_hash: Mapped[str] = mapped_column(String(64))
    judged_on: Mapped[date]
