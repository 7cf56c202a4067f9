"""Sheets of paper entered by hand, the first time.

A sheet names nobody and its respondent has no code. While it is typed it is given a random number, by which it is found
again until its pile is checked (`services.paper_pile`). The order of a sheet is fixed and times are unknown, so neither
is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveyapp.db.base import utc_now
from surveyapp.errors import Refused, marked
from surveyapp.models.account import Account
from surveyapp.models.privacy import ANONYMOUS
from surveyapp.models.response import OPEN, PAPER, SUBMITTED, Response, ResponsePage
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.answer import Problem
from surveyapp.services.audit import record_change
from surveyapp.services.mode import Origin, checked_batch
from surveyapp.services.paper_pile import add_sheet, find_sheet, open_pile
from surveyapp.services.paper_sheet import REASONS, Sheet, read_sheet, sheet_parts
from surveyapp.services.response import Agreement, Door, find_door_of, start_response
from surveyapp.services.response_finish import finish_filling
from surveyapp.services.response_store import write_page
from surveyapp.services.response_token import issue_token

CONSENT_ON_PAPER = frozenset({"is_given", "text_hash", "language", "links"})


@dataclass(frozen=True)
class SheetEntered:
    """What became of a sheet: what is wrong with it, or the number it bears now."""

    problems: Mapping[str, Problem] = field(default_factory=dict)
    number: int = 0


def count_sheets(session: Session, link: QuestionnaireLink, batch: str) -> int:
    """Return how many sheets of the batch are entered."""
    return session.scalar(select(func.count()).select_from(Response).where(
        Response.link_id == link.id, Response.mode == PAPER, Response.batch == batch,
        Response.state == SUBMITTED)) or 0


def sheet_token(secret: str, door: Door) -> str:
    """Return what a page for typing a sheet carries, so that a second click on it stores nothing."""
    return issue_token(secret, door.link_token, door.questionnaire.content_hash)


def enter_sheet(session: Session, secret: str, study: Study, wave: Wave, link: QuestionnaireLink, sheet: Sheet,
                account: Account | None = None) -> SheetEntered:
    """Store a sheet as a handed-in response; return what is wrong with it instead, and store nothing then."""
    batch = checked_batch(sheet.batch)
    door = find_door_of(session, secret, link.token, sheet.token)
    if door.privacy != ANONYMOUS:
        raise Refused(marked("Sheets name nobody, so they are entered for anonymous questionnaires only."),
                      marked("Let the invited people answer with their own links."))
    sheet_parts(door.instrument, sheet.language)
    read = read_sheet(door.questionnaire, sheet.typed)
    if read.problems:
        return SheetEntered(read.problems)
    token, now = sheet.token or sheet_token(secret, door), utc_now()
    filling = start_response(session, secret, link.token, token, sheet.language, Agreement(sheet.has_consent),
                             origin=Origin(PAPER, batch))
    if filling.state != OPEN:       # a second click
        stored = find_sheet(session, filling.key)
        return SheetEntered(number=stored.number if stored else sheet.number)
    for section, answers in read.answers.items():
        filling = write_page(session, filling, section, answers, is_visit=True)
    finish_filling(session, secret, token, filling, filling.relevance(now), now)
    _mark_as_paper(session, filling.key, {section: reasons for section, reasons in read.reasons.items() if reasons})
    number = add_sheet(session, open_pile(session, link, batch), filling.key, sheet.number, account)
    record_change(session, "enter_sheet", f"{door.instrument.audience} in wave {wave.key}", study_id=study.id,
                  account=account, after={"batch": batch})
    return SheetEntered(number=number)


def _mark_as_paper(session: Session, key: str, reasons: Mapping[str, dict[str, str]]) -> None:
    """Take back what only the web knows, the promise shown there too, and keep why crossed items count as blank."""
    response = session.get_one(Response, key)
    response.consent = {name: value for name, value in response.consent.items() if name in CONSENT_ON_PAPER}
    response.shown_order, response.seed, response.withdrawal_hash = {}, None, None
    for section, found in reasons.items():
        page = session.get_one(ResponsePage, (key, section))
        page.answers = {**page.answers, REASONS: found}
