"""Two or more coders side by side: where they agree, where only some gave a code, where they gave another.

Only what the coders of the round marked is compared, and only once it is released. A coding stands in the turn in which
it begins; two codings are the same where turn and code are, wherever in the turn the marking starts.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.errors import NotAllowed, NotFound
from surveyapp.models.account import Account
from surveyapp.models.coding import Code, Coding, LinkCoding, Segment
from surveyapp.models.interview import Interview, TranscriptVersion, Turn
from surveyapp.models.round import CodingRound, Decision, RoundInterview
from surveyapp.models.study import Study
from surveyapp.services.blinding import FEWEST_CODERS, is_complete, list_assignments
from surveyapp.services.codebook import StudyCodebook, load_codebook
from surveyapp.services.interview import current_version, list_turns

AGREED, ONLY, POLARITY, CODE = "agreed", "only", "polarity", "code"
KINDS = (AGREED, ONLY, POLARITY, CODE)
NO_TURN = 0
_BITS = {"supports": 1, "contradicts": 2, "mixed": 3, "": 1}


@dataclass(frozen=True)
class Mark:
    """One coding or link by one coder."""

    mark: str                       # c12 or k3
    coder: int
    codes: tuple[str, ...]
    polarity: str
    start: int
    end: int
    quote: str
    memo: str
    turn: int


@dataclass(frozen=True)
class Difference:
    """What the coders say of one place; `kind` agreed is none. `marks` in the order of the coders."""

    place: str
    kind: str
    turn: int
    codes: tuple[str, ...]
    marks: tuple[Mark, ...]

    def of(self, coder: int) -> tuple[Mark, ...]:
        """Return what one coder marked here."""
        return tuple(mark for mark in self.marks if mark.coder == coder)

    @property
    def is_link(self) -> bool:
        return self.marks[0].mark.startswith("k")


@dataclass(frozen=True)
class ComparedTurn:
    """A turn with what the coders say of it."""

    number: int
    speaker: str
    is_interviewee: bool
    words: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Comparison:
    """The codings of a text side by side, with what was decided so far."""

    interview: Interview
    coders: tuple[tuple[int, str], ...]
    turns: tuple[ComparedTurn, ...]
    unplaced: tuple[Difference, ...]
    decisions: Mapping[str, tuple[Decision, str]]       # place → decision and who made it
    codebook: StudyCodebook

    @property
    def every(self) -> tuple[Difference, ...]:
        return tuple(found for turn in self.turns for found in turn.differences) + self.unplaced

    @property
    def open(self) -> tuple[Difference, ...]:
        """The differences that nobody has decided yet."""
        return tuple(found for found in self.every if found.kind != AGREED and found.place not in self.decisions)

    @property
    def counts(self) -> Mapping[str, int]:
        found = [difference.kind for difference in self.every]
        return {kind: found.count(kind) for kind in KINDS}

    def name_of(self, coder: int) -> str:
        """Return a coder's name."""
        return dict(self.coders)[coder]


def load_comparison(session: Session, study: Study, interview: Interview) -> Comparison:
    """Return the comparison; NotAllowed before the codings are released, NotFound where two have not coded."""
    coders, last_line = _coders(session, interview)
    if len(coders) < FEWEST_CODERS:
        raise NotFound("This text was not given to two coders.", "Give it to two coders in a round.")
    version = current_version(session, interview)
    turns = list_turns(session, version) if version else []
    marks = load_marks(session, interview, [number for number, _ in coders], turns)
    if last_line:
        turns = [turn for turn in turns if turn.number <= last_line]
        marks = [mark for mark in marks if mark.turn <= last_line]
    found = compare(marks, [number for number, _ in coders])
    by_turn: dict[int, list[Difference]] = defaultdict(list)
    for difference in found:
        by_turn[difference.turn].append(difference)
    return Comparison(
        interview, coders, tuple(_turn(turn, version, by_turn[turn.number]) for turn in turns if version),
        tuple(by_turn[NO_TURN]), list_decisions(session, interview), load_codebook(session, study))


