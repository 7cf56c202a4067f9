"""Studies: the list and a study's first page."""

from __future__ import annotations

from flask import Blueprint, g, render_template
from flask_login import login_required

from surveyapp.db.session import read_session
from surveyapp.services.account import may_see_study
from surveyapp.services.person_key import may_look
from surveyapp.services.progress import n_interviews, wave_progress
from surveyapp.services.study import (
    facts_of,
    find_hindrance_to_reopen,
    instrument_of,
    list_studies,
    list_waves,
    template_of,
)
from surveyapp.services.webhook import disabled_webhooks
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("study", __name__)


@blueprint.get("/")
@login_required  # type: ignore[untyped-decorator]  # Flask-Login publishes no types
def index() -> str:
    """List the studies of the account."""
    session, account = read_session(), current_account()
    studies = [study for study in list_studies(session) if may_see_study(session, study, account)]
    return render_template("study/index.html", studies=studies)


@blueprint.get("/studies/<int:study_id>")
@requires("can_see_study")
def show(study_id: int) -> str:
    """Show a study: collection, interviews, diagnosis."""
    session = read_session()
    may_run = current_account().permissions.can_run_studies
    waves = [(wave, wave_progress(session, wave), find_hindrance_to_reopen(session, wave))
             for wave in list_waves(session, g.study)]
    return render_template(
        "study/show.html", study=g.study, template=template_of(session, g.study), facts=facts_of(g.study),
        waves=waves, instrument_of=instrument_of, n_interviews=n_interviews(session, g.study), may_look=may_look,
        n_disabled=len(disabled_webhooks(session, g.study)) if may_run else 0,
    )
