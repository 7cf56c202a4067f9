"""Small things that a reader's eye stops at: torn intervals, lonely words, typed signs, torn heads of columns."""

from __future__ import annotations

from typing import Any

import pytest

from reports.content import Facts, Statement, Table, walk
from reports.render import report_html, statement_html
from reports.sections.study import study_report
from reports.wording import typeset


@pytest.mark.parametrize(("said", "whole"), [
    ("54% [46–61%] of staff", "[46–61%]"), ("of staff (n = 168)", "n = 168"), ("4 answers, n 1,169.", "n 1,169"),
    ("Channels, 0–100 score: 56", "0–100"), ("named by 3 of 12 interviewees", "3 of 12"),
    ("员工知晓率为54%（n＝162）", "n＝162")])
def test_what_reads_as_one_thing_is_not_torn_at_the_end_of_a_line(said: str, whole: str) -> None:
    html = statement_html(Statement(said), "en", lambda _name: "")

    assert f'<span class="whole">{whole}</span>' in html


def test_a_title_does_not_end_in_a_single_word(bank: Any) -> None:
    html = report_html(study_report(*bank, language="en"))

    assert "How the findings came about, step by\N{NO-BREAK SPACE}step</h2>" in html


@pytest.mark.parametrize(("typed", "set_"), [
    ("Marketing 41(1), 77-79.", "Marketing 41(1), 77–79."), ("(score - 1) / 4 x 100", "(score − 1) / 4 × 100"),
    ('the cause "technical"', "the cause “technical”"), ("Your visit - patients", "Your visit – patients"),
    ("doi:10.1000/12-34", "doi:10.1000/12-34"), ("Lee, J.-Y.", "Lee, J.-Y.")])
def test_typed_signs_are_printed_as_signs_of_print_and_addresses_stay(typed: str, set_: str) -> None:
    assert typeset(typed) == set_


def test_a_chinese_report_keeps_the_quotation_marks_of_a_foreign_title() -> None:
    assert typeset('The "net promoter score", 365-372.', "zh") == 'The "net promoter score", 365–372.'


def test_a_point_of_a_scale_without_a_label_of_its_own_is_not_explained_by_itself(bank: Any) -> None:
    section = study_report(*bank, language="en").section("wording-customer")

    said = [meaning.text for block in walk(section.blocks) if isinstance(block, Facts) for _, meaning in block.rows]
    assert any(text == "0 = Not at all likely · 10 = Extremely likely" for text in said)


def test_labels_that_begin_a_row_of_the_customer_file_begin_with_a_capital(bank: Any) -> None:
    report = study_report(*bank, language="en")
    tables = [block for one in report.section("customer-file").blocks for block in (
        *getattr(one, "left", ()), *getattr(one, "right", ())) if isinstance(block, Table)]

    names = [row.cells[0].text for table in tables for row in table.rows  # type: ignore[union-attr]  # statements
             if table.key in ("t-sizes", "t-shares")]
    assert names
    assert [name for name in names if name[:1] != name[:1].upper()] == []
