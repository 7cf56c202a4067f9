"""Responses filled in on the web: started, saved page by page, handed in.

Every deed here runs in the writer of respondents' pages: what it refuses, it refuses before anything is written. No
instant is stored and no audit row: both would tell who answered when.
"""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import and_, bindparam, func, insert, select
from sqlalchemy.orm import Session, aliased

from instruments.codec import from_document
from instruments.schema import LEFT_BLANK, NOT_REACHED, NOT_SHOWN, Instrument
from surveyapp.errors import AlreadySubmitted, NotAllowed, NotFound, Refused, WaveClosed, marked
from surveyapp.models.response import ENDED_EARLY, LEFT, OPEN, SUBMITTED, WEB, WITHDRAWN, Response, ResponsePage
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.courtesy import first_courtesies
from surveyapp.services.mode import ON_THE_WEB, Origin
from surveyapp.services.order import page_order
from surveyapp.services.prepared import Prepared, as_text, from_text
from surveyapp.services.promise import promise_document
from surveyapp.services.questionnaire import Page, Questionnaire, ready_questionnaire
from surveyapp.services.relevance import Relevance, relevance_of
from surveyapp.services.response_token import is_genuine, response_key, text_hash
from surveyapp.services.resume_token import closed_box, resume_code, resume_hash
from surveyapp.services.wave_dates import GRACE, NO_GRACE, takes_answers

SEED_BITS = 31              # a seed fits the integer column of both databases
EMPTY = frozenset({NOT_SHOWN, LEFT_BLANK, NOT_REACHED})     # -93 is an answer: "does not apply"


@dataclass(frozen=True)
class Door:
    """A questionnaire link with what its pages need to know of study and wave."""

    link_id: int
    link_token: str
    is_test: bool
    is_open: bool
    is_synthetic: bool
    is_by_invitation: bool
    time_zone: str
    thresholds: Mapping[str, Any]
    privacy: str
    minimum_group: int
    retain_until: str                   # last day on which personal data are kept; empty = not set
    questionnaire: Questionnaire
    older_id: int | None = None         # the version, where it is not the one the link leads to now

    @property
    def instrument(self) -> Instrument:
        return self.questionnaire.instrument

    def today(self, now: datetime) -> date:
        """Return the date in the study's time zone."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()

    def check_open(self) -> None:
        """Raise WaveClosed if answers are no longer taken."""
        if not self.is_open:
            raise WaveClosed(marked("This questionnaire is closed."),
                             marked("Answers are no longer taken. Thank you for your interest."))

    def check_public(self) -> None:
        """Raise NotAllowed if the questionnaire is answered by personal links only."""
        if self.is_by_invitation:
            raise NotAllowed(marked("This questionnaire is answered with a personal link or code."),
                             marked("Please use the link or the code that you were given."))


@dataclass(frozen=True)
class StoredPage:
    """One page as it is stored; `visits` counts posts of the whole page, 0 = saved by the browser only."""

    answers: Mapping[str, Any]
    duration_ms: int | None
    visits: int


@dataclass(frozen=True)
class Filling:
    """A response with its pages, as read."""

    key: str
    state: str
    language: str
    door: Door
    pages: Mapping[str, StoredPage]
    seed: str = ""
    ended_by: str | None = None         # the screen or quota that ended it before the end
    courtesies: Mapping[str, Any] = field(default_factory=dict)     # see services.courtesy
    has_code: bool = False              # a short code leads back to it
    origin: Origin = ON_THE_WEB

    @property
    def questionnaire(self) -> Questionnaire:
        return self.door.questionnaire

    @property
    def is_ended(self) -> bool:
        """Tell whether nothing more is asked: it was handed in, screened out, met a full quota, or was left."""
        return self.state == SUBMITTED or self.state in ENDED_EARLY or self.is_left

    @property
    def is_left(self) -> bool:
        """Tell whether somebody went away from it at a kiosk; it stays open and counts as broken off."""
        return self.ended_by == LEFT

    def way(self) -> tuple[Page, ...]:
        """Return the pages in this respondent's order."""
        return page_order(self.questionnaire, self.seed)

    def shown_answers(self, page: Page) -> Mapping[str, Any]:
        """Return what the form of the page holds: what is stored, and defaults where nothing was said yet."""
        stored = self.stored(page.key)
        return {**page.defaults, **stored} if page.defaults else stored

    def with_answers(self, section: str, answers: Mapping[str, Any]) -> Filling:
        """Return the response as if the page held these answers."""
        stored = self.pages.get(section)
        page = StoredPage(answers, stored.duration_ms if stored else None, stored.visits if stored else 0)
        return replace(self, pages={**self.pages, section: page})

    def answers(self) -> dict[str, Any]:
        """Return the answers of all pages; hidden items read as their default."""
        found = {item.key: item.item.default for page in self.questionnaire.pages for item in page.items
                 if item.kind == "hidden" and item.item.default is not None}
        for page in self.pages.values():
            found.update(page.answers)
        return found

    def relevance(self, now: datetime) -> Relevance:
        """Return what is asked now."""
        if not self.questionnaire.steps:
            return Relevance()
        return relevance_of(self.questionnaire, self.answers(), self.door.today(now))

    def stored(self, section: str) -> Mapping[str, Any]:
        """Return what is stored of a page; empty if it was never posted."""
        page = self.pages.get(section)
        return page.answers if page else {}


