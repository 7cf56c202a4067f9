"""Saving a posted page: what is kept, what is blanked, what is amiss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, update
from sqlalchemy.orm import Session

from instruments.logic import evaluate, is_true
from instruments.schema import LEFT_BLANK, NOT_SHOWN
from surveyapp.db.base import utc_now
from surveyapp.errors import NotFound, marked
from surveyapp.models.response import Response
from surveyapp.services.answer import Form, PageInput, Problem, read_page
from surveyapp.services.courtesy import note_page
from surveyapp.services.posted_page import BACK, SUBMIT, Controls, read_controls
from surveyapp.services.questionnaire import CompiledItem, Page, Questionnaire
from surveyapp.services.relevance import Relevance, as_value
from surveyapp.services.response import Filling, fingerprint, is_empty, open_filling
from surveyapp.services.response_file import NO_FILES, UPLOAD, Files, store_files, take_files
from surveyapp.services.response_finish import end_filling, finish_filling
from surveyapp.services.response_path import next_page, open_page, skipped_items
from surveyapp.services.response_store import write_page
from surveyapp.services.response_token import elapsed_ms
from surveyapp.services.screening import find_end

LONGEST_VISIT_MS = 6 * 60 * 60 * 1000       # six hours; a page left open overnight says nothing about reading
CLOCK_SLACK_MS = 2_000                      # the browser's own count may exceed the server's by the way of the page


@dataclass(frozen=True)
class PageOutcome:
    """What became of a posted page."""

    filling: Filling
    page: Page
    relevance: Relevance
    problems: Mapping[str, Problem] = field(default_factory=dict)
    late_items: tuple[str, ...] = ()    # items that the answers of this page brought up, not yet seen
    is_ended: bool = False              # handed in, or ended by a screen or a full quota
    is_too_fast: bool = False           # the next page asks politely to take time


_UPDATE_RESPONSE = update(cast("Table", Response.__table__)).where(Response.key == bindparam("b_key"))


# ---- one page -------------------------------------------------------------------------------------------------------
def save_page(session: Session, secret: str, token: str, section: str, form: Form,
              now: datetime | None = None, files: Files = NO_FILES) -> PageOutcome:
    """Store a posted page and say what follows; hand the response in if the form asks for it and nothing is open."""
    now = now or utc_now()
    controls = read_controls(form)
    filling = _with_language(session, open_filling(session, secret, token), controls.language)
    page = get_page(filling.questionnaire, section)
    found = read_page(page, form, refused=controls.refused)
    stored = filling.stored(section)
    new_files = take_files(session, filling.door.link_id, page, form, files, stored, found) if page.has_uploads else {}
    merged = _merge(page, found, controls, stored)
    relevance = filling.with_answers(section, merged).relevance(now)
    _check_constraints(page, found, merged, filling, relevance, now)
    _take_back(found, merged, stored)
    is_visit = controls.is_finished or _visits(filling, section) > 0
    late = _fill_codes(page, merged, relevance, controls.seen, found) if is_visit else ()
    visit_ms = _visit_ms(secret, filling.key, section, controls, now)
    filling = write_page(session, filling, section, merged, visit_ms, is_visit=controls.is_finished)
    if page.has_uploads:
        store_files(session, filling.key, page, merged, new_files)
    problems = {} if controls.deed == BACK else _problems(page, found, merged, relevance, filling, controls)
    outcome = PageOutcome(filling, page, relevance, problems, late)
    if problems or not controls.is_finished:
        return outcome
    gate = find_end(session, filling, relevance, now)
    if gate is not None:
        end_filling(session, secret, token, filling, relevance, gate)
        return replace(outcome, is_ended=True)
    filling, is_too_fast = note_page(session, filling, page, relevance, controls)
    outcome = replace(outcome, filling=filling, is_too_fast=is_too_fast)
    if late or is_too_fast or controls.deed != SUBMIT:
        return outcome
    return _finish_if_complete(session, secret, token, outcome, now)


def _visits(filling: Filling, section: str) -> int:
    page = filling.pages.get(section)
    return page.visits if page else 0


def _take_back(found: PageInput, merged: dict[str, Any], stored: Mapping[str, Any]) -> None:
    """Put what was stored before in the place of answers with a fault."""
    for key in found.problems:
        merged.pop(key, None)
        if key in stored:
            merged[key] = stored[key]


def _problems(page: Page, found: PageInput, merged: Mapping[str, Any], relevance: Relevance,
              filling: Filling, controls: Controls) -> dict[str, Problem]:
    """Return what to tell the respondent, in the order of the page."""
    missing = _missing_required(page, merged, relevance, filling, controls)
    every = {**found.problems, **missing}
    return {item.key: every[item.key] for item in page.items if item.key in every and relevance.shows_item(item)}


def _finish_if_complete(session: Session, secret: str, token: str, outcome: PageOutcome,
                        now: datetime) -> PageOutcome:
    filling, relevance = outcome.filling, outcome.relevance
    follows = next_page(filling.way(), relevance, outcome.page.key)
    if follows or open_page(filling, relevance) or skipped_items(filling, relevance):
        return outcome
    finish_filling(session, secret, token, filling, relevance, now)
    return replace(outcome, is_ended=True)


def get_page(questionnaire: Questionnaire, section: str) -> Page:
    """Return the page of that section; NotFound if there is none."""
    page = questionnaire.find_page(section)
    if page is None:
        raise NotFound(marked("There is no such page."), marked("Please begin again with your link."))
    return page


def _with_language(session: Session, filling: Filling, language: str) -> Filling:
    if language in filling.door.instrument.languages and language != filling.language:
        session.execute(_UPDATE_RESPONSE, {"b_key": filling.key, "language": language})
        return replace(filling, language=language)
    return filling


def _merge(page: Page, found: PageInput, controls: Controls, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers of the page: as posted; a blank keeps what another window stored in the meantime."""
    merged = dict(found.answers)
    if controls.base == fingerprint(stored):
        kept = set(found.problems)
    else:
        kept = set(found.problems) | (found.blank - controls.cleared)
    for item in page.items:
        # What the form did not show is not blanked by it.
        if item.key in kept or (item.key in found.blank and item.key not in controls.seen):
            _keep(item, stored, merged)
    return merged


