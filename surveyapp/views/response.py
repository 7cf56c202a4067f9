"""Pages for respondents: a link opens a questionnaire, each page is stored before the next one is shown.

No cookie, no session, no login: what gives the right to a response is the secret in its own address. GET changes
nothing, so mail scanners and link previews do no harm.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from flask import Blueprint, current_app, g, request
from markupsafe import Markup
from sqlalchemy.orm import Session

from surveyapp.db.base import utc_now
from surveyapp.db.session import database, read_session
from surveyapp.db.writer import Writer
from surveyapp.errors import AlreadySubmitted, AppError, BadInput, Busy, NotAllowed, NotFound, Refused, marked
from surveyapp.models.response import ENDED_EARLY
from surveyapp.services.answer import Problem
from surveyapp.services.posted_page import BACK, DEED, END, LANGUAGE, ONLY, STAY, read_controls, read_form
from surveyapp.services.questionnaire import Page
from surveyapp.services.response import (
    Agreement,
    ConsentMissing,
    Filling,
    find_door,
    find_door_of,
    read_filling,
    start_response,
)
from surveyapp.services.response_file import NO_FILES, Files, limits_of, too_large
from surveyapp.services.response_finish import submit_response
from surveyapp.services.response_page import PageOutcome, get_page, save_answers, save_page
from surveyapp.services.response_path import next_page, open_page
from surveyapp.services.response_token import elapsed_ms, issue_token, sealed_time, withdrawal_code
from surveyapp.services.withdrawal import request_withdrawal
from surveyapp.views import respondent_page
from surveyapp.views.device import device_of
from surveyapp.views.posted_files import PostedFiles, has_files, place_to_read, read_multipart, received_files
from surveyapp.views.questionnaire_html import KIOSK_SECONDS, render, splice
from surveyapp.views.respondent_page import TICKET, Notes, Paths

blueprint = Blueprint("response", __name__)
T = TypeVar("T")
GoOn = tuple[str, int, dict[str, str]]      # an empty page that leads to another
SEE_OTHER, TOO_LARGE, UNUSABLE = 303, 413, 422
NO_PROBLEM = Problem("")
INTERFACE_LANGUAGES = ("en", "zh")      # what our own words are translated into
AT_KIOSK = ":kiosk"         # what a ticket is sealed for, in the place of a section
SWITCH = ":switch"          # button of the language the respondent wants to go on in
STATUS_OF = {NotFound: 404, NotAllowed: 403, Busy: 503}


# ---- rules for every page -------------------------------------------------------------------------------------------
def check_origin() -> None:
    """Refuse a post that another site's page sent; browsers say where a post comes from. Asked before each page."""
    if request.method != "POST":
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        is_own = site in ("same-origin", "none")
    else:
        is_own = origin is None or urlsplit(origin).netloc == request.host
    if not is_own:
        raise NotAllowed(marked("This page was sent from another site."), marked("Please open your link again."))


@blueprint.errorhandler(AppError)
def show_refusal(error: AppError) -> tuple[str | dict[str, Any], int, dict[str, str]]:
    """Say in the respondent's language what cannot be done; an autosaving browser gets it as data."""
    status = next((code for kind, code in STATUS_OF.items() if isinstance(error, kind)), 409)
    headers = {"Retry-After": "5"} if isinstance(error, Busy) else {}
    if ONLY in g.get("posted_form", ()):
        return {"is_saved": False, "reason": respondent_page.said(error.reason, error.values)}, status, headers
    token = (request.view_args or {}).get("token")
    resume_address = _paths(token).resume() if token and isinstance(error, AlreadySubmitted) else None
    start = _start_of_kiosk(token)
    _speak(g.get("language") or _wanted_language(INTERFACE_LANGUAGES))
    return respondent_page.refusal(error, resume_address, start), status, headers


