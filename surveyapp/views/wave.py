"""Waves: made, planned, opened, closed, opened again."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveyapp.db.session import transaction
from surveyapp.errors import BadInput
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.study import get_study, get_wave
from surveyapp.services.upkeep import close_collection, reopen_collection
from surveyapp.services.wave import add_wave, define_complete, plan_wave, start_wave
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("wave", __name__)
Deed = Callable[[Session, Study, Wave], str]


@blueprint.post("/studies/<int:study_id>/waves")
@requires("can_run_studies")
def add(study_id: int) -> Response:
    """Make a wave; it is opened by hand or by its date."""
    with transaction() as session:
        add_wave(session, get_study(session, study_id), request.form.get("key", "").strip(), current_account())
    flash(_("The wave is made. It opens by its date, or when you open it."))
    return redirect(url_for("fieldwork.index", study_id=study_id))


@blueprint.post("/studies/<int:study_id>/waves/<wave_key>")
@requires("can_run_studies")
def change(study_id: int, wave_key: str) -> Response:
    """Close a wave, open it, plan it, or say what is complete in it."""
    deed = DEEDS.get(request.form.get("deed", ""))
    if deed is None:
        raise BadInput("There is no such deed.", "Use the buttons of the page.")
    with transaction() as session:
        study = get_study(session, study_id)
        flash(deed(session, study, get_wave(session, study, wave_key)))
    return redirect(url_for("fieldwork.index", study_id=study_id))


def _close(session: Session, study: Study, wave: Wave) -> str:
    close_collection(session, current_app.config["SECRET_KEY"], study, wave, current_account())
    return str(_("Collection is closed. Answers that arrive from now on are refused."))


def _reopen(session: Session, study: Study, wave: Wave) -> str:
    reopen_collection(session, study, wave, current_account())
    return str(_("Collection is open again."))


def _open(session: Session, study: Study, wave: Wave) -> str:
    start_wave(session, study, wave, current_account())
    return str(_("Collection is open."))


def _plan(session: Session, study: Study, wave: Wave) -> str:
    plan_wave(session, study, wave, request.form.get("opens", ""), request.form.get("closes", ""), current_account())
    return str(_("The dates are stored."))


def _define(session: Session, study: Study, wave: Wave) -> str:
    complete, partial = (_share(request.form.get(name, "")) for name in ("complete", "partial"))
    define_complete(session, study, wave, complete, partial, current_account())
    return str(_("What counts as complete is stored."))


def _share(text: str) -> float:
    """Return a share from a percentage as it is typed; what is none gives a share that is refused."""
    try:
        return float(text) / 100
    except ValueError:
        return -1.0


DEEDS: dict[str, Deed] = {"close": _close, "reopen": _reopen, "open": _open, "plan": _plan, "define": _define}
