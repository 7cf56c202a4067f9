"""The account's tokens for the API: made, shown once, revoked."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveyapp.config import Config
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput
from surveyapp.models.api_token import READ, ApiToken
from surveyapp.services.account import may_see_study
from surveyapp.services.api_token import DAYS_OFFERED, USUAL_DAYS, add_token, holds, list_tokens, revoke_token
from surveyapp.services.study import get_study, list_studies
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("token", __name__, url_prefix="/account/tokens")


@blueprint.get("")
@requires("can_see_study")
def index() -> str:
    """List the account's tokens."""
    return _page()


@blueprint.post("")
@requires("can_see_study")
def add() -> str | tuple[str, int]:
    """Make a token and show it, this once."""
    config: Config = current_app.config["SURVEYAPP"]
    form = request.form
    days, study_id = form.get("days", ""), form.get("study", "")
    try:
        with transaction() as session:
            study = get_study(session, study_id) if study_id else None
            row, token = add_token(session, config.secret_key, current_account(), form.get("name", ""),
                                   scope=form.get("scope", READ), study=study,
                                   days=int(days) if days.isdecimal() else 0, by=current_account())
    except BadInput as fault:
        return _page(fault=fault), 422
    return _page(new=(row, token))


@blueprint.post("/<int:token_id>/revoke")
@requires("can_see_study")
def revoke(token_id: int) -> Response:
    """End a token."""
    with transaction() as session:
        row = revoke_token(session, token_id, owner=current_account(), by=current_account())
    flash(_("The token “%(name)s” is revoked: it opens nothing any more.", name=row.name))
    return redirect(url_for("token.index"))


def _page(fault: BadInput | None = None, new: tuple[ApiToken, str] | None = None) -> str:
    session, account = read_session(), current_account()
    return render_template(
        "token/index.html", fault=fault, new=new, rows=list_tokens(session, account), holds=holds, account=account,
        studies=[study for study in list_studies(session) if may_see_study(session, study, account)],
        days=DAYS_OFFERED, usual_days=USUAL_DAYS)
