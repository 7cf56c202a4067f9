"""The joint display of a study as stored: rows of the newest diagnosis with what people judged, as far as one may see.

While a row is drawn for a second rater and only one has judged it, nobody but that one sees the judgement: not on a
page, not in a file, not in a report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.diagnosis.confidence import claims_of, suggested_confidence
from analysis.diagnosis.joint import instrument_table, joint_rows
from analysis.diagnosis.joint_agreement import rater_agreement
from analysis.results.diagnosis import Diagnosis
from analysis.results.joint import (
    Claim,
    ClaimConfidence,
    ComponentJudgement,
    DesignRow,
    JointRecord,
    JointRow,
    JudgedRow,
    Opinion,
)
from instruments.codec import content_hash, to_document
from instruments.template import StudyTemplate
from surveyapp.models.account import Account
from surveyapp.models.diagnosis import StoredDiagnosis
from surveyapp.models.joint import JointDraw, JointJudgement, StatedConfidence
from surveyapp.models.study import Study
from surveyapp.services.codebook import load_codebook
from surveyapp.services.diagnosis import diagnosis_of, newest_diagnosis
from surveyapp.services.saved_query import SeenSearch, list_searches
from surveyapp.services.study import template_of

DIGITS = 6          # of figures in a hash: another build of a library must not make a judgement look old
RATERS = 2


@dataclass(frozen=True)
class Display:
    """The joint display of one diagnosis, as one account may see it."""

    stored: StoredDiagnosis
    diagnosis: Diagnosis
    template: StudyTemplate
    rows: tuple[JointRow, ...]
    designs: tuple[DesignRow, ...]
    claims: tuple[Claim, ...]
    record: JointRecord
    own: Mapping[str, Opinion]              # row → what the account itself judged on the present evidence

    def row(self, key: str) -> JointRow | None:
        return next((row for row in self.rows if row.key == key), None)

    def claim(self, key: str) -> Claim | None:
        return next((claim for claim in self.claims if claim.key == key), None)


def load_display(session: Session, study: Study, account: Account | None = None) -> Display | None:
    """Return the joint display of the study's newest diagnosis, None where there is no diagnosis.

    Without an account it is what everybody may see: a judgement that waits for the second rater is left out.
    """
    stored = newest_diagnosis(session, study)
    return None if stored is None else display_of(session, study, stored, account)


def display_of(session: Session, study: Study, stored: StoredDiagnosis, account: Account | None = None) -> Display:
    """Return the joint display of a stored diagnosis, as the account may see it; without one, as everybody may."""
    diagnosis, template = diagnosis_of(stored), template_of(session, study)
    rows, claims = joint_rows(diagnosis, template), claims_of(diagnosis)
    record, own = _record(session, stored.wave_id, rows, claims, account)
    return Display(stored, diagnosis, template, rows, instrument_table(template), claims, record, own)


def record_of(session: Session, wave_id: int, diagnosis: Diagnosis, template: StudyTemplate) -> JointRecord:
    """Return what people judged of a diagnosis, as everybody may see it: for reports and files."""
    return _record(session, wave_id, joint_rows(diagnosis, template), claims_of(diagnosis), None)[0]


def evidence_hash(value: JointRow | Claim) -> str:
    """Return the hash of the evidence that a judgement was made on."""
    return content_hash(_rounded(to_document(value)))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return round(value, DIGITS) if isinstance(value, float) else value


def find_draw(session: Session, wave_id: int) -> JointDraw | None:
    """Return the wave's draw of rows for a second rater, or None."""
    return session.scalar(select(JointDraw).where(JointDraw.wave_id == wave_id))


def rows_to_judge(rows: Sequence[JointRow]) -> list[str]:
    """Return the rows that need a person: of what one source never asked there is nothing to judge."""
    return [row.key for row in rows if not row.silent_by_design]


def drawn_of(rows: Sequence[JointRow], draw: JointDraw | None) -> frozenset[str]:
    """Return the rows drawn for a second rater; none before the draw and none where it was waived."""
    if draw is None or draw.waiver:
        return frozenset()
    return frozenset(draw.rows) & frozenset(rows_to_judge(rows))


@dataclass(frozen=True)
class Cycle:
    """The judgements of a row on one state of the evidence: the newest of each account, first rater first."""

    opinions: tuple[JointJudgement, ...]
    settlement: JointJudgement | None
    is_stale: bool


def cycle_of(judgements: Sequence[JointJudgement], evidence: str) -> Cycle:
    """Return the judgements on the present evidence; those on the last earlier state where there are none."""
    current = [row for row in judgements if row.evidence_hash == evidence]
    if not current and judgements:
        current = [row for row in judgements if row.evidence_hash == judgements[-1].evidence_hash]
    newest: dict[int, JointJudgement] = {}
    for row in current:
        if not row.is_settlement:
            newest[row.account_id] = row        # a dict keeps the place of an account's first judgement
    settled = [row for row in current if row.is_settlement]
    return Cycle(tuple(newest.values()), settled[-1] if settled else None,
                 bool(current) and current[0].evidence_hash != evidence)


