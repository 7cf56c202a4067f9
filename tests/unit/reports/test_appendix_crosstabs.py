"""Codes by attributes of interviewees in the report: only what the rule of cells lets through."""

from dataclasses import replace

import pytest

from analysis.results.crosstab import Crosstab, CrosstabRow
from reports.content import Number, Table, walk
from reports.sections.study import study_report
from tests.unit.reports.conftest import Study

LINE = Crosstab("line", {"corporate": 8, "retail": 7, "risk": 2}, (
    CrosstabRow("CAU.TECH", 12, 17, {"corporate": 7, "retail": 5, "risk": 0}, {"corporate": 8, "retail": 7, "risk": 2}),
    CrosstabRow("PRB.INFO", None, 17, {"corporate": 6, "retail": None, "risk": None},
                {"corporate": 8, "retail": 7, "risk": 2}),
    CrosstabRow("PRB.GOAL", None, 17, dict.fromkeys(("corporate", "retail", "risk")),
                {"corporate": 8, "retail": 7, "risk": 2})), 5, 5, {"en": "Business line", "zh": "业务条线"})


def tables(study: Study, language: str, *crosstabs: Crosstab) -> list[Table]:
    diagnosis, template, facts = study
    report = study_report(replace(diagnosis, crosstabs=crosstabs), template, facts, language=language)
    return [block for block in walk(report.section("codebook").blocks)
            if isinstance(block, Table) and block.key.startswith("t-crosstab")]


@pytest.mark.parametrize(("language", "title"), [
    ("en", "Who spoke of what, by Business line (17 interviewees)"), ("zh", "按业务条线看谁谈到什么（受访者17人）")])
def test_large_groups_and_codes_with_a_figure_are_printed_and_small_cells_are_hidden(bank: Study, language: str,
                                                                                     title: str):
    table, = tables(bank, language, LINE)

    assert table.title.text == title
    assert [column.title for column in table.columns[2:]] == (
        ["Corporate banking (n=8)", "Retail banking (n=7)"] if language == "en"
        else ["公司金融（n＝8）", "零售（个人）金融（n＝7）"])
    assert [[cell.is_hidden if isinstance(cell, Number) else cell.text.split()[0] for cell in row.cells]
            for row in table.rows] == [["CAU.TECH", "12/17", "7/8", "5/7"], ["PRB.INFO", True, "6/8", True]]


def test_an_attribute_of_which_nothing_may_be_shown_has_no_table(bank: Study):
    hidden = replace(LINE, rows=LINE.rows[2:])

    assert tables(bank, "en", hidden, replace(LINE, groups={f"g{n}": 5 for n in range(9)})) == []


def test_groups_are_called_as_a_question_words_its_answers(bank: Study):
    known = Crosstab("tenure", {"lt3": 8, "gt10": 9}, (
        CrosstabRow("CAU.TECH", 12, 17, {"lt3": 6, "gt10": 6}, {"lt3": 8, "gt10": 9}),), 5, 5)

    table, = tables(bank, "zh", known)

    assert [column.title for column in table.columns[2:]] == ["3年以下（n＝8）", "10年以上（n＝9）"]


def test_one_group_alone_is_no_comparison(bank: Study):
    alone = replace(LINE, groups={"corporate": 8, "retail": 3, "risk": 2})

    assert tables(bank, "en", alone) == []
