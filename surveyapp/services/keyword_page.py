"""What a search for words shows: a concordance, counts by interviewee, and the codes and memos that hold them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.models.account import Account
from surveyapp.models.coding import Code, Coding, Memo
from surveyapp.models.interview import ANSWERS, CONVERSATION, Interview, Turn
from surveyapp.models.study import Study
from surveyapp.services.blinding import is_seen_by
from surveyapp.services.codebook import load_codebook
from surveyapp.services.interview import guide_of
from surveyapp.services.keyword import Pattern
from surveyapp.services.query_rows import Case, QueryRows
from surveyapp.services.segmentation import Lexicon

ON_PAGE = 100               # lines of the concordance on one page
AROUND = 60                 # signs of context on each side
MOST_MEMOS = 100


@dataclass(frozen=True)
class Line:
    """One line of the concordance."""

    case: Case
    turn: int
    speaker: str
    is_interviewee: bool
    before: str
    words: str
    after: str


@dataclass(frozen=True)
class PersonCount:
    """How often an interview has the words, and in how many of its turns."""

    case: Case
    n_places: int
    n_turns: int


@dataclass(frozen=True)
class CodeText:
    """A text of the codebook that holds the words."""

    key: str
    part: str
    words: str


@dataclass(frozen=True)
class MemoText:
    """A memo that holds the words, on a coding, an interview, a passage of it or a code."""

    interview_id: int | None
    interview_key: str
    mark: str               # of the coding on the coding screen; "" for memos apart
    code: str
    author: str
    words: str


@dataclass(frozen=True)
class KeywordPage:
    """Everything found; lines of one page only. People and comments are counted over all pages."""

    terms: tuple[str, ...]
    lines: tuple[Line, ...]
    people: tuple[PersonCount, ...]
    n_places: int
    n_people: int
    n_people_of: int
    n_comments: int
    codes: tuple[CodeText, ...]
    memos: tuple[MemoText, ...]
    number: int
    n_pages: int
    n_cut: int              # places left out because they are no words of their own


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A turn; not the row of the database, of which a million signs have twenty thousand."""

    number: int
    speaker: str
    is_interviewee: bool
    start: int
    end: int


@dataclass(frozen=True)
class _Place:
    version_id: int
    start: int
    end: int


