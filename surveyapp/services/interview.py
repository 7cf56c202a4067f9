"""Interviews: the log, transcripts and their turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, defer

from instruments.codec import from_document, to_document
from instruments.template import Guide
from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, NotFound, Refused, marked
from surveyapp.models.account import Account
from surveyapp.models.audit import Audit
from surveyapp.models.coding import CoderAssignment, Coding, LinkCoding, Memo
from surveyapp.models.interview import CONVERSATION, Interview, TranscriptFile, TranscriptVersion, Turn
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.coverage import STATES
from surveyapp.services.decoding import is_chinese
from surveyapp.services.transcript import Transcript, read_transcript

MODES = ("in_person", "telephone", "video")
RECORDS = ("verbatim", "notes")
UNSPECIFIED = "unspecified"         # the role class of an interviewee of whom none was noted
PASSAGES = "passages"               # an interview known only by the passages that were coded elsewhere
UNKNOWN_CHOICE = {
    "role": marked("{value} is not a role class of the interview guide."),
    "audience": marked("{value} is not a group of the interview guide."),
    "mode": marked("{value} is not a way to hold an interview."),
    "record": marked("{value} is not a kind of record."),
    "question": marked("{value} is not a question of the interview guide."),
    "state": marked("{value} is not what can be noted of a question."),
}
LONGEST_INTERVIEW = 24 * 60         # minutes; more is a slip of the pen


@dataclass(frozen=True)
class InterviewLog:
    """What is written down about an interview; an empty key is given the next free one."""

    role: str
    audience: str
    key: str = ""
    line: str = ""
    tenure_band: str = ""
    held_on: date | None = None
    duration_min: int | None = None
    mode: str = "in_person"
    interviewer: str = ""
    has_consent: bool = False
    record: str = "notes"
    language: str = "en"
    questions: Mapping[str, str] | None = None      # guide question → asked, covered, skipped; None = not noted
    notes: str = ""


def guide_of(study: Study) -> Guide | None:
    """Return the study's interview guide, or None."""
    document = study.template.get("guide")
    return from_document(Guide, document) if document else None


def audiences_of(guide: Guide | None) -> tuple[str, ...]:
    """Return the audiences the guide has questions for, in the order they first appear."""
    questions = guide.questions if guide else ()
    return tuple(dict.fromkeys(audience for question in questions for audience in question.audiences))


def list_interviews(session: Session, study: Study) -> list[Interview]:
    """Return the study's interviews, by key; the open answers of questionnaires are none."""
    return list(session.scalars(select(Interview).where(
        Interview.study_id == study.id, Interview.kind == CONVERSATION).order_by(Interview.key)))


def get_interview(session: Session, study: Study, key_or_number: str | int) -> Interview:
    """Return what is coded in the study under that key (text) or number, of either kind; NotFound otherwise."""
    same = Interview.id == key_or_number if isinstance(key_or_number, int) else Interview.key == key_or_number
    interview = session.scalar(select(Interview).where(Interview.study_id == study.id, same))
    if interview is None:
        raise NotFound("The study has no interview {key}.", "See the list of interviews.", key=repr(key_or_number))
    return interview


def get_conversation(session: Session, study: Study, key_or_number: str | int) -> Interview:
    """Return the study's interview of that key or number; open answers have no log entry, speakers or file."""
    interview = get_interview(session, study, key_or_number)
    if interview.kind != CONVERSATION:
        raise NotFound("{key} holds answers to an open question, not an interview.", "See the list of interviews.",
                       key=interview.key)
    return interview


def log_of(interview: Interview) -> InterviewLog:
    """Return the log entry as a value."""
    return InterviewLog(**{field.name: getattr(interview, field.name) for field in fields(InterviewLog)})


def log_interview(session: Session, study: Study, log: InterviewLog, account: Account | None = None) -> Interview:
    """Return a new interview with that log entry."""
    log = replace(log, key=log.key.strip() or _next_key(session, study))
    _check_log(session, study, log)
    guide = guide_of(study)
    interview = Interview(study_id=study.id, guide_version=guide.version if guide else "", **_columns(log))
    session.add(interview)
    session.flush()
    record_change(session, "log_interview", subject_of(interview), study_id=study.id, account=account,
                  after=to_document(asdict(log)))
    return interview


