"""Workbook, pictures and page of a report: they say what the PDF says, and the same content gives the same bytes."""

import io
import json
import zipfile
from typing import Any

import pytest
from lxml import etree
from openpyxl import load_workbook

from instruments.codec import from_document, to_document
from reports.content import Figure, Number, StudyReport, Table
from reports.formats.pictures import report_pictures
from reports.formats.workbook import as_printed, number_format, report_workbook
from reports.render import report_html
from reports.sections.study import study_report


@pytest.fixture(scope="module", params=["en", "zh"])
def report(request: pytest.FixtureRequest, bank: Any) -> StudyReport:
    diagnosis, template, facts = bank
    return study_report(diagnosis, template, facts, language=request.param)


def test_a_report_kept_as_a_document_is_the_same_report(report: StudyReport) -> None:
    kept = json.loads(json.dumps(to_document(report), ensure_ascii=False))

    again = from_document(StudyReport, kept)

    assert again == report
    assert report_html(again) == report_html(report)


def test_the_workbook_has_a_sheet_for_each_table_and_lists_all(report: StudyReport) -> None:
    tables = [block for block in report.blocks() if isinstance(block, Table)]
    figures = [block for block in report.blocks() if isinstance(block, Figure)]

    book = load_workbook(io.BytesIO(report_workbook(report)))

    listed = [str(row[1].value) for row in book.worksheets[0].iter_rows(min_row=4) if row[1].value]
    assert len(book.worksheets) == 1 + len(tables)
    assert listed == [table.title.text for table in tables] + [f"{one.title.text}\n{one.alt}" for one in figures]
    assert [sheet["A1"].value for sheet in book.worksheets[1:]] == [table.title.text for table in tables]


def test_every_number_of_a_table_is_a_number_of_its_sheet_as_printed(report: StudyReport) -> None:
    book = load_workbook(io.BytesIO(report_workbook(report)))
    tables = [block for block in report.blocks() if isinstance(block, Table)]

    for table, sheet in zip(tables, book.worksheets[1:], strict=True):
        numbers = [cell for row in table.rows for cell in row.cells if isinstance(cell, Number)]
        told = [cell for cell in numbers if not cell.is_hidden and cell.value is not None]
        wanted = sorted(as_printed(value, cell.style) for cell in told
                        for value in (cell.value, cell.low, cell.high) if value is not None)
        found = sorted(cell.value for row in sheet.iter_rows(min_row=4) for cell in row
                       if isinstance(cell.value, (int, float)))
        hidden = sum(cell.value == "s" for row in sheet.iter_rows(min_row=4) for cell in row)

        assert found == pytest.approx(wanted)
        assert hidden == sum(cell.is_hidden for cell in numbers)


def test_heads_stand_above_their_numbers_where_intervals_take_columns(report: StudyReport) -> None:
    book = load_workbook(io.BytesIO(report_workbook(report)))
    tables = [block for block in report.blocks() if isinstance(block, Table)]
    place, table = next((place, table) for place, table in enumerate(tables, start=1)
                        if any(isinstance(cell, Number) and cell.low is not None for cell in table.rows[-1].cells))
    last = table.rows[-1].cells
    column = next(number for number, cell in enumerate(last) if isinstance(cell, Number) and cell.low is not None)
    cell = last[column]
    assert isinstance(cell, Number)

    sheet = book.worksheets[place]
    heads = [one.value for one in sheet[3]]
    start = heads.index(table.columns[column].title)
    row = sheet[3 + len(table.rows)]

    assert [one.value for one in row[start:start + 3]] == pytest.approx(
        [as_printed(value, cell.style) for value in (cell.value, cell.low, cell.high) if value is not None])


@pytest.mark.parametrize(("value", "style", "kept", "shown"), [
    (0.5049, "percent", 0.50, "0%"), (0.5049, "percent1", 0.505, "0.0%"), (3.14159, "mean", 3.14, "#,##0.00"),
    (12345.6, "count", 12346, "#,##0"), (0.00049, "p", 0.0, "#,##0.000"), (2_500_000.0, "millions", 2.5, "#,##0.0")])
def test_a_number_keeps_what_is_printed_of_it(value: float, style: str, kept: float, shown: str) -> None:
    assert as_printed(value, style) == pytest.approx(kept)
    assert number_format(style) == shown


def test_the_archive_has_a_picture_for_each_figure_and_tells_what_it_shows(report: StudyReport) -> None:
    figures = [block for block in report.blocks() if isinstance(block, Figure)]

    with zipfile.ZipFile(io.BytesIO(report_pictures(report))) as archive:
        names = archive.namelist()
        told = archive.read("figures.txt").decode()
        titles = [etree.fromstring(archive.read(name))[0].text for name in names[:-1]]

    assert names == [*(f"figure-{figure.number:02d}.svg" for figure in figures), "figures.txt"]
    assert titles == [figure.alt for figure in figures]
    assert all(figure.title.text in told for figure in figures)


def test_the_same_content_gives_the_same_bytes(report: StudyReport) -> None:
    assert report_workbook(report) == report_workbook(report)
    assert report_pictures(report) == report_pictures(report)
