"""The list on which comments are coded: filtered, page by page, with codings the account may see and suggestions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.schema import Text
from surveyapp.errors import NotFound
from surveyapp.models.account import Account
from surveyapp.models.comment import CommentSource
from surveyapp.models.interview import Interview, TranscriptVersion, Turn
from surveyapp.models.study import Study
from surveyapp.services.codebook import StudyCodebook, load_codebook
from surveyapp.services.coding_page import RoundState, round_state
from surveyapp.services.comment_source import item_text
from surveyapp.services.interview import current_version, get_interview
from surveyapp.services.passage import SeenCoding, recent_codes, seen_codings
from surveyapp.services.suggestion import Suggestion, Terms, group_lines, learn_terms, score_code, suggest

AT_ONCE = 50                # comments on a page
ALL, UNCODED, CODED = "all", "uncoded", "coded"
STATES = (ALL, UNCODED, CODED)
NEEDS_ALL = " "             # words of a search are all looked for


@dataclass(frozen=True)
class Wanted:
    """Which comments are shown: with these words, in this state, with this code; `like` puts the likeliest first."""

    words: str = ""
    state: str = ALL
    code: str = ""
    like: str = ""
    page: int = 1


@dataclass(frozen=True)
class CommentLine:
    """One comment with its codings and what it might be coded with."""

    number: int
    text: str
    codings: tuple[SeenCoding, ...]
    suggestions: tuple[Suggestion, ...]
    turn_id: int


@dataclass(frozen=True)
class CommentPage:
    """A page of the list; counts are of what the account may see."""

    source: CommentSource
    interview: Interview
    item: Text
    version: TranscriptVersion
    lines: tuple[CommentLine, ...]
    wanted: Wanted
    n_all: int
    n_coded: int
    n_fitting: int
    n_pages: int
    by_code: Mapping[str, int]
    by_link: tuple[tuple[tuple[str, ...], int], ...]        # cause, problem → comments, most first
    codebook: StudyCodebook
    recent: tuple[str, ...]
    round: RoundState

    @property
    def n_uncoded(self) -> int:
        return self.n_all - self.n_coded


@dataclass(frozen=True)
class _Line:
    number: int
    text: str
    turn_id: int


def load_comment_page(session: Session, study: Study, source: CommentSource, account: Account,
                      wanted: Wanted) -> CommentPage:
    """Return the comments that fit; NotFound before they are handed over: until then nobody codes them."""
    if source.interview_id is None:
        raise NotFound("These comments are not ready to be coded.",
                       "A researcher first decides those that may name a person.")
    interview = get_interview(session, study, source.interview_id)
    version = current_version(session, interview)
    if version is None:
        raise NotFound("These comments are not ready to be coded.", "Ask a researcher.")
    lines = _lines(session, version)
    codings = _by_line(lines, session, version, seen_codings(session, interview, account))
    codebook = load_codebook(session, study)
    terms = learn_terms(codebook, group_lines((code, line.text) for line in lines for code in {
        row.codes[0] for row in codings[line.number] if not row.is_link}), [line.text for line in lines])
    family = {entry.key for entry in codebook.with_descendants(wanted.code)} if wanted.code else set()
    fitting = _in_order([line for line in lines if _fits(line, codings[line.number], wanted, family)], terms,
                        wanted.like)
    n_pages = max(1, -(-len(fitting) // AT_ONCE))
    page = min(max(wanted.page, 1), n_pages)
    shown = fitting[(page - 1) * AT_ONCE:page * AT_ONCE]
    return CommentPage(
        source, interview, item_text(session, study, source), version,
        tuple(CommentLine(line.number, line.text, tuple(codings[line.number]),
                          _suggested(line, codings[line.number], terms, wanted.like), line.turn_id) for line in shown),
        Wanted(wanted.words, wanted.state, wanted.code, wanted.like, page), len(lines),
        sum(bool(codings[line.number]) for line in lines), len(fitting), n_pages, _count(codings.values()),
        _count_links(codings.values()), codebook,
        tuple(recent_codes(session, study, account)), round_state(session, interview, account))


def _lines(session: Session, version: TranscriptVersion) -> list[_Line]:
    rows = session.execute(select(Turn.number, Turn.start, Turn.end, Turn.id).where(Turn.version_id == version.id)
                           .order_by(Turn.number))
    return [_Line(number, version.text[start:end], turn_id) for number, start, end, turn_id in rows]


def _by_line(lines: Sequence[_Line], session: Session, version: TranscriptVersion,
             codings: Sequence[SeenCoding]) -> Mapping[int, list[SeenCoding]]:
    """Return line → codings that begin in it."""
    found: dict[int, list[SeenCoding]] = defaultdict(list)
    starts: list[tuple[int, int]] = []
    at = 0
    for line in lines:
        starts.append((at, line.number))
        at += len(line.text) + 1
    place = 0
    for coding in codings:              # by place, as the lines are
        if coding.start is None:
            continue
        while place + 1 < len(starts) and starts[place + 1][0] <= coding.start:
            place += 1
        found[starts[place][1]].append(coding)
    return found


def _fits(line: _Line, codings: Sequence[SeenCoding], wanted: Wanted, family: set[str]) -> bool:
    if (wanted.state == UNCODED and codings) or (wanted.state == CODED and not codings):
        return False
    if wanted.code and not any(code in family for row in codings for code in row.codes):
        return False
    text = line.text.casefold()
    return all(word in text for word in wanted.words.casefold().split(NEEDS_ALL) if word)


def _in_order(lines: list[_Line], terms: Terms, like: str) -> list[_Line]:
    """Return the lines as they are, or, for a code, those with words of it, likeliest first."""
    if not like:
        return lines
    scored = [(score_code(line.text, terms, like).score, line) for line in lines]
    return [line for score, line in sorted(scored, key=lambda row: (-row[0], row[1].number)) if score > 0]


def _suggested(line: _Line, codings: Sequence[SeenCoding], terms: Terms, like: str) -> tuple[Suggestion, ...]:
    own = {row.codes[0] for row in codings if row.is_own}
    if like:
        return () if like in own else (score_code(line.text, terms, like),)
    return suggest(line.text, terms, without=own)


def _count_links(codings: Iterable[Sequence[SeenCoding]]) -> tuple[tuple[tuple[str, ...], int], ...]:
    found = Counter(codes for rows in codings for codes in {row.codes for row in rows if row.is_link})
    return tuple(sorted(found.items(), key=lambda row: (-row[1], row[0])))


def _count(codings: Iterable[Sequence[SeenCoding]]) -> Mapping[str, int]:
    return Counter(code for rows in codings for code in {code for row in rows for code in row.codes})
