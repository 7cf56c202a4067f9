"""From a closed wave's answers to one open item to comments that wait for redaction: through the release, shuffled.

Answers are read nowhere else: whatever the release holds back (an open wave, too few people, a question that few were
asked) is held back here. No key, date, language or profile comes along, and the order is drawn anew and stored nowhere
but as the order itself.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from instruments.schema import Instrument, Item, Text
from surveyapp.db.traces import erase_traces_after_commit
from surveyapp.errors import NotFound, Refused
from surveyapp.models.account import Account
from surveyapp.models.comment import CommentSource, PendingComment
from surveyapp.models.interview import Interview
from surveyapp.models.invitation import Invitation
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.audit import record_change
from surveyapp.services.blank_answers import is_blank
from surveyapp.services.blinding import list_coders
from surveyapp.services.decoding import normalise
from surveyapp.services.disclosure import plan_release
from surveyapp.services.interview import delete_interview, get_interview, list_interviews
from surveyapp.services.name_marks import KnownNames, find_person_marks
from surveyapp.services.questionnaire import compile_questionnaire
from surveyapp.services.release import TEXTS, Release
from surveyapp.services.release_columns import parts_of
from surveyapp.services.study import get_instrument, get_wave, instrument_of, list_instruments, list_waves

_chance = secrets.SystemRandom()
UNDECIDED = ""


@dataclass(frozen=True)
class OpenItem:
    """An open item of a questionnaire in a wave, and its comments where they were made ready for coding."""

    wave: Wave
    audience: str
    item: str
    text: Text
    source: CommentSource | None
    n_undecided: int = 0

    @property
    def is_ready(self) -> bool:
        return self.source is not None and self.source.interview_id is not None


def open_items(instrument: Instrument) -> list[Item]:
    """Return the items that are answered in own words."""
    return [item for item in instrument.items if item.kind == "text"]


def list_open_items(session: Session, study: Study) -> list[OpenItem]:
    """Return every open item of every wave of the study, with what was made of its answers."""
    sources = {(row.wave_id, row.audience, row.item): row for row in list_sources(session, study)}
    waiting = _waiting(session, study)
    instruments = {row.audience: instrument_of(row) for row in list_instruments(session, study)}
    found = []
    for wave in list_waves(session, study):
        if wave.is_pilot:
            continue
        for audience, instrument in instruments.items():
            for item in open_items(instrument):
                source = sources.get((wave.id, audience, item.key))
                found.append(OpenItem(wave, audience, item.key, item.text, source,
                                      waiting.get(source.id, 0) if source else 0))
    return found


def _waiting(session: Session, study: Study) -> dict[int, int]:
    rows = session.execute(select(PendingComment.source_id, PendingComment.marks).join(
        CommentSource, CommentSource.id == PendingComment.source_id).where(
        CommentSource.study_id == study.id, PendingComment.decision == UNDECIDED))
    counts: dict[int, int] = {}
    for number, marks in rows:
        counts[number] = counts.get(number, 0) + bool(marks)
    return counts


def list_sources(session: Session, study: Study) -> list[CommentSource]:
    """Return what was made of the study's open items, oldest first."""
    return list(session.scalars(select(CommentSource).where(CommentSource.study_id == study.id)
                                .order_by(CommentSource.id)))


def get_source(session: Session, study: Study, number: int) -> CommentSource:
    """Return the study's comments of that number; NotFound otherwise."""
    source = session.scalar(select(CommentSource).where(CommentSource.study_id == study.id, CommentSource.id == number))
    if source is None:
        raise NotFound("The study has no such comments.", "See the list of open questions.")
    return source


def item_text(session: Session, study: Study, source: CommentSource) -> Text:
    """Return the wording of the item the comments answer, or its key where the newest version has it no longer."""
    for row in list_instruments(session, study)[::-1]:
        if row.audience == source.audience:
            for item in instrument_of(row).items:
                if item.key == source.item:
                    return item.text
    return {"en": source.item, "zh": source.item}


