"""Reports of a study: listed and opened."""

from __future__ import annotations

from flask import Blueprint, Response, g, render_template

from surveyapp.db.session import read_session
from surveyapp.services.diagnosis import get_report, list_reports
from surveyapp.services.report_files import FILES, report_file
from surveyapp.views.access import requires

blueprint = Blueprint("report", __name__)


@blueprint.get("/studies/<int:study_id>/reports")
@requires("can_read_results")
def index(study_id: int) -> str:
    """List the reports."""
    return render_template("report/index.html", study=g.study, reports=list_reports(read_session(), g.study),
                           formats=tuple(FILES))


@blueprint.get("/studies/<int:study_id>/reports/<int:report_id>")
@requires("can_read_results")
def show(study_id: int, report_id: int) -> Response:
    """Hand over a report's file."""
    report = get_report(read_session(), g.study, report_id)
    name = f"report-{g.study.id}-{report.id}-{report.language}.{report.format}"
    return Response(report.content, mimetype="application/pdf", headers={
        "Content-Disposition": f'inline; filename="{name}"',
        # The browser's own viewer needs styles and scripts of its own, which the page policy forbids.
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    })


@blueprint.get("/studies/<int:study_id>/reports/<int:report_id>/<format>")
@requires("can_read_results")
def other(study_id: int, report_id: int, format: str) -> Response:
    """Hand over what a report says in another form."""
    report = get_report(read_session(), g.study, report_id)
    content, content_type, ending = report_file(report, format)
    name = f"report-{g.study.id}-{report.id}-{report.language}.{ending}"
    headers = {"Content-Disposition": f'{"inline" if format == "html" else "attachment"}; filename="{name}"'}
    if format == "html":
        headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    return Response(content, content_type=content_type, headers=headers)
