"""Candidate problems and causes: nominated from comments, never measured."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import Refused
from surveyapp.forms.coding import column_number
from surveyapp.forms.comment import read_texts
from surveyapp.services.candidate import (
    KINDS,
    CandidateText,
    add_lines,
    change_candidate,
    get_candidate,
    languages_of,
    list_candidates,
    nominate_candidate,
    remove_line,
    withdraw_candidate,
)
from surveyapp.services.comment_source import get_source
from surveyapp.services.study import get_study
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("candidate", __name__)
LIST = "/studies/<int:study_id>/candidates"


@blueprint.route(LIST, methods=["GET", "POST"])
@requires("can_run_studies")
def index(study_id: int) -> str | Response | tuple[str, int]:
    """List the candidates with the comments that speak for them, or nominate one."""
    if request.method == "GET":
        return _page()
    text = _text()
    try:
        with transaction() as session:
            nominate_candidate(session, get_study(session, study_id), text, current_account())
    except Refused as fault:
        return _page(fault=fault, typed=text), 422
    flash(_("The candidate was nominated. Tick the comments that speak for it."))
    return redirect(url_for("candidate.index", study_id=study_id))


def _page(**shown: object) -> str:
    return render_template("candidate/index.html", study=g.study, kinds=KINDS, languages=languages_of(g.study),
                           candidates=list_candidates(read_session(), g.study, current_account()), **shown)


def _text() -> CandidateText:
    languages = languages_of(g.study)
    return CandidateText(request.form.get("kind", ""), read_texts(request.form, "name", languages),
                         read_texts(request.form, "definition", languages))


@blueprint.post(f"{LIST}/<int:candidate_id>")
@requires("can_run_studies")
def change(study_id: int, candidate_id: int) -> Response:
    """Change a candidate, take a comment out of it, or withdraw it."""
    deed, account = request.form.get("deed"), current_account()
    with transaction() as session:
        study = get_study(session, study_id)
        row = get_candidate(session, study, candidate_id)
        if deed == "withdraw":
            withdraw_candidate(session, study, row, account)
        elif deed == "remove":
            remove_line(session, study, row, request.form.get("turn", 0, type=column_number), account)
        else:
            change_candidate(session, study, row, _text(), request.form.get("version", 0, type=column_number), account)
    return redirect(url_for("candidate.index", study_id=study_id,
                            _anchor=None if deed == "withdraw" else f"candidate-{candidate_id}"))


@blueprint.post("/studies/<int:study_id>/comments/<int:source_id>/candidate")
@requires("can_run_studies")
def add(study_id: int, source_id: int) -> Response:
    """Have the ticked comments speak for a candidate."""
    number = request.form.get("candidate", 0, type=column_number)
    with transaction() as session:
        study = get_study(session, study_id)
        n = add_lines(session, study, get_candidate(session, study, number), get_source(session, study, source_id),
                      request.form.getlist("line", type=column_number), current_account())
    flash(ngettext("%(num)s more comment speaks for the candidate.", "%(num)s more comments speak for the candidate.",
                   n))
    return redirect(url_for("candidate.index", study_id=study_id, _anchor=f"candidate-{number}"))
