"""Edits, responses and the mark of a draft: bound to the figures, told as what they are, never silent."""

import re
from dataclasses import replace

import pytest

from reports.content import StudyReport, Table
from reports.render import report_html
from reports.reviewing import (
    Response,
    WordingEdit,
    as_draft,
    statements_of,
    strange_numbers,
    with_edits,
    with_responses,
)
from reports.sections.study import study_report
from tests.unit.reports.conftest import Study


@pytest.fixture(scope="module", params=["en", "zh"])
def report(request: pytest.FixtureRequest, bank: Study) -> StudyReport:
    return study_report(*bank, language=request.param)


def edit_of(report: StudyReport, text: str) -> WordingEdit:
    original = next(statements_of(report.section("limits"))).text
    return WordingEdit("limits", original, text, "Plainer for the board.", "2026-10-01", "Ann", 1)


def test_an_edited_wording_is_marked_and_stands_with_its_original_in_an_appendix(report: StudyReport) -> None:
    edit = edit_of(report, "Said in other words.")

    edited, stale = with_edits(report, [edit])

    shown = [one.text for one in statements_of(edited.section("limits"))]
    row = next(block for block in edited.section("wording-edits").blocks if isinstance(block, Table)).rows[0]
    assert stale == ()
    assert edit.original not in shown
    assert {"en": "Said in other words. (edited)", "zh": "Said in other words.（经编辑）"}[report.language] in shown
    assert [getattr(cell, "text", "") for cell in row.cells[1:3]] == [edit.original, edit.text]
    assert "Ann" in getattr(row.cells[3], "text", "")


def test_everything_but_the_edited_wording_stays_as_it_was(report: StudyReport) -> None:
    edited, _ = with_edits(report, [edit_of(report, "Said in other words.")])

    before = [one.text for section in report.sections for one in statements_of(section)]
    after = [one.text for section in edited.sections if section.key != "wording-edits"
             for one in statements_of(section)]
    assert len(after) == len(before)
    assert sum(a != b for a, b in zip(after, before, strict=True)) == 1


def test_an_edit_whose_original_is_gone_is_returned_as_stale_and_changes_nothing(report: StudyReport) -> None:
    edit = replace(edit_of(report, "Other."), original="A sentence of an earlier diagnosis.")

    edited, stale = with_edits(report, [edit])

    assert stale == (edit,)
    assert report_html(edited) == report_html(report)


@pytest.mark.parametrize(("text", "strange"), [
    ("Of 172 people 56% answered.", []), ("Of 172 people more than half answered.", []),
    ("Of 172 people 60% answered.", ["60"]), ("1,500 and 1.500", ["1,500", "1.500"])])
def test_numbers_of_an_edit_are_those_of_the_original(text: str, strange: list[str]) -> None:
    assert strange_numbers("Of 172 people, 56% answered.", text) == strange


def test_managements_response_stands_below_the_problems_and_no_other_word_changes(report: StudyReport) -> None:
    given = [Response("PRB_INFO", "Information", "partly", "We know of half of it.", "2026-10-02", "May"),
             Response("PRB_GOAL", "Goals", "disagree", "Goals were set in May.", "2026-10-02", "May")]

    answered = with_responses(report, given)

    table = answered.section("problems").blocks[-1]
    assert isinstance(table, Table)
    assert (table.title.values["agree"], table.title.values["partly"], table.title.values["disagree"]) == (0, 1, 1)
    assert [getattr(row.cells[2], "text", "") for row in table.rows] == [one.reason for one in given]
    for before, after in zip(report.sections, answered.sections, strict=True):
        assert [one.text for one in statements_of(before)] == [one.text for one in statements_of(after)]
        assert before.title == after.title


def test_without_a_response_the_report_is_as_it_was(report: StudyReport) -> None:
    assert with_responses(report, []) is report


def test_a_draft_is_marked_on_every_page_and_in_the_foot(report: StudyReport) -> None:
    page = report_html(as_draft(report, 3)).replace("\N{NO-BREAK SPACE}", " ")

    assert {"en": "Draft 3", "zh": "草稿3"}[report.language] in page
    assert {"en": "Draft 3, not released.", "zh": "第3稿，未发布。"}[report.language] in page
    assert report.classification in re.sub("<[^>]+>", "", page)