def _start_of_kiosk(token: str | None) -> str:
    """Return the first page of the kiosk where the request came from; empty if it came from none."""
    if "kiosk" in str(request.endpoint):
        return quote(request.script_root + request.path)
    try:
        filling = read_filling(read_session(), _secret(), token or "")
    except NotFound:
        return ""
    return _paths_of(filling, filling.key).start


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


def _write(deed: Callable[[Session], T]) -> T:
    """Return the deed's result once it is committed; what it refuses is raised here and leaves the batch alone."""
    writer: Writer | None = current_app.extensions.get("page_writer")
    if writer is None:
        writer = current_app.extensions["page_writer"] = Writer(database())

    def careful(session: Session) -> T | AppError:
        try:
            return deed(session)
        except AppError as error:       # raised before anything was written
            return error

    result = writer.write(careful)
    if isinstance(result, AppError):
        raise result
    return result


def _speak(language: str) -> str:
    """Set the language of the page's own words; content in a language we do not speak gets English ones."""
    g.content_language = language
    g.language = language if language in INTERFACE_LANGUAGES else "en"
    return language


def _wanted_language(languages: tuple[str, ...]) -> str:
    asked = request.args.get("lang") or request.form.get("language") or ""
    return asked if asked in languages else request.accept_languages.best_match(languages, languages[0])


# ---- the first page -------------------------------------------------------------------------------------------------
@blueprint.get("/q/<link_token>")
def start(link_token: str) -> str:
    """Show what the questionnaire is about and ask for consent; the token of a response is issued with the page."""
    door = find_door(read_session(), link_token)
    language = _speak(_wanted_language(door.instrument.languages))
    door.check_public()
    door.check_open()
    token = issue_token(_secret(), door.link_token, door.questionnaire.content_hash)
    return splice(respondent_page.start_pieces(door, language), {"TOKEN": token})


@blueprint.post("/q/<link_token>")
def begin(link_token: str) -> GoOn | tuple[str, int]:
    """Store an open response once consent is given, and go to its first page."""
    token = request.form.get("token", "")
    agreement = _agreement()
    door = find_door_of(read_session(), _secret(), link_token, token)
    language = _speak(_wanted_language(door.instrument.languages))
    door.check_public()
    try:
        filling = _write(partial(
            start_response, secret=_secret(), link_token=link_token, token=token, language=language,
            agreement=agreement, device=device_of(request.headers.get("User-Agent", ""))))
    except ConsentMissing as missing:
        return splice(respondent_page.start_pieces(door, language), _missing_consent(token, missing)), 422
    first = next_page(filling.way(), filling.relevance(utc_now()), None)
    return _go_on(_paths(token).page(first.key) if first else _paths(token).finish())


def _agreement() -> Agreement:
    """Return what was ticked on the first page."""
    return Agreement(*(request.form.get(name) == "yes" for name in ("consent", "links", "commitment")))


def _missing_consent(token: str, missing: ConsentMissing) -> dict[str, str]:
    """Return what the first page says to somebody who did not consent; the other ticks stay."""
    agreement = _agreement()
    return {"TOKEN": str(Markup.escape(token)), "NOTICE": respondent_page.consent_notice(missing),
            "LINKS": " checked" if agreement.links else "", "COMMITS": " checked" if agreement.commits else ""}


# ---- the pages ------------------------------------------------------------------------------------------------------
@blueprint.get("/r/<token>")
def resume(token: str) -> str | GoOn:
    """Go to the first page that is still open, to the end, or show the thanks."""
    filling = _read(token)
    if filling.origin.is_kiosk:
        return _go_on(_paths_of(filling, token).start)
    if filling.is_ended:
        return _last_page(filling, token)
    filling.door.check_open()
    page = open_page(filling, filling.relevance(utc_now()))
    if page is None:
        return _go_on(_paths(token).finish())
    return _go_on(_paths(token).page(page.key))


