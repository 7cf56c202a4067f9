"""Sheets typed in, without a page."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveyapp.db.base import Base
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.account import Account
from surveyapp.models.paper import PaperPile
from surveyapp.models.response import ResponsePage
from surveyapp.services.correction import Place
from surveyapp.services.paper_entry import SheetEntered, enter_sheet
from surveyapp.services.paper_figures import PaperFigures, paper_figures
from surveyapp.services.paper_pile import end_check, finish_pile, get_sheet, list_piles, sheets_of
from surveyapp.services.paper_second import enter_again, settle_difference
from surveyapp.services.paper_sheet import REASONS, Sheet
from surveyapp.services.study import close_wave, get_study, get_wave
from tests.factories import questionnaire as make

TYPED = {"ROLE": "2", "L1": "4", "L2": "5", "L3": "1", "L4": "4", "L5": "0", "CHECK": "2", "MANY": "1 4",
         "MANY_other_text": "by fax", "RANK": "3 1", "SHARE": "40", "NPS": "10", "DAY": "2026-05-04", "HOUR": "10:00",
         "SEEN": "1", "OPEN": "More time."}
N_FIELDS = 14               # of TYPED that are boxes, numbers, dates; the two texts are counted apart


def place(session: Session, account: Account | None = None) -> Place:
    """Return where the small study's sheets are entered."""
    study = get_study(session, "small")
    return Place(study, get_wave(session, study), make.link_of(session, study), account)


def sheet(number: int = 0, batch: str = "north", token: str = "", **typed: str) -> Sheet:
    """Return a sheet as typed, with these fields typed otherwise."""
    return Sheet(batch, "en", True, {**TYPED, **typed}, number, token)


def enter(session: Session, number: int = 0, *, batch: str = "north", account: Account | None = None,
          token: str = "", **typed: str) -> SheetEntered:
    """Enter a sheet the first time."""
    here = place(session)
    return enter_sheet(session, make.SECRET, here.study, here.wave, here.link, sheet(number, batch, token, **typed),
                       account)


def only_pile(session: Session) -> PaperPile:
    """Return the only pile there is."""
    (pile,) = list_piles(session, place(session).link)
    return pile


# ---- piles ----------------------------------------------------------------------------------------------------------
def enter_pile(n: int = 6, **typed: str) -> list[int]:
    """Enter a pile and finish it; return the numbers that are drawn."""
    with transaction() as session:
        for _ in range(n):
            enter(session, **typed)
    with transaction() as session:
        here = place(session)
        finish_pile(session, here.study, here.wave, only_pile(session))
        return [sheet.number for sheet in sheets_of(session, only_pile(session)) if sheet.is_drawn]


def again(number: int, account: Account | None = None, **typed: str) -> None:
    with transaction() as session:
        pile = only_pile(session)
        assert enter_again(session, place(session, account), pile, get_sheet(session, pile, number),
                           sheet(**typed)) == {}


def settle(number: int, key: str, choice: str, **typed: str) -> None:
    with transaction() as session:
        pile = only_pile(session)
        assert settle_difference(session, place(session), pile, get_sheet(session, pile, number), key, choice,
                                 typed) is None


def open_differences(number: int) -> set[str]:
    close_read_session()
    return set(get_sheet(read_session(), only_pile(read_session()), number).differences or {})


def answers_of(number: int) -> dict[str, object]:
    close_read_session()
    session = read_session()
    key = get_sheet(session, only_pile(session), number).response_key
    found: dict[str, object] = {}
    for answers in session.scalars(select(ResponsePage.answers).where(ResponsePage.response_key == key)):
        found |= answers
    return found


def marks_of(number: int) -> dict[str, str]:
    session = read_session()
    key = get_sheet(session, only_pile(session), number).response_key
    found: dict[str, str] = {}
    for answers in session.scalars(select(ResponsePage.answers).where(ResponsePage.response_key == key)):
        found |= answers.get(REASONS, {})
    return found


def figures() -> PaperFigures:
    close_read_session()
    here = place(read_session())
    return paper_figures(read_session(), here.study, here.wave, here.link)


def end(note: str = "", *, needs_note: bool = False) -> None:
    with transaction() as session:
        here = place(session)
        end_check(session, here.study, here.wave, only_pile(session), note, needs_note=needs_note)


def close() -> None:
    close_read_session()
    with transaction() as session:
        here = place(session)
        close_wave(session, here.study, here.wave)


def count(table: type[Base]) -> int:
    close_read_session()
    return read_session().scalar(select(func.count()).select_from(table)) or 0
