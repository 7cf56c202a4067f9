"""Webhooks: addresses that are told of what happens in a study, and the deliveries to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from surveyapp.db.base import Base, UtcDateTime, utc_now

WAITING, DELIVERED, FAILED, DROPPED = "waiting", "delivered", "failed", "dropped"


class Webhook(Base):
    """One address with the events it wants; the key it trusts is computed from the nonce and the server's secret."""

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"), index=True)
    url: Mapped[str] = mapped_column(String(500))
    events: Mapped[list[Any]]
    nonce: Mapped[str] = mapped_column(String(32))
    n_failures: Mapped[int] = mapped_column(default=0)          # attempts that failed since the last that did not
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class WebhookDelivery(Base):
    """One event on its way to one address; written in the transaction of the event: none is lost, none invented."""

    __tablename__ = "webhook_delivery"

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[str] = mapped_column(String(40), unique=True)    # the same at every attempt
    event: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(Text)                             # the bytes that are signed and sent
    state: Mapped[str] = mapped_column(String(12), default=WAITING, index=True)
    n_attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    status: Mapped[int | None]                                          # of the newest reply
    fault: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
