"""The joint display: both sources side by side, judged by people; confidence in claims; the sheet."""

from __future__ import annotations

import io

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from analysis.diagnosis.joint import GROUPS
from analysis.results.joint import (
    ANSWER_KINDS,
    COMPONENTS,
    CONCERNS,
    CONFIDENCES,
    JointRow,
)
from reports.sections.joint_words import JointWords, is_dissonant
from reports.sections.source import Source
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import NotFound, Refused, Stale, marked
from surveyapp.forms.joint import SHOWN, WantedRows, read_judgement, read_statement, read_wanted_rows
from surveyapp.services.joint import Display, evidence_hash, load_display, searches_of
from surveyapp.services.joint_judgement import (
    CHOICES,
    LONGEST_REASON,
    SHORTEST_REASON,
    draw_second,
    judge_row,
    settle_row,
    state_confidence,
    waive_second,
)
from surveyapp.services.joint_sheet import shared_display, write_joint_sheet
from surveyapp.services.study import facts_of, get_study
from surveyapp.views.access import current_account, reader_language, requires
from surveyapp.views.shown_wave import newest_shown

blueprint = Blueprint("joint", __name__)
PLACE = "/studies/<int:study_id>/joint"
ROW = f"{PLACE}/rows/<key>"
CLAIM = f"{PLACE}/confidence/<key>"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Page = str | Response | tuple[str, int]


@blueprint.get(PLACE)
@requires("can_read_results")
def index(study_id: int) -> str:
    """Show the rows that are asked for, the raters' agreement and the integrated instrument table."""
    display = load_display(read_session(), g.study, current_account())
    if display is None:
        return render_template("joint/index.html", study=g.study, display=None)
    wanted = read_wanted_rows(request.args, GROUPS)
    return render_template("joint/index.html", study=g.study, display=display, told=_told(display), wanted=wanted,
                           shown=newest_shown(read_session(), g.study),
                           rows=[row for row in display.rows if _is_wanted(display, row, wanted)], groups=GROUPS,
                           states=SHOWN, shortest=SHORTEST_REASON)


def _told(display: Display) -> JointWords:
    return JointWords(Source(display.diagnosis, display.template, facts_of(g.study), reader_language()))


def _is_wanted(display: Display, row: JointRow, wanted: WantedRows) -> bool:
    if wanted.group and row.group != wanted.group:
        return False
    judged = display.record.of(row.key)
    if not wanted.state:
        return True
    if row.silent_by_design:
        return False
    special = {"dissonance": is_dissonant(row, judged), "stale": judged.is_stale,
               "mine": judged.state in ("open", "awaiting_second") and row.key not in display.own}
    return special.get(wanted.state, judged.state == wanted.state)


@blueprint.get(ROW)
@requires("can_read_results")
def row(study_id: int, key: str) -> str:
    """Show one row with everything behind it, and the form to judge it."""
    return _row_page(key)


@blueprint.post(ROW)
@requires("can_run_studies")
def judge(study_id: int, key: str) -> Page:
    """Store a judgement of the row, or how a difference between two raters was settled."""
    typed = read_judgement(request.form)
    deed = settle_row if request.form.get("deed") == "settle" else judge_row
    try:
        with transaction() as session:
            deed(session, get_study(session, study_id), key, typed, current_account())
    except Refused as fault:
        return _row_page(key, fault=fault, typed=typed), 409 if isinstance(fault, Stale) else 422
    flash(_("The judgement was stored."))
    return redirect(url_for("joint.index", study_id=study_id, _anchor=f"row-{key}"))


def _row_page(key: str, **shown: object) -> str:
    display = load_display(read_session(), g.study, current_account())
    found = display.row(key) if display is not None else None
    if display is None or found is None:
        raise NotFound(marked("There is no such row in the joint display."), marked("See the list of rows."))
    source = _told(display)
    said = source.study.evidence(found.spoken.code)
    design = next(one for one in display.designs if one.key == key)
    return render_template(
        "joint/row.html", study=g.study, display=display, told=source, row=found, design=design,
        judged=display.record.of(key), own=display.own.get(key), evidence=evidence_hash(found), choices=CHOICES,
        answer_kinds=ANSWER_KINDS, quotes=source.study.passages(said.quotes, 3) if said is not None else (),
        shortest=SHORTEST_REASON, longest=LONGEST_REASON, **shown)


@blueprint.post(f"{PLACE}/draw")
@requires("can_run_studies")
def draw(study_id: int) -> Response:
    """Draw the rows that a second person judges."""
    with transaction() as session:
        draw_second(session, get_study(session, study_id), current_account())
    return redirect(url_for("joint.index", study_id=study_id, _anchor="raters"))


@blueprint.post(f"{PLACE}/waive")
@requires("can_run_studies")
def waive(study_id: int) -> Response:
    """Go without a second rater, for a reason that is printed."""
    with transaction() as session:
        waive_second(session, get_study(session, study_id), request.form.get("reason", ""), current_account())
    return redirect(url_for("joint.index", study_id=study_id, _anchor="raters"))


@blueprint.get(f"{PLACE}/sheet.xlsx")
@requires("can_read_results")
def sheet(study_id: int) -> Response:
    """Give the display as a spreadsheet."""
    stream = io.BytesIO()
    write_joint_sheet(shared_display(read_session(), g.study), g.study, reader_language(), stream)
    stream.seek(0)
    return send_file(stream, XLSX, as_attachment=True, download_name=f"joint-display-{g.study.id}.xlsx")


# ---- confidence -----------------------------------------------------------------------------------------------------
@blueprint.get(f"{PLACE}/confidence")
@requires("can_read_results")
def confidence(study_id: int) -> str:
    """List the claims with the confidence stated of them."""
    display = load_display(read_session(), g.study, current_account())
    stated = {one.claim: one for one in display.record.confidence} if display is not None else {}
    return render_template("joint/confidence.html", study=g.study, display=display, stated=stated,
                           told=_told(display) if display is not None else None)


@blueprint.get(CLAIM)
@requires("can_read_results")
def claim(study_id: int, key: str) -> str:
    """Show a claim with its evidence, and the form to state confidence in it."""
    return _claim_page(key)


@blueprint.post(CLAIM)
@requires("can_run_studies")
def state(study_id: int, key: str) -> Page:
    """Store the confidence in a claim."""
    typed = read_statement(request.form)
    try:
        with transaction() as session:
            state_confidence(session, get_study(session, study_id), key, typed, current_account())
    except Refused as fault:
        return _claim_page(key, fault=fault, typed=typed), 409 if isinstance(fault, Stale) else 422
    flash(_("The confidence was stored."))
    return redirect(url_for("joint.confidence", study_id=study_id, _anchor=f"claim-{key}"))


def _claim_page(key: str, **shown: object) -> str:
    display = load_display(read_session(), g.study, current_account())
    found = display.claim(key) if display is not None else None
    if display is None or found is None:
        raise NotFound(marked("There is no such claim in the diagnosis."), marked("See the list of claims."))
    stated = next((one for one in display.record.confidence if one.claim == key), None)
    return render_template(
        "joint/claim.html", study=g.study, told=_told(display), claim=found, stated=stated,
        searches=searches_of(read_session(), g.study, display, found), evidence=evidence_hash(found),
        components=COMPONENTS, concerns=CONCERNS, confidences=CONFIDENCES,
        shortest=SHORTEST_REASON, longest=LONGEST_REASON, **shown)
