"""Corrections of a text that is coded already: a new version, and every coding and memo moved with its words.

The old version stays as it was and can be read. Codings whose own words were touched wait for a review. While a round
of independent coding runs, the text stays as it is, so that all of its coders read the same words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from surveyapp.errors import BadInput, NotAllowed, NotFound, Refused
from surveyapp.models.account import Account
from surveyapp.models.coding import CoderAssignment, Coding, LinkCoding, Memo, Segment
from surveyapp.models.comment import CandidateLine
from surveyapp.models.interview import ANSWERS, Interview, TranscriptFile, TranscriptVersion, Turn
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.decoding import LONGEST_TEXT, normalise
from surveyapp.services.interview import current_version, list_turns
from surveyapp.services.segment import Range, checked_version, make_segments
from surveyapp.services.speakers import LONGEST_SPEAKER, sentence_spans
from surveyapp.services.text_mapping import Edit, PlaceMap, edits_of_words, find_edits
from surveyapp.services.transcript import text_hash

CORRECT, PURGE = "correct_text", "purge_texts"
LONGEST_WORDS = 1_000       # signs that are looked for everywhere; more is a passage, corrected in its turn
Kind = TypeVar("Kind", Coding, LinkCoding, Memo)
_Mark = Coding | LinkCoding | Memo


@dataclass(frozen=True)
class Corrected:
    """What a correction did: the new text, in how many places, and how many codings and memos wait for a review."""

    version: TranscriptVersion
    n_places: int
    n_moved: int
    n_to_review: int


def correct_turn(session: Session, study: Study, interview: Interview, account: Account, number: int, words: str,
                 version_sha256: str) -> Corrected:
    """Give one turn other words; Stale if the text is not the one of that hash."""
    version = checked_version(session, interview, version_sha256)
    turn = session.scalar(select(Turn).where(Turn.version_id == version.id, Turn.number == number))
    if turn is None:
        raise NotFound("The interview has no turn {n}.", "Load the interview again.", n=number)
    words = _clean(interview, words)
    before = version.text[turn.start:turn.end]
    edits = [Edit(turn.start + edit.start, turn.start + edit.end, turn.start + edit.new_start,
                  turn.start + edit.new_end) for edit in find_edits(before, words)]
    text = version.text[:turn.start] + words + version.text[turn.end:]
    return _correct(session, study, interview, account, _Change(version, text, edits))


def replace_words(session: Session, study: Study, interview: Interview, account: Account, words: str,
                  replacement: str, version_sha256: str) -> Corrected:
    """Put other words wherever these stand in the text, in labels and names of speakers too."""
    version = checked_version(session, interview, version_sha256)
    words, replacement = normalise(words).strip(), normalise(replacement).strip()
    if not words or max(len(words), len(replacement)) > LONGEST_WORDS or "\n" in words + replacement:
        raise BadInput("Give words of one line, of at most {most} characters.",
                       "Longer passages are corrected in their turn.", most=LONGEST_WORDS)
    edits = edits_of_words(version.text, words, replacement)
    if not edits:
        raise BadInput("These words do not occur in the text.", "Copy them from the text, every sign of them.")
    change = _Change(version, version.text.replace(words, replacement), edits, renamed=(words, replacement))
    return _correct(session, study, interview, account, change)


def restore_text(session: Session, study: Study, interview: Interview, account: Account, *, seen: int, wanted: int,
                 action: str, trace: Mapping[str, int]) -> Corrected:
    """Make the text of an older version the newest again; refused unless the newest is the one that was seen."""
    version = current_version(session, interview)
    if version is None or version.number != seen:
        raise Refused("The text was corrected again after your last step, so that step cannot be undone.",
                      "Correct the text by hand.")
    older = session.scalar(select(TranscriptVersion).where(
        TranscriptVersion.interview_id == interview.id, TranscriptVersion.number == wanted))
    if older is None:
        raise Refused("The earlier text was deleted for good, so it cannot come back.", "Correct the text by hand.")
    change = _Change(version, older.text, find_edits(version.text, older.text), action, trace=trace)
    return _correct(session, study, interview, account, change)


def purge_texts(session: Session, study: Study, interview: Interview, account: Account) -> int:
    """Delete all versions but the newest, and the file as it came, for good; return how many texts went."""
    _check_may_correct(session, interview, account)
    newest = current_version(session, interview)
    others = select(TranscriptVersion).where(TranscriptVersion.interview_id == interview.id,
                                             TranscriptVersion.id != (newest.id if newest else 0))
    old = list(session.scalars(others))
    if not old:
        raise Refused("There is no earlier text of this interview.", "Nothing has to be deleted.")
    session.execute(delete(TranscriptVersion).where(TranscriptVersion.id.in_([row.id for row in old])))
    n_files = len(session.scalars(delete(TranscriptFile).where(TranscriptFile.interview_id == interview.id)
                                  .returning(TranscriptFile.id)).all())
    session.expire_all()        # the database emptied the references to former passages itself
    record_change(session, PURGE, f"interview {interview.id}", study_id=study.id, account=account,
                  before={"versions": [row.number for row in old], "n_files": n_files})
    session.flush()
    return len(old)


def list_versions(session: Session, interview: Interview) -> list[TranscriptVersion]:
    """Return the texts of the interview there are, newest first."""
    return list(session.scalars(select(TranscriptVersion).where(TranscriptVersion.interview_id == interview.id)
                                .order_by(TranscriptVersion.number.desc())))


def get_version(session: Session, interview: Interview, number: int) -> TranscriptVersion:
    """Return the text of that number; NotFound if there is none or it was deleted for good."""
    found = session.scalar(select(TranscriptVersion).where(TranscriptVersion.interview_id == interview.id,
                                                           TranscriptVersion.number == number))
    if found is None:
        raise NotFound("The interview has no text number {n}.", "It may have been deleted for good.", n=number)
    return found


# ---- making the new version -----------------------------------------------------------------------------------------
def _clean(interview: Interview, words: str) -> str:
    words = normalise(words).strip()
    if interview.kind == ANSWERS:
        words = " ".join(words.split())     # a comment is a line
    if not words:
        raise BadInput("A turn cannot be without words.", "Write what shall stand there, such as [removed].")
    return words


def _check_may_correct(session: Session, interview: Interview, account: Account) -> None:
    if not account.permissions.can_run_studies:
        raise NotAllowed("Only a researcher may correct the text.", "Ask one of them.")
    if session.scalar(select(CoderAssignment.id).where(CoderAssignment.interview_id == interview.id,
                                                       CoderAssignment.released_at.is_(None)).limit(1)) is not None:
        raise Refused("The interview is being coded independently: all of its coders must read the same text.",
                      "Correct it when all have finished, or dissolve the round.")


@dataclass(frozen=True)
class _Change:
    """What shall become of a text: another one, by these edits."""

    version: TranscriptVersion
    text: str
    edits: Sequence[Edit]
    action: str = CORRECT
    renamed: tuple[str, str] | None = None
    trace: Mapping[str, int] = field(default_factory=dict)


def _correct(session: Session, study: Study, interview: Interview, account: Account, change: _Change) -> Corrected:
    _check_may_correct(session, interview, account)
    version, text = change.version, change.text
    if text == version.text:
        raise BadInput("The text says that already.", "Change something first.")
    if len(text) > LONGEST_TEXT:
        raise BadInput("{place}: the text has {n} characters.", "A transcript has at most {most}: split it.",
                       place=interview.key, n=len(text), most=LONGEST_TEXT)
    new = TranscriptVersion(interview_id=interview.id, number=version.number + 1, text=text, sha256=text_hash(text))
    session.add(new)
    session.flush()
    turns = list_turns(session, version)
    places = PlaceMap(change.edits)
    _move_turns(session, change, new, turns, places)
    rows: list[_Mark] = [*_rows_in(session, Coding, version), *_rows_in(session, LinkCoding, version),
                         *_rows_in(session, Memo, version)]
    _move_marks(session, interview, change, new, rows, _Mover(turns, places, version.text, text))
    n_to_review = sum(row.needs_review and row.deleted_at is None for row in rows)
    record_change(session, change.action, f"interview {interview.id} text {new.id}", study_id=study.id,
                  account=account, before={"version": version.number, "sha256": version.sha256},
                  after={"version": new.number, "sha256": new.sha256, "n_places": len(change.edits),
                         "n_moved": len(rows), "n_to_review": n_to_review, **change.trace})
    session.flush()
    return Corrected(new, len(change.edits), len(rows), n_to_review)


def _move_turns(session: Session, change: _Change, new: TranscriptVersion, turns: Sequence[Turn],
                places: PlaceMap) -> None:
    """Give the new text the turns of the old one; what spoke for a comment speaks for it still."""
    moved = []
    for turn in turns:
        start, end = places.start(turn.start, takes_in=True), places.end(turn.end, takes_in=True)
        words = new.text[start:end]
        if not words.strip():
            raise BadInput("Turn {n} would be without words.", "Put something in their place, such as [removed].",
                           n=turn.number)
        start, end = start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())
        moved.append(Turn(version_id=new.id, number=turn.number, speaker=_renamed(turn.speaker, change.renamed),
                          start=start, end=end, is_interviewee=turn.is_interviewee, at_ms=turn.at_ms))
    session.add_all(moved)
    session.flush()
    number_of = {turn.id: turn.number for turn in turns}
    new_of = {turn.number: turn.id for turn in moved}
    for line in session.scalars(select(CandidateLine).join(Turn, Turn.id == CandidateLine.turn_id)
                                .where(Turn.version_id == change.version.id)):
        line.turn_id = new_of[number_of[line.turn_id]]


def _renamed(speaker: str, renamed: tuple[str, str] | None) -> str:
    return (speaker.replace(*renamed).strip()[:LONGEST_SPEAKER] or speaker[:1]) if renamed and speaker else speaker


class _Mover:
    """Where a passage of the old text is in the new one, and whether its words changed."""

    def __init__(self, turns: Sequence[Turn], places: PlaceMap, old: str, new: str) -> None:
        self._turns, self._places, self._old, self._new = turns, places, old, new
        self._starts = {turn.start for turn in turns}
        self._ends = {turn.end for turn in turns}

    def move(self, start: int, end: int) -> Range:
        """Return the range with the passage's words; one that is gone gets the sentence around its place."""
        # A passage that began or ended with its turn does so still.
        first = self._places.start(start, takes_in=start in self._starts)
        last = self._places.end(end, takes_in=end in self._ends)
        if first < last and self._new[first:last].strip():
            return first, last
        return self._sentence_at(min(first, last))

    def has_changed(self, old: Range, new: Range) -> bool:
        return self._old[old[0]:old[1]] != self._new[new[0]:new[1]]

    def _sentence_at(self, place: int) -> Range:
        spans = [(self._places.start(turn.start, takes_in=True), self._places.end(turn.end, takes_in=True))
                 for turn in self._turns]
        start, end = min(spans, key=lambda span: max(span[0] - place, place - span[1], 0))
        sentences = [(start + left, start + right) for left, right in sentence_spans(self._new[start:end])]
        # Of two that meet there, the later one: its beginning is where the words were.
        return min(reversed(sentences), key=lambda span: max(span[0] - place, place - span[1], 0))


