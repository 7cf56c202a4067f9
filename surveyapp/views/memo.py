"""Memos on interviews, passages and codes."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import Overtaken
from surveyapp.forms.coding import column_number
from surveyapp.models.coding import Code, Memo
from surveyapp.models.interview import Interview
from surveyapp.services.coding import passage_of_turn
from surveyapp.services.coding_history import redo_last, undo_last
from surveyapp.services.interview import current_version, get_interview, list_turns
from surveyapp.services.memo import (
    change_memo,
    delete_memo,
    get_code,
    get_memo,
    list_memos,
    write_code_memo,
    write_interview_memo,
    write_segment_memo,
)
from surveyapp.services.study import get_study
from surveyapp.views.access import current_account, requires
from surveyapp.views.coding import PLACE, conflict

blueprint = Blueprint("memo", __name__)
CODE = "/studies/<int:study_id>/codes/<key>/memos"


@blueprint.get(f"{PLACE}/memos")
@requires("can_code")
def index(study_id: int, interview_id: int) -> str:
    """List the memos on an interview, or on comments, and offer to write one on the whole or on a turn."""
    session = read_session()
    interview = get_interview(session, g.study, interview_id)
    version = current_version(session, interview)
    number = request.args.get("turn", 0, type=column_number)
    turn = next((row for row in list_turns(session, version) if row.number == number), None) if version else None
    return render_template(
        "memo/index.html", study=g.study, interview=interview, version=version, turn=turn,
        words=version.text[turn.start:turn.end] if version and turn else "",
        memos=list_memos(session, interview, current_account()))


@blueprint.post(f"{PLACE}/memos")
@requires("can_code")
def add(study_id: int, interview_id: int) -> Response:
    """Write a memo on the interview, or on one of its turns."""
    number, text = request.form.get("turn", 0, type=column_number), request.form.get("text", "")
    with transaction() as session:
        study = get_study(session, study_id)
        interview = get_interview(session, study, interview_id)
        if number:
            passage = passage_of_turn(session, interview, number, request.form.get("version", ""))
            memo = write_segment_memo(session, study, interview, current_account(), passage, text)
        else:
            memo = write_interview_memo(session, study, interview, current_account(), text)
    return redirect(_address(study_id, memo))


@blueprint.post("/studies/<int:study_id>/memos/<int:memo_id>")
@requires("can_code")
def change(study_id: int, memo_id: int) -> Response | tuple[str, int]:
    """Change or delete one's own memo; what was changed meanwhile is laid beside it."""
    account = current_account()
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            if request.form.get("deed") == "delete":
                memo = delete_memo(session, study, account, memo_id)
                flash(_("The memo was deleted. Undo brings it back."))
            else:
                memo = change_memo(session, study, account, memo_id, request.form.get("text", ""),
                                   version=request.form.get("version", 0, type=column_number))
    except Overtaken as fault:
        return conflict(fault, _address(study_id, get_memo(read_session(), g.study, account, memo_id))), 409
    return redirect(_address(study_id, memo))


@blueprint.post(CODE)
@requires("can_code")
def add_to_code(study_id: int, key: str) -> Response:
    """Write a memo on a code, or take the last step with such memos back or do it again."""
    deed, account = request.form.get("deed"), current_account()
    with transaction() as session:
        study = get_study(session, study_id)
        code = get_code(session, study, key)
        if deed in ("undo", "redo"):
            (undo_last if deed == "undo" else redo_last)(session, study, code, account)
        else:
            write_code_memo(session, study, account, key, request.form.get("text", ""))
    return redirect(url_for("coding.code", study_id=study_id, key=key, _anchor="memos"))


@blueprint.post(f"{PLACE}/memos/<deed>")
@requires("can_code")
def turn_back(study_id: int, interview_id: int, deed: str) -> Response:
    """Undo or redo one's own last step in the interview and come back to the memos."""
    with transaction() as session:
        study = get_study(session, study_id)
        interview: Interview = get_interview(session, study, interview_id)
        (redo_last if deed == "redo" else undo_last)(session, study, interview, current_account())
    flash(_("The step was done again.") if deed == "redo" else _("Your last step was undone."))
    return redirect(url_for("memo.index", study_id=study_id, interview_id=interview_id))


def _address(study_id: int, memo: Memo) -> str:
    """Return the page on which the memo stands."""
    if memo.code_id is not None:
        key = read_session().get_one(Code, memo.code_id).key
        return url_for("coding.code", study_id=study_id, key=key, _anchor="memos")
    return url_for("memo.index", study_id=study_id, interview_id=memo.interview_id, _anchor=f"m{memo.id}")
