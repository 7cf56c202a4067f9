"""How collection went: dispositions, response rates, break-offs and times, as they may be shown.

While a wave is open only two overall counts exist, rounded down to five and taken once a day. Everything else is
computed once, at closing, and kept: later changes of the roster move no figure, so that no difference tells anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.privacy import suppress_cells
from analysis.response_rates import (
    BREAK_OFF,
    COMPLETE,
    PARTIAL,
    Dispositions,
    completeness,
    cooperation_rate_1,
    cooperation_rate_2,
    eligibility,
    refusal_rate_1,
    response_rate_1,
    response_rate_2,
    response_rate_3,
    response_rate_4,
    response_rate_5,
    response_rate_6,
)
from analysis.results.fieldwork import BY_ROSTER
from surveyapp.db.base import utc_now
from surveyapp.models.invitation import Invitation
from surveyapp.models.mail import SENT, OutboxMessage
from surveyapp.models.response import OPEN, QUOTA_FULL, SCREENED, SUBMITTED, WITHDRAWN, Response, ResponsePage
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.fieldwork_groups import group_documents
from surveyapp.services.invitation import get_instrument_of
from surveyapp.services.mail_text import INVITATION
from surveyapp.services.outbox import finished_invitations
from surveyapp.services.privacy_mode import kept_minimum
from surveyapp.services.protection import is_collected, is_protected
from surveyapp.services.questionnaire import Questionnaire
from surveyapp.services.relevance import relevance_of
from surveyapp.services.response import find_door, is_empty
from surveyapp.services.study import facts_of

OPENED = "opened"       # agreed on the first page and answered nothing; AAPOR counts it as an implicit refusal (2.1121)
OTHER_PAGES = ""        # where break-offs are counted that are too few to be told apart


@dataclass(frozen=True)
class Ending:
    """How one response ended; only its kind, page and time go into a count."""

    kind: str               # complete, partial, break_off, opened, withdrawn, screened, quota_full
    state: str              # of the response as stored
    last_page: str
    duration_ms: int

    @property
    def is_open(self) -> bool:
        return self.state == OPEN


def closing_document(session: Session, study: Study, wave: Wave, link: QuestionnaireLink) -> dict[str, Any]:
    """Return the final figures of a questionnaire in a closed wave."""
    door = find_door(session, link.token)
    minimum = kept_minimum(study, link)
    ends = _endings(session, link, wave, door.questionnaire, door.today(utc_now()))
    endings = list(ends.values())
    ways = Counter(ending.kind for ending in endings)
    roster = _roster_counts(session, wave, link)
    population = facts_of(study).population.get(get_instrument_of(session, link).audience)
    counts = _dispositions(ways, roster, population)
    cases = _cases(counts) if roster or population else None
    times = [ending.duration_ms for ending in endings if not ending.is_open and ending.kind in (COMPLETE, PARTIAL)]
    return {
        "n_submitted": sum(not ending.is_open and ending.kind in (COMPLETE, PARTIAL, BREAK_OFF) for ending in endings),
        "definition": {"complete_from": wave.complete_from, "partial_from": wave.partial_from},
        "base": BY_ROSTER if roster else "population" if population else None,
        "dispositions": counts,
        "rates": {name: rate(cases) if cases else None for name, rate in _rates(cases, bool(roster)).items()},
        "group_tables": group_documents(session, link, {key: ending.kind for key, ending in ends.items()},
                                        {key: ending.state for key, ending in ends.items()}, minimum),
        "break_off_pages": _break_offs(endings, minimum),
        "median_minutes": round(median(times) / 60_000, 1) if len(times) >= minimum else None,
        "minimum": minimum,
    }


RATES = {"rr1": response_rate_1, "rr2": response_rate_2, "rr5": response_rate_5, "rr6": response_rate_6,
         "coop1": cooperation_rate_1, "coop2": cooperation_rate_2}
RATES_BY_ROSTER = {"ref1": refusal_rate_1}      # whoever leaves an open link alone refuses unseen
# Only where somebody is known not to be eligible: otherwise e is 1, and RR3, RR4 are RR1, RR2.
RATES_BY_ELIGIBILITY = {"rr3": response_rate_3, "rr4": response_rate_4, "e": eligibility}


def _rates(cases: Dispositions | None, is_roster: bool) -> Mapping[str, Callable[[Dispositions], float | None]]:
    return {**RATES, **(RATES_BY_ROSTER if is_roster else {}),
            **(RATES_BY_ELIGIBILITY if cases and cases.ineligible else {})}


# ---- responses ------------------------------------------------------------------------------------------------------
def _endings(session: Session, link: QuestionnaireLink, wave: Wave, questionnaire: Questionnaire,
             today: Any) -> dict[str, Ending]:
    rows = (select(Response.key, Response.state, ResponsePage.section, ResponsePage.answers, ResponsePage.duration_ms)
            .outerjoin(ResponsePage, ResponsePage.response_key == Response.key)
            .where(Response.link_id == link.id, is_collected()).order_by(Response.key))
    pages: dict[str, dict[str, Mapping[str, Any]]] = {}
    states: dict[str, str] = {}
    times: Counter[str] = Counter()
    for key, state, section, answers, duration in session.execute(rows):
        states[key] = state
        pages.setdefault(key, {})
        if section is not None:
            pages[key][section] = answers
            times[key] += duration or 0
    return {key: _ending(states[key], pages[key], times[key], wave, questionnaire, today) for key in states}


def _ending(state: str, pages: Mapping[str, Mapping[str, Any]], duration: int, wave: Wave,
            questionnaire: Questionnaire, today: Any) -> Ending:
    if state in (WITHDRAWN, SCREENED, QUOTA_FULL):
        return Ending(state, state, "", duration)
    answers = {key: value for page in pages.values() for key, value in page.items()}
    relevance = relevance_of(questionnaire, answers, today)
    applicable = [item.key for page in questionnaire.pages for item in page.items
                  if item.takes_answer and relevance.shows_item(item)]
    n_answered = sum(not is_empty(answers.get(key)) for key in applicable)
    kind = completeness(n_answered, len(applicable), wave.complete_from, wave.partial_from)
    if state == OPEN and not n_answered:
        kind = OPENED
    reached = [page.key for page in questionnaire.pages if page.key in pages]
    return Ending(kind, state, reached[-1] if reached else "", duration)


def _break_offs(endings: list[Ending], minimum: int) -> dict[str, int]:
    """Return after which page people stopped; pages with too few are counted together, or not at all."""
    pages = Counter(ending.last_page for ending in endings if ending.is_open and ending.kind != OPENED)
    hidden = suppress_cells(pages, minimum)
    shown = {page: n for page, n in pages.items() if page not in hidden}
    rest = sum(pages[page] for page in hidden)
    return {**shown, **({OTHER_PAGES: rest} if rest >= minimum else {})}


# ---- the roster -----------------------------------------------------------------------------------------------------
def _roster_counts(session: Session, wave: Wave, link: QuestionnaireLink) -> Counter[str]:
    """Return what is known of everybody invited, those who finished apart; slips count as handed out."""
    asked = set(session.scalars(select(OutboxMessage.invitation_id).where(
        OutboxMessage.wave_id == wave.id, OutboxMessage.kind == INVITATION, OutboxMessage.state == SENT)))
    finished = finished_invitations(session, link)
    counts: Counter[str] = Counter()
    for row in session.scalars(select(Invitation).where(Invitation.link_id == link.id)):
        counts[_fact(row, asked) if row.id not in finished else "finished"] += 1
    return counts


def _fact(row: Invitation, asked: set[int]) -> str:
    facts = (("ineligible", row.is_ineligible), ("refused", row.has_refused or row.has_opted_out),
             ("bounced", row.is_bounced), ("silent", row.id in asked or row.batch_id is not None))
    return next((name for name, is_so in facts if is_so), "not_sent")


def _dispositions(ways: Counter[str], roster: Counter[str], population: int | None) -> dict[str, int]:
    """Return how many cases ended in which way.

    In anonymous mode nobody knows which of the invited a response belongs to. Everybody invited less the responses
    gives how many are left; what is known of people explains as many of those as it can, and the rest did not react.
    """
    counts = {name: ways[name] for name in (COMPLETE, PARTIAL, BREAK_OFF, OPENED, WITHDRAWN, SCREENED, QUOTA_FULL)}
    left = max(0, (sum(roster.values()) or population or 0) - sum(counts.values()))
    for name in ("ineligible", "refused", "bounced", "not_sent"):
        counts[name] = min(roster[name], left)
        left -= counts[name]
    counts["no_reaction"] = left
    return counts


def _cases(counts: Mapping[str, int]) -> Dispositions:
    return Dispositions(
        complete=counts[COMPLETE], partial=counts[PARTIAL],
        refusal=counts[BREAK_OFF] + counts[OPENED] + counts[WITHDRAWN] + counts["refused"],
        unknown_other=counts["bounced"] + counts["not_sent"] + counts["no_reaction"],
        ineligible=counts["ineligible"] + counts[SCREENED] + counts[QUOTA_FULL])


def n_begun_and_submitted(session: Session, link: QuestionnaireLink) -> tuple[int, int]:
    """Return how many people began and handed in; to be rounded before anybody sees it while the wave is open."""
    states = Counter(session.scalars(select(Response.state).where(Response.link_id == link.id, is_protected())))
    return sum(states.values()), states[SUBMITTED]