def change_log(session: Session, study: Study, interview: Interview, log: InterviewLog,
               account: Account | None = None) -> None:
    """Replace the log entry; consent cannot be taken back while a text is stored."""
    log = replace(log, key=log.key.strip() or interview.key)
    _check_log(session, study, log, interview)
    if not log.has_consent and current_version(session, interview) is not None:
        raise Refused("A text of this interview is stored, so consent cannot be unticked.",
                      "If consent was withdrawn, delete the interview: text and codings go with it.")
    before = log_of(interview)
    if log == before:
        return
    for name, value in _columns(log).items():
        setattr(interview, name, value)
    record_change(session, "change_interview", subject_of(interview), study_id=study.id, account=account,
                  before=to_document(asdict(before)), after=to_document(asdict(log)))
    session.flush()


def import_interview(session: Session, study: Study, *, filename: str, content: bytes, log: InterviewLog,
                     account: Account | None = None, encoding: str | None = None) -> Interview:
    """Return a new interview with the transcript of the file; nothing is stored if anything is wrong with it."""
    return import_transcript(session, study, read_transcript(filename, content, encoding), log, filename=filename,
                             content=content, account=account)


def import_transcript(session: Session, study: Study, transcript: Transcript, log: InterviewLog, *, filename: str = "",
                      content: bytes = b"", account: Account | None = None) -> Interview:
    """Return a new interview with that transcript; refused without consent."""
    log = replace(log, language=log.language or ("zh" if is_chinese(transcript.text) else "en"))
    if not log.has_consent:
        raise _no_consent()
    interview = log_interview(session, study, log, account)
    store_transcript(session, study, interview, transcript, filename=filename, content=content, account=account)
    return interview


def store_transcript(session: Session, study: Study, interview: Interview, transcript: Transcript, *,
                     filename: str = "", content: bytes = b"", account: Account | None = None) -> TranscriptVersion:
    """Return the interview's new text; refused without consent, and once anything was coded in the old one."""
    if not interview.has_consent:
        raise _no_consent()
    before = current_version(session, interview)
    if before is not None:
        if before.sha256 == transcript.sha256:
            return before
        if has_codings(session, interview):
            raise Refused("Passages of this text are coded already; another text would leave them without a place.",
                          "Delete the codings first, or log the new text as an interview of its own.")
        session.execute(delete(TranscriptVersion).where(TranscriptVersion.interview_id == interview.id))
        session.execute(delete(TranscriptFile).where(TranscriptFile.interview_id == interview.id))
    version = _add_version(session, interview, transcript, before.number + 1 if before else 1)
    session.add(TranscriptFile(interview_id=interview.id, name=filename[:255], encoding=transcript.encoding,
                               sha256=transcript.sha256, content=content or transcript.text.encode()))
    session.flush()
    record_change(session, "store_transcript", subject_of(interview), study_id=study.id, account=account,
                  before={"sha256": before.sha256} if before else None,
                  after={"sha256": version.sha256, "encoding": transcript.encoding, "n_turns": len(transcript.turns)})
    return version


def _add_version(session: Session, interview: Interview, transcript: Transcript, number: int) -> TranscriptVersion:
    version = TranscriptVersion(interview_id=interview.id, number=number, text=transcript.text,
                                sha256=transcript.sha256)
    session.add(version)
    session.flush()
    session.add_all(Turn(version_id=version.id, number=place, speaker=turn.speaker, start=turn.start, end=turn.end,
                         is_interviewee=turn.is_interviewee, at_ms=turn.at_ms)
                    for place, turn in enumerate(transcript.turns, 1))
    return version


def current_version(session: Session, interview: Interview) -> TranscriptVersion | None:
    """Return the newest text of the interview, or None."""
    found = select(TranscriptVersion).where(TranscriptVersion.interview_id == interview.id)
    return session.scalar(found.order_by(TranscriptVersion.number.desc()).limit(1))


def list_turns(session: Session, version: TranscriptVersion) -> list[Turn]:
    """Return the turns of the text in order."""
    return list(session.scalars(select(Turn).where(Turn.version_id == version.id).order_by(Turn.number)))


def turns_around(session: Session, version: TranscriptVersion, place: tuple[int, int]) -> list[Turn]:
    """Return the turns that a range of the text touches, with the one before them."""
    touched = [*session.scalars(select(Turn).where(Turn.version_id == version.id, Turn.start < place[1],
                                                   Turn.end > place[0]).order_by(Turn.number))]
    before = select(Turn).where(Turn.version_id == version.id, Turn.end <= place[0])
    return [*session.scalars(before.order_by(Turn.number.desc()).limit(1)), *touched]


def file_of(session: Session, interview: Interview) -> TranscriptFile | None:
    """Return the file the text came from, or None; its bytes are read only when asked for."""
    found = select(TranscriptFile).where(TranscriptFile.interview_id == interview.id)
    return session.scalar(found.options(defer(TranscriptFile.content)))


