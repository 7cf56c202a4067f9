"""Respondent validation: edit, hand out and record the summary of an interview."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveyapp.db.base import utc_now
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput, NotFound, Refused
from surveyapp.forms.coding import column_number
from surveyapp.services.interview import get_conversation
from surveyapp.services.member_check import (
    CORRECTED,
    Point,
    load_summary,
    mark_sent,
    record_answer,
    save_summary,
)
from surveyapp.services.member_check_text import letter_document, letter_text
from surveyapp.services.study import get_study
from surveyapp.services.wave import local_text
from surveyapp.views.access import current_account, requires
from surveyapp.views.note_sheet import DOCX

blueprint = Blueprint("member_check", __name__)
PLACE = "/studies/<int:study_id>/interviews/<int:interview_id>/summary"


@blueprint.get(PLACE)
@requires("can_run_studies")
def show(study_id: int, interview_id: int) -> str:
    """Show the summary of an interview and where it stands."""
    return _page(interview_id)


def _page(interview_id: int, fault: Refused | None = None) -> str:
    session = read_session()
    interview = get_conversation(session, g.study, interview_id)
    return render_template(
        "interview/summary.html", study=g.study, interview=interview, fault=fault, typed=request.form,
        summary=load_summary(session, g.study, interview, current_account()),
        today=local_text(g.study, utc_now())[:10])


@blueprint.post(PLACE)
@requires("can_run_studies")
def change(study_id: int, interview_id: int) -> Response | tuple[str, int]:
    """Save the points, note that they were sent, or record what came back."""
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            interview = get_conversation(session, study, interview_id)
            version = request.form.get("version", 0, type=column_number)
            deed, account = request.form.get("deed", ""), current_account()
            if deed == "save":
                points = [Point(box, text) for box, text in zip(request.form.getlist("box"),
                                                                request.form.getlist("text"), strict=False)]
                save_summary(session, study, interview, points, version=version, account=account)
                said = _("The summary is saved.")
            elif deed == "sent":
                mark_sent(session, study, interview, _day(), version=version, account=account)
                said = _("The summary is noted as sent.")
            else:
                given = dict(enumerate(request.form.getlist("correction"))) if deed == CORRECTED else {}
                done = record_answer(session, study, interview, deed, _day(), version=version, account=account,
                                     corrections=given)
                said = _("Recorded. Corrected in the text: %(turns)s; memos: %(memos)s; codings to review: %(review)s.",
                         turns=done.n_turns, memos=done.n_memos, review=done.n_to_review)
    except Refused as fault:
        return _page(interview_id, fault), 422
    flash(said)
    return redirect(url_for("member_check.show", study_id=study_id, interview_id=interview_id))


def _day() -> date:
    try:
        return date.fromisoformat(request.form.get("on", ""))
    except ValueError:
        raise BadInput("{text} is no date.", "Write it as 2026-03-05.", text=repr(request.form.get("on", ""))) from None


@blueprint.get(f"{PLACE}.<ending>")
@requires("can_run_studies")
def download(study_id: int, interview_id: int, ending: str) -> Response:
    """Hand out the saved summary as a letter, to be sent by any channel."""
    session = read_session()
    interview = get_conversation(session, g.study, interview_id)
    summary = load_summary(session, g.study, interview, current_account())
    if ending not in ("docx", "txt") or not summary.version:
        raise NotFound("The interview has no summary yet.", "Save the points first.")
    made = (letter_document(interview.key, summary.points, interview.language) if ending == "docx"
            else letter_text(interview.key, summary.points, interview.language).encode())
    return send_file(BytesIO(made), DOCX if ending == "docx" else "text/plain; charset=utf-8", as_attachment=True,
                     download_name=f"summary-{interview.key}.{ending}")
