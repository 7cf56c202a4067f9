"""Candidates: problems and causes nobody had asked about, nominated from comments; listed, counted, never graded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from instruments.schema import Text
from surveyapp.errors import BadInput, NotFound, Refused, Stale
from surveyapp.models.account import Account
from surveyapp.models.comment import CAUSE, PROBLEM, Candidate, CandidateLine, CommentSource
from surveyapp.models.interview import ANSWERS, Interview, TranscriptVersion, Turn
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.blinding import list_assignments, sees_only_own
from surveyapp.services.comment_source import list_sources
from surveyapp.services.interview import current_version, get_interview

KINDS = (PROBLEM, CAUSE)
LONGEST_NAME, LONGEST_DEFINITION = 120, 2_000


@dataclass(frozen=True)
class CandidateText:
    """What a candidate is called and means, in every language of the study."""

    kind: str
    name: Mapping[str, str]
    definition: Mapping[str, str]


@dataclass(frozen=True)
class NamedLine:
    """A comment that speaks for a candidate."""

    source_id: int
    item: str
    turn_id: int
    number: int
    text: str


@dataclass(frozen=True)
class NamedCandidate:
    """A candidate with the comments that speak for it; `n_of` counts all comments on the items these answer."""

    id: int
    kind: str
    name: Text
    definition: Text
    version: int
    lines: tuple[NamedLine, ...]
    n_of: int
    items: tuple[str, ...]

    @property
    def n_comments(self) -> int:
        return len(self.lines)


def nominate_candidate(session: Session, study: Study, text: CandidateText,
                       account: Account | None = None) -> Candidate:
    """Return a new candidate; it is named and defined in every language of the study."""
    _check(study, text)
    row = Candidate(study_id=study.id, kind=text.kind, name=dict(text.name), definition=dict(text.definition),
                    account_id=account.id if account else None)
    session.add(row)
    session.flush()
    record_change(session, "nominate_candidate", _subject(row), study_id=study.id, account=account,
                  after=_state(row))
    return row


def change_candidate(session: Session, study: Study, row: Candidate, text: CandidateText, version: int,
                     account: Account | None = None) -> None:
    """Give a candidate another name, definition or kind; Stale if it was changed since the page was loaded."""
    if row.version != version:
        raise Stale("This candidate was changed in another window after you had opened it.",
                    "Load the page again and repeat the change if it is still right.")
    _check(study, text)
    before = _state(row)
    row.kind, row.name, row.definition = text.kind, dict(text.name), dict(text.definition)
    if _state(row) != before:
        row.version += 1
        record_change(session, "change_candidate", _subject(row), study_id=study.id, account=account, before=before,
                      after=_state(row))
        session.flush()


def withdraw_candidate(session: Session, study: Study, row: Candidate, account: Account | None = None) -> None:
    """Take a candidate back with its list of comments; the comments themselves stay."""
    lines = list(session.scalars(select(CandidateLine.turn_id).where(CandidateLine.candidate_id == row.id)))
    record_change(session, "withdraw_candidate", _subject(row), study_id=study.id, account=account,
                  before={**_state(row), "turns": lines})
    session.delete(row)
    session.flush()


def add_lines(session: Session, study: Study, row: Candidate, source: CommentSource, lines: Sequence[int],
              account: Account) -> int:
    """Have comments speak for the candidate; return how many are new."""
    if source.interview_id is None or not lines:
        raise BadInput("No comment was chosen.", "Tick one or more comments first.")
    version = current_version(session, get_interview(session, study, source.interview_id))
    turns = list(session.scalars(select(Turn.id).where(
        Turn.version_id == (version.id if version else 0), Turn.number.in_(set(lines))).order_by(Turn.number)))
    if len(turns) != len(set(lines)):
        raise BadInput("A chosen comment is not among these.", "Load the page again.")
    had = set(session.scalars(select(CandidateLine.turn_id).where(CandidateLine.candidate_id == row.id)))
    new = [turn for turn in turns if turn not in had]
    if not new:
        raise Refused("The chosen comments speak for this candidate already.", "Choose others.")
    session.add_all(CandidateLine(candidate_id=row.id, turn_id=turn, account_id=account.id) for turn in new)
    session.flush()
    record_change(session, "add_candidate_lines", _subject(row), study_id=study.id, account=account,
                  after={"turns": new})
    return len(new)


def remove_line(session: Session, study: Study, row: Candidate, turn_id: int, account: Account | None = None) -> None:
    """Let a comment no longer speak for the candidate."""
    found = session.scalar(select(CandidateLine.id).where(CandidateLine.candidate_id == row.id,
                                                          CandidateLine.turn_id == turn_id))
    if found is None:
        raise NotFound("This comment does not speak for the candidate.", "Load the page again.")
    session.execute(delete(CandidateLine).where(CandidateLine.id == found))
    record_change(session, "remove_candidate_line", _subject(row), study_id=study.id, account=account,
                  before={"turns": [turn_id]})


def get_candidate(session: Session, study: Study, number: int) -> Candidate:
    """Return the study's candidate of that number; NotFound otherwise."""
    row = session.scalar(select(Candidate).where(Candidate.study_id == study.id, Candidate.id == number))
    if row is None:
        raise NotFound("The study has no such candidate.", "See the list of candidates.")
    return row


