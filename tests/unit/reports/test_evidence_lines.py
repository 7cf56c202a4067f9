"""The report prints the same line of evidence as the team's page."""

import pytest

from analysis.results.interviews import ClaimEvidence
from reports.content import Bullets
from reports.evidence import evidence_line
from reports.sections.appendix_words import codebook
from reports.sections.source import Source
from reports.wording import Words


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_code_that_somebody_spoke_of_has_its_line(bank, language: str):
    study = Source(*bank, language)

    section, = codebook(study)

    lines = [item.text for block in section.blocks if isinstance(block, Bullets) for item in block.items]
    spoken = [row for row in study.diagnosis.interviews if row.supports + row.contradicts + row.mixed]
    assert len(lines) == len(spoken) > 0
    first = ClaimEvidence.of(spoken[0], study.n_heard, study.diagnosis.saturation)
    said = evidence_line(first, Words(language), lambda role: study.role(role, "staff"))
    assert said in lines[0]
    assert not any(word in " ".join(lines).lower() for word in ("most of", "majority", "多数"))
