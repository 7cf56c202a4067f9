"""Reports of a study: listed and opened."""

from __future__ import annotations

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from surveyapp.db.session import read_session, transaction
from surveyapp.services.diagnosis import get_report, list_jobs, list_reports, newest_diagnosis, waves_by_diagnosis
from surveyapp.services.evidence import load_evidence
from surveyapp.services.further_report import (
    JOB,
    KINDS,
    OF_A_WAVE,
    get_further_report,
    list_further_reports,
    request_further_report,
)
from surveyapp.services.report_drawing import drawing_jobs, list_drawn, request_pictures
from surveyapp.services.report_files import FILES, report_file
from surveyapp.services.report_release import list_releases
from surveyapp.services.study import get_study, get_wave, list_waves
from surveyapp.views.access import current_account, reader_language, requires
from surveyapp.views.report_html import drawn_block, drawn_statement
from surveyapp.views.shown_wave import asked_wave, shown_wave

blueprint = Blueprint("report", __name__)


@blueprint.get("/studies/<int:study_id>/reports")
@requires("can_read_results")
def index(study_id: int) -> str:
    """List the reports."""
    session = read_session()
    releases = list_releases(session, g.study)
    closed = [wave for wave in reversed(list_waves(session, g.study)) if wave.closed_at and not wave.is_pilot]
    return render_template(
        "report/index.html", study=g.study, reports=list_reports(session, g.study), releases=releases,
        released={one.diagnosis_id for one in releases if not one.is_recalled}, formats=tuple(FILES), kinds=KINDS,
        of_a_wave=OF_A_WAVE, wave_of=waves_by_diagnosis(session, g.study),
        further=list_further_reports(session, g.study), waves={wave.id: wave for wave in closed},
        drawn=list_drawn(session, g.study), drawing=drawing_jobs(session, g.study),
        job=next((job for job in list_jobs(session, g.study) if job.kind == JOB), None))


@blueprint.post("/studies/<int:study_id>/reports")
@requires("can_run_studies")
def write(study_id: int) -> Redirect:
    """Ask for a report of another kind."""
    kind, key = request.form.get("kind", ""), request.form.get("wave", "")
    with transaction() as session:
        study = get_study(session, study_id)
        wave = get_wave(session, study, key) if key else None
        request_further_report(session, study, kind, wave, current_account())
    flash(_("The report is being written. Load this page again in a moment."))
    return redirect(url_for("report.index", study_id=study_id))


@blueprint.get("/studies/<int:study_id>/reports/further/<int:number>")
@requires("can_read_results")
def further(study_id: int, number: int) -> Response:
    """Hand over the PDF of a report of another kind."""
    row = get_further_report(read_session(), g.study, number)
    return _file(row.content, "application/pdf", f"{row.kind}-{g.study.id}-{row.id}-{row.language}.pdf", is_page=True)


@blueprint.get("/studies/<int:study_id>/reports/further/<int:number>/<format>")
@requires("can_read_results")
def further_other(study_id: int, number: int, format: str) -> Response:
    """Hand over what a report of another kind says in another form."""
    row = get_further_report(read_session(), g.study, number)
    content, content_type, ending = report_file(row, format)
    return _file(content, content_type, f"{row.kind}-{g.study.id}-{row.id}-{row.language}.{ending}",
                 is_page=format == "html")


@blueprint.post("/studies/<int:study_id>/reports/pictures")
@requires("can_read_results")
def draw_pictures(study_id: int) -> Redirect:
    """Ask for the figures of a report as PNG; a worker draws them once, for everybody."""
    which, number = request.form.get("which", ""), request.form.get("number", "")
    with transaction() as session:
        study = get_study(session, study_id)
        job = request_pictures(session, study, which, _number(number), current_account())
    flash(_("The figures are drawn: take them from the list.") if job is None
          else _("The figures are being drawn. Load this page again in a moment."))
    return redirect(url_for("report.index", study_id=study_id))


@blueprint.get("/studies/<int:study_id>/reports/summary")
@requires("can_read_results")
def summary(study_id: int) -> str:
    """Show the summary of a diagnosis, the newest or a wave's; every sentence leads to its evidence."""
    session = read_session()
    found = load_evidence(session, g.study, reader_language(), asked_wave(session, g.study))
    shown = shown_wave(session, g.study, found.stored if found else None, newest_diagnosis(session, g.study))
    return render_template("report/summary.html", study=g.study, found=found, draw=drawn_block, say=drawn_statement,
                           shown=shown)


@blueprint.get("/studies/<int:study_id>/reports/<int:report_id>")
@requires("can_read_results")
def show(study_id: int, report_id: int) -> Response:
    """Hand over a report's file."""
    report = get_report(read_session(), g.study, report_id)
    name = f"report-{g.study.id}-{report.id}-{report.language}.{report.format}"
    return _file(report.content, "application/pdf", name, is_page=True)


@blueprint.get("/studies/<int:study_id>/reports/<int:report_id>/<format>")
@requires("can_read_results")
def other(study_id: int, report_id: int, format: str) -> Response:
    """Hand over what a report says in another form."""
    report = get_report(read_session(), g.study, report_id)
    content, content_type, ending = report_file(report, format)
    return _file(content, content_type, f"report-{g.study.id}-{report.id}-{report.language}.{ending}",
                 is_page=format == "html")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004 - fits the column


def _file(content: bytes, content_type: str, name: str, *, is_page: bool) -> Response:
    """Return a file, opened in the browser where it is a page."""
    headers = {"Content-Disposition": f'{"inline" if is_page else "attachment"}; filename="{name}"'}
    if is_page:
        # The browser's own viewer needs styles and scripts of its own, which the page policy forbids.
        headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    return Response(content, content_type=content_type, headers=headers)
