"""The action register: what was decided on the measures of a released report, and what a later wave shows of it."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from analysis.results.actions import DECISIONS, MILESTONE_STATES, PROGRESS, FollowUp
from instruments.schema import Text
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput, NotFound, Refused
from surveyapp.forms.action import OWN, TypedAction, action_from, read_typed, typed_of, whole_number
from surveyapp.models.report_release import ReportRelease
from surveyapp.services.action import (
    Register,
    StaleAction,
    carry_over,
    list_versions,
    load_register,
    save_action,
    take_back,
)
from surveyapp.services.action_file import import_actions
from surveyapp.services.action_overdue import kpi_due
from surveyapp.services.action_sheet import kpi_name, read_text, write_action_sheet
from surveyapp.services.anonymised import masks_of
from surveyapp.services.diagnosis import diagnosis_of, newest_diagnosis
from surveyapp.services.organisation import department_item
from surveyapp.services.report_release import find_release, get_release, list_releases
from surveyapp.services.study import get_study, template_of
from surveyapp.views.access import current_account, reader_language, requires

blueprint = Blueprint("action", __name__)
PLACE = "/studies/<int:study_id>/actions"
REPORT = f"{PLACE}/<int:number>"
MEASURE = f"{REPORT}/<measure>"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UNSOUND, STALE = 422, 409
Page = str | Response | tuple[str, int]


def _read(text: Text) -> str:
    return read_text(text, reader_language())


def _register(number: int | None = None) -> Register:
    session = read_session()
    return load_register(session, g.study, get_release(session, g.study, number))


def _shared(register: Register) -> dict[str, Any]:
    """Return what every page of a register is drawn from."""
    return {"study": g.study, "register": register, "release": register.release, "read": _read, "kpi_due": kpi_due,
            "kpi_name": lambda row, kpi: kpi_name(row, kpi, reader_language()),
            "unit_names": {choice.value: _read(choice.label) for choice in register.units}}


@blueprint.get(PLACE)
@requires("can_read_results")
def index(study_id: int) -> str:
    """Show the register of the newest released report."""
    release = find_release(read_session(), g.study)
    if release is None:
        return render_template("action/index.html", study=g.study, register=None, releases=())
    return _index(release)


@blueprint.get(REPORT)
@requires("can_read_results")
def show(study_id: int, number: int) -> str:
    """Show the register of one released report."""
    return _index(get_release(read_session(), g.study, number))


def _index(release: ReportRelease, fault: Refused | None = None) -> str:
    session = read_session()
    register = load_register(session, g.study, release).in_words_of(reader_language())
    releases = list_releases(session, g.study)
    return render_template(
        "action/index.html", releases=releases, fault=_translated(fault), follow_up=_has_follow_up(),
        earlier=next((one for one in releases if one.number < release.number), None), **_shared(register))


def _has_follow_up() -> bool:
    stored = newest_diagnosis(read_session(), g.study)
    return stored is not None and stored.document.get("follow_up") is not None


@blueprint.get(f"{PLACE}/change")
@requires("can_read_results")
def change(study_id: int) -> str:
    """Show what the newest wave says of the measures that were decided on before it."""
    session = read_session()
    stored = newest_diagnosis(session, g.study)
    found = diagnosis_of(stored).follow_up if stored is not None else None
    if found is None:
        raise NotFound("No later wave has been diagnosed after decisions on a released report.",
                       "Release a report, record decisions, ask again, and diagnose the new wave.")
    template, item = template_of(session, g.study), department_item(template_of(session, g.study))
    rules = template.rules.measures if template.rules else ()
    return render_template(
        "action/change.html", study=g.study, found=_told(found), read=_read, measures={one.key: one for one in rules},
        names={one.key: one.name for one in template.constructs},
        unit_names={choice.value: _read(choice.label) for choice in item.choices} if item is not None else {})


def _told(found: FollowUp) -> FollowUp:
    return replace(found, actions=tuple(replace(row, action=row.action.in_words_of(reader_language()))
                                        for row in found.actions))


@blueprint.get(f"{REPORT}/sheet.xlsx")
@requires("can_read_results")
def sheet(study_id: int, number: int) -> Response:
    """Give the register with the list of what is overdue as a spreadsheet."""
    stream = io.BytesIO()
    write_action_sheet(_register(number), reader_language(), stream, masks_of(g.study))
    stream.seek(0)
    return send_file(stream, XLSX, as_attachment=True, download_name=f"actions-{g.study.id}-{number}.xlsx")


@blueprint.post(f"{REPORT}/import")
@requires("can_record_actions")
def load(study_id: int, number: int) -> Page:
    """Take over the register's spreadsheet as it was changed."""
    file = request.files.get("file")
    release = get_release(read_session(), g.study, number)
    if file is None or not file.filename:
        return _index(release, BadInput("No file was chosen.", "Choose the changed sheet of this page.")), UNSOUND
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            changed = import_actions(session, study, get_release(session, study, number), file.read(), file.filename,
                                     current_account())
    except BadInput as fault:
        return _index(release, fault), UNSOUND
    flash(ngettext("%(num)d measure was changed.", "%(num)d measures were changed.", len(changed)))
    return redirect(url_for("action.show", study_id=study_id, number=number))


