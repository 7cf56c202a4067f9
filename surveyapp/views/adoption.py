"""A template made another organisation's study in the browser: pick, rename, tick, word, enter, rehearse, open."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from instruments.adoption import AdoptionChoices, Dropped, name_of
from instruments.errors import Finding, InstrumentError
from instruments.facts import StudyFacts
from instruments.schema import Instrument, Text
from instruments.template import StudyTemplate
from instruments.template_loader import catalogue, load_catalogue_template
from instruments.texts import Wording
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import AppError, BadInput, NotFound, marked
from surveyapp.forms.adoption import (
    audiences_of,
    departments_of,
    read_names,
    read_people,
    read_scope,
    read_tiers,
    read_words,
    roles_of,
)
from surveyapp.models.adoption import Adoption
from surveyapp.models.study import Study
from surveyapp.services.adoption import (
    SCALES,
    STEPS,
    WHOLE,
    adopted_of,
    begin_adoption,
    choices_of,
    choose_template,
    comparability_of,
    facts_of_adoption,
    faults_of,
    get_adoption,
    groups_of,
    is_current,
    list_adoptions,
    make_study,
    open_study,
    original_of,
    remove_adoption,
    save_choices,
    save_facts,
    save_name,
    wordings_in,
)
from surveyapp.services.draft_finding import LocatedFinding, located
from surveyapp.services.rehearsal import find_rehearsal, list_rehearsals
from surveyapp.views.access import current_account, reader_language, requires

blueprint = Blueprint("adoption", __name__, url_prefix="/adoptions")
UNSOUND = 422
STEP_NAMES = {
    "name": marked("What it is called"), "scope": marked("What applies"), "wording": marked("How it is worded"),
    "tiers": marked("Tiers"), "people": marked("People"), "rehearse": marked("Rehearsal"),
    "publish": marked("Opening")}
Page = tuple[str, int] | str


# ---- the list --------------------------------------------------------------------------------------------------------
@blueprint.get("")
@requires("can_run_studies")
def index() -> str:
    """List the templates that can be adopted, and what was begun."""
    return _index()


def _index(fault: AppError | None = None) -> str:
    rows = list_adoptions(read_session(), current_account())
    return render_template(
        "adoption/index.html", templates=[load_catalogue_template(key) for key in catalogue()], rows=rows, fault=fault,
        titles={row.id: original_of(row).title for row in rows}, step_names=STEP_NAMES, read=_read)


@blueprint.post("")
@requires("can_run_studies")
def begin() -> Response | Page:
    """Begin with a template of the catalogue, or the zip of one."""
    file = request.files.get("file")
    try:
        template = choose_template(request.form.get("template", ""), file.read() if file and file.filename else b"")
        with transaction() as session:
            number = begin_adoption(session, template, current_account()).id
    except BadInput as fault:
        return _index(fault), UNSOUND
    except InstrumentError as error:
        return _index(BadInput("The template cannot be used: {words}", words=str(error)[:500])), UNSOUND
    return redirect(url_for("adoption.step", adoption_id=number, name=STEPS[0]))


@blueprint.post("/<int:adoption_id>/remove")
@requires("can_run_studies")
def remove(adoption_id: int) -> Response:
    """Give an adoption up."""
    with transaction() as session:
        account = current_account()
        remove_adoption(session, get_adoption(session, adoption_id, account), account)
    flash(_("The adoption was removed."))
    return redirect(url_for("adoption.index"))


# ---- steps -----------------------------------------------------------------------------------------------------------
@blueprint.get("/<int:adoption_id>/<name>")
@requires("can_run_studies")
def step(adoption_id: int, name: str) -> str:
    """Show one step with everything decided so far."""
    return _page(get_adoption(read_session(), adoption_id, current_account()), name)


@blueprint.post("/<int:adoption_id>/<name>")
@requires("can_run_studies")
def save(adoption_id: int, name: str) -> Response | Page:
    """Save one step; a mistake is told on its page and keeps what was typed."""
    deed = DEEDS.get(name)
    if deed is None:
        raise NotFound("There is no such page.")
    try:
        with transaction() as session:
            row = get_adoption(session, adoption_id, current_account())
            leads = deed(session, row)
    except BadInput as fault:
        return _page(get_adoption(read_session(), adoption_id, current_account()), name, fault), UNSOUND
    if "stay" in request.form:
        flash(_("Saved."))
        return redirect(request.full_path)
    return redirect(leads)


def _page(row: Adoption, name: str, fault: AppError | None = None) -> str:
    if name not in STEPS:
        raise NotFound("There is no such page.")
    template, choices = original_of(row), choices_of(row)
    return render_template(
        f"adoption/{name}.html", row=row, template=template, choices=choices, name=name, steps=STEPS, fault=fault,
        step_names=STEP_NAMES, reached=STEPS.index(row.step), read=_read, was=request.form, tag=_tag,
        **SHOWN[name](row, template, choices))


def _read(text: Text) -> str:
    return text.get(reader_language()) or next(iter(text.values()), "")


def _tag(language: str) -> str:
    return "zh-Hans" if language == "zh" else language


def _next(row: Adoption, name: str) -> str:
    return url_for("adoption.step", adoption_id=row.id, name=name)


def _save_name(session: Session, row: Adoption) -> str:
    save_name(session, row, request.form.get("name", ""), read_names(request.form, original_of(row), choices_of(row)))
    return _next(row, "scope")


def _save_scope(session: Session, row: Adoption) -> str:
    save_choices(session, row, read_scope(request.form, original_of(row), choices_of(row)), "wording")
    return _next(row, "wording")


def _save_wording(session: Session, row: Adoption) -> str:
    form, group = _place(original_of(row))
    save_choices(session, row, read_words(request.form, form, choices_of(row)), "tiers")
    places = [(one.audience, part) for one in original_of(row).instruments for part in groups_of(one)]
    following = places[places.index((form.audience, group)) + 1:]
    if not following or "done" in request.form:
        return _next(row, "tiers")
    return url_for("adoption.step", adoption_id=row.id, name="wording", audience=following[0][0],
                   page=following[0][1])


def _save_tiers(session: Session, row: Adoption) -> str:
    save_choices(session, row, read_tiers(request.form, original_of(row), choices_of(row), reader_language()), "people")
    return _next(row, "people")


def _save_people(session: Session, row: Adoption) -> str:
    save_facts(session, row, read_people(request.form, adopted_of(row).template, facts_of_adoption(row),
                                         reader_language()))
    return _next(row, "rehearse")


def _rehearse(session: Session, row: Adoption) -> str:
    make_study(session, row, [language for language in request.form.getlist("language")
                              if language in original_of(row).languages], current_account())
    return _next(row, "publish")


def _open(session: Session, row: Adoption) -> str:
    study = open_study(session, row, current_account())
    flash(_("Collection is open."))
    return url_for("study.show", study_id=study.id)


DEEDS: dict[str, Callable[[Session, Adoption], str]] = {
    "name": _save_name, "scope": _save_scope, "wording": _save_wording, "tiers": _save_tiers, "people": _save_people,
    "rehearse": _rehearse, "publish": _open}


# ---- what each step shows --------------------------------------------------------------------------------------------
def _nothing(_row: Adoption, _template: StudyTemplate, _choices: AdoptionChoices) -> dict[str, Any]:
    return {}


def _scope(row: Adoption, template: StudyTemplate, _choices: AdoptionChoices) -> dict[str, Any]:
    return {"dropped": _dropped(row), "is_new": row.step == "scope",
            "others": {form.audience: [item for item in form.items if not item.construct]
                       for form in template.instruments}}


def _dropped(row: Adoption) -> list[tuple[Dropped, Text]]:
    """Return what had to go along, each with what it is called in the template."""
    return [(one, name_of(original_of(row), one)) for one in adopted_of(row).dropped]


def _by_key(found: Iterable[Wording]) -> dict[str, list[Wording]]:
    """Return wordings by item or section, in the order of the questionnaire."""
    listed: dict[str, list[Wording]] = {}
    for one in found:
        listed.setdefault(one.key, []).append(one)
    return listed


def _place(template: StudyTemplate) -> tuple[Instrument, str]:
    """Return the questionnaire and the group of wordings that the address asks for."""
    asked = request.args.get("audience", "")
    form = next((one for one in template.instruments if one.audience == asked), template.instruments[0])
    group = request.args.get("page", "")
    usual = form.sections[0].key if form.sections else WHOLE
    return form, group if group in groups_of(form) else usual


def _wording(row: Adoption, template: StudyTemplate, choices: AdoptionChoices) -> dict[str, Any]:
    form, group = _place(template)
    gone = {one.key for one in comparability_of(row).fates if one.audience == form.audience and one.fate == "removed"}
    own = choices.wordings.get(form.audience, {})
    comparability = comparability_of(row)
    return {
        "form": form, "here": group, "groups": groups_of(form), "whole": WHOLE, "scales": SCALES, "own": own,
        "listed": _by_key(one for one in wordings_in(form, group) if one.key not in gone),
        "comparability": comparability, "constructs": {one.key: one.name for one in template.constructs},
        "fate_of": {(one.audience, one.key): one for one in comparability.fates},
        "titles": {section.key: section.title for section in form.sections},
        "rated": {one.key for one in comparability.rated if one.audience == form.audience}}


def _tiers(_row: Adoption, template: StudyTemplate, choices: AdoptionChoices) -> dict[str, Any]:
    model = template.value_model
    return {"tiers": model.tiers if model else {}, "own": choices.tiers,
            "upper": model.upper_tiers if model else {}}


def _people(row: Adoption, _template: StudyTemplate, _choices: AdoptionChoices) -> dict[str, Any]:
    adopted, facts = adopted_of(row).template, facts_of_adoption(row)
    return {"parts": (("population", _("People asked"), audiences_of(adopted), facts.population),
                      ("role", _("People by role"), roles_of(adopted), facts.headcount_by_role),
                      ("department", _("People by department"), departments_of(adopted),
                       facts.headcount_by_department))}


def _rehearsal(row: Adoption, template: StudyTemplate, _choices: AdoptionChoices) -> dict[str, Any]:
    adopted = adopted_of(row)
    return {"faults": [_located(finding, template) for finding in faults_of(adopted)], "dropped": _dropped(row),
            "comparability": comparability_of(row), "facts": _filled(facts_of_adoption(row)),
            "is_current": is_current(row)}


def _located(finding: Finding, template: StudyTemplate) -> LocatedFinding:
    return located(finding, template.instruments[0])


def _filled(facts: StudyFacts) -> int:
    return sum(facts.population.values())


def _opening(row: Adoption, template: StudyTemplate, _choices: AdoptionChoices) -> dict[str, Any]:
    session = read_session()
    study = session.get(Study, row.study_id) if row.study_id else None
    found = find_rehearsal(session, study) if study else None
    jobs = list_rehearsals(session, study, 1) if study else []
    titled = {one.audience: _read(one.title) for one in template.instruments}
    return {"made": study, "titled": titled, "is_current": is_current(row), "found": found[0] if found else None,
            "specimens": found[1] if found else [], "job": jobs[0] if jobs else None}


SHOWN: dict[str, Callable[[Adoption, StudyTemplate, AdoptionChoices], dict[str, Any]]] = {
    "name": _nothing, "scope": _scope, "wording": _wording, "tiers": _tiers, "people": _people,
    "rehearse": _rehearsal, "publish": _opening}
