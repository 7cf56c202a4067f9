"""Comments that may name a person: shown to a researcher, who clears, replaces or drops each before anybody codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from surveyapp.errors import BadInput, Refused
from surveyapp.models.account import Account
from surveyapp.models.comment import CLEAR, DROPPED, REPLACED, CommentSource, PendingComment
from surveyapp.models.interview import ANSWERS, Interview, TranscriptVersion, Turn
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.audit import record_change
from surveyapp.services.comment_source import forget_pending, key_of, subject_of
from surveyapp.services.decoding import is_chinese
from surveyapp.services.interview import subject_of as subject_of_text
from surveyapp.services.name_marks import Mark, proposed_words
from surveyapp.services.private_numbers import find_private_numbers
from surveyapp.services.transcript import text_hash

DECISIONS = (CLEAR, REPLACED, DROPPED)
FLAGGED, OPEN, ALL = "flagged", "open", "all"       # which comments the page shows
AT_ONCE = 50                # comments on a page
LONGEST_WORDS = 20_000      # characters of a comment; a respondent's field takes no more


@dataclass(frozen=True)
class Piece:
    """A piece of a comment; `kind` says what it may be, "" for plain words."""

    words: str
    kind: str


@dataclass(frozen=True)
class PendingLine:
    """A comment on the page for redaction, with the wording that is proposed for it or was decided."""

    number: int
    pieces: tuple[Piece, ...]
    decision: str
    words: str
    is_flagged: bool


@dataclass(frozen=True)
class RedactionPage:
    """Comments that wait: which are flagged, how many of these are undecided, and the shown ones."""

    lines: tuple[PendingLine, ...]
    n_all: int
    n_flagged: int
    n_undecided: int
    n_shown: int
    page: int
    n_pages: int


@dataclass(frozen=True)
class Decision:
    """What a researcher decides of one comment; `words` only where it is replaced."""

    kind: str
    words: str = ""


def load_redaction(session: Session, source: CommentSource, show: str = OPEN, page: int = 1) -> RedactionPage:
    """Return a page of the comments that wait for a decision."""
    rows = _pending(session, source)
    flagged = [row for row in rows if row.marks]
    undecided = [row for row in flagged if not row.decision]
    chosen = {FLAGGED: flagged, ALL: rows}.get(show, undecided)
    n_pages = max(1, -(-len(chosen) // AT_ONCE))
    page = min(max(page, 1), n_pages)
    return RedactionPage(tuple(map(_line, chosen[(page - 1) * AT_ONCE:page * AT_ONCE])), len(rows), len(flagged),
                         len(undecided), len(chosen), page, n_pages)


def decide_comments(session: Session, study: Study, source: CommentSource, decisions: Mapping[int, Decision],
                    account: Account | None = None) -> int:
    """Store what was decided of comments; return of how many. The audit log gets counts, never words."""
    rows = {row.number: row for row in _pending(session, source)}
    if source.interview_id is not None:
        raise Refused("These comments were handed over to the coders already.", "Discard them to begin anew.")
    changed: dict[str, int] = {}
    for number, decision in decisions.items():
        row = rows.get(number)
        if row is None:
            raise BadInput("There is no comment {n} here.", "Load the page again.", n=number)
        words = _checked_words(row, decision)
        if (row.decision, row.words) != (decision.kind, words):
            row.decision, row.words = decision.kind, words
            changed[decision.kind or "open"] = changed.get(decision.kind or "open", 0) + 1
    if changed:
        record_change(session, "decide_comments", subject_of(source), study_id=study.id, account=account,
                      after=changed)
    session.flush()
    return sum(changed.values())


def _checked_words(row: PendingComment, decision: Decision) -> str:
    if decision.kind not in (*DECISIONS, ""):
        raise BadInput("{value} is no decision about a comment.", "Choose one from the list.",
                       value=repr(decision.kind))
    if decision.kind != REPLACED:
        return ""
    words = " ".join(decision.words.split())
    if not words or len(words) > LONGEST_WORDS:
        raise BadInput("Comment {n}: the new wording is empty or too long.", "Write a wording, or drop the comment.",
                       n=row.number)
    if words == row.text:
        raise BadInput("Comment {n}: the new wording is the old one.",
                       "Change it, or say that nobody is named in it.", n=row.number)
    if find_private_numbers(words):
        raise BadInput("Comment {n}: the new wording still holds a telephone, account or identity-card number.",
                       "Take it out.", n=row.number)
    return words


def hand_over(session: Session, study: Study, source: CommentSource, account: Account | None = None) -> Interview:
    """Return the comments as a text to code, one a turn; refused while a flagged one is undecided."""
    if source.interview_id is not None:
        raise Refused("These comments were handed over to the coders already.", "Discard them to begin anew.")
    rows = _pending(session, source)
    n_open = sum(bool(row.marks) and not row.decision for row in rows)
    if n_open:
        raise Refused("{n} comments that may name a person are not decided yet.",
                      "Decide each: nobody is named, new wording, or drop it.", n=n_open)
    kept = [row.words if row.decision == REPLACED else row.text for row in rows if row.decision != DROPPED]
    if len(kept) < source.minimum:
        raise Refused("Only {n} comments are left; fewer than {minimum} would show who wrote them.",
                      "Replace names instead of dropping comments, or discard these.", n=len(kept),
                      minimum=source.minimum)
    source.n_redacted = sum(row.decision == REPLACED for row in rows)
    source.n_dropped = len(rows) - len(kept)
    interview = _as_text(session, study, source, kept)
    source.interview_id = interview.id
    session.execute(delete(PendingComment).where(PendingComment.source_id == source.id))
    record_change(session, "hand_over_comments", subject_of_text(interview), study_id=study.id, account=account,
                  after={"source": source.id, "n_comments": len(kept), "n_redacted": source.n_redacted,
                         "n_dropped": source.n_dropped})
    forget_pending(session)
    return interview


def _as_text(session: Session, study: Study, source: CommentSource, lines: list[str]) -> Interview:
    text = "\n".join(lines)
    interview = Interview(
        study_id=study.id, kind=ANSWERS, key=key_of(session, study, source, session.get_one(Wave, source.wave_id)),
        audience=source.audience, role="", has_consent=True, record="verbatim", mode="", questions=None,
        language="zh" if is_chinese(text) else "en")
    session.add(interview)
    session.flush()
    version = TranscriptVersion(interview_id=interview.id, number=1, text=text, sha256=text_hash(text))
    session.add(version)
    session.flush()
    start = 0
    for number, line in enumerate(lines, 1):
        session.add(Turn(version_id=version.id, number=number, start=start, end=start + len(line)))
        start += len(line) + 1
    session.flush()
    return interview


def _pending(session: Session, source: CommentSource) -> list[PendingComment]:
    return list(session.scalars(select(PendingComment).where(PendingComment.source_id == source.id)
                                .order_by(PendingComment.number)))


def _line(row: PendingComment) -> PendingLine:
    marks = [Mark(*mark) for mark in row.marks]
    pieces, at = [], 0
    for mark in marks:
        pieces += [Piece(row.text[at:mark.start], ""), Piece(row.text[mark.start:mark.end], mark.kind)]
        at = mark.end
    pieces.append(Piece(row.text[at:], ""))
    return PendingLine(row.number, tuple(piece for piece in pieces if piece.words), row.decision,
                       row.words or proposed_words(row.text, marks), bool(marks))
