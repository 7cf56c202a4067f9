"""Merging codes, splitting one, and taking either back."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import NotFound, Refused
from surveyapp.forms.codebook import read_new_codes
from surveyapp.forms.coding import column_number
from surveyapp.models.codebook import SPLIT
from surveyapp.services.code_split import (
    BELOW,
    MOST,
    assign_places,
    finish_split,
    load_split,
    start_split,
)
from surveyapp.services.codebook import codebook_rules, load_codebook
from surveyapp.services.codebook_edit import get_code
from surveyapp.services.regrouping import get_regrouping, merge_codes, preview_merge, take_back
from surveyapp.services.study import get_study
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("regrouping", __name__)
CODE = "/studies/<int:study_id>/codebook/<int:code_id>"
SPLITS = "/studies/<int:study_id>/codebook/splits/<int:number>"
UNSOUND = 409


@blueprint.route(f"{CODE}/merge", methods=["GET", "POST"])
@requires("can_run_studies")
def merge(study_id: int, code_id: int) -> str | Response | tuple[str, int]:
    """Choose the code to merge into, see what would happen, and do it."""
    session, account = read_session(), current_account()
    get_code(session, g.study, code_id)
    into = request.values.get("into", 0, type=column_number)
    try:
        if request.method == "POST":
            with transaction() as writing:
                merge_codes(writing, get_study(writing, study_id), code_id, into, account)
            flash(_("The codes were merged. The history of the code takes it back."))
            return redirect(url_for("codebook.show", study_id=study_id, code_id=into))
        preview = preview_merge(session, g.study, code_id, into, account) if into else None
    except Refused as fault:
        return _merge_page(code_id, into, fault=fault), UNSOUND
    return _merge_page(code_id, into, preview=preview)


def _merge_page(code_id: int, into: int, **shown: object) -> str:
    codebook = load_codebook(read_session(), g.study)
    return render_template("codebook/merge.html", study=g.study, rules=codebook_rules(g.study), codebook=codebook,
                           entry=codebook.by_id[code_id], into=codebook.by_id.get(into), **shown)


@blueprint.route(f"{CODE}/split", methods=["GET", "POST"])
@requires("can_run_studies")
def split(study_id: int, code_id: int) -> str | Response | tuple[str, int]:
    """Name the new codes, and begin."""
    session = read_session()
    get_code(session, g.study, code_id)
    languages = codebook_rules(g.study).languages
    if request.method == "GET":
        return _split_form(code_id)
    new = read_new_codes(request.form, languages, MOST)
    try:
        with transaction() as writing:
            begun = start_split(writing, get_study(writing, study_id), code_id, new,
                                place=request.form.get("place", BELOW), is_for_all="for_all" in request.form,
                                account=current_account()).id
    except Refused as fault:
        return _split_form(code_id, fault=fault, new=new, form=request.form), UNSOUND
    return redirect(url_for("regrouping.assign", study_id=study_id, number=begun))


def _split_form(code_id: int, **shown: object) -> str:
    codebook = load_codebook(read_session(), g.study)
    return render_template("codebook/split.html", study=g.study, rules=codebook_rules(g.study), most=MOST,
                           entry=codebook.by_id[code_id], **shown)


@blueprint.route(SPLITS, methods=["GET", "POST"])
@requires("can_run_studies")
def assign(study_id: int, number: int) -> str | Response:
    """Give passages to the new codes, or finish."""
    if request.method == "POST":
        return _assigned(study_id, number)
    session = read_session()
    row = get_regrouping(session, g.study, number)
    if row.kind != SPLIT:
        raise NotFound("There is no such merge or split.", "Look at the history of the code.")
    codebook = load_codebook(session, g.study)
    words = request.args.get("q", "").strip()[:200]
    return render_template(
        "codebook/assign.html", study=g.study, row=row, entry=codebook.by_id[row.code_id], words_asked=words,
        targets=[codebook.by_id[code_id] for code_id in row.target_ids],
        page=load_split(session, g.study, row, current_account(), words))


def _assigned(study_id: int, number: int) -> Response:
    account, rest = current_account(), request.form.get("rest", "")
    chosen = {key: request.form.get(f"to-{key}") or rest for key in request.form.getlist("place")}
    chosen = {key: target for key, target in chosen.items() if target}
    with transaction() as session:
        study = get_study(session, study_id)
        n, n_left = assign_places(session, study, number, chosen, account) if chosen else (0, 0)
        code_id = get_regrouping(session, study, number).code_id
        is_finished = request.form.get("deed") == "finish"
        is_retired = finish_split(session, study, number, account) if is_finished else False
    if n or not is_finished:
        flash(ngettext("%(num)s passage was assigned.", "%(num)s passages were assigned.", n))
    if n_left:
        flash(ngettext("%(num)s passage was changed meanwhile and left.", "%(num)s passages were changed meanwhile "
                       "and left.", n_left))
    if not is_finished:
        return redirect(url_for("regrouping.assign", study_id=study_id, number=number,
                                q=request.form.get("q") or None))
    flash(_("The split is finished; the old code is retired.") if is_retired else
          _("The split is finished; the old code stays in use."))
    return redirect(url_for("codebook.show", study_id=study_id, code_id=code_id))


@blueprint.post("/studies/<int:study_id>/codebook/regroupings/<int:number>/back")
@requires("can_run_studies")
def back(study_id: int, number: int) -> Response:
    """Take a merge or split back."""
    with transaction() as session:
        code_id = take_back(session, get_study(session, study_id), number, current_account()).code_id
    flash(_("Taken back: every coding is as it was."))
    return redirect(url_for("codebook.show", study_id=study_id, code_id=code_id))