def _last_page(filling: Filling, token: str) -> str:
    paths = _paths_of(filling, token)
    if filling.state in ENDED_EARLY:
        return respondent_page.ended_early(filling, paths)
    return respondent_page.thanks(filling, withdrawal_code(_secret(), token), paths)


def _after_end(filling: Filling, token: str) -> GoOn | tuple[str, int]:
    """Lead to the last page. At a kiosk it is the answer to the post itself: no address shows it a second time."""
    if not filling.origin.is_kiosk:
        return _go_on(_paths(token).resume())
    return _last_page(_read(token), token), 200


def _read(token: str) -> Filling:
    filling = read_filling(read_session(), _secret(), token)
    _speak(filling.language)
    return filling


@blueprint.route("/r/<token>/<section>", methods=["GET", "POST"])
def page(token: str, section: str) -> str | GoOn | dict[str, Any] | tuple[str, int]:
    """Show a page with what was answered on it, or store it."""
    if request.method == "GET":
        filling = _read(token)
        paths = _paths_of(filling, token)
        if filling.is_ended or not _is_fresh(filling):
            return _go_on(paths.resume())
        filling.door.check_open()
        return respondent_page.filled_page(
            filling, get_page(filling.questionnaire, section), paths, secret=_secret(), now_ms=_now_ms(),
            notes=Notes(late=frozenset(request.args.getlist("late")), fast=_fast_page(filling)))
    if has_files(request):
        return _save_with_files(token, section)
    form = _posted_form()
    if ONLY in form:
        _write(partial(save_answers, secret=_secret(), token=token, section=section, form=form))
        return {"is_saved": True}
    return _save(token, section, form)


def _fast_page(filling: Filling) -> str:
    """Return the address of the page that was answered too fast to be read, if this page is to say so."""
    section = request.args.get("fast", "")
    is_known = filling.questionnaire.find_page(section) is not None
    return _paths(str((request.view_args or {})["token"])).page(section) if is_known else ""


def _save_with_files(token: str, section: str) -> GoOn | tuple[str, int]:
    """Store a page that brings files; whoever sends one must have a response here before it is read."""
    filling = _read(token)
    page = get_page(filling.questionnaire, section)
    with place_to_read(), closing(read_multipart(request, limits_of(page))) as posted:
        g.posted_form = posted.form
        if posted.is_cut_off:
            return _cut_off(token, page, posted)
        return _save(token, section, posted.form, received_files(page, posted))


def _cut_off(token: str, page: Page, posted: PostedFiles) -> tuple[str, int]:
    """Keep the answers that came before so large a file that the rest of the page was not read."""
    form = {**posted.form, ONLY: [",".join(posted.form)]}
    _write(partial(save_answers, secret=_secret(), token=token, section=page.key, form=form))
    filling = _read(token)
    problems = {item.key: too_large(item).problem or NO_PROBLEM for item in page.items if item.key in posted.files}
    return _shown_again(token, filling, page, problems, posted.form), TOO_LARGE


def _save(token: str, section: str, form: dict[str, list[str]], files: Files = NO_FILES) -> GoOn | tuple[str, int]:
    if SWITCH in form:
        form[LANGUAGE], form[DEED] = form[SWITCH], [STAY]
    try:
        outcome = _write(partial(save_page, secret=_secret(), token=token, section=section, form=form, files=files))
    except AlreadySubmitted:
        # The page was sent twice, or from a second window: the answers are safe, the thanks are shown again.
        return _go_on(_paths(token).resume())
    if outcome.problems:
        _speak(outcome.filling.language)
        is_too_large = any(file.is_too_large for file in files.values())
        text = _shown_again(token, outcome.filling, outcome.page, outcome.problems, form)
        return text, TOO_LARGE if is_too_large else UNUSABLE
    if outcome.is_ended:
        return _after_end(outcome.filling, token)
    return _go_on(_next_path(outcome, section, read_controls(form).deed, _paths_of(outcome.filling, token)))


