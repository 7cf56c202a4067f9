"""The dashboard of fieldwork: waves with their dates, dispositions, response rates, course; retention and erasure."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput
from surveyapp.services.erasure import SCOPES, erase_person, set_retention
from surveyapp.services.fieldwork_view import DISPOSITIONS, RATE_WORDS, fieldwork_of, group_tables
from surveyapp.services.invitation import find_questionnaire_link, get_invitation, is_anonymous
from surveyapp.services.paper_figures import n_unchecked
from surveyapp.services.study import find_hindrance_to_reopen, get_study, get_wave, instrument_of, list_waves
from surveyapp.services.wave import has_responses, local_text
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("fieldwork", __name__, url_prefix="/studies/<int:study_id>/fieldwork")


@blueprint.get("")
@requires("can_run_studies")
def index(study_id: int) -> str:
    """Show how collection goes, within the rules of anonymity."""
    session = read_session()
    waves = [(wave, fieldwork_of(session, g.study, wave), has_responses(session, wave),
              find_hindrance_to_reopen(session, wave)) for wave in list_waves(session, g.study)]
    return render_template(
        "fieldwork/index.html", study=g.study, waves=waves, instrument_of=instrument_of, local_text=local_text,
        dispositions=DISPOSITIONS, rate_words=RATE_WORDS, group_tables=group_tables, scopes=SCOPES,
        n_unchecked=n_unchecked)


@blueprint.post("/retention")
@requires("can_run_studies")
def retention(study_id: int) -> Response:
    """Set until when personal data are kept."""
    text = request.form.get("until", "").strip()
    try:
        until = date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput("{text} is no day.", "Write it as 2027-12-31.", text=repr(text)) from None
    with transaction() as session:
        set_retention(session, get_study(session, study_id), until, request.form.get("erase", ""), current_account())
    flash(_("The retention date is stored. Respondents are told of it from now on."))
    return redirect(url_for("fieldwork.index", study_id=study_id))


@blueprint.post("/<wave_key>/<audience>/people/<int:invitation_id>/erase")
@requires("can_look_people_up")
def erase(study_id: int, wave_key: str, audience: str, invitation_id: int) -> Response:
    """Erase one invited person at their request."""
    with transaction() as session:
        study = get_study(session, study_id)
        link = find_questionnaire_link(session, study, get_wave(session, study, wave_key), audience)
        n = erase_person(session, study, link, get_invitation(session, link, invitation_id), current_account())
        is_hidden = is_anonymous(link)
    flash(_("The entry is erased. Answers given in anonymous mode cannot be found, as respondents were told.")
          if is_hidden else _("The entry is erased, and the answers of this person with it.") if n
          else _("The entry is erased. No answers of this person were found."))
    page = "invitation.index" if current_account().permissions.can_run_studies else "person.index"
    return redirect(url_for(page, study_id=study_id, wave_key=wave_key, audience=audience))
