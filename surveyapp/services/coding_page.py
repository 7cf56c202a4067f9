"""Everything the coding screen shows, as far as the account may see it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.errors import NotFound
from surveyapp.models.account import Account
from surveyapp.models.coding import CoderAssignment, Coding, LinkCoding, Segment
from surveyapp.models.interview import Interview, TranscriptFile, TranscriptVersion, Turn
from surveyapp.models.round import RoundInterview
from surveyapp.models.study import Study
from surveyapp.services.blinding import is_complete, is_seen_by, list_assignments, sees_only_own
from surveyapp.services.codebook import StudyCodebook, load_codebook
from surveyapp.services.interview import current_version, file_of, list_turns, turns_around
from surveyapp.services.margin import add_margin
from surveyapp.services.marking import HUES, TurnLayout, lay_out
from surveyapp.services.memo import SeenMemo, list_memos
from surveyapp.services.passage import SeenCoding, recent_codes, seen_codings
from surveyapp.services.speakers import sentence_spans

MOST_CHARACTERS = 150_000       # on one page; longer texts are shown in parts, so that a browser stays quick
MOST_CODINGS = 1_500


@dataclass(frozen=True)
class Window:
    """The part of a long text that is shown: its number from 1, the turns it begins with, and its range."""

    number: int
    first_turns: tuple[int, ...]
    start: int
    end: int

    @property
    def n_parts(self) -> int:
        return len(self.first_turns)


@dataclass(frozen=True)
class Wish:
    """What the page shall show: the part with this turn, or with the coding of this mark."""

    turn: int = 0
    mark: str = ""


@dataclass(frozen=True)
class RoundState:
    """A double-coding round as the account sees it."""

    coders: tuple[tuple[str, bool], ...]        # name, has finished
    own: CoderAssignment | None
    is_complete: bool
    is_blind: bool                              # this account sees only its own codings now
    n_lines: int | None = None                  # of open answers only the first so many, in a calibration


@dataclass(frozen=True)
class CodingPage:
    """One interview's text, codings, codebook and round."""

    interview: Interview
    version: TranscriptVersion | None
    file: TranscriptFile | None
    turns: tuple[TurnLayout, ...]
    codings: tuple[SeenCoding, ...]
    codebook: StudyCodebook
    recent: tuple[str, ...]
    round: RoundState
    memos: tuple[SeenMemo, ...]
    window: Window
    n_codings: int              # in all of the text; `codings` are those of the part
    to_review: tuple[str, ...]  # marks of one's own codings that a correction touched, in all of the text

    @property
    def has_text(self) -> bool:
        return self.version is not None

    def coding_of(self, mark: str) -> SeenCoding | None:
        """Return the coding of that mark, or None."""
        return next((coding for coding in self.codings if coding.mark == mark), None)

    def turn_of(self, coding: SeenCoding) -> int | None:
        """Return the number of the turn in which the coding begins, None for one without a place."""
        if coding.start is None:
            return None
        return max((turn.number for turn in self.turns if turn.start <= coding.start), default=None)

    def sentences_of(self, number: int) -> list[str]:
        """Return the sentences of a turn, for coding without a mouse."""
        turn = next((turn for turn in self.turns if turn.number == number), None)
        words = "".join(run.words for run in turn.runs) if turn else ""
        return [words[start:end] for start, end in sentence_spans(words)]


def load_coding_page(session: Session, study: Study, interview: Interview, account: Account,
                     wish: Wish | None = None) -> CodingPage:
    """Return the coding screen of the interview for the account."""
    version = current_version(session, interview)
    codebook = load_codebook(session, study)
    turns = list_turns(session, version) if version else []
    places = _places(session, interview, account)
    window, shown = _window(turns, places, wish or Wish())
    around = (window.start, window.end) if window.n_parts > 1 else None
    codings = seen_codings(session, interview, account, overlapping=around)
    before = max((turn.end for turn in turns if turn.number < shown[0].number), default=0) if shown else 0
    layouts = lay_out(version.text, shown, codings, hues_of(codebook), before) if version else []
    memos = list_memos(session, interview, account)
    in_window = [memo for memo in memos if (memo.start or 0) < window.end and (memo.end or 0) > window.start]
    return CodingPage(
        interview, version, file_of(session, interview), add_margin(layouts, codings, in_window), tuple(codings),
        codebook, tuple(recent_codes(session, study, account)), round_state(session, interview, account),
        tuple(memos), window, len(places),
        tuple(place.mark for place in places if place.is_to_review))


@dataclass(frozen=True)
class _Place:
    mark: str
    start: int | None
    is_to_review: bool