# ---- reading --------------------------------------------------------------------------------------------------------
_DOOR = (
    QuestionnaireLink.id.label("link_id"), QuestionnaireLink.token, QuestionnaireLink.is_test,
    QuestionnaireLink.is_by_invitation, QuestionnaireLink.privacy, QuestionnaireLink.minimum_group,
    Wave.opened_at, Wave.closed_at, Wave.opens_at, Wave.closes_at,
    Study.is_synthetic, Study.time_zone, Study.thresholds, Study.retain_until,
    PublishedInstrument.id.label("instrument_id"), PublishedInstrument.content_hash,
)
_LINK = Prepared(
    select(*_DOOR).join(Wave, Wave.id == QuestionnaireLink.wave_id).join(Study, Study.id == Wave.study_id)
    .join(PublishedInstrument, PublishedInstrument.id == QuestionnaireLink.instrument_id)
    .where(QuestionnaireLink.token == bindparam("token"))
)
_FILLING = (
    select(*_DOOR, Response.key, Response.state, Response.language, Response.seed, Response.ended_by,
           Response.courtesies, Response.resume_hash, Response.mode, Response.batch,
           ResponsePage.section, ResponsePage.answers, ResponsePage.duration_ms, ResponsePage.visits)
    .join(Response, Response.link_id == QuestionnaireLink.id)
    .join(Wave, Wave.id == QuestionnaireLink.wave_id).join(Study, Study.id == Wave.study_id)
    .join(PublishedInstrument,
          PublishedInstrument.id == func.coalesce(Response.instrument_id, QuestionnaireLink.instrument_id))
    .outerjoin(ResponsePage, ResponsePage.response_key == Response.key)
    .where(Response.key == bindparam("key"))
)
_READ = Prepared(_FILLING)
# Two posts of one response at the same time follow each other; SQLite has one writer anyway.
_READ_LOCKED = Prepared(_FILLING.with_for_update(of=Response))
_INSTRUMENT = select(PublishedInstrument.document).where(PublishedInstrument.id == bindparam("id"))
_START_COLUMNS = ("key", "link_id", "state", "language", "source", "consent", "shown_order", "seed", "device",
                  "courtesies", "instrument_id", "resume_hash", "resume_box", "mode", "batch")
_older = aliased(PublishedInstrument)
_OLDER = Prepared(
    select(_older.id.label("older_id"), _older.content_hash).select_from(QuestionnaireLink)
    .join(PublishedInstrument, PublishedInstrument.id == QuestionnaireLink.instrument_id)
    .join(_older, and_(_older.study_id == PublishedInstrument.study_id, _older.form == PublishedInstrument.form,
                       _older.audience == PublishedInstrument.audience))
    .where(QuestionnaireLink.token == bindparam("token"))
)
_START = Prepared(insert(Response), _START_COLUMNS)
_CODE_TAKEN = Prepared(select(Response.key).where(Response.resume_hash == bindparam("hash")))


