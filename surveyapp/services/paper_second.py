"""Entering a drawn sheet a second time without seeing the first, comparing both, and settling what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from instruments.paper import Box
from instruments.schema import NOT_SHOWN
from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, NotFound, Refused, marked
from surveyapp.models.paper import PaperPile, PaperSheet
from surveyapp.models.response import SUBMITTED, Response
from surveyapp.services.answer import Problem
from surveyapp.services.audit import record_change
from surveyapp.services.correction import Correction, Place, correct_answer, find_item, items_asked, read_correction
from surveyapp.services.paper_pile import check_being_checked, check_open
from surveyapp.services.paper_sheet import (
    REASONS,
    Entered,
    ReadSheet,
    Sheet,
    boxes_by_item,
    fields_of,
    is_compared,
    is_same,
    read_sheet,
    said,
)
from surveyapp.services.questionnaire import CompiledItem
from surveyapp.services.response import Agreement, Filling, StoredPage, check_agreement, find_filling
from surveyapp.services.response_finish import final_answers
from surveyapp.services.screening import release_places

FIRST, SECOND, OTHER = "first", "second", "other"
CHOICES = (FIRST, SECOND, OTHER)
REASON = "second entry"     # of a correction that a difference led to
COMPARED, DIFFERENT, WRONG = range(3)


@dataclass(frozen=True)
class Difference:
    """One question whose two entries differ, as it would be typed."""

    item: CompiledItem
    first: str
    second: str
    boxes: tuple[Box, ...]
    first_texts: Mapping[str, str]      # label of the option → words beside it
    second_texts: Mapping[str, str]


def filling_of(session: Session, sheet: PaperSheet, *, for_writing: bool = False) -> Filling:
    """Return the response of a sheet."""
    filling = find_filling(session, sheet.response_key, for_writing=for_writing)
    if filling is None:
        raise NotFound(marked("This sheet was taken back."), marked("Choose one from the list."))
    return filling


# ---- entering -------------------------------------------------------------------------------------------------------
def enter_again(session: Session, place: Place, pile: PaperPile, paper: PaperSheet,
                sheet: Sheet) -> Mapping[str, Problem]:
    """Compare a second entry with the first; return what is wrong with it instead, and count nothing then."""
    check_open(place.wave)
    check_being_checked(pile)
    if not paper.is_drawn or paper.differences is not None:
        raise Refused(marked("Sheet {number} waits for no second entry."), marked("Choose one from the list."),
                      number=paper.number)
    filling = filling_of(session, paper)
    check_agreement(filling.door.instrument, Agreement(sheet.has_consent))
    read = read_sheet(filling.questionnaire, sheet.typed)
    if read.problems:
        return read.problems
    paper.differences = _compare(filling, read, pile)
    pile.n_again += 1
    pile.n_same_person += int(place.account is not None and paper.entered_by == place.account.id)
    session.flush()
    record_change(session, "enter_sheet_again", f"wave {place.wave.key}", study_id=place.study.id,
                  account=place.account, after={"batch": pile.batch})
    return {}


def _compare(filling: Filling, read: ReadSheet, pile: PaperPile) -> dict[str, Any]:
    """Count every field in the pile and return the items that differ, with what the second entry has of them."""
    again = fields_of(filling.questionnaire, _as_stored(filling, read))
    before = fields_of(filling.questionnaire, {key: page.answers for key, page in filling.pages.items()})
    counts = {key: list(numbers) for key, numbers in pile.fields.items()}
    found: dict[str, Any] = {}
    for item in items_asked(filling.questionnaire):
        differing = []
        for key in (item.key, *item.text_fields.values()):
            if not is_compared(before.get(key), again.get(key)):
                continue
            own = counts.setdefault(key, [0, 0, 0])
            own[COMPARED] += 1
            if not is_same(before.get(key), again.get(key)):
                own[DIFFERENT] += 1
                differing.append(key)
        if differing:
            found[item.key] = {"fields": differing, "second": {
                key: again[key].document() for key in (item.key, *item.text_fields.values()) if key in again}}
    pile.fields = counts
    return found


def _as_stored(filling: Filling, read: ReadSheet) -> dict[str, dict[str, Any]]:
    """Return the second entry as it would be stored: what was not asked for is not there."""
    typed = replace(filling, pages={key: StoredPage(answers, None, 1) for key, answers in read.answers.items()})
    relevance = typed.relevance(utc_now())
    pages = {}
    for page in filling.questionnaire.pages:
        # A sheet that a screen ended is stored as it was typed.
        answers = final_answers(page, typed, relevance) if filling.state == SUBMITTED else read.answers[page.key]
        pages[page.key] = {**answers, REASONS: read.reasons[page.key]}
    return pages


# ---- settling -------------------------------------------------------------------------------------------------------
def differences_of(session: Session, paper: PaperSheet, language: str) -> list[Difference]:
    """Return what is still to be settled of a sheet."""
    filling = filling_of(session, paper)
    before = fields_of(filling.questionnaire, {key: page.answers for key, page in filling.pages.items()})
    boxes = boxes_by_item(filling.questionnaire, language)
    found = []
    for item in items_asked(filling.questionnaire):
        if item.key in (paper.differences or {}):
            second = _second(paper, item.key)
            found.append(Difference(
                item, said(before.get(item.key), boxes[item.key]), said(second.get(item.key), boxes[item.key]),
                boxes[item.key], _texts(item, before, language), _texts(item, second, language)))
    return found


def _second(paper: PaperSheet, key: str) -> dict[str, Entered]:
    return {name: Entered(**document) for name, document in (paper.differences or {})[key]["second"].items()}


def _texts(item: CompiledItem, entered: Mapping[str, Entered], language: str) -> dict[str, str]:
    label = {choice.value: choice.label.get(language, choice.value) for choice in item.item.choices}
    return {label[value]: entered[name].value for value, name in item.text_fields.items() if name in entered}


def settle_difference(session: Session, place: Place, pile: PaperPile, paper: PaperSheet, key: str, choice: str,
                      typed: Mapping[str, str]) -> Problem | None:
    """Keep the first entry, or correct the stored answer to the second or to what stands on the sheet."""
    check_open(place.wave)
    check_being_checked(pile)
    if key not in (paper.differences or {}):
        return None                 # settled by somebody else, or it went with another one
    filling = filling_of(session, paper, for_writing=True)
    if choice not in CHOICES:
        raise BadInput(marked("Nothing was chosen."), marked("Choose what stands on the sheet."))
    if choice != FIRST:
        correction = (_to_second(paper, key) if choice == SECOND
                      else read_correction(filling, key, typed, REASON, takes_marks=True))
        if isinstance(correction, Problem):
            return correction
        changed = correct_answer(session, place, filling, correction)
        _count_wrong(pile, [field for field in (paper.differences or {})[key]["fields"] if field in changed])
    _take_away(session, paper, key)
    return None


def _to_second(paper: PaperSheet, key: str) -> Correction:
    second = _second(paper, key)
    return Correction(key, {name: entered.value for name, entered in second.items()}, second[key].mark, REASON)


def _count_wrong(pile: PaperPile, fields: list[str]) -> None:
    counts = {key: list(numbers) for key, numbers in pile.fields.items()}
    for key in fields:
        counts[key][WRONG] += 1
    pile.fields = counts


def _take_away(session: Session, paper: PaperSheet, key: str) -> None:
    """Drop a settled difference, and those that a correction settled with it."""
    filling = filling_of(session, paper)
    now = fields_of(filling.questionnaire, {section: page.answers for section, page in filling.pages.items()})
    left = {}
    for other, difference in (paper.differences or {}).items():
        is_asked = now[other].value != NOT_SHOWN
        second = _second(paper, other)
        if other != key and is_asked and any(not is_same(now.get(field), second.get(field))
                                             for field in difference["fields"]):
            left[other] = difference
    paper.differences = left
    session.flush()


# ---- correcting and taking back -------------------------------------------------------------------------------------
def correct_sheet(session: Session, place: Place, pile: PaperPile, paper: PaperSheet, key: str,
                  typed: Mapping[str, str], reason: str) -> Problem | None:
    """Correct one answer of a sheet that is not waiting for its second entry."""
    check_open(place.wave)
    if pile.is_checked:
        check_being_checked(pile)
    if paper.is_drawn and paper.differences is None:
        raise Refused(marked("Sheet {number} is drawn for a second entry, which would find the mistake."),
                      marked("Enter it a second time; then settle the difference."), number=paper.number)
    filling = filling_of(session, paper, for_writing=True)
    find_item(filling.questionnaire, key)
    correction = read_correction(filling, key, typed, reason, takes_marks=True)
    if isinstance(correction, Problem):
        return correction
    correct_answer(session, place, filling, correction)
    if key in (paper.differences or {}):
        _take_away(session, paper, key)
    return None


def take_back(session: Session, place: Place, pile: PaperPile, paper: PaperSheet, reason: str) -> None:
    """Remove a sheet that should not have been entered, with its answers: entered twice, or without consent."""
    check_open(place.wave)
    if not reason.strip():
        raise BadInput(marked("Taking a sheet back needs a reason."), marked("Say in a few words why; name nobody."))
    filling = filling_of(session, paper, for_writing=True)
    if filling.state == SUBMITTED:
        release_places(session, filling, filling.relevance(utc_now()), utc_now())
    if pile.is_finished:
        pile.n_sheets -= 1
        pile.n_drawn -= int(paper.is_drawn and paper.differences is None)
    session.delete(paper)
    session.flush()
    session.delete(session.get_one(Response, filling.key))
    session.flush()
    record_change(session, "take_sheet_back", f"wave {place.wave.key}", study_id=place.study.id,
                  account=place.account, after={"batch": pile.batch, "reason": reason.strip()[:300]})
