"""Rows to analysis tables: the only bridge between the database and the analyses; used by jobs and commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import orjson
import pandas as pd
from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from analysis.tables import AnswerTable, InterviewTable, StudyTables
from instruments.schema import MISSING_CODES, NOT_REACHED, NUMBER_KINDS, Instrument, Item
from surveyapp.models.customer import Customer, CustomerFile
from surveyapp.models.response import SUBMITTED, Response, ResponsePage
from surveyapp.models.study import PILOT, Study
from surveyapp.models.wave import Wave
from surveyapp.services.coding_rows import coding_rows
from surveyapp.services.order import PAGES
from surveyapp.services.study import facts_of, template_of
from surveyapp.services.versions import WaveVersions, wave_versions

INTERVIEW_COLUMNS = ("audience", "role", "held_on", "language", "questions", "is_verbatim")
CODING_COLUMNS = ("interview", "code", "polarity", "coder", "turn", "start", "end", "quote", "edited_quote")
LINK_COLUMNS = ("interview", "cause", "problem", "coder", "quote", "edited_quote")
TURN_COLUMNS = ("interview", "turn", "speaker", "is_interviewee")


def load_tables(session: Session, study: Study, wave: Wave) -> StudyTables:
    """Return everything a diagnosis of the wave is computed from."""
    template = template_of(session, study)
    answers = {instrument.audience: load_answers(session, wave, instrument) for instrument in template.instruments}
    return StudyTables(
        template=template, answers=answers, interviews=load_interviews(session, study),
        customers=load_customers(session, study), facts=facts_of(study), thresholds=study.thresholds,
        seed=study.seed, wave=wave.key,
    )


def load_answers(session: Session, wave: Wave, instrument: Instrument) -> AnswerTable:
    """Return the submitted responses of the wave to any version of the questionnaire, by column of the merged set."""
    return _load(session, wave_versions(session, wave, instrument.audience, instrument))


def load_pilot_answers(session: Session, wave: Wave, form: Instrument) -> AnswerTable:
    """Return the submitted responses of a pilot wave to the pilot form of a questionnaire."""
    return _load(session, wave_versions(session, wave, form.audience, form, (PILOT,)))


def _load(session: Session, versions: WaveVersions) -> AnswerTable:
    rows = session.execute(
        select(Response.key, Response.source_key, Response.language, cast(Response.shown_order, String),
               cast(ResponsePage.answers, String), ResponsePage.duration_ms, ResponsePage.section,
               Response.link_id, Response.instrument_id)
        .join(ResponsePage, ResponsePage.response_key == Response.key)
        .where(Response.link_id.in_(versions.link_ids), Response.state == SUBMITTED)
        .order_by(Response.key)
    ).yield_per(5000)
    return _answer_table(versions.instrument, _people(rows, versions))


def _people(rows: Iterable[Any], versions: WaveVersions) -> list[_Person]:
    return [_Person(list(pages), versions) for _, pages in groupby(rows, key=lambda row: row[0])]


class _Person:
    """One response put together from its pages."""

    __slots__ = ("answers", "duration_s", "key", "language", "order", "page_s")

    def __init__(self, pages: list[Any], versions: WaveVersions) -> None:
        key, source_key, self.language, order, *_, link_id, instrument_id = pages[0]
        reading = versions.reading(link_id, instrument_id)
        self.key: str = source_key or key
        self.order: Mapping[str, Sequence[str]] = reading.read_order(orjson.loads(order) or {})
        answers: dict[str, Any] = {}
        self.page_s = {page[6]: page[5] / 1000 for page in pages if page[5] is not None}
        self.duration_s = sum(self.page_s.values()) if self.page_s else float("nan")
        if len(self.page_s) == 1 and len(pages) > 1:
            self.page_s = {}        # a file that knows the whole time only keeps it with one page
        for page in pages:
            answers.update(orjson.loads(page[4]))
        self.answers: Mapping[str, Any] = reading.read(answers)


def _answer_table(instrument: Instrument, people: list[_Person]) -> AnswerTable:
    people = sorted(people, key=lambda person: person.key)
    index = pd.Index([person.key for person in people], dtype=object, name="respondent")
    items = [item for item in instrument.items if item.stores_answer]
    columns, codes = {}, {}
    for item in items:
        values = [person.answers.get(item.key, NOT_REACHED) for person in people]
        columns[item.key], codes[item.key] = _column(item, values, index)
    return AnswerTable(
        instrument=instrument,
        values=pd.DataFrame(columns, index=index),
        missing=pd.DataFrame(codes, index=index, dtype=np.int8),
        positions=_positions(instrument, people, index),
        duration_s=pd.Series([person.duration_s for person in people], index=index, dtype=float),
        language=pd.Series([person.language for person in people], index=index, dtype=object),
        page_s=_page_times(instrument, people, index),
    )


def _page_times(instrument: Instrument, people: list[_Person], index: pd.Index) -> pd.DataFrame | None:
    """Return the time on each page with rating items, None where it is known of nobody."""
    if not any(person.page_s for person in people):
        return None
    sections = list(dict.fromkeys(item.section for item in instrument.items if item.kind == "rating"))
    times = [[person.page_s.get(section, np.nan) for section in sections] for person in people]
    return pd.DataFrame(times, index=index, columns=sections, dtype=float)


def _column(item: Item, values: list[Any], index: pd.Index) -> tuple[Any, Any]:
    """Return an item's values and its missing codes; a refused choice counts as refused."""
    if item.kind in NUMBER_KINDS:
        return _number_column(values)
    refused = {choice.value for choice in item.choices if choice.is_missing}
    codes = [_missing_code(value, refused) for value in values]
    kept = [None if code else _word(value) for value, code in zip(values, codes, strict=True)]
    # A series of objects stays one in a frame; an array would become text, in which a missing word is not None.
    return pd.Series(kept, index=index, dtype=object), codes


