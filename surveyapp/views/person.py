"""Who is behind a response: looked up, exported apart and separated for good; never in anonymous mode."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput
from surveyapp.models.privacy import CONFIDENTIAL
from surveyapp.services.invitation import find_questionnaire_link, get_instrument_of
from surveyapp.services.person_key import KnownPerson, check_may_look, delete_keys, look_up, may_look, write_keys
from surveyapp.services.study import get_study, get_wave, instrument_of
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("person", __name__, url_prefix="/studies/<int:study_id>/waves/<wave_key>/people/<audience>")


@blueprint.get("")
@requires("can_look_people_up")
def index(study_id: int, wave_key: str, audience: str) -> str:
    """Show the form; nobody is shown before somebody is asked for, and that is recorded."""
    return _page(wave_key, audience)


def _page(wave_key: str, audience: str, found: list[KnownPerson] | None = None, fault: BadInput | None = None) -> str:
    session = read_session()
    wave = get_wave(session, g.study, wave_key)
    link = find_questionnaire_link(session, g.study, wave, audience)
    if link.keys_deleted_on is None or not may_look(link, current_account()):
        check_may_look(link, current_account())
    instrument = instrument_of(get_instrument_of(session, link))
    return render_template(
        "person/index.html", study=g.study, wave=wave, link=link, audience=audience, instrument=instrument,
        found=found, fault=fault, asked=request.form.get("text", ""), is_confidential=link.privacy == CONFIDENTIAL)


@blueprint.post("")
@requires("can_look_people_up")
def look(study_id: int, wave_key: str, audience: str) -> str | tuple[str, int]:
    """Look somebody up by pseudonym, name or address."""
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            link = find_questionnaire_link(session, study, get_wave(session, study, wave_key), audience)
            found = look_up(session, study, link, request.form.get("text", ""), current_account())
    except BadInput as fault:
        return _page(wave_key, audience, fault=fault), 422
    return _page(wave_key, audience, found)


@blueprint.post("/keys.csv")
@requires("can_see_keys")
def keys(study_id: int, wave_key: str, audience: str) -> Response:
    """Hand out the key table."""
    stream = BytesIO()
    with transaction() as session:
        study = get_study(session, study_id)
        link = find_questionnaire_link(session, study, get_wave(session, study, wave_key), audience)
        write_keys(session, study, link, stream, current_account())
    stream.seek(0)
    return send_file(stream, "text/csv", as_attachment=True, download_name=f"keys-{audience}-{wave_key}.csv")


@blueprint.post("/separate")
@requires("can_see_keys")
def separate(study_id: int, wave_key: str, audience: str) -> Response | tuple[str, int]:
    """Delete the key table for good."""
    if request.form.get("sure") != "yes":
        fault = BadInput("The key table would be deleted for good.", "Tick the box if you mean it.")
        return _page(wave_key, audience, fault=fault), 422
    with transaction() as session:
        study = get_study(session, study_id)
        link = find_questionnaire_link(session, study, get_wave(session, study, wave_key), audience)
        n = delete_keys(session, study, link, current_account())
    flash(ngettext("The key of %(num)s person is deleted.", "The keys of %(num)s people are deleted.", n))
    return redirect(url_for("person.index", study_id=study_id, wave_key=wave_key, audience=audience))
