"""Codings as an account may see them: those of one interview, and passages by code with counts in interviewees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session, aliased

from surveyapp.models.account import Account
from surveyapp.models.coding import Code, Coding, LinkCoding, Segment
from surveyapp.models.interview import CONVERSATION, Interview, Turn
from surveyapp.models.study import Study
from surveyapp.services.blinding import is_seen_by
from surveyapp.services.codebook import CodeEntry, StudyCodebook, load_codebook
from surveyapp.services.quote_kinds import QuoteKinds
from surveyapp.services.verbatim import VERBATIM

LONGEST_SHOWN = 90          # characters of a quote in the table of codings
MOST_SHOWN = 500            # passages on one page; filters lead to the rest
RECENT_CODES = 9            # the keys 1 to 9
_former = aliased(Segment)


@dataclass(frozen=True)
class SeenCoding:
    """One coding of an interview; a link coding has the codes of cause and problem."""

    id: int
    is_link: bool
    codes: tuple[str, ...]
    polarity: str
    memo: str
    start: int | None
    end: int | None
    quote: str
    edited_quote: Mapping[str, str]
    coder: str
    is_own: bool
    version: int
    quote_kind: str = VERBATIM                  # or paraphrase: may it stand in quotation marks?
    needs_review: bool = False
    former_quote: str = ""          # its words before a correction of the text, where they wait for a review

    @property
    def mark(self) -> str:
        """The id of the coding on the page: c for a code, k for a link."""
        return f"{'k' if self.is_link else 'c'}{self.id}"

    @property
    def shown_quote(self) -> str:
        """The quote as the table shows it: its beginning, where it is long."""
        return self.quote if len(self.quote) <= LONGEST_SHOWN else f"{self.quote[:LONGEST_SHOWN]}…"


@dataclass(frozen=True)
class CodePassage:
    """A passage with a code, with what stands before and after it and the place it leads to."""

    coding_id: int
    interview_id: int
    interview_key: str
    role: str
    code: str
    polarity: str
    coder: str
    quote: str
    prefix: str
    suffix: str
    turn: int | None
    is_verbatim: bool
    memo: str


@dataclass(frozen=True)
class CodeCount:
    """How often a code was given, sub-codes included; people, not passages, are the evidence."""

    n_passages: int
    n_interviewees: int
    by_polarity: Mapping[str, int]                  # interviewees
    by_role: Mapping[str, Mapping[str, int]]        # role → polarity or "any" → interviewees


@dataclass(frozen=True)
class CodePage:
    """A code with its passages as far as the account may see them; `roles` and `coders` are those that occur."""

    entry: CodeEntry
    below: tuple[CodeEntry, ...]
    count: CodeCount
    passages: tuple[CodePassage, ...]
    n_fitting: int
    n_all: int
    roles: tuple[str, ...]
    coders: tuple[str, ...]


def seen_codings(session: Session, interview: Interview, account: Account, *,
                 overlapping: tuple[int, int] | None = None) -> list[SeenCoding]:
    """Return the codings and links the account may see, by place; `overlapping` keeps those that touch a range."""
    cause, problem = aliased(Code), aliased(Code)
    kinds = QuoteKinds(session, Interview.id == interview.id)
    codes = _seen(select(Coding.id, Code.key, Coding.polarity, Coding.memo, *_shared(Coding))
                  .join(Code, Code.id == Coding.code_id), Coding, interview, account, overlapping)
    links = _seen(select(LinkCoding.id, cause.key, problem.key, *_shared(LinkCoding))
                  .join(cause, cause.id == LinkCoding.cause_id).join(problem, problem.id == LinkCoding.problem_id),
                  LinkCoding, interview, account, overlapping)
    found = [SeenCoding(number, False, (key,), polarity, memo, start, end, quote or "", edited, name,
                        coder_id == account.id, version, kinds.of(text, start, end), needs_review, former or "")
             for number, key, polarity, memo, start, end, quote, edited, text, name, coder_id, version, needs_review,
             former in session.execute(codes)]
    found += [SeenCoding(number, True, (first, second), "", "", start, end, quote or "", edited, name,
                         coder_id == account.id, version, kinds.of(text, start, end), needs_review, former or "")
              for number, first, second, start, end, quote, edited, text, name, coder_id, version, needs_review,
              former in session.execute(links)]
    last = 1 << 60      # codings without a place come after all others
    return sorted(found, key=lambda row: (row.start if row.start is not None else last, row.end or 0, row.id))


def _shared(kind: type[Coding] | type[LinkCoding]) -> tuple[Any, ...]:
    return (Segment.start, Segment.end, Segment.quote, kind.edited_quote, Segment.version_id, Account.name,
            kind.account_id, kind.version, kind.needs_review, _former.quote)


def _seen(found: Select[Any], kind: type[Coding] | type[LinkCoding], interview: Interview, account: Account,
          overlapping: tuple[int, int] | None) -> Select[Any]:
    found = (
        found.join(Account, Account.id == kind.account_id).outerjoin(Segment, Segment.id == kind.segment_id)
        .outerjoin(_former, _former.id == kind.former_id)
        .where(kind.interview_id == interview.id, kind.deleted_at.is_(None), is_seen_by(kind, account))
    )
    if overlapping is not None:
        found = found.where(Segment.start < overlapping[1], Segment.end > overlapping[0])
    return found


def recent_codes(session: Session, study: Study, account: Account) -> list[str]:
    """Return the codes the account gave last in the study, newest first, each once."""
    found = (
        select(Code.key).join(Coding, Coding.code_id == Code.id)
        .where(Code.study_id == study.id, Code.is_active, Coding.account_id == account.id)
        .order_by(Coding.id.desc()).limit(200)
    )
    return list(dict.fromkeys(session.scalars(found)))[:RECENT_CODES]


def count_codings(session: Session, study: Study, account: Account) -> dict[int, int]:
    """Return how many codings the account may see in each interview, by interview number."""
    found = (select(Coding.interview_id).join(Interview, Interview.id == Coding.interview_id)
             .where(Interview.study_id == study.id, Coding.deleted_at.is_(None), is_seen_by(Coding, account)))
    counts: dict[int, int] = defaultdict(int)
    for number in session.scalars(found):
        counts[number] += 1
    return counts


def count_codes(session: Session, study: Study, account: Account, codebook: StudyCodebook) -> dict[str, CodeCount]:
    """Return the counts of each code in interviews, as far as the account may see codings."""
    found = (
        select(Coding.code_id, Coding.polarity, Coding.interview_id, Interview.role)
        .join(Interview, Interview.id == Coding.interview_id)
        .where(Interview.study_id == study.id, Interview.kind == CONVERSATION, Coding.deleted_at.is_(None),
               is_seen_by(Coding, account))
    )
    by_code: dict[str, list[tuple[str, int, str]]] = defaultdict(list)
    for code_id, polarity, interview_id, role in session.execute(found):
        by_code[codebook.by_id[code_id].key].append((polarity, interview_id, role))
    return {entry.key: _count(mark for below in codebook.with_descendants(entry.key) for mark in by_code[below.key])
            for entry in codebook.entries}


def _count(marks: Iterable[tuple[str, int, str]]) -> CodeCount:
    n_passages = 0
    people: dict[str, set[int]] = defaultdict(set)
    in_role: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for polarity, interview_id, role in marks:
        n_passages += 1
        for name in (polarity, "any"):
            people[name].add(interview_id)
            in_role[role][name].add(interview_id)
    return CodeCount(
        n_passages, len(people["any"]),
        {name: len(numbers) for name, numbers in people.items() if name != "any"},
        {role: {name: len(numbers) for name, numbers in row.items()} for role, row in sorted(in_role.items())},
    )


def load_code_page(session: Session, study: Study, account: Account, key: str,
                   wanted: Mapping[str, str]) -> CodePage:
    """Return the code with those of its passages that have the wanted role, polarity and coder; "" wants all."""
    codebook = load_codebook(session, study)
    entry, *below = codebook.with_descendants(codebook.get(key).key)
    passages = list_passages(session, study, account, [entry.id, *(row.id for row in below)])
    fitting = [row for row in passages if all(value in ("", getattr(row, name)) for name, value in wanted.items())]
    return CodePage(
        entry, tuple(below), count_codes(session, study, account, codebook)[entry.key], tuple(fitting[:MOST_SHOWN]),
        len(fitting), len(passages), tuple(sorted({row.role for row in passages})),
        tuple(sorted({row.coder for row in passages})))


def list_passages(session: Session, study: Study, account: Account, codes: Sequence[int],
                  kind: str = CONVERSATION) -> list[CodePassage]:
    """Return the passages of that kind with one of these codes that the account may see, by interview and place."""
    found = (
        select(Coding.id, Interview.id, Interview.key, Interview.role, Code.key, Coding.polarity, Account.name,
               Segment.quote, Segment.prefix, Segment.suffix, Turn.number, Segment.version_id, Segment.start,
               Segment.end, Coding.memo)
        .join(Interview, Interview.id == Coding.interview_id).join(Code, Code.id == Coding.code_id)
        .join(Account, Account.id == Coding.account_id).outerjoin(Segment, Segment.id == Coding.segment_id)
        .outerjoin(Turn, and_(Turn.version_id == Segment.version_id, Turn.start <= Segment.start,
                              Turn.end > Segment.start))
        .where(Interview.study_id == study.id, Interview.kind == kind, Coding.code_id.in_(codes),
               Coding.deleted_at.is_(None), is_seen_by(Coding, account))
        .order_by(Interview.key, Segment.start, Coding.id)
    )
    kinds = QuoteKinds(session, Interview.study_id == study.id)
    return [CodePassage(coding_id, interview_id, key, role_of, code, sign, name, quote or "", prefix or "",
                        suffix or "", turn, kinds.of(text, start, end) == VERBATIM, memo)
            for coding_id, interview_id, key, role_of, code, sign, name, quote, prefix, suffix, turn, text, start, end,
            memo in session.execute(found)]
