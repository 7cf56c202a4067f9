"""Webhooks of a study: added, tried, switched on again, removed; and the log of their deliveries."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveyapp.config import Config
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import Refused
from surveyapp.models.webhook import Webhook
from surveyapp.services.study import get_study
from surveyapp.services.webhook import (
    MOST_FAILURES,
    add_webhook,
    enable_webhook,
    get_webhook,
    list_deliveries,
    list_webhooks,
    remove_webhook,
    try_webhook,
)
from surveyapp.services.webhook_event import EVENTS
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("webhook", __name__, url_prefix="/studies/<int:study_id>/webhooks")


@blueprint.get("")
@requires("can_run_studies")
def index(study_id: int) -> str:
    """List the webhooks with their newest deliveries."""
    return _page()


@blueprint.post("")
@requires("can_run_studies")
def add(study_id: int) -> str | tuple[str, int]:
    """Add a webhook and show its signing secret, this once."""
    config: Config = current_app.config["SURVEYAPP"]
    try:
        with transaction() as session:
            new = add_webhook(session, config.secret_key, get_study(session, study_id), request.form.get("url", ""),
                              request.form.getlist("events"), config.webhook_networks, current_account())
    except Refused as fault:
        return _page(fault=fault), 422
    return _page(new=new)


def _page(fault: Refused | None = None, new: tuple[Webhook, str] | None = None) -> str:
    session = read_session()
    hooks = [(hook, list_deliveries(session, hook)) for hook in list_webhooks(session, g.study)]
    return render_template("webhook/index.html", study=g.study, hooks=hooks, fault=fault, new=new, events=EVENTS,
                           most_failures=MOST_FAILURES)


@blueprint.post("/<int:webhook_id>/test")
@requires("can_run_studies")
def test(study_id: int, webhook_id: int) -> Response:
    """Queue a test delivery; a worker sends it."""
    with transaction() as session:
        study = get_study(session, study_id)
        try_webhook(session, study, get_webhook(session, study, webhook_id))
    flash(_("A test is on its way. Load this page again in a moment."))
    return redirect(url_for("webhook.index", study_id=study_id))


@blueprint.post("/<int:webhook_id>/enable")
@requires("can_run_studies")
def enable(study_id: int, webhook_id: int) -> Response:
    """Switch a webhook on again."""
    with transaction() as session:
        study = get_study(session, study_id)
        enable_webhook(session, study, get_webhook(session, study, webhook_id), current_account())
    flash(_("The webhook is switched on. What happened in between is not sent again."))
    return redirect(url_for("webhook.index", study_id=study_id))


@blueprint.post("/<int:webhook_id>/remove")
@requires("can_run_studies")
def remove(study_id: int, webhook_id: int) -> Response:
    """Remove a webhook."""
    with transaction() as session:
        study = get_study(session, study_id)
        remove_webhook(session, study, get_webhook(session, study, webhook_id), current_account())
    flash(_("The webhook is removed."))
    return redirect(url_for("webhook.index", study_id=study_id))
