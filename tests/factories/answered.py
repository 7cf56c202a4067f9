"""People who answered here: handed-in responses of a given content, without walking through pages."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from instruments.schema import NOT_SHOWN
from surveyapp.models.response import SUBMITTED, Response, ResponsePage
from surveyapp.models.study import PublishedInstrument
from surveyapp.models.wave import QuestionnaireLink
from surveyapp.services.study import instrument_of


def people_answer(session: Session, link: QuestionnaireLink, people: Iterable[Mapping[str, Any]]) -> list[str]:
    """Store one response for each mapping of item to answer; `language` and `minutes` are the person's own."""
    instrument = instrument_of(session.get_one(PublishedInstrument, link.instrument_id))
    section_of = {item.key: item.section for item in instrument.items}
    keys = []
    for person in people:
        key = secrets.token_hex(16)
        keys.append(key)
        session.execute(insert(Response), {
            "key": key, "link_id": link.id, "state": SUBMITTED, "language": person.get("language", "en"),
            "source": "web", "consent": {"is_given": True}, "shown_order": {"B": ["L3", "L1", "L2", "L5", "L4"]},
            "withdrawal_hash": secrets.token_hex(32)})
        pages: dict[str, dict[str, Any]] = {section.key: {} for section in instrument.sections}
        for item in instrument.items:
            if item.kind != "note":
                pages[item.section][item.key] = person.get(item.key, NOT_SHOWN)
        for name, answer in person.items():
            owner = name.split("_")[0]
            if name not in section_of and owner in section_of:
                pages[section_of[owner]][name] = answer
        minutes = person.get("minutes")
        session.execute(insert(ResponsePage), [
            {"response_key": key, "section": section, "answers": answers, "visits": 1,
             "duration_ms": int(minutes * 60_000) if minutes is not None and section == "A" else None}
            for section, answers in pages.items()])
    return keys
