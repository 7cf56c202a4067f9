"""What the interviews say together: evidence, crosstabs, co-occurrence, saturation, negative cases, the case matrix."""

from __future__ import annotations

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as Redirect

from reports.charts.draw import draw
from reports.evidence import evidence_parts, saturation_figure
from reports.wording import Words
from surveyapp.db.session import read_session, transaction
from surveyapp.forms.coding import column_number
from surveyapp.services.case_columns import case_columns
from surveyapp.services.case_matrix import FORMATS, export_cases
from surveyapp.services.claim import list_claims, searches_of_codes
from surveyapp.services.codebook import load_codebook
from surveyapp.services.interview import guide_of
from surveyapp.services.interview_analysis import (
    attributes_of,
    events_since,
    last_job,
    newest_analysis,
    request_analysis,
    shown_analysis,
    unreleased_interviews,
)
from surveyapp.services.saturation_rule import saturation_rule, set_saturation_rule
from surveyapp.services.saved_query import record_search
from surveyapp.services.study import get_study
from surveyapp.views.access import current_account, reader_language, requires

blueprint = Blueprint("interview_analysis", __name__)
PLACE = "/studies/<int:study_id>/interview-analysis"


@blueprint.get(PLACE)
@requires("can_code")
def show(study_id: int) -> str:
    """Show the newest analyses, and what was searched for against each code and claim."""
    session, account = read_session(), current_account()
    found, guide, words = shown_analysis(session, g.study), guide_of(g.study), Words(reader_language())

    def role_name(key: str) -> str:
        return guide.roles[key].get(reader_language(), key) if guide and key in guide.roles else key

    lines = {row.code: evidence_parts(row, words, role_name) for row in found.evidence} if found else {}
    figure = saturation_figure(found.saturation, words) if found else None
    chart = draw(figure.chart, figure.alt, reader_language()) if figure else ""
    tables = {table.grouping: table for table in found.crosstabs} if found else {}
    return render_template(
        "interview_analysis/show.html", chart=Markup(chart),  # noqa: S704  # draw() escapes every text
        study=g.study, guide=guide, codebook=load_codebook(session, g.study),
        found=found, stored=newest_analysis(session, g.study), job=last_job(session, g.study), lines=lines,
        claims=list_claims(session, g.study, account), searches=searches_of_codes(session, g.study),
        n_since=events_since(session, g.study, found.provenance) if found else 0,
        chosen=tables.get(request.args.get("column", ""), next(iter(tables.values()), None)),
        names={column.key: column.name for column in case_columns(session, g.study)},
        not_compared=[key for key in attributes_of(session, g.study) if key not in tables] if found else [],
        rule=saturation_rule(g.study), running=sorted(unreleased_interviews(session, g.study)))


@blueprint.post(PLACE)
@requires("can_run_studies")
def compute(study_id: int) -> Redirect:
    """Ask for the analyses anew."""
    with transaction() as session:
        request_analysis(session, get_study(session, study_id), current_account())
    flash(_("The analyses are being computed; load this page again in a moment."))
    return redirect(url_for("interview_analysis.show", study_id=study_id))


@blueprint.post(f"{PLACE}/saturation")
@requires("can_run_studies")
def judge_saturation(study_id: int) -> Redirect:
    """Set by what saturation is judged, and compute the analyses by it."""
    with transaction() as session:
        study = get_study(session, study_id)
        set_saturation_rule(session, study, current_account(), request.form)
        request_analysis(session, study, current_account())
    flash(_("Saturation is judged by these numbers now; the analyses are being computed."))
    return redirect(url_for("interview_analysis.show", study_id=study_id, _anchor="saturation"))


@blueprint.post(f"{PLACE}/negative")
@requires("can_code")
def search_negative(study_id: int) -> Redirect:
    """Record that somebody looked for what speaks against a code or a claim."""
    number = request.form.get("query", None, type=column_number)
    with transaction() as session:
        record_search(session, get_study(session, study_id), current_account(), code=request.form.get("code", ""),
                      query=number, outcome=request.form.get("outcome", ""), method=request.form.get("method", ""))
    flash(_("The search is recorded."))
    return redirect(url_for("interview_analysis.show", study_id=study_id, _anchor="negative"))


@blueprint.get(f"{PLACE}/cases/<values>.<format>")
@requires("can_code")
def cases(study_id: int, values: str, format: str) -> Response:
    """Hand out interviews by codes as a file."""
    with transaction() as session:
        content = export_cases(session, get_study(session, study_id), current_account(), values, format)
    return Response(content, content_type=FORMATS[format], headers={
        "Content-Disposition": f'attachment; filename="cases-{values}.{format}"'})
