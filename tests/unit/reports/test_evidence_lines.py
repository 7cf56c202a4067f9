"""The codebook of the report counts what the team's page says of a code, once and in columns."""

import pytest

from reports.content import Number, Table
from reports.render import ANCHOR
from reports.sections.appendix_words import codebook
from reports.sections.source import Source


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_code_that_somebody_spoke_of_stands_in_the_codebook_with_its_counts(bank, language: str):
    study = Source(*bank, language)

    section, = codebook(study)

    table = next(block for block in section.blocks if isinstance(block, Table) and block.key == "t-codes")
    rows = {row.anchor: row for row in table.rows if not row.is_group}
    shown = {evidence.code: [cell.value for cell in rows[f"{ANCHOR}{study.ledger.id_of('code', evidence.code)}"].cells
                             if isinstance(cell, Number)]
             for evidence in study.diagnosis.interviews
             if f"{ANCHOR}{study.ledger.id_of('code', evidence.code)}" in rows}
    assert len(shown) > 10
    assert shown == {evidence.code: [evidence.n_asked, evidence.supports, evidence.contradicts, evidence.mixed,
                                     evidence.n_passages]
                     for evidence in study.diagnosis.interviews if evidence.code in shown}
