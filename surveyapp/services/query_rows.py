"""What queries run over: interviews with their attributes, codings the account may see, turns and texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveyapp.models.account import Account
from surveyapp.models.coding import Coding, Segment
from surveyapp.models.interview import CONVERSATION, Interview, TranscriptVersion, Turn
from surveyapp.models.study import Study
from surveyapp.services.blinding import is_seen_by
from surveyapp.services.codebook import StudyCodebook, load_codebook
from surveyapp.services.interview import PASSAGES, guide_of
from surveyapp.services.keyword import Pattern
from surveyapp.services.query_hits import NOWHERE, Hit

# Columns of the log that may be asked for like an attribute of the case.
LOGGED = ("line", "tenure_band", "mode", "interviewer", "record")


@dataclass(frozen=True)
class Case:
    """An interview, or the answers to one open question, as conditions see it; `words` are in small letters."""

    id: int
    key: str
    kind: str
    role: str
    words: Mapping[str, frozenset[str]]


class QueryRows:
    """The rows of one study as one account may see them, each kind read when it is first asked for."""

    def __init__(self, session: Session, study: Study, account: Account) -> None:
        self.session, self.study, self.account = session, study, account

    @cached_property
    def codebook(self) -> StudyCodebook:
        return load_codebook(self.session, self.study)

    @cached_property
    def cases(self) -> dict[int, Case]:
        """Every interview and set of answers by its number."""
        attributes = case_attributes(self.session, self.study)
        rows = self.session.scalars(select(Interview).where(Interview.study_id == self.study.id)
                                    .order_by(Interview.key))
        return {row.id: _case(row, self.role_names.get(row.role, ()), attributes.get(row.id, {})) for row in rows}

    @cached_property
    def role_names(self) -> dict[str, tuple[str, ...]]:
        """What the guide calls its role classes, in every language."""
        guide = guide_of(self.study)
        return {key: tuple(name.values()) for key, name in guide.roles.items()} if guide else {}

    @cached_property
    def coded(self) -> dict[str, list[Hit]]:
        """The codings the account may see, as passages by code."""
        found = (
            select(Coding.id, Coding.interview_id, Coding.code_id, Coding.polarity, Account.name, Segment.version_id,
                   Segment.start, Segment.end)
            .join(Interview, Interview.id == Coding.interview_id).join(Account, Account.id == Coding.account_id)
            .outerjoin(Segment, Segment.id == Coding.segment_id)
            .where(Interview.study_id == self.study.id, Coding.deleted_at.is_(None), is_seen_by(Coding, self.account))
            .order_by(Coding.id)
        )
        by_code: dict[str, list[Hit]] = defaultdict(list)
        for number, interview, code_id, polarity, coder, version, start, end in self.session.execute(found):
            key = self.codebook.by_id[code_id].key
            by_code[key].append(Hit(
                interview, NOWHERE if version is None else version, start or 0, end or 0, frozenset({key}),
                frozenset({polarity}), frozenset({coder}), (number,)))
        return by_code

    @cached_property
    def coders(self) -> list[str]:
        """The names of those whose codings the account may see."""
        found = (select(Account.name).join(Coding, Coding.account_id == Account.id)
                 .join(Interview, Interview.id == Coding.interview_id)
                 .where(Interview.study_id == self.study.id, Coding.deleted_at.is_(None),
                        is_seen_by(Coding, self.account)).distinct().order_by(Account.name))
        return list(self.session.scalars(found))

    @cached_property
    def current(self) -> dict[int, int]:
        """The newest text of each interview: its number → the interview's. Passages of codings are no conversation."""
        newest = (select(func.max(TranscriptVersion.number)).where(TranscriptVersion.interview_id == Interview.id)
                  .correlate(Interview).scalar_subquery())
        found = (select(TranscriptVersion.id, Interview.id)
                 .join(Interview, Interview.id == TranscriptVersion.interview_id)
                 .where(Interview.study_id == self.study.id, TranscriptVersion.number == newest)
                 .order_by(Interview.key))
        return dict(self.session.execute(found).all())

    @cached_property
    def turn_starts(self) -> dict[int, list[int]]:
        """Where the turns of every text of the study begin."""
        found = (select(Turn.version_id, Turn.start)
                 .join(TranscriptVersion, TranscriptVersion.id == Turn.version_id)
                 .join(Interview, Interview.id == TranscriptVersion.interview_id)
                 .where(Interview.study_id == self.study.id).order_by(Turn.version_id, Turn.start))
        starts: dict[int, list[int]] = defaultdict(list)
        for version, start in self.session.execute(found):
            starts[version].append(start)
        return starts

    def turns(self) -> list[Hit]:
        """Return the turns of interviewees, and comments, as passages."""
        found = (select(Turn.version_id, Turn.start, Turn.end)
                 .join(TranscriptVersion, TranscriptVersion.id == Turn.version_id)
                 .join(Interview, Interview.id == TranscriptVersion.interview_id)
                 .where(Interview.study_id == self.study.id, Turn.is_interviewee, Interview.record != PASSAGES)
                 .order_by(Turn.version_id, Turn.start))
        return [Hit(self.current[version], version, start, end)
                for version, start, end in self.session.execute(found) if version in self.current]

    def texts(self, versions: Sequence[int] | None = None) -> dict[int, str]:
        """Return these texts, or the newest of every interview."""
        wanted = list(self.current) if versions is None else list(versions)
        found = select(TranscriptVersion.id, TranscriptVersion.text).where(TranscriptVersion.id.in_(wanted))
        texts = dict(self.session.execute(found).all())
        return {number: texts[number] for number in wanted if number in texts}

    def said(self, words: str) -> list[Hit]:
        """Return every place where the words stand."""
        pattern = Pattern.of(words)
        return [Hit(self.current[number], number, start, end)
                for number, text in self.texts().items() for start, end in pattern.places(text)]


def case_attributes(session: Session, study: Study) -> dict[int, dict[str, str]]:
    """Return the free attributes of each interview, by its number; the log's own columns are added by `QueryRows`."""
    found = select(Interview.id, Interview.attributes).where(Interview.study_id == study.id)
    return {number: {name: str(value) for name, value in own.items() if value not in (None, "")}
            for number, own in session.execute(found)}


def _case(row: Interview, role_names: tuple[str, ...], attributes: Mapping[str, str]) -> Case:
    words = {"role": (row.role, *role_names), "kind": (row.kind,), "interview": (row.key,),
             "audience": (row.audience,), "language": (row.language,)}
    words |= {f"case.{name}": (str(getattr(row, name)),) for name in LOGGED if getattr(row, name)}
    words |= {f"case.{name}": (value,) for name, value in attributes.items()}
    return Case(row.id, row.key, row.kind, row.role if row.kind == CONVERSATION else "",
                {name: frozenset(value.casefold() for value in values) for name, values in words.items()})
