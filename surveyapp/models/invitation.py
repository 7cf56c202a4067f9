"""Invitations: who was asked, and what may be known of it.

In anonymous mode nothing here leads to an answer. An invitation says whether it was finished and nothing about when,
and even that is written in batches (`services.finished`). The tables without row order hold hashes and sealed numbers:
`spent_link` keeps a link from being used twice, `receipt` lets the respondent's own secret, which is not stored, lead
from a response to its invitation, and `finished_mark` is what waits to be written.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base


class SlipBatch(Base):
    """Code slips printed together for one place; who drew which is known to nobody."""

    __tablename__ = "slip_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_link.id", ondelete="CASCADE"), index=True)
    unit: Mapped[str] = mapped_column(String(120), default="")
    n_slips: Mapped[int]


class Invitation(Base):
    """An entry of the roster, or a slip (which names nobody): lets one person take part once."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_link.id", ondelete="CASCADE"), index=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("slip_batch.id", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(String(200), default="")         # the person, as the roster names them
    address: Mapped[str | None] = mapped_column(String(254))            # where mail is sent to
    unit: Mapped[str] = mapped_column(String(120), default="")          # group for response rates
    groups: Mapped[dict[str, Any] | None]       # further ones that the roster brought: column → value
    language: Mapped[str] = mapped_column(String(12))
    nonce: Mapped[str] = mapped_column(String(32))      # with the server's secret it gives the link again
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    is_bounced: Mapped[bool] = mapped_column(default=False)
    has_refused: Mapped[bool] = mapped_column(default=False)
    is_ineligible: Mapped[bool] = mapped_column(default=False)
    has_opted_out: Mapped[bool] = mapped_column(default=False)
    is_finished: Mapped[bool] = mapped_column(default=False)


class SpentLink(Base):
    """A one-time link that was used; neither hash leads to invitation or response without what is not stored."""

    __tablename__ = "spent_link"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_link.id", ondelete="CASCADE"))
    holder: Mapped[str] = mapped_column(String(64))     # tells a second click from a second person


class Receipt(Base):
    """The invitation of an open response, sealed with the respondent's secret; found by that secret only."""

    __tablename__ = "receipt"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_link.id", ondelete="CASCADE"))
    sealed: Mapped[str] = mapped_column(String(16))


class FinishedMark(Base):
    """An invitation to be marked as finished with the next batch, sealed with the server's secret."""

    __tablename__ = "finished_mark"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[str] = mapped_column(String(32), primary_key=True)      # random
    link_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_link.id", ondelete="CASCADE"))
    sealed: Mapped[str] = mapped_column(String(16))


class RespondentKey(Base):
    """Whose response it is: confidential and identified mode only, deleted first when data are erased."""

    __tablename__ = "respondent_key"
    __table_args__ = ({"sqlite_with_rowid": False},)

    response_key: Mapped[str] = mapped_column(ForeignKey("response.key", ondelete="CASCADE"), primary_key=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"), index=True)


class Pseudonym(Base):
    """The name an invited person has in files: confidential mode only, deleted with the keys.

    It is random, the same in every wave of the questionnaire, and kept with the responses (`source_key`) as well: once
    this table and the keys are gone, rows are still known by it, and it leads to nobody.
    """

    __tablename__ = "pseudonym"
    __table_args__ = ({"sqlite_with_rowid": False},)

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(16), index=True)
