"""Piles of sheets: entered together under random numbers, a random part drawn, checked, and then the numbers go.

The draw is made when the pile is finished, from a seed that did not exist before, so whoever enters a sheet does not
know whether it will be entered again.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping
from math import ceil
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from surveyapp.errors import BadInput, NotFound, Refused, WaveClosed, marked
from surveyapp.models.account import Account
from surveyapp.models.paper import PaperPile, PaperSheet
from surveyapp.models.response import ResponsePage
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.audit import record_change
from surveyapp.services.paper_sheet import DOUBLE, ILLEGIBLE, REASONS

SHARE_AGAIN = 0.10      # of a pile is entered a second time, rounded up
LEAST_SHEETS = 5        # at least, or all: with fewer an error-free second entry of 30 questions leaves 2.5 % possible
SEED_BITS = 31
SMALLEST_NUMBER, NUMBERS_AT_FIRST = 100, 900    # three digits; a pile that fills half of them gets longer ones
PER_CENT = 100


def open_pile(session: Session, link: QuestionnaireLink, batch: str) -> PaperPile:
    """Return the pile that sheets of the batch are added to, made if there is none, held until the transaction ends."""
    find = (select(PaperPile).where(PaperPile.link_id == link.id, PaperPile.batch == batch,
                                    PaperPile.is_finished.is_(False)).with_for_update())
    pile = session.scalar(find)
    if pile is None:
        last = session.scalar(select(func.max(PaperPile.number)).where(
            PaperPile.link_id == link.id, PaperPile.batch == batch)) or 0
        insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert
        session.execute(insert(PaperPile).values(
            link_id=link.id, batch=batch, number=last + 1, fields={}, marks={}).on_conflict_do_nothing())
        pile = session.scalars(find).one()
    return pile


def free_number(session: Session, link: QuestionnaireLink, batch: str) -> int:
    """Return a number that no sheet of the open pile bears, at random: it tells nothing about the order of entry."""
    return _free(_taken(session, session.scalar(select(PaperPile.id).where(
        PaperPile.link_id == link.id, PaperPile.batch == batch, PaperPile.is_finished.is_(False)))))


def _taken(session: Session, pile_id: int | None) -> set[int]:
    return set(session.scalars(select(PaperSheet.number).where(PaperSheet.pile_id == pile_id)))


def _free(taken: set[int]) -> int:
    first, n = SMALLEST_NUMBER, NUMBERS_AT_FIRST
    while 2 * sum(first <= number < first + n for number in taken) >= n:
        first, n = 10 * first, 10 * n
    while (number := first + secrets.randbelow(n)) in taken:
        pass
    return number


def add_sheet(session: Session, pile: PaperPile, key: str, number: int, account: Account | None) -> int:
    """Put a stored sheet onto the pile; return its number, another one if that was given meanwhile."""
    taken = _taken(session, pile.id)
    if number in taken or number < SMALLEST_NUMBER:
        number = _free(taken)
    session.add(PaperSheet(response_key=key, pile_id=pile.id, number=number,
                           entered_by=account.id if account else None))
    session.flush()
    return number


def find_sheet(session: Session, key: str) -> PaperSheet | None:
    """Return the sheet of a response while it is kept."""
    return session.get(PaperSheet, key)


def list_piles(session: Session, link: QuestionnaireLink) -> list[PaperPile]:
    """Return the link's piles, by batch."""
    return list(session.scalars(select(PaperPile).where(PaperPile.link_id == link.id)
                                .order_by(PaperPile.batch, PaperPile.number)))


def get_pile(session: Session, link: QuestionnaireLink, pile_id: int, *, for_writing: bool = False) -> PaperPile:
    """Return the link's pile of that number in the database; NotFound otherwise."""
    found = select(PaperPile).where(PaperPile.id == pile_id, PaperPile.link_id == link.id)
    pile = session.scalar(found.with_for_update() if for_writing else found)
    if pile is None:
        raise NotFound(marked("There is no such pile of sheets."), marked("Choose one from the list."))
    return pile


def sheets_of(session: Session, pile: PaperPile) -> list[PaperSheet]:
    """Return the sheets of the pile by their numbers; none once it is checked."""
    return list(session.scalars(select(PaperSheet).where(PaperSheet.pile_id == pile.id).order_by(PaperSheet.number)))


def get_sheet(session: Session, pile: PaperPile, number: int) -> PaperSheet:
    """Return the sheet of that number; NotFound otherwise."""
    sheet = session.scalar(select(PaperSheet).where(PaperSheet.pile_id == pile.id, PaperSheet.number == number))
    if sheet is None:
        raise NotFound(marked("There is no sheet {number} in this pile."),
                       marked("Read the number on the sheet again."), number=number)
    return sheet


def check_open(wave: Wave) -> None:
    """Refuse every change of sheets once collection is closed: answers are frozen then."""
    if not wave.is_open:
        raise WaveClosed(marked("Collection is closed, and the answers are frozen."),
                         marked("Sheets are entered, checked and corrected while a wave is open."))


# ---- the draw -------------------------------------------------------------------------------------------------------
def n_to_draw(n_sheets: int) -> int:
    """Return how many sheets of a pile are entered again: a tenth, at least five, all of a smaller pile."""
    return min(n_sheets, max(LEAST_SHEETS, ceil(round(SHARE_AGAIN * PER_CENT) * n_sheets / PER_CENT)))