def find_door(session: Session, link_token: str) -> Door:
    """Return the questionnaire of a link, in its newest version; NotFound if there is none."""
    row = next(iter(_LINK.run(session, {"token": link_token})), None)
    if row is None:
        raise NotFound(marked("There is no questionnaire under this address."),
                       marked("Please check that the address was copied completely."))
    return _door(session, row)


def find_door_of(session: Session, secret: str, link_token: str, token: str) -> Door:
    """Return the link's questionnaire at the version whose first page issued the token, otherwise at the newest.

    Whoever opened the first page before a newer version was published has read and agreed to the older one.
    """
    door = find_door(session, link_token)
    if is_genuine(secret, token, door.link_token, door.questionnaire.content_hash):
        return door
    for row in _OLDER.run(session, {"token": link_token}):
        if is_genuine(secret, token, door.link_token, row.content_hash):
            questionnaire = ready_questionnaire(row.content_hash, _loader(session, row.older_id))
            return replace(door, older_id=row.older_id, questionnaire=questionnaire)
    return door


def _loader(session: Session, instrument_id: int) -> Callable[[], Instrument]:
    return lambda: from_document(Instrument, session.execute(_INSTRUMENT, {"id": instrument_id}).scalar_one())


def _door(session: Session, row: Any, grace: timedelta = NO_GRACE) -> Door:
    return Door(
        link_id=row.link_id, link_token=row.token, is_test=bool(row.is_test),
        is_open=bool(row.is_test) or takes_answers(row.opened_at, row.closed_at, row.opens_at, row.closes_at, grace),
        is_synthetic=bool(row.is_synthetic), is_by_invitation=bool(row.is_by_invitation), time_zone=row.time_zone,
        thresholds=from_text(row.thresholds), privacy=row.privacy, minimum_group=row.minimum_group,
        retain_until=str(row.retain_until) if row.retain_until else "",
        questionnaire=ready_questionnaire(row.content_hash, _loader(session, row.instrument_id)),
    )


def read_filling(session: Session, secret: str, token: str, *, for_writing: bool = False) -> Filling:
    """Return the response of a token; NotFound if there is none or the token was not issued for it."""
    filling = find_filling(session, response_key(secret, token), for_writing=for_writing)
    if filling is None or not is_genuine(secret, token, filling.door.link_token,
                                         filling.questionnaire.content_hash):
        raise NotFound(marked("We do not know this address."),
                       marked("Please check that it was copied completely, or begin again with your link."))
    return filling


def find_filling(session: Session, key: str, *, for_writing: bool = False) -> Filling | None:
    """Return the response of a key of the database, None if there is none."""
    rows = (_READ_LOCKED if for_writing else _READ).run(session, {"key": key})
    row = rows[0] if rows else None
    if row is None:
        return None
    pages = {page.section: StoredPage(from_text(page.answers), page.duration_ms, page.visits)
             for page in rows if page.section is not None}
    return Filling(row.key, row.state, row.language, _door(session, row, GRACE), pages,
                   order_seed(row.seed, row.key), row.ended_by, from_text(row.courtesies) or {},
                   row.resume_hash is not None, Origin(row.mode or WEB, row.batch))


def order_seed(seed: int | None, key: str) -> str:
    """Return what the orders follow from; responses from before there were seeds used their random key."""
    return key if seed is None else str(seed)


def open_filling(session: Session, secret: str, token: str) -> Filling:
    """Return the response, locked for writing; refuse one that is handed in or whose wave is closed."""
    filling = read_filling(session, secret, token, for_writing=True)
    if filling.state == WITHDRAWN:
        raise Refused(marked("These answers were withdrawn."), marked("Nothing of them is kept."))
    if filling.state in ENDED_EARLY:
        raise AlreadySubmitted(marked("There are no more questions for you."),
                               marked("What you answered before cannot be changed any more."))
    if filling.is_left:
        raise AlreadySubmitted(marked("This questionnaire was left."), marked("Please begin again."))
    if filling.is_ended:
        raise AlreadySubmitted(marked("Your answers were handed in before."),
                               marked("They cannot be changed any more."))
    filling.door.check_open()
    return filling