def _number_column(values: list[Any]) -> tuple[Any, Any]:
    """Return numbers and codes; a code is never a valid answer, which the checks of an instrument see to."""
    raw = np.array(values, dtype=float)
    codes = np.where(np.isin(raw, sorted(MISSING_CODES)), raw, 0).astype(np.int8)
    return np.where(codes == 0, raw, np.nan), codes


def _missing_code(value: Any, refused: set[str]) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value in MISSING_CODES:
        return value
    if isinstance(value, str) and value in refused:
        return -93
    return 0


def _word(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _positions(instrument: Instrument, people: list[_Person], index: pd.Index) -> pd.DataFrame:
    """Return the place of each rating item in the order its respondent saw, over all pages."""
    ratings = [item.key for item in instrument.items if item.kind == "rating"]
    column_of = {key: number for number, key in enumerate(ratings)}
    places = np.full((len(people), len(ratings)), np.nan)
    for row, person in enumerate(people):
        sections = person.order.get(PAGES) or [section.key for section in instrument.sections]
        shown = [key for section in sections for key in person.order.get(section, ())]
        for place, key in enumerate(key for key in shown if key in column_of):
            places[row, column_of[key]] = place
    return pd.DataFrame(places, index=index, columns=ratings)


def load_interviews(session: Session, study: Study) -> InterviewTable | None:
    """Return the study's interviews with all coders' codings, None where none is logged."""
    rows = coding_rows(session, study)
    if not rows.interviews:
        return None
    interviews = pd.DataFrame([_as_dict(row, ("key", *INTERVIEW_COLUMNS)) for row in rows.interviews])
    return InterviewTable(
        interviews=interviews.set_index("key").rename_axis(None),
        codings=_frame(rows.codings, CODING_COLUMNS),
        links=_frame(rows.links, LINK_COLUMNS),
        turns=_frame(rows.turns, TURN_COLUMNS),
        double_coded=tuple(rows.double_coded),
    )


def _as_dict(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _frame(rows: Iterable[Any], columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame([_as_dict(row, columns) for row in rows], columns=list(columns))


def load_customers(session: Session, study: Study) -> pd.DataFrame | None:
    """Return the rows of the newest customer file as they came, None where none was imported."""
    newest = session.scalar(select(CustomerFile.id).where(CustomerFile.study_id == study.id)
                            .order_by(CustomerFile.id.desc()).limit(1))
    if newest is None:
        return None
    documents = session.scalars(select(cast(Customer.document, String)).where(Customer.file_id == newest)
                                .order_by(Customer.number))
    return pd.DataFrame([orjson.loads(document) for document in documents])
