"""Rounds: a calibration first, then the main round with its double-coded share; opened, closed, dissolved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, NotAllowed, NotFound, Refused, marked
from surveyapp.models.account import Account
from surveyapp.models.coding import CoderAssignment, Coding, Segment
from surveyapp.models.interview import ANSWERS, CONVERSATION, Interview, TranscriptVersion, Turn
from surveyapp.models.round import CALIBRATION, MAIN, CodingRound, Refinement, RoundInterview
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.blinding import FEWEST_CODERS, clear_adjudication, list_coders
from surveyapp.services.codebook import codebook_rules, load_codebook
from surveyapp.services.codebook_version import freeze_codebook
from surveyapp.services.interview import PASSAGES
from surveyapp.services.round_draw import ALGORITHM, Candidate, assign_coders, draw_doubles

LONGEST_NOTE = 4_000
LARGEST_SEED = 2**31 - 1
WHY_NOT = {
    "no_text": marked("has no text"), "assigned": marked("is or was in a round"),
    "coded": marked("was coded before the draw"),
}


@dataclass(frozen=True)
class Draw:
    """How the main round is drawn; None takes the share of the codebook and the seed of the study."""

    coders: tuple[int, ...]
    kind: str = CONVERSATION
    share: float | None = None
    seed: int | None = None


@dataclass(frozen=True)
class Field:
    """What can be drawn, and what cannot with the reason."""

    candidates: tuple[tuple[Interview, Candidate], ...]
    left_out: tuple[tuple[Interview, str], ...]


# ---- reading --------------------------------------------------------------------------------------------------------
def list_rounds(session: Session, study: Study) -> list[CodingRound]:
    """Return the study's rounds, newest first."""
    return list(session.scalars(select(CodingRound).where(CodingRound.study_id == study.id)
                                .order_by(CodingRound.number.desc())))


def get_round(session: Session, study: Study, number: int) -> CodingRound:
    """Return the round of that number; NotFound otherwise."""
    found = session.scalar(select(CodingRound).where(CodingRound.study_id == study.id, CodingRound.number == number))
    if found is None:
        raise NotFound("The study has no round {n}.", "Look at the list of rounds.", n=number)
    return found


def field_of(session: Session, study: Study, kind: str = CONVERSATION) -> Field:
    """Return which texts of that kind may enter a main round now: with a text, in no round, not coded yet."""
    texts = session.scalars(select(Interview).where(Interview.study_id == study.id, Interview.kind == kind,
                                                    Interview.record != PASSAGES).order_by(Interview.key)).all()
    sizes: dict[int, int] = dict(session.execute(
        select(TranscriptVersion.interview_id, func.max(func.length(TranscriptVersion.text)))
        .where(TranscriptVersion.interview_id.in_([row.id for row in texts]))
        .group_by(TranscriptVersion.interview_id)).all())
    given = set(session.scalars(select(CoderAssignment.interview_id)))
    coded = _coded_outside_calibration(session, study)
    candidates, left_out = [], []
    for row in texts:
        why = ("no_text" if row.id not in sizes else "assigned" if row.id in given else
               "coded" if row.id in coded else "")
        if why:
            left_out.append((row, why))
        else:
            candidates.append((row, Candidate(row.key, f"{row.role} · {row.language}", sizes[row.id])))
    return Field(tuple(candidates), tuple(left_out))


def _coded_outside_calibration(session: Session, study: Study) -> set[int]:
    """Return the texts with a coding; those that a calibration asked for do not count."""
    calibrated = (
        exists().where(RoundInterview.interview_id == Coding.interview_id, RoundInterview.n_lines.is_not(None),
                       Turn.version_id == Segment.version_id, Turn.number <= RoundInterview.n_lines,
                       Turn.start <= Segment.start, Turn.end > Segment.start)
        .correlate(Coding, Segment))
    return set(session.scalars(
        select(Coding.interview_id).join(Interview, Interview.id == Coding.interview_id)
        .outerjoin(Segment, Segment.id == Coding.segment_id)
        .where(Interview.study_id == study.id, Coding.deleted_at.is_(None), ~calibrated).distinct()))


