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
import pytest

from reports import pdf as press
from reports.content import StudyReport
from reports.deliver import report_pdf
from reports.render import report_html
from tests.gates.lines import early_ends, lone_signs
from tests.gates.space import beyond, seams

HEADING = re.compile(r"<h([1-6])[^>]*>(.*?)</h\1>", re.DOTALL)


@dataclass(frozen=True)
class LaidOut:
    """What a look at the boxes of a layout finds."""

    beyond: list[str]                           # texts and charts that leave their place
    seams: list[tuple[str, str]]                # words before and after the end of each line
    ends: list[str]                             # lines that end early, or hold a single sign


@dataclass(frozen=True)
class Printed:
    """One report as it is handed over, and what must not be found in it."""

    report: StudyReport
    html: str
    pdf: bytes
    names: frozenset[str] = frozenset()         # of people; none may be printed
    laid_out: LaidOut | None = None             # what was seen while this was laid out; None = look again

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
    def seen(self) -> LaidOut:
        """Return what was seen of the layout, laid out again where nobody looked."""
        return self.laid_out or look(press.layout(self.html), self.language)

    @cached_property
    def headings(self) -> list[tuple[int, str]]:
        """Return level and words of every heading of the HTML."""
        return [(int(level), squeezed(html.unescape(re.sub("<[^>]+>", "", text))))
                for level, text in HEADING.findall(self.html)]

    @property
    def language(self) -> str:
        return self.report.language


def print_report(report: StudyReport, names: frozenset[str] = frozenset()) -> Printed:
    """Return the report printed here, with what left its place: one layout for the file and the look at its boxes."""
    html, draw, found = report_html(report, is_traced=False), press._document, []

    def watched(engine: Any, document: str) -> Any:
        drawn = draw(engine, document)
        found.append(look(drawn, report.language))
        return drawn

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(press, "_document", watched)
        pdf = press.write_pdf(html, title=report.title, language=report.language, identifier=report.identifier,
                              frozen_on=report.frozen_on)
    return Printed(report, html, pdf, names, found[0])


def print_apart(report: StudyReport, names: frozenset[str] = frozenset()) -> Printed:
    """Return the report printed as it is handed over, by a process of its own."""
    return Printed(report, report_html(report, is_traced=False), report_pdf(report), names)


def look(document: Any, language: str) -> LaidOut:
    """Return what a laid-out document shows."""
    return LaidOut(beyond(document), seams(document), (lone_signs if language == "zh" else early_ends)(document))


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
