"""Respondent validation: a summary by point goes to the interviewee, and what came back is recorded.

The summary leaves by any channel; no address is stored here. A correction of a point that is a turn of the text makes a
new version of it, with codings moved and those touched up for review; any other becomes a memo. Nothing else of an
answer changes what is quoted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.errors import BadInput, NotFound, Refused, Stale
from surveyapp.models.account import Account
from surveyapp.models.interview import CONVERSATION, Interview
from surveyapp.models.member_check import MemberCheck
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.codebook import load_codebook
from surveyapp.services.decoding import normalise
from surveyapp.services.interview import current_version, list_turns, subject_of
from surveyapp.services.memo import write_interview_memo
from surveyapp.services.note_text import correct_note
from surveyapp.services.passage import seen_codings
from surveyapp.services.pseudonymise import find_identifiers
from surveyapp.services.text_correction import correct_turn
from surveyapp.services.verbatim import VERBATIM

DRAFT, SENT, CONFIRMED, CORRECTED, NOT_RETURNED = "draft", "sent", "confirmed", "corrected", "not_returned"
STATES = (DRAFT, SENT, CONFIRMED, CORRECTED, NOT_RETURNED)
LONGEST_POINT, MOST_POINTS = 5_000, 60


@dataclass(frozen=True)
class Point:
    """One point of a summary: the turn's speaker label or code it is about, the text sent, and what came back."""

    box: str
    text: str
    correction: str = ""


@dataclass(frozen=True)
class Summary:
    """An interview's summary as it stands; `version` is 0 for a proposal that nobody has saved."""

    points: tuple[Point, ...]
    state: str
    sent_on: date | None
    answered_on: date | None
    version: int


@dataclass(frozen=True)
class Answered:
    """What the corrections did."""

    n_turns: int
    n_to_review: int
    n_memos: int


def load_summary(session: Session, study: Study, interview: Interview, account: Account) -> Summary:
    """Return the stored summary, or a proposal: from notes by question, else from the codings the account may see."""
    row = session.get(MemberCheck, interview.id)
    if row is None:
        return Summary(_proposed(session, study, interview, account), DRAFT, None, None, 0)
    return Summary(tuple(Point(**point) for point in row.points), row.state, row.sent_on, row.answered_on, row.version)


def _proposed(session: Session, study: Study, interview: Interview, account: Account) -> tuple[Point, ...]:
    version = current_version(session, interview)
    if version is None:
        return ()
    if interview.record != VERBATIM:
        return tuple(Point(turn.speaker, version.text[turn.start:turn.end]) for turn in list_turns(session, version))
    codebook = load_codebook(session, study)
    said: dict[str, list[str]] = {}
    for coding in seen_codings(session, interview, account):
        if coding.quote and not coding.is_link:
            said.setdefault(coding.codes[0], []).append(coding.quote)
    colon, gap = ("：", "；") if interview.language == "zh" else (": ", "; ")
    return tuple(Point(key, codebook.get(key).definition.name.get(interview.language, key) + colon
                       + gap.join(dict.fromkeys(quotes))) for key, quotes in said.items())


def save_summary(session: Session, study: Study, interview: Interview, points: Sequence[Point], *, version: int,
                 account: Account | None = None) -> MemberCheck:
    """Store the points as edited; Stale where somebody saved meanwhile, refused once it was sent."""
    kept = [replace(point, text=normalise(point.text).strip(), correction="") for point in points if point.text.strip()]
    if not kept or len(kept) > MOST_POINTS or any(len(point.text) > LONGEST_POINT for point in kept):
        raise BadInput("A summary has 1 to {most} points of at most {n} characters.", "Shorten it.", most=MOST_POINTS,
                       n=LONGEST_POINT)
    row = _row(session, interview, version)
    if row is None:
        row = MemberCheck(interview_id=interview.id, points=[], state=DRAFT, version=0)
        session.add(row)
    if row.state != DRAFT:
        raise Refused("The summary was sent as it is.", "Record what came back.")
    row.points, row.version = [asdict(point) for point in kept], row.version + 1
    session.flush()
    _record(session, study, interview, account, {"state": DRAFT, "n_points": len(kept)})
    return row


def _row(session: Session, interview: Interview, version: int) -> MemberCheck | None:
    session.execute(select(Interview.id).where(Interview.id == interview.id).with_for_update())
    row = session.get(MemberCheck, interview.id)
    if (row.version if row else 0) != version:
        raise Stale("Somebody has changed this summary meanwhile.", "Load the page again.")
    return row


