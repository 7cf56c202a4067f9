"""A topic that interviewees name beside the problems and causes of a study, made a candidate of its own."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from instruments.template import CodeDefinition
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.errors import BadInput, Refused
from surveyapp.forms.comment import read_texts
from surveyapp.services.codebook import codebook_rules
from surveyapp.services.promotion import load_promotion, promote
from surveyapp.services.study import get_study
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("promotion", __name__)
PLACE = "/studies/<int:study_id>/constructs/promote/<int:code_id>"


@blueprint.get(PLACE)
@requires("can_run_studies")
def show(study_id: int, code_id: int) -> str:
    """Show the passages of a code, to be ticked and named."""
    return _page(code_id)


def _page(code_id: int, **shown: object) -> str:
    page = load_promotion(read_session(), g.study, code_id, current_account())
    return render_template("own_construct/promote.html", study=g.study, page=page,
                           languages=codebook_rules(g.study).languages, **{"typed": None, "chosen": None, **shown})


@blueprint.post(PLACE)
@requires("can_run_studies")
def make(study_id: int, code_id: int) -> Response | tuple[str, int]:
    """Name the topic and give it the passages."""
    languages = tuple(codebook_rules(g.study).languages)
    code = CodeDefinition(request.form.get("key", "").strip(), None, read_texts(request.form, "name", languages),
                          read_texts(request.form, "definition", languages))
    chosen = request.form.getlist("place")
    try:
        with transaction() as session:
            promote(session, get_study(session, study_id), code_id, code, chosen, current_account())
    except Refused as fault:
        close_read_session()
        return _page(code_id, typed=code, chosen=chosen, fault=fault), 422 if isinstance(fault, BadInput) else 409
    flash(_("%(key)s is a candidate now: the diagnosis lists it, and no questionnaire measures it.", key=code.key))
    return redirect(url_for("own_construct.index", study_id=study_id, _anchor="candidates"))
