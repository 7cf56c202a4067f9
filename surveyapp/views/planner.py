"""The planner of a study: how many to ask, and what can be found with so many answers."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput
from surveyapp.forms.planner import read_wish
from surveyapp.services.planner import USUAL_LINKS, find_plan, list_plans, planned_population, request_plan
from surveyapp.services.study import facts_of, get_study, instrument_of, list_instruments, template_of
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("planner", __name__)


@blueprint.get("/studies/<int:study_id>/planner")
@requires("can_run_studies")
def show(study_id: int) -> str:
    """Show what to enter, how far the planner is, and what it said last."""
    return _page()


def _page(fault: BadInput | None = None) -> str:
    session = read_session()
    return render_template(
        "planner/show.html", study=g.study, fault=fault, jobs=list_plans(session, g.study, 1),
        found=find_plan(session, g.study), entered=request.form, chosen=request.form.getlist("links"),
        links=USUAL_LINKS, population=planned_population(template_of(session, g.study), facts_of(g.study)),
        instruments={row.audience: instrument_of(row) for row in list_instruments(session, g.study)})


@blueprint.post("/studies/<int:study_id>/planner")
@requires("can_run_studies")
def begin(study_id: int) -> Response | tuple[str, int]:
    """Ask for a plan."""
    try:
        wish = read_wish(request.form, request.form.getlist("links"))
        with transaction() as session:
            request_plan(session, get_study(session, study_id), wish, current_account())
    except BadInput as fault:
        return _page(fault), 422
    flash(_("The plan is being computed. Load this page again in a moment."))
    return redirect(url_for("planner.show", study_id=study_id))
