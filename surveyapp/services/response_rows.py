"""Handed-in responses as they are read for a file: one `Person` each, streamed, in the order the caller asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Executable, Select, String, cast, func, select
from sqlalchemy.orm import Session

from surveyapp.models.response import SUBMITTED, Response, ResponsePage
from surveyapp.services.versions import WaveVersions

AT_ONCE = 2_000             # responses fetched at once
PARTING = "\x1f"            # between the sections of one response; no key holds it
NO_ORDER: Mapping[str, list[str]] = {}


@dataclass(slots=True)
class Person:
    """One handed-in response."""

    key: str
    source_key: str | None
    language: str
    order: Mapping[str, Sequence[str]]
    answers: Mapping[str, Any]
    duration_ms: int | None


@dataclass(frozen=True)
class Source:
    """The handed-in responses to one questionnaire in a wave, read into the columns of all its versions."""

    session: Session
    versions: WaveVersions

    def count(self, condition: ColumnElement[bool]) -> int:
        """Return how many people meet the condition."""
        return self.session.scalar(select(func.count()).select_from(Response).where(
            self._is_here(), Response.state == SUBMITTED, condition)) or 0

    def people(self, condition: ColumnElement[bool]) -> Iterator[Person]:
        """Yield the people who meet the condition by their random keys, which is a random order."""
        for rows in chunks_of(self.session, filled(self._is_here(), condition).order_by(Response.key)):
            yield from self._put_together(rows)

    def origins(self, condition: ColumnElement[bool]) -> dict[str, tuple[str, str]]:
        """Return mode and batch of the people who meet the condition, by key; empty where there is none."""
        rows = self.session.execute(select(Response.key, Response.mode, Response.batch).where(
            self._is_here(), Response.state == SUBMITTED, condition))
        return {key: (mode or "", batch or "") for key, mode, batch in rows}

    def people_in_order(self, keys: Sequence[str]) -> Iterator[Person]:
        """Yield the people of these keys in the order of the keys."""
        for start in range(0, len(keys), AT_ONCE):
            wanted = keys[start:start + AT_ONCE]
            rows = self.session.execute(filled(self._is_here(), Response.key.in_(wanted))).all()
            people = {person.key: person for person in self._put_together(rows)}
            yield from (people[key] for key in wanted)

    def _is_here(self) -> ColumnElement[bool]:
        return Response.link_id.in_(self.versions.link_ids)

    def _put_together(self, rows: Sequence[Any]) -> Iterator[Person]:
        for row, pages in zip(rows, documents_of(rows), strict=True):
            yield _person(row, pages, self.versions)


def filled(*conditions: ColumnElement[bool]) -> Select[Any, Any, Any, Any, Any, Any, Any, Any, Any, Any, Any]:
    """Return the query for handed-in responses, one row each; their pages come as one text, which is quicker to read.

    Columns: key, source key, language, shown order, pages' answers, pages' times and pages' sections (each in the same
    order of pages), link, instrument, mode, batch.
    """
    return (
        select(Response.key, Response.source_key, Response.language, cast(Response.shown_order, String),
               func.aggregate_strings(cast(ResponsePage.answers, String), ","),
               func.aggregate_strings(func.coalesce(cast(ResponsePage.duration_ms, String), "null"), ","),
               func.aggregate_strings(ResponsePage.section, PARTING),
               Response.link_id, Response.instrument_id, Response.mode, Response.batch)
        .join(ResponsePage, ResponsePage.response_key == Response.key)
        .where(Response.state == SUBMITTED, *conditions).group_by(Response.key))


def chunks_of(session: Session, query: Executable) -> Iterator[Sequence[Any]]:
    """Yield the query's rows in lists, never all at once."""
    yield from session.execute(query, execution_options={"yield_per": AT_ONCE}).partitions(AT_ONCE)


def documents_of(rows: Sequence[Any]) -> list[list[dict[str, Any]]]:
    """Return the answers on each page of each row; the texts are read as one document."""
    found: list[list[dict[str, Any]]] = orjson.loads(f"[[{'],['.join([row[4] for row in rows])}]]") if rows else []
    return found


def order_of(text: str) -> Mapping[str, list[str]]:
    """Return the shown order of one row."""
    return NO_ORDER if text == "{}" else orjson.loads(text)


def answers_of(pages: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the answers of all pages of one row."""
    answers = pages[0]
    for page in pages[1:]:
        answers.update(page)
    return answers


def _person(row: Any, pages: list[dict[str, Any]], versions: WaveVersions) -> Person:
    times = [time for time in orjson.loads(f"[{row[5]}]") if time is not None]
    reading = versions.reading(row[7], row[8])
    return Person(row[0], row[1], row[2], reading.read_order(order_of(row[3])), reading.read(answers_of(pages)),
                  sum(times) if times else None)
