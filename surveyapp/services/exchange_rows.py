"""What an account may take along of a study's interviews: codebook, texts, passages, codings, links, memos, cases.

Every row is asked for with the rule of blind rounds. Without an account (a command) all is seen but what a running
blind round hides from somebody: whoever gets the file might be one of its coders.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, Select, and_, exists, not_, select
from sqlalchemy.orm import Session, aliased

from surveyapp.models.account import Account
from surveyapp.models.coding import CoderAssignment, Coding, LinkCoding, Memo, Segment
from surveyapp.models.interview import CONVERSATION, Interview, TranscriptVersion, Turn
from surveyapp.models.schedule import CaseAttribute
from surveyapp.models.study import Study
from surveyapp.services.anonymised import masks_of, shown_name
from surveyapp.services.blinding import is_seen_by
from surveyapp.services.case_attribute import list_attributes
from surveyapp.services.codebook import StudyCodebook, load_codebook
from surveyapp.services.exchange_codes import study_space
from surveyapp.services.speakers import ParsedTurn

Target = tuple[int | None, int | None]      # interview and segment; or none and code
Kind = type[Coding] | type[LinkCoding] | type[Memo]
_unfinished, _blind = aliased(CoderAssignment), aliased(CoderAssignment)


@dataclass(frozen=True)
class TakenCoding:
    """One code on a passage, or on an interview as a whole."""

    guid: str
    code: str
    coder: str
    polarity: str
    memo: str
    edited_quote: Mapping[str, str]
    created_at: datetime


@dataclass(frozen=True)
class TakenLink:
    guid: str
    cause: str
    problem: str
    coder: str
    edited_quote: Mapping[str, str]


@dataclass(frozen=True)
class TakenMemo:
    guid: str
    coder: str
    text: str


@dataclass(frozen=True)
class TakenPassage:
    """A passage with what hangs on it; without a place it is the interview as a whole."""

    guid: str
    start: int
    end: int
    quote: str
    turn: int | None
    speaker: str
    codings: tuple[TakenCoding, ...]
    links: tuple[TakenLink, ...]
    memos: tuple[TakenMemo, ...]


@dataclass(frozen=True)
class TakenInterview:
    """One interview, or the comments on one open question."""

    guid: str
    row: Interview
    text: str
    turns: tuple[ParsedTurn, ...]
    whole: TakenPassage
    passages: tuple[TakenPassage, ...]

    @property
    def all_passages(self) -> tuple[TakenPassage, ...]:
        """The passages in their order, and the interview as a whole."""
        return (*self.passages, self.whole)


@dataclass(frozen=True)
class TakenStudy:
    """All that leaves in one export; `coders` are guid → name; memos on codes stand by the code's key."""

    study: Study
    codebook: StudyCodebook
    coders: Mapping[str, str]
    interviews: tuple[TakenInterview, ...]
    code_memos: Mapping[str, tuple[TakenMemo, ...]]
    attributes: tuple[CaseAttribute, ...]
    name: str = ""          # what the study is called in the file

    @property
    def n_codings(self) -> int:
        return sum(len(passage.codings) for interview in self.interviews for passage in interview.all_passages)


def take_study(session: Session, study: Study, account: Account | None) -> TakenStudy:
    """Return what the account may take along of the study."""
    marks = _Marks(session, study, account)
    texts, turns, segments = _texts(session, study), _turns(session, study), _segments(session, study)
    rows = session.scalars(select(Interview).where(Interview.study_id == study.id)).all()
    interviews = []
    for row in sorted(rows, key=lambda row: (row.kind != CONVERSATION, row.key)):
        version = texts.get(row.id)
        own = turns.get(version.id, ()) if version else ()
        places = segments.get(version.id, ()) if version else ()
        passages = (marks.on(row, place, own) for place in places)
        interviews.append(TakenInterview(
            marks.guid_of(row), row, version.text if version else "",
            tuple(ParsedTurn(turn.speaker, turn.is_interviewee, turn.start, turn.end, turn.at_ms) for turn in own),
            marks.on(row, None, own),
            tuple(found for found in passages if found.codings or found.links or found.memos)))
    coders = sorted(marks.coders.items(), key=lambda pair: (pair[1], pair[0]))
    # Blackened, not renamed: places in a text must still hold.
    return masks_of(study).blacken(TakenStudy(study, marks.codebook, dict(coders), tuple(interviews), marks.on_codes(),
                                              tuple(list_attributes(session, study)), shown_name(study)))


