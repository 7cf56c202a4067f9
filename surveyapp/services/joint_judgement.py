"""Judging the joint display: verdicts with reasons, a second rater, settled differences, confidence in claims."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from analysis.diagnosis.confidence import suggested_confidence
from analysis.diagnosis.joint_agreement import drawn_rows, in_drawn_order
from analysis.diagnosis.thresholds import THRESHOLDS
from analysis.results.joint import ANSWER_KINDS, COMPONENTS, CONCERNS, CONFIDENCES, VERDICTS, JointRow
from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, NotFound, Refused, Stale
from surveyapp.models.account import Account
from surveyapp.models.joint import JointDraw, JointJudgement, StatedConfidence
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.joint import (
    RATERS,
    Cycle,
    Display,
    cycle_of,
    drawn_of,
    evidence_hash,
    find_draw,
    judgements_of,
    load_display,
    rows_to_judge,
)

SHORTEST_REASON, LONGEST_REASON = 10, 2_000     # characters; ten are a short sentence in Chinese too
SILENT_SIDES = ("survey", "interviews", "both")
CHOICES = (*(verdict for verdict in VERDICTS if verdict != "silence"), *(f"silence:{side}" for side in SILENT_SIDES))
LARGEST_SEED = 2 ** 31 - 1                      # what a column of numbers holds


@dataclass(frozen=True)
class Judgement:
    """What a person says of a row; `evidence` is the hash of what they had before them."""

    choice: str
    is_complementary: bool
    reason: str
    answer_kind: str
    answer: str
    evidence: str


@dataclass(frozen=True)
class Statement:
    """The confidence a person states in a claim, with concern and reason of each component."""

    components: Mapping[str, tuple[str, str]]
    overall: str
    reason: str
    evidence: str


def judge_row(session: Session, study: Study, key: str, judgement: Judgement, account: Account) -> JointJudgement:
    """Store an account's judgement of a row; the first one of a wave draws the rows for a second rater.

    Of a drawn row the first and the second account each judge without seeing the other; after both it is settled or
    stays. Any other row may be judged anew, and the newest judgement holds.
    """
    display, row = _row(session, study, key)
    check_judgement(row, judgement)
    draw = ensure_draw(session, study, display, account)
    cycle = _cycle(session, display, row)
    if key in drawn_of(display.rows, draw):
        _check_turn(cycle, account)
    return _store(session, study, display, key, judgement, account, is_settlement=False)


def settle_row(session: Session, study: Study, key: str, judgement: Judgement, account: Account) -> JointJudgement:
    """Store how the difference between two raters was settled, and why."""
    display, row = _row(session, study, key)
    check_judgement(row, judgement)
    if display.record.of(key).state != "to_settle":
        raise Refused("There is no difference between two raters to settle.", "Look at the row again.")
    return _store(session, study, display, key, judgement, account, is_settlement=True)


def _row(session: Session, study: Study, key: str) -> tuple[Display, JointRow]:
    display = load_display(session, study)
    row = display.row(key) if display is not None else None
    if display is None or row is None:
        raise NotFound("There is no such row in the joint display.", "See the list of rows.")
    if row.silent_by_design:
        raise Refused("One source was never asked about this: there is nothing to judge.",
                      "The row is shown as silent by design.")
    return display, row


def check_judgement(row: JointRow, judgement: Judgement) -> None:
    """Refuse a judgement without verdict or reason, on other evidence, or of a dissonance that is not answered."""
    if judgement.evidence != evidence_hash(row):
        raise Stale("The diagnosis has changed since you opened this row.", "Read both sides again, then judge.")
    if judgement.choice not in CHOICES:
        raise BadInput("No judgement was chosen.", "Choose one; the proposal is only a proposal.")
    _check_reason(judgement.reason)
    if judgement.answer_kind not in ("", *ANSWER_KINDS):
        raise BadInput("There is no such explanation of a dissonance.", "Choose one from the list.")
    if not _must_answer(row, judgement):
        return
    if not judgement.answer_kind:
        raise BadInput("A dissonance must be answered.", "Say how it is explained; “unresolved” is an answer too.")
    if len(judgement.answer.strip()) < SHORTEST_REASON:
        raise BadInput("The explanation of the dissonance is too short.", "Write at least {n} characters.",
                       n=SHORTEST_REASON)


def _must_answer(row: JointRow, judgement: Judgement) -> bool:
    return judgement.choice == "dissonance" or row.proposal.verdict == "dissonance"


def _check_reason(words: str) -> None:
    if not SHORTEST_REASON <= len(words.strip()) <= LONGEST_REASON:
        raise BadInput("Each reason needs {low} to {high} characters.", "Say what the judgement rests on.",
                       low=SHORTEST_REASON, high=LONGEST_REASON)


def _cycle(session: Session, display: Display, row: JointRow) -> Cycle:
    found = judgements_of(session, display.stored.wave_id).get(row.key, [])
    evidence = evidence_hash(row)
    return cycle_of([one for one in found if one.evidence_hash == evidence], evidence)


def _check_turn(cycle: Cycle, account: Account) -> None:
    """Refuse a third rater, and a change after both are in: each may have seen the other's since."""
    raters = [row.account_id for row in cycle.opinions]
    if len(raters) < RATERS:
        return
    if account.id in raters[:RATERS]:
        raise Refused("Both raters have judged this row and may have seen each other's judgement.",
                      "Settle the difference; agreement is computed from what each said alone.")
    raise Refused("Two people have judged this row already.", "Settle the difference where there is one.")


