"""The rehearsal of a study: asked for, followed, its specimens fetched."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session, transaction
from surveyapp.services.rehearsal import (
    MOST_WALKS,
    USUAL_WALKS,
    find_rehearsal,
    get_specimen,
    list_rehearsals,
    request_rehearsal,
)
from surveyapp.services.study import get_study, instrument_of, list_instruments, template_of
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("rehearsal", __name__)


@blueprint.get("/studies/<int:study_id>/rehearsal")
@requires("can_run_studies")
def show(study_id: int) -> str:
    """Show how to rehearse, how far a rehearsal is, and what the last one found."""
    session = read_session()
    found = find_rehearsal(session, g.study)
    return render_template(
        "rehearsal/show.html", study=g.study, jobs=list_rehearsals(session, g.study, 1), most=MOST_WALKS,
        usual=USUAL_WALKS, languages=template_of(session, g.study).languages, found=found[0] if found else None,
        specimens=found[1] if found else [],
        instruments={row.audience: instrument_of(row) for row in list_instruments(session, g.study)})


@blueprint.post("/studies/<int:study_id>/rehearsal")
@requires("can_run_studies")
def begin(study_id: int) -> Response:
    """Ask for a rehearsal."""
    text = request.form.get("n", "").strip()
    n = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_WALKS)) else -1
    with transaction() as session:
        request_rehearsal(session, get_study(session, study_id), n, request.form.getlist("language"), current_account())
    flash(_("The rehearsal begins. Load this page again to see how far it is."))
    return redirect(url_for("rehearsal.show", study_id=study_id))


@blueprint.get("/studies/<int:study_id>/rehearsal/specimens/<int:file_id>")
@requires("can_run_studies")
def fetch(study_id: int, file_id: int) -> Response:
    """Hand out a specimen of the report."""
    file = get_specimen(read_session(), g.study, file_id)
    return send_file(BytesIO(file.content), "application/pdf", as_attachment=True, download_name=file.name)
