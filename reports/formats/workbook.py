"""The tables of a report as a workbook: a sheet each, numbers as numbers, and a list of all that there is."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reports.content import Figure, Number, Row, StudyReport, Table
from reports.formats.plain import cell_text
from reports.numbers import HIDDEN, MISSING, PERCENT, STYLES
from reports.wording import Words

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

WIDEST, NARROWEST, WHOLE = 60, 10, 110      # signs in a column; a table has about so many in all
DECIMALS_OF_P = 3
FIRST_ROW = 3                               # below title, unit and an empty line


def report_workbook(report: StudyReport) -> bytes:
    """Return the report's tables as an .xlsx file; the same content gives the same bytes.

    Numbers are rounded as they are printed, so that the workbook tells no more than the report; a share is a number
    below 1 shown in percent. An interval stands in two columns of its own. Hidden cells keep their sign.
    """
    import xlsxwriter  # few requests need it

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                                        "strings_to_numbers": False})
    frozen = datetime.fromisoformat(report.frozen_on[:10])
    book.set_properties({"title": report.title, "created": frozen})
    _Writer(book, report).write()
    book.close()
    return stream.getvalue()


class _Writer:
    def __init__(self, book: Workbook, report: StudyReport) -> None:
        self.book, self.report, self.words = book, report, Words(report.language)
        self.head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "bottom"})
        self.title = book.add_format({"bold": True, "font_size": 13})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.small = book.add_format({"font_color": "#5B6770", "text_wrap": False})
        self.group = book.add_format({"bold": True, "valign": "top"})
        self.link = book.add_format({"font_color": "#0B5C8A", "underline": 1})
        self.formats: dict[tuple[str, bool], Any] = {}

    def write(self) -> None:
        tables = [block for block in self.report.blocks() if isinstance(block, Table)]
        names = {table.key + str(table.number): self.words.text("formats.table", number=table.number)
                 for table in tables}
        self._list(tables, names)
        for table in tables:
            self._table(self.book.add_worksheet(names[table.key + str(table.number)]), table)

    def _list(self, tables: Sequence[Table], names: dict[str, str]) -> None:
        sheet = self.book.add_worksheet(self.words.text("formats.list"))
        sheet.set_column(0, 0, NARROWEST + 2)
        sheet.set_column(1, 1, WHOLE)
        sheet.write_string(0, 0, self.report.title, self.title)
        frozen = self.words.text("formats.frozen", day=self.report.frozen_on)
        told = (self.report.classification, self.report.cover.label, frozen)
        sheet.write_string(1, 0, " · ".join(filter(None, told)), self.small)
        row = FIRST_ROW
        for table in tables:
            name = names[table.key + str(table.number)]
            sheet.write_url(row, 0, f"internal:'{name}'!A1", self.link, name)
            sheet.write_string(row, 1, table.title.text, self.text)
            row += 1
        for figure in (block for block in self.report.blocks() if isinstance(block, Figure)):
            sheet.write_string(row, 0, self.words.text("formats.figure", number=figure.number))
            sheet.write_string(row, 1, f"{figure.title.text}\n{figure.alt}", self.text)
            row += 1

    def _table(self, sheet: Worksheet, table: Table) -> None:
        ranged = [any(_has_range(row, place) for row in table.rows) for place in range(len(table.columns))]
        sheet.write_string(0, 0, table.title.text, self.title)
        sheet.write_string(1, 0, table.unit, self.small)
        column = 0
        for place, one in enumerate(table.columns):
            signs = min(max(one.width * WHOLE, NARROWEST), WIDEST)
            ends = (self.words.text("formats.from"), self.words.text("formats.to")) if ranged[place] else ()
            heads = [one.title, *ends]
            for offset, head in enumerate(heads):
                sheet.set_column(column + offset, column + offset, signs if not offset else NARROWEST)
                sheet.write_string(FIRST_ROW - 1, column + offset, head, self.head)
            column += len(heads)
        for number, row in enumerate(table.rows, start=FIRST_ROW):
            self._row(sheet, number, row, ranged)
        sheet.freeze_panes(FIRST_ROW, 1)
        if table.source:
            sheet.write_string(FIRST_ROW + len(table.rows) + 1, 0, table.source, self.small)

    def _row(self, sheet: Worksheet, number: int, row: Row, ranged: Sequence[bool]) -> None:
        column = 0
        for place, cell in enumerate(row.cells):
            if isinstance(cell, Number):
                self._number(sheet, number, column, cell)
            else:
                sheet.write_string(number, column, cell_text(cell, self.report.language),
                                   self.group if row.is_group else self.text)
            column += 3 if place < len(ranged) and ranged[place] else 1

    def _number(self, sheet: Worksheet, row: int, column: int, number: Number) -> None:
        if number.is_hidden or number.value is None:
            sheet.write_string(row, column, HIDDEN if number.is_hidden else MISSING, self.text)
            return
        for offset, value in enumerate((number.value, number.low, number.high)):
            if value is not None:
                sheet.write_number(row, column + offset, as_printed(value, number.style),
                                   self._format(number.style, number.is_emphasised and not offset))

    def _format(self, style: str, is_bold: bool) -> Any:
        if (style, is_bold) not in self.formats:
            self.formats[style, is_bold] = self.book.add_format(
                {"num_format": number_format(style), "valign": "top", "bold": is_bold})
        return self.formats[style, is_bold]


def _has_range(row: Row, place: int) -> bool:
    cell = row.cells[place] if place < len(row.cells) else None
    return isinstance(cell, Number) and not cell.is_hidden and cell.low is not None


def as_printed(value: float, style: str) -> float:
    """Return the value rounded to what the style prints; percentages stay shares of 1."""
    factor, decimals = _precision(style)
    rounded = round(value * factor, decimals)
    return rounded / PERCENT if factor == PERCENT else rounded


def number_format(style: str) -> str:
    """Return the spreadsheet's number format of a style."""
    factor, decimals = _precision(style)
    places = "." + "0" * decimals if decimals else ""
    if factor == PERCENT:
        return f"0{places}%"
    return f"#,##0{places}" + ('"%"' if style in STYLES and STYLES[style][2] == "%" else "")


def _precision(style: str) -> tuple[float, int]:
    if style not in STYLES:
        return 1.0, DECIMALS_OF_P
    return STYLES[style][0], STYLES[style][1]