# ---- making and undoing ---------------------------------------------------------------------------------------------
def make_source(session: Session, study: Study, wave_key: str, audience: str, item: str,
                account: Account | None = None) -> CommentSource:
    """Return the comments on the item in that wave, shuffled, each with the places that may name a person."""
    wave, published = get_wave(session, study, wave_key), get_instrument(session, study, audience)
    _check_new(session, wave, published, item)
    release = plan_release(session, study, wave, published)
    written = [" ".join(normalise(text).split()) for text in texts_of(release, item)]
    comments = [text for text in written if not is_blank(text)]
    minimum = max(release.minimum, 1)
    if len(comments) < minimum:
        raise Refused("This question has {n} comments; fewer than {minimum} would show who wrote them.",
                      "Use another question, or collect more answers in another wave.", n=len(comments),
                      minimum=minimum)
    source = CommentSource(study_id=study.id, wave_id=wave.id, audience=published.audience, item=item, minimum=minimum,
                           n_written=len(comments), n_blank=len(written) - len(comments))
    session.add(source)
    session.flush()
    known = known_names(session, study)
    _chance.shuffle(comments)
    session.add_all(PendingComment(
        source_id=source.id, number=number, text=text,
        marks=[[mark.start, mark.end, mark.kind] for mark in find_person_marks(text, known)])
        for number, text in enumerate(comments, 1))
    session.flush()
    record_change(session, "make_comments", subject_of(source), study_id=study.id, account=account,
                  after={"wave": wave.key, "item": item, "n_comments": source.n_written, "n_blank": source.n_blank})
    return source


def _check_new(session: Session, wave: Wave, published: PublishedInstrument, item: str) -> None:
    if item not in {row.key for row in open_items(instrument_of(published))}:
        raise NotFound("The questionnaire has no open question {key}.", "Choose one from the list.", key=repr(item))
    made = session.scalar(select(CommentSource.id).where(
        CommentSource.wave_id == wave.id, CommentSource.audience == published.audience, CommentSource.item == item))
    if made is not None:
        raise Refused("The comments on this question are taken over already.",
                      "Open them, or discard them to take them over anew.")


def texts_of(release: Release, item: str) -> list[str]:
    """Return the answers to an open item that may leave, from every table that holds them."""
    names = set(parts_of(compile_questionnaire(release.instrument)).texts)
    found: list[str] = []
    for table in release.tables:
        if table.name == TEXTS:
            found += [str(text) for name, text in table.rows() if name == item]
        elif item in names and item in table.header:
            place = table.header.index(item)
            found += [cell for row in table.rows() if isinstance(cell := row[place], str)]
    return [text for text in found if text.strip()]


def known_names(session: Session, study: Study) -> KnownNames:
    """Return the names the study knows: of its roster, its interviewers and its accounts."""
    roster = session.scalars(select(Invitation.label).join(
        QuestionnaireLink, QuestionnaireLink.id == Invitation.link_id).join(
        Wave, Wave.id == QuestionnaireLink.wave_id).where(Wave.study_id == study.id))
    return KnownNames.of([*roster, *(row.interviewer for row in list_interviews(session, study)),
                          *(account.name for account in list_coders(session, study))])


def discard_source(session: Session, study: Study, source: CommentSource, account: Account | None = None) -> None:
    """Take the comments back with everything coded in them; they can be taken over anew, in another order."""
    if source.interview_id is not None:
        delete_interview(session, study, get_interview(session, study, source.interview_id), account)
    session.execute(delete(CommentSource).where(CommentSource.id == source.id))
    session.expire_all()
    record_change(session, "discard_comments", subject_of(source), study_id=study.id, account=account)
    forget_pending(session)


def forget_pending(session: Session) -> None:
    """Have the database's files rewritten, so that no comment is left that was replaced, dropped or discarded."""
    session.flush()
    erase_traces_after_commit(session, ("pending_comment",))


def key_of(session: Session, study: Study, source: CommentSource, wave: Wave) -> str:
    """Return a key for the text of the comments that no interview of the study has."""
    taken = set(session.scalars(select(Interview.key).where(Interview.study_id == study.id)))
    key = f"{source.item[:30]}.{wave.key}"[:38]
    return next(name for name in (key, *(f"{key[:36]}-{n}" for n in range(2, 100))) if name not in taken)


def n_pending(session: Session, source: CommentSource) -> int:
    """Return how many comments wait, flagged or not."""
    return session.scalar(select(func.count()).select_from(PendingComment).where(
        PendingComment.source_id == source.id)) or 0


def subject_of(source: CommentSource) -> str:
    """Return how the audit log names the comments."""
    return f"comments {source.id}"


def source_of_text(session: Session, interview: Interview) -> CommentSource:
    """Return what the text of comments was made of; NotFound where it is no such text."""
    source = session.scalar(select(CommentSource).where(CommentSource.interview_id == interview.id))
    if source is None:
        raise NotFound("The study has no such comments.", "See the list of open questions.")
    return source
