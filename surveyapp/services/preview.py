"""Looking at a draft as a respondent: the very deeds of a response, in a database of its own that forgets everything.

What was answered so far travels in the address of the pages and is put into a database in memory for the length of
one request; nothing reaches the database of the study.
"""

from __future__ import annotations

import json
import secrets
import threading
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from sqlalchemy import Engine, StaticPool, create_engine
from sqlalchemy.orm import Session

from instruments.checks import check_instrument
from instruments.codec import content_hash, from_document, to_document
from instruments.editing import PartName, find_piece, removed, with_piece
from instruments.errors import Finding
from instruments.schema import Instrument
from instruments.texts import instrument_texts, tidied
from surveyapp.db.base import Base, utc_now
from surveyapp.errors import BadInput
from surveyapp.models.response import OPEN, Response, ResponsePage
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.draft_finding import LocatedFinding, located
from surveyapp.services.response import Filling, read_filling
from surveyapp.services.response_token import is_genuine, issue_token, response_key

LINK = "preview"
LONGEST_TEXT = 200          # characters of an answer kept on the way; the address must stay short enough
LONGEST_STATE = 20_000
MOST_ATTEMPTS = 8
WORDS = "INS-002"           # a wording is missing
_lock = threading.Lock()


@dataclass(frozen=True)
class PreviewState:
    """What was answered so far."""

    token: str = ""
    language: str = ""
    seed: int = 0
    state: str = OPEN
    ended_by: str | None = None
    courtesies: Mapping[str, Any] | None = None
    pages: Mapping[str, tuple[Mapping[str, Any], int]] = field(default_factory=dict)    # answers, visits


def packed(state: PreviewState) -> str:
    """Return the state as text for an address."""
    raw = json.dumps([state.token, state.language, state.seed, state.state, state.ended_by, state.courtesies,
                      dict(state.pages)],
                     ensure_ascii=False, separators=(",", ":"))
    return urlsafe_b64encode(zlib.compress(raw.encode(), 9)).rstrip(b"=").decode()


def unpacked(text: str) -> PreviewState:
    """Return the state of an address; an empty one begins anew."""
    if not text or len(text) > LONGEST_STATE:
        return PreviewState()
    try:
        raw = zlib.decompressobj().decompress(urlsafe_b64decode(text + "=" * (-len(text) % 4)), LONGEST_STATE * 20)
        token, language, seed, state, ended_by, courtesies, pages = json.loads(raw)
        return PreviewState(str(token), str(language), int(seed), str(state), ended_by, courtesies,
                            {str(key): (dict(answers), int(visits)) for key, (answers, visits) in pages.items()})
    except (ValueError, TypeError, zlib.error):
        raise BadInput("This preview's address is damaged.", "Begin the preview again.") from None


# ---- a draft that can be shown --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Presentable:
    """The draft as far as it can be shown: what is amiss is left out and named."""

    instrument: Instrument | None
    left_out: tuple[str, ...]
    errors: tuple[Finding, ...]


def presentable(instrument: Instrument) -> Presentable:
    """Return the draft with words for every wording and without items whose faults forbid showing them."""
    shown, left_out = instrument, list[str]()
    for _attempt in range(MOST_ATTEMPTS):       # what is left out may be named by what is not
        errors = tuple(_grave(shown))
        for finding in errors:
            shown = _without(shown, located(finding, shown), left_out)
        if not errors:
            break
    if errors or not shown.items:
        return Presentable(None, tuple(left_out), errors)
    return Presentable(_with_all_words(shown), tuple(left_out), ())


