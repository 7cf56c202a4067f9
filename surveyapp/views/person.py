"""Who is behind a response: looked up, exported apart and separated for good; never in anonymous mode."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import AppError, BadInput, Refused
from surveyapp.models.privacy import CONFIDENTIAL
from surveyapp.services.answer import Problem
from surveyapp.services.correction import (
    Correction,
    Place,
    correct_answer,
    find_item,
    find_persons_filling,
    items_asked,
    list_changes,
    read_correction,
)
from surveyapp.services.invitation import find_questionnaire_link, get_instrument_of
from surveyapp.services.paper_sheet import boxes_by_item
from surveyapp.services.person_key import KnownPerson, check_may_look, delete_keys, look_up, may_look, write_keys
from surveyapp.services.response import chosen_language, find_door
from surveyapp.services.study import get_study, get_wave, instrument_of
from surveyapp.views.access import current_account, reader_language, requires
from surveyapp.views.paper import FIELD, posted_fields

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
        found=found, fault=fault, changes=list_changes(session, link),
        asked=request.form.get("text", ""), is_confidential=link.privacy == CONFIDENTIAL)


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


@blueprint.route("/<int:invitation_id>/correct", methods=["GET", "POST"])
@requires("can_look_people_up")
def correct(study_id: int, wave_key: str, audience: str, invitation_id: int) -> str | Response | tuple[str, int]:
    """Correct one answer at the word of the person who gave it; what is stored is not shown."""
    if request.method == "GET":
        return _correct_page(wave_key, audience)
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            wave = get_wave(session, study, wave_key)
            place = Place(study, wave, find_questionnaire_link(session, study, wave, audience), current_account())
            filling = find_persons_filling(session, place, invitation_id)
            correction = read_correction(filling, request.form.get("item", ""), posted_fields(),
                                         request.form.get("reason", ""), takes_marks=False)
            if isinstance(correction, Correction):
                correct_answer(session, place, filling, correction)
    except (BadInput, Refused) as fault:
        return _correct_page(wave_key, audience, fault=fault), 422
    if isinstance(correction, Problem):
        return _correct_page(wave_key, audience, correction), 422
    flash(gettext("The correction is stored."))
    return redirect(url_for("person.index", study_id=study_id, wave_key=wave_key, audience=audience))


def _correct_page(wave_key: str, audience: str, problem: Problem | None = None, fault: AppError | None = None) -> str:
    session = read_session()
    wave = get_wave(session, g.study, wave_key)
    link = find_questionnaire_link(session, g.study, wave, audience)
    check_may_look(link, current_account())
    questionnaire = find_door(session, link.token).questionnaire
    language = chosen_language(questionnaire.instrument, reader_language())
    asked = items_asked(questionnaire)
    item = find_item(questionnaire, request.values.get("item") or asked[0].key)
    return render_template(
        "person/correct.html", study=g.study, wave=wave, audience=audience, questions=asked, item=item, fault=fault,
        item_boxes=boxes_by_item(questionnaire, language)[item.key], problem=problem, typed=posted_fields(),
        FIELD=FIELD, paper_language=language)


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
