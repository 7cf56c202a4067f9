"""Evidence of a study's newest diagnosis: every finding by its short name, as anybody may see it who reads results."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from analysis.results.trace import Kind, TracedFinding
from reports.content import Section
from reports.sections import needs, summary
from reports.sections.evidence_ledger import LISTED, is_told
from reports.sections.evidence_page import EvidencePage, evidence_page
from reports.sections.evidenced import with_names
from reports.sections.source import Source
from reports.sections.trace_words import TraceWords
from surveyapp.errors import NotFound, marked
from surveyapp.models.diagnosis import StoredDiagnosis
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.diagnosis import diagnosis_of, newest_diagnosis
from surveyapp.services.plan_edit import edits_of
from surveyapp.services.study import facts_of, template_of
from surveyapp.services.wave import planned_after
from surveyapp.services.wave_change import changes_since
from surveyapp.services.wave_names import waves_told

KINDS: tuple[Kind, ...] = (*LISTED, "code", "item")


@dataclass(frozen=True)
class Evidence:
    """The newest diagnosis with everything that leads from a sentence to what it rests on."""

    stored: StoredDiagnosis
    source: Source

    @property
    def told(self) -> TraceWords:
        return TraceWords(self.source, self.source.ledger)

    def page(self, key: str) -> EvidencePage:
        """Return the page of a short name or metric path; NotFound where there is neither."""
        found = self.source.ledger.find(key)
        if found is None:
            raise NotFound(marked("There is no finding of this name in the diagnosis."),
                           marked("See the list of findings."))
        return evidence_page(self.source, found)

    def by_kind(self) -> dict[Kind, list[TracedFinding]]:
        """Return the findings by kind, in the order in which a report tells them; each figure of the file once."""
        findings = [found for found in self.source.ledger.findings() if is_told(self.source, found)]
        grouped: dict[Kind, list[TracedFinding]] = {
            kind: [found for found in findings if found.kind == kind] for kind in KINDS}
        return {kind: found for kind, found in grouped.items() if found}

    def summary(self) -> tuple[Section, ...]:
        """Return the summary of the report, each sentence with the names of the findings it tells."""
        if needs.is_too_little(self.source):        # the report has no summary then, and says what is lacking
            return tuple(needs.needs(self.source))
        sections = (*summary.summary(self.source), *summary.summary_more(self.source))
        return tuple(with_names(section, self.source.ledger) for section in sections)


def load_evidence(session: Session, study: Study, language: str, wave: Wave | None = None) -> Evidence | None:
    """Return the evidence of the newest diagnosis, of the study or one wave; None where there is no diagnosis."""
    stored = newest_diagnosis(session, study, wave)
    if stored is None:
        return None
    diagnosis, template = diagnosis_of(stored), template_of(session, study)
    # What was changed of the plan by hand stands in the report too; the rule's own proposal stays beside it.
    edits = edits_of(session, stored.wave_id, diagnosis, template)
    told = session.get_one(Wave, stored.wave_id)
    source = Source(diagnosis, template, facts_of(study), language, edits=edits,
                    changes=changes_since(session, study, told), asks_again_on=planned_after(session, study, told))
    source.waves = waves_told(session, study)
    return Evidence(stored, source)


def get_evidence(session: Session, study: Study, language: str, wave: Wave | None = None) -> Evidence:
    """Return the evidence of the newest diagnosis, of the study or one wave; NotFound where there is none."""
    found = load_evidence(session, study, language, wave)
    if found is None:
        raise NotFound(marked("There is no diagnosis yet."), marked("Ask for one on the page of the diagnosis."))
    return found
