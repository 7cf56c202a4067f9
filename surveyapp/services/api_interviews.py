"""What the API says of rounds, analyses and the joint display: what their pages show to the same account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from surveyapp.models.interview import Interview
from surveyapp.models.retrieval import StoredInterviewAnalysis
from surveyapp.models.round import CodingRound
from surveyapp.services.agreement_page import AgreementPage
from surveyapp.services.api_document import Document, instant
from surveyapp.services.comparison import Difference
from surveyapp.services.round_page import CodeDifferences, RoundPage, RoundSummary, TextInRound


def round_document(summary: RoundSummary) -> Document:
    """Return a round in one line, with how it was drawn."""
    row: CodingRound = summary.row
    return {"number": row.number, "kind": row.kind, "algorithm": row.algorithm or None, "seed": row.seed,
            "share": row.share, "n_texts": summary.n_texts, "n_double": summary.n_double, "n_given": summary.n_given,
            "n_finished": summary.n_finished, "opened_at": instant(row.opened_at), "closed_at": instant(row.closed_at)}


def round_page_document(page: RoundPage) -> Document:
    """Return a round with its texts; where coders differ is told once it is closed, as on the page."""
    return {**round_document(page.summary), "coders": list(page.names.values()),
            "texts": [_text(row) for row in page.texts],
            "codes": [_code(row, page.names) for row in page.codes if row.places or row.notes]}


def _text(row: TextInRound) -> Document:
    return {"interview": row.interview.key, "is_double": row.is_double, "n_lines": row.n_lines,
            "coders": [{"name": name, "has_finished": is_finished} for name, is_finished in row.coders],
            "n_differences": row.n_differences, "n_open": row.n_open, "is_decided": row.is_settled}


def _code(row: CodeDifferences, names: Mapping[int, str]) -> Document:
    return {"code": row.key, "n_agreed": row.n_agreed,
            "differences": [_difference(interview, found, names) for interview, found in row.places],
            "refinements": [{"text": found.text, "by": name} for found, name in row.notes]}


def _difference(interview: Interview, found: Difference, names: Mapping[int, str]) -> Document:
    return {"interview": interview.key, "turn": found.turn, "kind": found.kind, "marks": [
        {"coder": names.get(mark.coder, ""), "codes": list(mark.codes), "polarity": mark.polarity or None,
         "start": mark.start, "end": mark.end} for mark in found.marks]}


def agreement_document(page: AgreementPage) -> Document:
    """Return how far coders agree, as computed last; nobody's codings stand in it."""
    return {"texts": page.scope.kind, "unit": page.scope.unit, "n_texts": page.n_texts, "is_stale": page.is_stale,
            "report": page.row.document if page.row is not None else None}


def analysis_document(stored: StoredInterviewAnalysis) -> Document:
    """Return the analyses across interviews as `surveyapp interviews analyse --json` prints them."""
    document: Mapping[str, Any] = stored.document
    return {"id": stored.id, "created_at": instant(stored.created_at), "content_hash": stored.content_hash,
            "analysis": dict(document)}