# ---- opening --------------------------------------------------------------------------------------------------------
def open_calibration(session: Session, study: Study, interview_ids: Sequence[int], coder_ids: Sequence[int],
                     account: Account | None = None, *, n_lines: int | None = None) -> CodingRound:
    """Return a new calibration round: these coders all code these texts, of open answers the first `n_lines`."""
    coders = _chosen_coders(session, study, coder_ids)
    field = {row.id: row for kind in (CONVERSATION, ANSWERS) for row, _ in field_of(session, study, kind).candidates}
    chosen = [field[number] for number in dict.fromkeys(interview_ids) if number in field]
    if not chosen or len(chosen) != len(set(interview_ids)):
        raise BadInput("No text was chosen that can be coded in a round.",
                       "Choose texts that nobody has coded and that are in no round.")
    if n_lines is not None and n_lines < 1:
        raise BadInput("A batch has at least one comment.", "Give a number from 1, or leave the field empty.")
    row = _add_round(session, study, CALIBRATION, coders, account)
    for interview in chosen:
        session.add(RoundInterview(round_id=row.id, interview_id=interview.id, is_double=True,
                                   n_lines=n_lines if interview.kind == ANSWERS else None))
        _give(session, row, interview, coders)
    _record(session, study, row, account, {"interviews": [interview.key for interview in chosen], "n_lines": n_lines})
    return row


def open_main_round(session: Session, study: Study, draw: Draw, account: Account | None = None) -> CodingRound:
    """Return a new main round over all texts not coded yet: the share for two coders drawn, the rest given out."""
    coders = _chosen_coders(session, study, draw.coders)
    share = draw.share if draw.share is not None else codebook_rules(study).quality.double_code_share
    seed = draw.seed if draw.seed is not None else study.seed
    if not 0 < share <= 1 or not 0 <= seed <= LARGEST_SEED:
        raise BadInput("The share or the seed is out of bounds.",
                       "Give a share above 0 and up to 100 per cent, and a seed from 0 to {most}.", most=LARGEST_SEED)
    field = field_of(session, study, draw.kind)
    if not field.candidates:
        raise Refused("There is no text that can enter a round.",
                      "Texts that were coded before the draw, or are in a round, cannot be drawn.")
    candidates = sorted((candidate for _, candidate in field.candidates), key=lambda row: row.key)
    doubles = draw_doubles(candidates, share, seed)
    given = assign_coders(candidates, doubles, coders, seed)
    row = _add_round(session, study, MAIN, coders, account)
    row.algorithm, row.seed, row.share = ALGORITHM, seed, share
    row.candidates = [asdict(candidate) for candidate in candidates]
    row.left_out = [{"key": interview.key, "why": why} for interview, why in field.left_out]
    for interview, _ in field.candidates:
        session.add(RoundInterview(round_id=row.id, interview_id=interview.id, is_double=interview.key in doubles))
        _give(session, row, interview, given[interview.key])
    _record(session, study, row, account, {"seed": seed, "share": share, "doubles": list(doubles)})
    return row


def _chosen_coders(session: Session, study: Study, coder_ids: Sequence[int]) -> list[int]:
    known = {coder.id for coder in list_coders(session, study)}
    chosen = [number for number in dict.fromkeys(coder_ids) if number in known]
    if len(chosen) < FEWEST_CODERS or len(chosen) != len(set(coder_ids)):
        raise BadInput("A round needs at least {n} coders of this study.", "Choose them from the list.",
                       n=FEWEST_CODERS)
    return chosen


