"""The page of agreement: the stored report of a scope, and whether codings have changed since."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.results.agreement import AgreementOnCode, AgreementReport
from surveyapp.models.diagnosis import Job
from surveyapp.models.round import AgreementResult
from surveyapp.models.study import Study
from surveyapp.services.agreement import Scope, agreement_texts, find_agreement, input_hash


@dataclass(frozen=True)
class AgreementPage:
    """A report with the texts there are now; `waiting` is a job that was asked for and is not done."""

    scope: Scope
    row: AgreementResult | None
    report: AgreementReport | None
    n_texts: int
    is_stale: bool
    waiting: Job | None

    @property
    def given(self) -> tuple[AgreementOnCode, ...]:
        """The codes that somebody gave."""
        return tuple(code for code in self.report.codes if code.n_marked) if self.report else ()

    @property
    def not_given(self) -> tuple[str, ...]:
        return tuple(code.code for code in self.report.codes if not code.n_marked) if self.report else ()


def load_agreement_page(session: Session, study: Study, scope: Scope) -> AgreementPage:
    """Return the newest report of the scope; it is stale where the same computation would start from other codings."""
    texts = agreement_texts(session, study, scope)
    found = find_agreement(session, study, scope)
    job = session.scalar(select(Job).where(Job.study_id == study.id, Job.kind == "agreement")
                         .order_by(Job.created_at.desc()).limit(1))
    return AgreementPage(
        scope, found[0] if found else None, found[1] if found else None, len(texts),
        found is not None and found[0].input_hash != input_hash(session, study, scope, texts),
        job if job is not None and job.state != "done" else None)
