"""A report in every form that a gate looks at: content, HTML, PDF, the words of its pages."""

from __future__ import annotations

import html
import io
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pikepdf
import pypdfium2

from reports.content import StudyReport
from reports.deliver import report_pdf
from reports.render import report_html

HEADING = re.compile(r"<h([1-6])[^>]*>(.*?)</h\1>", re.DOTALL)


@dataclass(frozen=True)
class Printed:
    """One report as it is handed over, and what must not be found in it."""

    report: StudyReport
    html: str
    pdf: bytes
    names: frozenset[str] = frozenset()         # of people; none may be printed

    @cached_property
    def opened(self) -> pikepdf.Pdf:
        return pikepdf.open(io.BytesIO(self.pdf))

    @cached_property
    def pages(self) -> list[str]:
        """Return the words of each page."""
        document = pypdfium2.PdfDocument(self.pdf)
        try:
            return [_words(page) for page in document]
        finally:
            document.close()

    @cached_property
    def headings(self) -> list[tuple[int, str]]:
        """Return level and words of every heading of the HTML."""
        return [(int(level), squeezed(html.unescape(re.sub("<[^>]+>", "", text))))
                for level, text in HEADING.findall(self.html)]

    @property
    def language(self) -> str:
        return self.report.language


def print_report(report: StudyReport, names: frozenset[str] = frozenset()) -> Printed:
    """Return the report printed as it is handed over."""
    return Printed(report, report_html(report, is_traced=False), report_pdf(report), names)


def squeezed(text: str) -> str:
    """Return a text without white space, which a page may break anywhere."""
    return re.sub(r"\s+", "", text)


def _words(page: Any) -> str:
    words = page.get_textpage()
    try:
        return str(words.get_text_range())
    finally:
        words.close()
        page.close()
