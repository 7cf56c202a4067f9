"""Who is behind replaced names of interviews: for a data manager, one look at a time, each recorded."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput
from surveyapp.services.identity_key import Replaced, count_replacements, delete_identity_keys, look_at_keys
from surveyapp.services.study import get_study
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("identity", __name__, url_prefix="/studies/<int:study_id>/interviews/replaced")


@blueprint.get("")
@requires("can_see_keys")
def index(study_id: int) -> str:
    """Show how many words were replaced; the words only after asking."""
    return _page()


def _page(rows: list[Replaced] | None = None, fault: BadInput | None = None) -> str:
    return render_template("identity/index.html", study=g.study, rows=rows, fault=fault,
                           counts=count_replacements(read_session(), g.study))


@blueprint.post("")
@requires("can_see_keys")
def look(study_id: int) -> str:
    """Show the key table; that somebody looked is recorded."""
    with transaction() as session:
        rows = look_at_keys(session, current_app.config["SURVEYAPP"].secret_key, get_study(session, study_id),
                            current_account())
    return _page(rows)


@blueprint.post("/delete")
@requires("can_see_keys")
def separate(study_id: int) -> Response | tuple[str, int]:
    """Delete the key table for good, once the wish is confirmed."""
    if request.form.get("sure") != "yes":
        return _page(fault=BadInput("Tick that you mean it: a deleted key table cannot be made again.")), 422
    with transaction() as session:
        n = delete_identity_keys(session, get_study(session, study_id), current_account())
    flash(ngettext("%(num)s row of the key table was deleted.", "%(num)s rows of the key table were deleted.", n))
    return redirect(url_for("identity.index", study_id=study_id))
