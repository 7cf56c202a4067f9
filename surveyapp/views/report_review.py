"""Reviewing a report: read piece by piece, commented on, edited, responded to, written anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as Page

from reports.content import Block, Contents
from reports.render import block_html
from reports.reviewing import STANCES
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput, Refused
from surveyapp.models.account import Account
from surveyapp.models.diagnosis import Report, StoredDiagnosis
from surveyapp.services.diagnosis import diagnosis_of, get_report, request_reports
from surveyapp.services.report_release import list_releases
from surveyapp.services.report_review import (
    ReviewPart,
    add_comment,
    answer_comment,
    check_answered,
    list_comments,
    load_parts,
    mark_reviewed,
    n_open_comments,
    reviewers_of,
)
from surveyapp.services.report_wording import edit_wording, respond, responses_of, wording_edits
from surveyapp.services.study import get_study, template_of
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("report_review", __name__)
UNSOUND, STALE = 422, 409
PLACE = "/studies/<int:study_id>/reports/<int:report_id>/review"


@blueprint.get(PLACE)
@requires("can_read_results")
def show(study_id: int, report_id: int) -> str:
    """Show a report piece by piece, with what was said of each."""
    return _page(report_id)


def _page(report_id: int, fault: BadInput | Refused | None = None, place: str = "") -> str:
    session = read_session()
    report = get_report(session, g.study, report_id)
    content, parts = load_parts(session, report)
    stored = session.get_one(StoredDiagnosis, report.diagnosis_id)
    diagnosis, template = diagnosis_of(stored), template_of(session, g.study)
    people = {row.account_id for row in list_comments(session, report)} | {
        row.answered_by for row in list_comments(session, report)}
    return render_template(
        "report/review.html", study=g.study, report=report, content=content, parts=parts, fault=fault, place=place,
        shown=_shown(parts, place.partition(":")[0] or request.args.get("part", "")),
        drawn=_drawer({part.key for part in parts if part.pieces}),
        names={key: session.get_one(Account, key).name for key in people if key},
        reviewers=reviewers_of(session, report.diagnosis_id), n_open=n_open_comments(session, report.diagnosis_id),
        edits=wording_edits(session, report.diagnosis_id, report.language), stances=STANCES,
        problems=[(row.level.construct, template.construct(row.level.construct).name) for row in diagnosis.problems],
        responses={one.construct: one for one in responses_of(session, stored.id, diagnosis, template,
                                                              report.language)},
        is_released=any(one.diagnosis_id == report.diagnosis_id and not one.is_recalled
                        for one in list_releases(session, g.study)))


def _shown(parts: Iterable[ReviewPart], asked: str) -> set[str]:
    """Return the parts whose pieces are drawn; tables of appendices are thousands of cells, hardly ever discussed."""
    return {part.key for part in parts
            if not part.is_appendix or part.key == asked or any(piece.comments for piece in part.pieces)}


def _status(fault: BadInput | Refused) -> int:
    return UNSOUND if isinstance(fault, BadInput) else STALE


def _drawer(keys: Iterable[str]) -> Callable[[Block, str], Markup]:
    """Return what draws a block: a link to a part of the report leads to that part of this page."""
    anchors = frozenset(keys)

    def drawn(block: Block, language: str) -> Markup:
        if isinstance(block, Contents):
            return Markup("")
        html = block_html(block, language, anchors=anchors)
        for key in anchors:
            html = html.replace(f'href="#{key}"', f'href="#part-{key}"')
        return Markup(html)  # noqa: S704  # a block of the report; its template escapes
    return drawn


def _report(report_id: int) -> Report:
    return get_report(read_session(), g.study, report_id)


def _back(study_id: int, report_id: int, place: str = "") -> Page:
    return redirect(url_for("report_review.show", study_id=study_id, report_id=report_id,
                            part=place.partition(":")[0] or None, _anchor=place.replace(":", "-") or None))


@blueprint.post(f"{PLACE}/comments")
@requires("can_read_results")
def comment(study_id: int, report_id: int) -> Page | tuple[str, int]:
    """Comment on a piece."""
    place = request.form.get("place", "")
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            add_comment(session, study, get_report(session, study, report_id), place, request.form.get("text", ""),
                        current_account())
    except (BadInput, Refused) as fault:
        return _page(report_id, fault, place), _status(fault)
    return _back(study_id, report_id, place)


@blueprint.post(f"{PLACE}/comments/<int:number>")
@requires("can_run_studies")
def answer(study_id: int, report_id: int, number: int) -> Page | tuple[str, int]:
    """Answer a comment."""
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            row = answer_comment(session, study, get_report(session, study, report_id), number,
                                 request.form.get("text", ""), current_account())
            place = row.place
    except (BadInput, Refused) as fault:
        return _page(report_id, fault), _status(fault)
    return _back(study_id, report_id, place)


@blueprint.post(f"{PLACE}/wordings")
@requires("can_run_studies")
def wording(study_id: int, report_id: int) -> Page | tuple[str, int]:
    """Store another wording of a sentence."""
    form = request.form
    place = form.get("place", "")
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            edit_wording(session, study, get_report(session, study, report_id), place.partition(":")[0],
                         form.get("original", ""), form.get("text", ""), form.get("reason", ""), current_account())
    except (BadInput, Refused) as fault:
        return _page(report_id, fault, place), _status(fault)
    flash(_("Stored. It stands in the next version of the report."))
    return _back(study_id, report_id, place)


@blueprint.post(f"{PLACE}/responses")
@requires("can_record_actions")
def response(study_id: int, report_id: int) -> Page | tuple[str, int]:
    """Store what management says of a problem."""
    form = request.form
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            report = get_report(session, study, report_id)
            diagnosis = diagnosis_of(session.get_one(StoredDiagnosis, report.diagnosis_id))
            respond(session, study, report.diagnosis_id, [row.level.construct for row in diagnosis.problems],
                    form.get("construct", ""), form.get("stance", ""), form.get("reason", ""), current_account())
    except (BadInput, Refused) as fault:
        return _page(report_id, fault, "responses"), _status(fault)
    flash(_("Stored. It stands in the next version of the report."))
    return _back(study_id, report_id, "responses")


@blueprint.post(f"{PLACE}/reviewed")
@requires("can_read_results")
def reviewed(study_id: int, report_id: int) -> Page | tuple[str, int]:
    """Note that the reader finds the report fit to be released."""
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            mark_reviewed(session, study, get_report(session, study, report_id), current_account())
    except Refused as fault:
        return _page(report_id, fault), _status(fault)
    return _back(study_id, report_id)


@blueprint.post(f"{PLACE}/versions")
@requires("can_run_studies")
def write(study_id: int, report_id: int) -> Page | tuple[str, int]:
    """Ask for another draft, or for the version to be released once every comment is answered."""
    is_final = request.form.get("version") == "final"
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            report = get_report(session, study, report_id)
            if is_final:
                check_answered(session, report.diagnosis_id)
            request_reports(session, study, template_of(session, study).languages, current_account(),
                            is_final=is_final)
    except Refused as fault:
        return _page(report_id, fault), _status(fault)
    flash(_("The report is being written. Load this page again in a moment."))
    return redirect(url_for("report.index", study_id=study_id))
