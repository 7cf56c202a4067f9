"""Responses: what respondents answered, page by page.

The key is random and the tables have no row order (SQLite: WITHOUT ROWID), and no instant is stored: in an anonymous
study nothing here says who answered or when. Durations are kept, because they show careless answering.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base

OPEN, SUBMITTED, WITHDRAWN = "open", "submitted", "withdrawn"
SCREENED, QUOTA_FULL = "screened", "quota_full"     # ended before the end; what was answered enters no analysis
ENDED_EARLY = frozenset({SCREENED, QUOTA_FULL})
PHONE, TABLET, DESK = "phone", "tablet", "desk"
WEB, KIOSK, PAPER, FILE = "web", "kiosk", "paper", "file"
LEFT = ":left"              # `ended_by` of an open response that was left at a kiosk: nobody goes on with it


class Response(Base):
    """One respondent's filled questionnaire in one wave."""

    __tablename__ = "response"
    __table_args__ = (
        Index("ix_response_link_state", "link_id", "state"),
        {"sqlite_with_rowid": False},
    )

    key: Mapped[str] = mapped_column(String(32), primary_key=True)     # 128 random bits, hexadecimal
    link_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_link.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(12), default=OPEN)
    language: Mapped[str] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(12), default="web")     # web, import, sample
    source_key: Mapped[str | None] = mapped_column(String(120))        # respondent_id of a file, or pseudonym
    consent: Mapped[dict[str, Any]]             # {"is_given", "text_hash", "language", "links"}
    shown_order: Mapped[dict[str, Any]]         # section key → item keys as shown; see services.order
    withdrawal_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    seed: Mapped[int | None]                    # of the orders shown; NULL: the key takes its part
    device: Mapped[str | None] = mapped_column(String(8))      # phone, tablet, desk: of the browser that began
    courtesies: Mapped[dict[str, Any] | None]   # what was shown besides the questions; see services.courtesy
    ended_by: Mapped[str | None] = mapped_column(String(80))   # key of the screen or quota that ended it; LEFT
    resume_hash: Mapped[str | None] = mapped_column(String(64), index=True, unique=True)   # of the short code
    resume_box: Mapped[str | None] = mapped_column(String(32))     # the secret, to be read with the short code only
    # The version answered, where the link has gone on to a newer one; None = the one it leads to. No foreign key:
    # SQLite would have to copy the table for it, and a version is deleted only with its study.
    instrument_id: Mapped[int | None]
    mode: Mapped[str | None] = mapped_column(String(8))        # web, kiosk, paper, file; NULL: from before it was kept
    batch: Mapped[str | None] = mapped_column(String(40))      # code of an outlet or a pile of sheets, not of a person


class ResponsePage(Base):
    """The answers of one page; a later post of the same page replaces them."""

    __tablename__ = "response_page"
    __table_args__ = ({"sqlite_with_rowid": False},)

    response_key: Mapped[str] = mapped_column(ForeignKey("response.key", ondelete="CASCADE"), primary_key=True)
    section: Mapped[str] = mapped_column(String(80), primary_key=True)
    answers: Mapped[dict[str, Any]]             # item key → value or missing code (-91 … -93); see instruments.schema
    duration_ms: Mapped[int | None]             # time on the page, all visits, hidden-tab time left out
    visits: Mapped[int] = mapped_column(default=1)


class ResponseFile(Base):
    """A file that a respondent sent as the answer to an item; what it was called and when it came is not kept."""

    __tablename__ = "response_file"
    __table_args__ = ({"sqlite_with_rowid": False},)

    name: Mapped[str] = mapped_column(String(48), primary_key=True)    # random, with the ending of its content
    response_key: Mapped[str] = mapped_column(ForeignKey("response.key", ondelete="CASCADE"), index=True)
    item: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class QuotaCount(Base):
    """How many handed-in responses of one kind a link has; says nothing about which ones they are."""

    __tablename__ = "quota_count"
    __table_args__ = ({"sqlite_with_rowid": False},)

    link_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_link.id", ondelete="CASCADE"), primary_key=True)
    quota: Mapped[str] = mapped_column(String(80), primary_key=True)
    n: Mapped[int]
