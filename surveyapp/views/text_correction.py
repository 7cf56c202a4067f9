"""Correcting a text that is coded, and reading what it said before."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput, Refused
from surveyapp.forms.coding import column_number
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.interview import current_version, get_interview, list_turns
from surveyapp.services.study import get_study
from surveyapp.services.text_correction import (
    Corrected,
    correct_turn,
    get_version,
    list_versions,
    purge_texts,
    replace_words,
)
from surveyapp.views.access import current_account, requires
from surveyapp.views.coding import PLACE

blueprint = Blueprint("text", __name__)


@blueprint.route(f"{PLACE}/text", methods=["GET", "POST"])
@requires("can_run_studies")
def index(study_id: int, interview_id: int) -> str | Response | tuple[str, int]:
    """Correct a turn, replace words everywhere, list the texts there were, and delete those for good."""
    number = request.args.get("turn", 0, type=column_number)
    if request.method == "GET":
        return _show(interview_id, number)
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            _tell(_carry_out(session, study, get_interview(session, study, interview_id), number))
    except Refused as fault:
        return _show(interview_id, number, fault=fault), 422 if isinstance(fault, BadInput) else 409
    return redirect(url_for("text.index", study_id=study_id, interview_id=interview_id))


def _carry_out(session: Session, study: Study, interview: Interview, number: int) -> Corrected | int:
    """Return what a correction did, or how many texts were deleted for good."""
    form, account = request.form, current_account()
    sha, deed = form.get("version", ""), form.get("deed")
    if deed == "purge":
        return purge_texts(session, study, interview, account)
    if deed == "turn":
        return correct_turn(session, study, interview, account, number, form.get("text", ""), sha)
    done = replace_words(session, study, interview, account, form.get("words", ""), form.get("replacement", ""), sha)
    if form.get("purge"):
        purge_texts(session, study, interview, account)
    return done


def _tell(done: Corrected | int) -> None:
    if isinstance(done, int):
        flash(_("Earlier texts deleted for good: %(n)s.", n=done))
        return
    flash(_("The text was corrected in %(n)s places; %(moved)s codings and memos moved with their words.",
            n=done.n_places, moved=done.n_moved))
    if done.n_to_review:
        flash(_("To be reviewed, because their own words changed: %(n)s.", n=done.n_to_review))


def _show(interview_id: int, number: int, fault: Refused | None = None) -> str:
    session = read_session()
    interview = get_interview(session, g.study, interview_id)
    version = current_version(session, interview)
    turn = next((row for row in list_turns(session, version) if row.number == number), None) if version else None
    return render_template(
        "text/index.html", study=g.study, interview=interview, version=version, turn=turn, fault=fault,
        words=version.text[turn.start:turn.end] if version and turn else "", typed=request.form,
        versions=list_versions(session, interview))


@blueprint.get(f"{PLACE}/text/<int:number>")
@requires("can_run_studies")
def show(study_id: int, interview_id: int, number: int) -> str:
    """Show an earlier text as it was."""
    session = read_session()
    interview = get_interview(session, g.study, interview_id)
    version = get_version(session, interview, number)
    return render_template("text/show.html", study=g.study, interview=interview, version=version,
                           newest=current_version(session, interview), turns=list_turns(session, version))