def _add_round(session: Session, study: Study, kind: str, coders: Sequence[int],
               account: Account | None) -> CodingRound:
    number = (session.scalar(select(func.max(CodingRound.number)).where(CodingRound.study_id == study.id)) or 0) + 1
    row = CodingRound(study_id=study.id, number=number, kind=kind, candidates=[], left_out=[], coders=list(coders),
                      account_id=account.id if account else None)
    session.add(row)
    session.flush()
    freeze_codebook(session, study, account, f"round {number} opened")
    return row


def _give(session: Session, row: CodingRound, interview: Interview, coders: Sequence[int]) -> None:
    for coder in coders:
        session.add(CoderAssignment(interview_id=interview.id, account_id=coder, is_blind=True, round_id=row.id))
    session.flush()


def _record(session: Session, study: Study, row: CodingRound, account: Account | None,
            after: dict[str, object]) -> None:
    record_change(session, "open_coding_round", f"round {row.number}", study_id=study.id, account=account,
                  after={"kind": row.kind, "coders": row.coders, **after})


# ---- ending ---------------------------------------------------------------------------------------------------------
def close_round(session: Session, study: Study, row: CodingRound, account: Account | None = None) -> None:
    """Release the codings of a round: from now on everybody sees them and nobody changes them."""
    if row.closed_at is not None:
        raise Refused("The round is closed already.", "Look at its page.")
    at_work = session.scalar(select(func.count()).select_from(CoderAssignment).where(
        CoderAssignment.round_id == row.id, CoderAssignment.finished_at.is_(None))) or 0
    if at_work:
        raise Refused("{n} texts of the round are not finished by a coder.",
                      "Each coder says on the page of a text that they have finished it.", n=at_work)
    row.closed_at = utc_now()
    session.execute(update(CoderAssignment).where(CoderAssignment.round_id == row.id)
                    .values(released_at=row.closed_at))
    # Of open answers only a batch was calibrated on: the others are still to be given to coders.
    batches = select(RoundInterview.interview_id).where(RoundInterview.round_id == row.id,
                                                        RoundInterview.n_lines.is_not(None))
    session.execute(delete(CoderAssignment).where(CoderAssignment.round_id == row.id,
                                                  CoderAssignment.interview_id.in_(batches)))
    record_change(session, "close_coding_round", f"round {row.number}", study_id=study.id, account=account)
    session.flush()


def dissolve_coding_round(session: Session, study: Study, row: CodingRound, account: Account | None = None) -> None:
    """End a round without result: codings stay and become visible, and nothing counts as double coded."""
    if account is not None and row.closed_at is None and account.id in row.coders:
        raise NotAllowed("You are one of the coders of this round and it is not finished.",
                         "Finish your coding, or ask another researcher to dissolve the round.")
    texts = session.scalars(select(RoundInterview.interview_id).where(RoundInterview.round_id == row.id)).all()
    for number in texts:
        clear_adjudication(session, number)
    record_change(session, "dissolve_coding_round", f"round {row.number}", study_id=study.id, account=account,
                  before={"kind": row.kind, "coders": row.coders, "seed": row.seed, "share": row.share,
                          "candidates": row.candidates})
    session.delete(row)
    session.flush()


# ---- what was learnt ------------------------------------------------------------------------------------------------
def note_refinement(session: Session, study: Study, row: CodingRound, code_key: str, text: str,
                    account: Account | None = None) -> Refinement:
    """Return a new note on how a code is to be understood after a calibration."""
    code = load_codebook(session, study).get(code_key)
    words = text.strip()
    if row.closed_at is None:
        raise Refused("The round is still open.", "Look at the differences once it is closed.")
    if not words or len(words) > LONGEST_NOTE:
        raise BadInput("A note has 1 to {most} characters.", "Say how the definition was made clearer.",
                       most=LONGEST_NOTE)
    note = Refinement(round_id=row.id, code_id=code.id, text=words, account_id=account.id if account else None)
    session.add(note)
    session.flush()
    record_change(session, "note_refinement", f"round {row.number} code {code.key}", study_id=study.id,
                  account=account, after={"text": words})
    return note
