"""Handed-in responses as they are read for a file: one `Person` each, streamed, in the order the caller asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, String, cast, func, select
from sqlalchemy.orm import Session

from surveyapp.models.response import SUBMITTED, Response, ResponsePage
from surveyapp.models.wave import QuestionnaireLink

AT_ONCE = 2_000             # responses fetched at once
FOREIGN = ("import", "sample")      # the researcher's own before they came here, or nobody's; all others are protected


@dataclass(slots=True)
class Person:
    """One handed-in response."""

    key: str
    source_key: str | None
    language: str
    order: Mapping[str, list[str]]
    answers: dict[str, Any]
    duration_ms: int | None


def is_protected() -> ColumnElement[bool]:
    """Return the condition that somebody answered here, on the web, at a kiosk or on paper."""
    return Response.source.not_in(FOREIGN)


def count_protected(session: Session, links: Sequence[QuestionnaireLink]) -> int:
    """Return how many people handed in answers here under the links."""
    found = select(func.count()).select_from(Response).where(
        Response.link_id.in_([link.id for link in links]), Response.state == SUBMITTED, is_protected())
    return session.scalar(found) or 0


def read_people(session: Session, link: QuestionnaireLink, condition: ColumnElement[bool]) -> Iterator[Person]:
    """Yield the people who meet the condition by their random keys, which is a random order."""
    found = session.execute(_rows(link).where(condition).order_by(Response.key)).yield_per(AT_ONCE)
    yield from _put_together(found)


def read_people_in_order(session: Session, link: QuestionnaireLink, keys: Sequence[str]) -> Iterator[Person]:
    """Yield the people of these keys in the order of the keys."""
    for start in range(0, len(keys), AT_ONCE):
        wanted = keys[start:start + AT_ONCE]
        found = session.execute(_rows(link).where(Response.key.in_(wanted)).order_by(Response.key))
        people = {person.key: person for person in _put_together(found)}
        yield from (people[key] for key in wanted)


def _rows(link: QuestionnaireLink) -> Select[Any, Any, Any, Any, Any, Any]:
    return (
        select(Response.key, Response.source_key, Response.language, cast(Response.shown_order, String),
               cast(ResponsePage.answers, String), ResponsePage.duration_ms)
        .join(ResponsePage, ResponsePage.response_key == Response.key)
        .where(Response.link_id == link.id, Response.state == SUBMITTED))


def _put_together(rows: Iterable[Any]) -> Iterator[Person]:
    for key, pages in groupby(rows, key=itemgetter(0)):
        answers: dict[str, Any] = {}
        total: int | None = None
        for row in pages:
            answers.update(orjson.loads(row[4]))
            if row[5] is not None:
                total = (total or 0) + row[5]
        yield Person(key, row[1], row[2], orjson.loads(row[3]), answers, total)