def _turn(turn: Turn, version: TranscriptVersion, found: Sequence[Difference]) -> ComparedTurn:
    return ComparedTurn(turn.number, turn.speaker, turn.is_interviewee, version.text[turn.start:turn.end],
                        tuple(found))


def _coders(session: Session, interview: Interview) -> tuple[tuple[tuple[int, str], ...], int]:
    """Return the coders of a text and, where only a batch of answers was given to them, its last line."""
    assignments = list_assignments(session, interview)
    if assignments:
        if not is_complete(assignments):
            raise NotAllowed("The coders of this text have not all finished, or their round is not closed.",
                             "Look at the differences once the round is closed.")
        return _apart([account for _, account in assignments]), 0
    batch = session.execute(
        select(CodingRound.coders, RoundInterview.n_lines)
        .join(RoundInterview, RoundInterview.round_id == CodingRound.id)
        .where(RoundInterview.interview_id == interview.id, RoundInterview.n_lines.is_not(None),
               CodingRound.closed_at.is_not(None)).order_by(CodingRound.number.desc()).limit(1)).first()
    if batch is None:
        return (), 0
    accounts = session.scalars(select(Account).where(Account.id.in_(batch[0])).order_by(Account.id)).all()
    return _apart(accounts), batch[1] or 0


def _apart(accounts: Iterable[Account]) -> tuple[tuple[int, str], ...]:
    """Return coders with names that tell them apart."""
    rows = list(accounts)
    names = [row.name for row in rows]
    return tuple((row.id, row.name if names.count(row.name) == 1 else f"{row.name} ({row.login})") for row in rows)


def load_marks(session: Session, interview: Interview, coders: Sequence[int], turns: Sequence[Turn]) -> list[Mark]:
    """Return what these coders marked in a text, by place; the caller makes sure that it may be seen."""
    codings = (
        select(Coding.id, Coding.account_id, Code.key, Coding.polarity, Segment.start, Segment.end, Segment.quote,
               Coding.memo)
        .join(Code, Code.id == Coding.code_id).outerjoin(Segment, Segment.id == Coding.segment_id)
        .where(Coding.interview_id == interview.id, Coding.deleted_at.is_(None), Coding.account_id.in_(coders)))
    links = (
        select(LinkCoding.id, LinkCoding.account_id, LinkCoding.cause_id, LinkCoding.problem_id, Segment.start,
               Segment.end, Segment.quote)
        .outerjoin(Segment, Segment.id == LinkCoding.segment_id)
        .where(LinkCoding.interview_id == interview.id, LinkCoding.deleted_at.is_(None),
               LinkCoding.account_id.in_(coders)))
    starts = [turn.start for turn in turns]
    numbers = [turn.number for turn in turns]
    keys = dict(session.execute(select(Code.id, Code.key).where(Code.study_id == interview.study_id)).all())
    rows = [Mark(f"c{number}", coder, (key,), polarity, *_place(start, end), quote or "", memo,
                 _turn_at(start, starts, numbers))
            for number, coder, key, polarity, start, end, quote, memo in session.execute(codings)]
    rows += [Mark(f"k{number}", coder, (keys[cause], keys[problem]), "", *_place(start, end), quote or "", "",
                  _turn_at(start, starts, numbers))
             for number, coder, cause, problem, start, end, quote in session.execute(links)]
    return sorted(rows, key=lambda row: (row.start, row.end, row.mark))


def _place(start: int | None, end: int | None) -> tuple[int, int]:
    return (-1, -1) if start is None or end is None else (start, end)


def _turn_at(start: int | None, starts: Sequence[int], numbers: Sequence[int]) -> int:
    if start is None:
        return NO_TURN
    index = bisect_right(starts, start) - 1
    return numbers[index] if index >= 0 else NO_TURN


