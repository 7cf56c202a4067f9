"""Preview of a draft: the respondents' own pages, clickable through, storing nothing.

Posts here change nothing, so they carry no CSRF token: the pages are the respondents', to the letter.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, current_app, g, make_response, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from instruments.schema import Instrument
from surveyapp.db.base import utc_now
from surveyapp.db.session import read_session
from surveyapp.errors import AlreadySubmitted, Refused
from surveyapp.services.draft import get_draft, instrument_of_draft
from surveyapp.services.draft_finding import located
from surveyapp.services.posted_page import DEED, LANGUAGE, ONLY, STAY, read_controls
from surveyapp.services.preview import LINK, PreviewState, packed, presentable, rehearsal, state_of, unpacked
from surveyapp.services.response import ConsentMissing, Filling, find_door, read_filling, start_response
from surveyapp.services.response_file import Received, limits_of, receive, too_large
from surveyapp.services.response_finish import submit_response
from surveyapp.services.response_page import PageOutcome, get_page, save_page
from surveyapp.services.response_path import next_page, open_page
from surveyapp.services.response_token import withdrawal_code
from surveyapp.views import respondent_page
from surveyapp.views.access import requires
from surveyapp.views.draft import DRAFT
from surveyapp.views.questionnaire_html import splice
from surveyapp.views.reply_headers import HEADERS
from surveyapp.views.respondent_page import Notes, Paths
from surveyapp.views.response import _agreement, _missing_consent, _next_path

blueprint = Blueprint("preview", __name__)
PREVIEW = f"{DRAFT}/preview"
SEE_OTHER = 303
SWITCH = ":switch"
SPOKEN = ("en", "zh")
POLICY = HEADERS["Content-Security-Policy"]
FRAMED = POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
FRAMING = f"{POLICY}; frame-src 'self'"


@dataclass(frozen=True)
class PreviewPaths(Paths):
    """The addresses of a preview; the state travels in them."""

    base: str = ""
    state: str = ""

    def _to(self, rest: str, **more: object) -> str:
        return f"{self.base}/{rest}?{urlencode({'state': self.state, **more}, doseq=True)}"

    def resume(self) -> str:
        return self._to("resume")

    def whole(self) -> str:
        return f"{self.scheme}://{self.host}{self.root}/r/…"

    def page(self, section: str, late: Iterable[str] = (), fast: str = "") -> str:
        more = {"fast": fast} if fast else {}
        return self._to(f"page/{quote(section, safe='')}", late=list(late), **more)

    def finish(self) -> str:
        return self._to("end")


@blueprint.get(PREVIEW)
@requires("can_run_studies")
def show(study_id: int, audience: str) -> Response:
    """Show the draft on a phone and on a desk, side by side, in any of its languages."""
    instrument = instrument_of_draft(get_draft(read_session(), g.study, audience))
    found = presentable(instrument)
    wanted = request.args.get("lang", "")
    page = render_template(
        "preview/show.html", study=g.study, audience=audience, instrument=instrument, left_out=found.left_out,
        errors=[located(finding, instrument) for finding in found.errors], can_show=found.instrument is not None,
        language=wanted if wanted in instrument.languages else instrument.languages[0])
    reply = make_response(page)
    reply.headers["Content-Security-Policy"] = FRAMING
    return reply


def _instrument(audience: str) -> Instrument:
    found = presentable(instrument_of_draft(get_draft(read_session(), g.study, audience)))
    if found.instrument is None:
        raise Refused("The draft cannot be shown yet.", "Mend its faults first; the draft's page lists them.")
    return found.instrument


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


def _paths(audience: str, state: PreviewState) -> PreviewPaths:
    base = f"{request.script_root}/studies/{g.study.id}/questionnaires/{quote(audience, safe='')}/preview"
    return PreviewPaths(request.script_root, request.host, request.scheme, state.token, base, packed(state))


def _framed(page: str | tuple[str, int]) -> Response:
    reply = make_response(page)
    reply.headers["Content-Security-Policy"] = FRAMED
    return reply


def _go_on(path: str) -> Response:
    return Response(status=SEE_OTHER, headers={"Location": path, "Content-Security-Policy": FRAMED})


def _speak(language: str) -> str:
    g.content_language = language
    g.language = language if language in SPOKEN else "en"
    return language


def _state() -> PreviewState:
    return unpacked(request.args.get("state", ""))


def _rehearse(audience: str, deed: Callable[[Session, str], Any]) -> tuple[Any, PreviewState, Filling]:
    """Do the deed in a database that forgets; return its result, the state after it, and the response."""
    with rehearsal(_instrument(audience), g.study, _secret(), _state()) as (session, token):
        result = deed(session, token)
        state, filling = state_of(session, _secret(), token)
    _speak(filling.language)
    return result, state, filling


def _nothing(_session: Session, _token: str) -> None:
    return None


# ---- the pages ------------------------------------------------------------------------------------------------------
@blueprint.route(f"{PREVIEW}/start", methods=["GET", "POST"])
@requires("can_run_studies")
def start(study_id: int, audience: str) -> Response:
    """Show the first page, or begin."""
    instrument = _instrument(audience)
    wanted = request.args.get("lang") or request.form.get("language") or ""
    language = _speak(wanted if wanted in instrument.languages else instrument.languages[0])
    with rehearsal(instrument, g.study, _secret(), PreviewState()) as (session, token):
        door = find_door(session, LINK)
        pieces = {"TOKEN": token}
        if request.method == "POST":
            try:
                filling = start_response(session, _secret(), LINK, token, language, _agreement())
                state, _filling = state_of(session, _secret(), token)
                first = next_page(filling.way(), filling.relevance(utc_now()), None)
                paths = _paths(audience, state)
                return _go_on(paths.page(first.key) if first else paths.finish())
            except ConsentMissing as missing:
                pieces = _missing_consent(token, missing)
        page = splice(respondent_page.start_pieces(door, language), pieces)
    page = page.replace(f"/q/{LINK}", f"{_paths(audience, PreviewState()).base}/start")
    return _framed((page, 422 if "NOTICE" in pieces else 200))


@blueprint.route(f"{PREVIEW}/page/<section>", methods=["GET", "POST"])
@requires("can_run_studies")
def page(study_id: int, audience: str, section: str) -> Response:
    """Show a page, or go on from it."""
    form = _form()
    if ONLY in form:        # the script saves as people type; here there is nothing to save
        return make_response({"is_saved": True})
    if request.method == "GET":
        _result, state, filling = _rehearse(audience, _nothing)
        return _filled(audience, state, filling, section)
    if SWITCH in form:
        form[LANGUAGE], form[DEED] = form[SWITCH], [STAY]
    outcome, state, filling = _rehearse(
        audience, lambda session, token: save_page(session, _secret(), token, section, form,
                                                    files=_files(session, token, section)))
    if outcome.problems:
        return _filled(audience, state, filling, section, outcome, form)
    return _go_on(_next_path(outcome, section, read_controls(form).deed, _paths(audience, state)))


def _form() -> dict[str, list[str]]:
    return request.form.to_dict(flat=False)


def _files(session: Session, token: str, section: str) -> dict[str, Received]:
    page = get_page(read_filling(session, _secret(), token).questionnaire, section)
    items = {item.key: item for item in page.items}
    found = {}
    for key, most in limits_of(page).items():
        file = request.files.get(key)
        if file is not None and file.filename:
            content = file.read(most + 1)
            found[key] = too_large(items[key]) if len(content) > most else receive(items[key], content)
    return found


def _filled(audience: str, state: PreviewState, filling: Filling, section: str, outcome: PageOutcome | None = None,
            form: dict[str, list[str]] | None = None) -> Response:
    paths = _paths(audience, state)
    fast = request.args.get("fast", "")
    notes = Notes(outcome.problems, form or {}) if outcome else Notes(
        late=frozenset(request.args.getlist("late")),
        fast=paths.page(fast) if filling.questionnaire.find_page(fast) else "")
    text = respondent_page.filled_page(
        outcome.filling if outcome else filling, get_page(filling.questionnaire, section), paths, secret=_secret(),
        now_ms=int(time.time() * 1000), notes=notes)
    return _framed((text, 422 if outcome else 200))


@blueprint.route(f"{PREVIEW}/end", methods=["GET", "POST"])
@requires("can_run_studies")
def end(study_id: int, audience: str) -> Response:
    """Show what was left out, or hand in."""
    if request.method == "GET":
        _result, state, filling = _rehearse(audience, _nothing)
        return _framed(respondent_page.finish(filling, _paths(audience, state)))

    def hand_in(session: Session, token: str) -> None:
        with suppress(AlreadySubmitted):
            submit_response(session, _secret(), token)

    _result, state, _filling = _rehearse(audience, hand_in)
    return _go_on(_paths(audience, state).resume())


@blueprint.get(f"{PREVIEW}/resume")
@requires("can_run_studies")
def resume(study_id: int, audience: str) -> Response:
    """Show the last page, or the first one that is open."""
    _result, state, filling = _rehearse(audience, _nothing)
    if filling.is_ended and filling.ended_by:
        return _framed(respondent_page.ended_early(filling, _paths(audience, state)))
    if filling.is_ended:
        return _framed(respondent_page.thanks(filling, withdrawal_code(_secret(), state.token),
                                              _paths(audience, state)))
    first = open_page(filling, filling.relevance(utc_now()))
    paths = _paths(audience, state)
    return _go_on(paths.page(first.key) if first else paths.finish())
