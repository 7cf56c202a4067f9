"""What coder agreement is computed from, and the results as stored: found again by the hash of what went in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from analysis.results.agreement import AgreementReport
from instruments.codec import content_hash, from_document, to_document
from instruments.template import Codebook, CodebookQuality
from surveyapp.errors import BadInput, Refused
from surveyapp.models.account import Account
from surveyapp.models.coding import CoderAssignment
from surveyapp.models.diagnosis import Job
from surveyapp.models.interview import ANSWERS, CONVERSATION, Interview
from surveyapp.models.round import CALIBRATION, AgreementResult, CodingRound, RoundInterview
from surveyapp.models.study import Study
from surveyapp.queue import enqueue_job
from surveyapp.services.audit import record_change
from surveyapp.services.blinding import FEWEST_CODERS
from surveyapp.services.codebook import codebook_rules, load_codebook
from surveyapp.services.coding_rows import coder_names
from surveyapp.services.comparison import load_marks
from surveyapp.services.interview import PASSAGES, current_version, list_turns
from surveyapp.services.speakers import sentence_spans

UNITS = ("turn", "sentence", "character")
KINDS = (CONVERSATION, ANSWERS)
METHOD = "3"            # of the computation; raised when the same codings give other figures


@dataclass(frozen=True)
class Scope:
    """Whose agreement: of the double-coded texts of a kind, or of one round (also a calibration)."""

    kind: str = CONVERSATION
    unit: str = UNITS[0]
    round: CodingRound | None = None


@dataclass(frozen=True)
class MarkRow:
    coder: str
    code: str
    polarity: str
    start: int
    end: int


@dataclass(frozen=True)
class TextRow:
    """A text that two or more coders have finished, with the codings they made themselves."""

    key: str
    length: int
    sha256: str
    coders: tuple[str, ...]
    turns: tuple[tuple[int, int, bool], ...]
    sentences: tuple[tuple[int, int], ...]
    marks: tuple[MarkRow, ...]


def scope_of(kind: str, unit: str, row: CodingRound | None = None) -> Scope:
    """Return the scope; BadInput for words that mean none, Refused for a round that is open."""
    if unit not in UNITS or kind not in KINDS:
        raise BadInput("There is no such unit or kind of text.", "Take one of: {known}.",
                       known=", ".join((*UNITS, *KINDS)))
    if row is not None and row.closed_at is None:
        raise Refused("The round is still open.", "Look at the differences once it is closed.")
    return Scope(kind, unit, row)


def agreement_texts(session: Session, study: Study, scope: Scope) -> list[TextRow]:
    """Return the texts of the scope, by key; nothing of a round that is not closed."""
    names = coder_names(session, study)
    if scope.round is not None:
        found = session.execute(
            select(Interview, RoundInterview.n_lines).join(RoundInterview, RoundInterview.interview_id == Interview.id)
            .where(RoundInterview.round_id == scope.round.id, Interview.kind == scope.kind).order_by(Interview.key))
        rows = [_text(session, interview, coders, names, (0, n_lines))
                for interview, n_lines in found
                if len(coders := scope.round.coders if n_lines else _finished(session, interview)) >= FEWEST_CODERS]
    else:
        rows = [_text(session, interview, coders, names, (_calibrated_lines(session, interview), None))
                for interview in _double_coded(session, study, scope.kind)
                if len(coders := _finished(session, interview)) >= FEWEST_CODERS]
    return [row for row in rows if row is not None]


def _double_coded(session: Session, study: Study, kind: str) -> Sequence[Interview]:
    running = exists().where(CoderAssignment.interview_id == Interview.id, CoderAssignment.released_at.is_(None))
    calibration = exists().where(
        RoundInterview.interview_id == Interview.id, RoundInterview.round_id == CodingRound.id,
        CodingRound.kind == CALIBRATION, RoundInterview.n_lines.is_(None))
    return session.scalars(select(Interview).where(
        Interview.study_id == study.id, Interview.kind == kind, Interview.record != PASSAGES, ~running, ~calibration)
        .order_by(Interview.key)).all()


def _finished(session: Session, interview: Interview) -> list[int]:
    return list(session.scalars(select(CoderAssignment.account_id).where(
        CoderAssignment.interview_id == interview.id, CoderAssignment.finished_at.is_not(None),
        CoderAssignment.released_at.is_not(None)).order_by(CoderAssignment.account_id)))


def _calibrated_lines(session: Session, interview: Interview) -> int:
    """Return how many first answers of a text were calibrated on: they do not count as double coded."""
    return session.scalar(select(func.max(RoundInterview.n_lines)).where(
        RoundInterview.interview_id == interview.id)) or 0


def _text(session: Session, interview: Interview, coders: Sequence[int], names: dict[int, str],
          lines: tuple[int, int | None]) -> TextRow | None:
    """Return a text, of answers only those after the first and up to the second of `lines`."""
    version = current_version(session, interview)
    if version is None:
        return None
    turns = list_turns(session, version)
    marks = load_marks(session, interview, coders, turns)
    kept = {turn.number for turn in turns if lines[0] < turn.number <= (lines[1] or turn.number)}
    turns = [turn for turn in turns if turn.number in kept]
    return TextRow(
        interview.key, len(version.text), version.sha256,
        tuple(names.get(coder, str(coder)) for coder in coders),
        tuple((turn.start, turn.end, turn.is_interviewee) for turn in turns),
        tuple((turn.start + start, turn.start + end) for turn in turns
              for start, end in sentence_spans(version.text[turn.start:turn.end])),
        tuple(MarkRow(names[mark.coder], mark.codes[0], mark.polarity, mark.start, mark.end)
              for mark in marks if not mark.mark.startswith("k") and (mark.turn in kept or mark.start < 0)))


# ---- results --------------------------------------------------------------------------------------------------------
def agreement_codebook(session: Session, study: Study) -> Codebook:
    """Return the codes as they are now, with the borders of the study."""
    return replace(codebook_rules(study), codes=tuple(
        entry.definition for entry in load_codebook(session, study).entries))


def borders_of(study: Study) -> tuple[float, float]:
    """Return from where agreement is reliable and from where it is tentative, in this study."""
    quality = codebook_rules(study).quality if study.template.get("codebook") else CodebookQuality()
    own = study.thresholds
    return (float(own.get("agreement_accept", quality.accept_at)),
            float(own.get("agreement_tentative", quality.tentative_at)))


def input_hash(session: Session, study: Study, scope: Scope, texts: Sequence[TextRow]) -> str:
    """Return the hash of everything that the figures depend on."""
    codes = [(entry.key, entry.definition.parent, entry.definition.has_exclusive_children)
             for entry in load_codebook(session, study).entries]
    what = [METHOD, scope.unit, study.seed, borders_of(study), codes, [asdict(text) for text in texts]]
    return sha256(json.dumps(what, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def store_agreement(session: Session, study: Study, scope: Scope, digest: str,
                    report: AgreementReport) -> AgreementResult:
    """Return the stored result, the one that is there already where the same was computed before."""
    known = session.scalar(_newest(study, scope).where(AgreementResult.input_hash == digest))
    if known is not None:
        return known
    row = AgreementResult(
        study_id=study.id, round_id=scope.round.id if scope.round else None, kind=scope.kind, unit=scope.unit,
        input_hash=digest, content_hash=content_hash(report), document=to_document(report))
    session.add(row)
    session.flush()
    record_change(session, "compute_agreement", f"agreement {row.id}", study_id=study.id,
                  after={"content_hash": row.content_hash, "unit": scope.unit, "kind": scope.kind})
    return row


def find_agreement(session: Session, study: Study, scope: Scope) -> tuple[AgreementResult, AgreementReport] | None:
    """Return the newest result of the scope, None where none was computed."""
    row = session.scalar(_newest(study, scope))
    return None if row is None else (row, from_document(AgreementReport, row.document))


def _newest(study: Study, scope: Scope) -> Select[AgreementResult]:
    same_round = (AgreementResult.round_id == scope.round.id if scope.round else AgreementResult.round_id.is_(None))
    return (select(AgreementResult).where(
        AgreementResult.study_id == study.id, AgreementResult.kind == scope.kind, AgreementResult.unit == scope.unit,
        same_round).order_by(AgreementResult.id.desc()).limit(1))


def request_agreement(session: Session, study: Study, scope: Scope, account: Account | None = None) -> Job:
    """Return the job that computes agreement; refused where no text was finished by two coders."""
    if not agreement_texts(session, study, scope):
        raise Refused("No text was finished by two coders.", "Close a round in which two people coded the same text.")
    options = {"kind": scope.kind, "unit": scope.unit, "round": scope.round.number if scope.round else None}
    return enqueue_job(session, study.id, "agreement", options, account)
