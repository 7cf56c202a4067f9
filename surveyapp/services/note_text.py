"""Finished notes become the interview's text: one turn a box, names and numbers replaced before it is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from surveyapp.db.base import utc_now
from surveyapp.db.traces import overwrite_deleted
from surveyapp.errors import BadInput, Refused
from surveyapp.models.account import Account
from surveyapp.models.interview import Interview
from surveyapp.models.note import NoteSave, NoteSheet
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.identity_key import (
    count_replacements,
    keep_replacements,
    known_replacements,
    names_to_look_for,
)
from surveyapp.services.interview import has_codings, store_transcript, subject_of
from surveyapp.services.note_taking import REST, NoteBox, load_note_page, sheet_of, stop_clock
from surveyapp.services.pseudonymise import Identifier, check_replacement, find_identifiers
from surveyapp.services.speakers import ParsedTurn
from surveyapp.services.transcript import Transcript, text_hash

BETWEEN = "\n\n"
SPEAKER_OF_REST = {"zh": "其他", "en": "Other"}


def transcript_of_notes(notes: Sequence[tuple[str, str]], language: str) -> Transcript:
    """Return box and note as a text with a turn a box; the box's name is the speaker and does not stand in the text."""
    text, turns = "", []
    for box, note in notes:
        said = note.strip()
        if not said:
            continue
        text += BETWEEN if text else ""
        speaker = SPEAKER_OF_REST.get(language, SPEAKER_OF_REST["en"]) if box == REST else box
        turns.append(ParsedTurn(speaker, True, len(text), len(text) + len(said)))
        text += said
    if not turns:
        raise BadInput("There are no notes yet.", "Write something into at least one box.")
    return Transcript(text, text_hash(text), tuple(turns), "UTF-8")


def find_in_notes(session: Session, secret: str, study: Study, interview: Interview) -> tuple[Identifier, ...]:
    """Return what in the notes may tell who is meant."""
    boxes = load_note_page(session, study, interview).boxes
    text = transcript_of_notes([(box.key, box.text) for box in boxes], interview.language).text
    return find_identifiers(text, known_replacements(session, secret, study), names=names_to_look_for(session, study),
                            n_known=count_replacements(session, study))


def finish_notes(session: Session, secret: str, study: Study, interview: Interview,
                 decisions: Mapping[str, str | None], account: Account | None = None) -> tuple[Identifier, ...]:
    """Make the notes the interview's text; returns what is still to be decided, and then nothing was stored.

    `decisions` says what is put in place of words that may identify a person, None where they stay. Afterwards the
    boxes hold the replaced words too, and what was saved on the way is gone: it may name whom the text no longer names.
    """
    found = find_in_notes(session, secret, study, interview)
    if any(row.words not in decisions for row in found):
        return found
    chosen = {row.words: wanted for row in found if (wanted := decisions[row.words]) is not None}
    boxes = load_note_page(session, study, interview).boxes
    notes = [(box.key, note) for box, note in zip(boxes, _replaced(boxes, found, chosen), strict=True)]
    if chosen:
        keep_replacements(session, secret, study, found, chosen, account)
    transcript = transcript_of_notes(notes, interview.language)
    stop_clock(session, interview)
    store_transcript(session, study, interview, transcript, filename=interview.key, account=account)
    interview.record = "notes"
    _keep_only_last(session, interview, boxes, dict(notes), account)
    sheet_of(session, interview).finished_at = utc_now()
    record_change(session, "finish_notes", subject_of(interview), study_id=study.id, account=account,
                  after={"n_boxes": len(transcript.turns), "n_replaced": len(chosen)})
    session.flush()
    return ()


def _replaced(boxes: Sequence[NoteBox], found: Sequence[Identifier], chosen: Mapping[str, str]) -> list[str]:
    """Return each box's note with the chosen words replaced; places count in the joined text."""
    for words, replacement in chosen.items():
        check_replacement(words, replacement)
    places = sorted(((start, end, chosen[row.words].strip()) for row in found if row.words in chosen
                     for start, end in row.places), reverse=True)
    notes, begin = [], 0
    for box in boxes:
        note = box.text.strip()
        stop = begin + len(note)
        for start, end, replacement in places:
            first, last = max(start, begin), min(end, stop)
            if first < last:        # a number that runs on into the next box is replaced where it begins
                note = note[:first - begin] + (replacement if start >= begin else "") + note[last - begin:]
        notes.append(note)
        begin = stop + len(BETWEEN) if box.text.strip() else begin
    return notes


def _keep_only_last(session: Session, interview: Interview, boxes: Sequence[NoteBox], notes: Mapping[str, str],
                    account: Account | None) -> None:
    overwrite_deleted(session)
    session.execute(delete(NoteSave).where(NoteSave.interview_id == interview.id))
    session.add_all(NoteSave(interview_id=interview.id, box=box.key, number=box.number + 1, text=notes[box.key],
                             account_id=account.id if account else None) for box in boxes if notes[box.key])


def correct_note(session: Session, interview: Interview, speaker: str, text: str, account: Account | None) -> None:
    """Put into the box what its turn was corrected to, so that notes opened again hold the correction."""
    box = REST if speaker in SPEAKER_OF_REST.values() else speaker
    newest = session.scalar(select(func.max(NoteSave.number)).where(
        NoteSave.interview_id == interview.id, NoteSave.box == box))
    if newest is not None:
        session.add(NoteSave(interview_id=interview.id, box=box, number=newest + 1, text=text,
                             account_id=account.id if account else None))
        session.flush()


def reopen_notes(session: Session, study: Study, interview: Interview, account: Account | None = None) -> None:
    """Open finished notes again, until anything is coded in their text."""
    sheet = session.get(NoteSheet, interview.id)
    if sheet is None or sheet.finished_at is None:
        return
    if has_codings(session, interview):
        raise Refused("Passages of these notes are coded already.",
                      "Delete the codings first, or write a memo about what is to be added.")
    sheet.finished_at = None
    record_change(session, "reopen_notes", subject_of(interview), study_id=study.id, account=account)
    session.flush()
