"""Entering sheets of paper, one after the other."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import AppError
from surveyapp.services.answer import Problem
from surveyapp.services.invitation import find_questionnaire_link
from surveyapp.services.mode import checked_batch
from surveyapp.services.paper_entry import count_sheets, enter_sheet, sheet_token
from surveyapp.services.paper_pile import free_number
from surveyapp.services.paper_sheet import Sheet, sheet_parts
from surveyapp.services.response import chosen_language, find_door_of
from surveyapp.services.study import get_study, get_wave
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("paper", __name__, url_prefix="/studies/<int:study_id>/waves/<wave_key>/paper/<audience>")
FIELD = "f:"


@blueprint.route("", methods=["GET", "POST"])
@requires("can_run_studies")
def enter(study_id: int, wave_key: str, audience: str) -> str | Response | tuple[str, int]:
    """Show an empty sheet of the batch with its number, or store one."""
    if request.method == "GET":
        return _page(wave_key, audience)
    sheet = posted_sheet()
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            wave = get_wave(session, study, wave_key)
            link = find_questionnaire_link(session, study, wave, audience)
            entered = enter_sheet(session, _secret(), study, wave, link, sheet, current_account())
    except AppError as fault:
        return _page(wave_key, audience, sheet, fault=fault), 422
    if entered.problems:
        return _page(wave_key, audience, sheet, entered.problems), 422
    flash(_("Sheet %(n)s is stored.", n=entered.number) if entered.number == sheet.number else
          _("The sheet is stored. Its number is now %(n)s: write this one on it.", n=entered.number))
    return redirect(url_for("paper.enter", study_id=study_id, wave_key=wave_key, audience=audience, batch=sheet.batch,
                            language=sheet.language))


def posted_sheet() -> Sheet:
    """Return what was typed of a sheet."""
    number = request.form.get("number", "")
    return Sheet(request.form.get("batch", "").strip(), request.form.get("language", ""),
                 request.form.get("consent") == "yes", posted_fields(),
                 int(number) if number.isdecimal() and len(number) < 10 else 0,  # noqa: PLR2004 - fits the column
                 request.form.get("token", ""))


def posted_fields() -> dict[str, str]:
    """Return what was typed, by field."""
    return {name.removeprefix(FIELD): text for name, text in request.form.items() if name.startswith(FIELD)}


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


def _page(wave_key: str, audience: str, sheet: Sheet | None = None, problems: Mapping[str, Problem] | None = None,
          fault: AppError | None = None) -> str:
    session = read_session()
    wave = get_wave(session, g.study, wave_key)
    link = find_questionnaire_link(session, g.study, wave, audience)
    door = find_door_of(session, _secret(), link.token, sheet.token if sheet else "")
    instrument = door.instrument
    batch = sheet.batch if sheet else request.args.get("batch", "").strip()
    asked = sheet.language if sheet else request.args.get("language", "")
    if batch and fault is None:
        checked_batch(batch)
    language = chosen_language(instrument, asked)
    return render_template(
        "paper/enter.html", study=g.study, wave=wave, instrument=instrument, audience=audience, batch=batch,
        paper_language=language, parts=sheet_parts(instrument, language), sheet=sheet, problems=problems or {},
        fault=fault, n_sheets=count_sheets(session, link, batch), FIELD=FIELD,
        number=sheet.number if sheet and sheet.number else free_number(session, link, batch),
        sheet_token=(sheet.token if sheet else "") or sheet_token(_secret(), door))