def _places(session: Session, interview: Interview, account: Account) -> list[_Place]:
    """Return where the codings begin that the account may see."""
    found = []
    for letter, kind in (("c", Coding), ("k", LinkCoding)):
        rows = session.execute(
            select(kind.id, Segment.start, kind.needs_review, kind.account_id)
            .outerjoin(Segment, Segment.id == kind.segment_id)
            .where(kind.interview_id == interview.id, kind.deleted_at.is_(None), is_seen_by(kind, account)))
        found += [_Place(f"{letter}{number}", start, needs and coder == account.id)
                  for number, start, needs, coder in rows]
    return found


def _window(turns: Sequence[Turn], places: Sequence[_Place], wish: Wish) -> tuple[Window, Sequence[Turn]]:
    """Cut the turns into parts of bearable size; return the wished part with its turns."""
    starts = sorted(place.start for place in places if place.start is not None)
    firsts, characters, codings = [0], 0, 0
    for index, turn in enumerate(turns):
        here = bisect_left(starts, turn.end) - bisect_left(starts, turn.start)
        if index > firsts[-1] and (characters + turn.end - turn.start > MOST_CHARACTERS
                                   or codings + here > MOST_CODINGS):
            firsts.append(index)
            characters = codings = 0
        characters += turn.end - turn.start
        codings += here
    wished = _wished_turn(turns, places, wish)
    number = max(place for place, first in enumerate(firsts) if first <= wished)
    shown = turns[firsts[number]:firsts[number + 1] if number + 1 < len(firsts) else None]
    return Window(number + 1, tuple(turns[first].number for first in firsts) if turns else (1,),
                  shown[0].start if shown else 0, shown[-1].end if shown else 0), shown


def _wished_turn(turns: Sequence[Turn], places: Sequence[_Place], wish: Wish) -> int:
    """Return the place in the list of the turn that must be shown."""
    start = next((place.start for place in places if place.mark == wish.mark and place.start is not None), None)
    if start is not None and not wish.turn:
        return max(bisect_left([turn.end for turn in turns], start + 1), 0) if turns[-1].end > start else 0
    return next((index for index, turn in enumerate(turns) if turn.number == wish.turn), 0)


def round_state(session: Session, interview: Interview, account: Account) -> RoundState:
    """Return who codes the interview in a round, and whether the account is blind to the others."""
    assignments = list_assignments(session, interview)
    n_lines = session.scalar(select(RoundInterview.n_lines).where(
        RoundInterview.interview_id == interview.id,
        RoundInterview.round_id.in_([row.round_id for row, _ in assignments if row.round_id is not None])))
    return RoundState(
        coders=tuple((coder.name, row.finished_at is not None) for row, coder in assignments),
        own=next((row for row, coder in assignments if coder.id == account.id), None),
        is_complete=is_complete(assignments), is_blind=sees_only_own(assignments, account),
        n_lines=n_lines)


@dataclass(frozen=True)
class AddedCoding:
    """A coding or memo and the turns it touches, or touched before, drawn anew."""

    coding: SeenCoding | None
    memo: SeenMemo | None
    turns: tuple[TurnLayout, ...]
    excluded: tuple[str, ...] = ()      # codes of one's own on some of these words that this one excludes


def load_added_coding(session: Session, study: Study, interview: Interview, account: Account, mark: str,
                      place: tuple[int, int]) -> AddedCoding:
    """Return what the page shows anew after something was added or moved within a range of the text."""
    version = current_version(session, interview)
    turns = turns_around(session, version, place) if version else []
    touched = [turn for turn in turns if turn.start < place[1] and turn.end > place[0]]
    before = max((turn.end for turn in turns if turn.end <= place[0]), default=0)
    around = (touched[0].start, touched[-1].end) if touched else place
    around = (min(place[0], around[0]), max(place[1], around[1]))
    codings = seen_codings(session, interview, account, overlapping=around)
    codebook = load_codebook(session, study)
    hues = hues_of(codebook)
    coding = next((row for row in codings if row.mark == mark), None)
    memos = list_memos(session, interview, account, overlapping=around)
    memo = next((row for row in memos if row.mark == mark), None)
    if version is None or (coding is None and memo is None):
        raise NotFound("There is no such coding in this interview.", "Load the interview again.")
    layouts = lay_out(version.text, touched, codings, hues, before)
    return AddedCoding(coding, memo, add_margin(layouts, codings, memos), _excluded(codebook, coding, codings))


def _excluded(codebook: StudyCodebook, coding: SeenCoding | None, codings: Sequence[SeenCoding]) -> tuple[str, ...]:
    if coding is None or coding.is_link or coding.start is None or coding.end is None:
        return ()
    return tuple(sorted({
        other.codes[0] for other in codings
        if other.is_own and not other.is_link and other.start is not None and other.end is not None
        and other.start < coding.end and coding.start < other.end
        and codebook.exclude(coding.codes[0], other.codes[0])}))


def hues_of(codebook: StudyCodebook) -> Mapping[str, int]:
    """Return the look of each code, that of its top code: its colour, and HUES times its pattern."""
    return {entry.key: entry.hue + HUES * entry.pattern for entry in codebook.entries}
