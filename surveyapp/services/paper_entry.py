"""Sheets of paper entered by hand: the number beside a box is typed, `i` is illegible, `d` is marked twice.

A sheet has no number of its own and its respondent no code: nothing leads from what is stored back to the sheet. The
order of a sheet is fixed and times are unknown, so neither is stored.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from instruments.errors import InstrumentError
from instruments.paper import Box, PaperPart, paper_parts
from instruments.schema import LEFT_BLANK, Instrument
from surveyapp.db.base import utc_now
from surveyapp.errors import Refused, marked
from surveyapp.models.account import Account
from surveyapp.models.privacy import ANONYMOUS
from surveyapp.models.response import PAPER, SUBMITTED, Response, ResponsePage
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.answer import Problem, read_page
from surveyapp.services.audit import record_change
from surveyapp.services.mode import Origin, checked_batch
from surveyapp.services.questionnaire import CompiledItem, Page
from surveyapp.services.response import Agreement, find_door, start_response
from surveyapp.services.response_finish import finish_filling
from surveyapp.services.response_store import write_page
from surveyapp.services.response_token import issue_token

REASONS = ":reasons"        # in a page document: item key → why a crossed item counts as blank; no item has such a key
ILLEGIBLE, DOUBLE = "illegible", "double"
TYPED_REASONS = {"i": ILLEGIBLE, "d": DOUBLE}
CONSENT_ON_PAPER = frozenset({"is_given", "text_hash", "language", "links"})
NUMBERS = re.compile(r"\d+(?:[\s,、]+\d+)*")


@dataclass(frozen=True)
class Sheet:
    """What was typed of one sheet, by item key or the key of a text behind an option."""

    batch: str
    language: str
    has_consent: bool
    typed: Mapping[str, str]


def sheet_parts(instrument: Instrument, language: str) -> tuple[PaperPart, ...]:
    """Return the questionnaire as its sheets are printed; Refused if it cannot be printed."""
    try:
        return paper_parts(instrument, language)
    except InstrumentError as error:
        raise Refused(marked("This questionnaire cannot be printed, so there are no sheets of it: {fault}"),
                      marked("Enter its answers on the web."), fault=str(error)) from error


def count_sheets(session: Session, link: QuestionnaireLink, batch: str) -> int:
    """Return how many sheets of the batch are entered."""
    return session.scalar(select(func.count()).select_from(Response).where(
        Response.link_id == link.id, Response.mode == PAPER, Response.batch == batch,
        Response.state == SUBMITTED)) or 0


def enter_sheet(session: Session, secret: str, study: Study, wave: Wave, link: QuestionnaireLink, sheet: Sheet,
                account: Account | None = None) -> Mapping[str, Problem]:
    """Store a sheet as a handed-in response; return what is wrong with it instead, and store nothing then."""
    batch = checked_batch(sheet.batch)
    door = find_door(session, link.token)
    if door.privacy != ANONYMOUS:
        raise Refused(marked("Sheets name nobody, so they are entered for anonymous questionnaires only."),
                      marked("Let the invited people answer with their own links."))
    boxes = {question.item.key: question.boxes for part in sheet_parts(door.instrument, sheet.language)
             for question in part.questions}
    problems: dict[str, Problem] = {}
    pages = {page.key: _read(page, sheet.typed, boxes, problems) for page in door.questionnaire.pages}
    if problems:
        return problems
    token, now = issue_token(secret, link.token, door.questionnaire.content_hash), utc_now()
    filling = start_response(session, secret, link.token, token, sheet.language, Agreement(sheet.has_consent),
                             origin=Origin(PAPER, batch))
    for section, (answers, _) in pages.items():
        filling = write_page(session, filling, section, answers, is_visit=True)
    finish_filling(session, secret, token, filling, filling.relevance(now), now)
    _mark_as_paper(session, filling.key, {section: reasons for section, (_, reasons) in pages.items() if reasons})
    record_change(session, "enter_sheet", f"{door.instrument.audience} in wave {wave.key}", study_id=study.id,
                  account=account, after={"batch": batch})
    return {}


def _mark_as_paper(session: Session, key: str, reasons: Mapping[str, dict[str, str]]) -> None:
    """Take back what only the web knows, the promise shown there too, and keep why crossed items count as blank."""
    response = session.get_one(Response, key)
    response.consent = {name: value for name, value in response.consent.items() if name in CONSENT_ON_PAPER}
    response.shown_order, response.seed, response.withdrawal_hash = {}, None, None
    for section, found in reasons.items():
        page = session.get_one(ResponsePage, (key, section))
        page.answers = {**page.answers, REASONS: found}


def _read(page: Page, typed: Mapping[str, str], boxes: Mapping[str, tuple[Box, ...]],
          problems: dict[str, Problem]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a page's answers and reasons; what cannot be used is put into `problems`."""
    form: dict[str, list[str]] = {}
    reasons: dict[str, str] = {}
    for item in page.items:
        text = unicodedata.normalize("NFKC", typed.get(item.key, "")).strip()
        reason = TYPED_REASONS.get(text.lower())
        if reason is not None and (reason == ILLEGIBLE or boxes.get(item.key)):
            reasons[item.key] = reason
            continue
        form.update({name: [typed[name]] for name in item.text_fields.values() if name in typed})
        try:
            form.update(_form_of(item, text, boxes.get(item.key, ()), typed))
        except _NoSuchBox as error:
            problems[item.key] = Problem(marked("There is no box {typed} at this question."), {"typed": error.args[0]})
    found = read_page(page, form)
    problems.update(found.problems)
    answers = {**dict.fromkeys(reasons, LEFT_BLANK), **found.answers}
    return answers, reasons


class _NoSuchBox(Exception):
    """Carries what was typed."""


def _form_of(item: CompiledItem, text: str, boxes: tuple[Box, ...],
             typed: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the fields that the web's form would have for what was typed."""
    if not boxes:
        yield item.key, [typed.get(item.key, "")]
        return
    if not text:
        return
    if NUMBERS.fullmatch(text) is None:
        raise _NoSuchBox(text)
    value_of = {box.number: str(box.value) for box in boxes}
    values = []
    for number in re.findall(r"\d+", text):
        if str(int(number)) not in value_of:
            raise _NoSuchBox(number)
        values.append(value_of[str(int(number))])
    if item.kind == "ranking":
        yield from ((f"{item.key}.{value}", [str(place)]) for place, value in enumerate(values, 1))
    elif item.kind == "multiple" or len(values) == 1:
        yield item.key, values
    else:
        raise _NoSuchBox(text)
