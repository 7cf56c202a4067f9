"""Comments on open items: taken over, redacted, handed over, coded in a list."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import Refused
from surveyapp.forms.coding import column_number, mark_of
from surveyapp.forms.comment import query_of, read_decisions, read_lines, read_link, read_wanted
from surveyapp.models.coding import POLARITIES
from surveyapp.services.batch_coding import code_lines
from surveyapp.services.batch_links import link_lines
from surveyapp.services.blank_answers import BLANK_WORDS
from surveyapp.services.blinding import list_coders
from surveyapp.services.candidate import list_candidates
from surveyapp.services.codebook import codebook_rules
from surveyapp.services.coding import delete_coding, delete_link
from surveyapp.services.coding_history import redo_last, undo_last
from surveyapp.services.comment_page import STATES, load_comment_page
from surveyapp.services.comment_source import discard_source, get_source, item_text, list_open_items, make_source
from surveyapp.services.interview import get_interview
from surveyapp.services.redaction import FLAGGED, OPEN, decide_comments, hand_over, load_redaction
from surveyapp.services.study import get_study
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("comment", __name__)
LIST = "/studies/<int:study_id>/comments"
PLACE = f"{LIST}/<int:source_id>"
Page = str | Response | tuple[str, int]


@blueprint.get(LIST)
@requires("can_code")
def index(study_id: int) -> str:
    """List the open items with what was made of their answers."""
    return render_template("comment/index.html", study=g.study, items=list_open_items(read_session(), g.study),
                           blank_words=sorted(BLANK_WORDS))


@blueprint.post(f"{LIST}/make")
@requires("can_run_studies")
def make(study_id: int) -> Response:
    """Take the answers to an open item over, shuffled and without profile."""
    with transaction() as session:
        source = make_source(session, get_study(session, study_id), request.form.get("wave", ""),
                             request.form.get("audience", ""), request.form.get("item", ""), current_account())
    return redirect(url_for("comment.redact", study_id=study_id, source_id=source.id))


@blueprint.route(f"{PLACE}/redaction", methods=["GET", "POST"])
@requires("can_run_studies")
def redact(study_id: int, source_id: int) -> Page:
    """Show the comments that may name a person, and store what is decided of them."""
    show, page = request.args.get("show", OPEN), request.args.get("page", 1, type=column_number)
    if request.method == "GET":
        return _redaction(source_id, show, page)
    decisions = read_decisions(request.form)
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            n = decide_comments(session, study, get_source(session, study, source_id), decisions, current_account())
    except Refused as fault:
        return _redaction(source_id, show, page, fault=fault, typed=decisions), 422
    flash(ngettext("%(num)s decision was stored.", "%(num)s decisions were stored.", n))
    return redirect(url_for("comment.redact", study_id=study_id, source_id=source_id, show=show))


def _redaction(source_id: int, show: str, page: int, **shown: object) -> str:
    session = read_session()
    source = get_source(session, g.study, source_id)
    return render_template("comment/redaction.html", study=g.study, source=source, show=show, flagged=FLAGGED,
                           item=item_text(session, g.study, source), page=load_redaction(session, source, show, page),
                           **shown)


@blueprint.post(f"{PLACE}/hand-over")
@requires("can_run_studies")
def give(study_id: int, source_id: int) -> Response:
    """Hand the comments over to the coders."""
    with transaction() as session:
        study = get_study(session, study_id)
        hand_over(session, study, get_source(session, study, source_id), current_account())
    flash(_("The comments can be coded now."))
    return redirect(url_for("comment.show", study_id=study_id, source_id=source_id))


@blueprint.route(f"{PLACE}/discard", methods=["GET", "POST"])
@requires("can_run_studies")
def discard(study_id: int, source_id: int) -> str | Response:
    """Take the comments back with everything coded in them, after asking."""
    if request.method == "POST":
        with transaction() as session:
            study = get_study(session, study_id)
            discard_source(session, study, get_source(session, study, source_id), current_account())
        flash(_("The comments were discarded."))
        return redirect(url_for("comment.index", study_id=study_id))
    session = read_session()
    source = get_source(session, g.study, source_id)
    return render_template("comment/discard.html", study=g.study, source=source,
                           item=item_text(session, g.study, source))


# ---- coding ---------------------------------------------------------------------------------------------------------
@blueprint.get(PLACE)
@requires("can_code")
def show(study_id: int, source_id: int) -> str:
    """Show the comments that fit, with the codings the account may see and suggestions."""
    session, account = read_session(), current_account()
    page = load_comment_page(session, g.study, get_source(session, g.study, source_id), account,
                             read_wanted(request.args))
    candidates = list_candidates(session, g.study, account) if account.permissions.can_run_studies else []
    return render_template(
        "comment/show.html", study=g.study, page=page, rules=codebook_rules(g.study), polarities=POLARITIES,
        states=STATES, query_of=query_of, candidates=candidates, coders=list_coders(session, g.study))


@blueprint.post(f"{PLACE}/codings")
@requires("can_code")
def code(study_id: int, source_id: int) -> Response:
    """Give the ticked comments one code."""
    form = read_lines(request.form)
    with transaction() as session:
        study = get_study(session, study_id)
        source = get_source(session, study, source_id)
        interview = get_interview(session, study, source.interview_id or 0)
        done = code_lines(session, study, interview, current_account(), form)
    flash(ngettext("%(code)s was given to %(num)s comment.", "%(code)s was given to %(num)s comments.",
                   len(done.codings), code=form.code))
    if done.n_before:
        flash(ngettext("%(num)s had it before.", "%(num)s had it before.", done.n_before))
    return _back(study_id, source_id, f"line-{max(form.lines)}")


@blueprint.post(f"{PLACE}/links")
@requires("can_code")
def link(study_id: int, source_id: int) -> Response:
    """Say of the ticked comments that they name a cause of a problem."""
    form = read_link(request.form)
    with transaction() as session:
        study = get_study(session, study_id)
        source = get_source(session, study, source_id)
        interview = get_interview(session, study, source.interview_id or 0)
        done = link_lines(session, study, interview, current_account(), form)
    flash(ngettext("%(cause)s → %(problem)s was given to %(num)s comment.",
                   "%(cause)s → %(problem)s was given to %(num)s comments.", len(done.links), cause=form.cause,
                   problem=form.problem))
    if done.n_before:
        flash(ngettext("%(num)s had it before.", "%(num)s had it before.", done.n_before))
    return _back(study_id, source_id, f"line-{max(form.lines)}")


@blueprint.post(f"{PLACE}/remove/<mark>")
@requires("can_code")
def remove(study_id: int, source_id: int, mark: str) -> Response:
    """Take one's own coding or link of a comment away."""
    is_link, number = mark_of(mark)
    with transaction() as session:
        study = get_study(session, study_id)
        source = get_source(session, study, source_id)
        interview = get_interview(session, study, source.interview_id or 0)
        (delete_link if is_link else delete_coding)(session, study, interview, current_account(), number)
    flash(_("The coding was deleted. Undo brings it back."))
    return _back(study_id, source_id, "lines")


@blueprint.post(f"{PLACE}/undo")
@requires("can_code")
def undo(study_id: int, source_id: int) -> Response:
    """Take back one's own last step, a whole batch where that was one."""
    with transaction() as session:
        study = get_study(session, study_id)
        source = get_source(session, study, source_id)
        undo_last(session, study, get_interview(session, study, source.interview_id or 0), current_account())
    flash(_("Your last step was undone."))
    return _back(study_id, source_id, "lines")


@blueprint.post(f"{PLACE}/redo")
@requires("can_code")
def redo(study_id: int, source_id: int) -> Response:
    """Do again what one undid last, a whole batch where that was one."""
    with transaction() as session:
        study = get_study(session, study_id)
        source = get_source(session, study, source_id)
        redo_last(session, study, get_interview(session, study, source.interview_id or 0), current_account())
    flash(_("The step was done again."))
    return _back(study_id, source_id, "lines")


def _back(study_id: int, source_id: int, anchor: str) -> Response:
    """Lead to the same comments again; the filter stands in the address that was posted to."""
    values = {"study_id": study_id, "source_id": source_id, **query_of(read_wanted(request.args))}
    return redirect(f"{url_for('comment.show', **values)}#{anchor}")
