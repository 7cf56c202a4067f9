"""Interviews: the log, its entries, transcripts, speakers, interviews coded elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import Refused
from surveyapp.forms.interview import InterviewForm, interview_form
from surveyapp.models.interview import Interview
from surveyapp.services.coded_interviews import import_coded_interviews, read_coded_interviews
from surveyapp.services.identity_key import (
    count_replacements,
    keep_replacements,
    known_replacements,
    names_to_look_for,
)
from surveyapp.services.interview import (
    change_log,
    change_speakers,
    current_version,
    delete_interview,
    get_conversation,
    guide_of,
    has_codings,
    list_interviews,
    list_turns,
    log_interview,
    log_of,
    store_transcript,
)
from surveyapp.services.interview_log import fieldwork_of, list_log
from surveyapp.services.member_check import count_checks, states_of_checks
from surveyapp.services.pseudonymise import Identifier, find_identifiers, replace_identifiers, with_times
from surveyapp.services.study import get_study
from surveyapp.services.transcript import Transcript, read_transcript, transcript_of
from surveyapp.views.access import current_account, reader_language, requires

blueprint = Blueprint("interview", __name__)
LOG = "/studies/<int:study_id>/interviews"
Page = str | Response | tuple[str, int]


@blueprint.get(LOG)
@requires("can_code")
def index(study_id: int) -> str:
    """List the interviews with what is still to do."""
    session = read_session()
    return render_template("interview/index.html", study=g.study, guide=guide_of(g.study),
                           rows=list_log(session, g.study, current_account()), n_checks=count_checks(session, g.study),
                           checks=states_of_checks(session, g.study),
                           fieldwork=fieldwork_of(list_interviews(session, g.study), guide_of(g.study)))


@blueprint.route(f"{LOG}/new", methods=["GET", "POST"])
@requires("can_run_studies")
def create(study_id: int) -> Page:
    """Log an interview, with or without its text."""
    return _entry_page(interview_form(guide_of(g.study), reader_language()), None)


@blueprint.route(f"{LOG}/<int:interview_id>/edit", methods=["GET", "POST"])
@requires("can_run_studies")
def edit(study_id: int, interview_id: int) -> Page:
    """Change a log entry, or add the text that was missing."""
    interview = get_conversation(read_session(), g.study, interview_id)
    return _entry_page(interview_form(guide_of(g.study), reader_language(), log_of(interview)), interview)


def _entry_page(form: InterviewForm, interview: Interview | None) -> Page:
    """Read the form and store it, or show what stands in the way with everything that was typed."""
    if not form.validate_on_submit():
        return _show_entry(form, interview), 422 if form.is_submitted() else 200
    try:
        transcript = _read_text(form)
        found = _find(transcript) if transcript else ()
        if any(row.words not in form.decisions for row in found):
            return _show_entry(form, interview, found=found, left_out=transcript.left_out if transcript else {}), 422
        stored = _store(form, interview, transcript, found)
    except Refused as error:
        return _show_entry(form, interview, error=error), 422
    if transcript is not None and transcript.is_guess:
        flash(_("The file was read as %(encoding)s. If characters look wrong, load it again and choose the encoding.",
                encoding=transcript.encoding))
    _tell_left_out(transcript)
    if transcript is None and request.form.get("then") == "notes":
        return redirect(url_for("note.show", study_id=g.study.id, interview_id=stored.id))
    if transcript is None:
        flash(_("Interview %(key)s is logged.", key=stored.key))
        return redirect(url_for("interview.index", study_id=g.study.id))
    return redirect(url_for("coding.show", study_id=g.study.id, interview_id=stored.id))


def _read_text(form: InterviewForm) -> Transcript | None:
    """Return the text of the file or of the field; a file's text is put into the field, so that it can be mended."""
    if form.file.data:
        form.source.data = form.file.data.filename
        transcript = read_transcript(form.file.data.filename, form.file.data.read(), form.encoding.data or None)
        form.text.data = transcript.text
        form.times.data = " ".join("" if turn.at_ms is None else str(turn.at_ms) for turn in transcript.turns)
        return transcript
    pasted = form.text.data or ""
    if not pasted.strip():
        return None
    # A file's times do not stand in its words: they came along beside the field.
    times = [int(time) if time.isdecimal() else None for time in (form.times.data or "").split(" ")]
    return with_times(transcript_of(pasted), times)


