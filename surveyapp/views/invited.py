"""Personal links `/i/<token>` and codes from slips `/c`: pages for respondents, with the rules of `views.response`.

Looking at a link changes nothing, so that a mail scanner, a preview or a forwarded link uses nothing up. A used link
shows nobody's answers: whoever has begun goes on with the secret of the response, which is the respondent's alone.
"""

from __future__ import annotations

from functools import partial

from flask import current_app, request
from markupsafe import Markup

from surveyapp.db.base import utc_now
from surveyapp.db.session import read_session
from surveyapp.errors import Busy, marked
from surveyapp.models.wave import QuestionnaireLink
from surveyapp.services.invitation_token import is_code, plain_token
from surveyapp.services.invited import (
    Entrance,
    LinkUnusable,
    drop_response,
    find_entrance,
    make_response,
    refuse_mail,
    spend_link,
)
from surveyapp.services.response import Agreement, ConsentMissing, Filling
from surveyapp.services.response_path import next_page
from surveyapp.services.response_token import issue_token
from surveyapp.views import respondent_page
from surveyapp.views.access import LARGEST_NUMBER
from surveyapp.views.device import device_of
from surveyapp.views.guesses import Guesses
from surveyapp.views.questionnaire_html import render, splice
from surveyapp.views.response import (
    INTERFACE_LANGUAGES,
    GoOn,
    _agreement,
    _go_on,
    _missing_consent,
    _paths,
    _secret,
    _speak,
    _wanted_language,
    _write,
    blueprint,
)

ANY_PLACE = 0       # `/c` without a number, and codes behind `/i/`


def _guesses() -> Guesses:
    guesses: Guesses = current_app.extensions.setdefault("code_guesses", Guesses())
    return guesses


@blueprint.get("/i/<token>")
def invited(token: str) -> str | tuple[str, int]:
    """Show the first page of the questionnaire behind a personal link; nothing is used up."""
    try:
        entrance = _look_up(token, ANY_PLACE)
    except LinkUnusable as error:
        return _unusable(error)
    language = _speak(_language_of(entrance))
    entrance.door.check_open()
    response_token = issue_token(_secret(), entrance.door.link_token, entrance.door.questionnaire.content_hash)
    return _first_page(entrance, token, language, {"TOKEN": response_token})


@blueprint.post("/i/<token>")
def begin_invited(token: str) -> GoOn | str | tuple[str, int]:
    """Use the link up and go to the first page; a second click of the same person goes there too."""
    response_token = request.form.get("token", "")
    agreement = _agreement()
    try:
        filling = _begin(token, response_token, agreement)
    except LinkUnusable as error:
        return _unusable(error)
    except ConsentMissing as missing:
        entrance = _look_up(token, ANY_PLACE)
        notice = _missing_consent(response_token, missing)
        return _first_page(entrance, token, _speak(_language_of(entrance)), notice), 422
    first = next_page(filling.way(), filling.relevance(utc_now()), None)
    return _go_on(_paths(response_token).page(first.key) if first else _paths(response_token).finish())


def _begin(token: str, response_token: str, agreement: Agreement) -> Filling:
    _check_guess(token, ANY_PLACE)
    filling = _write(partial(
        make_response, secret=_secret(), text=token, response_token=response_token, agreement=agreement,
        language=request.form.get("language", ""), device=device_of(request.headers.get("User-Agent", ""))))
    _speak(_wanted_language(filling.door.instrument.languages))
    if not _write(partial(spend_link, secret=_secret(), text=token, response_token=response_token)):
        _write(partial(drop_response, secret=_secret(), response_token=response_token))
        raise LinkUnusable
    return filling


def _look_up(text: str, place: int) -> Entrance:
    _check_guess(text, place)
    try:
        return find_entrance(read_session(), _secret(), text)
    except LinkUnusable:
        if is_code(plain_token(text)):
            _guesses().note_wrong(place)
        raise


def _check_guess(text: str, place: int) -> None:
    """Refuse to look at a code where too many wrong ones were typed; a link is too long to be guessed."""
    if is_code(plain_token(text)) and not _guesses().may_guess(place):
        raise Busy(marked("Too many wrong codes were typed here."), marked("Please wait a minute and try again."))


def _language_of(entrance: Entrance) -> str:
    languages = entrance.door.instrument.languages
    if (request.args.get("lang") or request.form.get("language")) in languages:
        return _wanted_language(languages)
    return entrance.language if entrance.language in languages else languages[0]


def _first_page(entrance: Entrance, token: str, language: str, pieces: dict[str, str]) -> str:
    """Return the questionnaire's first page; it is kept ready for all, only its own address is this link's."""
    page = splice(respondent_page.start_pieces(entrance.door, language), pieces)
    return page.replace(f"/q/{entrance.door.link_token}", f"/i/{Markup.escape(token)}")


def _unusable(error: LinkUnusable) -> tuple[str, int]:
    _speak(_wanted_language(INTERFACE_LANGUAGES))
    return render("response/used.html", **respondent_page.translated(error)), 404


# ---- codes from slips -----------------------------------------------------------------------------------------------
@blueprint.route("/c", methods=["GET", "POST"], defaults={"number": ANY_PLACE})
@blueprint.route("/c/<int:number>", methods=["GET", "POST"])
def enter_code(number: int) -> str | GoOn | tuple[str, int]:
    """Take the code of a slip and lead to its link; typing it uses nothing up."""
    language = _speak(_wanted_language(INTERFACE_LANGUAGES))
    if request.method == "GET":
        return render("response/code.html", language=language, path=request.path)
    code = plain_token(request.form.get("code", ""))
    is_known = number <= LARGEST_NUMBER and read_session().get(QuestionnaireLink, number) is not None
    place = number if is_known else ANY_PLACE
    try:
        _look_up(code, place)
    except LinkUnusable as error:
        fault = respondent_page.translated(error)
        return render("response/code.html", language=language, path=request.path, code=code, fault=fault), 422
    return _go_on(f"{request.script_root}/i/{code}?lang={language}")


# ---- no more mail ---------------------------------------------------------------------------------------------------
@blueprint.route("/o/<token>", methods=["GET", "POST"])
def opt_out(token: str) -> str:
    """Ask, and only a post confirms: a mail scanner that opens every link takes nobody off the list."""
    language = _speak(_wanted_language(INTERFACE_LANGUAGES))
    if request.method == "POST":
        _write(partial(refuse_mail, secret=_secret(), text=token))
    return render("response/opt_out.html", language=language, path=request.path, is_done=request.method == "POST")
