"""Webhooks of a study: added, tried, switched on again, removed; and how their deliveries go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, NotFound, Refused
from surveyapp.models.account import Account
from surveyapp.models.study import Study
from surveyapp.models.webhook import DELIVERED, DROPPED, FAILED, WAITING, Webhook, WebhookDelivery
from surveyapp.services.audit import record_change
from surveyapp.services.webhook_event import EVENTS, TEST, queue_delivery
from surveyapp.services.webhook_signature import new_nonce, signing_secret
from surveyapp.services.webhook_target import Networks, find_target

MOST_WEBHOOKS = 10                          # of one study
FIRST_WAIT = timedelta(seconds=30)
GROWTH = 4                                  # each wait is so many times the one before: 30 s, 2 min, 8 min … 34 h
MOST_ATTEMPTS = 8                           # of one delivery, over about two days
MOST_FAILURES = 20                          # attempts in a row, of all deliveries; then the webhook is switched off
LEASE = timedelta(minutes=5)                # how long a worker may be busy with a delivery before another takes it
AT_ONCE = 10                                # deliveries taken together; all of them time out within the lease
KEPT = timedelta(days=30)                   # how long the log of deliveries is kept
LONGEST_FAULT = 300
GONE = 410                                  # HTTP: the receiver wants no more


@dataclass(frozen=True)
class Outcome:
    """How one attempt ended: the status of the reply, or why there was none."""

    status: int | None
    fault: str = ""

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - HTTP: every success


def add_webhook(session: Session, secret: str, study: Study, url: str, events: Sequence[str],
                allowed: Networks = (), account: Account | None = None) -> tuple[Webhook, str]:
    """Return a new webhook and its signing secret."""
    url = url.strip()
    wanted = [event for event in EVENTS if event in events]
    unknown = [event for event in events if event not in EVENTS]
    if unknown or not wanted:
        raise BadInput("There is no event {event}.", "Choose some of: {known}.",
                       event=repr(unknown[0] if unknown else ""), known=", ".join(EVENTS))
    find_target(url, allowed)
    known = list_webhooks(session, study)
    if any(hook.url == url for hook in known):
        raise Refused("The study has a webhook to this address already.", "Remove it first.")
    if len(known) >= MOST_WEBHOOKS:
        raise Refused("A study has at most {most} webhooks.", "Remove one that is not needed.", most=MOST_WEBHOOKS)
    hook = Webhook(study_id=study.id, url=url, events=wanted, nonce=new_nonce())
    session.add(hook)
    session.flush()
    record_change(session, "add_webhook", f"webhook {hook.id}", study_id=study.id, account=account,
                  after={"url": url, "events": wanted})
    return hook, signing_secret(secret, hook.nonce)


def list_webhooks(session: Session, study: Study) -> list[Webhook]:
    """Return the study's webhooks, oldest first."""
    return list(session.scalars(select(Webhook).where(Webhook.study_id == study.id).order_by(Webhook.id)))


def get_webhook(session: Session, study: Study, webhook_id: int) -> Webhook:
    """Return the webhook if it is one of the study's; NotFound otherwise."""
    hook = session.scalar(select(Webhook).where(Webhook.study_id == study.id, Webhook.id == webhook_id))
    if hook is None:
        raise NotFound("There is no such webhook in this study.", "See the list of webhooks.")
    return hook


def remove_webhook(session: Session, study: Study, hook: Webhook, account: Account | None = None) -> None:
    """Remove a webhook with what waits for it."""
    record_change(session, "remove_webhook", f"webhook {hook.id}", study_id=study.id, account=account,
                  before={"url": hook.url, "events": hook.events})
    session.delete(hook)
    session.flush()


def enable_webhook(session: Session, study: Study, hook: Webhook, account: Account | None = None) -> None:
    """Switch a webhook on again; what was dropped meanwhile is not sent."""
    hook.disabled_at, hook.n_failures = None, 0
    session.flush()
    record_change(session, "enable_webhook", f"webhook {hook.id}", study_id=study.id, account=account)


def try_webhook(session: Session, study: Study, hook: Webhook) -> WebhookDelivery:
    """Return a queued test delivery."""
    if hook.disabled_at is not None:
        raise Refused("The webhook is switched off.", "Switch it on first.")
    return queue_delivery(session, hook, TEST, {"study": {"id": study.id, "name": study.name}})


