"""Unit sheets: only units with ten answers, hidden cells stay hidden, one page, no ranking of units."""

import io
from dataclasses import replace

import pikepdf
import pytest

from analysis.results.comparisons import GroupFigure
from reports.content import Callout, Number, StudyReport, Table
from reports.deliver import report_pdf
from reports.kinds.unit_sheet import unit_sheets
from reports.pdf import missing_system_libraries
from reports.render import report_html
from reports.wording import forbidden_phrases
from tests.unit.reports.conftest import Study

UNITS = {"retail": (40, 4.6), "corporate": (25, 2.0), "it": (9, 3.4)}


def sheets(bank: Study, language: str, *, hidden: str = "") -> dict[str, StudyReport]:
    diagnosis, template, facts = bank
    keys = [problem.level.construct for problem in diagnosis.problems]
    groups = tuple(GroupFigure(key, "D_DEPT", unit, n, mean - place / 10, mean - 0.2 - place / 10,
                               mean + 0.2 - place / 10, unit == hidden)
                   for unit, (n, mean) in UNITS.items() for place, key in enumerate(keys))
    return dict(unit_sheets(replace(diagnosis, groups=groups), template, facts, "D_DEPT", "2026-10-12", language))


def test_a_unit_with_fewer_than_ten_answers_or_hidden_cells_gets_no_sheet(bank: Study) -> None:
    assert list(sheets(bank, "en")) == ["retail", "corporate"]
    assert list(sheets(bank, "en", hidden="corporate")) == ["retail"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_sheet_shows_its_own_unit_beside_all_and_three_points(bank: Study, language: str) -> None:
    made = sheets(bank, language)
    retail, corporate = made["retail"], made["corporate"]

    table = next(block for block in retail.blocks() if isinstance(block, Table))
    first = table.rows[0].cells
    assert isinstance(first[1], Number)
    assert isinstance(first[2], Number)
    assert (first[1].value, first[2].value) == (4.6, bank[0].problems[0].level.mean)
    readings = [{getattr(row.cells[3], "text", "") for row in block.rows}
                for sheet in (retail, corporate) for block in sheet.blocks() if isinstance(block, Table)]
    assert readings == ([{"seen as graver here"}, {"seen as lighter here"}] if language == "en" else
                        [{"本部门认为更严重"}, {"本部门认为较轻"}])
    assert [len(block.items) for block in retail.blocks() if isinstance(block, Callout)] == [3]
    assert forbidden_phrases(report_html(retail), language) == []


def test_no_sheet_names_another_unit_or_a_rank(bank: Study) -> None:
    made = sheets(bank, "en")

    assert "Corporate" not in report_html(made["retail"]).replace("corporate customers", "")
    assert "rank" not in report_html(made["retail"]).replace("Units are not ranked", "")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-")
def test_a_sheet_is_one_page(bank: Study, language: str) -> None:
    with pikepdf.open(io.BytesIO(report_pdf(sheets(bank, language)["retail"]))) as pdf:
        assert len(pdf.pages) == 1


@pytest.mark.parametrize(("language", "words"), [("en", "not shown to lie above the scale's midpoint of 3"),
                                                 ("zh", "未见明显高于量表中点3分")])
def test_a_problem_that_is_not_shown_to_lie_above_the_middle_is_not_put_as_if_it_were(bank: Study, language: str,
                                                                                     words: str) -> None:
    made = sheets(bank, language)

    asked = {unit: next(block for block in sheet.blocks() if isinstance(block, Callout)).items
             for unit, sheet in made.items()}
    assert all(words not in point.text for point in asked["retail"])
    assert all(words in point.text for point in asked["corporate"])
