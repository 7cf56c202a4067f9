"""The appendix prints everything that is reported together about the coders' agreement."""

from dataclasses import replace

import pytest

from reports.content import Table, walk
from reports.sections.study import study_report
from tests.unit.reports.conftest import Study


def table_of(study: Study, language: str = "en") -> Table | None:
    diagnosis, template, facts = study
    report = study_report(diagnosis, template, facts, language=language)
    blocks = [block for section in report.sections for block in walk(section.blocks)]
    return next((block for block in blocks if isinstance(block, Table) and block.key == "t-coders"), None)


def test_unit_coders_shares_agreement_and_interval_stand_together(bank: Study):
    table = table_of(bank)

    row = next(row for row in table.rows if row.cells[0].text == "PRB.GOAL")
    units, coders, each, agreed, coded_only, alpha = row.cells[1:]
    assert (units.value, coders.value, each.text) == (120.0, 2.0, "12% / 10%")
    assert (agreed.value, coded_only.value) == (0.93, 0.6)
    assert alpha.text.count("0.") == 3          # the estimate and both ends of its interval
    assert "a turn of the interviewee" in table.source


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_double_coding_there_is_no_such_table(bank: Study, language: str):
    diagnosis, template, facts = bank
    bare = replace(diagnosis, interviews=tuple(replace(row, coders=None, agreement=None)
                                               for row in diagnosis.interviews))

    assert table_of(bank, language) is not None
    assert table_of((bare, template, facts), language) is None
