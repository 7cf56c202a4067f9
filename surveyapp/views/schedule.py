"""The schedule of interviews: planned, held, cancelled, not come to, against the guide's quota."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput, Refused
from surveyapp.services.interview import MODES, audiences_of, guide_of, list_interviews
from surveyapp.services.schedule import (
    PLACES,
    Plan,
    get_planned,
    hold_interview,
    list_schedule,
    plan_interview,
    quota_of,
    remove_planned,
    set_state,
)
from surveyapp.services.study import get_study
from surveyapp.views.access import current_account, reader_language, requires

blueprint = Blueprint("schedule", __name__)
PLACE = "/studies/<int:study_id>/interviews/schedule"


@blueprint.route(PLACE, methods=["GET", "POST"])
@requires("can_run_studies")
def index(study_id: int) -> str | Response | tuple[str, int]:
    """Show the schedule, or plan an interview."""
    if request.method == "GET":
        return _page()
    try:
        with transaction() as session:
            plan_interview(session, get_study(session, study_id), _plan(), current_account())
    except Refused as fault:
        return _page(fault), 422
    flash(_("The interview is planned."))
    return redirect(url_for("schedule.index", study_id=study_id))


def _page(fault: Refused | None = None) -> str:
    session = read_session()
    guide, rows = guide_of(g.study), list_schedule(session, g.study)
    return render_template("interview/schedule.html", study=g.study, guide=guide, rows=rows, fault=fault,
                           quota=quota_of(guide, list_interviews(session, g.study), rows), places=PLACES, modes=MODES,
                           audiences=audiences_of(guide), typed=request.form)


def _plan() -> Plan:
    form = request.form
    try:
        day = date.fromisoformat(form["planned_on"]) if form.get("planned_on") else None
    except ValueError:
        raise BadInput("{text} is no date.", "Write it as 2026-03-05.", text=repr(form["planned_on"])) from None
    return Plan(form.get("role", ""), form.get("audience", ""), day, form.get("at_time", "")[:5],
                form.get("place", ""), form.get("mode", ""), form.get("interviewer", "").strip()[:120])


@blueprint.post(f"{PLACE}/<int:number>")
@requires("can_run_studies")
def change(study_id: int, number: int) -> Response:
    """Hold a planned interview, say what became of it, or take the plan back."""
    deed = request.form.get("deed", "")
    held = None
    with transaction() as session:
        study = get_study(session, study_id)
        row = get_planned(session, study, number)
        if deed == "hold":
            held = hold_interview(session, study, row, reader_language(), current_account()).id
        elif deed == "remove":
            remove_planned(session, study, row, current_account())
        else:
            set_state(session, study, row, deed, current_account())
    if held is not None:
        return redirect(url_for("note.show", study_id=study_id, interview_id=held))
    return redirect(url_for("schedule.index", study_id=study_id))
