"""Problems and causes of the study's own: entered with a live check, previewed, put into force."""

from __future__ import annotations

import time
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from instruments.errors import Finding
from instruments.open_set import (
    MOST_ITEMS,
    MOST_OF,
    USUAL_ITEMS,
    OwnConstruct,
    audience_of,
    scales_of,
    widened,
)
from instruments.template import CodeDefinition, StudyTemplate
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.errors import BadInput, NotFound, Overtaken, Refused
from surveyapp.forms.coding import column_number
from surveyapp.forms.own_construct import MEASURE_TEXTS, NEW_CODE, read_group, read_own
from surveyapp.services.finding_wording import in_words, place_in_words
from surveyapp.services.own_construct import (
    delete_own,
    find_hindrance,
    findings_of,
    get_own,
    list_own,
    own_of,
    put_in_force,
    save_own,
    take_out,
    waves_concerned,
)
from surveyapp.services.preview import LINK, PreviewState, presentable, rehearsal
from surveyapp.services.promotion import least_interviewees, list_promotable, promotions_of
from surveyapp.services.response import Agreement, start_response
from surveyapp.services.response_page import get_page
from surveyapp.services.study import get_study, template_of
from surveyapp.views import respondent_page
from surveyapp.views.access import current_account, reader_language, requires
from surveyapp.views.preview import FRAMING, PreviewPaths, _framed, _speak

blueprint = Blueprint("own_construct", __name__, url_prefix="/studies/<int:study_id>/constructs")
ONE = "/<int:number>"
UNSOUND, STALE = 422, 409
Page = str | Response | tuple[str, int]


@blueprint.get("")
@requires("can_run_studies")
def index(study_id: int) -> str:
    """List problems and causes, those of the study's own, and what interviews name besides."""
    return _index()


def _index(fault: Refused | None = None) -> str:
    session = read_session()
    template, promotions = template_of(session, g.study), promotions_of(session, g.study)
    return render_template(
        "own_construct/index.html", study=g.study, template=template, rows=[(row, own_of(row)) for row in list_own(
            session, g.study)], most_of=MOST_OF, fault=fault, promotable=list_promotable(session, g.study,
                                                                                       current_account()),
        promotions=promotions, named={target.id for _row, _source, target in promotions},
        least=least_interviewees(session, g.study))


# ---- entering -------------------------------------------------------------------------------------------------------
@blueprint.route("/new", methods=["GET", "POST"])
@requires("can_run_studies")
def new(study_id: int) -> Page:
    """Enter one, or store it."""
    template = template_of(read_session(), g.study)
    if request.method == "GET":
        return _form(template, _prefilled(template))
    own = read_own(request.form, template.languages, template.rules)
    try:
        with transaction() as session:
            number = save_own(session, get_study(session, study_id), own, account=current_account()).id
    except Refused as fault:
        return _form(template, own, fault=fault), UNSOUND
    flash(_("Saved."))
    return redirect(url_for("own_construct.show", study_id=study_id, number=number))


def _prefilled(template: StudyTemplate) -> OwnConstruct:
    """Return an empty one; of a code that became a candidate its words and its code."""
    group, key = read_group(request.args.get("group", "")), request.args.get("code", "")
    code = next((one for one in free_codes(template) if one.key == key), None)
    stem = "PRB_" if group == "problem" else "CAU_"
    return OwnConstruct(group, stem + key.rpartition(".")[2].upper().replace("-", "_") if code else stem,
                        code.name if code else {}, code.definition if code else {}, (), code=key if code else "",
                        paired=tuple(one.key for one in template.constructs
                                     if one.group == ("cause" if group == "problem" else "problem")))


def free_codes(template: StudyTemplate) -> list[CodeDefinition]:
    """Return the codes that no construct has and that stand below another code: one may be its code."""
    book = template.codebook
    return [code for code in book.codes if code.construct is None and code.parent is not None and not code.strategy
            and code.safeguard is None] if book is not None else []


@blueprint.route(f"{ONE}/edit", methods=["GET", "POST"])
@requires("can_run_studies")
def edit(study_id: int, number: int) -> Page:
    """Change what was entered; a save that came too late is answered with both texts."""
    row, template = get_own(read_session(), g.study, number), template_of(read_session(), g.study)
    if request.method == "GET":
        return _form(template, own_of(row), row=row, version=row.version)
    version = request.form.get("version", 0, type=column_number)
    own = read_own(request.form, template.languages, template.rules, own_of(row))
    try:
        with transaction() as session:
            save_own(session, get_study(session, study_id), own, number=number, version=version,
                     account=current_account())
    except Overtaken as fault:
        return _form(template, own, row=row, version=fault.version, fault=fault), STALE
    except Refused as fault:
        return _form(template, own, row=row, version=version, fault=fault), UNSOUND
    flash(_("Saved."))
    return redirect(url_for("own_construct.show", study_id=study_id, number=number))


