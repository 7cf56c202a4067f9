"""The questionnaires of a study at a glance: what is being changed, what was published, what is answered."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from instruments.schema import Instrument
from surveyapp.models.draft import InstrumentDraft
from surveyapp.models.study import FULL, SHORT, PublishedInstrument, Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.draft import instrument_of_draft, list_drafts
from surveyapp.services.study import find_link, instrument_of, list_instruments, list_versions, list_waves


@dataclass(frozen=True)
class QuestionnaireRow:
    """One questionnaire of a study."""

    audience: str
    instrument: Instrument                              # the newest version, or the draft where there is none
    newest: PublishedInstrument | None
    n_versions: int
    draft: InstrumentDraft | None
    links: tuple[tuple[Wave, QuestionnaireLink, str], ...]      # of open waves, with the form


def list_questionnaires(session: Session, study: Study) -> list[QuestionnaireRow]:
    """Return the study's questionnaires by audience."""
    newest = {row.audience: row for row in list_instruments(session, study)}
    drafts = {row.audience: row for row in list_drafts(session, study)}
    waves = [wave for wave in list_waves(session, study) if wave.is_open]
    rows = []
    for audience in sorted(newest.keys() | drafts.keys()):
        published, draft = newest.get(audience), drafts.get(audience)
        links = tuple((wave, link, form) for wave in waves for form in (FULL, SHORT)
                      if (link := find_link(session, wave, audience, form)) is not None)
        instrument = instrument_of(published) if published else instrument_of_draft(drafts[audience])
        n_versions = sum(row.form == FULL for row in list_versions(session, study, audience))
        rows.append(QuestionnaireRow(audience, instrument, published, n_versions, draft, links))
    return rows
