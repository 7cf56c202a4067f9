"""Rounds: which texts are given to which coders, what was decided where they differ, and how far they agree."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now

CALIBRATION, MAIN = "calibration", "main"


class CodingRound(Base):
    """Texts given to coders who work blind until it is closed; how they were drawn is kept to be repeated.

    A calibration round has all coders code the same texts and does not count as double coding.
    """

    __tablename__ = "coding_round"
    __table_args__ = (UniqueConstraint("study_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))           # calibration, main
    algorithm: Mapped[str] = mapped_column(String(40), default="")      # of the draw; "" = chosen by hand
    seed: Mapped[int | None]
    share: Mapped[float | None]                             # of texts that two people code, 0..1
    candidates: Mapped[list[Any]]                           # what was drawn from: [{key, stratum, size}]
    left_out: Mapped[list[Any]]                             # what was not: [{key, why}]
    coders: Mapped[list[Any]]                               # account numbers, in the order named
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_calibration(self) -> bool:
        return self.kind == CALIBRATION


class RoundInterview(Base):
    """A text of a round; `n_lines` = only the first so many answers of it (they are in random order)."""

    __tablename__ = "round_interview"
    __table_args__ = (UniqueConstraint("round_id", "interview_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("coding_round.id", ondelete="CASCADE"), index=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id", ondelete="CASCADE"), index=True)
    is_double: Mapped[bool] = mapped_column(default=False)
    n_lines: Mapped[int | None]


class Refinement(Base):
    """What coders agreed on about a code after they had looked at where they differed."""

    __tablename__ = "refinement"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("coding_round.id", ondelete="CASCADE"), index=True)
    code_id: Mapped[int] = mapped_column(ForeignKey("code.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class Decision(Base):
    """What a person decided of one difference, and why; one that was undone stays as a record."""

    __tablename__ = "decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id", ondelete="CASCADE"), index=True)
    place: Mapped[str] = mapped_column(String(32))          # of the difference: the codings it is made of
    choice: Mapped[str] = mapped_column(String(20))         # coder, all, none, other
    kept: Mapped[list[Any]]                                 # marks of the codings kept: c12, k3
    code_id: Mapped[int | None] = mapped_column(ForeignKey("code.id", ondelete="CASCADE"))      # with "other"
    polarity: Mapped[str] = mapped_column(String(12), default="")
    reason: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class AdjudicatedSet(Base):
    """An interview of which every difference is decided: analyses read this set, agreement reads the coders' own."""

    __tablename__ = "adjudicated_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id", ondelete="CASCADE"), unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    settled_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class AdjudicatedCoding(Base):
    """A coder's coding or link that holds; `code_id` and `polarity` where another code was decided on its passage."""

    __tablename__ = "adjudicated_coding"

    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("adjudicated_set.id", ondelete="CASCADE"), index=True)
    coding_id: Mapped[int | None] = mapped_column(ForeignKey("coding.id", ondelete="CASCADE"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("link_coding.id", ondelete="CASCADE"))
    code_id: Mapped[int | None] = mapped_column(ForeignKey("code.id", ondelete="CASCADE"))
    polarity: Mapped[str] = mapped_column(String(12), default="")
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id", ondelete="CASCADE"))


class AgreementResult(Base):
    """Agreement as computed from the codings of that hash; the newest of its kind, round and unit is shown."""

    __tablename__ = "agreement_result"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("coding_round.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))           # interview, answers
    unit: Mapped[str] = mapped_column(String(12))           # turn, sentence, character
    input_hash: Mapped[str] = mapped_column(String(64), index=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, Any]]                        # analysis.results.agreement.AgreementReport
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