def finish_pile(session: Session, study: Study, wave: Wave, pile: PaperPile, account: Account | None = None) -> None:
    """Take no further sheet onto the pile and draw those that are entered again."""
    check_open(wave)
    sheets = sheets_of(session, pile)
    if pile.is_finished:
        return
    if not sheets:
        raise Refused(marked("This pile has no sheets."), marked("Enter sheets first."))
    pile.is_finished, pile.seed, pile.n_sheets = True, secrets.randbits(SEED_BITS), len(sheets)
    pile.marks = _marks(session, pile)
    _draw(session, pile, n_to_draw(len(sheets)))
    _record(session, "finish_pile", study, wave, pile, account)


def draw_more(session: Session, study: Study, wave: Wave, pile: PaperPile, account: Account | None = None, *,
              is_all: bool = False) -> None:
    """Draw as many sheets again as a first draw has, or all that are left."""
    check_open(wave)
    check_being_checked(pile)
    _draw(session, pile, pile.n_sheets if is_all else n_to_draw(pile.n_sheets))
    _record(session, "draw_sheets", study, wave, pile, account)


def check_being_checked(pile: PaperPile) -> None:
    """Refuse where the pile is still being entered, or checked already."""
    if not pile.is_finished:
        raise Refused(marked("Sheets are still added to this pile."),
                      marked("Finish the pile first; then sheets are drawn."))
    if pile.is_checked:
        raise Refused(marked("This pile is checked, and its numbers are deleted."),
                      marked("Nothing leads from stored answers to these sheets any more."))


def _draw(session: Session, pile: PaperPile, n: int) -> None:
    left = [sheet for sheet in sheets_of(session, pile) if not sheet.is_drawn]
    # The same seed draws the same sheets again, which lets anybody check that nobody chose them.
    chance = random.Random(f"{pile.seed}:{pile.n_drawn}")  # noqa: S311 - the seed itself is of the system's chance
    drawn = chance.sample(left, min(n, len(left)))
    for sheet in drawn:
        sheet.is_drawn = True
    pile.n_drawn += len(drawn)
    session.flush()


def _marks(session: Session, pile: PaperPile) -> dict[str, list[int]]:
    return count_marks(session, select(PaperSheet.response_key).where(PaperSheet.pile_id == pile.id))


def count_marks(session: Session, keys: Select[str]) -> dict[str, list[int]]:
    """Return how often each item was illegible, and crossed twice, in the responses of these keys."""
    found: dict[str, list[int]] = {}
    for answers in session.scalars(select(ResponsePage.answers).where(ResponsePage.response_key.in_(keys))):
        for item, mark in answers.get(REASONS, {}).items():
            found.setdefault(item, [0, 0])[(ILLEGIBLE, DOUBLE).index(mark)] += 1
    return dict(sorted(found.items()))


# ---- the end --------------------------------------------------------------------------------------------------------
def end_check(session: Session, study: Study, wave: Wave, pile: PaperPile, note: str = "",
              account: Account | None = None, *, needs_note: bool = False) -> None:
    """Delete the numbers of a pile whose drawn sheets are entered again and whose differences are settled."""
    check_open(wave)
    check_being_checked(pile)
    drawn = [sheet for sheet in sheets_of(session, pile) if sheet.is_drawn]
    n_left, n_open = sum(sheet.differences is None for sheet in drawn), sum(bool(sheet.differences) for sheet in drawn)
    if n_left or n_open:
        raise Refused(marked("The check is not at its end: {n_left} sheets are not entered again yet, {n_open} have "
                             "differences that are not settled."), marked("Do this first."),
                      n_left=n_left, n_open=n_open)
    if needs_note and not note.strip():
        raise BadInput(marked("The second entry found too many errors for the rest to be left as it is."),
                       marked("Draw all sheets, or say why not."))
    pile.is_checked, pile.note = True, note.strip()[:300] or None
    session.execute(delete(PaperSheet).where(PaperSheet.pile_id == pile.id))
    _record(session, "end_check", study, wave, pile, account, note=pile.note)


def forget_sheets(session: Session, wave: Wave) -> None:
    """At closing: delete every number; what was not settled stays as it was entered first, and is counted."""
    links = select(QuestionnaireLink.id).where(QuestionnaireLink.wave_id == wave.id)
    for pile in session.scalars(select(PaperPile).where(PaperPile.link_id.in_(links), PaperPile.is_checked.is_(False))):
        sheets = sheets_of(session, pile)
        if not pile.is_finished:
            pile.n_sheets, pile.marks = len(sheets), _marks(session, pile)
        pile.n_open = sum(len(sheet.differences or {}) for sheet in sheets)
        session.execute(delete(PaperSheet).where(PaperSheet.pile_id == pile.id))
    session.flush()


def _record(session: Session, action: str, study: Study, wave: Wave, pile: PaperPile, account: Account | None,
            **more: Any) -> None:
    after: Mapping[str, Any] = {"batch": pile.batch, "pile": pile.number, "n_sheets": pile.n_sheets,
                                "n_drawn": pile.n_drawn, "seed": pile.seed, **more}
    record_change(session, action, f"wave {wave.key}", study_id=study.id, account=account, after=after)