class _Marks:
    """The codings, links and memos that may be taken along, by what they hang on; identifiers are always the same."""

    def __init__(self, session: Session, study: Study, account: Account | None) -> None:
        self._session, self._study, self._account = session, study, account
        self._space = study_space(study)
        self.codebook = load_codebook(session, study)
        self.coders: dict[str, str] = {}
        self._codings = self._rows(Coding)
        self._links = self._rows(LinkCoding)
        self._memos = self._rows(Memo)

    def _rows(self, kind: Kind) -> Mapping[Target, list[tuple[Any, str]]]:
        """Return the rows with the identifier of who made them, by interview and segment."""
        found: dict[Target, list[tuple[Any, str]]] = defaultdict(list)
        asked = (select(kind, Account.login, Account.name).join(Account, Account.id == kind.account_id)
                 .where(self._in_study(kind), kind.deleted_at.is_(None), is_taken(kind, self._account)))
        row: Any
        for row, login, name in self._session.execute(asked.order_by(kind.id)):
            guid = str(uuid5(self._space, f"coder {login}"))
            self.coders[guid] = name
            target = (row.interview_id, row.segment_id) if row.interview_id else (None, row.code_id)
            found[target].append((row, guid))
        return found

    def _in_study(self, kind: Kind) -> ColumnElement[bool]:
        if kind is Memo:
            return Memo.study_id == self._study.id
        return exists().where(Interview.id == kind.interview_id, Interview.study_id == self._study.id)

    def guid_of(self, interview: Interview) -> str:
        return str(uuid5(self._space, f"interview {interview.key}"))

    def on(self, interview: Interview, segment: Segment | None, turns: Sequence[Turn]) -> TakenPassage:
        """Return the passage with what hangs on it; without a segment the interview as a whole."""
        target = interview.id, segment.id if segment else None
        guid = segment.guid if segment else self.guid_of(interview)
        below = UUID(guid)
        codings = sorted((self._coding(row, coder, below) for row, coder in self._codings.get(target, ())),
                         key=lambda row: (row.code, row.coder, row.guid))
        links = sorted((self._link(row, coder, below) for row, coder in self._links.get(target, ())),
                       key=lambda row: (row.cause, row.problem, row.coder))
        memos = self._memos_of(target, below)
        if segment is None:
            return TakenPassage(guid, 0, 0, "", None, "", tuple(codings), tuple(links), memos)
        turn = _turn_at(turns, segment.start)
        return TakenPassage(guid, segment.start, segment.end, segment.quote, turn.number if turn else None,
                            turn.speaker if turn else "", tuple(codings), tuple(links), memos)

    def _coding(self, row: Coding, coder: str, below: UUID) -> TakenCoding:
        code = self.codebook.by_id[row.code_id].key
        return TakenCoding(str(uuid5(below, f"coding {code} {coder}")), code, coder, row.polarity, row.memo,
                           row.edited_quote, row.created_at)

    def _link(self, row: LinkCoding, coder: str, below: UUID) -> TakenLink:
        cause, problem = self.codebook.by_id[row.cause_id].key, self.codebook.by_id[row.problem_id].key
        return TakenLink(str(uuid5(below, f"link {cause} {problem} {coder}")), cause, problem, coder,
                         row.edited_quote)

    def _memos_of(self, target: Target, below: UUID) -> tuple[TakenMemo, ...]:
        found = {str(uuid5(below, f"memo {coder} {row.text}")): TakenMemo("", coder, row.text)
                 for row, coder in self._memos.get(target, ())}
        return tuple(replace(memo, guid=guid) for guid, memo in sorted(found.items()))

    def on_codes(self) -> Mapping[str, tuple[TakenMemo, ...]]:
        """Return the memos on codes, by key."""
        return {entry.key: memos for entry in self.codebook.entries
                if (memos := self._memos_of((None, entry.id), uuid5(self._space, f"code {entry.key}")))}


def _turn_at(turns: Sequence[Turn], place: int) -> Turn | None:
    """Return the turn in which the place lies; between two turns it lies in none."""
    number = bisect_right(turns, place, key=lambda turn: turn.start) - 1
    return turns[number] if number >= 0 and place < turns[number].end else None


def is_taken(kind: Kind, account: Account | None) -> ColumnElement[bool]:
    """Return the condition under which a row may leave."""
    if account is not None:
        return is_seen_by(kind, account)
    running = exists().where(_unfinished.interview_id == kind.interview_id, _unfinished.finished_at.is_(None))
    blind = exists().where(_blind.interview_id == kind.interview_id, _blind.is_blind)
    return not_(and_(running, blind))


def _texts(session: Session, study: Study) -> dict[int, TranscriptVersion]:
    """Return the newest text of each interview."""
    found = (select(TranscriptVersion).join(Interview, Interview.id == TranscriptVersion.interview_id)
             .where(Interview.study_id == study.id).order_by(TranscriptVersion.number))
    return {version.interview_id: version for version in session.scalars(found)}


def _turns(session: Session, study: Study) -> dict[int, list[Turn]]:
    found: dict[int, list[Turn]] = defaultdict(list)
    for turn in session.scalars(_of_study(Turn, study).order_by(Turn.version_id, Turn.number)):
        found[turn.version_id].append(turn)
    return found


def _segments(session: Session, study: Study) -> dict[int, list[Segment]]:
    found: dict[int, list[Segment]] = defaultdict(list)
    for segment in session.scalars(_of_study(Segment, study).order_by(Segment.start, Segment.end)):
        found[segment.version_id].append(segment)
    return found


def _of_study(kind: type[Any], study: Study) -> Select[Any]:
    return (select(kind).join(TranscriptVersion, TranscriptVersion.id == kind.version_id)
            .join(Interview, Interview.id == TranscriptVersion.interview_id).where(Interview.study_id == study.id))