def _store(session: Session, study: Study, display: Display, key: str, judgement: Judgement, account: Account, *,
           is_settlement: bool) -> JointJudgement:
    verdict, _, silent = judgement.choice.partition(":")
    row = JointJudgement(
        study_id=study.id, wave_id=display.stored.wave_id, construct=key, account_id=account.id,
        is_settlement=is_settlement, verdict=verdict, silent=silent, is_complementary=judgement.is_complementary,
        reason=judgement.reason.strip(), answer_kind=judgement.answer_kind,
        answer=judgement.answer.strip() if judgement.answer_kind else "", evidence_hash=judgement.evidence,
        judged_on=utc_now().date())
    session.add(row)
    session.flush()
    # Not the verdict: the log would tell the second rater of a drawn row what the first one said.
    record_change(session, "settle_row" if is_settlement else "judge_row", f"joint {key}", study_id=study.id,
                  account=account, after={"judgement": row.id})
    return row


# ---- the second rater -----------------------------------------------------------------------------------------------
def ensure_draw(session: Session, study: Study, display: Display, account: Account) -> JointDraw:
    """Return the wave's draw, made from a random seed that is stored, and topped up where rows have been added."""
    draw = find_draw(session, display.stored.wave_id)
    if draw is None:
        share = display.diagnosis.provenance.thresholds.get("joint_second_share",
                                                            THRESHOLDS["joint_second_share"].default)
        draw = JointDraw(study_id=study.id, wave_id=display.stored.wave_id, seed=secrets.randbelow(LARGEST_SEED),
                         share=share, rows=[])
        session.add(draw)
    added = _missing_rows(session, display, draw)
    if added:
        draw.rows = [*draw.rows, *added]
        session.flush()
        record_change(session, "draw_rows", f"joint draw {draw.id}", study_id=study.id, account=account,
                      after={"seed": draw.seed, "share": draw.share, "rows": draw.rows})
    return draw


def _missing_rows(session: Session, display: Display, draw: JointDraw) -> list[str]:
    """Return the rows to draw besides; of what somebody has judged openly nobody judges blind any more."""
    wanted = rows_to_judge(display.rows)
    n_missing = len(drawn_rows(wanted, draw.seed, draw.share)) - len(set(draw.rows) & set(wanted))
    free = set(wanted) - set(draw.rows) - judgements_of(session, display.stored.wave_id).keys()
    return in_drawn_order(free, draw.seed)[:max(n_missing, 0)]


def draw_second(session: Session, study: Study, account: Account) -> JointDraw:
    """Draw the rows for a second rater before anybody has judged."""
    display = load_display(session, study)
    if display is None:
        raise Refused("There is no diagnosis yet.", "Run one first.")
    return ensure_draw(session, study, display, account)


def waive_second(session: Session, study: Study, reason: str, account: Account) -> JointDraw:
    """Go without a second rater, for a reason that is printed; not to be taken back, since nothing is hidden then."""
    _check_reason(reason)
    draw = draw_second(session, study, account)
    if draw.waiver:
        raise Refused("The second rater was waived already.", "The reason is printed in the report.")
    draw.waiver, draw.waived_by = reason.strip(), account.id
    session.flush()
    record_change(session, "waive_second_rater", f"joint draw {draw.id}", study_id=study.id, account=account,
                  after={"reason": draw.waiver})
    return draw


# ---- confidence -----------------------------------------------------------------------------------------------------
def state_confidence(session: Session, study: Study, key: str, statement: Statement, account: Account,
                     ) -> StatedConfidence:
    """Store how much confidence an account has in a claim; each component needs a concern and a typed reason."""
    display = load_display(session, study)
    claim = display.claim(key) if display is not None else None
    if display is None or claim is None:
        raise NotFound("There is no such claim in the diagnosis.", "See the list of claims.")
    if statement.evidence != evidence_hash(claim):
        raise Stale("The diagnosis has changed since you opened this claim.", "Read the evidence again, then state it.")
    _check_statement(statement)
    row = StatedConfidence(
        study_id=study.id, wave_id=display.stored.wave_id, claim=key, account_id=account.id,
        components={name: [statement.components[name][0], statement.components[name][1].strip()]
                    for name in COMPONENTS},
        overall=statement.overall, reason=statement.reason.strip(), evidence_hash=statement.evidence,
        judged_on=utc_now().date())
    session.add(row)
    session.flush()
    suggested = suggested_confidence({name: pair[0] for name, pair in statement.components.items()})  # type: ignore[misc]  # checked above
    record_change(session, "state_confidence", f"claim {key}", study_id=study.id, account=account,
                  after={"overall": row.overall, "suggested": suggested})
    return row


def _check_statement(statement: Statement) -> None:
    if any(statement.components.get(name, ("", ""))[0] not in CONCERNS for name in COMPONENTS):
        raise BadInput("A component has no concern chosen.", "Choose one for each of the four; “none” is one too.")
    for name in COMPONENTS:
        _check_reason(statement.components[name][1])
    if statement.overall not in CONFIDENCES:
        raise BadInput("No confidence was chosen.", "Choose one; the suggestion is only a suggestion.")
    _check_reason(statement.reason)
