"""Many responses stored at once: from a file, or from the generator of sample data."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from surveyapp.models.response import SUBMITTED, Response, ResponsePage
from surveyapp.models.wave import QuestionnaireLink
from surveyapp.services.mode import MODE_OF_SOURCE

CHUNK = 2_000               # responses written at once


@dataclass
class BulkResponse:
    """One response to be stored; pages by section."""

    source_key: str
    language: str
    pages: dict[str, dict[str, Any]]
    durations_ms: dict[str, int] = field(default_factory=dict)
    shown_order: dict[str, list[str]] = field(default_factory=dict)


def store_responses(session: Session, link: QuestionnaireLink, responses: Iterable[BulkResponse], source: str) -> int:
    """Store handed-in responses in bulk and return how many; keys are random, so no order of the file is kept."""
    n = 0
    chunk: list[BulkResponse] = []
    for response in responses:
        chunk.append(response)
        if len(chunk) == CHUNK:
            n += _store_chunk(session, link, chunk, source)
            chunk = []
    return n + _store_chunk(session, link, chunk, source)


def _store_chunk(session: Session, link: QuestionnaireLink, chunk: list[BulkResponse], source: str) -> int:
    if not chunk:
        return 0
    keys = [secrets.token_hex(16) for _ in chunk]
    session.execute(insert(Response), [
        {"key": key, "link_id": link.id, "state": SUBMITTED, "language": response.language, "source": source,
         "source_key": response.source_key, "shown_order": response.shown_order, "withdrawal_hash": None,
         "mode": MODE_OF_SOURCE[source],
         "consent": {"is_given": True, "text_hash": "", "language": response.language, "links": False}}
        for key, response in zip(keys, chunk, strict=True)
    ])
    session.execute(insert(ResponsePage), [
        {"response_key": key, "section": section, "answers": answers, "visits": 1,
         "duration_ms": response.durations_ms.get(section)}
        for key, response in zip(keys, chunk, strict=True) for section, answers in response.pages.items()
    ])
    return len(chunk)