@blueprint.post(f"{REPORT}/carry-over")
@requires("can_record_actions")
def take_over(study_id: int, number: int) -> Response:
    """Take over decisions of an earlier report on measures that have none here."""
    with transaction() as session:
        study = get_study(session, study_id)
        earlier = get_release(session, study, whole_number(request.form.get("earlier", "")))
        taken = carry_over(session, study, get_release(session, study, number), earlier, current_account())
    flash(ngettext("%(num)d decision was taken over.", "%(num)d decisions were taken over.", len(taken)))
    return redirect(url_for("action.show", study_id=study_id, number=number))


# ---- one measure -----------------------------------------------------------------------------------------------------
@blueprint.route(MEASURE, methods=["GET", "POST"])
@requires("can_record_actions")
def edit(study_id: int, number: int, measure: str) -> Page:
    """Show what was decided on one measure and what became of it, or store it."""
    if request.method == "GET":
        return _form(_register(number), measure)
    typed = read_typed(request.form)
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            is_new = save_action(session, study, get_release(session, study, number), action_from(typed, measure),
                                 _version(), current_account())
    except StaleAction as stale:
        return _form(_register(number), measure, typed, stale), STALE
    except BadInput as fault:
        return _form(_register(number), measure, typed, fault), UNSOUND
    flash(_("Saved.") if is_new else _("Nothing was changed."))
    return redirect(url_for("action.show", study_id=study_id, number=number, _anchor=f"measure-{measure}"))


def _version() -> int:
    return whole_number(request.form.get("version", ""))


def _form(register: Register, measure: str, typed: TypedAction | None = None,
          fault: Refused | None = None) -> str:
    row = register.row(measure)
    shown = typed or typed_of(row.action, _read(row.measure.owner))
    # A mistake keeps the version the form was filled from; only who was told of the other state may replace it.
    version = _version() if isinstance(fault, BadInput) else row.number
    return render_template(
        "action/edit.html", row=row, typed=shown.with_spare_rows(), fault=_translated(fault), version=version, own=OWN,
        is_stale=isinstance(fault, StaleAction), decisions=DECISIONS, states=MILESTONE_STATES, progress=PROGRESS,
        **_shared(register))


def _translated(fault: Refused | None) -> Refused | None:
    """Return the fault with the heads of its columns in the reader's language."""
    if isinstance(fault, BadInput):
        fault.rows = tuple(replace(row, column=_(row.column)) for row in fault.rows)
    return fault


@blueprint.route(f"{MEASURE}/history", methods=["GET", "POST"])
@requires("can_record_actions")
def history(study_id: int, number: int, measure: str) -> Page:
    """Show every state of an action, or make an earlier one hold again."""
    if request.method == "POST":
        try:
            with transaction() as session:
                study = get_study(session, study_id)
                take_back(session, study, get_release(session, study, number), measure,
                          whole_number(request.form.get("to", "")), _version(), request.form.get("reason", ""),
                          current_account())
        except Refused as fault:
            return _history(number, measure, fault), STALE if isinstance(fault, StaleAction) else UNSOUND
        flash(_("The earlier state holds again."))
        return redirect(url_for("action.history", study_id=study_id, number=number, measure=measure))
    return _history(number, measure)


def _history(number: int, measure: str, fault: Refused | None = None) -> str:
    register = _register(number)
    return render_template("action/history.html", row=register.row(measure), fault=fault,
                           versions=list_versions(read_session(), register.release, measure), **_shared(register))
