"""Norm packages: what a study hands to other organisations, and what it was handed."""

from __future__ import annotations

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import AppError, BadInput, Refused
from surveyapp.services.diagnosis import list_jobs
from surveyapp.services.norm import (
    JOB,
    get_package,
    import_package,
    imported_norms,
    kind_of,
    packaged_waves,
    remove_import,
    request_package,
    set_kind,
)
from surveyapp.services.norm_file import LARGEST_BYTES, write_package
from surveyapp.services.study import get_study, get_wave, template_of
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("norm", __name__, url_prefix="/studies/<int:study_id>/norms")
UNSOUND = 422
MINIMUM = "norm_minimum_organisations"
USUAL_MINIMUM = 3           # as in the table of thresholds, which a web worker does not import


@blueprint.get("")
@requires("can_run_studies")
def show(study_id: int) -> str:
    """Show what was handed out and what came in."""
    return _page()


def _page(fault: AppError | None = None) -> str:
    session = read_session()
    template = template_of(session, g.study)
    names = {construct.key: construct.name for construct in template.constructs}
    norms = imported_norms(session, g.study)
    needed = int(g.study.thresholds.get(MINIMUM, template.thresholds.get(MINIMUM, USUAL_MINIMUM)))
    return render_template(
        "norm/show.html", study=g.study, kind=kind_of(session, g.study), waves=packaged_waves(session, g.study),
        norms=norms, n_same=sum(one.is_same_kind for one in norms), needed=needed, names=names, fault=fault,
        job=next((job for job in list_jobs(session, g.study, 50) if job.kind == JOB), None))


@blueprint.post("/kind")
@requires("can_run_studies")
def describe(study_id: int) -> Redirect | tuple[str, int]:
    """Say what kind of organisation this is."""
    try:
        with transaction() as session:
            set_kind(session, get_study(session, study_id), request.form.get("kind", ""), current_account())
    except BadInput as fault:
        return _page(fault), UNSOUND
    flash(_("Saved."))
    return redirect(url_for("norm.show", study_id=study_id))


@blueprint.post("/waves/<wave_key>")
@requires("can_run_studies")
def make(study_id: int, wave_key: str) -> Redirect | tuple[str, int]:
    """Ask for the package of a wave."""
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            request_package(session, study, get_wave(session, study, wave_key), current_account())
    except Refused as fault:
        return _page(fault), UNSOUND
    flash(_("The norm package is being made. Load this page again in a moment."))
    return redirect(url_for("norm.show", study_id=study_id))


@blueprint.get("/waves/<wave_key>/package.json")
@requires("can_run_studies")
def download(study_id: int, wave_key: str) -> Response:
    """Hand out the package of a wave."""
    wave = get_wave(read_session(), g.study, wave_key)
    return Response(write_package(get_package(read_session(), wave)), content_type="application/json; charset=utf-8",
                    headers={"Content-Disposition": f'attachment; filename="norms-{g.study.id}-{wave.key}.json"'})


@blueprint.post("/import")
@requires("can_run_studies")
def load(study_id: int) -> Redirect | tuple[str, int]:
    """Take over the package of another organisation."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page(BadInput("No file was chosen.", "Choose the JSON file of a norm package.")), UNSOUND
    try:
        with transaction() as session:
            import_package(session, get_study(session, study_id), file.read(LARGEST_BYTES + 1), current_account())
    except Refused as fault:
        return _page(fault), UNSOUND
    flash(_("The package was taken over. It is compared with in the next diagnosis."))
    return redirect(url_for("norm.show", study_id=study_id))


@blueprint.post("/packages/<int:number>/remove")
@requires("can_run_studies")
def remove(study_id: int, number: int) -> Redirect:
    """Take a package of another organisation away."""
    with transaction() as session:
        remove_import(session, get_study(session, study_id), number, current_account())
    flash(_("The package was removed."))
    return redirect(url_for("norm.show", study_id=study_id))
