"""What webhooks are told, and the one place from which they are told it: in the transaction of the event itself.

No event names a person, an answer or an account, and none is caused by a single answer: counts are those of the day
that the pages show, rounded down, and only the steps below are told.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.db.base import utc_now
from surveyapp.errors import marked
from surveyapp.models.fieldwork import FieldworkDay
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.models.webhook import Webhook, WebhookDelivery

WAVE_OPENED, WAVE_CLOSED, COUNT_REACHED = "wave.opened", "wave.closed", "count.reached"
EXPORT_MADE, DIAGNOSIS_FINISHED, REPORT_FINISHED = "export.made", "diagnosis.finished", "report.finished"
TEST = "webhook.test"       # sent by hand to one webhook, whatever it wants
EVENTS: Mapping[str, str] = {
    WAVE_OPENED: marked("collection of a wave began"),
    WAVE_CLOSED: marked("collection of a wave ended"),
    COUNT_REACHED: marked("the count of the day passed a step (10, 25, 50, 100 …)"),
    EXPORT_MADE: marked("answers left as a file"),
    DIAGNOSIS_FINISHED: marked("a diagnosis is computed"),
    REPORT_FINISHED: marked("a report is written"),
}
# All are multiples of five, so that a step passed tells no more than the rounded count of the day does.
STEPS = (10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000)


def announce(session: Session, study_id: int, event: str, data: Mapping[str, Any]) -> int:
    """Queue an event for every webhook of the study that wants it; return for how many."""
    hooks = session.scalars(select(Webhook).where(Webhook.study_id == study_id, Webhook.disabled_at.is_(None)))
    wanting = [hook for hook in hooks if event in hook.events]
    if not wanting:
        return 0
    name = session.scalar(select(Study.name).where(Study.id == study_id))
    for hook in wanting:
        queue_delivery(session, hook, event, {"study": {"id": study_id, "name": name}, **data})
    return len(wanting)


def queue_delivery(session: Session, hook: Webhook, event: str, data: Mapping[str, Any]) -> WebhookDelivery:
    """Return a delivery that waits for the worker."""
    now = utc_now()
    body = json.dumps({"type": event, "timestamp": now.isoformat(timespec="seconds").replace("+00:00", "Z"),
                       "data": dict(data)}, ensure_ascii=False, separators=(",", ":"))
    delivery = WebhookDelivery(webhook_id=hook.id, message_id=f"msg_{uuid4().hex}", event=event, body=body, next_at=now)
    session.add(delivery)
    session.flush()
    return delivery


def announce_wave(session: Session, wave: Wave, event: str) -> None:
    """Tell that a wave was opened or closed."""
    announce(session, wave.study_id, event, {"wave": wave.key})


def announce_count(session: Session, link: QuestionnaireLink, day: date, n: int) -> None:
    """Tell the highest step that the count of a day passed and that no count of an earlier day had passed."""
    if link.is_test:
        return
    earlier = session.scalars(select(FieldworkDay).where(FieldworkDay.link_id == link.id, FieldworkDay.day < day))
    before = max((int(row.counts.get("n_submitted", 0)) for row in earlier), default=0)
    passed = [step for step in STEPS if before < step <= n]
    if not passed:
        return
    wave = session.get_one(Wave, link.wave_id)
    published = session.get_one(PublishedInstrument, link.instrument_id)
    announce(session, wave.study_id, COUNT_REACHED, {
        "wave": wave.key, "questionnaire": published.audience, "at_least": passed[-1],
        "counted_on": day.isoformat()})
