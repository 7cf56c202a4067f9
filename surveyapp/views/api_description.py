"""The description of the API (OpenAPI 3.1), made from the table of operations that routes and checks come from."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import orjson
from flask import Response

from surveyapp.models.api_token import WRITE
from surveyapp.views.api import JSON, OPERATIONS, PREFIX, Operation, Query, operation
from surveyapp.views.api_problem import MEDIA_TYPE
from surveyapp.views.api_schema import NUMBER, SCHEMAS, TEXT, one_of

VERSION = "1.0.0"           # of the API: a change that breaks a program gets another number in the address
PLACE = re.compile(r"<(?:(int):)?(\w+)>")
BINARY = {"application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
PLACES = {
    "study_id": "number of the study", "wave_key": "key of the wave, such as w1",
    "audience": "file stem of the questionnaire, such as staff", "version": "number of the version, such as 1.0.0",
    "job_id": "id of the job", "report_id": "number of the report", "interview_key": "key of the interview",
    "number": "number of the round",
}


@operation("GET", "/openapi.json", permission=None, reply="Description")
def describe() -> Response:
    """Describe the API; the one address that needs no token, because it says nothing of any study."""
    return Response(_description(), content_type=JSON, headers={"Cache-Control": "max-age=3600"})


@cache
def _description() -> bytes:
    return orjson.dumps(description())


def description() -> dict[str, Any]:
    """Return the description of every operation in the table."""
    paths: dict[str, dict[str, Any]] = {}
    for found in OPERATIONS:
        path = PREFIX + PLACE.sub(r"{\2}", found.path)
        paths.setdefault(path, {})[found.method.lower()] = _operation(found)
    return {
        "openapi": "3.1.0",
        "info": {"title": "surveyapp", "version": VERSION, "description": (
            "Studies, waves, counts, questionnaires, answers, invitations, diagnosis, reports and interviews of the "
            "account whose token is sent. What a page does not show, the API does not show.")},
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": (
                "A token of the account page, or of `surveyapp account token add`.")}},
        },
    }


def _operation(found: Operation) -> dict[str, Any]:
    content = {kind: {"schema": _schema(kind, name)} for kind, name in found.replies.items()}
    document: dict[str, Any] = {
        "operationId": found.name, "summary": found.text,
        "parameters": [*_places(found.path), *(_query(query) for query in found.query)],
        "responses": {
            str(found.status): {"description": "Done.", "content": content},
            "default": {"description": "What is wrong and what to do (RFC 9457).",
                        "content": {MEDIA_TYPE: {"schema": _schema(JSON, "Problem")}}},
        },
        "security": [{"token": []}] if found.permission else [],
    }
    if found.permission:
        document["x-permission"] = found.permission
        document["x-scope"] = found.scope if found.scope == WRITE else "read"
    if found.body:
        document["requestBody"] = {"required": True, "content": {
            kind: {"schema": _schema(kind, name)} for kind, name in found.body.items()}}
    return document


def _schema(kind: str, name: str) -> dict[str, Any]:
    if name:
        return {"$ref": f"#/components/schemas/{name}"}
    return {"type": "string", "contentMediaType": kind} if kind in BINARY else dict(TEXT)


def _places(path: str) -> list[dict[str, Any]]:
    return [{"name": name, "in": "path", "required": True, "description": PLACES[name],
             "schema": NUMBER if kind == "int" else TEXT} for kind, name in PLACE.findall(path)]


def _query(query: Query) -> dict[str, Any]:
    schema = one_of(*query.known) if query.known else dict(TEXT)
    if query.is_repeated:
        schema = {"type": "array", "items": schema}
    return {"name": query.name, "in": "query", "required": False, "description": query.text, "schema": schema}
