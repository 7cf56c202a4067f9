"""How well sheets were entered: fields that differ between two entries, with their interval, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.errors import marked
from surveyapp.models.account import Account
from surveyapp.models.paper import PaperPile
from surveyapp.models.response import PAPER, Response
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.paper_pile import count_marks, list_piles, sheets_of
from surveyapp.services.paper_second import COMPARED, DIFFERENT, WRONG
from surveyapp.services.paper_sheet import word_fields
from surveyapp.services.privacy_mode import kept_minimum
from surveyapp.services.response import find_door
from surveyapp.services.study import list_links

# No regulation sets a limit (SCDM, Good Clinical Data Management Practices, "Measuring Data Quality": everybody sets
# their own). Entered once, 0.29 % of fields are wrong (Garza et al. 2023, doi 10.21203/rs.3.rs-2386986: pooled, 95 %
# interval 0.24 to 0.35), so the entries of two people differ in about 0.6 %. One in a hundred is clearly more.
ERROR_LIMIT = 0.01
CONFIDENCE = 0.95
NO_FIELDS, UNFINISHED, TWICE = "nothing_compared", "unfinished", "all_entered_twice"
ACCEPT, DRAW_MORE, ENTER_ALL = "accept", "draw_more", "enter_all"
VERDICTS: Mapping[str, str] = {
    NO_FIELDS: marked("Nothing is compared yet."),
    # Whoever looked at the rate after each sheet and stopped where it pleases would bend it.
    UNFINISHED: marked("Decided when all drawn sheets are entered again."),
    TWICE: marked("All sheets were entered twice; what differs is settled by the sheet."),
    ACCEPT: marked("Few enough: even the upper end of the interval is not above the limit."),
    DRAW_MORE: marked("Not decided: the limit lies within the interval; further sheets make it narrower."),
    ENTER_ALL: marked("Too many: even the lower end of the interval is above the limit. Enter all sheets again."),
}


@dataclass(frozen=True)
class ErrorRate:
    """Fields that differ over fields compared, 0 to 1, with the Wilson 95 % interval."""

    n_fields: int
    n_different: int
    n_wrong: int            # of these, the stored value was corrected
    share: float | None
    ci_low: float | None
    ci_high: float | None


def error_rate(n_different: int, n_fields: int, n_wrong: int = 0) -> ErrorRate:
    """Return the rate; all None where nothing is compared. The interval is that of Wilson (1927)."""
    if not n_fields:
        return ErrorRate(0, 0, 0, None, None, None)
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    share = n_different / n_fields
    centre = share + z * z / (2 * n_fields)
    half = z * sqrt(share * (1 - share) / n_fields + z * z / (4 * n_fields * n_fields))
    whole = 1 + z * z / n_fields
    return ErrorRate(n_fields, n_different, n_wrong, share, (centre - half) / whole if n_different else 0.0,
                     (centre + half) / whole if n_different < n_fields else 1.0)


def verdict_on(rate: ErrorRate) -> str:
    """Return what the rate asks for, by the ends of its interval."""
    if rate.ci_low is None or rate.ci_high is None:
        return NO_FIELDS
    if rate.ci_low > ERROR_LIMIT:
        return ENTER_ALL
    return ACCEPT if rate.ci_high <= ERROR_LIMIT else DRAW_MORE


def verdict_of(piles: Sequence[PaperPile], rate: ErrorRate) -> str:
    """Return what the rate of these piles asks for, once all that is drawn of them is entered again."""
    finished = [pile for pile in piles if pile.n_drawn]
    if finished and all(pile.n_again >= pile.n_sheets for pile in piles):
        return TWICE
    return UNFINISHED if any(pile.n_again < pile.n_drawn for pile in finished) else verdict_on(rate)


@dataclass(frozen=True)
class Waiting:
    """A drawn sheet that waits for its second entry, or has differences to be settled."""

    number: int
    is_own: bool            # entered first by whoever looks
    n_differences: int | None


@dataclass(frozen=True)
class PileFigures:
    """One pile with its rates; words in a respondent's own hand are counted apart."""

    pile: PaperPile
    n_sheets: int
    rate: ErrorRate
    words: ErrorRate
    verdict: str
    waiting: tuple[Waiting, ...]
    state: str              # entering, checking, checked, or unchecked: collection was closed before


@dataclass(frozen=True)
class ItemFigures:
    """One field over all piles, with marks that count as blank; marks None: not shown while collection is open."""

    key: str
    rate: ErrorRate
    n_illegible: int
    n_double: int


@dataclass(frozen=True)
class PaperFigures:
    """Everything about the sheets of one questionnaire in one wave."""

    piles: tuple[PileFigures, ...]
    rate: ErrorRate
    words: ErrorRate
    items: tuple[ItemFigures, ...]
    n_illegible: int
    n_double: int
    verdict: str


