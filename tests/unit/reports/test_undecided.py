"""What stands beside undecided links, and what asks for each construct, as printed."""

from dataclasses import replace

import pytest

from analysis.results.diagnosis import Diagnosis
from instruments.facts import StudyFacts
from instruments.template import StudyTemplate
from reports.content import Paragraph, Statement, Table
from reports.sections import appendix_instruments, appendix_sensitivity, causes
from reports.sections.source import Source

Study = tuple[Diagnosis, StudyTemplate, StudyFacts]


def table(study: Source) -> Table | None:
    blocks = appendix_sensitivity.sensitivity(study)[0].blocks
    return next((b for b in blocks if isinstance(b, Table) and b.key == "t-undecided"), None)


@pytest.mark.parametrize(("language", "sentence"), [
    ("en", "A link of 0.30 would have been found in 20% to 44% of surveys of this size"),
    ("zh", "在同等规模的调查中，强度为0.30的关联有20%～44%的机会被发现")])
def test_beside_undecided_links_stands_how_often_one_would_have_been_found(bank: Study, language: str, sentence: str):
    study = Source(*bank, language)

    found = table(study)

    assert found is not None
    assert found.title.text == sentence
    shown = [cell for row in found.rows for cell in row.cells[1:] if not isinstance(cell, Statement)]
    assert len(shown) == sum(link.status == "uncertain" for link in bank[0].links)


def test_beside_the_links_stands_one_sentence_that_leads_to_the_appendix(bank: Study):
    section, = causes.joint_display(Source(*bank, "en"))

    told = [said.text for block in section.blocks if isinstance(block, Paragraph) for said in block.statements]

    assert told == ["A link of 0.30 would have been found in 20% to 44% of surveys of this size (appendix B): what was "
                    "not found may still be there."]


def test_where_no_survey_was_simulated_nothing_is_said(bank: Study):
    diagnosis = replace(bank[0], links=tuple(replace(link, detectability=None) for link in bank[0].links))

    assert table(Source(diagnosis, *bank[1:], "en")) is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_instrument_table_names_the_gaps_of_the_template(bank: Study, language: str):
    study = Source(*bank, language)

    section, = appendix_instruments.instruments(study)

    lacking = study.words.text("instruments.no_facet")
    found, = (block for block in section.blocks if isinstance(block, Table))
    row = next(row for row in found.rows if row.cells[0] == Statement(study.name("PRB_GOAL")))
    assert isinstance(row.cells[-1], Statement)
    assert row.cells[-1].text == lacking
