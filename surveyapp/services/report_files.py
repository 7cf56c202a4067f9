"""A diagnosis report as other files than PDF: page, workbook of its tables, pictures, the summary's words to edit."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from instruments.codec import CodecError, from_document, to_document
from reports.content import Block, Callout, Columns, Group, Heading, StudyReport, Table
from reports.formats.pictures import report_pictures
from reports.formats.plain import block_lines, cell_text
from reports.formats.workbook import report_workbook
from reports.render import report_html, style_sheet
from surveyapp.errors import NotFound, Refused
from surveyapp.models.diagnosis import Report
from surveyapp.models.further_report import FurtherReport
from surveyapp.services.note_sheet_document import WordTable, word_document
from surveyapp.services.report_bitmaps import report_bitmaps

Piece = tuple[str, str] | WordTable
SUMMARY = "summary"


def report_words(report: StudyReport) -> bytes:
    """Return the summary's words (else the first part's) as a Word document to edit; no change there comes back."""
    has_summary = any(section.key == SUMMARY for section in report.sections)
    part = report.section(SUMMARY).part if has_summary else report.sections[0].part
    pieces: list[Piece] = [(report.cover.label, "Hint")] if report.cover.label else []
    pieces.append((report.title, "Title"))
    for section in (one for one in report.sections if one.part == part):
        pieces.append((section.title.text, "Heading1"))
        pieces += [(section.lead.text, "Normal")] if section.lead else []
        for block in section.blocks:
            pieces += _pieces(block, report.language)
    return word_document(pieces, report.language)


def _pieces(block: Block, language: str) -> list[Piece]:
    if isinstance(block, (Group, Columns)):
        inner = block.blocks if isinstance(block, Group) else block.left + block.right
        return [piece for one in inner for piece in _pieces(one, language)]
    if isinstance(block, Heading):
        return [(block.text, "Heading2")]
    if isinstance(block, Table):
        n = len(block.columns)
        rows = tuple((*(cell_text(cell, language) for cell in row.cells), *[""] * (n - len(row.cells)))
                     for row in block.rows)
        table = WordTable((tuple(column.title for column in block.columns), *rows),
                          tuple(column.width for column in block.columns))
        return [(block.title.text, "Heading2"), table, *([(block.source, "Hint")] if block.source else [])]
    if isinstance(block, Callout):
        return [(line, "Normal" if place else "Heading2") for place, line in enumerate(block_lines(block, language))]
    return [(line, "Normal") for line in block_lines(block, language) if line]


def report_page(report: StudyReport) -> bytes:
    """Return the report as one HTML page that stands alone."""
    return report_html(report, style=style_sheet()).encode()


# format → content type and how it is made
FILES: Mapping[str, tuple[str, Callable[[StudyReport], bytes]]] = MappingProxyType({
    "html": ("text/html; charset=utf-8", report_page),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", report_workbook),
    "svg": ("application/zip", report_pictures),
    "png": ("application/zip", report_bitmaps),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", report_words),
})
DRAWN = "png"           # by a worker only
ENDINGS: Mapping[str, str] = MappingProxyType({"svg": "svg.zip", "png": "png.zip"})


def packed(report: StudyReport) -> bytes:
    """Return what a report says, small enough to be kept with its file."""
    text = json.dumps(to_document(report), ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), mtime=0)


def content_of(stored: Report | FurtherReport) -> StudyReport:
    """Return what a stored report says; NotFound for one written before that was kept."""
    if stored.tree is not None:
        try:
            return from_document(StudyReport, json.loads(gzip.decompress(stored.tree)))
        except CodecError:
            pass
    raise NotFound("This report was written by an earlier version and is there as PDF only.", "Diagnose again.")


def report_file(stored: Report | FurtherReport, format: str) -> tuple[bytes, str, str]:
    """Return a stored report in another form, its content type and the end of its name.

    NotFound for no such form, Refused for figures that no worker has drawn yet.
    """
    if format not in FILES:
        raise NotFound("Reports are not handed over in this form.", "There are: {known}.", known=", ".join(FILES))
    content_type, make = FILES[format]
    content = _drawn(stored) if format == DRAWN else make(content_of(stored))
    return content, content_type, ENDINGS.get(format, format)


def _drawn(stored: Report | FurtherReport) -> bytes:
    """Return the figures that a worker has drawn: drawing takes seconds, in which a web worker would serve nobody."""
    if stored.pictures is None:
        content_of(stored)
        raise Refused("The figures of this report are not drawn yet.",
                      "Have them drawn in the list of reports, and take them there a moment later.")
    return stored.pictures
