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
from surveyapp.services.paper_entry import Sheet, count_sheets, enter_sheet, sheet_parts
from surveyapp.services.response import chosen_language, find_door
from surveyapp.services.study import get_study, get_wave
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("paper", __name__, url_prefix="/studies/<int:study_id>/waves/<wave_key>/paper/<audience>")
FIELD = "f:"


@blueprint.route("", methods=["GET", "POST"])
@requires("can_run_studies")
def enter(study_id: int, wave_key: str, audience: str) -> str | Response | tuple[str, int]:
    """Show an empty sheet of the batch, or store one."""
    if request.method == "GET":
        return _page(wave_key, audience)
    sheet = Sheet(request.form.get("batch", "").strip(), request.form.get("language", ""),
                  request.form.get("consent") == "yes",
                  {name.removeprefix(FIELD): text for name, text in request.form.items() if name.startswith(FIELD)})
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            wave = get_wave(session, study, wave_key)
            link = find_questionnaire_link(session, study, wave, audience)
            problems = enter_sheet(session, str(current_app.config["SECRET_KEY"]), study, wave, link, sheet,
                                   current_account())
    except AppError as fault:
        return _page(wave_key, audience, sheet, fault=fault), 422
    if problems:
        return _page(wave_key, audience, sheet, problems), 422
    flash(_("The sheet is stored."))
    return redirect(url_for("paper.enter", study_id=study_id, wave_key=wave_key, audience=audience, batch=sheet.batch,
                            language=sheet.language))


def _page(wave_key: str, audience: str, sheet: Sheet | None = None, problems: Mapping[str, Problem] | None = None,
          fault: AppError | None = None) -> str:
    session = read_session()
    wave = get_wave(session, g.study, wave_key)
    link = find_questionnaire_link(session, g.study, wave, audience)
    instrument = find_door(session, link.token).instrument
    batch = sheet.batch if sheet else request.args.get("batch", "").strip()
    asked = sheet.language if sheet else request.args.get("language", "")
    if batch and fault is None:
        checked_batch(batch)
    language = chosen_language(instrument, asked)
    return render_template(
        "paper/enter.html", study=g.study, wave=wave, instrument=instrument, audience=audience, batch=batch,
        paper_language=language, parts=sheet_parts(instrument, language), sheet=sheet, problems=problems or {},
        fault=fault, n_sheets=count_sheets(session, link, batch), FIELD=FIELD)
