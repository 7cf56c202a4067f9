"""Writing page documents of a response that is being filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.orm import Session

from surveyapp.models.response import ResponsePage
from surveyapp.services.prepared import Prepared, as_text
from surveyapp.services.response import Filling, StoredPage

_TABLE = cast("Table", ResponsePage.__table__)
_INSERT = Prepared(insert(_TABLE), ("response_key", "section", "answers", "duration_ms", "visits"))
_UPDATE = Prepared(update(_TABLE).where(
    ResponsePage.response_key == bindparam("b_key"), ResponsePage.section == bindparam("b_section"),
).values(answers=bindparam("b_answers"), duration_ms=bindparam("b_duration"), visits=bindparam("b_visits")))


def write_page(session: Session, filling: Filling, section: str, answers: Mapping[str, Any],
               visit_ms: int | None = None, *, is_visit: bool = False) -> Filling:
    """Write one page document and return the response with it; the times of all visits add up."""
    stored = filling.pages.get(section)
    page = StoredPage(answers, _total(stored.duration_ms if stored else None, visit_ms),
                      (stored.visits if stored else 0) + int(is_visit))
    if stored is None:
        _INSERT.run(session, {
            "response_key": filling.key, "section": section, "answers": as_text(answers),
            "duration_ms": page.duration_ms, "visits": page.visits})
    else:
        _UPDATE.run(session, {
            "b_key": filling.key, "b_section": section, "b_answers": as_text(answers),
            "b_duration": page.duration_ms, "b_visits": page.visits})
    return replace(filling, pages={**filling.pages, section: page})


def _total(before: int | None, more: int | None) -> int | None:
    return more if before is None else before + (more or 0)
