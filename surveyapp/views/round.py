"""Rounds: opened, closed, compared and decided; and how far coders agree."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput, Refused
from surveyapp.forms.coding import column_number
from surveyapp.forms.round import read_choice, read_draw, read_number
from surveyapp.models.coding import POLARITIES
from surveyapp.models.interview import ANSWERS, CONVERSATION
from surveyapp.models.study import Study
from surveyapp.services.adjudication import decide, undo_decision
from surveyapp.services.agreement import UNITS, Scope, request_agreement, scope_of
from surveyapp.services.agreement_page import load_agreement_page
from surveyapp.services.blinding import list_coders
from surveyapp.services.codebook import codebook_rules, load_codebook
from surveyapp.services.interview import get_interview
from surveyapp.services.round import (
    WHY_NOT,
    close_round,
    dissolve_coding_round,
    field_of,
    get_round,
    list_rounds,
    note_refinement,
    open_calibration,
    open_main_round,
)
from surveyapp.services.round_page import SHOWN, list_summaries, load_comparison_page, load_round_page
from surveyapp.services.study import get_study
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("round", __name__)
LIST = "/studies/<int:study_id>/rounds"
PLACE = f"{LIST}/<int:number>"
TEXT = "/studies/<int:study_id>/interviews/<int:interview_id>/comparison"
Page = str | Response | tuple[str, int]


@blueprint.get(LIST)
@requires("can_code")
def index(study_id: int) -> str:
    """List the rounds, and offer to open one."""
    return _index()


def _index(fault: Refused | None = None) -> str:
    session = read_session()
    return render_template(
        "round/index.html", study=g.study, rows=list_summaries(session, g.study, current_account()), fault=fault,
        coders=list_coders(session, g.study), quality=codebook_rules(g.study).quality, why_not=WHY_NOT,
        fields={kind: field_of(session, g.study, kind) for kind in (CONVERSATION, ANSWERS)})


@blueprint.post(LIST)
@requires("can_run_studies")
def begin(study_id: int) -> Page:
    """Open a calibration, or draw and open a main round; what does not fit is said on the page itself."""
    form, account = request.form, current_account()
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            if form.get("deed") == "calibration":
                row = open_calibration(session, study, form.getlist("interview", type=column_number),
                                       form.getlist("coder", type=column_number), account,
                                       n_lines=read_number(form, "n_lines"))
            else:
                row = open_main_round(session, study, read_draw(form), account)
            number = row.number
    except (BadInput, Refused) as fault:
        return _index(fault), 422
    flash(_("The round is open. Nobody sees another's codings until it is closed."))
    return redirect(url_for("round.show", study_id=study_id, number=number))


@blueprint.get(PLACE)
@requires("can_code")
def show(study_id: int, number: int) -> str:
    """Show a round: who has finished what, how it was drawn, and, once it is closed, where coders differ."""
    session = read_session()
    row = get_round(session, g.study, number)
    page = load_round_page(session, g.study, row, current_account())
    kinds = sorted({text.interview.kind for text in page.texts}) or [CONVERSATION]
    measured = [load_agreement_page(session, g.study, scope_of(kind, UNITS[0], row))
                for kind in kinds] if row.closed_at else []
    return render_template("round/show.html", study=g.study, row=row, page=page, why_not=WHY_NOT, measured=measured,
                           ids={entry.key: entry.id for entry in load_codebook(session, g.study).entries})


@blueprint.post(PLACE)
@requires("can_run_studies")
def change(study_id: int, number: int) -> Response:
    """Close or dissolve a round, or note how a definition was made clearer."""
    deed, account = request.form.get("deed"), current_account()
    with transaction() as session:
        study = get_study(session, study_id)
        row = get_round(session, study, number)
        if deed == "close":
            close_round(session, study, row, account)
            flash(_("The round is closed. The codings are visible now and stay as they are."))
        elif deed == "dissolve":
            dissolve_coding_round(session, study, row, account)
            flash(_("The round was dissolved."))
            return redirect(url_for("round.index", study_id=study_id))
        else:
            code = request.form.get("code", "")
            note_refinement(session, study, row, code, request.form.get("text", ""), account)
            flash(_("The note was saved."))
            return redirect(url_for("round.show", study_id=study_id, number=number, _anchor=f"code-{code}"))
    return redirect(url_for("round.show", study_id=study_id, number=number))


# ---- comparing ------------------------------------------------------------------------------------------------------
@blueprint.get(TEXT)
@requires("can_code")
def compare(study_id: int, interview_id: int) -> str:
    """Show the coders' work on a text side by side."""
    return _comparison(interview_id)


def _comparison(interview_id: int, fault: Refused | None = None) -> str:
    session = read_session()
    page = load_comparison_page(session, g.study, get_interview(session, g.study, interview_id),
                                request.args.get("code", ""), request.args.get("show", ""))
    return render_template("round/compare.html", study=g.study, page=page, shown=SHOWN, polarities=POLARITIES,
                           fault=fault, typed=request.form)


@blueprint.post(TEXT)
@requires("can_run_studies")
def adjudicate(study_id: int, interview_id: int) -> Page:
    """Decide a difference with a reason, or take a decision back."""
    form, account = request.form, current_account()
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            interview = get_interview(session, study, interview_id)
            if form.get("deed") == "undo":
                undo_decision(session, study, interview, form.get("place", ""), account)
            else:
                decide(session, study, interview, read_choice(form), account)
    except BadInput as fault:
        return _comparison(interview_id, fault), 422
    return redirect(url_for("round.compare", study_id=study_id, interview_id=interview_id,
                            code=request.args.get("code") or None, show=request.args.get("show") or None,
                            _anchor=f"turn-{form.get('turn', 0, type=column_number)}"))


# ---- agreement ------------------------------------------------------------------------------------------------------
@blueprint.get("/studies/<int:study_id>/agreement")
@requires("can_code")
def agreement(study_id: int) -> str:
    """Show how far coders agree, as computed last."""
    session = read_session()
    scope = _scope(session, g.study)
    return render_template(
        "round/agreement.html", study=g.study, page=load_agreement_page(session, g.study, scope), units=UNITS,
        kinds=(CONVERSATION, ANSWERS),
        rounds=[row for row in list_rounds(session, g.study) if row.closed_at])


@blueprint.post("/studies/<int:study_id>/agreement")
@requires("can_run_studies")
def measure(study_id: int) -> Response:
    """Ask for agreement to be computed."""
    with transaction() as session:
        study = get_study(session, study_id)
        request_agreement(session, study, _scope(session, study), current_account())
    flash(_("Agreement is being computed. Load this page again in a moment."))
    return redirect(url_for("round.agreement", study_id=study_id, kind=request.args.get("kind"),
                            unit=request.args.get("unit"), round=request.args.get("round")))


def _scope(session: Session, study: Study) -> Scope:
    number = read_number(request.args, "round")
    return scope_of(request.args.get("kind") or CONVERSATION, request.args.get("unit") or UNITS[0],
                    get_round(session, study, number) if number else None)
