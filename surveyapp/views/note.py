"""The note-taking screen of an interview, its clock, and what makes its notes a text."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.errors import Refused
from surveyapp.forms.interview import read_decisions
from surveyapp.forms.note import read_notes, read_tab
from surveyapp.models.interview import Interview
from surveyapp.services.interview import current_version, get_conversation, guide_of, has_codings
from surveyapp.services.note_taking import (
    LONGEST_NOTE,
    NoteBox,
    Saved,
    Typed,
    give_consent,
    load_note_page,
    save_notes,
    start_clock,
    stop_clock,
)
from surveyapp.services.note_text import find_in_notes, finish_notes, reopen_notes
from surveyapp.services.study import get_study
from surveyapp.services.wave import local_text
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("note", __name__)
PLACE = "/studies/<int:study_id>/interviews/<int:interview_id>/notes"
CONFLICT = 409
Page = str | Response | tuple[str, int]


@blueprint.get(PLACE)
@requires("can_run_studies")
def show(study_id: int, interview_id: int) -> str:
    """Show a box for each question of the guide, with its probes, and the clock."""
    return _screen(get_conversation(read_session(), g.study, interview_id))


def _screen(interview: Interview, typed: Mapping[str, Typed] | None = None,
            conflicts: Mapping[str, NoteBox] | None = None) -> str:
    session = read_session()
    page = load_note_page(session, g.study, interview)
    return render_template(
        "interview/notes.html", study=g.study, interview=interview, guide=guide_of(g.study), page=page,
        typed=typed or {}, conflicts=conflicts or {}, longest=LONGEST_NOTE, is_coded=has_codings(session, interview),
        started=local_text(g.study, page.clock.started_at)[-5:],
        has_other_text=not page.is_finished and current_version(session, interview) is not None)


@blueprint.post(PLACE)
@requires("can_run_studies")
def save(study_id: int, interview_id: int) -> Page:
    """Store what was typed; a script sends one box at a time and is answered in JSON."""
    typed, is_script = read_notes(request.form), bool(request.headers.get("X-Fragment"))
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            interview = get_conversation(session, study, interview_id)
            saved = save_notes(session, study, interview, typed, current_account(), tab=read_tab(request.form))
    except Refused as refused:
        if not is_script:
            raise
        return {"refused": _(refused.reason).format(**refused.values)}, 422  # type: ignore[return-value]  # Flask makes JSON of it
    if is_script:
        return _told(saved)
    if saved.conflicts:
        close_read_session()        # it still shows the database as it was when the request began
        return _screen(get_conversation(read_session(), g.study, interview_id), typed, saved.conflicts), CONFLICT
    flash(_("The notes are saved."))
    return redirect(url_for("note.show", study_id=study_id, interview_id=interview_id))


def _told(saved: Saved) -> Page:
    answer = {"numbers": dict(saved.numbers),
              "conflicts": {key: {"text": box.text, "number": box.number} for key, box in saved.conflicts.items()}}
    return answer, CONFLICT if saved.conflicts else 200  # type: ignore[return-value]  # Flask makes JSON of it


@blueprint.post(f"{PLACE}/clock")
@requires("can_run_studies")
def clock(study_id: int, interview_id: int) -> Response:
    """Note the consent, start or stop the clock."""
    deed = request.form.get("deed", "")
    with transaction() as session:
        study = get_study(session, study_id)
        interview = get_conversation(session, study, interview_id)
        if deed == "consent":
            give_consent(session, study, interview, current_account())
        elif deed == "start":
            start_clock(session, interview)
        elif deed == "stop":
            stop_clock(session, interview)
    return redirect(url_for("note.show", study_id=study_id, interview_id=interview_id))


@blueprint.route(f"{PLACE}/finish", methods=["GET", "POST"])
@requires("can_run_studies")
def finish(study_id: int, interview_id: int) -> Page:
    """Show what is still open and may tell who is meant, then make the notes the interview's text."""
    if request.method == "GET":
        return _finish_page(interview_id)
    secret = current_app.config["SURVEYAPP"].secret_key
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            interview = get_conversation(session, study, interview_id)
            undecided = finish_notes(session, secret, study, interview, read_decisions(), current_account())
    except Refused as refused:
        return _finish_page(interview_id, refused), 422
    if undecided:
        return _finish_page(interview_id), 422
    flash(_("The notes are finished and can be coded."))
    return redirect(url_for("coding.show", study_id=study_id, interview_id=interview_id))


def _finish_page(interview_id: int, error: Refused | None = None) -> str:
    session = read_session()
    interview = get_conversation(session, g.study, interview_id)
    page = load_note_page(session, g.study, interview)
    secret = current_app.config["SURVEYAPP"].secret_key
    found = () if page.is_empty else find_in_notes(session, secret, g.study, interview)
    return render_template("interview/notes_finish.html", study=g.study, interview=interview, page=page, found=found,
                           decisions=read_decisions(), error=error)


@blueprint.post(f"{PLACE}/reopen")
@requires("can_run_studies")
def reopen(study_id: int, interview_id: int) -> Response:
    """Open finished notes again."""
    with transaction() as session:
        study = get_study(session, study_id)
        reopen_notes(session, study, get_conversation(session, study, interview_id), current_account())
    return redirect(url_for("note.show", study_id=study_id, interview_id=interview_id))
