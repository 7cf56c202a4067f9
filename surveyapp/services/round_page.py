"""The pages of rounds: how far they are, and where coders differ, code by code and side by side in the text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.errors import NotFound
from surveyapp.models.account import Account
from surveyapp.models.coding import CoderAssignment
from surveyapp.models.comment import CommentSource
from surveyapp.models.interview import Interview, Turn
from surveyapp.models.round import AdjudicatedSet, CodingRound, Refinement, RoundInterview
from surveyapp.models.study import Study
from surveyapp.services.coding_page import hues_of
from surveyapp.services.comparison import AGREED, KINDS, Comparison, Difference, Mark, load_comparison
from surveyapp.services.interview import current_version, list_turns
from surveyapp.services.marking import TurnLayout, lay_out
from surveyapp.services.passage import SeenCoding
from surveyapp.services.round import list_rounds

OPEN, ALL = "open", "all"           # which differences are shown, besides the kinds of them
SHOWN = (OPEN, ALL, *KINDS)


@dataclass(frozen=True)
class RoundSummary:
    """A round in one line; `n_mine` = texts the account has still to finish in it."""

    row: CodingRound
    n_texts: int
    n_double: int
    n_given: int
    n_finished: int
    n_mine: int


@dataclass(frozen=True)
class TextInRound:
    """A text of a round with its coders; `n_open` is None until the round is closed."""

    interview: Interview
    is_double: bool
    n_lines: int | None
    coders: tuple[tuple[str, bool], ...]
    is_mine: bool
    source_id: int | None           # of open answers, whose list is another page
    n_differences: int | None
    n_open: int | None
    is_settled: bool


@dataclass(frozen=True)
class CodeDifferences:
    """Where coders differ on one code, with what was noted about its definition."""

    key: str
    n_agreed: int
    places: tuple[tuple[Interview, Difference], ...]
    notes: tuple[tuple[Refinement, str], ...]


@dataclass(frozen=True)
class RoundPage:
    """One round; `codes` is empty until it is closed."""

    summary: RoundSummary
    names: Mapping[int, str]
    texts: tuple[TextInRound, ...]
    codes: tuple[CodeDifferences, ...]


def list_summaries(session: Session, study: Study, account: Account) -> list[RoundSummary]:
    """Return the study's rounds, newest first."""
    return [_summary(session, row, account) for row in list_rounds(session, study)]


def _summary(session: Session, row: CodingRound, account: Account) -> RoundSummary:
    texts = session.scalars(select(RoundInterview).where(RoundInterview.round_id == row.id)).all()
    given = session.scalars(select(CoderAssignment).where(CoderAssignment.round_id == row.id)).all()
    unfinished = [found for found in given if found.finished_at is None]
    return RoundSummary(
        row, len(texts), sum(text.is_double for text in texts), len(given), len(given) - len(unfinished),
        sum(found.account_id == account.id for found in unfinished))


def load_round_page(session: Session, study: Study, row: CodingRound, account: Account) -> RoundPage:
    """Return the page of a round; of codings it says nothing until the round is closed."""
    names = dict(session.execute(select(Account.id, Account.name).where(Account.id.in_(row.coders))).all())
    found = session.execute(select(RoundInterview, Interview).join(
        Interview, Interview.id == RoundInterview.interview_id)
        .where(RoundInterview.round_id == row.id).order_by(Interview.key)).all()
    compared = {interview.id: _compared(session, study, row, text, interview) for text, interview in found}
    return RoundPage(
        _summary(session, row, account), names,
        tuple(_text(session, text, interview, account, compared[interview.id]) for text, interview in found),
        _by_code(session, row, [comparison for comparison in compared.values() if comparison is not None]))


def _compared(session: Session, study: Study, row: CodingRound, text: RoundInterview,
              interview: Interview) -> Comparison | None:
    if row.closed_at is None or not text.is_double:
        return None
    try:
        return load_comparison(session, study, interview)
    except NotFound:        # its round was dissolved, or it is in another one now
        return None


def _text(session: Session, text: RoundInterview, interview: Interview, account: Account,
          comparison: Comparison | None) -> TextInRound:
    given = session.execute(select(CoderAssignment, Account.name).join(
        Account, Account.id == CoderAssignment.account_id)
        .where(CoderAssignment.round_id == text.round_id, CoderAssignment.interview_id == interview.id)
        .order_by(Account.name)).all()
    source = session.scalar(select(CommentSource.id).where(CommentSource.interview_id == interview.id))
    is_settled = session.scalar(select(AdjudicatedSet.id).where(
        AdjudicatedSet.interview_id == interview.id)) is not None
    return TextInRound(
        interview, text.is_double, text.n_lines,
        tuple((name, found.finished_at is not None) for found, name in given),
        any(found.account_id == account.id and found.finished_at is None for found, _ in given), source,
        sum(row.kind != AGREED for row in comparison.every) if comparison else None,
        len(comparison.open) if comparison else None, is_settled)


