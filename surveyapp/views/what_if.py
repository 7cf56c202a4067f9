"""What if a cause stood elsewhere, and which grades hang on a threshold: read from the newest diagnosis."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from analysis.diagnosis.threshold_moves import MOVES
from analysis.diagnosis.thresholds import THRESHOLDS
from analysis.results.sensitivity import ThresholdMove
from reports.sections.appendix_thresholds import change_words, threshold_name
from reports.sections.source import Source
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput
from surveyapp.forms.what_if import read_move
from surveyapp.services.study import facts_of, get_study, template_of
from surveyapp.services.what_if import Implied, Move, list_trials, load_implied, read_trial, request_trial
from surveyapp.views.access import current_account, reader_language, requires
from surveyapp.views.shown_wave import newest_shown

blueprint = Blueprint("what_if", __name__)


@blueprint.get("/studies/<int:study_id>/what-if")
@requires("can_run_studies")
def show(study_id: int) -> str | tuple[str, int]:
    """Show the form, what a move implies, and what each threshold changes."""
    try:
        return _page(read_move(request.args))
    except BadInput as fault:
        return _page(None, fault), 422


@blueprint.post("/studies/<int:study_id>/what-if")
@requires("can_run_studies")
def try_threshold(study_id: int) -> Response | tuple[str, int]:
    """Ask which grades change when one threshold is set to a value."""
    try:
        moved = read_trial(request.form.get("threshold", ""), request.form.get("value", ""))
        with transaction() as session:
            request_trial(session, get_study(session, study_id), moved, current_account())
    except BadInput as fault:
        return _page(None, fault), 422
    flash(_("It is being judged again. Load this page again in a moment."))
    return redirect(url_for("what_if.show", study_id=study_id, _anchor="moved-thresholds"))


def _page(move: Move | None, fault: BadInput | None = None) -> str:
    session = read_session()
    implied = load_implied(session, g.study, move)
    told = None if implied is None else Source(implied.diagnosis, template_of(session, g.study), facts_of(g.study),
                                               reader_language())
    return render_template("diagnosis/what_if.html", study=g.study, shown=newest_shown(session, g.study),
                           implied=implied, told=told, fault=fault,
                           entered=request.args, change_words=change_words, threshold_name=threshold_name,
                           moves=_telling_first(implied), trials=list_trials(session, g.study),
                           thresholds=[(name, THRESHOLDS[name].low, THRESHOLDS[name].high) for name in MOVES])


def _telling_first(implied: Implied | None) -> list[ThresholdMove]:
    """Return the moves that change something, then those that change nothing, each in the order of the table."""
    tried = implied.diagnosis.sensitivity if implied else None
    return sorted(tried.moves, key=lambda move: not move.changes) if tried else []
