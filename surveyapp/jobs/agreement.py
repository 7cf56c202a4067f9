"""Compute the agreement of coders and keep it; the same codings are computed once."""

from __future__ import annotations

from typing import Any

from analysis.qual.coder_agreement import AgreementOptions, agreement_report
from analysis.results.agreement import AgreementReport
from surveyapp.dataset import load_coded_texts
from surveyapp.db.session import read_session, transaction
from surveyapp.models.interview import ANSWERS
from surveyapp.models.study import Study
from surveyapp.services.agreement import (
    Scope,
    agreement_codebook,
    agreement_texts,
    borders_of,
    input_hash,
    scope_of,
    store_agreement,
)
from surveyapp.services.round import get_round


def compute_agreement(study: Study, scope: Scope) -> AgreementReport:
    """Return the agreement of the scope, computed and stored."""
    session = read_session()
    texts = agreement_texts(session, study, scope)
    accept_at, tentative_at = borders_of(study)
    options = AgreementOptions(
        unit=scope.unit, accept_at=accept_at, tentative_at=tentative_at, seed=(study.seed, 8),  # type: ignore[arg-type]  # scope_of has checked the word
        is_one_source=scope.kind == ANSWERS)
    report = agreement_report(load_coded_texts(texts), agreement_codebook(session, study), options)
    digest = input_hash(session, study, scope, texts)
    with transaction() as writing:
        store_agreement(writing, study, scope, digest, report)
    return report


def do_agreement(study: Study, options: dict[str, Any]) -> str:
    """Do the job: the scope in its options."""
    number = options.get("round")
    row = get_round(read_session(), study, number) if number is not None else None
    report = compute_agreement(study, scope_of(options["kind"], options["unit"], row))
    return f"agreement over {len(report.documents)} texts"
