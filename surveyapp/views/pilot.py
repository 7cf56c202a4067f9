"""The pilot of a study: opened, judged by experts and respondents, read item by item."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput
from surveyapp.services.diagnosis import list_jobs
from surveyapp.services.pilot import get_pilot, import_ratings, list_judgements, open_pilot, request_judgement
from surveyapp.services.progress import wave_progress
from surveyapp.services.study import get_study, instrument_of, list_instruments, list_waves
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("pilot", __name__)


@blueprint.get("/studies/<int:study_id>/pilot")
@requires("can_run_studies")
def show(study_id: int) -> str:
    """Show the pilots of the study, with the judgement of their items."""
    return _page()


def _page(fault: BadInput | None = None) -> str:
    session = read_session()
    pilots = [(wave, wave_progress(session, wave), list_judgements(session, wave))
              for wave in reversed(list_waves(session, g.study)) if wave.is_pilot]
    newest = {row.audience: instrument_of(row) for row in list_instruments(session, g.study)}
    waiting = [job for job in list_jobs(session, g.study) if job.kind == "pilot" and job.state != "done"]
    return render_template("pilot/show.html", study=g.study, pilots=pilots, instruments=newest, fault=fault,
                           waiting=waiting[:1], has_open=any(wave.is_open for wave, _progress, _found in pilots))


@blueprint.post("/studies/<int:study_id>/pilot")
@requires("can_run_studies")
def begin(study_id: int) -> Response:
    """Open a new pilot wave."""
    with transaction() as session:
        open_pilot(session, get_study(session, study_id), current_account())
    flash(_("The pilot is open. Its answers never enter the main wave."))
    return redirect(url_for("pilot.show", study_id=study_id))


@blueprint.post("/studies/<int:study_id>/pilot/<wave_key>/judge")
@requires("can_run_studies")
def judge(study_id: int, wave_key: str) -> Response:
    """Ask for the judgement of a pilot's items."""
    with transaction() as session:
        study = get_study(session, study_id)
        request_judgement(session, study, get_pilot(session, study, wave_key), current_account())
    flash(_("The items are being judged. Load this page again in a moment."))
    return redirect(url_for("pilot.show", study_id=study_id))


@blueprint.post("/studies/<int:study_id>/pilot/ratings")
@requires("can_run_studies")
def rate(study_id: int) -> Response | tuple[str, int]:
    """Take over a file of experts' ratings."""
    file = request.files.get("file")
    content, name = (file.read(), file.filename or "") if file else (b"", "")
    if not name:
        return _page(BadInput("No file was chosen.", "Choose a CSV or XLSX file.")), 422
    try:
        with transaction() as session:
            n = import_ratings(session, get_study(session, study_id), request.form.get("instrument", ""), content, name,
                               current_account())
    except BadInput as fault:
        return _page(fault), 422
    flash(ngettext("%(num)s rating was taken over.", "%(num)s ratings were taken over.", n))
    return redirect(url_for("pilot.show", study_id=study_id))