def _keep(item: CompiledItem, stored: Mapping[str, Any], merged: dict[str, Any]) -> None:
    for key in (item.key, *item.text_fields.values()):
        if key in stored and key not in merged and not is_empty(stored[key]):
            merged[key] = stored[key]


def _check_constraints(page: Page, found: PageInput, merged: Mapping[str, Any], filling: Filling,
                       relevance: Relevance, now: datetime) -> None:
    values: dict[str, Any] | None = None
    for item in page.items:
        if item.constraint is None or item.key not in found.answers:
            continue
        if values is None:
            values = {key: as_value(answer) for key, answer in {**filling.answers(), **merged}.items()}
            values.update(relevance.values)
        if not is_true(evaluate(item.constraint, values, values.get(item.key), filling.door.today(now))):
            own = (item.item.constraint_message or {}).get(filling.language)
            found.problems[item.key] = Problem(own, is_own_wording=True) if own else Problem(
                marked("This answer does not fit. Please check it."))


def _fill_codes(page: Page, merged: dict[str, Any], relevance: Relevance, shown: frozenset[str],
                found: PageInput) -> tuple[str, ...]:
    """Put a code where there is no answer; return the items that are asked now and were not on the posted page."""
    late = []
    for item in page.items:
        if not item.takes_answer or item.key in merged or item.key in found.problems:
            continue
        if not relevance.shows_item(item):
            merged[item.key] = NOT_SHOWN
        elif item.key in shown:
            merged[item.key] = LEFT_BLANK
        else:
            late.append(item.key)
    return tuple(late)


def _missing_required(page: Page, merged: Mapping[str, Any], relevance: Relevance, filling: Filling,
                      controls: Controls) -> dict[str, Problem]:
    """Return reminders: once for an item that is required, each time where nothing may be skipped."""
    may_skip = filling.door.instrument.allow_skip
    reminder = Problem(
        marked("Please answer this one if you can. You may also go on without it.") if may_skip else
        marked("Please answer this one; the questionnaire cannot go on without it."), is_reminder=True)
    return {
        item.key: reminder for item in page.items
        if item.takes_answer and merged.get(item.key) == LEFT_BLANK and relevance.shows_item(item)
        and (not may_skip or (item.item.is_required and item.key not in controls.reminded))
    }


def _visit_ms(secret: str, key: str, section: str, controls: Controls, now: datetime) -> int | None:
    """Return the time of this visit: the browser's count without hidden time, never more than the server's."""
    by_server = elapsed_ms(secret, key, section, controls.shown_at, int(now.timestamp() * 1000))
    by_client = controls.client_time
    if by_server is None:
        return None
    if by_client.isascii() and by_client.isdigit() and len(by_client) < len(str(LONGEST_VISIT_MS)) + 1:
        by_server = min(int(by_client), by_server + CLOCK_SLACK_MS)
    return min(by_server, LONGEST_VISIT_MS)


def save_answers(session: Session, secret: str, token: str, section: str, form: Form,
                 now: datetime | None = None) -> None:
    """Store the answers the browser sends while the page is still open; only the items it names are touched."""
    filling = open_filling(session, secret, token)
    page = get_page(filling.questionnaire, section)
    controls = read_controls(form)
    found = read_page(page, form, controls.only, controls.refused)
    stored = filling.stored(section)
    answers = dict(stored)
    visits = filling.pages[section].visits if section in filling.pages else 0
    for item in page.items:
        if item.key in controls.only and item.takes_answer and item.kind != UPLOAD and item.key not in found.problems:
            for key in (item.key, *item.text_fields.values()):
                answers.pop(key, None)
            if item.key in found.blank and visits:
                answers[item.key] = LEFT_BLANK
    answers.update(found.answers)
    # The browser tells the time only when the page is left.
    visit_ms = _visit_ms(secret, filling.key, section, controls, now or utc_now()) if controls.client_time else None
    if answers != stored or visit_ms:
        write_page(session, filling, section, answers, visit_ms)