def _form(template: StudyTemplate, own: OwnConstruct, **shown: Any) -> str:
    questionnaire = template.instrument(audience_of(template, own.group))
    return render_template(
        "own_construct/edit.html", study=g.study, template=template, own=own, codes=free_codes(template),
        scales=scales_of(questionnaire, own.group), questionnaire=questionnaire, most_items=MOST_ITEMS,
        usual_items=USUAL_ITEMS, new_code=NEW_CODE, measure_texts=MEASURE_TEXTS,
        pairs=[one for one in template.constructs if one.group == ("cause" if own.group == "problem" else "problem")],
        findings=located(template, own) if own.items else [], **shown)


@blueprint.post("/check")
@requires("can_run_studies")
def check(study_id: int) -> str:
    """Tell what is amiss with a form as it stands; nothing is stored."""
    template = template_of(read_session(), g.study)
    own = read_own(request.form, template.languages, template.rules)
    return render_template("own_construct/_findings.html", findings=located(template, own))


def located(template: StudyTemplate, own: OwnConstruct) -> list[tuple[Finding, str, str]]:
    """Return what is amiss, with place and sentence in the reader's language."""
    found = []
    for finding in findings_of(template, own):
        parts = finding.place.split(", ")[1:]
        place = " · ".join(place_in_words(", ".join(part for part in parts if not part.startswith(own.key)), _))
        words = " ".join(in_words(text, _) or text for text in (finding.reason, finding.remedy))
        found.append((finding, place, words))
    return found


# ---- looked at ------------------------------------------------------------------------------------------------------
@blueprint.get(ONE)
@requires("can_run_studies")
def show(study_id: int, number: int) -> str | Response:
    """Show one with a preview of its pages, what is amiss, and what putting it into force means."""
    return _show(number)


def _show(number: int, fault: Refused | None = None) -> Response:
    session = read_session()
    row, template = get_own(session, g.study, number), template_of(session, g.study)
    own = own_of(row)
    findings = [] if row.state == "in_force" else located(template, own)
    audience = audience_of(template, own.group)
    language = request.args.get("lang", "")
    page = Response(render_template(
        "own_construct/show.html", study=g.study, row=row, own=own, template=template, findings=findings, fault=fault,
        has_errors=any(one.is_error for one, _place, _words in findings), audience=audience,
        hindrance=find_hindrance(session, g.study, audience), waves=waves_concerned(session, g.study),
        language=language if language in template.languages else reader_language(),
        pages=_pages(template, own, has_errors=any(one.is_error for one, _place, _words in findings))),
        mimetype="text/html")
    page.headers["Content-Security-Policy"] = FRAMING
    return page


def _pages(template: StudyTemplate, own: OwnConstruct, *, has_errors: bool) -> dict[str, str]:
    """Return the pages of the questionnaire that it is asked on, each with the first item that asks it."""
    if has_errors:
        return {}
    whole = template if any(one.key == own.key for one in template.constructs) else widened(template, own)
    instrument = whole.instrument(audience_of(template, own.group))
    asking = [item for item in instrument.items if item.construct == own.key
              or own.key in [choice.value for choice in item.choices]]
    return {item.section: item.key for item in reversed(asking)}


@blueprint.get(f"{ONE}/page/<section>")
@requires("can_run_studies")
def page(study_id: int, number: int, section: str) -> Response:
    """Show a page of the questionnaire as respondents would see it; nothing can be sent from it."""
    template, own = template_of(read_session(), g.study), own_of(get_own(read_session(), g.study, number))
    whole = template if any(one.key == own.key for one in template.constructs) else widened(template, own)
    found = presentable(whole.instrument(audience_of(template, own.group)))
    if found.instrument is None or section not in {one.key for one in found.instrument.sections}:
        raise NotFound("There is no such page.")
    wanted = request.args.get("lang", "")
    language = _speak(wanted if wanted in template.languages else template.languages[0])
    secret = str(current_app.config["SECRET_KEY"])
    with rehearsal(found.instrument, g.study, secret, PreviewState()) as (session, token):
        filling = start_response(session, secret, LINK, token, language, Agreement(True, True, True))
        paths = PreviewPaths(request.script_root, request.host, request.scheme, token, "", "")
        text = respondent_page.filled_page(filling, get_page(filling.questionnaire, section), paths, secret=secret,
                                           now_ms=int(time.time() * 1000))
    return _framed(text)


@blueprint.post(f"{ONE}/deed")
@requires("can_run_studies")
def do(study_id: int, number: int) -> Page:
    """Put it into force, take it out of force, or delete it."""
    deed, account = request.form.get("deed"), current_account()
    version = request.form.get("version", 0, type=column_number)
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            if deed == "delete":
                delete_own(session, study, number, account)
            elif deed == "take_out":
                take_out(session, study, number, version, account)
            else:
                put_in_force(session, study, number, version, has_seen_warnings="seen" in request.form,
                             account=account)
    except (BadInput, Refused) as fault:
        close_read_session()
        shown = _show(number, fault)
        shown.status_code = UNSOUND if isinstance(fault, BadInput) else STALE
        return shown
    if deed == "delete":
        flash(_("Deleted."))
        return redirect(url_for("own_construct.index", study_id=study_id))
    flash(_("It is out of force: a new version of the questionnaire asks without it.") if deed == "take_out" else
          _("It is in force: a new version of the questionnaire asks it."))
    return redirect(url_for("own_construct.show", study_id=study_id, number=number))


