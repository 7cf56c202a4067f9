"""One call for each thing that is handed over; the application needs no other module of this package."""

from __future__ import annotations

from analysis.results.diagnosis import Diagnosis
from instruments.facts import StudyFacts
from instruments.schema import Text
from instruments.template import StudyTemplate
from reports.build.study import study_report
from reports.content import StudyReport
from reports.pdf import write_pdf
from reports.render import report_html, style_sheet


def study_report_html(diagnosis: Diagnosis, template: StudyTemplate, facts: StudyFacts, *, language: str,
                      title: Text | None = None) -> str:
    """Return the study's report as one HTML page that stands alone."""
    return report_html(study_report(diagnosis, template, facts, language=language, title=title), style=style_sheet())


def study_report_pdf(diagnosis: Diagnosis, template: StudyTemplate, facts: StudyFacts, *, language: str,
                     title: Text | None = None) -> bytes:
    """Return the study's report as PDF/UA-1; the same diagnosis gives the same bytes."""
    return report_pdf(study_report(diagnosis, template, facts, language=language, title=title))


def report_pdf(report: StudyReport) -> bytes:
    """Return any report's content as PDF."""
    return write_pdf(report_html(report), title=report.title, language=report.language, identifier=report.identifier,
                     frozen_on=report.frozen_on)
