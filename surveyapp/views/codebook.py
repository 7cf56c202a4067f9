"""The codebook in the browser: its tree with what is amiss, one code with its history, and changing it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from instruments.template import COLOURS, PATTERNS, CodeDefinition
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.errors import BadInput, Refused
from surveyapp.forms.codebook import read_code
from surveyapp.forms.coding import column_number
from surveyapp.services.codebook import codebook_rules, load_codebook
from surveyapp.services.codebook_check import FIELD_WORDS, WORDS, check_codebook, count_uses
from surveyapp.services.codebook_edit import (
    StaleCode,
    add_code,
    change_code,
    definition_of,
    get_code,
    move_code,
    reactivate_code,
    retire_code,
)
from surveyapp.services.codebook_history import code_history
from surveyapp.services.codebook_text import TEXTS, list_choices
from surveyapp.services.codebook_version import newest_version, word_changes
from surveyapp.services.regrouping import regroupings_of
from surveyapp.services.study import get_study
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("codebook", __name__)
LIST = "/studies/<int:study_id>/codebook"
CODE = f"{LIST}/<int:code_id>"
UNSOUND, STALE = 422, 409


@blueprint.get(LIST)
@requires("can_code")
def index(study_id: int) -> str:
    """Show the tree of codes and what is amiss with it."""
    session, account = read_session(), current_account()
    return render_template(
        "codebook/index.html", study=g.study, rules=codebook_rules(g.study), codebook=load_codebook(session, g.study),
        completeness=check_codebook(session, g.study, account), words=WORDS, field_words=FIELD_WORDS,
        uses=count_uses(session, g.study, account), newest=newest_version(session, g.study))


@blueprint.get(CODE)
@requires("can_code")
def show(study_id: int, code_id: int) -> str:
    """Show one code with its history."""
    session = read_session()
    row = get_code(session, g.study, code_id)
    codebook = load_codebook(session, g.study)
    return render_template(
        "codebook/show.html", study=g.study, rules=codebook_rules(g.study), entry=codebook.by_id[row.id],
        codebook=codebook, history=code_history(session, g.study, row), choices=list_choices(session, g.study),
        colours=COLOURS, patterns=PATTERNS, regroupings=regroupings_of(session, g.study, row.id))


@blueprint.route(f"{LIST}/new", methods=["GET", "POST"])
@requires("can_run_studies")
def new(study_id: int) -> str | Response | tuple[str, int]:
    """Add a code."""
    languages = codebook_rules(g.study).languages
    if request.method == "GET":
        return _form(CodeDefinition("", request.args.get("parent") or None, {}, {}))
    code = read_code(request.form, languages)
    try:
        with transaction() as session:
            row = add_code(session, get_study(session, study_id), code, current_account())
            number = row.id
    except BadInput as fault:
        return _form(code, fault=fault), UNSOUND
    flash(_("%(key)s was added.", key=code.key))
    return redirect(url_for("codebook.index", study_id=study_id, _anchor=f"code-{number}"))


@blueprint.route(f"{CODE}/edit", methods=["GET", "POST"])
@requires("can_run_studies")
def edit(study_id: int, code_id: int) -> str | Response | tuple[str, int]:
    """Change a code; a save that came too late shows both texts."""
    row = get_code(read_session(), g.study, code_id)
    if request.method == "GET":
        return _form(definition_of(row), code_id=code_id, version=row.version)
    code, version = read_code(request.form, codebook_rules(g.study).languages), _version()
    try:
        with transaction() as session:
            change_code(session, get_study(session, study_id), code_id, code, version, current_account())
    except StaleCode as stale:
        return _form(code, code_id=code_id, version=stale.version, stale=stale, theirs=stale.current), STALE
    except BadInput as fault:
        return _form(code, code_id=code_id, version=version, fault=fault), UNSOUND
    flash(_("%(key)s was saved.", key=code.key))
    return redirect(url_for("codebook.show", study_id=study_id, code_id=code_id))


def _version() -> int:
    return request.form.get("version", 0, type=column_number)


def _form(code: CodeDefinition, *, code_id: int | None = None, version: int = 0, **shown: Any) -> str:
    close_read_session()
    session = read_session()
    codebook = load_codebook(session, g.study)
    entry = codebook.by_id[code_id] if code_id is not None else None
    own = {below.key for below in codebook.with_descendants(entry.key)} if entry else set()
    return render_template(
        "codebook/edit.html", study=g.study, rules=codebook_rules(g.study), code=code, entry=entry, version=version,
        parents=[other for other in codebook.entries if other.key not in own], texts=TEXTS, colours=COLOURS,
        patterns=PATTERNS, choices=list_choices(session, g.study), word_changes=word_changes, **shown)


@blueprint.post(f"{CODE}/deed")
@requires("can_run_studies")
def do(study_id: int, code_id: int) -> Response:
    """Move a code, retire it or take it into use again."""
    deed, account = request.form.get("deed"), current_account()
    with transaction() as session:
        study = get_study(session, study_id)
        if deed in ("up", "down"):
            move_code(session, study, code_id, -1 if deed == "up" else 1, account)
        elif deed == "retire":
            retire_code(session, study, code_id, account)
        elif deed == "reactivate":
            reactivate_code(session, study, code_id, account)
        else:
            raise Refused("This cannot be done to a code.", "Use the buttons of the page.")
    return redirect(url_for("codebook.index", study_id=study_id, _anchor=f"code-{code_id}"))