def _rows_in(session: Session, kind: type[Kind], version: TranscriptVersion) -> list[Kind]:
    """Return what points to a passage of a text, deleted rows too: they may come back."""
    return list(session.scalars(select(kind).where(
        kind.segment_id.in_(select(Segment.id).where(Segment.version_id == version.id)))))


def _move_marks(session: Session, interview: Interview, change: _Change, new: TranscriptVersion,
                rows: Sequence[_Mark], mover: _Mover) -> None:
    """Let every coding and memo point to its place in the new text."""
    used = {row.segment_id for row in rows}
    segments = session.scalars(select(Segment).where(Segment.version_id == change.version.id))
    old_of: dict[int | None, Range] = {row.id: (row.start, row.end) for row in segments if row.id in used}
    went = {number: mover.move(*place) for number, place in old_of.items()}
    back = _former_places(session, rows, new)
    made = make_segments(session, interview, new, [*went.values(), *back.values()])
    for row in rows:
        old = row.segment_id
        if row.former_id in back:           # its words are again what they were before the correction
            row.segment_id, row.needs_review, row.former_id = made[back[row.former_id]].id, False, None
            continue
        row.segment_id = made[went[old]].id
        if mover.has_changed(old_of[old], went[old]):
            row.former_id = row.former_id if row.needs_review else old
            row.needs_review = True
    session.flush()


def _former_places(session: Session, rows: Sequence[_Mark], new: TranscriptVersion) -> dict[int | None, Range]:
    """Return the places of those passages that were touched since, where the new text is one they come from."""
    wanted = {row.former_id for row in rows if row.former_id is not None}
    if not wanted:
        return {}
    return {row.id: (row.start, row.end) for row in session.scalars(
        select(Segment).join(TranscriptVersion, TranscriptVersion.id == Segment.version_id).where(
            TranscriptVersion.interview_id == new.interview_id, TranscriptVersion.sha256 == new.sha256))
            if row.id in wanted}
