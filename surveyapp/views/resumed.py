"""`/q/<link>/resume`: a respondent types the short code and goes on where it was left, on whatever device.

An unknown code, a mistyped one and one of answers handed in get the same reply. Wrong codes are counted for each link,
not for each sender: an office shares one address, and addresses are not kept.
"""

from __future__ import annotations

from flask import current_app, request

from surveyapp.db.session import read_session
from surveyapp.errors import Busy, marked
from surveyapp.services.response import find_door
from surveyapp.services.resume import CodeUnknown, find_token
from surveyapp.views import respondent_page
from surveyapp.views.guesses import Guesses
from surveyapp.views.questionnaire_html import render
from surveyapp.views.response import GoOn, _go_on, _paths, _secret, _speak, _wanted_language, blueprint


def _guesses() -> Guesses:
    guesses: Guesses = current_app.extensions.setdefault("resume_guesses", Guesses())
    return guesses


@blueprint.route("/q/<link_token>/resume", methods=["GET", "POST"])
def resume_by_code(link_token: str) -> str | GoOn | tuple[str, int]:
    """Ask for the short code, and lead to the page that is still open."""
    door = find_door(read_session(), link_token)
    language = _speak(_wanted_language(door.instrument.languages))
    door.check_open()
    values = {"door": door, "language": language, "path": request.script_root + request.path,
              "start": f"{request.script_root}/q/{door.link_token}"}
    if request.method == "GET":
        return render("response/resume.html", **values)
    if not _guesses().may_guess(door.link_id):
        raise Busy(marked("Too many wrong codes were typed here."), marked("Please wait a minute and try again."))
    code = request.form.get("code", "")
    try:
        token = find_token(read_session(), _secret(), link_token, code)
    except CodeUnknown as error:
        _guesses().note_wrong(door.link_id)
        return render("response/resume.html", code=code, fault=respondent_page.translated(error), **values), 422
    return _go_on(_paths(token).resume())
