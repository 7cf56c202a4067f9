"""Questionnaires of a study: the list, and where a draft begins."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from instruments.errors import InstrumentError
from instruments.schema import Instrument
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import AppError, BadInput
from surveyapp.services.draft import discard_draft, get_draft, instrument_of_draft, lock_draft, start_draft
from surveyapp.services.draft_source import (
    FILE_FORMATS,
    from_file,
    from_nothing,
    from_template,
    template_questionnaires,
    to_file,
)
from surveyapp.services.questionnaire_list import list_questionnaires
from surveyapp.services.study import get_instrument, get_study, get_version, instrument_of
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("questionnaire", __name__)
MIME_TYPES = {"yaml": "application/yaml",
              "xlsform": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
LIST = "/studies/<int:study_id>/questionnaires"


@blueprint.get(LIST)
@requires("can_run_studies")
def index(study_id: int) -> str:
    """List the study's questionnaires: draft, versions, links."""
    return _page()


def _page(fault: AppError | None = None, status: int = 200) -> str:
    return render_template(
        "questionnaire/index.html", study=g.study, rows=list_questionnaires(read_session(), g.study), fault=fault,
        templates=template_questionnaires())


@blueprint.post(LIST)
@requires("can_run_studies")
def begin(study_id: int) -> Response | tuple[str, int]:
    """Make a draft from the newest version, a template's questionnaire, a file, or nothing."""
    try:
        instrument, based_on, losses = _source()
    except (AppError, InstrumentError) as error:
        fault = error if isinstance(error, AppError) else BadInput("{words}", "", words=str(error))
        return _page(fault), 422
    with transaction() as session:
        draft = start_draft(session, get_study(session, study_id), instrument, based_on=based_on, losses=losses,
                            account=current_account())
    if losses:
        flash(ngettext("%(num)s thing of the file could not be brought along; it is listed below.",
                       "%(num)s things of the file could not be brought along; they are listed below.", len(losses)))
    return redirect(url_for("draft.show", study_id=study_id, audience=draft.audience))


def _source() -> tuple[Instrument, str | None, tuple[str, ...]]:
    source, audience = request.form.get("source", ""), request.form.get("audience", "").strip()
    if source == "version":
        published = get_instrument(read_session(), g.study, audience)
        return instrument_of(published), published.version, ()
    if source == "template":
        return from_template(request.form.get("template", "")), None, ()
    if source == "file":
        file = request.files.get("file")
        read = from_file(file.read() if file else b"", (file.filename or "") if file else "", audience)
        return read.instrument, None, read.losses
    languages = tuple(dict.fromkeys(request.form.get("languages", "").replace(",", " ").split()))
    return from_nothing(audience, request.form.get("title", ""), languages), None, ()


@blueprint.get(f"{LIST}/<audience>/file")
@requires("can_run_studies")
def download(study_id: int, audience: str) -> Response:
    """Hand out the draft, or one version, as a file that comes back as it is."""
    version, format = request.args.get("version", ""), request.args.get("format", "yaml")
    session = read_session()
    instrument = (instrument_of(get_version(session, g.study, audience, version)) if version
                  else instrument_of_draft(get_draft(session, g.study, audience)))
    content = to_file(instrument, format)
    name = f"{audience}-{version or 'draft'}{FILE_FORMATS[format]}"
    return send_file(BytesIO(content), MIME_TYPES[format], as_attachment=True, download_name=name)


@blueprint.post(f"{LIST}/<audience>/discard")
@requires("can_run_studies")
def discard(study_id: int, audience: str) -> Response:
    """Throw a draft away; versions stay."""
    with transaction() as session:
        study = get_study(session, study_id)
        discard_draft(session, study, lock_draft(session, study, audience), current_account())
    flash(_("The draft is discarded; published versions are as they were."))
    return redirect(url_for("questionnaire.index", study_id=study_id))
