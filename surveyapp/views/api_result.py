"""The API's operations on results: diagnosis, reports, jobs, interviews with their codings."""

from __future__ import annotations

from flask import Response, g, url_for

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import NotFound
from surveyapp.models.api_token import WRITE
from surveyapp.services.action import load_register
from surveyapp.services.action_sheet import register_document
from surveyapp.services.anonymised import masked, masked_result
from surveyapp.services.api_document import (
    coding_document,
    interview_document,
    job_document,
    newest_wave_of,
    report_document,
    result_document,
)
from surveyapp.services.diagnosis import get_job, get_report, list_reports, newest_diagnosis, request_diagnosis
from surveyapp.services.interview import get_interview
from surveyapp.services.interview_log import list_log
from surveyapp.services.passage import seen_codings
from surveyapp.services.report_release import get_release
from surveyapp.services.study import get_study, template_of
from surveyapp.views.api import PDF, api_account, operation, reply
from surveyapp.views.api_study import STUDY


@operation("GET", f"{STUDY}/diagnosis", permission="can_read_results", reply="DiagnosisResult")
def show_diagnosis(study_id: int) -> Response:
    """Show the newest diagnosis, as `surveyapp diagnose --json` prints it, without rows of people."""
    stored = newest_diagnosis(read_session(), g.study)
    if stored is None:
        raise NotFound("The study has no diagnosis yet.", "Close collection, then ask for one.")
    document = result_document(stored, newest_wave_of(read_session(), stored), template_of(read_session(), g.study),
                               has_rows=api_account().permissions.can_run_studies)
    return reply(masked_result(g.study, document))


@operation("POST", f"{STUDY}/diagnosis", permission="can_run_studies", scope=WRITE, reply="Job", status=202,
           is_heavy=True)
def ask_for_diagnosis(study_id: int) -> Response:
    """Ask for a new diagnosis with its reports; refused while answers still arrive."""
    with transaction() as session:
        study = get_study(session, study_id)
        job = request_diagnosis(session, study, template_of(session, study).languages, api_account())
    return reply(job_document(job), 202, Location=url_for("api.show_job", study_id=study_id, job_id=job.id))


@operation("GET", f"{STUDY}/jobs/<job_id>", permission="can_read_results", reply="Job")
def show_job(study_id: int, job_id: str) -> Response:
    """Show how far long work has come."""
    return reply(job_document(get_job(read_session(), g.study, job_id)))


@operation("GET", f"{STUDY}/reports", permission="can_read_results", reply="Reports")
def list_study_reports(study_id: int) -> Response:
    """List the reports that are made."""
    return reply({"reports": [report_document(row) for row in list_reports(read_session(), g.study)]})


@operation("GET", f"{STUDY}/reports/<int:report_id>", permission="can_read_results", reply={PDF: ""})
def fetch_report(study_id: int, report_id: int) -> Response:
    """Hand out a report's file."""
    report = get_report(read_session(), g.study, report_id)
    name = f"report-{study_id}-{report.id}-{report.language}.{report.format}"
    return Response(report.content, content_type=PDF, headers={
        "Content-Disposition": f'attachment; filename="{name}"'})


@operation("GET", f"{STUDY}/actions", permission="can_read_results", reply="ActionRegister")
def show_actions(study_id: int) -> Response:
    """Show the action register of the newest released report: decisions, milestones, readings, what is overdue."""
    session = read_session()
    return reply(masked(g.study, register_document(load_register(session, g.study, get_release(session, g.study)))))


@operation("GET", f"{STUDY}/interviews", permission="can_code", reply="Interviews")
def list_study_interviews(study_id: int) -> Response:
    """List the interviews of the log."""
    rows = list_log(read_session(), g.study, api_account())
    return reply({"interviews": [interview_document(row) for row in rows]})


@operation("GET", f"{STUDY}/interviews/<interview_key>/codings", permission="can_code", reply="Codings")
def list_codings(study_id: int, interview_key: str) -> Response:
    """List the coded passages of an interview that the account may see; in a blind round only one's own."""
    session = read_session()
    interview = get_interview(session, g.study, interview_key)
    rows = seen_codings(session, interview, api_account())
    return reply({"interview": interview.key, "codings": [coding_document(row) for row in rows]})
