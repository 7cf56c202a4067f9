"""The API: the blueprint, who asks, and the table of operations from which routes and description are made.

A token in the line Authorization is the only authority here: no cookie and no session is looked at, so that a page in a
browser cannot be made to call it, and no CSRF token is needed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, cast

import orjson
from flask import Blueprint, Response, current_app, g, request
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from werkzeug.exceptions import HTTPException

from instruments.errors import InstrumentError
from surveyapp.config import Config
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import AppError, BadInput, NotFound
from surveyapp.models.account import Account
from surveyapp.models.api_token import READ, ApiToken
from surveyapp.services.account import check_permission
from surveyapp.services.api_token import find_token, is_allowed, is_noted, note_use
from surveyapp.views.access import View, asked_language, member_study
from surveyapp.views.api_problem import (
    INSUFFICIENT_SCOPE,
    UNAUTHORIZED,
    problem,
    problem_of,
    problem_of_http,
    problem_of_instrument,
)
from surveyapp.views.throttle import limiter

PREFIX = "/api/v1"
JSON, CSV, LINES, PDF = "application/json", "text/csv", "application/x-ndjson", "application/pdf"
PER_TOKEN, PER_ADDRESS, PER_TOKEN_HEAVY = "120/minute", "600/minute", "20/minute"
UNSUPPORTED = 415

blueprint = Blueprint("api", __name__, url_prefix=PREFIX)


@dataclass(frozen=True)
class Query:
    """One thing that may stand behind the question mark; `known` names every value it may have, empty = any text."""

    name: str
    text: str
    known: tuple[str, ...] = ()
    is_repeated: bool = False


@dataclass(frozen=True)
class Operation:
    """One method at one address, as it is routed, checked and described."""

    name: str
    method: str
    path: str
    text: str
    permission: str | None              # None: open to everybody, without a token
    scope: str
    status: int
    replies: Mapping[str, str]          # media type → name of a schema; "" = bytes or lines described in words
    query: tuple[Query, ...] = ()
    body: Mapping[str, str] = field(default_factory=dict)


OPERATIONS: list[Operation] = []


def operation(method: str, path: str, *, permission: str | None, reply: str | Mapping[str, str], scope: str = READ,
              **more: Any) -> Callable[[View], View]:
    """Make a view an operation of the API: routed, checked and described from the same words."""

    def decorate(view: View) -> View:
        replies = {JSON: reply} if isinstance(reply, str) else reply
        found = Operation(view.__name__, method, path, (view.__doc__ or "").strip(), permission, scope,
                          more.get("status", 200), replies, more.get("query", ()), more.get("body", {}))
        OPERATIONS.append(found)
        checked: Callable[..., Any] = _checked(found, view)
        if more.get("is_heavy"):
            checked = limiter.limit(PER_TOKEN_HEAVY, key_func=token_key)(checked)
        # A view with this mark is known to the test that asks every route as every role.
        checked.permission = permission  # type: ignore[attr-defined]  # a function takes attributes
        blueprint.add_url_rule(path, view.__name__, checked, methods=[method], provide_automatic_options=False)
        return view

    return decorate


def _checked(found: Operation, view: View) -> View:
    @wraps(view)
    def checked(**places: Any) -> Any:
        if found.permission is not None:
            refusal = _admit(found, places)
            if refusal is not None:
                return refusal
        refusal = _check_shape(found)
        return view(**places) if refusal is None else refusal

    return cast("View", checked)


# ---- who asks -------------------------------------------------------------------------------------------------------
def _admit(found: Operation, places: Mapping[str, Any]) -> Response | None:
    """Let in whoever brings a token that holds and reaches far enough; role and study are asked as on a page."""
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    known = find_token(read_session(), config().secret_key, token.strip()) if kind.lower() == "bearer" else None
    if known is None:
        return problem(UNAUTHORIZED, 401, _("There is no token that holds."),
                       remedy=_("Send Authorization: Bearer with a token of your account page."),
                       headers={"WWW-Authenticate": 'Bearer realm="surveyapp"'})
    g.api_token, g.api_account = known
    check_permission(api_account(), found.permission or "")
    if not is_allowed(api_token(), found.scope):
        return problem(INSUFFICIENT_SCOPE, 403, _("The token may only read."), remedy=_("Make a token that may write."),
                       headers={"WWW-Authenticate": 'Bearer error="insufficient_scope", scope="write"'})
    if "study_id" in places:
        g.study = member_study(places["study_id"], api_account())
        if not reaches(g.study.id):
            raise NotFound("There is no such study.", "Ask an administrator to let you into it.")
    if not is_noted(api_token()):
        with transaction() as session:
            note_use(session, api_token().id)
    return None


def api_token() -> ApiToken:
    """Return the token of this request."""
    return cast("ApiToken", g.api_token)


def api_account() -> Account:
    """Return the account whose token this is."""
    return cast("Account", g.api_account)


def reaches(study_id: int) -> bool:
    """Tell whether the token was made for this study, or for all."""
    return api_token().study_id in (None, study_id)


def config() -> Config:
    """Return the settings."""
    return cast("Config", current_app.config["SURVEYAPP"])


def token_key() -> str:
    """Return what a token's requests are counted under; the token itself stays out of every store."""
    line = request.headers.get("Authorization", "")
    return hashlib.sha256(line.encode()).hexdigest() if line else get_remote_address()


