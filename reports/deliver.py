"""One call for each thing that is handed over; the application needs no other module of this package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from analysis.results.diagnosis import Diagnosis
from analysis.results.joint import JointRecord
from instruments.facts import StudyFacts
from instruments.schema import Text
from instruments.template import StudyTemplate
from reports.apart import pdf_apart
from reports.content import StudyReport
from reports.measured.frame import Subject
from reports.measurement import measurement_report
from reports.pdf import MissingGlyphs
from reports.render import report_html, style_sheet
from reports.sections.study import study_report
from reports.wording import Words

UNKNOWN = "□"               # stands for a sign that no font has


def study_report_html(diagnosis: Diagnosis, template: StudyTemplate, facts: StudyFacts, *, language: str,
                      title: Text | None = None, joint: JointRecord | None = None) -> str:
    """Return the study's report as one HTML page that stands alone."""
    report = study_report(diagnosis, template, facts, language=language, title=title, joint_record=joint)
    return report_html(report, style=style_sheet())


def study_report_pdf(diagnosis: Diagnosis, template: StudyTemplate, facts: StudyFacts, *, language: str,
                     title: Text | None = None, is_specimen: bool = False,
                     joint: JointRecord | None = None) -> bytes:
    """Return the study's report as PDF/UA-1; the same content gives the same bytes. A specimen is marked as one."""
    report = study_report(diagnosis, template, facts, language=language, title=title, joint_record=joint)
    return report_pdf(replace(report, watermark=Words(language).text("front.specimen")) if is_specimen else report)


def report_pdf(report: StudyReport) -> bytes:
    """Return any report's content as PDF."""
    return pdf_apart(report_html(report, is_traced=False), title=report.title, language=report.language,
                     identifier=report.identifier, frozen_on=report.frozen_on)


def measurement_report_pdf(results: Mapping[str, Any], subject: Subject, *, language: str) -> bytes:
    """Return the measurement report as PDF; `results` as `measure` gives them, by analysis id.

    Labels of a file may be in any script: a sign that the fonts lack is printed as an empty box.
    """
    return forgiving_pdf(measurement_report(results, subject, language=language))


def forgiving_pdf(report: StudyReport) -> bytes:
    """Return a report as PDF; a sign that the fonts lack, typed into a label or an edit, is printed as an empty box."""
    try:
        return report_pdf(report)
    except MissingGlyphs as lacking:
        html = report_html(report, is_traced=False).translate(dict.fromkeys(map(ord, lacking.characters), UNKNOWN))
        return pdf_apart(html, title=report.title, language=report.language, identifier=report.identifier,
                         frozen_on=report.frozen_on)
