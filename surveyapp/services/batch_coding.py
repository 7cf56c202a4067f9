"""One code on several comments at once: one deed, one row in the audit log, one undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.errors import BadInput, Refused, Stale
from surveyapp.models.account import Account
from surveyapp.models.coding import POLARITIES, Coding, Segment
from surveyapp.models.interview import ANSWERS, Interview, TranscriptVersion, Turn
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.blinding import check_may_code
from surveyapp.services.codebook import load_codebook
from surveyapp.services.codebook_version import newest_version_id
from surveyapp.services.coding_history import BATCH, state_of
from surveyapp.services.interview import current_version

MOST_LINES = 500            # comments in one deed; a page shows fewer


@dataclass(frozen=True)
class LineCode:
    """A code to be given to whole lines of the text of that hash."""

    lines: tuple[int, ...]
    code: str
    version_sha256: str
    polarity: str = POLARITIES[0]
    memo: str = ""


@dataclass(frozen=True)
class Batch:
    """What one deed did: the new codings, and how many lines had the code already."""

    codings: tuple[Coding, ...]
    n_before: int


def code_lines(session: Session, study: Study, interview: Interview, account: Account, wanted: LineCode) -> Batch:
    """Return new codings: that code on each of these whole lines; those that have it by the account stay as is."""
    check_may_code(session, interview, account)
    code, polarity = load_codebook(session, study).chosen(wanted.code), wanted.polarity
    if polarity not in POLARITIES:
        raise BadInput("There is no polarity {polarity}.", "Choose one of: {known}.", polarity=repr(polarity),
                       known=", ".join(POLARITIES))
    version, turns = chosen_lines(session, interview, wanted.lines, wanted.version_sha256)
    segments = segments_of_lines(session, version, turns)
    had = set(session.scalars(select(Coding.segment_id).where(
        Coding.interview_id == interview.id, Coding.code_id == code.id, Coding.account_id == account.id,
        Coding.deleted_at.is_(None))))
    new = [segment for segment in segments if segment.id not in had]
    if not new:
        raise Refused("All chosen comments have the code {code} of yours already.", "Choose others, or another code.",
                      code=code.key)
    newest = newest_version_id(session, study)
    codings = [Coding(interview_id=interview.id, segment_id=segment.id, code_id=code.id, account_id=account.id,
                      polarity=polarity, memo=wanted.memo.strip(), edited_quote={}, version=1,
                      codebook_version_id=newest) for segment in new]
    session.add_all(codings)
    session.flush()
    record_change(session, BATCH, f"interview {interview.id} batch {codings[0].id}", study_id=study.id,
                  account=account, after={**state_of(codings[0]), "code": code.id,
                                          "codings": [coding.id for coding in codings]})
    return Batch(tuple(codings), len(segments) - len(new))


def chosen_lines(session: Session, interview: Interview, lines: Sequence[int],
                 version_sha256: str) -> tuple[TranscriptVersion, list[Turn]]:
    """Return the text and the chosen lines of it; BadInput or Stale where one is not there."""
    if interview.kind != ANSWERS:
        raise Refused("Whole lines are coded only among answers to open questions.",
                      "Mark the passage in the text of the interview.")
    version = current_version(session, interview)
    if version is None or version.sha256 != version_sha256:
        raise Stale("The text of this interview was replaced after you had opened it.",
                    "Load the page again and mark the passage in the new text.")
    wanted = sorted(set(lines))
    if not wanted:
        raise BadInput("No comment was chosen.", "Tick one or more comments first.")
    if len(wanted) > MOST_LINES:
        raise BadInput("{n} comments were chosen; one deed takes at most {most}.", "Code them in two steps.",
                       n=len(wanted), most=MOST_LINES)
    turns = list(session.scalars(select(Turn).where(Turn.version_id == version.id, Turn.number.in_(wanted))
                                 .order_by(Turn.number)))
    if len(turns) != len(wanted):
        raise BadInput("A chosen comment is not among these.", "Load the page again.")
    return version, turns


def segments_of_lines(session: Session, version: TranscriptVersion, turns: Sequence[Turn]) -> list[Segment]:
    """Return the segment of each whole line, made where it is new."""
    known = {(row.start, row.end): row for row in session.scalars(select(Segment).where(
        Segment.version_id == version.id, Segment.start.in_([turn.start for turn in turns])))}
    found = []
    for turn in turns:
        segment = known.get((turn.start, turn.end))
        if segment is None:
            # A comment stands for itself: the lines around it are other people's and no context.
            segment = Segment(guid=str(uuid4()), version_id=version.id, start=turn.start, end=turn.end,
                              quote=version.text[turn.start:turn.end])
            session.add(segment)
        found.append(segment)
    session.flush()
    return found