# ---- starting -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Agreement:
    """What the respondent ticked on the first page."""

    is_given: bool
    links: bool = False
    commits: bool = False       # the line "I will answer with care", where there is one


def start_response(session: Session, secret: str, link_token: str, token: str, language: str,
                   agreement: Agreement, device: str | None = None, origin: Origin = ON_THE_WEB) -> Filling:
    """Store an open response and return it; one that the token has already is returned as it is: a second click."""
    door = find_door_of(session, secret, link_token, token)
    door.check_open()
    if not is_genuine(secret, token, door.link_token, door.questionnaire.content_hash):
        raise Refused(marked("This page does not belong to the questionnaire any more."),
                      marked("Please open the link again."))
    check_agreement(door.instrument, agreement)
    key = response_key(secret, token)
    if _READ.run(session, {"key": key}):
        return read_filling(session, secret, token)
    seed, language = secrets.randbits(SEED_BITS), chosen_language(door.instrument, language)
    courtesies = first_courtesies(door.instrument, agreement.commits, language)
    # Nobody goes on elsewhere with what was begun on a device that strangers share, or stands on paper.
    code_hash, box = _NO_CODE if origin.mode != WEB else _short_code(session, secret, door.link_token, token)
    _START.run(session, dict(zip(_START_COLUMNS, (
        key, door.link_id, OPEN, language, "web", as_text(consent_document(door, agreement, language)),
        "{}", seed, device, as_text(courtesies) if courtesies else None, door.older_id,
        code_hash, box, origin.mode, origin.batch), strict=True)))
    return Filling(key, OPEN, language, door, {}, order_seed(seed, key), courtesies=courtesies or {}, origin=origin)


_NO_CODE = (None, None)


def _short_code(session: Session, secret: str, link_token: str, token: str) -> tuple[str | None, str | None]:
    """Return what is kept of the token's short code; nothing if another response has the same one."""
    code_hash = resume_hash(secret, link_token, resume_code(secret, token).replace("-", ""))
    if _CODE_TAKEN.run(session, {"hash": code_hash}):
        return None, None
    return code_hash, closed_box(secret, link_token, token)


class ConsentMissing(Refused):
    """Nothing may be asked before consent was given."""


def check_agreement(instrument: Instrument, agreement: Agreement) -> None:
    """Raise ConsentMissing if the questionnaire asks for consent and it was not given."""
    if instrument.consent is not None and instrument.consent.is_required and not agreement.is_given:
        raise ConsentMissing(marked("Please tick the box if you agree to take part."),
                             marked("Without your consent no question is asked and nothing is stored."))


def consent_document(door: Door, agreement: Agreement, language: str) -> dict[str, Any]:
    """Return what is kept of the consent: that it was given, to which text and promise, in which language."""
    instrument = door.instrument
    language = chosen_language(instrument, language)
    text = instrument.consent.text.get(language, "") if instrument.consent else ""
    return {"is_given": agreement.is_given or instrument.consent is None, "text_hash": text_hash(text),
            "language": language, "links": agreement.links,
            **promise_document(door.privacy, language, door.minimum_group),
            **({"retain_until": door.retain_until} if door.retain_until else {})}


def chosen_language(instrument: Instrument, wanted: str) -> str:
    """Return the wanted language if the questionnaire has it, its first one otherwise."""
    return wanted if wanted in instrument.languages else instrument.languages[0]


def fingerprint(answers: Mapping[str, Any]) -> str:
    """Return a short mark of a page's stored answers; a form with another one was opened before they changed."""
    return f"{zlib.crc32(orjson.dumps(answers, option=orjson.OPT_SORT_KEYS)):08x}"


def is_empty(answer: Any) -> bool:
    """Tell whether a stored answer is one of the codes for "nothing was said"."""
    return answer is None or (isinstance(answer, (int, float)) and answer in EMPTY)