def _by_code(session: Session, row: CodingRound, compared: Sequence[Comparison]) -> tuple[CodeDifferences, ...]:
    if not compared:
        return ()
    codebook = compared[0].codebook
    agreed: Counter[str] = Counter()
    places: dict[str, list[tuple[Interview, Difference]]] = defaultdict(list)
    for comparison in compared:
        for difference in comparison.every:
            for code in () if difference.is_link else difference.codes:
                if difference.kind == AGREED:
                    agreed[code] += 1
                else:
                    places[code].append((comparison.interview, difference))
    notes: dict[str, list[tuple[Refinement, str]]] = defaultdict(list)
    for note, name in session.execute(select(Refinement, Account.name).outerjoin(
            Account, Account.id == Refinement.account_id).where(Refinement.round_id == row.id)
            .order_by(Refinement.id)):
        notes[codebook.by_id[note.code_id].key].append((note, name or ""))
    return tuple(CodeDifferences(entry.key, agreed[entry.key], tuple(places[entry.key]), tuple(notes[entry.key]))
                 for entry in codebook.entries if places[entry.key] or notes[entry.key] or agreed[entry.key])


# ---- side by side ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ShownTurn:
    """A turn as each coder marked it, with the differences in it that are shown."""

    number: int
    speaker: str
    layouts: tuple[TurnLayout, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class ComparisonPage:
    """The comparison with what of it is shown: of one code, or of one kind of difference."""

    comparison: Comparison
    turns: tuple[ShownTurn, ...]
    unplaced: tuple[Difference, ...]
    code: str
    show: str
    n_shown: int
    by_code: tuple[tuple[str, int, int], ...]       # code, places agreed, places not
    is_settled: bool
    source_id: int | None


def load_comparison_page(session: Session, study: Study, interview: Interview, code: str, show: str) -> ComparisonPage:
    """Return the two or more coders' work side by side; turns without a difference that is shown stay as context."""
    comparison = load_comparison(session, study, interview)
    show = show if show in SHOWN else ALL
    family = {entry.key for entry in comparison.codebook.with_descendants(code)} if code else set()

    def chosen(rows: Sequence[Difference]) -> tuple[Difference, ...]:
        return tuple(row for row in rows if _is_shown(row, show, comparison) and (
            not family or family & set(row.codes)))

    layouts = _layouts(session, interview, comparison)
    turns = tuple(ShownTurn(turn.number, turn.speaker, layouts[turn.number], chosen(turn.differences))
                  for turn in comparison.turns)
    unplaced = chosen(comparison.unplaced)
    return ComparisonPage(
        comparison, turns, unplaced, code, show, sum(len(turn.differences) for turn in turns) + len(unplaced),
        _counts(comparison),
        session.scalar(select(AdjudicatedSet.id).where(AdjudicatedSet.interview_id == interview.id)) is not None,
        session.scalar(select(CommentSource.id).where(CommentSource.interview_id == interview.id)))


def _is_shown(row: Difference, show: str, comparison: Comparison) -> bool:
    if show == ALL:
        return row.kind != AGREED
    if show == OPEN:
        return row.kind != AGREED and row.place not in comparison.decisions
    return row.kind == show


def _layouts(session: Session, interview: Interview, comparison: Comparison) -> Mapping[int, tuple[TurnLayout, ...]]:
    version = current_version(session, interview)
    if version is None:
        return {}
    numbers = {turn.number for turn in comparison.turns}
    turns: list[Turn] = [turn for turn in list_turns(session, version) if turn.number in numbers]
    marks = [mark for row in comparison.every for mark in row.marks]
    hues = hues_of(comparison.codebook)
    columns = [lay_out(version.text, turns, [_seen(mark) for mark in marks if mark.coder == coder], hues)
               for coder, _ in comparison.coders]
    return {turn.number: tuple(column[place] for column in columns) for place, turn in enumerate(turns)}


def _seen(mark: Mark) -> SeenCoding:
    is_placed = mark.start >= 0
    return SeenCoding(int(mark.mark[1:]), mark.mark.startswith("k"), mark.codes, mark.polarity, mark.memo,
                      mark.start if is_placed else None, mark.end if is_placed else None, mark.quote, {}, "", False, 0)


def _counts(comparison: Comparison) -> tuple[tuple[str, int, int], ...]:
    counts: dict[str, Counter[bool]] = defaultdict(Counter)
    for row in comparison.every:
        for code in row.codes if not row.is_link else ():
            counts[code][row.kind == AGREED] += 1
    return tuple((entry.key, counts[entry.key][True], counts[entry.key][False])
                 for entry in comparison.codebook.entries if entry.key in counts)
