"""The application of respondents' pages: no login, no cookie, no session, no limits, and no hooks that look for them.

It stands beside the application of staff, behind the same server; the first part of an address says whose it is. What
all pages share (headers, languages, errors in words) is taken from the same places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, Request, g, request
from flask.sessions import NullSession, SessionInterface, SessionMixin
from flask_babel import Babel
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from surveyapp.db.session import close_read_session
from surveyapp.errors import NotFound, marked, places_of
from surveyapp.views import (
    access,
    accessibility,  # noqa: F401 - adds the accessibility page to the respondents' blueprint
    invited,  # noqa: F401 - adds the pages of personal links to the respondents' blueprint
    kiosk,  # noqa: F401 - adds the pages of shared devices
    respondent_page,
    response,
    resumed,  # noqa: F401 - adds the page for short codes
)
from surveyapp.views.quick_paths import Known, QuickAdapter, known_rules
from surveyapp.views.reply_headers import PageReply, RespondentReply
from surveyapp.views.static_file import mark_static

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

NOT_FOUND = 404
CHECKS = (access.refuse_null_signs, response.check_origin)


class _NoSession(SessionInterface):
    """Gives every request the same session, which refuses to hold anything."""

    _none = NullSession()

    def open_session(self, app: Flask, request: Request) -> SessionMixin:
        return self._none


class RespondentApp(Flask):
    """Flask with what respondents' pages need; what it does for extensions is left out where there are none."""

    response_class = RespondentReply
    session_interface = _NoSession()

    def log_exception(self, exc_info: Any) -> None:
        """Log what went wrong and in which view; address and words, which hold secrets and answers, stay out."""
        self.logger.error("Exception in a respondent's page (%s)\n%s", request.endpoint, places_of(exc_info[1]))

    def first_parts(self) -> frozenset[str]:
        """Return the first parts of the addresses that belong to respondents."""
        return frozenset(rule.rule.split("/")[1] for rule in self.url_map.iter_rules() if rule.endpoint != "static")

    @cached_property
    def known_rules(self) -> Known:
        return known_rules(self.url_map)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        # It answers as an adapter does, and is one as soon as more is asked of it.
        return cast("MapAdapter", QuickAdapter(self.known_rules, self.url_map, request)) if request else None

    def full_dispatch_request(self) -> Any:
        try:
            reply = self.preprocess_request()
            if reply is None:
                reply = self.dispatch_request()
        except Exception as error:  # as in Flask: handlers for it are looked up, and it is raised again without one
            reply = self.handle_user_exception(error)
        return self.make_response(reply)

    def preprocess_request(self) -> Any:
        for check in CHECKS:
            check()

    def make_response(self, rv: Any) -> Any:
        if isinstance(rv, str):
            return PageReply(rv)
        if isinstance(rv, tuple) and isinstance(rv[0], str):
            return PageReply(*rv)
        return super().make_response(rv)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func             # no view of ours is a coroutine

    def do_teardown_request(self, exc: BaseException | None = None) -> None:
        close_read_session()

    def do_teardown_appcontext(self, exc: BaseException | None = None) -> None:
        pass


def create_respondent_app(settings: dict[str, Any], languages: dict[str, str]) -> RespondentApp:
    """Return the application of respondents' pages."""
    app = RespondentApp("surveyapp.app")
    app.config.update(settings)
    app.url_defaults(mark_static)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(LANGUAGES=languages)
    Babel(app, locale_selector=lambda: g.get("language") or access.asked_language())
    app.register_blueprint(response.blueprint)
    app.register_error_handler(HTTPException, _on_http_error)
    return app


def _on_http_error(error: HTTPException) -> tuple[str, int]:
    g.language = g.content_language = access.asked_language()
    reason = marked("There is no such page.") if error.code == NOT_FOUND else (error.name or "")
    return respondent_page.refusal(NotFound(reason), None), error.code or 500


class TwoApps:
    """Hands a request to the application its address belongs to."""

    def __init__(self, staff: WSGIApplication, respondents: WSGIApplication, first_parts: frozenset[str]) -> None:
        self._staff, self._respondents, self._first_parts = staff, respondents, first_parts

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        first = environ.get("PATH_INFO", "/")[1:].partition("/")[0]
        return (self._respondents if first in self._first_parts else self._staff)(environ, start_response)
