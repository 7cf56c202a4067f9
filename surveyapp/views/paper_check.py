"""Checking sheets that are entered: piles, second entry, differences, corrections, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from instruments.schema import Instrument
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import AppError, BadInput
from surveyapp.models.paper import PaperPile, PaperSheet
from surveyapp.services.answer import Problem
from surveyapp.services.correction import Place, find_item, items_asked, list_changes
from surveyapp.services.invitation import find_questionnaire_link
from surveyapp.services.paper_figures import ENTER_ALL, ERROR_LIMIT, VERDICTS, paper_figures
from surveyapp.services.paper_pile import (
    LEAST_SHEETS,
    draw_more,
    end_check,
    finish_pile,
    get_pile,
    get_sheet,
)
from surveyapp.services.paper_second import (
    correct_sheet,
    differences_of,
    enter_again,
    filling_of,
    settle_difference,
    take_back,
)
from surveyapp.services.paper_sheet import Sheet, boxes_by_item, sheet_parts
from surveyapp.services.privacy_mode import kept_minimum
from surveyapp.services.response import chosen_language, find_door
from surveyapp.services.study import get_study, get_wave
from surveyapp.views.access import current_account, reader_language, requires
from surveyapp.views.paper import FIELD, posted_fields, posted_sheet

blueprint = Blueprint("paper_check", __name__,
                      url_prefix="/studies/<int:study_id>/waves/<wave_key>/paper/<audience>/check")
PILE = "/piles/<int:pile_id>"
SHEET = f"{PILE}/<int:number>"


def _place(session: Session) -> Place:
    """Return where the request's address leads, and who asks."""
    values = request.view_args or {}
    study = get_study(session, values["study_id"])
    wave = get_wave(session, study, values["wave_key"])
    return Place(study, wave, find_questionnaire_link(session, study, wave, values["audience"]), current_account())


def _to_index() -> Response:
    values = {name: value for name, value in (request.view_args or {}).items() if name not in ("pile_id", "number")}
    return redirect(url_for("paper_check.index", **values))


@blueprint.get("")
@requires("can_run_studies")
def index(study_id: int, wave_key: str, audience: str) -> str:
    """Show the piles with their figures."""
    return _index_page(audience)


def _index_page(audience: str, fault: AppError | None = None) -> str:
    session = read_session()
    place = _place(session)
    return render_template(
        "paper/check.html", study=g.study, wave=place.wave, audience=audience, fault=fault,
        instrument=find_door(session, place.link.token).instrument, least=LEAST_SHEETS, limit=ERROR_LIMIT,
        verdicts=VERDICTS, minimum=kept_minimum(g.study, place.link), changes=list_changes(session, place.link),
        figures=paper_figures(session, g.study, place.wave, place.link, current_account()))


@blueprint.post(PILE)
@requires("can_run_studies")
def change(study_id: int, wave_key: str, audience: str, pile_id: int) -> Response | tuple[str, int]:
    """Finish a pile, draw further sheets, or end its check."""
    deed = request.form.get("deed", "")
    try:
        with transaction() as session:
            place = _place(session)
            pile = get_pile(session, place.link, pile_id, for_writing=True)
            here = (session, place.study, place.wave, pile)
            if deed == "finish":
                finish_pile(*here, place.account)
            elif deed in ("more", "all"):
                draw_more(*here, place.account, is_all=deed == "all")
            elif deed == "end":
                end_check(*here, request.form.get("note", ""), place.account,
                          needs_note=_has_too_many(session, place, pile))
    except AppError as fault:
        return _index_page(audience, fault), 422
    return _to_index()


def _has_too_many(session: Session, place: Place, pile: PaperPile) -> bool:
    found = paper_figures(session, place.study, place.wave, place.link)
    verdicts = [row.verdict for row in found.piles if row.pile.id == pile.id]
    return verdicts == [ENTER_ALL] and pile.n_drawn < pile.n_sheets


# ---- second entry ---------------------------------------------------------------------------------------------------
@blueprint.route(f"{SHEET}/again", methods=["GET", "POST"])
@requires("can_run_studies")
def again(study_id: int, wave_key: str, audience: str, pile_id: int, number: int) -> str | Response | tuple[str, int]:
    """Take a second entry; the first one is not shown."""
    if request.method == "GET":
        return _again_page(audience, pile_id, number)
    sheet = posted_sheet()
    try:
        with transaction() as session:
            place = _place(session)
            pile = get_pile(session, place.link, pile_id, for_writing=True)
            paper = get_sheet(session, pile, number)
            problems = enter_again(session, place, pile, paper, sheet)
            n = len(paper.differences or {})
    except AppError as fault:
        return _again_page(audience, pile_id, number, sheet, fault=fault), 422
    if problems:
        return _again_page(audience, pile_id, number, sheet, problems), 422
    flash(ngettext("%(num)s question differs from the first entry.", "%(num)s questions differ from the first entry.",
                   n) if n else _("Both entries are the same."))
    if n:
        return redirect(url_for("paper_check.differences", **(request.view_args or {})))
    return _to_index()