def _without(instrument: Instrument, found: LocatedFinding, left_out: list[str]) -> Instrument:
    """Return the questionnaire without the condition that is at fault, or without the item if it is its own."""
    if found.part not in ("items", "sections"):
        return instrument
    part: PartName = "items" if found.part == "items" else "sections"
    piece = find_piece(instrument, part, found.key)
    wrong = next((name for name in ("show_if", "constraint", "calculation") if name in found.finding.place), None)
    name = f"{found.key} ({wrong})" if wrong else found.key
    left_out += [name] if name not in left_out else []
    if part == "items" and "choice" in found.finding.place:
        choices = tuple(replace(choice, show_if=None) for choice in piece.choices)
        return with_piece(instrument, part, found.key, replace(piece, choices=choices))
    if wrong is not None:
        return with_piece(instrument, part, found.key, replace(piece, **{wrong: None}))
    return removed(instrument, part, found.key)


def _grave(instrument: Instrument) -> list[Finding]:
    return [finding for finding in check_instrument(instrument) if finding.is_error and finding.number != WORDS]


def _with_all_words(instrument: Instrument) -> Instrument:
    document = to_document(instrument)
    for wording in instrument_texts(document):
        if wording.is_needed or any(text.strip() for text in wording.words.values()):
            known = next((text for text in wording.words.values() if text.strip()), wording.key or "…")
            for language in instrument.languages:
                wording.words[language] = wording.words.get(language) or f"[{known}]"
    return from_document(Instrument, tidied(document))


# ---- a database that forgets ----------------------------------------------------------------------------------------
@cache
def _engine() -> Engine:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    Base.metadata.create_all(engine)
    return engine


@contextmanager
def rehearsal(instrument: Instrument, study: Study, secret: str, state: PreviewState) -> Iterator[tuple[Session, str]]:
    """Give a session in which the response of the state exists, and its token; all of it is gone afterwards."""
    with _lock, Session(_engine()) as session:
        link = _link(session, instrument, study)
        mark = content_hash(instrument)
        token = state.token if is_genuine(secret, state.token, LINK, mark) else issue_token(secret, LINK, mark)
        if state.token:
            _put(session, link, response_key(secret, token), state)
        try:
            yield session, token
        finally:
            session.rollback()


def _link(session: Session, instrument: Instrument, study: Study) -> QuestionnaireLink:
    mine = Study(name="preview", template_key="", template={}, facts={}, thresholds=study.thresholds,
                 is_synthetic=study.is_synthetic, time_zone=study.time_zone)
    session.add(mine)
    session.flush()
    wave = Wave(study_id=mine.id, key="w1", opened_at=utc_now())
    published = PublishedInstrument(
        study_id=mine.id, audience=instrument.audience, key=instrument.key, version=instrument.version,
        document=to_document(instrument), content_hash=content_hash(instrument))
    session.add_all([wave, published])
    session.flush()
    link = QuestionnaireLink(wave_id=wave.id, instrument_id=published.id, token=LINK)
    session.add(link)
    session.flush()
    return link


def _put(session: Session, link: QuestionnaireLink, key: str, state: PreviewState) -> None:
    session.add(Response(key=key, link_id=link.id, state=state.state, language=state.language, consent={},
                         shown_order={}, seed=state.seed, ended_by=state.ended_by,
                         courtesies=dict(state.courtesies) if state.courtesies else None))
    session.flush()
    session.add_all([ResponsePage(response_key=key, section=section, answers=dict(answers), visits=visits)
                     for section, (answers, visits) in state.pages.items()])
    session.flush()
    session.expunge_all()


def state_of(session: Session, secret: str, token: str) -> tuple[PreviewState, Filling]:
    """Return the state to travel on with, and the response as read."""
    filling = read_filling(session, secret, token)
    row = session.get_one(Response, filling.key, populate_existing=True)
    pages = {key: (_short(page.answers), page.visits) for key, page in filling.pages.items()}
    return PreviewState(token, filling.language, row.seed or secrets.randbits(16), filling.state, row.ended_by,
                        row.courtesies, pages), filling


def _short(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {key: answer[:LONGEST_TEXT] if isinstance(answer, str) else answer for key, answer in answers.items()}
