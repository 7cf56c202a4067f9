"""Errors of the API as RFC 9457 says: JSON with a type that programs read, place and remedy for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from flask import Response, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from instruments.errors import InstrumentError
from surveyapp.errors import (
    AlreadySubmitted,
    AppError,
    BadInput,
    Busy,
    NotAllowed,
    NotFound,
    Refused,
    RowError,
    Stale,
    WaveClosed,
)

MEDIA_TYPE = "application/problem+json"
PREFIX = "urn:surveyapp:problem:"
MOST_PLACES = 200           # rows of a file that are named; the rest is counted
# The first class that fits decides.
KINDS: Mapping[type[AppError], tuple[str, int]] = {
    NotFound: ("not-found", 404), NotAllowed: ("not-allowed", 403), WaveClosed: ("wave-closed", 409),
    AlreadySubmitted: ("refused", 409), Stale: ("stale", 409), BadInput: ("bad-input", 422), Refused: ("refused", 409),
    Busy: ("busy", 503),
}
# What is refused before a view is reached, and what a program should do about it.
HTTP_KINDS: Mapping[int, str] = {
    400: "bad-request", 404: "not-found", 405: "no-such-method", 413: "too-large", 415: "wrong-media-type",
    429: "too-many-requests", 500: "internal",
}
UNAUTHORIZED, INSUFFICIENT_SCOPE = "unauthorized", "insufficient-scope"
TYPES = tuple(sorted({UNAUTHORIZED, INSUFFICIENT_SCOPE, *HTTP_KINDS.values(), *(kind for kind, _ in KINDS.values())}))
RETRY_S = {429: "60", 503: "5"}


def problem(kind: str, status: int, title: str, *, remedy: str = "", places: Sequence[RowError] = (),
            headers: Mapping[str, str] | None = None) -> Response:
    """Return an error as a reply."""
    document: dict[str, Any] = {"type": PREFIX + kind, "title": title, "status": status, "instance": request.path}
    if remedy:
        document["remedy"] = remedy
    if places:
        document["n_places"] = len(places)
        document["places"] = [{"row": place.row, "column": place.column, "found": place.found,
                               "reason": _(place.reason), "remedy": _(place.remedy) if place.remedy else ""}
                              for place in places[:MOST_PLACES]]
    found = {"Retry-After": RETRY_S[status]} if status in RETRY_S else {}
    return Response(orjson.dumps(document), status, {**found, **(headers or {})}, content_type=MEDIA_TYPE)


def problem_of(error: AppError) -> Response:
    """Return the problem of an error of ours, in the language that was asked for."""
    kind, status = next((found for known, found in KINDS.items() if isinstance(error, known)), ("internal", 500))
    values = {key: str(value) for key, value in error.values.items()}
    return problem(kind, status, _(error.reason).format(**values),
                   remedy=_(error.remedy).format(**values) if error.remedy else "",
                   places=getattr(error, "rows", ()))


def problem_of_instrument(error: InstrumentError) -> Response:
    """Return the problem of a questionnaire that cannot be written or read."""
    return problem("refused", 409, str(error))


def problem_of_http(error: HTTPException) -> Response:
    """Return the problem of a request that reached no view."""
    status = error.code or 500
    title, remedy = {
        404: (_("There is no such address."), _("See /api/v1/openapi.json for those there are.")),
        405: (_("This address does not take this method."), _("See /api/v1/openapi.json for those it takes.")),
        413: (_("What was sent is too large."), _("Split it into several files.")),
        429: (_("Too many requests."), _("Wait a minute, then go on more slowly.")),
    }.get(status, (error.name, ""))
    allow = {"Allow": ", ".join(sorted(error.valid_methods or ()))} if hasattr(error, "valid_methods") else {}
    return problem(HTTP_KINDS.get(status, "bad-request"), status, title, remedy=remedy, headers=allow)
