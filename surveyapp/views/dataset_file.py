"""Files of answers for researchers: from a file, with a table that leads its columns to items, and to a file."""

from __future__ import annotations

import secrets
import tempfile
from io import BytesIO
from typing import IO, cast

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput
from surveyapp.services.answer_columns import column_choices
from surveyapp.services.disclosure import plan_release
from surveyapp.services.export_file import get_export_file, list_export_files, list_export_jobs, request_export
from surveyapp.services.release_files import plan_files, write_files_archive
from surveyapp.services.response_export import (
    DIRECT,
    DIRECT_PEOPLE,
    FORMATS,
    ExportOptions,
    check_format,
    check_language,
    record_export,
    write_release,
)
from surveyapp.services.response_import import import_responses, unknown_columns
from surveyapp.services.study import get_instrument, get_study, get_wave, instrument_of, list_instruments
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("dataset_file", __name__)
MIME_TYPES = {"csv": "text/csv", "zip": "application/zip",
              "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
BINARY = "application/octet-stream"
IN_MEMORY = 1 << 20         # bytes of an archive of files; a larger one waits on disk while it is sent


@blueprint.route("/studies/<int:study_id>/answers", methods=["GET", "POST"])
@requires("can_run_studies")
def index(study_id: int) -> str | Response | tuple[str, int]:
    """Show the ways in and out for files of answers, or take a file over."""
    if request.method == "GET":
        return _page()
    file = request.files.get("file")
    content, name = (file.read(), file.filename or "") if file else (b"", "")
    if not name:
        return _page(fault=BadInput("No file was chosen.", "Choose a CSV or XLSX file.")), 422
    try:
        unknown = {} if "column" in request.form else _unknown(content, name)
        if unknown:
            return _page(unknown=unknown, name=name)
        return _take_over(study_id, content, name)
    except BadInput as fault:
        return _page(fault=fault, name=name), 422


def _unknown(content: bytes, name: str) -> dict[str, str | None]:
    published = get_instrument(read_session(), g.study, request.form.get("instrument", ""))
    return unknown_columns(published, content, name)


def _take_over(study_id: int, content: bytes, name: str) -> Response:
    pairs = zip(request.form.getlist("column"), request.form.getlist("item"), strict=False)
    mapping = {column: item for column, item in pairs if item}
    with transaction() as session:
        study = get_study(session, study_id)
        wave = get_wave(session, study, request.form.get("wave") or None)
        published = get_instrument(session, study, request.form.get("instrument", ""))
        report = import_responses(session, study, wave, published, content, name, mapping=mapping,
                                  account=current_account())
    flash(ngettext("%(num)s response was imported.", "%(num)s responses were imported.", report.n_responses))
    for warning in report.warnings:
        flash(warning)
    return redirect(url_for("dataset_file.index", study_id=study_id))


def _page(fault: BadInput | None = None, unknown: dict[str, str | None] | None = None, name: str = "") -> str:
    session = read_session()
    instruments = {row.audience: instrument_of(row) for row in list_instruments(session, g.study)}
    chosen = request.form.get("instrument", "")
    choices = column_choices(instruments[chosen]) if unknown and chosen in instruments else []
    return render_template(
        "dataset_file/index.html", study=g.study, instruments=instruments, chosen=chosen, fault=fault,
        unknown=unknown or {}, choices=choices, name=name, formats=FORMATS,
        with_uploads={key: one for key, one in instruments.items() if any(i.kind == "upload" for i in one.items)},
        files=list_export_files(session, g.study), jobs=list_export_jobs(session, g.study))


@blueprint.post("/studies/<int:study_id>/answers/export")
@requires("can_run_studies")
def export(study_id: int) -> Response:
    """Hand out the answers as a file, or ask a worker for it; that it left is recorded."""
    stream = BytesIO()
    format, options = request.form.get("format", FORMATS[0]), _options()
    check_format(format, options)
    with transaction() as session:
        study = get_study(session, study_id)
        wave = get_wave(session, study, request.form.get("wave") or None)
        published = get_instrument(session, study, request.form.get("instrument", ""))
        release = plan_release(session, study, wave, published)
        check_language(release, options)
        if format not in DIRECT or release.n_people > DIRECT_PEOPLE:
            request_export(session, study, wave, published, format, options, current_account())
            flash(_("The file is being written. Load this page again in a moment."))
            return redirect(url_for("dataset_file.index", study_id=study_id))
        ending = write_release(release, format, stream, options)
        record_export(session, study, published, format, release, current_account())
    stream.seek(0)
    return _attached(stream, f"{published.audience}-{wave.key}.{ending}")


def _options() -> ExportOptions:
    form = request.form
    return ExportOptions(
        language=form.get("language") or None, encoding=form.get("encoding", "utf-8-sig"),  # type: ignore[arg-type]  # checked
        separator=form.get("separator", "comma"), is_exact="exact" in form)


@blueprint.get("/studies/<int:study_id>/answers/files/<int:file_id>")
@requires("can_run_studies")
def fetch(study_id: int, file_id: int) -> Response:
    """Hand out a file that a worker wrote."""
    file = get_export_file(read_session(), g.study, file_id)
    return _attached(BytesIO(file.content), file.name)


@blueprint.post("/studies/<int:study_id>/answers/respondents-files")
@requires("can_run_studies")
def respondents_files(study_id: int) -> Response:
    """Hand out the files that respondents sent as a zip; that they left is recorded."""
    stream: IO[bytes] = cast("IO[bytes]", tempfile.SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115 - the reply closes it
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            wave = get_wave(session, study, request.form.get("wave") or None)
            published = get_instrument(session, study, request.form.get("instrument", ""))
            write_files_archive(session, study, published, plan_files(session, study, wave, published), stream,
                                current_account())
    except BaseException:
        stream.close()
        raise
    stream.seek(0)
    reply = _attached(stream, f"files-{secrets.token_hex(4)}.zip")
    reply.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return reply


def _attached(stream: IO[bytes], name: str) -> Response:
    ending = name.rpartition(".")[2]
    return send_file(stream, MIME_TYPES.get(ending, BINARY), as_attachment=True, download_name=name)