def list_decisions(session: Session, interview: Interview) -> dict[str, tuple[Decision, str]]:
    """Return the decisions that stand, by place, with the name of who made them."""
    found = (select(Decision, Account.name).outerjoin(Account, Account.id == Decision.account_id)
             .where(Decision.interview_id == interview.id, Decision.undone_at.is_(None)).order_by(Decision.id))
    return {row.place: (row, name or "") for row, name in session.execute(found)}


# ---- comparing ------------------------------------------------------------------------------------------------------
def compare(marks: Sequence[Mark], coders: Sequence[int]) -> tuple[Difference, ...]:
    """Return what coders say place by place, agreed or not, in the order of the text."""
    groups: dict[tuple[int, tuple[str, ...]], list[Mark]] = defaultdict(list)
    for mark in marks:
        groups[mark.turn, mark.codes].append(mark)
    # In a fixed order, so that what is joined does not depend on the order in which codings are read.
    found = sorted((_difference(group, coders) for group in groups.values()),
                   key=lambda row: (row.turn, row.marks[0].start, row.codes))
    return tuple(sorted(_with_other_codes(found, coders), key=lambda row: (row.turn, row.marks[0].start, row.codes)))


def _difference(group: Sequence[Mark], coders: Sequence[int]) -> Difference:
    said = [_value(mark for mark in group if mark.coder == coder) for coder in coders]
    kind = ONLY if 0 in said else AGREED if len(set(said)) == 1 else POLARITY
    ordered = sorted(group, key=lambda mark: (coders.index(mark.coder), mark.start, mark.mark))
    return Difference(_key(ordered), kind, group[0].turn, group[0].codes, tuple(ordered))


def _value(marks: Iterable[Mark]) -> int:
    value = 0
    for mark in marks:
        value |= _BITS[mark.polarity]
    return value


def _key(marks: Sequence[Mark]) -> str:
    """Return the name of a place: it changes when other codings make it up, so that a decision cannot be misread."""
    return sha256(" ".join(sorted(mark.mark for mark in marks)).encode()).hexdigest()[:32]


def _with_other_codes(found: Sequence[Difference], coders: Sequence[int]) -> list[Difference]:
    """Join what one coder gave one code and another coder another code, where the passages overlap."""
    by_turn: dict[int, list[Difference]] = defaultdict(list)
    for row in found:
        if row.kind == ONLY and not row.is_link and row.turn != NO_TURN:
            by_turn[row.turn].append(row)
    joined: dict[str, Difference | None] = {}       # place → what it became, None where another place holds it
    for single in by_turn.values():
        for first, second in _pairs(single):
            if first.place not in joined and second.place not in joined:
                joined[first.place], joined[second.place] = _join(first, second, coders), None
    whole = [joined.get(row.place, row) for row in found]
    return [row for row in whole if row is not None]


def _pairs(single: Sequence[Difference]) -> list[tuple[Difference, Difference]]:
    """Return the pairs of a turn by different coders on words that overlap, those that overlap most first."""
    pairs = [(_overlap(first, second), first, second) for first, second in combinations(single, 2)
             if not {mark.coder for mark in first.marks} & {mark.coder for mark in second.marks}]
    pairs.sort(key=lambda pair: (-pair[0], pair[1].marks[0].start, pair[1].codes, pair[2].codes))
    return [(first, second) for length, first, second in pairs if length > 0]


def _join(first: Difference, second: Difference, coders: Sequence[int]) -> Difference:
    marks = sorted(first.marks + second.marks, key=lambda mark: (coders.index(mark.coder), mark.start, mark.mark))
    codes = tuple(dict.fromkeys(code for mark in marks for code in mark.codes))
    return replace(first, place=_key(marks), kind=CODE, codes=codes, marks=tuple(marks))


def _overlap(first: Difference, second: Difference) -> int:
    return sum(max(0, min(a.end, b.end) - max(a.start, b.start)) for a in first.marks for b in second.marks)
