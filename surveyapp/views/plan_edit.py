"""The plan that the rules propose: objectives and measures, edited by hand with the proposal beside each edit."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from analysis.results.plan_edits import FIELDS, FORMS, PHASES, TEXTS
from reports.sections.forms import form_of, found_here
from reports.sections.source import Source
from reports.sections.triggers import described
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.errors import BadInput, NotFound, Overtaken, Refused
from surveyapp.forms.coding import column_number
from surveyapp.forms.plan_edit import Entered, posted_fields, read_reason, read_values, shown_fields
from surveyapp.services.plan_edit import KINDS, Plan, PlanEntry, earlier_edits, load_plan
from surveyapp.services.plan_edit_check import (
    FIELD_NAMES,
    LONGEST,
    LONGEST_REASON,
    SHORTEST_REASON,
    Doubts,
    kpi_of,
    narrowed,
)
from surveyapp.services.plan_edit_save import (
    Editing,
    confirm_edit,
    restore_edit,
    save_edit,
    take_back_edit,
    take_over_edits,
    told,
)
from surveyapp.services.study import facts_of, get_study
from surveyapp.views.access import current_account, reader_language, requires
from surveyapp.views.shown_wave import newest_shown

blueprint = Blueprint("plan_edit", __name__, url_prefix="/studies/<int:study_id>/plan")
UNSOUND, STALE = 422, 409
ENTRY = "/<kind>/<key>"
Page = str | Response | tuple[str, int]


@blueprint.get("")
@requires("can_read_results")
def index(study_id: int) -> str:
    """Show objectives and measures as they stand, edited or as proposed."""
    plan = load_plan(read_session(), g.study)
    if plan is None:
        return render_template("plan_edit/index.html", study=g.study, plan=None)
    return _index(plan)


def _index(plan: Plan, fault: Refused | None = None) -> str:
    earlier = [one for one in earlier_edits(read_session(), g.study, plan)
               if list(narrowed(one.values, one.entry).named())]
    return render_template("plan_edit/index.html", study=g.study, plan=plan, source=_source(plan), fault=fault,
                           shown=newest_shown(read_session(), g.study), earlier=earlier,
                           kpis={one.key: one.kpi for one in plan.diagnosis.objectives},
                           **_names(plan))


@blueprint.post("/take-over")
@requires("can_run_studies")
def take_over(study_id: int) -> Page:
    """Let edits of the wave before hold in this wave too: those that were ticked, and no other."""
    try:
        with transaction() as session:
            taken = take_over_edits(session, get_study(session, study_id), request.form.getlist("edit"),
                                    current_account())
    except Refused as fault:
        close_read_session()
        plan = load_plan(read_session(), g.study)
        if plan is None:
            raise
        return _index(plan, fault), UNSOUND if isinstance(fault, BadInput) else STALE
    flash(ngettext("%(num)s edit was taken over.", "%(num)s edits were taken over.", len(taken)))
    return redirect(url_for("plan_edit.index", study_id=study_id))


@blueprint.get(ENTRY)
@requires("can_read_results")
def show(study_id: int, kind: str, key: str) -> str:
    """Show one measure or objective: what is proposed, the edit with its versions, and the form to change it."""
    plan, entry = _entry(kind, key)
    return _page(plan, entry, shown_fields(entry, plan.template.languages))


@blueprint.post(ENTRY)
@requires("can_run_studies")
def edit(study_id: int, kind: str, key: str) -> Page:
    """Store an edit; what cannot be stored, or must be looked at again, comes back as it was typed."""
    plan, entry = _entry(kind, key)
    languages = plan.template.languages
    typed = posted_fields(request.form, entry.kind, languages)
    try:
        values = read_values(typed, entry.kind, languages)
        with transaction() as session:
            save_edit(session, get_study(session, study_id), _editing(entry), values,
                      read_reason(typed, languages), current_account(), accepted=request.form.getlist("accepted"))
    except Refused as fault:
        return _again(kind, key, typed, fault)
    flash(_("The edit was stored; the rule's own proposal stays beside it."))
    return _back(entry)


@blueprint.post(f"{ENTRY}/deed")
@requires("can_run_studies")
def do(study_id: int, kind: str, key: str) -> Page:
    """Confirm an edit beside a changed proposal, take it back, or use an earlier version again."""
    plan, entry = _entry(kind, key)
    deed, account, editing = request.form.get("deed"), current_account(), _editing(entry)
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            if deed == "confirm":
                confirm_edit(session, study, editing, read_reason(request.form, plan.template.languages), account)
            elif deed == "take_back":
                take_back_edit(session, study, editing, account)
            else:
                restore_edit(session, study, editing, request.form.get("version", 0, type=column_number), account)
    except Refused as fault:
        return _again(kind, key, shown_fields(entry, plan.template.languages), fault)
    flash({"confirm": _("The edit was confirmed."), "take_back": _("The edit was taken back; the proposal holds."),
           }.get(deed or "", _("The earlier version holds again.")))
    return _back(entry)


def _entry(kind: str, key: str) -> tuple[Plan, PlanEntry]:
    plan = load_plan(read_session(), g.study) if kind in KINDS else None
    if plan is None:
        raise NotFound("There is no such measure or objective.", "See the plan.")
    return plan, plan.entry(kind, key)


def _editing(entry: PlanEntry) -> Editing:
    return Editing(entry.kind, entry.key, request.form.get("number", 0, type=column_number))


def _back(entry: PlanEntry) -> Response:
    return redirect(url_for("plan_edit.index", study_id=g.study.id, _anchor=f"{entry.kind}-{entry.key}"))


def _again(kind: str, key: str, typed: Entered, fault: Refused) -> tuple[str, int]:
    close_read_session()                # what somebody else stored meanwhile shall be seen
    plan, entry = _entry(kind, key)
    # Only who was shown the other's text may replace it: any other fault keeps the version that was open.
    number = fault.version if isinstance(fault, Overtaken) else _editing(entry).number
    status = UNSOUND if isinstance(fault, (BadInput, Doubts)) else STALE
    return _page(plan, entry, typed, fault=fault, number=number), status


def _page(plan: Plan, entry: PlanEntry, entered: Entered, **shown: Any) -> str:
    source = _source(plan)
    return render_template(
        "plan_edit/show.html", study=g.study, plan=plan, entry=entry, entered=entered,
        languages=plan.template.languages, source=source, texts=TEXTS, longest=LONGEST,
        shortest_reason=SHORTEST_REASON, longest_reason=LONGEST_REASON,
        told=told, kpi=kpi_of(plan, entry), facts=_facts(source, entry), place_names=_place_names(plan),
        **{"number": entry.number, **_names(plan), **shown})


def _source(plan: Plan) -> Source:
    return Source(plan.diagnosis, plan.template, facts_of(g.study), reader_language())


def _names(plan: Plan) -> dict[str, Any]:
    return {"field_names": FIELD_NAMES, "fields": FIELDS, "forms": FORMS, "phases": PHASES,
            "objectives": {one.key: one for one in plan.rules.objectives},
            "measures": {one.key: one for one in plan.rules.measures},
            "principles": {one.key: one for one in plan.rules.principles},
            "found": {("measure", one.key): one for one in plan.diagnosis.measures}
            | {("objective", one.key): one for one in plan.diagnosis.objectives}}


def _place_names(plan: Plan) -> dict[str, str]:
    """Return what the fields of the form are called where a fault names them."""
    found = {name: _(label) for name, label in FIELD_NAMES.items()} | {"reason": _("Reason")}
    names = {language: {"en": "English", "zh": "中文"}.get(language, language) for language in plan.template.languages}
    return found | {f"{name}_{language}": f"{found[name]} · {shown}" for name in (*TEXTS, "reason")
                    for language, shown in names.items()}


def _facts(source: Source, entry: PlanEntry) -> list[str]:
    """Return what the rule's proposal rests on, in the words of the report."""
    if entry.kind != "measure":
        return []
    finding = next(one for one in source.diagnosis.measures if one.key == entry.key)
    said = (form_of(source, finding), found_here(source, finding))
    holding = [described(source, trigger).text for trigger in finding.triggers if trigger.outcome == "true"]
    return [*[one.text for one in said if one is not None], *holding]


