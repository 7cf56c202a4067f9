"""What respondents agreed to: every text that was shown, found again by the hash that is stored with a response."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink
from surveyapp.services.promise import promise_document, promise_lines
from surveyapp.services.response_token import text_hash
from surveyapp.services.study import instrument_of

CONSENT, PROMISE = "consent", "promise"


def list_consents(session: Session, study: Study) -> list[dict[str, str]]:
    """Return the consent texts and promises of every published version and language, each with its hash."""
    rows: list[dict[str, str]] = []
    found = (select(PublishedInstrument, QuestionnaireLink)
             .outerjoin(QuestionnaireLink, QuestionnaireLink.instrument_id == PublishedInstrument.id)
             .where(PublishedInstrument.study_id == study.id).order_by(PublishedInstrument.id))
    for published, link in session.execute(found):
        instrument = instrument_of(published)
        for language in instrument.languages:
            place = {"audience": published.audience, "version": published.version, "language": language}
            if instrument.consent is not None:
                text = instrument.consent.text.get(language, "")
                rows.append({**place, "kind": CONSENT, "hash": text_hash(text), "text": text})
            if link is not None:
                told = promise_document(link.privacy, language, link.minimum_group)
                lines = promise_lines(link.privacy, language, link.minimum_group)
                rows.append({**place, "kind": PROMISE, "hash": told["promise_hash"], "text": "\n".join(lines)})
    return list({(row["hash"], row["version"], row["language"]): row for row in rows}.values())
