"""Versions of the codebook: the list, freezing one, and what differs between two."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session, transaction
from surveyapp.forms.coding import column_number
from surveyapp.models.coding import Coding
from surveyapp.services.blinding import is_seen_by
from surveyapp.services.codebook import codebook_rules
from surveyapp.services.codebook_version import (
    codebook_of,
    compare_codebooks,
    current_document,
    freeze_codebook,
    get_version,
    list_versions,
    newest_version,
)
from surveyapp.services.study import get_study
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("codebook_version", __name__)
LIST = "/studies/<int:study_id>/codebook/versions"
NOW = 0                     # stands for the codebook as it is, where a version's number is asked for


@blueprint.get(LIST)
@requires("can_code")
def index(study_id: int) -> str:
    """List the versions, and show what differs between two of them or since the newest."""
    session = read_session()
    versions = list_versions(session, g.study, is_seen_by(Coding, current_account()))
    newest = versions[0].version.number if versions else NOW
    old = request.args.get("old", newest, type=column_number)
    new = request.args.get("new", NOW, type=column_number)
    changes = None
    if versions:
        older = codebook_of(get_version(session, g.study, old))
        newer = codebook_of(get_version(session, g.study, new)) if new else current_document(session, g.study)
        changes = compare_codebooks(older, newer)
    return render_template("codebook/versions.html", study=g.study, rules=codebook_rules(g.study), versions=versions,
                           old=old, new=new, changes=changes)


@blueprint.post(LIST)
@requires("can_run_studies")
def freeze(study_id: int) -> Response:
    """Freeze the codebook as it stands."""
    with transaction() as session:
        study = get_study(session, study_id)
        before = newest_version(session, study)
        number = before.number if before else 0
        version = freeze_codebook(session, study, current_account(), request.form.get("note", ""))
        is_new, number = version.number != number, version.number
    flash(_("Version %(n)s was frozen.", n=number) if is_new else
          _("Nothing changed since version %(n)s; no new version was made.", n=number))
    return redirect(url_for("codebook_version.index", study_id=study_id))
