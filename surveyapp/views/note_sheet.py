"""The sheet for notes: handed out to be filled in offline, read back, looked over, and stored as notes."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveyapp.db.session import transaction
from surveyapp.errors import BadInput, NotFound, Refused
from surveyapp.forms.interview import InterviewForm, interview_form
from surveyapp.forms.note import LEAVE_OUT, SheetEntries, read_sheet_entries
from surveyapp.models.study import Study
from surveyapp.services.anonymised import shown_name
from surveyapp.services.decoding import is_chinese
from surveyapp.services.interview import InterviewLog, audiences_of, guide_of, log_interview
from surveyapp.services.note_sheet_document import note_sheet
from surveyapp.services.note_sheet_reading import FilledSheet, read_note_sheet
from surveyapp.services.note_taking import REST, save_notes
from surveyapp.services.study import get_study
from surveyapp.views.access import current_account, reader_language, requires

blueprint = Blueprint("note_sheet", __name__)
PLACE = "/studies/<int:study_id>/interviews/sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@blueprint.get(PLACE)
@requires("can_run_studies")
def index(study_id: int) -> str:
    """Offer the sheets, and take a filled one."""
    return _page()


def _page(fault: Refused | None = None) -> str:
    guide = guide_of(g.study)
    return render_template("interview/sheet.html", study=g.study, guide=guide, audiences=audiences_of(guide),
                           fault=fault)


@blueprint.get(f"{PLACE}/<audience>-<language>.docx")
@requires("can_run_studies")
def download(study_id: int, audience: str, language: str) -> Response:
    """Hand out the sheet of one group in one language."""
    guide = guide_of(g.study)
    if guide is None or audience not in audiences_of(guide) or language not in guide.languages:
        raise NotFound("The guide has no such group or language.", "Choose a sheet from the list.")
    content = note_sheet(guide, audience, language, shown_name(g.study))
    return send_file(BytesIO(content), DOCX, as_attachment=True, download_name=f"notes-{audience}-{language}.docx")


@blueprint.post(PLACE)
@requires("can_run_studies")
def load(study_id: int) -> str | tuple[str, int]:
    """Read a filled sheet and show what was found, to be looked over before anything is stored."""
    file, guide = request.files.get("file"), guide_of(g.study)
    try:
        if guide is None:
            raise BadInput("This study has no interview guide.", "Load the notes as a transcript.")
        sheet = read_note_sheet(file.read() if file else b"", (file.filename if file else "") or "?", guide)
    except Refused as fault:
        return _page(fault), 422
    form = interview_form(guide, reader_language(), _log_of(sheet, g.study), is_proposal=True)
    entries = SheetEntries(sheet.notes, tuple((row.text, "") for row in sheet.left_over))
    return _check_page(form, entries, sheet)


def _log_of(sheet: FilledSheet, study: Study) -> InterviewLog:
    """Return the log entry of the sheet, as far as it says; role and group stay open where it does not."""
    guide = guide_of(study)
    only = audiences_of(guide)
    audience = sheet.log.get("audience", only[0] if only else "")
    return InterviewLog(
        role=sheet.log.get("role", ""), audience=audience, key=sheet.log.get("key", ""), held_on=sheet.held_on,
        duration_min=sheet.duration_min, mode=sheet.log.get("mode", "in_person"),
        interviewer=sheet.log.get("interviewer", ""), has_consent=sheet.has_consent, record="notes",
        language="zh" if is_chinese("".join(sheet.notes.values())) else "en", questions=sheet.states or None)


def _check_page(form: InterviewForm, entries: SheetEntries, sheet: FilledSheet | None = None, **shown: object) -> str:
    guide = guide_of(g.study)
    questions = {question.key: question for question in (guide.questions if guide else ())}
    return render_template("interview/sheet_check.html", study=g.study, form=form, entries=entries, sheet=sheet,
                           questions=questions, rest=REST, leave_out=LEAVE_OUT, **shown)


@blueprint.post(f"{PLACE}/store")
@requires("can_run_studies")
def store(study_id: int) -> str | Response | tuple[str, int]:
    """Store a sheet that was looked over as an interview with notes, which are then finished like others."""
    form, entries = interview_form(guide_of(g.study), reader_language()), read_sheet_entries(request.form)
    if not form.validate_on_submit() or entries.undecided:
        return _check_page(form, entries), 422
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            interview = log_interview(session, study, form.log, current_account())
            save_notes(session, study, interview, entries.typed, current_account())
    except Refused as fault:
        return _check_page(form, entries, fault=fault), 422
    flash(_("The sheet is stored as notes of interview %(key)s. Look them over, then finish them.", key=interview.key))
    return redirect(url_for("note.show", study_id=study_id, interview_id=interview.id))
