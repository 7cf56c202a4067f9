"""Correcting a stored answer, with its history: of sheets of paper, and where respondents can be found, at their word.

What follows from the answer (questions that are asked or not, calculated values) is worked out anew and stands in the
history too. Only while the wave is open: results are made of answers that nobody changes any more. Nobody changes what
an anonymous respondent answered on the web or at a kiosk.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from instruments.schema import LEFT_BLANK
from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, NotFound, Refused, marked
from surveyapp.models.account import Account
from surveyapp.models.correction import AnswerChange
from surveyapp.models.invitation import RespondentKey
from surveyapp.models.response import SUBMITTED
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.answer import Problem
from surveyapp.services.audit import record_change
from surveyapp.services.paper_pile import check_open
from surveyapp.services.paper_sheet import REASONS, Entered, read_item
from surveyapp.services.person_key import check_may_look
from surveyapp.services.questionnaire import CompiledItem, Page, Questionnaire
from surveyapp.services.response import Filling, find_filling
from surveyapp.services.response_finish import final_answers
from surveyapp.services.response_store import write_page
from surveyapp.services.screening import items_of_gates

KEY_BYTES = 16
LONGEST_REASON = 300


@dataclass(frozen=True)
class Correction:
    """What one item, with the texts behind its options, is to be."""

    item: str
    answers: Mapping[str, Any]
    mark: str | None
    reason: str


@dataclass(frozen=True)
class Place:
    """Where somebody corrects, and who."""

    study: Study
    wave: Wave
    link: QuestionnaireLink
    account: Account | None = None


def read_correction(filling: Filling, key: str, typed: Mapping[str, str], reason: str, *,
                    takes_marks: bool) -> Correction | Problem:
    """Return what was typed as a correction of the item, or what is wrong with it; NotFound if there is no such one."""
    item = find_item(filling.questionnaire, key)
    if not reason.strip():
        raise BadInput(marked("A correction needs a reason."), marked("Say in a few words why; name nobody."))
    page = filling.questionnaire.page_of(item)
    read = read_item(page, key, typed, takes_marks=takes_marks)
    if read.problems:
        return read.problems[key]
    return Correction(key, {key: LEFT_BLANK, **read.answers[page.key]}, read.reasons[page.key].get(key),
                      reason.strip()[:LONGEST_REASON])


def find_item(questionnaire: Questionnaire, key: str) -> CompiledItem:
    """Return the item of that key that respondents are asked; NotFound otherwise."""
    for item in items_asked(questionnaire):
        if item.key == key:
            return item
    raise NotFound(marked("The questionnaire has no such question."), marked("Choose one from the list."))


def items_asked(questionnaire: Questionnaire) -> list[CompiledItem]:
    """Return the items that respondents are asked in writing, in order; a file is not typed."""
    return [item for page in questionnaire.pages for item in page.items if item.takes_answer and item.kind != "upload"]


# ---- the deed -------------------------------------------------------------------------------------------------------
def correct_answer(session: Session, place: Place, filling: Filling, correction: Correction) -> frozenset[str]:
    """Store the corrected answer and what follows from it; return the fields that changed, none if it was so before."""
    check_open(place.wave)
    _check_correctable(filling, correction.item)
    page = filling.questionnaire.page_of(find_item(filling.questionnaire, correction.item))
    mended = _mended(filling, page, correction)
    relevance = mended.relevance(utc_now())
    changed: dict[str, tuple[Entered, Entered]] = {}
    for section in filling.questionnaire.pages:
        final = {**final_answers(section, mended, relevance),
                 **({REASONS: marks} if (marks := mended.stored(section.key).get(REASONS)) else {})}
        differing = _differing(filling.stored(section.key), final)
        if differing:
            changed |= differing
            write_page(session, filling, section.key, final)
    if not changed:
        return frozenset()
    _write_history(session, place, filling, correction, changed)
    record_change(session, "correct_answer", f"link {place.link.id}", study_id=place.study.id, account=place.account,
                  after={"item": correction.item, "n_changed": len(changed), "batch": filling.origin.batch})
    return frozenset(changed)


def _check_correctable(filling: Filling, key: str) -> None:
    if filling.state != SUBMITTED:
        raise Refused(marked("This response was not handed in, so nothing of it enters a result."),
                      marked("There is nothing to correct."))
    if key in items_of_gates(filling.questionnaire):
        raise Refused(marked("This question decides who takes part, so its answer is not changed alone."),
                      marked("Take the sheet back and enter it again; erase a response of the web."))


def _mended(filling: Filling, page: Page, correction: Correction) -> Filling:
    """Return the response as if the item had been answered so."""
    own = {correction.item, *find_item(filling.questionnaire, correction.item).text_fields.values()}
    stored = filling.stored(page.key)
    marks = {key: mark for key, mark in stored.get(REASONS, {}).items() if key != correction.item}
    if correction.mark:
        marks[correction.item] = correction.mark
    answers = {key: value for key, value in stored.items() if key not in own and key != REASONS}
    answers |= correction.answers
    return filling.with_answers(page.key, {**answers, **({REASONS: marks} if marks else {})})


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Entered, Entered]]:
    found = {}
    for key in [key for key in {**before, **after} if key != REASONS]:
        old, new = (Entered(page.get(key), page.get(REASONS, {}).get(key)) for page in (before, after))
        if old != new:
            found[key] = old, new
    return found


def _write_history(session: Session, place: Place, filling: Filling, correction: Correction,
                   changed: Mapping[str, tuple[Entered, Entered]]) -> None:
    for item, (old, new) in changed.items():
        session.add(AnswerChange(
            key=secrets.token_hex(KEY_BYTES), link_id=place.link.id, batch=filling.origin.batch, item=item,
            response_key=None if place.link.is_anonymous else filling.key, cause=correction.item,
            old=old.document(), new=new.document(), reason=correction.reason, on_day=utc_now().date(),
            account_id=place.account.id if place.account else None))
    session.flush()


# ---- a respondent who can be found ----------------------------------------------------------------------------------
def find_persons_filling(session: Session, place: Place, invitation_id: int) -> Filling:
    """Return the response of an invited person, for who may know whose it is."""
    check_may_look(place.link, place.account)
    key = session.scalar(select(RespondentKey.response_key).where(RespondentKey.invitation_id == invitation_id))
    filling = find_filling(session, key, for_writing=True) if key else None
    if filling is None or filling.door.link_id != place.link.id:
        raise NotFound(marked("This person has no response here."), marked("Look the person up again."))
    return filling


# ---- the history ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Changed:
    """One row of the history, with the login of who corrected."""

    change: AnswerChange
    login: str | None


def list_changes(session: Session, link: QuestionnaireLink) -> list[Changed]:
    """Return the link's corrections by day and item; in no order that tells more."""
    rows = session.execute(
        select(AnswerChange, Account.login).outerjoin(Account, Account.id == AnswerChange.account_id)
        .where(AnswerChange.link_id == link.id)
        .order_by(AnswerChange.on_day, AnswerChange.item, AnswerChange.key))
    return [Changed(change, login) for change, login in rows]


def count_changes(session: Session, link_ids: Sequence[int]) -> dict[str, int]:
    """Return how many answers to each item were corrected."""
    rows = session.execute(select(AnswerChange.item, func.count()).where(AnswerChange.link_id.in_(link_ids))
                           .group_by(AnswerChange.item).order_by(AnswerChange.item))
    return {item: int(n) for item, n in rows}


def changed_items(session: Session, link_ids: Sequence[int]) -> dict[str, tuple[str, ...]]:
    """Return which items of which responses were corrected; none of an anonymous questionnaire."""
    found: dict[str, tuple[str, ...]] = {}
    for key, item in session.execute(
            select(AnswerChange.response_key, AnswerChange.item).where(
                AnswerChange.link_id.in_(link_ids), AnswerChange.response_key.is_not(None))
            .distinct().order_by(AnswerChange.response_key, AnswerChange.item)):
        if key is not None:
            found[key] = (*found.get(key, ()), item)
    return found

