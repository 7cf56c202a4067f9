"""What a respondent is shown besides the questions, each only where the questionnaire asks for it, stored as shown.

`response.courtesies` holds `commitment` (hash and language of the line, whether it was ticked), `progress` (the highest
percentage shown) and `speed_prompt` (the sections after which it was shown; once is all).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from instruments.schema import Instrument
from surveyapp.models.response import Response
from surveyapp.services.posted_page import Controls
from surveyapp.services.prepared import Prepared, as_text
from surveyapp.services.questionnaire import Page
from surveyapp.services.relevance import Relevance
from surveyapp.services.response_token import text_hash

if TYPE_CHECKING:       # a response is started with its first courtesies, so that module imports this one
    from surveyapp.services.response import Filling

COMMITMENT, PROGRESS, SPEED_PROMPT = "commitment", "progress", "speed_prompt"
# A page answered in under 2 seconds an item was not read (Huang et al. 2012, 10.1007/s10869-011-9231-8; the page-time
# index holds for items of various lengths, 10.1177/10944281211056520). A polite prompt after such a page slows people
# down and does not drive them off (Conrad et al. 2017, Survey Research Methods 11, 6304).
SECONDS_PER_ITEM = 2.0
FEWEST_ITEMS = 3            # fewer can honestly be answered at a glance

_NOTE = Prepared(update(Response).where(Response.key == bindparam("b_key")).values(courtesies=bindparam("document")))


def first_courtesies(instrument: Instrument, commits: bool, language: str) -> dict[str, Any] | None:
    """Return what the first page showed; None if it was nothing."""
    found: dict[str, Any] = {}
    if instrument.commitment:
        found[COMMITMENT] = {"is_given": commits, "language": language,
                             "text_hash": text_hash(instrument.commitment.get(language, ""))}
    if instrument.has_progress:
        found[PROGRESS] = 0
    return found or None


def progress_of(filling: Filling, relevance: Relevance) -> int:
    """Return how many percent of the pages that concern this respondent were posted; it never falls."""
    asked = [page for page in filling.way() if relevance.shows_page(page)]
    posted = sum(1 for page in asked if page.key in filling.pages and filling.pages[page.key].visits > 0)
    return max(int(filling.courtesies.get(PROGRESS, 0)), 100 * posted // max(len(asked), 1))


def note_page(session: Session, filling: Filling, page: Page, relevance: Relevance,
              controls: Controls) -> tuple[Filling, bool]:
    """Store what the next page will show; return the response with it, and whether that is the speed prompt."""
    instrument = filling.door.instrument
    if not (instrument.has_progress or instrument.has_speed_prompt):
        return filling, False
    found = dict(filling.courtesies)
    if instrument.has_progress:
        found[PROGRESS] = progress_of(filling, relevance)
    may_prompt = instrument.has_speed_prompt and SPEED_PROMPT not in found and controls.is_finished
    is_prompted = may_prompt and _is_too_fast(filling, page, relevance)
    if is_prompted:
        found[SPEED_PROMPT] = [page.key]
    if found != filling.courtesies:
        _NOTE.run(session, {"b_key": filling.key, "document": as_text(found)})
    return replace(filling, courtesies=found), is_prompted


def _is_too_fast(filling: Filling, page: Page, relevance: Relevance) -> bool:
    stored = filling.pages[page.key]
    n_read = sum(1 for item in page.items if item.kind == "rating" and relevance.shows_item(item))
    if stored.visits != 1 or stored.duration_ms is None or n_read < FEWEST_ITEMS:
        return False
    return stored.duration_ms < 1000 * SECONDS_PER_ITEM * n_read