def search_words(session: Session, study: Study, account: Account, words: str, *, is_whole: bool = False,
                 only_interviewees: bool = False, number: int = 1) -> KeywordPage:
    """Return where the words stand, as far as the account may see; BadInput without words."""
    pattern = Pattern.of(words, is_whole=is_whole)
    rows = QueryRows(session, study, account)
    texts = rows.texts()
    found = [_Place(version, *place) for version, text in texts.items() for place in pattern.places(text)]
    turns = _turns(session, {place.version_id for place in found})
    if only_interviewees:
        found = [place for place in found if (turn := _turn_of(turns[place.version_id], place)) and turn.is_interviewee]
    lexicon = Lexicon.of_list(domain_names(session, study)) if is_whole else None
    places = [place for place in found
              if lexicon is None or lexicon.is_word(texts[place.version_id], place.start, place.end)]
    n_pages = max((len(places) + ON_PAGE - 1) // ON_PAGE, 1)
    number = min(max(number, 1), n_pages)
    people = _people(rows, turns, places)
    return KeywordPage(
        pattern.terms, tuple(_line(rows, texts[place.version_id], turns[place.version_id], place)
                             for place in places[(number - 1) * ON_PAGE:number * ON_PAGE]),
        tuple(row for row in people if row.case.kind == CONVERSATION), len(places),
        sum(row.case.kind == CONVERSATION for row in people),
        sum(case.kind == CONVERSATION and case.id in set(rows.current.values()) for case in rows.cases.values()),
        sum(row.n_turns for row in people if row.case.kind == ANSWERS), tuple(_codes(rows, pattern)),
        tuple(_memos(session, study, account, pattern)), number, n_pages, len(found) - len(places))


def domain_names(session: Session, study: Study) -> list[str]:
    """Return the names of the study's codes and role classes: words that no list has."""
    names = [name for entry in load_codebook(session, study).entries for name in entry.definition.name.values()]
    guide = guide_of(study)
    return [*names, *(name for texts in guide.roles.values() for name in texts.values())] if guide else names


def _turns(session: Session, versions: Iterable[int]) -> dict[int, list[_Spoken]]:
    found = (select(Turn.version_id, Turn.number, Turn.speaker, Turn.is_interviewee, Turn.start, Turn.end)
             .where(Turn.version_id.in_(list(versions))).order_by(Turn.version_id, Turn.start))
    turns: dict[int, list[_Spoken]] = defaultdict(list)
    for version, number, speaker, is_interviewee, start, end in session.execute(found):
        turns[version].append(_Spoken(number, speaker, is_interviewee, start, end))
    return turns


def _turn_of(turns: list[_Spoken], place: _Place) -> _Spoken | None:
    low, high = 0, len(turns)
    while low < high:
        middle = (low + high) // 2
        if turns[middle].start <= place.start:
            low = middle + 1
        else:
            high = middle
    return turns[low - 1] if low and place.start < turns[low - 1].end else None


def _line(rows: QueryRows, text: str, turns: list[_Spoken], place: _Place) -> Line:
    turn = _turn_of(turns, place)
    first, last = (turn.start, turn.end) if turn else (0, len(text))
    start, end = max(first, place.start - AROUND), min(last, place.end + AROUND)
    return Line(
        rows.cases[rows.current[place.version_id]], turn.number if turn else 0, turn.speaker if turn else "",
        bool(turn and turn.is_interviewee), ("…" if start > first else "") + text[start:place.start],
        text[place.start:place.end], text[place.end:end] + ("…" if end < last else ""))


def _people(rows: QueryRows, turns: dict[int, list[_Spoken]], places: list[_Place]) -> list[PersonCount]:
    n_places: dict[int, int] = defaultdict(int)
    in_turns: dict[int, set[int]] = defaultdict(set)
    for place in places:
        n_places[place.version_id] += 1
        turn = _turn_of(turns[place.version_id], place)
        in_turns[place.version_id].add(turn.number if turn else 0)
    return [PersonCount(rows.cases[rows.current[version]], n, len(in_turns[version]))
            for version, n in sorted(n_places.items(), key=lambda pair: (-pair[1], rows.current[pair[0]]))]


def _codes(rows: QueryRows, pattern: Pattern) -> Iterable[CodeText]:
    for entry in rows.codebook.entries:
        definition = entry.definition
        parts = {"key": {"": entry.key}, "name": definition.name, "definition": definition.definition,
                 "include": definition.include, "exclude": definition.exclude, "example": definition.example}
        for part, texts in parts.items():
            for words in texts.values():
                if words and pattern.compiled.search(words):
                    yield CodeText(entry.key, part, words)


def _memos(session: Session, study: Study, account: Account, pattern: Pattern) -> Iterable[MemoText]:
    on_codings = (
        select(Coding.interview_id, Interview.key, Coding.id, Code.key, Account.name, Coding.memo)
        .join(Interview, Interview.id == Coding.interview_id).join(Code, Code.id == Coding.code_id)
        .join(Account, Account.id == Coding.account_id)
        .where(Interview.study_id == study.id, Coding.deleted_at.is_(None), Coding.memo != "",
               is_seen_by(Coding, account))
        .order_by(Interview.key, Coding.id)
    )
    apart = (
        select(Memo.interview_id, Interview.key, Code.key, Account.name, Memo.text)
        .outerjoin(Interview, Interview.id == Memo.interview_id).outerjoin(Code, Code.id == Memo.code_id)
        .join(Account, Account.id == Memo.account_id)
        .where(Memo.study_id == study.id, Memo.deleted_at.is_(None), is_seen_by(Memo, account)).order_by(Memo.id)
    )
    found = [MemoText(interview, key, f"c{number}", code, author, memo)
             for interview, key, number, code, author, memo in session.execute(on_codings)]
    found += [MemoText(interview, key or "", "", code or "", author, memo)
              for interview, key, code, author, memo in session.execute(apart)]
    return [memo for memo in found if pattern.compiled.search(memo.words)][:MOST_MEMOS]
