"""`surveyapp interviews sheet` and filled sheets among the files of `interviews import`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sqlalchemy.orm import Session

from surveyapp.cli.output import Subparsers, add_command, open_database
from surveyapp.db.session import read_session
from surveyapp.errors import BadInput, Refused
from surveyapp.models.study import Study
from surveyapp.services.anonymised import shown_name
from surveyapp.services.decoding import is_chinese
from surveyapp.services.interview import InterviewLog, audiences_of, guide_of, log_interview
from surveyapp.services.note_sheet_document import note_sheet
from surveyapp.services.note_sheet_reading import FilledSheet, read_note_sheet
from surveyapp.services.note_taking import REST, Typed, save_notes
from surveyapp.services.study import get_study


def add_sheet(group: Subparsers) -> None:
    """Add the command that writes an empty sheet."""
    sheet = add_command(group, "sheet", "write a Word document in which notes are taken offline", _sheet)
    sheet.add_argument("study")
    sheet.add_argument("-o", "--output", required=True, metavar="FILE.docx")
    sheet.add_argument("--audience", default="", help="group of the guide; the first where not given")
    sheet.add_argument("--language", default="en", help="of the questions")


def _sheet(options: argparse.Namespace) -> None:
    open_database()
    study = get_study(read_session(), options.study)
    guide = guide_of(study)
    if guide is None:
        raise BadInput("{study} has no interview guide.", "Create the study from a template with a guide.",
                       study=repr(study.name))
    known = audiences_of(guide)
    audience = options.audience or known[0]
    for value, choices, what in ((audience, known, "--audience"), (options.language, guide.languages, "--language")):
        if value not in choices:
            raise BadInput("The interview guide has no {value}.", "Say {option} with one of: {known}.",
                           value=repr(value), option=what, known=", ".join(choices))
    Path(options.output).write_bytes(note_sheet(guide, audience, options.language, shown_name(study)))
    print(f"Wrote {options.output}: notes of {audience} in {options.language}.")


def import_sheet(session: Session, study: Study, path: Path, content: bytes, options: argparse.Namespace) -> None:
    """Store a filled sheet as notes, to be looked over and finished on the web; what has no sure place is refused."""
    guide = guide_of(study)
    if guide is None:
        raise BadInput("{study} has no interview guide.", "Create the study from a template with a guide.",
                       study=repr(study.name))
    sheet = read_note_sheet(content, path.name, guide)
    if sheet.left_over and options.left_over is None:
        raise Refused("{place}: {n} paragraphs stand outside the boxes, the first: {text}.",
                      "Load the sheet on the web and say where they belong, or say --left-over rest or drop.",
                      place=path.name, n=len(sheet.left_over), text=repr(sheet.left_over[0].text[:40]))
    notes = dict(sheet.notes)
    if options.left_over == "rest":
        notes[REST] = "\n".join([*filter(None, [notes.get(REST)]), *(row.text for row in sheet.left_over)])
    log = _log_of(sheet, options, "".join(notes.values()))
    if not log.has_consent:
        raise Refused("{place}: the sheet does not say that the interviewee has consented.",
                      "Tick it in the sheet, or say --consent yes once it was given.", place=path.name)
    interview = log_interview(session, study, log)
    save_notes(session, study, interview, {box: Typed(text, 0) for box, text in notes.items()})
    print(f"{path.name}: notes on {len(notes)} boxes are interview {interview.key}; finish them on its notes page.")
    for name, text in sheet.unread:
        print(f"Notice: {path.name}: {name} made no sense and was left empty: {text!r}.", file=sys.stderr)


def _log_of(sheet: FilledSheet, options: argparse.Namespace, text: str) -> InterviewLog:
    return InterviewLog(
        role=sheet.log.get("role") or options.role, audience=sheet.log.get("audience") or options.audience,
        key=sheet.log.get("key", ""), held_on=sheet.held_on, duration_min=sheet.duration_min,
        mode=sheet.log.get("mode", "in_person"), interviewer=sheet.log.get("interviewer", ""),
        has_consent=options.consent != "no" and (sheet.has_consent or options.consent == "yes"), record="notes",
        language=options.language or ("zh" if is_chinese(text) else "en"), questions=sheet.states or None)
