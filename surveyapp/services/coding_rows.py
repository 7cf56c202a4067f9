"""Interviews and codings as plain rows, for the bridge to the analysis tables.

No account asks here, so a round that is not closed is left out whole: its texts are as good as not coded yet. Where
somebody decided every difference of a text, its adjudicated set counts, otherwise what any coder marked; agreement is
computed from `originals`, the coders' own codings.

Rows are of one kind: interviews, which count people, or open answers, which count comments; never of both.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from surveyapp.models.account import Account
from surveyapp.models.coding import CoderAssignment, Coding, LinkCoding, Segment
from surveyapp.models.interview import CONVERSATION, Interview, TranscriptVersion, Turn
from surveyapp.models.round import CALIBRATION, CodingRound, RoundInterview
from surveyapp.models.study import Study
from surveyapp.services.adjudicated import CodingRow, LinkRow, adjudicated_codings, adjudicated_links
from surveyapp.services.blinding import FEWEST_CODERS, is_released
from surveyapp.services.codebook import StudyCodebook, load_codebook
from surveyapp.services.interview import PASSAGES
from surveyapp.services.quote_kinds import QuoteKinds

UNKNOWN = -1


@dataclass(frozen=True)
class InterviewRow:
    key: str
    audience: str
    role: str
    held_on: str                            # ISO date, "" where it was not noted
    language: str
    questions: Mapping[str, str] | None     # guide question → asked, covered, skipped
    is_verbatim: bool


@dataclass(frozen=True)
class TurnRow:
    interview: str
    turn: int
    speaker: str
    is_interviewee: bool


@dataclass(frozen=True)
class CodingRows:
    """Everything the interviews of a study hold; `double_coded` = interviews that two or more coders have finished.

    A calibration, after which definitions change, does not count as double coding.
    """

    interviews: tuple[InterviewRow, ...]
    codings: tuple[CodingRow, ...]
    links: tuple[LinkRow, ...]
    turns: tuple[TurnRow, ...]
    double_coded: tuple[str, ...]
    finished: Mapping[str, tuple[str, ...]]         # interview → coders who have finished it and whose work is released
    originals: tuple[CodingRow, ...]                # what the coders of double-coded interviews marked themselves


def coding_rows(session: Session, study: Study, kind: str = CONVERSATION) -> CodingRows:
    """Return the study's interviews of that kind with codings, links and turns, each in a fixed order."""
    of_kind = (Interview.study_id == study.id, Interview.kind == kind)
    interviews = session.scalars(select(Interview).where(*of_kind).order_by(Interview.key)).all()
    coders = coder_names(session, study)
    turns = _turns(session, of_kind)
    finished = _finished(session, of_kind, coders)
    calibrated = _calibrated(session, of_kind)
    doubled = tuple(key for key, names in finished.items() if len(names) >= FEWEST_CODERS and key not in calibrated)
    codings = _codings(session, study, of_kind, coders, _turn_starts(turns))
    return CodingRows(
        interviews=tuple(_interview_row(row) for row in interviews),
        codings=tuple(adjudicated_codings(session, of_kind, codings, load_codebook(session, study))),
        links=tuple(_links(session, study, of_kind, coders, _turn_starts(turns))),
        turns=tuple(TurnRow(key, number, speaker, is_interviewee)
                    for key, number, _, speaker, is_interviewee in turns),
        double_coded=doubled, finished=finished,
        originals=tuple(row for _, row in codings if row.interview in doubled and row.coder in finished[row.interview]),
    )


def _interview_row(row: Interview) -> InterviewRow:
    return InterviewRow(row.key, row.audience, row.role, row.held_on.isoformat() if row.held_on else "", row.language,
                        dict(row.questions) if row.questions is not None else None, row.is_verbatim)


def coder_names(session: Session, study: Study) -> dict[int, str]:
    """Return a name for each account that codes in the study, different from every other's."""
    found = select(Account.id, Account.name, Account.login).order_by(Account.id)
    rows = session.execute(found.where(Account.id.in_(
        select(Coding.account_id).join(Interview, Interview.id == Coding.interview_id)
        .where(Interview.study_id == study.id)
        .union(select(LinkCoding.account_id).join(Interview, Interview.id == LinkCoding.interview_id)
               .where(Interview.study_id == study.id),
               select(CoderAssignment.account_id).join(Interview, Interview.id == CoderAssignment.interview_id)
               .where(Interview.study_id == study.id))
    ))).all()
    count = Counter(name for _, name, _ in rows)
    return {number: name if count[name] == 1 else f"{name} ({login})" for number, name, login in rows}


_TurnOfInterview = tuple[str, int, int, str, bool]
_Conditions = tuple[ColumnElement[bool], ...]


