"""Responses from outside: a file with one row a person, or the generator of sample data.

A file is taken over whole or not at all; what is wrong with it is listed by row and column. Instants of a file are
not stored: they would tell who answered when.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.schema import Instrument
from surveyapp.errors import WaveClosed
from surveyapp.models.account import Account
from surveyapp.models.response import Response
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services import answer_columns
from surveyapp.services.answer_columns import Columns, find_columns, suggest_mapping
from surveyapp.services.answer_file import AnswerFile, read_answer_file
from surveyapp.services.answer_row import RowReader
from surveyapp.services.audit import record_change
from surveyapp.services.questionnaire import Questionnaire, ready_questionnaire
from surveyapp.services.response_bulk import BulkResponse, store_responses
from surveyapp.services.study import get_link, instrument_of


@dataclass(frozen=True)
class ImportReport:
    """What was taken over, and what the researcher should know."""

    n_responses: int
    warnings: tuple[str, ...] = ()


class SampleResponse(Protocol):
    """What the generator of sample data makes (surveyapp.sample.answers)."""

    @property
    def respondent_id(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def answers(self) -> Mapping[str, Any]: ...
    @property
    def shown_order(self) -> Mapping[str, Sequence[str]]: ...
    @property
    def page_durations_ms(self) -> Mapping[str, int]: ...


def load_sample_responses(session: Session, link: QuestionnaireLink, instrument: Instrument,
                          responses: Iterable[SampleResponse]) -> int:
    """Store generated responses of the link's questionnaire and return how many."""
    section_of = {item.key: item.section for item in instrument.items}
    section_of.update({f"{item.key}_{choice.value}_text": item.section
                       for item in instrument.items for choice in item.choices if choice.has_text})
    return store_responses(session, link, (_from_sample(response, section_of) for response in responses), "sample")


def _from_sample(response: SampleResponse, section_of: Mapping[str, str]) -> BulkResponse:
    pages: dict[str, dict[str, Any]] = {}
    for key, answer in response.answers.items():
        pages.setdefault(section_of[key], {})[key] = answer
    return BulkResponse(
        response.respondent_id, response.language, pages, dict(response.page_durations_ms),
        {section: list(keys) for section, keys in response.shown_order.items()})


# ---- a file ---------------------------------------------------------------------------------------------------------
def import_responses(session: Session, study: Study, wave: Wave, instrument: PublishedInstrument,
                     path_or_bytes: Path | bytes, filename: str, *, mapping: Mapping[str, str] | None = None,
                     account: Account | None = None) -> ImportReport:
    """Store every row of the file as a handed-in response, or nothing; BadInput lists what is wrong by row."""
    if not wave.is_open:
        raise WaveClosed("Wave {wave} is closed: it takes no more answers.",
                         "Open it again on the study's page, or name another wave.", wave=wave.key)
    content = path_or_bytes if isinstance(path_or_bytes, bytes) else path_or_bytes.read_bytes()
    name = PurePath(filename).name
    link = get_link(session, wave, instrument)
    questionnaire = ready_questionnaire(instrument.content_hash, lambda: instrument_of(instrument))
    file = read_answer_file(content, name)
    columns = find_columns(questionnaire, file.header, mapping_of(questionnaire, file, mapping), name)
    known = set(session.scalars(
        select(Response.source_key).where(Response.link_id == link.id, Response.source_key.is_not(None))))
    rows = RowReader(questionnaire, columns, file, {str(key) for key in known}, _mark_of(content))
    n = store_responses(session, link, rows.read_all(file.rows), "import")
    rows.check(name, n)
    session.flush()
    record_change(session, "import_responses", f"{instrument.audience} in wave {wave.key}", study_id=study.id,
                  account=account, after={"file": name, "n": n})
    return ImportReport(n, _warnings(questionnaire, columns, file.header))


def mapping_of(questionnaire: Questionnaire, file: AnswerFile, mapping: Mapping[str, str] | None) -> dict[str, str]:
    """Return the mapping, and before it the columns of a statistical file that are known by their title only."""
    unknown = suggest_mapping(questionnaire, file.header) if file.titles else {}
    titles = {title: column for column in unknown if (title := file.titles.get(column, ""))}
    strangers = suggest_mapping(questionnaire, tuple(titles))
    titled = {column: title for title, column in titles.items() if title not in strangers}
    return {**{column: title for column, title in titled.items() if title not in file.header}, **(mapping or {})}


def _mark_of(content: bytes) -> str:
    """Return what tells this file's rows from those of every other; the same file again is then refused."""
    return f"row-{hashlib.sha256(content).hexdigest()[:8]}"


def unknown_columns(instrument: PublishedInstrument, content: bytes, filename: str) -> dict[str, str | None]:
    """Return the columns of a file that are no items by name, with the item each most likely means."""
    questionnaire = ready_questionnaire(instrument.content_hash, lambda: instrument_of(instrument))
    file = read_answer_file(content, PurePath(filename).name)
    titled = mapping_of(questionnaire, file, None)
    return suggest_mapping(questionnaire, tuple(column for column in file.header if column not in titled))


def _warnings(questionnaire: Questionnaire, columns: Columns, header: tuple[str, ...]) -> tuple[str, ...]:
    found = []
    if answer_columns.RESPONDENT not in columns.general:
        found.append(f"The file has no column {answer_columns.RESPONDENT}; each row counts as one person.")
    if columns.ignored:
        near = suggest_mapping(questionnaire, header)
        named = [f"{column} (did you mean {near[column]}?)" if near.get(column) else column
                 for column in columns.ignored]
        found.append(f"These columns are no items and were left out: {', '.join(named)}.")
    asked = {item.key for page in questionnaire.pages for item in page.items if item.takes_answer}
    absent = [item.key for page in questionnaire.pages for item in page.items
              if item.key in asked - columns.answered_items]
    if absent:
        found.append(f"These items have no column and count as not shown: {', '.join(absent)}.")
    if {answer_columns.STARTED, answer_columns.SUBMITTED} & columns.general.keys():
        found.append("Instants are not stored; only the time it took is.")
    return tuple(found)
