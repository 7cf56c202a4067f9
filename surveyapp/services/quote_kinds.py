"""Which stored passages may be quoted: the rule of `verbatim`, with the texts it needs."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from surveyapp.models.interview import Interview, TranscriptVersion
from surveyapp.services.verbatim import PARAPHRASE, VERBATIM, QuoteKind, quote_kind


class QuoteKinds:
    """Says of a passage of certain interviews whether it may be quoted; texts not verbatim throughout are read once."""

    def __init__(self, session: Session, wanted: ColumnElement[bool]) -> None:
        found = (select(TranscriptVersion.id, Interview.record, TranscriptVersion.text)
                 .join(Interview, Interview.id == TranscriptVersion.interview_id)
                 .where(wanted, Interview.record != VERBATIM))
        self.texts = {number: (record, text) for number, record, text in session.execute(found)}

    def of(self, version_id: int | None, start: int | None, end: int | None) -> QuoteKind:
        """Return verbatim or paraphrase; a coding without a passage has no words to quote."""
        if version_id is None or start is None or end is None:
            return PARAPHRASE
        record, text = self.texts.get(version_id, (VERBATIM, ""))
        return quote_kind(record, text, start, end)
