"""Passages looked for by query, words looked for in texts, and queries kept under a name."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput
from surveyapp.forms.coding import column_number
from surveyapp.forms.retrieval import RELATION_CHOICES, write_query
from surveyapp.models.coding import POLARITIES
from surveyapp.services.interview import guide_of
from surveyapp.services.keyword_page import search_words
from surveyapp.services.query import attribute_names, run_query
from surveyapp.services.query_grammar import QueryError
from surveyapp.services.query_page import load_hit_page
from surveyapp.services.query_rows import QueryRows
from surveyapp.services.saved_query import delete_query, list_queries, save_query
from surveyapp.services.study import get_study
from surveyapp.views.access import current_account, requires

blueprint = Blueprint("retrieval", __name__)
PLACE = "/studies/<int:study_id>/retrieval"
Page = str | Response | tuple[str, int]


@blueprint.get(PLACE)
@requires("can_code")
def show(study_id: int) -> Page:
    """Show the query, the form that writes one, and what it finds."""
    if "build" in request.args:
        return redirect(url_for("retrieval.show", study_id=study_id, q=write_query(request.args), _anchor="found"))
    text = request.args.get("q", "").strip()
    if not text:
        return _page(text)
    session = read_session()
    try:
        answer = run_query(session, g.study, current_account(), text)
    except BadInput as error:
        return _page(text, error=error, column=error.column if isinstance(error, QueryError) else None), 422
    page = load_hit_page(session, g.study, answer, request.args.get("page", 1, type=column_number))
    return _page(text, answer=answer, page=page)


def _page(text: str, **found: object) -> str:
    session, account = read_session(), current_account()
    rows = QueryRows(session, g.study, account)
    return render_template(
        "retrieval/show.html", study=g.study, text=text, guide=guide_of(g.study), codebook=rows.codebook,
        relations=RELATION_CHOICES, polarities=POLARITIES, saved=list_queries(session, g.study),
        roles=sorted({case.role for case in rows.cases.values() if case.role}),
        coders=rows.coders,
        attributes=attribute_names(rows.cases.values()), **found)


@blueprint.post(f"{PLACE}/saved")
@requires("can_code")
def save(study_id: int) -> Response:
    """Keep a query under a name, or take a saved one away."""
    account, text = current_account(), request.form.get("q", "")
    with transaction() as session:
        study = get_study(session, study_id)
        if request.form.get("deed") == "delete":
            delete_query(session, study, account, request.form.get("query", 0, type=column_number))
            flash(_("The saved query was deleted."))
        else:
            save_query(session, study, account, request.form.get("name", ""), text, request.form.get("claim", ""))
            flash(_("The query is saved."))
    return redirect(url_for("retrieval.show", study_id=study_id, q=text or None))


@blueprint.get("/studies/<int:study_id>/search")
@requires("can_code")
def search(study_id: int) -> Page:
    """Look for words in all texts, codes and memos."""
    words = request.args.get("q", "").strip()
    wanted = {name: name in request.args for name in ("is_whole", "only_interviewees")}
    page, error, status = None, None, 200
    if words:
        try:
            page = search_words(read_session(), g.study, current_account(), words,
                                number=request.args.get("page", 1, type=column_number), **wanted)
        except BadInput as found:
            error, status = found, 422
    shown = render_template("retrieval/search.html", study=g.study, words_wanted=words, wanted=wanted, page=page,
                            error=error, guide=guide_of(g.study))
    return shown if status == 200 else (shown, status)  # noqa: PLR2004 - HTTP