def _again_page(audience: str, pile_id: int, number: int, sheet: Sheet | None = None,
                problems: Mapping[str, Problem] | None = None, fault: AppError | None = None) -> str:
    session = read_session()
    place, pile, paper = _sheet_of(session, pile_id, number)
    filling = filling_of(session, paper)
    return render_template(
        "paper/again.html", study=g.study, wave=place.wave, audience=audience, pile=pile, paper=paper, sheet=sheet,
        instrument=filling.door.instrument, parts=sheet_parts(filling.door.instrument, filling.language), fault=fault,
        problems=problems or {}, is_own=paper.entered_by == current_account().id, FIELD=FIELD)


def _sheet_of(session: Session, pile_id: int, number: int) -> tuple[Place, PaperPile, PaperSheet]:
    place = _place(session)
    pile = get_pile(session, place.link, pile_id)
    return place, pile, get_sheet(session, pile, number)


# ---- differences ----------------------------------------------------------------------------------------------------
@blueprint.route(f"{SHEET}/differences", methods=["GET", "POST"])
@requires("can_run_studies")
def differences(study_id: int, wave_key: str, audience: str, pile_id: int,
                number: int) -> str | Response | tuple[str, int]:
    """Show what differs, and settle it question by question."""
    if request.method == "GET":
        return _differences_page(audience, pile_id, number)
    key = request.form.get("item", "")
    try:
        with transaction() as session:
            place = _place(session)
            pile = get_pile(session, place.link, pile_id, for_writing=True)
            problem = settle_difference(session, place, pile, get_sheet(session, pile, number), key,
                                        request.form.get("choice", ""), posted_fields())
            is_left = bool(get_sheet(session, pile, number).differences)
    except AppError as fault:
        return _differences_page(audience, pile_id, number, fault=fault), 422
    if problem is not None:
        return _differences_page(audience, pile_id, number, {key: problem}), 422
    if is_left:
        return redirect(url_for("paper_check.differences", **(request.view_args or {})))
    flash(_("All differences of this sheet are settled."))
    return _to_index()


def _differences_page(audience: str, pile_id: int, number: int, problems: Mapping[str, Problem] | None = None,
                      fault: AppError | None = None) -> str:
    session = read_session()
    place, pile, paper = _sheet_of(session, pile_id, number)
    filling = filling_of(session, paper)
    return render_template(
        "paper/differences.html", study=g.study, wave=place.wave, audience=audience, pile=pile, paper=paper,
        found=differences_of(session, paper, filling.language), problems=problems or {}, fault=fault,
        typed=posted_fields(), numbers=_numbers(filling.door.instrument, filling.language), FIELD=FIELD,
        paper_language=filling.language)


def _numbers(instrument: Instrument, language: str) -> dict[str, int]:
    return {question.item.key: question.number for part in sheet_parts(instrument, language)
            for question in part.questions}


# ---- corrections ----------------------------------------------------------------------------------------------------
@blueprint.route(f"{PILE}/correct", methods=["GET", "POST"])
@requires("can_run_studies")
def correct(study_id: int, wave_key: str, audience: str, pile_id: int) -> str | Response | tuple[str, int]:
    """Correct one answer of a sheet by its number, or take the sheet back."""
    if request.method == "GET":
        return _correct_page(audience, pile_id)
    number = request.form.get("number", "").strip()
    is_back = request.form.get("deed") == "back"
    try:
        if not number.isdecimal():
            raise BadInput("There is no number.", "Type the number that is written on the sheet.")
        with transaction() as session:
            place = _place(session)
            pile = get_pile(session, place.link, pile_id, for_writing=True)
            paper = get_sheet(session, pile, int(number[:9]))
            problem = (_take_back if is_back else _correct_one)(session, place, pile, paper)
    except AppError as fault:
        return _correct_page(audience, pile_id, fault=fault), 422
    if problem is not None:
        return _correct_page(audience, pile_id, problem), 422
    flash(_("The sheet is taken back.") if is_back else _("The correction is stored."))
    return _to_index()


def _correct_one(session: Session, place: Place, pile: PaperPile, paper: PaperSheet) -> Problem | None:
    return correct_sheet(session, place, pile, paper, request.form.get("item", ""), posted_fields(),
                         request.form.get("reason", ""))


def _take_back(session: Session, place: Place, pile: PaperPile, paper: PaperSheet) -> Problem | None:
    if request.form.get("sure") != "yes":
        raise BadInput("The answers of the sheet would be deleted for good.", "Tick the box if you mean it.")
    take_back(session, place, pile, paper, request.form.get("reason", ""))
    return None


def _correct_page(audience: str, pile_id: int, problem: Problem | None = None, fault: AppError | None = None) -> str:
    session = read_session()
    place = _place(session)
    pile = get_pile(session, place.link, pile_id)
    questionnaire = find_door(session, place.link.token).questionnaire
    language = chosen_language(questionnaire.instrument, reader_language())
    asked = items_asked(questionnaire)
    item = find_item(questionnaire, request.values.get("item") or asked[0].key)
    return render_template(
        "paper/correct.html", study=g.study, wave=place.wave, audience=audience, pile=pile, questions=asked, item=item,
        item_boxes=boxes_by_item(questionnaire, language)[item.key], problem=problem, fault=fault,
        typed=posted_fields(), numbers=_numbers(questionnaire.instrument, language), FIELD=FIELD,
        paper_language=language)
