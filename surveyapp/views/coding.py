"""The coding screen, codings and rounds, and passages by code."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.errors import Overtaken
from surveyapp.forms.coding import PassageForm, column_number, mark_of
from surveyapp.models.coding import POLARITIES, Coding, LinkCoding
from surveyapp.models.interview import ANSWERS, Interview
from surveyapp.models.study import Study
from surveyapp.services.blinding import dissolve_round, finish_coding, list_coders, open_round, resume_coding
from surveyapp.services.codebook import codebook_rules, load_codebook
from surveyapp.services.codebook_check import check_codebook
from surveyapp.services.coding import (
    apply_code,
    apply_link,
    change_coding,
    delete_coding,
    delete_link,
    passage_of_sentences,
    passage_of_words,
    set_edited_quote,
)
from surveyapp.services.coding_history import redo_last, undo_last
from surveyapp.services.coding_page import AddedCoding, Wish, load_added_coding, load_coding_page
from surveyapp.services.comment_counts import count_comments
from surveyapp.services.comment_source import source_of_text
from surveyapp.services.interview import get_interview, guide_of
from surveyapp.services.memo import get_code, list_code_memos, write_segment_memo
from surveyapp.services.passage import count_codes, load_code_page
from surveyapp.services.segment import Passage
from surveyapp.services.study import get_study
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("coding", __name__)
PLACE = "/studies/<int:study_id>/interviews/<int:interview_id>"


@blueprint.get(PLACE)
@requires("can_code")
def show(study_id: int, interview_id: int) -> str | Response:
    """Show the text with its codings, the codebook and the table of codings; comments have a list of their own."""
    session = read_session()
    account = current_account()
    interview = get_interview(session, g.study, interview_id)
    if interview.kind == ANSWERS:
        source = source_of_text(session, interview)
        return redirect(url_for("comment.show", study_id=study_id, source_id=source.id))
    turn, mark = request.args.get("turn", 0, type=column_number), request.args.get("mark", "")
    at = request.args.get("at", 0, type=column_number)
    page = load_coding_page(session, g.study, interview, account, Wish(turn or at, mark))
    return render_template(
        "coding/show.html", study=g.study, page=page, guide=guide_of(g.study), rules=codebook_rules(g.study),
        polarities=POLARITIES, turn_to_code=turn, chosen=page.coding_of(mark),
        coders=list_coders(session, g.study))


@blueprint.post(f"{PLACE}/codings")
@requires("can_code")
def add(study_id: int, interview_id: int) -> str | Response:
    """Give a passage a code, a link or a memo; answers a script with the parts of the page to renew."""
    form = PassageForm.read(request.form)
    with transaction() as session:
        study = get_study(session, study_id)
        interview = get_interview(session, study, interview_id)
        passage = _passage(session, interview, form)
        mark = _store(session, study, interview, passage, form)
    place = (passage.start, passage.end)
    if request.headers.get("X-Fragment"):
        return renewed(interview, mark, place)
    if form.code and load_codebook(read_session(), g.study).exclusive_sets(form.code):
        _warn(_added(interview, mark, place))
    return redirect(url_for("coding.show", study_id=study_id, interview_id=interview_id,
                            _anchor=f"turn-{form.turn}" if form.turn else None))


def _passage(session: Session, interview: Interview, form: PassageForm) -> Passage:
    if form.end:
        return Passage(form.start, form.end, form.quote, form.version)
    if form.words.strip():
        return passage_of_words(session, interview, form.turn, form.words, form.version)
    return passage_of_sentences(session, interview, form.turn, form.sentences, form.version)


def _store(session: Session, study: Study, interview: Interview, passage: Passage, form: PassageForm) -> str:
    """Return the mark of what was stored."""
    account = current_account()
    if form.deed == "memo":
        return f"m{write_segment_memo(session, study, interview, account, passage, form.memo).id}"
    if form.is_link:
        link = apply_link(session, study, interview, account, passage, cause_key=form.cause, problem_key=form.problem)
        return f"k{link.id}"
    coding = apply_code(session, study, interview, account, passage, form.code, polarity=form.polarity, memo=form.memo)
    return f"c{coding.id}"


def renewed(interview: Interview, mark: str, place: tuple[int, int]) -> str:
    """Return the turns of a range and the row of what was stored there, for a script to put into the page."""
    return render_template("coding/added.html", study=g.study, interview=interview,
                           added=_added(interview, mark, place), excluded_words=_excluded_words)


def _added(interview: Interview, mark: str, place: tuple[int, int]) -> AddedCoding:
    close_read_session()        # it still shows the database as it was when the request began
    return load_added_coding(read_session(), g.study, interview, current_account(), mark, place)


def _warn(added: AddedCoding) -> None:
    if added.coding is not None and added.excluded:
        flash(_excluded_words(added.coding.codes[0], added.excluded))


def _excluded_words(code: str, others: Sequence[str]) -> str:
    return str(_("The codebook says that %(code)s excludes %(others)s, and you have given both to the same words.",
                 code=code, others=_(", ").join(others)))


@blueprint.post(f"{PLACE}/codings/<mark>")
@requires("can_code")
def change(study_id: int, interview_id: int, mark: str) -> Response | tuple[str, int]:
    """Change or delete a coding, or clear its words for print; what was changed meanwhile is laid beside it."""
    is_link, number = mark_of(mark)
    deed, account = request.form.get("deed"), current_account()
    version = request.form.get("version", type=column_number)
    place = url_for("coding.show", study_id=study_id, interview_id=interview_id)
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            interview = get_interview(session, study, interview_id)
            if deed == "delete":
                (delete_link if is_link else delete_coding)(session, study, interview, account, number)
                flash(_("The coding was deleted. Undo brings it back."))
            elif deed == "print":
                edited = {key: request.form.get(f"edited_{key}", "") for key in codebook_rules(study).languages}
                _set_quote(session, study, interview, mark, edited, version)
            else:
                change_coding(session, study, interview, account, number, polarity=request.form.get("polarity", ""),
                              memo=request.form.get("memo", ""), version=version or 0)
    except Overtaken as fault:
        return conflict(fault, f"{place}?mark={mark}#chosen"), 409
    anchor = "codings" if deed == "delete" else f"row-{mark}"
    return redirect(f"{place}#{anchor}")


def _set_quote(session: Session, study: Study, interview: Interview, mark: str, edited: dict[str, str],
               version: int | None) -> None:
    is_link, number = mark_of(mark)
    if is_link:
        set_edited_quote(session, study, interview, current_account(), LinkCoding, number, edited, version=version)
    else:
        set_edited_quote(session, study, interview, current_account(), Coding, number, edited, version=version)


def conflict(fault: Overtaken, back: str) -> str:
    """Return the page with both wordings and the choice between them."""
    return render_template("coding/conflict.html", study=g.study, fault=fault, back=back, polarities=POLARITIES,
                           rules=codebook_rules(g.study), deed=request.form.get("deed", ""))


@blueprint.post(f"{PLACE}/undo")
@requires("can_code")
def undo(study_id: int, interview_id: int) -> Response:
    """Take back one's own last step in this interview."""
    with transaction() as session:
        study = get_study(session, study_id)
        undo_last(session, study, get_interview(session, study, interview_id), current_account())
    flash(_("Your last step was undone."))
    return _back_to_text(study_id, interview_id)