def paper_figures(session: Session, study: Study, wave: Wave, link: QuestionnaireLink,
                  account: Account | None = None) -> PaperFigures:
    """Return the figures of second entry, of every pile and of all together."""
    words = word_fields(find_door(session, link.token).questionnaire)
    piles = list_piles(session, link)
    total = _sum([pile.fields for pile in piles])
    marks = _shown_marks(session, study, wave, link, piles)
    keys = [*total, *(key for key in marks if key not in total)]
    items = tuple(ItemFigures(key, _rate([total.get(key, [0, 0, 0])]), *marks.get(key, (0, 0)))
                  for key in _in_order(session, link, keys))
    rate, own_words = _rates(total, words)
    return PaperFigures(
        tuple(_pile_figures(session, pile, words, account, is_closed=wave.closed_at is not None) for pile in piles),
        rate, own_words, items, sum(item.n_illegible for item in items), sum(item.n_double for item in items),
        verdict_of(piles, rate))


def _pile_figures(session: Session, pile: PaperPile, words: frozenset[str], account: Account | None, *,
                  is_closed: bool) -> PileFigures:
    sheets = sheets_of(session, pile)
    rate, of_words = _rates(pile.fields, words)
    waiting = tuple(Waiting(sheet.number, account is not None and sheet.entered_by == account.id,
                            None if sheet.differences is None else len(sheet.differences))
                    for sheet in sheets if sheet.is_drawn and (sheet.differences is None or sheet.differences))
    return PileFigures(pile, pile.n_sheets if pile.is_finished or is_closed else len(sheets), rate, of_words,
                       verdict_of([pile], rate), waiting, _state(pile, is_closed=is_closed))


def _state(pile: PaperPile, *, is_closed: bool) -> str:
    if pile.is_checked:
        return "checked"
    if is_closed:
        return "unchecked"
    return "checking" if pile.is_finished else "entering"


def _sum(documents: Iterable[Mapping[str, Any]]) -> dict[str, list[int]]:
    total: dict[str, list[int]] = {}
    for document in documents:
        for key, numbers in document.items():
            total[key] = [one + other for one, other in zip(total.get(key, [0] * len(numbers)), numbers, strict=True)]
    return total


def _rates(fields: Mapping[str, list[int]], words: frozenset[str]) -> tuple[ErrorRate, ErrorRate]:
    return (_rate([own for key, own in fields.items() if key not in words]),
            _rate([own for key, own in fields.items() if key in words]))


def _rate(rows: list[list[int]]) -> ErrorRate:
    n_different, n_fields, n_wrong = (sum(row[place] for row in rows) for place in (DIFFERENT, COMPARED, WRONG))
    return error_rate(n_different, n_fields, n_wrong)


def _in_order(session: Session, link: QuestionnaireLink, keys: list[str]) -> list[str]:
    """Return the keys in the questionnaire's order; those of an older version last."""
    questionnaire = find_door(session, link.token).questionnaire
    names = [name for page in questionnaire.pages for item in page.items
             for name in (item.key, *item.text_fields.values())]
    places = {name: place for place, name in enumerate(names)}
    return sorted(keys, key=lambda key: (places.get(key, len(names)), key))


def _shown_marks(session: Session, study: Study, wave: Wave, link: QuestionnaireLink,
                 piles: list[PaperPile]) -> dict[str, list[int]]:
    """Return the marks of all sheets once collection is closed; before, of finished piles with enough sheets."""
    if wave.closed_at is not None:
        return count_marks(session, select(Response.key).where(Response.link_id == link.id, Response.mode == PAPER))
    minimum = kept_minimum(study, link)
    return _sum([pile.marks for pile in piles if pile.is_finished and pile.n_sheets >= minimum])


def papers_of(session: Session, study: Study, wave: Wave) -> list[tuple[str, PaperFigures]]:
    """Return audience and figures of each questionnaire of the wave that was answered on paper."""
    found = [(published.audience, paper_figures(session, study, wave, link))
             for link, published in list_links(session, wave)]
    return [row for row in found if row[1].piles]


def n_unchecked(figures: PaperFigures) -> int:
    """Return how many piles are still entered or checked; closing would end that."""
    return sum(row.state in ("entering", "checking") for row in figures.piles)


def figures_document(figures: PaperFigures) -> dict[str, Any]:
    """Return the figures as data, for --json."""
    return {
        "error_limit": ERROR_LIMIT, "rate": asdict(figures.rate), "words": asdict(figures.words),
        "verdict": figures.verdict, "n_illegible": figures.n_illegible, "n_double": figures.n_double,
        "piles": [{"batch": row.pile.batch, "pile": row.pile.number, "state": row.state, "n_sheets": row.n_sheets,
                   "n_drawn": row.pile.n_drawn, "n_entered_again": row.pile.n_again,
                   "n_by_the_same_person": row.pile.n_same_person, "n_not_settled": row.pile.n_open,
                   "seed": row.pile.seed, "note": row.pile.note, "rate": asdict(row.rate),
                   "words": asdict(row.words), "verdict": row.verdict} for row in figures.piles],
        "items": [{"item": item.key, "rate": asdict(item.rate), "n_illegible": item.n_illegible,
                   "n_double": item.n_double} for item in figures.items],
    }
