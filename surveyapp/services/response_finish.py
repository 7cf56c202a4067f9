"""Handing a response in: every item gets an answer or the code for its kind of empty, and the order shown is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, null, update
from sqlalchemy.orm import Session

from instruments.schema import LEFT_BLANK, NOT_REACHED, NOT_SHOWN
from surveyapp.db.base import utc_now
from surveyapp.models.response import SUBMITTED, Response
from surveyapp.services.finished import note_finished
from surveyapp.services.order import order_as_shown
from surveyapp.services.prepared import Prepared, as_text
from surveyapp.services.questionnaire import CompiledItem, Gate, Page
from surveyapp.services.relevance import Relevance
from surveyapp.services.response import Filling, is_empty, open_filling
from surveyapp.services.response_file import keep_files_of
from surveyapp.services.response_store import write_page
from surveyapp.services.response_token import withdrawal_code, withdrawal_hash
from surveyapp.services.screening import end_early, find_end, take_places

_SUBMIT = Prepared(update(Response).where(Response.key == bindparam("b_key")).values(
    state=bindparam("state"), shown_order=bindparam("order"), withdrawal_hash=bindparam("hash"), resume_hash=null(),
    resume_box=null()))


def submit_response(session: Session, secret: str, token: str, now: datetime | None = None) -> Filling:
    """Hand the response in, gaps stay gaps, and return it as it was before."""
    now = now or utc_now()
    filling = open_filling(session, secret, token)
    finish_filling(session, secret, token, filling, filling.relevance(now), now)
    return filling


def finish_filling(session: Session, secret: str, token: str, filling: Filling, relevance: Relevance,
                   now: datetime) -> None:
    """Write the final pages and mark the response as handed in, or as ended early by a screen or a full quota."""
    if filling.questionnaire.gates:
        gate = find_end(session, filling, relevance, now) or take_places(session, filling, relevance, now)
        if gate is not None:
            end_filling(session, secret, token, filling, relevance, gate)
            return
    for page in filling.questionnaire.pages:
        final = final_answers(page, filling, relevance)
        if final != filling.stored(page.key):
            filling = write_page(session, filling, page.key, final)
    if filling.questionnaire.has_uploads:
        keep_files_of(session, filling.key, filling.questionnaire, filling.answers())
    seen = [page for page in filling.way() if page.key in filling.pages and relevance.shows_page(page)]
    order = order_as_shown(filling.questionnaire, seen, filling.seed, relevance)
    code = withdrawal_hash(secret, withdrawal_code(secret, token))
    _SUBMIT.run(session, {"b_key": filling.key, "state": SUBMITTED, "order": as_text(order), "hash": code})
    if filling.door.is_by_invitation:
        note_finished(session, secret, token, filling.door.link_id)


def end_filling(session: Session, secret: str, token: str, filling: Filling, relevance: Relevance, gate: Gate) -> None:
    """Mark the response as ended early; an invited person has nothing more to do and is not reminded."""
    end_early(session, filling, relevance, gate)
    if filling.door.is_by_invitation:
        note_finished(session, secret, token, filling.door.link_id)


def final_answers(page: Page, filling: Filling, relevance: Relevance) -> dict[str, Any]:
    """Return a page as it is handed in: every item has an answer or the code for its kind of empty."""
    stored = filling.pages.get(page.key)
    answers = dict(stored.answers) if stored else {}
    gap = LEFT_BLANK if stored is not None and stored.visits else NOT_REACHED
    final: dict[str, Any] = {}
    for item in page.items:
        if item.kind == "note":
            continue
        if not relevance.shows_item(item):
            final[item.key] = NOT_SHOWN
            continue
        final[item.key] = _final_answer(item, answers, relevance, gap)
        final.update(_texts_of_chosen(item, answers, final[item.key]))
    return final


def _texts_of_chosen(item: CompiledItem, answers: Mapping[str, Any], answer: Any) -> dict[str, Any]:
    """Return the texts behind options that are chosen in the end."""
    chosen = answer if isinstance(answer, list) else [answer]
    return {name: answers[name] for value, name in item.text_fields.items() if value in chosen and name in answers}


def _final_answer(item: CompiledItem, answers: Mapping[str, Any], relevance: Relevance, gap: int) -> Any:
    if item.kind == "calculate":
        value = relevance.calculated.get(item.key)
        return NOT_SHOWN if value is None else value
    if item.kind == "hidden":
        return item.item.default if item.item.default is not None else NOT_SHOWN
    answer = answers.get(item.key)
    answer = _without_hidden_choices(item, answer, relevance)
    if is_empty(answer):
        return LEFT_BLANK if answer == LEFT_BLANK else gap
    return answer


def _without_hidden_choices(item: CompiledItem, answer: Any, relevance: Relevance) -> Any:
    gone = {value for key, value in relevance.hidden_choices if key == item.key}
    if not gone:
        return answer
    if isinstance(answer, list):
        return [value for value in answer if value not in gone] or None
    return None if answer in gone else answer
