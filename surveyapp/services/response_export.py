"""Responses to a file, one row a person in random order, in the format that `response_import` reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import IO, Any

import orjson
from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session
from xlsxwriter import Workbook

from analysis.privacy import MINIMUM_GROUP
from instruments.schema import NOT_SHOWN, Item
from surveyapp.errors import Refused
from surveyapp.models.account import Account
from surveyapp.models.response import SUBMITTED, Response, ResponsePage
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.answer_cell import CODES
from surveyapp.services.answer_columns import DURATION, LANGUAGE, ORDER_ENDING, RESPONDENT
from surveyapp.services.audit import record_change
from surveyapp.services.disclosure import Profile, safe_profiles
from surveyapp.services.questionnaire import Questionnaire, ready_questionnaire
from surveyapp.services.study import get_link, instrument_of

FORMATS = ("csv", "xlsx")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")        # a spreadsheet program would compute such a cell
AT_ONCE = 2_000                                     # rows fetched at once
WEB = "web"
Cell = str | int | float


def export_responses(session: Session, study: Study, wave: Wave, instrument: PublishedInstrument, format: str,
                     stream: IO[bytes]) -> int:
    """Write the handed-in responses and return how many; what people filled in here is checked for disclosure."""
    if format not in FORMATS:
        raise Refused("There is no format {format}.", "Choose one of: {formats}.", format=repr(format),
                      formats=", ".join(FORMATS))
    link = get_link(session, wave, instrument)
    questionnaire = ready_questionnaire(instrument.content_hash, lambda: instrument_of(instrument))
    n_web = _count_web(session, link)
    if n_web and wave.is_open:
        raise Refused("Collection is still open; single answers are exported only after it is closed.",
                      "Close the wave first. Until then only rounded counts are shown.")
    table = _Table(questionnaire, _profiles(session, link, questionnaire, study) if n_web else {})
    rows = (table.row(number, person) for number, person in enumerate(_people(session, link), 1))
    return _write_csv(table.header, rows, stream) if format == "csv" else _write_xlsx(table.header, rows, stream)


def record_export(session: Session, study: Study, instrument: PublishedInstrument, format: str, n: int,
                  account: Account | None = None) -> None:
    """Note in the audit log that answers left as a file."""
    record_change(session, "export_responses", f"{instrument.audience} as {format}", study_id=study.id,
                  account=account, after={"n": n})


def _count_web(session: Session, link: QuestionnaireLink) -> int:
    found = select(func.count()).select_from(Response).where(
        Response.link_id == link.id, Response.state == SUBMITTED, Response.source == WEB)
    return session.scalar(found) or 0


# ---- reading --------------------------------------------------------------------------------------------------------
@dataclass
class _Person:
    key: str
    source_key: str | None
    source: str
    language: str
    order: Mapping[str, list[str]]
    answers: Mapping[str, Any]
    duration_ms: int | None


def _people(session: Session, link: QuestionnaireLink) -> Iterator[_Person]:
    """Yield the handed-in responses by their random keys, which is a random order of people."""
    found = session.execute(
        select(Response.key, Response.source_key, Response.source, Response.language,
               cast(Response.shown_order, String), cast(ResponsePage.answers, String), ResponsePage.duration_ms)
        .join(ResponsePage, ResponsePage.response_key == Response.key)
        .where(Response.link_id == link.id, Response.state == SUBMITTED).order_by(Response.key)
    ).yield_per(AT_ONCE)
    for key, pages in groupby(found, key=itemgetter(0)):
        answers: dict[str, Any] = {}
        total: int | None = None
        for row in pages:
            answers.update(orjson.loads(row[5]))
            if row[6] is not None:
                total = (total or 0) + row[6]
        yield _Person(key, row[1], row[2], row[3], orjson.loads(row[4]), answers, total)


def _profile_items(questionnaire: Questionnaire) -> list[Item]:
    return [item for item in questionnaire.instrument.items if item.role in ("profile", "quota")]


def _profiles(session: Session, link: QuestionnaireLink, questionnaire: Questionnaire,
              study: Study) -> dict[str, Profile]:
    """Return what may be shown of the profile of everybody who answered here; the language counts as a part of it."""
    items = _profile_items(questionnaire)
    people = [person for person in _people(session, link) if person.source == WEB]
    profiles = [(person.language, *(str(_cell(person.answers.get(item.key, NOT_SHOWN))) for item in items))
                for person in people]
    minimum = max(MINIMUM_GROUP, int(study.thresholds.get("minimum_group", MINIMUM_GROUP)))
    return {person.key: profile for person, profile in zip(people, safe_profiles(profiles, minimum), strict=True)}


# ---- rows -----------------------------------------------------------------------------------------------------------
class _Table:
    """Header and rows of the file."""

    def __init__(self, questionnaire: Questionnaire, profiles: Mapping[str, Profile]) -> None:
        self.profiles = profiles
        pages = questionnaire.pages
        asked = [item for page in pages for item in page.items if item.kind != "note"]
        self.items = [item.key for item in asked]
        self.texts = [name for item in asked for name in item.text_fields.values()]
        self.open_items = {item.key for item in asked if item.kind == "text"} | set(self.texts)
        self.profile_places = {item.key: place for place, item in enumerate(_profile_items(questionnaire), 1)}
        self.ordered = [(page.key, item.key) for page in pages if page.section.is_shuffled
                        for item in page.items if item.takes_answer]
        self.header = (RESPONDENT, LANGUAGE, DURATION, *self.items, *self.texts,
                       *(key + ORDER_ENDING for _, key in self.ordered))

    def row(self, number: int, person: _Person) -> list[Cell]:
        """Return one person's cells; who answered here is known by the running number of this file only."""
        profile = self.profiles.get(person.key)
        language = person.language if profile is None else profile[0]
        if profile is not None:
            person.answers = {**person.answers, **self._disclosed(person, profile)}
        seconds: Cell = "" if person.duration_ms is None else round(person.duration_ms / 1000, 1)
        places = {section: {key: place for place, key in enumerate(keys, 1)} for section, keys in person.order.items()}
        return [
            person.source_key or f"row{number}", language, seconds,
            *[answer if (answer := person.answers.get(key, NOT_SHOWN)).__class__ is int else _cell(answer)
              for key in self.items],        # most cells are points of a scale
            *[_cell(person.answers.get(key, "")) for key in self.texts],
            *[places.get(section, _NOWHERE).get(key, "") for section, key in self.ordered],
        ]

    def _disclosed(self, person: _Person, profile: Profile) -> dict[str, Any]:
        """Return what replaces the profile and the open texts of somebody who answered here."""
        shown: dict[str, Any] = {key: profile[place] for key, place in self.profile_places.items()}
        shown.update({key: "" for key in self.open_items if isinstance(person.answers.get(key), str)})
        return shown