def list_candidates(session: Session, study: Study, account: Account | None = None) -> list[NamedCandidate]:
    """Return the candidates with their comments; whoever is blind in a running round sees only own choices there."""
    rows = list(session.scalars(select(Candidate).where(Candidate.study_id == study.id).order_by(Candidate.id)))
    lines = _lines(session, study, account)
    sources = {row.id: row for row in list_sources(session, study)}
    found = []
    for row in rows:
        own = lines.get(row.id, [])
        touched = [sources[number] for number in dict.fromkeys(line.source_id for line in own)]
        found.append(NamedCandidate(
            row.id, row.kind, dict(row.name), dict(row.definition), row.version, tuple(own),
            sum(source.n_written - source.n_dropped for source in touched),
            tuple(source.item for source in touched)))
    return found


def _lines(session: Session, study: Study, account: Account | None) -> Mapping[int, list[NamedLine]]:
    hidden = _hidden_from(session, study, account)
    found: dict[int, list[NamedLine]] = defaultdict(list)
    rows = session.execute(
        select(CandidateLine.candidate_id, CandidateLine.account_id, CommentSource.id, CommentSource.item, Turn.id,
               Turn.number, Turn.start, Turn.end, TranscriptVersion)
        .join(Turn, Turn.id == CandidateLine.turn_id).join(TranscriptVersion, TranscriptVersion.id == Turn.version_id)
        .join(CommentSource, CommentSource.interview_id == TranscriptVersion.interview_id)
        .where(CommentSource.study_id == study.id).order_by(CommentSource.id, Turn.number))
    for candidate, by, source, item, turn, number, start, end, version in rows:
        if version.interview_id in hidden and (account is None or by != account.id):
            continue
        found[candidate].append(NamedLine(source, item, turn, number, version.text[start:end]))
    return found


def _hidden_from(session: Session, study: Study, account: Account | None) -> set[int]:
    """Return the texts of comments in which the account is blind to others now; the analysis (None) is to none."""
    if account is None:
        return set()
    texts = session.scalars(select(Interview).where(Interview.study_id == study.id, Interview.kind == ANSWERS))
    return {text.id for text in texts if sees_only_own(list_assignments(session, text), account)}


def languages_of(study: Study) -> tuple[str, ...]:
    """Return the languages a candidate is named in: those of the codebook."""
    codebook = study.template.get("codebook") or {}
    return tuple(codebook.get("languages") or ("en", "zh"))


def _check(study: Study, text: CandidateText) -> None:
    if text.kind not in KINDS:
        raise BadInput("A candidate is a problem or a cause.", "Choose one of both.")
    for language in languages_of(study):
        name, meaning = text.name.get(language, ""), text.definition.get(language, "")
        if not name.strip() or not meaning.strip():
            raise BadInput("The candidate has no name or no definition in the language {language}.",
                           "Fill in both in every language: the report is printed in each.", language=language)
        if len(name) > LONGEST_NAME or len(meaning) > LONGEST_DEFINITION:
            raise BadInput("The name or the definition is too long.",
                           "Give a name of at most {name} and a definition of at most {definition} characters.",
                           name=LONGEST_NAME, definition=LONGEST_DEFINITION)


def _state(row: Candidate) -> dict[str, object]:
    return {"kind": row.kind, "name": dict(row.name), "definition": dict(row.definition)}


def _subject(row: Candidate) -> str:
    return f"candidate {row.id}"