def has_codings(session: Session, interview: Interview) -> bool:
    """Return whether anything is coded, or noted on a passage, by anybody, or the interview is given to coders.

    Once it is given to them its text stays, coded or not: otherwise the answer would tell whether they have begun.
    """
    if session.scalar(select(CoderAssignment.id).where(CoderAssignment.interview_id == interview.id).limit(1)):
        return True
    for kind in (Coding, LinkCoding, Memo):
        found = select(kind.id).where(kind.interview_id == interview.id, kind.deleted_at.is_(None)).limit(1)
        if session.scalar(found if kind is not Memo else found.where(Memo.segment_id.is_not(None))) is not None:
            return True
    return False


def change_speakers(session: Session, study: Study, interview: Interview, names: Mapping[str, str],
                    interviewees: Sequence[str], account: Account | None = None) -> None:
    """Give speakers other names and say who of them is interviewed; both sequences speak of the names as stored."""
    version = current_version(session, interview)
    if version is None:
        raise Refused("This interview has no text yet.", "Add a transcript or notes first.")
    before: dict[str, bool] = {}
    for turn in list_turns(session, version):
        before[turn.speaker] = turn.is_interviewee
        turn.is_interviewee = turn.speaker in interviewees
        turn.speaker = names.get(turn.speaker, "").strip()[:120] or turn.speaker
    if not any(name in interviewees for name in before):
        raise BadInput("Nobody is marked as interviewed.", "Mark at least one speaker.")
    record_change(session, "change_speakers", subject_of(interview), study_id=study.id, account=account,
                  before={"n_interviewees": sum(before.values())}, after={"n_interviewees": len(set(interviewees))})
    session.flush()


def delete_interview(session: Session, study: Study, interview: Interview, account: Account | None = None) -> None:
    """Remove the interview with text and codings, and the words of it that the audit log holds: it was asked for."""
    subject = subject_of(interview)
    mine = (Audit.subject == subject) | Audit.subject.like(f"{subject} %")
    session.execute(update(Audit).where(Audit.study_id == study.id, mine).values(before=None, after=None))
    record_change(session, "delete_interview", f"interview {interview.key}", study_id=study.id, account=account,
                  after={"deleted_at": utc_now().isoformat()})
    session.delete(interview)
    session.flush()


def subject_of(interview: Interview) -> str:
    """Return how the audit log names the interview."""
    return f"interview {interview.id}"


def _no_consent() -> Refused:
    return Refused("Without consent no transcript or notes of a conversation may be stored.",
                   "Tick that consent was given, or log the interview without its text.")


def _columns(log: InterviewLog) -> dict[str, Any]:
    values = {field.name: getattr(log, field.name) for field in fields(log)}
    return {**values, "questions": dict(log.questions) if log.questions is not None else None}


def _next_key(session: Session, study: Study) -> str:
    known = set(session.scalars(select(Interview.key).where(Interview.study_id == study.id)))
    number = (session.scalar(select(func.count()).where(
        Interview.study_id == study.id, Interview.kind == CONVERSATION)) or 0) + 1
    while f"I{number:02d}" in known:
        number += 1
    return f"I{number:02d}"


def _check_log(session: Session, study: Study, log: InterviewLog, interview: Interview | None = None) -> None:
    """Refuse a log entry that does not fit the guide or whose key is taken."""
    taken = session.scalar(select(Interview.id).where(Interview.study_id == study.id, Interview.key == log.key))
    if taken is not None and (interview is None or interview.id != taken):
        raise BadInput("There is an interview {key} already.", "Give it another key.", key=repr(log.key))
    guide = guide_of(study)
    # Interviews coded elsewhere bring role classes of their own.
    _check_choice("role", log.role, (*guide.roles, UNSPECIFIED) if guide and log.record != PASSAGES else ())
    _check_choice("audience", log.audience, audiences_of(guide))
    _check_choice("mode", log.mode, MODES)
    _check_choice("record", log.record, (*RECORDS, PASSAGES))
    for question, state in (log.questions or {}).items():
        _check_choice("question", question, tuple(asked.key for asked in guide.questions) if guide else ())
        _check_choice("state", state, STATES)
    if log.duration_min is not None and not 0 < log.duration_min <= LONGEST_INTERVIEW:
        raise BadInput("An interview of {n} minutes cannot be.", "Give the minutes it lasted.", n=log.duration_min)


def _check_choice(field: str, value: str, known: tuple[str, ...]) -> None:
    if not value.strip() or (known and value not in known):
        raise BadInput(UNKNOWN_CHOICE[field], "Choose one of: {known}.", value=repr(value), known=", ".join(known))
