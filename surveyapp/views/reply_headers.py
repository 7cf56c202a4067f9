"""Headers that every page carries: what a browser may load and do, and that nothing is kept by anybody in between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
KEPT_BY_NOBODY = {"Cache-Control": "no-store"}
_OF_RESPONDENTS = [(name, value, name.lower()) for name, value in (HEADERS | KEPT_BY_NOBODY).items()]
_OF_PAGES = [("Content-Type", "text/html; charset=utf-8"), *(HEADERS | KEPT_BY_NOBODY).items()]
_STATUS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


def add_headers(reply: Response) -> Response:
    """Add the headers that the view did not set itself."""
    for name, value in HEADERS.items():
        reply.headers.setdefault(name, value)
    if not request.path.startswith("/static/"):
        reply.headers.setdefault("Cache-Control", KEPT_BY_NOBODY["Cache-Control"])
    return reply


class RespondentReply(Response):
    """What is no plain page, with the headers of every page, added once to the finished list."""

    def get_wsgi_response(self, environ: WSGIEnvironment) -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        body, status, headers = super().get_wsgi_response(environ)
        own = {name.lower() for name, _ in headers}
        return body, status, headers + [(name, value) for name, value, low in _OF_RESPONDENTS if low not in own]


class PageReply:
    """A page as text with its status: nothing is negotiated, so nothing is worked out for each one."""

    def __init__(self, text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self._body = text.encode()
        self._status = _STATUS[status]
        self._headers = headers or {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response(self._status, [*_OF_PAGES, ("Content-Length", str(len(self._body))), *self._headers.items()])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self._body]
