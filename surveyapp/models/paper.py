"""Sheets of paper while they are being checked: piles, and the numbers that the sheets of a pile bear until then.

A number is random within its pile, so it tells nothing about the order in which sheets were entered. It leads from a
stored response back to a sheet that names nobody, and is deleted when the pile is checked, at the latest at closing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base


class PaperPile(Base):
    """Sheets of one batch that are entered together and checked together; of this the figures stay."""

    __tablename__ = "paper_pile"
    __table_args__ = (UniqueConstraint("link_id", "batch", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_link.id", ondelete="CASCADE"))
    batch: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]                         # 1, 2 …: the second delivery of an outlet is its second pile
    # Facts without a day, which would say of a small pile until when its sheets had come.
    is_finished: Mapped[bool] = mapped_column(default=False, server_default=false())    # no further sheet; drawn
    is_checked: Mapped[bool] = mapped_column(default=False, server_default=false())     # all differences settled
    seed: Mapped[int | None]                    # of the draw; made when the pile is finished, so nobody knows it before
    n_sheets: Mapped[int] = mapped_column(default=0)
    n_drawn: Mapped[int] = mapped_column(default=0)
    n_again: Mapped[int] = mapped_column(default=0)         # entered a second time
    n_same_person: Mapped[int] = mapped_column(default=0)   # of these, by whoever entered them first
    n_open: Mapped[int] = mapped_column(default=0)          # differences that were not settled before closing
    fields: Mapped[dict[str, Any]]              # key of a field → [compared, different, stored value was wrong]
    marks: Mapped[dict[str, Any]]               # item key → [illegible, crossed twice], as the pile was finished
    note: Mapped[str | None] = mapped_column(String(300))   # why a pile with too many errors was left as it is


class PaperSheet(Base):
    """One sheet of a pile that is not checked yet; nothing here is about the respondent."""

    __tablename__ = "paper_sheet"
    __table_args__ = (UniqueConstraint("pile_id", "number"), {"sqlite_with_rowid": False})

    response_key: Mapped[str] = mapped_column(ForeignKey("response.key", ondelete="CASCADE"), primary_key=True)
    pile_id: Mapped[int] = mapped_column(ForeignKey("paper_pile.id", ondelete="CASCADE"))
    number: Mapped[int]                         # random; written on the sheet by whoever enters it
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    is_drawn: Mapped[bool] = mapped_column(default=False, server_default=false())
    differences: Mapped[dict[str, Any] | None]  # NULL: not entered again; field key → what the second entry has
