"""What if a cause stood elsewhere, and which grades hang on a threshold: read from the newest diagnosis."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request

from analysis.results.sensitivity import ThresholdMove
from reports.sections.appendix_thresholds import change_words, threshold_name
from reports.sections.source import Source
from surveyapp.db.session import read_session
from surveyapp.errors import BadInput
from surveyapp.forms.what_if import read_move
from surveyapp.services.study import facts_of, template_of
from surveyapp.services.what_if import Implied, load_implied
from surveyapp.views.access import reader_language, requires

blueprint = Blueprint("what_if", __name__)


@blueprint.get("/studies/<int:study_id>/what-if")
@requires("can_run_studies")
def show(study_id: int) -> str | tuple[str, int]:
    """Show the form, what a move implies, and what each threshold changes."""
    session, fault, move = read_session(), None, None
    try:
        move = read_move(request.args)
    except BadInput as found:
        fault = found
    implied = load_implied(session, g.study, move)
    told = None if implied is None else Source(implied.diagnosis, template_of(session, g.study), facts_of(g.study),
                                               reader_language())
    page = render_template("diagnosis/what_if.html", study=g.study, implied=implied, told=told, fault=fault,
                           entered=request.args, change_words=change_words, threshold_name=threshold_name,
                           moves=_telling_first(implied))
    return (page, 422) if fault else page


def _telling_first(implied: Implied | None) -> list[ThresholdMove]:
    """Return the moves that change something, then those that change nothing, each in the order of the table."""
    tried = implied.diagnosis.sensitivity if implied else None
    return sorted(tried.moves, key=lambda move: not move.changes) if tried else []