def list_deliveries(session: Session, hook: Webhook, limit: int = 20) -> list[WebhookDelivery]:
    """Return the newest deliveries of a webhook."""
    return list(session.scalars(select(WebhookDelivery).where(WebhookDelivery.webhook_id == hook.id)
                                .order_by(WebhookDelivery.id.desc()).limit(limit)))


def disabled_webhooks(session: Session, study: Study) -> list[Webhook]:
    """Return the study's webhooks that were switched off because deliveries failed."""
    return [hook for hook in list_webhooks(session, study) if hook.disabled_at is not None]


# ---- deliveries -----------------------------------------------------------------------------------------------------
def is_anything_due(session: Session, now: datetime | None = None) -> bool:
    """Tell whether a delivery waits whose time has come; reads only."""
    return session.scalar(_due(now or utc_now()).limit(1)) is not None


def _due(now: datetime) -> Select[WebhookDelivery, Webhook]:
    return (select(WebhookDelivery, Webhook).join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
            .where(WebhookDelivery.state == WAITING, WebhookDelivery.next_at <= now, Webhook.disabled_at.is_(None))
            .order_by(WebhookDelivery.next_at, WebhookDelivery.id))


def claim_deliveries(session: Session, limit: int = AT_ONCE, now: datetime | None = None,
                     webhook_id: int | None = None) -> list[tuple[WebhookDelivery, Webhook]]:
    """Return deliveries that are due and take them: no other worker gets them before the lease has run out."""
    now = now or utc_now()
    due = _due(now).limit(limit)
    if webhook_id is not None:
        due = due.where(Webhook.id == webhook_id)
    mine = []
    for delivery, hook in session.execute(due).all():
        taken = session.execute(
            update(WebhookDelivery).where(WebhookDelivery.id == delivery.id, WebhookDelivery.state == WAITING,
                                          WebhookDelivery.next_at <= now)
            .values(next_at=now + LEASE, n_attempts=WebhookDelivery.n_attempts + 1)
            .returning(WebhookDelivery.n_attempts).execution_options(synchronize_session=False)).scalar()
        if taken is not None:
            session.refresh(delivery)
            mine.append((delivery, hook))
    return mine


def take_delivery(session: Session, delivery: WebhookDelivery, now: datetime | None = None) -> None:
    """Take one delivery that was just queued, for an attempt of one's own."""
    delivery.n_attempts, delivery.next_at = 1, (now or utc_now()) + LEASE
    session.flush()


def settle_delivery(session: Session, delivery_id: int, outcome: Outcome, now: datetime | None = None) -> None:
    """Note how an attempt ended, and when the next one is due; a webhook that fails too often is switched off."""
    now = now or utc_now()
    delivery = session.get(WebhookDelivery, delivery_id)
    if delivery is None:        # removed meanwhile
        return
    hook = session.get_one(Webhook, delivery.webhook_id)
    session.refresh(hook, with_for_update=True)
    delivery.status, delivery.fault = outcome.status, outcome.fault[:LONGEST_FAULT]
    if outcome.is_good:
        delivery.state, delivery.handled_at, hook.n_failures = DELIVERED, now, 0
    else:
        hook.n_failures += 1
        _put_back(delivery, now)
        if hook.n_failures >= MOST_FAILURES or outcome.status == GONE:
            _disable(session, hook, now)
    session.flush()


def _put_back(delivery: WebhookDelivery, now: datetime) -> None:
    if delivery.n_attempts >= MOST_ATTEMPTS:
        delivery.state, delivery.handled_at = FAILED, now
    else:
        delivery.next_at = now + FIRST_WAIT * GROWTH ** (delivery.n_attempts - 1)


def _disable(session: Session, hook: Webhook, now: datetime) -> None:
    hook.disabled_at = now
    session.flush()
    session.execute(update(WebhookDelivery)
                    .where(WebhookDelivery.webhook_id == hook.id, WebhookDelivery.state == WAITING)
                    .values(state=DROPPED, handled_at=now))
    record_change(session, "disable_webhook", f"webhook {hook.id}", study_id=hook.study_id,
                  after={"n_failures": hook.n_failures})


def forget_deliveries(session: Session, now: datetime | None = None) -> None:
    """Delete what ended long ago from the log."""
    session.execute(delete(WebhookDelivery).where(
        WebhookDelivery.state != WAITING, WebhookDelivery.handled_at < (now or utc_now()) - KEPT))
