"""Reports released to management, and recalled."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveyapp.db.session import transaction
from surveyapp.forms.action import whole_number
from surveyapp.services.report_release import get_release, recall_release, release_report
from surveyapp.services.study import get_study
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("report_release", __name__)


@blueprint.post("/studies/<int:study_id>/releases")
@requires("can_run_studies")
def release(study_id: int) -> Response:
    """Release the reports of one diagnosis to management."""
    with transaction() as session:
        number = release_report(session, get_study(session, study_id), current_account(),
                                note=request.form.get("note", ""),
                                diagnosis_id=whole_number(request.form.get("diagnosis", ""))).number
    flash(_("Report %(number)s is released. Decisions can be recorded in the action register.", number=number))
    return redirect(url_for("report.index", study_id=study_id))


@blueprint.post("/studies/<int:study_id>/releases/<int:number>/recall")
@requires("can_run_studies")
def recall(study_id: int, number: int) -> Response:
    """Recall a released report, with the reason."""
    with transaction() as session:
        study = get_study(session, study_id)
        recall_release(session, study, get_release(session, study, number), request.form.get("reason", ""),
                       current_account())
    flash(_("Report %(number)s is recalled.", number=number))
    return redirect(url_for("report.index", study_id=study_id))