def _shown_again(token: str, filling: Filling, page: Page, problems: Mapping[str, Problem],
                 form: Mapping[str, list[str]]) -> str:
    return respondent_page.filled_page(filling, page, _paths_of(filling, token), secret=_secret(), now_ms=_now_ms(),
                                       notes=Notes(problems, form))


def _next_path(outcome: PageOutcome, section: str, deed: str, paths: Paths) -> str:
    fast = section if outcome.is_too_fast else ""
    if outcome.late_items or deed == STAY:
        return paths.page(section, outcome.late_items, fast)
    follows = next_page(outcome.filling.way(), outcome.relevance, section, -1 if deed == BACK else 1)
    if follows and deed != END:
        return paths.page(follows.key, fast=fast)
    return paths.page(section, fast=fast) if fast else paths.finish()


def _now_ms() -> int:
    return int(time.time() * 1000)


def _posted_form() -> dict[str, list[str]]:
    """Return the posted fields; only the encoding that forms and our script use is read."""
    try:
        form = read_form(request.get_data(cache=False))
    except ValueError:
        raise BadInput(marked("This page could not be read."), marked("Please open your link again.")) from None
    g.posted_form = form
    return form


def _paths(token: str) -> Paths:
    return Paths(request.script_root, request.host, request.scheme, token)


def _paths_of(filling: Filling, token: str) -> Paths:
    """Return the addresses of the response; at a kiosk they hold for minutes only, and nothing leads back."""
    paths = _paths(token)
    if not filling.origin.is_kiosk:
        return paths
    return replace(paths, start=kiosk_start(filling.door.link_token, filling.origin.batch),
                   ticket=sealed_time(_secret(), filling.key, AT_KIOSK, _now_ms()))


def kiosk_start(link_token: str, batch: str | None) -> str:
    """Return the address of a kiosk's first page."""
    return f"{request.script_root}/k/{link_token}{'/' if batch else ''}{batch or ''}"


def _is_fresh(filling: Filling) -> bool:
    """Tell whether a page may be shown: at a kiosk not by an address of some minutes ago, as in the history."""
    if not filling.origin.is_kiosk:
        return True
    age = elapsed_ms(_secret(), filling.key, AT_KIOSK, request.args.get(TICKET, ""), _now_ms())
    return age is not None and age <= KIOSK_SECONDS * 1000


def _go_on(path: str) -> GoOn:
    """Return the answer to a post: see the next page, which a reload or the back button may fetch again."""
    return "", SEE_OTHER, {"Location": path}


# ---- the end --------------------------------------------------------------------------------------------------------
@blueprint.route("/e/<token>", methods=["GET", "POST"])
def finish(token: str) -> str | GoOn | tuple[str, int]:
    """Show what was left out, once, and hand in."""
    if request.method == "POST":
        try:
            return _after_end(_write(partial(submit_response, secret=_secret(), token=token)), token)
        except AlreadySubmitted:        # a second click on the button
            return _go_on(_paths(token).resume())
    filling = _read(token)
    paths = _paths_of(filling, token)
    if filling.is_ended or not _is_fresh(filling):
        return _go_on(paths.resume())
    filling.door.check_open()
    return respondent_page.finish(filling, paths)


@blueprint.route("/withdraw", methods=["GET", "POST"])
def withdraw() -> str | tuple[str, int]:
    """Take a withdrawal code and mark the answers for deletion."""
    language = _speak(_wanted_language(INTERFACE_LANGUAGES))
    code = request.form.get("code", "")
    if request.method == "GET":
        return render("response/withdraw.html", language=language)
    try:
        _write(partial(request_withdrawal, secret=_secret(), code=code))
    except Refused as error:
        fault = respondent_page.translated(error)
        return render("response/withdraw.html", language=language, code=code, fault=fault), 409
    except NotFound as error:
        fault = respondent_page.translated(error)
        return render("response/withdraw.html", language=language, code=code, fault=fault), 422
    return render("response/withdraw.html", language=language, is_done=True)
