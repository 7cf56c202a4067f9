"""The codebook as a file: taken away, and taken over after a look at what would change."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import NotFound, Refused
from surveyapp.services.codebook import codebook_rules, load_codebook
from surveyapp.services.codebook_exchange import pack_codes, preview_codes, take_over_codes, unpack_codes
from surveyapp.services.codebook_read import read_codebook_file
from surveyapp.services.codebook_write import FORMATS, write_codebook
from surveyapp.services.study import get_study
from surveyapp.views.access import current_account, reader_language, requires

blueprint = Blueprint("codebook_file", __name__)
PLACE = "/studies/<int:study_id>/codebook/file"
MIME = {"yaml": "application/yaml", "csv": "text/csv", "txt": "text/plain",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
UNSOUND = 422


@blueprint.get(f"{PLACE}/<format>")
@requires("can_code")
def export(study_id: int, format: str) -> Response:
    """Send the codebook as a file."""
    if format not in FORMATS:
        raise NotFound("There is no such page.")
    content = write_codebook(read_session(), g.study, format, reader_language())
    return send_file(BytesIO(content), MIME[format], as_attachment=True, download_name=f"codebook{FORMATS[format]}")


@blueprint.route(PLACE, methods=["GET", "POST"])
@requires("can_run_studies")
def load(study_id: int) -> str | Response | tuple[str, int]:
    """Show what the codes of a file would change, and take them over."""
    if request.method == "GET":
        return _page()
    try:
        if request.form.get("deed") == "commit":
            return _commit(study_id)
        return _look(study_id)
    except Refused as fault:
        return _page(fault=fault), UNSOUND


def _look(study_id: int) -> str:
    file = request.files.get("file")
    content, name = (file.read(), file.filename or "") if file is not None else (b"", "")
    language = request.form.get("language", "")
    with transaction() as session:
        study = get_study(session, study_id)
        found = read_codebook_file(content, name, load_codebook(session, study), codebook_rules(study).languages,
                                   language)
        preview = preview_codes(session, study, found.codes)
    return _page(found=found, preview=preview, packed=pack_codes(found.codes), filename=name)


def _commit(study_id: int) -> Response:
    codes = unpack_codes(request.form.get("codes", ""))
    with transaction() as session:
        take_over_codes(session, get_study(session, study_id), codes, request.form.get("mark", ""), current_account())
    flash(_("The codes were taken over."))
    return redirect(url_for("codebook.index", study_id=study_id))


def _page(**shown: object) -> str:
    return render_template("codebook/file.html", study=g.study, rules=codebook_rules(g.study), formats=FORMATS, **shown)