# ---- what was sent --------------------------------------------------------------------------------------------------
def _check_shape(found: Operation) -> Response | None:
    """Refuse what the description does not name: a parameter, a value of one, a kind of body."""
    known = {query.name: query for query in found.query}
    for name, values in request.args.lists():
        if name not in known:
            raise BadInput("There is no parameter {name}.", "There are: {known}.", name=repr(name),
                           known=", ".join(known) or "-")
        query = known[name]
        if len(values) > 1 and not query.is_repeated:
            raise BadInput("The parameter {name} is given twice.", "Give it once.", name=repr(name))
        if query.known and values[0] not in query.known:
            raise BadInput("The parameter {name} is {value}.", "Choose one of: {known}.", name=repr(name),
                           value=repr(values[0]), known=", ".join(query.known))
    if found.body and request.mimetype not in found.body:
        return problem("wrong-media-type", UNSUPPORTED, _("The body is of a kind that is not taken here."),
                       remedy=_("Send Content-Type: {known}.").format(known=", ".join(found.body)))
    return None


def asked(name: str, otherwise: str = "") -> str:
    """Return a parameter of the address; its values were checked."""
    return request.args.get(name, otherwise)


def sent_object(**known: type) -> dict[str, Any]:
    """Return the JSON object of the body; only these members, of these kinds, are taken."""
    try:
        document = orjson.loads(request.get_data() or b"{}")
    except orjson.JSONDecodeError as error:
        raise BadInput("The body is no JSON: {words}", "Send one JSON object.", words=str(error)) from None
    if not isinstance(document, dict):
        raise BadInput("The body is no JSON object.", "Send one JSON object.")
    for name, value in document.items():
        if name not in known:
            raise BadInput("There is no member {name}.", "There are: {known}.", name=repr(name),
                           known=", ".join(known))
        if type(value) is not known[name]:
            raise BadInput("The member {name} is {value}.", "Its kind is {kind}.", name=repr(name),
                           value=repr(value)[:80], kind=known[name].__name__)
    return document


def reply(document: Any, status: int = 200, **headers: str) -> Response:
    """Return a document as JSON."""
    return Response(orjson.dumps(document), status, headers, content_type=JSON)


# ---- every request --------------------------------------------------------------------------------------------------
@blueprint.before_request
def _speak() -> None:
    g.language = asked_language()


@blueprint.after_request
def _name_language(page: Response) -> Response:
    page.headers["Content-Language"] = g.get("language") or asked_language()
    page.vary.add("Accept-Language")
    return page


@blueprint.errorhandler(AppError)
def _on_app_error(error: AppError) -> Response:
    return problem_of(error)


@blueprint.errorhandler(InstrumentError)
def _on_instrument_error(error: InstrumentError) -> Response:
    return problem_of_instrument(error)


@blueprint.errorhandler(HTTPException)
def _on_http_error(error: HTTPException) -> Response:
    return problem_of_http(error)


limiter.limit(PER_ADDRESS, key_func=get_remote_address)(blueprint)
limiter.limit(PER_TOKEN, key_func=token_key)(blueprint)
