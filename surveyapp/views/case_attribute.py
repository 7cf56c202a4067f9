"""Attributes of cases: what is noted of every interview, by hand or from a file."""

from __future__ import annotations

import json
from io import BytesIO

from flask import Blueprint, abort, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput, Refused
from surveyapp.services.case_attribute import (
    KINDS,
    ReadValues,
    define_attribute,
    delete_attribute,
    groups_of,
    list_attributes,
    read_value_file,
    set_values,
)
from surveyapp.services.case_table import FORMATS, write_cases
from surveyapp.services.interview import list_interviews
from surveyapp.services.privacy_mode import minimum_of
from surveyapp.services.study import get_study
from surveyapp.views.access import current_account, requires
from surveyapp.views.dataset_file import MIME_TYPES

blueprint = Blueprint("case_attribute", __name__)
PLACE = "/studies/<int:study_id>/interviews/attributes"
Page = str | Response | tuple[str, int]


@blueprint.get(PLACE)
@requires("can_run_studies")
def index(study_id: int) -> str:
    """Show the attributes and the values of every interview."""
    return _page()


def _page(fault: Refused | None = None, found: ReadValues | None = None) -> str:
    session = read_session()
    interviews, attributes = list_interviews(session, g.study), list_attributes(session, g.study)
    minimum = minimum_of(g.study)
    groups = {row.key: groups_of(interviews, row.key, minimum) for row in attributes}
    return render_template("interview/attributes.html", study=g.study, interviews=interviews, attributes=attributes,
                           groups=groups, minimum=minimum, kinds=KINDS, fault=fault, found=found, typed=request.form,
                           proposed=json.dumps(found.values, ensure_ascii=False) if found else "")


@blueprint.post(f"{PLACE}/define")
@requires("can_run_studies")
def define(study_id: int) -> Page:
    """Define an attribute, or delete one with its values."""
    form = request.form
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            if form.get("deed") == "delete":
                delete_attribute(session, study, form.get("key", ""), current_account())
            else:
                define_attribute(session, study, form.get("key", "").strip(), form.get("kind", ""),
                                 {"en": form.get("name_en", ""), "zh": form.get("name_zh", "")},
                                 form.get("choices", "").splitlines(), current_account())
    except Refused as fault:
        return _page(fault), 422
    return redirect(url_for("case_attribute.index", study_id=study_id))


@blueprint.post(f"{PLACE}/values")
@requires("can_run_studies")
def values(study_id: int) -> Page:
    """Store the values of the table, or those of a file that was looked over."""
    try:
        sent = _proposed(request.form["proposed"]) if request.form.get("proposed") else _typed()
        with transaction() as session:
            n = set_values(session, get_study(session, study_id), sent, current_account())
    except Refused as fault:
        return _page(fault), 422
    flash(_("Values changed: %(n)s.", n=n))
    return redirect(url_for("case_attribute.index", study_id=study_id))


def _proposed(text: str) -> dict[str, dict[str, str | None]]:
    try:
        return {str(key): {str(name): str(value) for name, value in row.items()}
                for key, row in json.loads(text).items()}
    except (ValueError, AttributeError):
        raise BadInput("The table that was looked over came back damaged.", "Load the file again.") from None


def _typed() -> dict[str, dict[str, str | None]]:
    """Return the cells that were changed on the page: the others may have been changed elsewhere meanwhile."""
    changed: dict[str, dict[str, str | None]] = {}
    for name, value in request.form.items():
        kind, _dot, rest = name.partition(".")
        key, _dot, attribute = rest.rpartition(".")
        if kind == "value" and value.strip() != request.form.get(f"was.{rest}", ""):
            changed.setdefault(key, {})[attribute] = value
    return changed


@blueprint.post(f"{PLACE}/file")
@requires("can_run_studies")
def load(study_id: int) -> Page:
    """Read a file of values and show what fits and what does not; nothing is stored yet."""
    file = request.files.get("file")
    try:
        found = read_value_file(read_session(), g.study, file.read() if file else b"", (file and file.filename) or "?")
    except Refused as fault:
        return _page(fault), 422
    return _page(found=found)


@blueprint.get(f"{PLACE}/cases.<ending>")
@requires("can_run_studies")
def download(study_id: int, ending: str) -> Response:
    """Hand out the cases with their attributes."""
    if ending not in FORMATS:
        abort(404)
    session, stream = read_session(), BytesIO()
    write_cases(list_interviews(session, g.study), list_attributes(session, g.study), ending, stream)
    stream.seek(0)
    return send_file(stream, MIME_TYPES[ending], as_attachment=True, download_name=f"cases.{ending}")
