"""A questionnaire on a device at the counter: `/k/<link>` with the outlet's code, and no way back to anybody's answers.

A response begun here says so itself, so that all its pages (views.response) behave as at a kiosk: addresses hold for
minutes, the last page is shown once, and whoever goes away, by the button or by a minute of silence, closes it.
"""

from __future__ import annotations

from functools import partial

from flask import request

from surveyapp.db.base import utc_now
from surveyapp.db.session import read_session
from surveyapp.services.kiosk import leave_response
from surveyapp.services.mode import at_kiosk
from surveyapp.services.response import ConsentMissing, find_door, find_door_of, start_response
from surveyapp.services.response_path import next_page
from surveyapp.services.response_token import issue_token
from surveyapp.views import respondent_page
from surveyapp.views.device import device_of
from surveyapp.views.questionnaire_html import splice
from surveyapp.views.response import (
    GoOn,
    _agreement,
    _go_on,
    _missing_consent,
    _paths_of,
    _secret,
    _speak,
    _wanted_language,
    _write,
    blueprint,
    kiosk_start,
)


@blueprint.get("/k/<link_token>")
@blueprint.get("/k/<link_token>/<batch>")
def start_at_kiosk(link_token: str, batch: str = "") -> str:
    """Show the first page; the next respondent finds it as the one before did."""
    at_kiosk(batch)
    door = find_door(read_session(), link_token)
    language = _speak(_wanted_language(door.instrument.languages))
    door.check_public()
    door.check_open()
    token = issue_token(_secret(), door.link_token, door.questionnaire.content_hash)
    return splice(respondent_page.start_pieces(door, language, is_kiosk=True),
                  {"TOKEN": token, "START": kiosk_start(link_token, batch)})


@blueprint.post("/k/<link_token>")
@blueprint.post("/k/<link_token>/<batch>")
def begin_at_kiosk(link_token: str, batch: str = "") -> GoOn | tuple[str, int]:
    """Store an open response of mode kiosk once consent is given, and go to its first page."""
    origin = at_kiosk(batch)
    token = request.form.get("token", "")
    door = find_door_of(read_session(), _secret(), link_token, token)
    language = _speak(_wanted_language(door.instrument.languages))
    door.check_public()
    try:
        filling = _write(partial(
            start_response, secret=_secret(), link_token=link_token, token=token, language=language,
            agreement=_agreement(), device=device_of(request.headers.get("User-Agent", "")), origin=origin))
    except ConsentMissing as missing:
        slots = {**_missing_consent(token, missing), "START": kiosk_start(link_token, batch)}
        return splice(respondent_page.start_pieces(door, language, is_kiosk=True), slots), 422
    first = next_page(filling.way(), filling.relevance(utc_now()), None)
    paths = _paths_of(filling, token)
    return _go_on(paths.page(first.key) if first and not filling.is_ended else paths.finish())


@blueprint.post("/l/<token>")
def leave(token: str) -> GoOn:
    """Close what is being filled in and go back to the kiosk's first page."""
    filling = _write(partial(leave_response, secret=_secret(), token=token))
    return _go_on(_paths_of(filling, token).resume())