def judgements_of(session: Session, wave_id: int) -> dict[str, list[JointJudgement]]:
    """Return all judgements of a wave by row, oldest first."""
    found: dict[str, list[JointJudgement]] = {}
    for row in session.scalars(select(JointJudgement).where(JointJudgement.wave_id == wave_id)
                               .order_by(JointJudgement.id)):
        found.setdefault(row.construct, []).append(row)
    return found


def _record(session: Session, wave_id: int, rows: Sequence[JointRow], claims: Sequence[Claim],
            account: Account | None) -> tuple[JointRecord, dict[str, Opinion]]:
    draw, stored = find_draw(session, wave_id), judgements_of(session, wave_id)
    drawn, names = drawn_of(rows, draw), _Names(session)
    judged, own, pairs = [], {}, []
    for row in rows:
        cycle = cycle_of(stored.get(row.key, ()), evidence_hash(row))
        found = judged_row(row.key, cycle, names, is_drawn=row.key in drawn)
        judged.append(found)
        if found.first is not None and found.second is not None:
            pairs.append((found.first.choice, found.second.choice))
        mine = [one for one in cycle.opinions if account is not None and one.account_id == account.id]
        if mine and not cycle.is_stale:
            own[row.key] = names.opinion(mine[0])
    agreement = None if draw is None or draw.waiver else rater_agreement(
        pairs, n_rows=len(rows_to_judge(rows)), n_drawn=len(drawn), seed=draw.seed)
    return JointRecord(tuple(judged), agreement, draw.waiver if draw else "",
                       names.of(draw.waived_by) if draw and draw.waived_by else "",
                       _confidence(session, wave_id, claims, names)), own


def searches_of(session: Session, study: Study, display: Display, claim: Claim) -> list[SeenSearch]:
    """Return the recorded searches for what speaks against a problem or cause, newest first; none of a link."""
    book = display.template.codebook
    top = book.top_code_of(claim.key) if book is not None else None
    if top is None:
        return []
    code_id = load_codebook(session, study).get(top.key).id
    return [found for found in list_searches(session, study) if found.search.code_id == code_id]


class _Names:
    """Names of accounts, each read once."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def of(self, account_id: int) -> str:
        found = self.session.get(Account, account_id)
        return found.name if found is not None else ""

    def opinion(self, row: JointJudgement) -> Opinion:
        return Opinion(self.of(row.account_id), row.verdict, row.silent,  # type: ignore[arg-type]  # checked when stored
                       row.is_complementary, row.reason, row.answer_kind,  # type: ignore[arg-type]  # the same
                       row.answer, row.judged_on.isoformat())


def judged_row(key: str, cycle: Cycle, names: _Names, *, is_drawn: bool) -> JudgedRow:
    """Return a row as everybody may see it; the first of two judgements stays hidden until the second is in."""
    if not cycle.opinions:
        return JudgedRow(key, "open", is_drawn=is_drawn)
    if not is_drawn:
        said = [*cycle.opinions, *([cycle.settlement] if cycle.settlement is not None else [])]
        final = names.opinion(max(said, key=lambda row: row.id))
        return JudgedRow(key, "judged", final, is_stale=cycle.is_stale)
    if len(cycle.opinions) < RATERS:
        return JudgedRow(key, "awaiting_second", is_drawn=True, is_stale=cycle.is_stale)
    first, second = (names.opinion(row) for row in cycle.opinions[:RATERS])
    settled = names.opinion(cycle.settlement) if cycle.settlement is not None else None
    if settled is None and differ(first, second):
        return JudgedRow(key, "to_settle", None, first, second, None, True, cycle.is_stale)
    return JudgedRow(key, "judged", settled or first, first, second, settled, True, cycle.is_stale)


def differ(first: Opinion, second: Opinion) -> bool:
    """Return whether two opinions must be settled: another verdict, or another explanation of a dissonance."""
    return (first.choice, first.answer_kind) != (second.choice, second.answer_kind)


def _confidence(session: Session, wave_id: int, claims: Sequence[Claim], names: _Names) -> tuple[ClaimConfidence, ...]:
    newest = {row.claim: row for row in session.scalars(
        select(StatedConfidence).where(StatedConfidence.wave_id == wave_id).order_by(StatedConfidence.id))}
    found = []
    for claim in claims:
        row = newest.get(claim.key)
        if row is None:
            continue
        components = {name: ComponentJudgement(*pair) for name, pair in row.components.items()}
        found.append(ClaimConfidence(
            claim.key, claim.kind, components, row.overall,  # type: ignore[arg-type]  # checked when stored
            row.reason, suggested_confidence({name: one.concern for name, one in components.items()}),
            names.of(row.account_id), row.judged_on.isoformat(), row.evidence_hash != evidence_hash(claim)))
    return tuple(found)
