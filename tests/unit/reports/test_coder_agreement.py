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

    row = next(row for row in table.rows if row.cells[0].text == "Unclear goals (PRB.GOAL)")
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


def test_an_agreement_told_finer_beside_its_limit_leaves_its_interval_as_it_is(bank: Study):
    diagnosis, template, facts = bank
    near = [replace(row, coders=replace(row.coders, alpha=replace(
        row.coders.alpha, value=0.7951, ci_low=-0.0102, ci_high=1.0))) if row.coders else row
        for row in diagnosis.interviews]

    table = table_of((replace(diagnosis, interviews=tuple(near)), template, facts))

    row = next(row for row in table.rows if row.cells[0].text == "Unclear goals (PRB.GOAL)")
    assert row.cells[-1].text == "0.795 [−0.01 to 1.00]"
    assert table.source.endswith("Figures next to a limit have further decimals.")