def _get(session: Session, interview: Interview, version: int) -> MemberCheck:
    row = _row(session, interview, version)
    if row is None:
        raise NotFound("The interview has no summary yet.", "Save the points first.")
    return row


def mark_sent(session: Session, study: Study, interview: Interview, on: date, *, version: int,
              account: Account | None = None) -> None:
    """Note that the summary was handed to the interviewee."""
    row = _get(session, interview, version)
    if row.state != DRAFT:
        raise Refused("The summary was sent already.", "Record what came back.")
    row.state, row.sent_on, row.version = SENT, on, row.version + 1
    _record(session, study, interview, account, {"state": SENT, "sent_on": on.isoformat()})
    session.flush()


def record_answer(session: Session, study: Study, interview: Interview, state: str, on: date, *, version: int,
                  account: Account, corrections: Mapping[int, str] | None = None) -> Answered:
    """Note what came back of a sent summary: confirmed, corrected (by number of the point), or nothing."""
    row = _get(session, interview, version)
    if row.state not in (SENT, NOT_RETURNED):
        raise Refused("No answer is awaited for this summary.", "Send it first; an answer is recorded once.")
    if state not in (CONFIRMED, CORRECTED, NOT_RETURNED):
        raise BadInput("{value} is not what can come back.", "Choose one of: {known}.", value=repr(state),
                       known=", ".join((CONFIRMED, CORRECTED, NOT_RETURNED)))
    if row.sent_on is not None and on < row.sent_on:
        raise BadInput("The answer is dated before the summary was sent.", "Check the date.")
    points = [Point(**point) for point in row.points]
    given = {number: text for number, said in (corrections or {}).items()
             if 0 <= number < len(points) and (text := normalise(said).strip())}
    if (state == CORRECTED) != bool(given):
        raise BadInput("Corrections and the state do not agree.",
                       "Write at least one correction for “corrected”, and none for another state.")
    _check_names(given)
    done = _apply(session, study, interview, account, points, given)
    row.points = [asdict(replace(point, correction=given.get(number, "")))
                  for number, point in enumerate(points)]
    row.state, row.answered_on, row.version = state, None if state == NOT_RETURNED else on, row.version + 1
    _record(session, study, interview, account, {"state": state, "n_corrections": len(given)})
    session.flush()
    return done


def _check_names(given: Mapping[int, str]) -> None:
    """Refuse a correction that surely names somebody: it would come into the text past the step that replaces names."""
    found = [row.words for text in given.values() for row in find_identifiers(text, {}) if row.is_sure]
    if found:
        raise Refused("The correction holds words that may tell who is meant: {words}.",
                      "Put a replacement there, such as Person 1.", words=", ".join(found[:5]))


def _apply(session: Session, study: Study, interview: Interview, account: Account, points: Sequence[Point],
           given: Mapping[int, str]) -> Answered:
    n_turns = n_review = n_memos = 0
    for number, text in given.items():
        version = current_version(session, interview)
        turns = list_turns(session, version) if version and interview.record != VERBATIM else []
        mine = [turn for turn in turns if turn.speaker == points[number].box]
        if version is not None and len(mine) == 1:
            corrected = correct_turn(session, study, interview, account, mine[0].number, text, version.sha256)
            correct_note(session, interview, mine[0].speaker, text, account)
            n_turns, n_review = n_turns + 1, corrected.n_to_review
        else:
            write_interview_memo(session, study, interview, account, f"{points[number].box}: {text}")
            n_memos += 1
    return Answered(n_turns, n_review, n_memos)


def count_checks(session: Session, study: Study) -> dict[str, int]:
    """Return how many summaries were sent, and how many of them are in each state; drafts are none of them."""
    states = Counter(session.scalars(
        select(MemberCheck.state).join(Interview, Interview.id == MemberCheck.interview_id)
        .where(Interview.study_id == study.id, Interview.kind == CONVERSATION, MemberCheck.state != DRAFT)))
    return {"all": sum(states.values()), **{state: states[state] for state in STATES if states[state]}}


def states_of_checks(session: Session, study: Study) -> dict[int, str]:
    """Return the state of each interview's summary, by the number of the interview."""
    found = session.execute(select(MemberCheck.interview_id, MemberCheck.state)
                            .join(Interview, Interview.id == MemberCheck.interview_id)
                            .where(Interview.study_id == study.id))
    return {row.interview_id: row.state for row in found}


def _record(session: Session, study: Study, interview: Interview, account: Account | None,
            after: Mapping[str, object]) -> None:
    record_change(session, "member_check", subject_of(interview), study_id=study.id, account=account,
                  after=dict(after))
