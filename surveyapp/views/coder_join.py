"""Coders of imported files, joined to the people who coded."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveyapp.db.session import transaction
from surveyapp.forms.coding import column_number
from surveyapp.services.coder_join import join_coder, take_back_join
from surveyapp.services.study import get_study
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("coder_join", __name__)
PLACE = "/studies/<int:study_id>/interviews/exchange/coders"
ANCHOR = "coders"


@blueprint.post(PLACE)
@requires("can_run_studies")
def join(study_id: int) -> Response:
    """Make the work of a coder of a file that of an account."""
    with transaction() as session:
        join_coder(session, get_study(session, study_id), request.form.get("coder", 0, type=column_number),
                   request.form.get("person", 0, type=column_number), current_account())
    flash(_("The work of the coder now belongs to the account."))
    return redirect(url_for("exchange.index", study_id=study_id, _anchor=ANCHOR))


@blueprint.post(f"{PLACE}/<int:number>/back")
@requires("can_run_studies")
def back(study_id: int, number: int) -> Response:
    """Give the work back to the coder of the file."""
    with transaction() as session:
        take_back_join(session, get_study(session, study_id), number, current_account())
    flash(_("The work belongs to the coder of the file again."))
    return redirect(url_for("exchange.index", study_id=study_id, _anchor=ANCHOR))