_NOWHERE: Mapping[str, Cell] = {}


def _cell(answer: Any) -> Cell:
    if isinstance(answer, (list, tuple)):
        return ";".join(str(value) for value in answer)
    if isinstance(answer, float) and answer.is_integer():
        return int(answer)
    return answer if isinstance(answer, (str, int, float)) else str(answer)


# ---- formats --------------------------------------------------------------------------------------------------------
def harmless(cell: Cell) -> Cell:
    """Return the cell so that no spreadsheet program takes it for a formula; numbers and missing codes stay."""
    if isinstance(cell, str) and cell.startswith(DANGEROUS) and cell not in CODES:
        return f"'{cell}"
    return cell


def _write_csv(header: Iterable[str], rows: Iterable[list[Cell]], stream: IO[bytes]) -> int:
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=False)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([harmless(name) for name in header])
    n = 0
    for row in rows:
        writer.writerow([cell if cell.__class__ is int else harmless(cell) for cell in row])
        n += 1
    text.flush()
    text.detach()       # the stream belongs to the caller
    return n


def _write_xlsx(header: Iterable[str], rows: Iterable[list[Cell]], stream: IO[bytes]) -> int:
    book = Workbook(stream, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                             "in_memory": False})
    sheet = book.add_worksheet("responses")
    bold = book.add_format({"bold": True})
    sheet.freeze_panes(1, 1)
    for column, name in enumerate(header):
        sheet.write_string(0, column, name, bold)
    n = 0
    for n, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(n, column, cell) if cell else None
            else:
                sheet.write_number(n, column, cell)
    book.close()
    return n
