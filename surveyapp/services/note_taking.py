"""Notes during an interview: boxes by question, saved again and again, and the clock.

A save names the number of the text it was written over. Where another page has saved since, nothing is overwritten: the
answer holds both texts. A page that repeats a save because it never heard the answer is not another page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from instruments.template import Guide, Question
from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, NotFound, Refused
from surveyapp.models.account import Account
from surveyapp.models.interview import Interview
from surveyapp.models.note import NoteSave, NoteSheet
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.coverage import STATES, questions_for
from surveyapp.services.decoding import normalise
from surveyapp.services.interview import LONGEST_INTERVIEW, guide_of, subject_of

REST = "rest"                   # the box for what belongs to no question
LONGEST_NOTE = 20_000           # characters of one box
MINUTE_S = 60


@dataclass(frozen=True)
class NoteBox:
    """One box as it stands: question (None = the rest), text, number of the save, what became of the question."""

    key: str
    question: Question | None
    text: str
    number: int
    state: str


@dataclass(frozen=True)
class Clock:
    """When the interview began and ended, and the minutes in between, planned too where the guide says so."""

    started_at: datetime | None
    stopped_at: datetime | None
    minutes: int
    planned: int | None


@dataclass(frozen=True)
class NotePage:
    """Everything the screen shows."""

    boxes: tuple[NoteBox, ...]
    clock: Clock
    is_finished: bool

    @property
    def is_empty(self) -> bool:
        return not any(box.text.strip() for box in self.boxes)

    @property
    def unticked(self) -> tuple[NoteBox, ...]:
        """Boxes with notes on a question of which nobody noted whether it was asked."""
        return tuple(box for box in self.boxes if box.question and box.text.strip() and not box.state)


@dataclass(frozen=True)
class Typed:
    """One box as a page sends it: `number` is that of the text it was written over, None of a state what it was."""

    text: str
    number: int
    state: str | None = None


@dataclass(frozen=True)
class Saved:
    """The numbers of the boxes that were saved, and the boxes that another page has changed, as they stand."""

    numbers: Mapping[str, int]
    conflicts: Mapping[str, NoteBox]


def load_note_page(session: Session, study: Study, interview: Interview, now: datetime | None = None) -> NotePage:
    """Return the screen of an interview; a box with notes is shown even if the guide no longer has its question."""
    guide = guide_of(study)
    latest = _latest(session, interview)
    states = interview.questions or {}
    known = {question.key: question for question in (guide.questions if guide else ())}
    keys = dict.fromkeys([question.key for question in questions_for(guide, interview.audience)]
                         + [key for key in known if key in latest or key in states] + sorted(latest.keys() - {REST}))
    boxes = [NoteBox(key, known.get(key), latest[key].text if key in latest else "",
                     latest[key].number if key in latest else 0, str(states.get(key, ""))) for key in (*keys, REST)]
    sheet = session.get(NoteSheet, interview.id)
    return NotePage(tuple(boxes), _clock(sheet, guide, interview, now or utc_now()),
                    sheet is not None and sheet.finished_at is not None)


def _latest(session: Session, interview: Interview) -> dict[str, NoteSave]:
    newest = (select(NoteSave.box, func.max(NoteSave.number).label("number"))
              .where(NoteSave.interview_id == interview.id).group_by(NoteSave.box).subquery())
    rows = session.scalars(select(NoteSave).join(newest, and_(newest.c.box == NoteSave.box,
                                                              newest.c.number == NoteSave.number))
                           .where(NoteSave.interview_id == interview.id))
    return {row.box: row for row in rows}


def _clock(sheet: NoteSheet | None, guide: Guide | None, interview: Interview, now: datetime) -> Clock:
    planned = guide.minutes.get(interview.audience) if guide else None
    if sheet is None or sheet.started_at is None:
        return Clock(None, None, 0, planned)
    passed = ((sheet.stopped_at or now) - sheet.started_at).total_seconds()
    return Clock(sheet.started_at, sheet.stopped_at, max(int(passed // MINUTE_S), 0), planned)


def save_notes(session: Session, study: Study, interview: Interview, typed: Mapping[str, Typed],
               account: Account | None = None, *, tab: str = "") -> Saved:
    """Store every box that changed; one that another page changed meanwhile is left and given back."""
    _check_open(session, interview)
    known = {box.key: box for box in load_note_page(session, study, interview).boxes}
    for key, entry in typed.items():
        _check_typed(key, entry, known)
    latest = _latest(session, interview)
    numbers: dict[str, int] = {}
    conflicts: dict[str, NoteBox] = {}
    for key, entry in typed.items():
        text, before = normalise(entry.text), latest.get(key)
        number = before.number if before else 0
        if text == (before.text if before else ""):
            numbers[key] = number
        elif number == entry.number or _is_own(session, interview, key, entry.number, tab):
            session.add(NoteSave(interview_id=interview.id, box=key, number=number + 1, text=text, tab=tab,
                                 account_id=account.id if account else None))
            numbers[key] = number + 1
        else:
            conflicts[key] = known[key]
    _set_states(session, study, interview, typed, account)
    session.flush()
    return Saved(numbers, conflicts)


def _check_open(session: Session, interview: Interview) -> None:
    """Refuse notes without consent and after the end; two pages save one after the other."""
    session.execute(select(Interview.id).where(Interview.id == interview.id).with_for_update())
    if not interview.has_consent:
        raise Refused("Without consent no notes of a conversation may be stored.",
                      "Read out the opening of the guide and tick the consent first.")
    sheet = session.get(NoteSheet, interview.id)
    if sheet is not None and sheet.finished_at is not None:
        raise Refused("The notes of this interview are finished.", "Open them again to change them.")


def _check_typed(key: str, entry: Typed, known: Mapping[str, NoteBox]) -> None:
    if key not in known:
        raise NotFound("The guide has no question {key}.", "Load the page again.", key=repr(key))
    if len(entry.text) > LONGEST_NOTE:
        raise BadInput("The notes on {key} have {n} characters.", "A box takes at most {most}: go on in the last box.",
                       key=key, n=len(entry.text), most=LONGEST_NOTE)
    if entry.state and entry.state not in STATES:
        raise BadInput("{value} is not what can be noted of a question.", "Choose one of: {known}.",
                       value=repr(entry.state), known=", ".join(STATES))


def _is_own(session: Session, interview: Interview, key: str, number: int, tab: str) -> bool:
    """Tell whether everything saved since was sent by the same open page."""
    tabs = set(session.scalars(select(NoteSave.tab).where(
        NoteSave.interview_id == interview.id, NoteSave.box == key, NoteSave.number > number)))
    return bool(tab) and tabs == {tab}


def _set_states(session: Session, study: Study, interview: Interview, typed: Mapping[str, Typed],
                account: Account | None) -> None:
    before = dict(interview.questions or {})
    after = {**before, **{key: entry.state for key, entry in typed.items() if entry.state is not None and key != REST}}
    after = {key: state for key, state in after.items() if state}
    if after == before:
        return
    interview.questions = after or None
    record_change(session, "note_questions", subject_of(interview), study_id=study.id, account=account,
                  before={"questions": before}, after={"questions": after})


def give_consent(session: Session, study: Study, interview: Interview, account: Account | None = None) -> None:
    """Note that the interviewee agreed to notes being kept and analysed."""
    if interview.has_consent:
        return
    interview.has_consent = True
    record_change(session, "note_consent", subject_of(interview), study_id=study.id, account=account,
                  before={"has_consent": False}, after={"has_consent": True})
    session.flush()


def start_clock(session: Session, interview: Interview, now: datetime | None = None) -> NoteSheet:
    """Start the clock; one that runs goes on, one that was stopped runs on from its beginning."""
    sheet = sheet_of(session, interview)
    sheet.started_at = sheet.started_at or now or utc_now()
    sheet.stopped_at = None
    session.flush()
    return sheet


def stop_clock(session: Session, interview: Interview, now: datetime | None = None) -> None:
    """Stop the clock; an entry without minutes takes them from it."""
    sheet = sheet_of(session, interview)
    if sheet.started_at is None:
        return
    sheet.stopped_at = sheet.stopped_at or now or utc_now()
    minutes = round((sheet.stopped_at - sheet.started_at).total_seconds() / MINUTE_S)
    if interview.duration_min is None and 0 < minutes <= LONGEST_INTERVIEW:
        interview.duration_min = minutes
    session.flush()


def sheet_of(session: Session, interview: Interview) -> NoteSheet:
    """Return the interview's sheet, made if there is none."""
    sheet = session.get(NoteSheet, interview.id)
    if sheet is None:
        sheet = NoteSheet(interview_id=interview.id)
        session.add(sheet)
        session.flush()
    return sheet