@blueprint.post(f"{PLACE}/redo")
@requires("can_code")
def redo(study_id: int, interview_id: int) -> Response:
    """Do again what one undid last in this interview."""
    with transaction() as session:
        study = get_study(session, study_id)
        redo_last(session, study, get_interview(session, study, interview_id), current_account())
    flash(_("The step was done again."))
    return _back_to_text(study_id, interview_id)


def _back_to_text(study_id: int, interview_id: int) -> Response:
    """Lead back to the turn one was at, where a script told it."""
    turn = request.form.get("turn", 0, type=column_number)
    return redirect(url_for("coding.show", study_id=study_id, interview_id=interview_id, at=turn or None,
                            _anchor=f"turn-{turn}" if turn else "codings"))


@blueprint.post(f"{PLACE}/finish")
@requires("can_code")
def finish(study_id: int, interview_id: int) -> Response:
    """Mark one's own coding as finished, or take that back."""
    deed = resume_coding if request.form.get("deed") == "resume" else finish_coding
    with transaction() as session:
        study = get_study(session, study_id)
        deed(session, study, get_interview(session, study, interview_id), current_account())
    return redirect(url_for("coding.show", study_id=study_id, interview_id=interview_id, _anchor="round"))


@blueprint.post(f"{PLACE}/round")
@requires("can_run_studies")
def change_round(study_id: int, interview_id: int) -> Response:
    """Give the interview to coders who work independently, or end that."""
    with transaction() as session:
        study = get_study(session, study_id)
        interview = get_interview(session, study, interview_id)
        if request.form.get("deed") == "dissolve":
            dissolve_round(session, study, interview, current_account())
        else:
            open_round(session, study, interview, request.form.getlist("coder", type=column_number), current_account())
            if not check_codebook(session, study, current_account()).is_complete:
                flash(_("The round was opened with an incomplete codebook: coders may read its codes differently. "
                        "The page “Codebook” lists the gaps."))
    return redirect(url_for("coding.show", study_id=study_id, interview_id=interview_id, _anchor="round"))


@blueprint.get("/studies/<int:study_id>/codes")
@requires("can_code")
def codes(study_id: int) -> str:
    """List the codes with their counts in interviewees."""
    session = read_session()
    codebook = load_codebook(session, g.study)
    return render_template("coding/codes.html", study=g.study, codebook=codebook, rules=codebook_rules(g.study),
                           counts=count_codes(session, g.study, current_account(), codebook),
                           comments=count_comments(session, g.study, current_account(), codebook))


@blueprint.get("/studies/<int:study_id>/codes/<key>")
@requires("can_code")
def code(study_id: int, key: str) -> str:
    """Show a code: definition, counts by role, and its passages with their places."""
    wanted = {name: request.args.get(name, "") for name in ("role", "polarity", "coder")}
    session, account = read_session(), current_account()
    return render_template(
        "coding/code.html", study=g.study, guide=guide_of(g.study), rules=codebook_rules(g.study), wanted=wanted,
        polarities=POLARITIES, page=load_code_page(session, g.study, account, key, wanted),
        comments=count_comments(session, g.study, account, load_codebook(session, g.study)),
        memos=list_code_memos(session, get_code(session, g.study, key), account))