def _turns(session: Session, of_kind: _Conditions) -> list[_TurnOfInterview]:
    """Return interview, number, start, speaker and side of each turn of the newest texts."""
    newest = (select(func.max(TranscriptVersion.number)).where(TranscriptVersion.interview_id == Interview.id)
              .correlate(Interview).scalar_subquery())
    found = (
        select(Interview.key, Turn.number, Turn.start, Turn.speaker, Turn.is_interviewee)
        .join(TranscriptVersion, TranscriptVersion.id == Turn.version_id)
        .join(Interview, Interview.id == TranscriptVersion.interview_id)
        .where(*of_kind, Interview.record != PASSAGES, TranscriptVersion.number == newest)
        .order_by(Interview.key, Turn.number)
    )
    return [(key, number, start, speaker, is_it) for key, number, start, speaker, is_it in session.execute(found)]


def _turn_starts(turns: list[_TurnOfInterview]) -> dict[str, list[tuple[int, int]]]:
    starts: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for key, number, start, _, _ in turns:
        starts[key].append((start, number))
    return starts


def _finished(session: Session, of_kind: _Conditions, coders: Mapping[int, str]) -> dict[str, tuple[str, ...]]:
    found = (
        select(Interview.key, CoderAssignment.account_id)
        .join(Interview, Interview.id == CoderAssignment.interview_id)
        .where(*of_kind, CoderAssignment.finished_at.is_not(None), CoderAssignment.released_at.is_not(None))
        .order_by(Interview.key, CoderAssignment.id)
    )
    names: dict[str, list[str]] = defaultdict(list)
    for key, account_id in session.execute(found):
        names[key].append(coders[account_id])
    return {key: tuple(found) for key, found in names.items()}


def _calibrated(session: Session, of_kind: _Conditions) -> set[str]:
    return set(session.scalars(
        select(Interview.key).join(RoundInterview, RoundInterview.interview_id == Interview.id)
        .join(CodingRound, CodingRound.id == RoundInterview.round_id)
        .where(*of_kind, CodingRound.kind == CALIBRATION, RoundInterview.n_lines.is_(None))))


def _codings(session: Session, study: Study, of_kind: _Conditions, coders: Mapping[int, str],
             starts: Mapping[str, list[tuple[int, int]]]) -> list[tuple[int, CodingRow]]:
    codebook = load_codebook(session, study)
    found = _marks(of_kind, Coding, Coding.id, Coding.code_id, Coding.polarity)
    kinds = QuoteKinds(session, Interview.study_id == study.id)
    rows = []
    for key, account_id, start, end, quote, edited, version_id, number, code_id, polarity in session.execute(found):
        places = starts.get(key)
        is_placed = places is not None and start is not None
        rows.append((number, CodingRow(
            key, codebook.by_id[code_id].key, polarity, coders[account_id],
            _turn_of(places, start),
            start if is_placed else UNKNOWN, end if is_placed else UNKNOWN, quote or "", edited,
            kinds.of(version_id, start, end))))
    return rows


def _turn_of(places: list[tuple[int, int]] | None, start: int | None) -> int:
    """Return the number of the turn in which the passage begins; -1 where it has no place."""
    return _turn_at(places, start) if places and start is not None else UNKNOWN


def _turn_at(places: list[tuple[int, int]], start: int) -> int:
    """Return the number of the turn in which the passage begins; -1 before the first."""
    index = bisect_right(places, start, key=lambda place: place[0]) - 1
    return places[index][1] if index >= 0 else UNKNOWN


def _links(session: Session, study: Study, of_kind: _Conditions, coders: Mapping[int, str],
           starts: Mapping[str, list[tuple[int, int]]]) -> list[LinkRow]:
    codebook = load_codebook(session, study)
    found = _marks(of_kind, LinkCoding, LinkCoding.id, LinkCoding.cause_id, LinkCoding.problem_id)
    kinds = QuoteKinds(session, Interview.study_id == study.id)
    rows = [(number, LinkRow(key, _construct(codebook, cause_id), _construct(codebook, problem_id), coders[account_id],
                             quote or "", edited, kinds.of(version_id, start, end), _turn_of(starts.get(key), start)))
            for key, account_id, start, end, quote, edited, version_id, number, cause_id, problem_id
            in session.execute(found)]
    return adjudicated_links(session, of_kind, rows)


def _construct(codebook: StudyCodebook, code_id: int) -> str:
    key = codebook.by_id[code_id].key
    return codebook.construct_of(key) or key


def _marks(of_kind: _Conditions, kind: type[Coding] | type[LinkCoding], *columns: Any) -> Select[Any]:
    return (
        select(Interview.key, kind.account_id, Segment.start, Segment.end, Segment.quote, kind.edited_quote,
               Segment.version_id, *columns)
        .join(Interview, Interview.id == kind.interview_id).outerjoin(Segment, Segment.id == kind.segment_id)
        .where(*of_kind, kind.deleted_at.is_(None), is_released(kind))
        .order_by(Interview.key, Segment.start, Segment.end, kind.id)
    )
