"""Waves: closing collection and opening it again."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveyapp.db.session import transaction
from surveyapp.services.study import close_wave, get_study, get_wave, reopen_wave
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("wave", __name__)


@blueprint.post("/studies/<int:study_id>/waves/<wave_key>")
@requires("can_run_studies")
def change(study_id: int, wave_key: str) -> Response:
    """Close a wave or open it again."""
    with transaction() as session:
        study = get_study(session, study_id)
        wave = get_wave(session, study, wave_key)
        if request.form.get("deed") == "close":
            close_wave(session, study, wave, current_account())
            flash(_("Collection is closed. Answers that arrive from now on are refused."))
        else:
            reopen_wave(session, study, wave, current_account())
            flash(_("Collection is open again."))
    return redirect(url_for("study.show", study_id=study_id))