def _find(transcript: Transcript) -> tuple[Identifier, ...]:
    session = read_session()
    secret = current_app.config["SURVEYAPP"].secret_key
    return find_identifiers(transcript.text, known_replacements(session, secret, g.study),
                            names=names_to_look_for(session, g.study), n_known=count_replacements(session, g.study))


def _tell_left_out(transcript: Transcript | None) -> None:
    """Say what the file held besides the words, so that nobody believes it was read."""
    words = {"changes": _("Tracked changes were read as accepted: %(n)s.", n="{n}"),
             "comments": _("Comments in the margin were left out: %(n)s.", n="{n}"),
             "footnotes": _("Footnotes were left out: %(n)s.", n="{n}"),
             "empty_pages": _("Pages without words, perhaps pictures: %(n)s.", n="{n}")}
    for what, n in (transcript.left_out if transcript else {}).items():
        flash(words[what].replace("{n}", str(n)))


def _store(form: InterviewForm, interview: Interview | None, transcript: Transcript | None,
           found: Sequence[Identifier]) -> Interview:
    content = b""
    chosen = {row.words: form.decisions[row.words] for row in found}
    replaced = {words: replacement for words, replacement in chosen.items() if replacement is not None}
    if form.file.data and not replaced:
        form.file.data.seek(0)
        content = form.file.data.read()
    with transaction() as session:
        study = get_study(session, g.study.id)
        if interview is None:
            stored = log_interview(session, study, form.log, current_account())
        else:
            stored = get_conversation(session, study, interview.id)
            change_log(session, study, stored, form.log, current_account())
        if transcript is not None:
            if replaced:
                keep_replacements(session, current_app.config["SURVEYAPP"].secret_key, study, found, replaced,
                                  current_account())
                transcript = replace_identifiers(transcript, found, replaced)
            # The file as it came, and its name, would name whom the text no longer names.
            name = stored.key if replaced else form.source.data or ""
            store_transcript(session, study, stored, transcript, filename=name, content=content,
                             account=current_account())
    return stored


def _show_entry(form: InterviewForm, interview: Interview | None, **shown: object) -> str:
    session = read_session()
    version = current_version(session, interview) if interview else None
    is_locked = interview is not None and has_codings(session, interview)
    return render_template("interview/entry.html", study=g.study, form=form, interview=interview, version=version,
                           is_locked=is_locked, guide=guide_of(g.study), **shown)


@blueprint.route(f"{LOG}/<int:interview_id>/speakers", methods=["GET", "POST"])
@requires("can_run_studies")
def speakers(study_id: int, interview_id: int) -> str | Response:
    """Correct who is interviewed and what speakers are called."""
    if request.method == "POST":
        with transaction() as session:
            study = get_study(session, study_id)
            change_speakers(session, study, get_conversation(session, study, interview_id),
                            dict(zip(request.form.getlist("speaker"), request.form.getlist("name"), strict=False)),
                            request.form.getlist("interviewee"), current_account())
        return redirect(url_for("coding.show", study_id=study_id, interview_id=interview_id))
    session = read_session()
    interview = get_conversation(session, g.study, interview_id)
    version = current_version(session, interview)
    return render_template("interview/speakers.html", study=g.study, interview=interview,
                           turns=list_turns(session, version) if version else [], version=version)


@blueprint.route(f"{LOG}/<int:interview_id>/delete", methods=["GET", "POST"])
@requires("can_run_studies")
def remove(study_id: int, interview_id: int) -> str | Response:
    """Delete an interview with text and codings, after asking."""
    if request.method == "POST":
        with transaction() as session:
            study = get_study(session, study_id)
            interview = get_conversation(session, study, interview_id)
            delete_interview(session, study, interview, current_account())
        flash(_("Interview %(key)s was deleted.", key=interview.key))
        return redirect(url_for("interview.index", study_id=study_id))
    return render_template("interview/delete.html", study=g.study,
                           interview=get_conversation(read_session(), g.study, interview_id))


@blueprint.post(f"{LOG}/import")
@requires("can_run_studies")
def load_coded(study_id: int) -> Response:
    """Take over interviews that were coded elsewhere."""
    file = request.files.get("file")
    document = read_coded_interviews(file.filename or "" if file else "", file.read() if file else b"")
    with transaction() as session:
        stored = import_coded_interviews(session, get_study(session, study_id), document, current_account(),
                                         has_consent=True if request.form.get("consent") == "yes" else None)
    flash(_("Coded interviews taken over: %(n)s.", n=len(stored)))
    return redirect(url_for("interview.index", study_id=study_id))
