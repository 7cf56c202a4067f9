"""The customer files of a study: loaded, looked at before they are used, and their figures."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from analysis.diagnosis.thresholds import resolve_thresholds
from instruments.template import ValueModel
from reports.content import Block, Columns, Figure, Table, numbered
from reports.render import block_html
from reports.sections.customer_file import customer_blocks, customer_title
from reports.sections.customer_source import CustomerSource
from reports.wording import Words
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput, Refused, marked
from surveyapp.forms.customer import (
    choice_of,
    ratio_choices,
    read_borders,
    read_ratios,
    read_weights,
)
from surveyapp.models.customer import COMPLETENESS, CUSTOMERS, RELATIONS
from surveyapp.services.customer import (
    checked_day,
    discard_upload,
    find_file,
    find_picture,
    find_value_model,
    get_upload,
    get_value_model,
    list_files,
    newest_job,
    remove_file,
    report_of,
    request_picture,
    stage_upload,
    take_over,
)
from surveyapp.services.customer_upload import read_upload
from surveyapp.services.study import facts_of, get_study, template_of
from surveyapp.services.value_model import Inconsistent, pairs_of, save_borders, save_comparisons, save_weights
from surveyapp.views.access import current_account, reader_language, requires

blueprint = Blueprint("customer", __name__, url_prefix="/studies/<int:study_id>/customers")
UNSOUND = 422
HAS, AGE = "has_", "age_days_"       # as in analysis.customers.record_file, which loads the analyses
KIND_NAMES = {CUSTOMERS: marked("Customer file"), COMPLETENESS: marked("Completeness file"),
              RELATIONS: marked("Relations file")}
Page = str | Response | tuple[str, int]


@blueprint.get("")
@requires("can_read_results")
def show(study_id: int) -> str:
    """Show the files in use and their figures."""
    return _page()


def _page(fault: Refused | None = None) -> str:
    session = read_session()
    model, picture = find_value_model(g.study), find_picture(session, g.study)
    blocks: list[dict[str, Any]] = []
    title = ""
    if picture is not None and fault is None:
        template = template_of(session, g.study)
        thresholds = resolve_thresholds(template.thresholds, g.study.thresholds)
        source = CustomerSource(picture, template, facts_of(g.study), Words(reader_language(), template),
                                reader_language(), int(thresholds["minimum_group"]))
        title = customer_title(source).text
        blocks = [_shown(block) for block in _flat(numbered(tuple(customer_blocks(source))))]
    return render_template(
        "customer/show.html", study=g.study, model=model, picture=picture, title=title, blocks=blocks, fault=fault,
        files=list_files(session, g.study), kinds=KIND_NAMES, job=newest_job(session, g.study), unit_of=_unit_of,
        has_file=find_file(session, g.study) is not None, name_of=_name_of)


def _flat(blocks: tuple[Block, ...]) -> list[Block]:
    """Return the blocks below each other: a page is narrower than a sheet, and wide tables scroll one by one."""
    found: list[Block] = []
    for block in blocks:
        found += [*block.left, *block.right] if isinstance(block, Columns) else [block]
    return found


def _shown(block: Block) -> dict[str, Any]:
    html = Markup(block_html(block, reader_language()))  # noqa: S704  # a block of the report; its template escapes
    name = block.title.text if isinstance(block, (Table, Figure)) else ""
    return {"html": html, "name": name, "is_figure": isinstance(block, Figure)}


def _unit_of(unit: str) -> str:
    """Return the word of a unit; one without a word stands for itself."""
    words, phrase = Words(reader_language()), f"field_unit.{unit.replace(' ', '_')}"
    return words.text(phrase) if words.has(phrase) else unit


def _name_of(text: dict[str, str]) -> str:
    return text.get(reader_language()) or next(iter(text.values()), "")


@blueprint.post("/upload")
@requires("can_run_studies")
def upload(study_id: int) -> Page:
    """Read a file and show what is in it; it is not in use yet."""
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise BadInput("No file was chosen.", "Choose a CSV or XLSX file.")
        with file.stream:
            read = read_upload(g.study, file.read(), file.filename, request.form.get("kind", ""),
                               checked_day(request.form.get("as_on", "")))
        with transaction() as session:
            staged = stage_upload(session, get_study(session, study_id), read, current_account()).id
    except Refused as fault:
        return _page(fault), UNSOUND
    return redirect(url_for("customer.preview", study_id=study_id, upload_id=staged))


@blueprint.route("/uploads/<int:upload_id>", methods=["GET", "POST"])
@requires("can_run_studies")
def preview(study_id: int, upload_id: int) -> Page:
    """Show what an upload holds, or take it over or forget it."""
    if request.method == "POST":
        return _decide(study_id, upload_id)
    staged = get_upload(read_session(), g.study, upload_id, current_account())
    report, model = report_of(staged), get_value_model(g.study)
    names = _column_names(model)
    same = [file for file in list_files(read_session(), g.study)
            if file.kind == staged.kind and (staged.kind != CUSTOMERS or file.as_on == staged.as_on)]
    return render_template("customer/preview.html", study=g.study, upload=staged, report=report, names=names,
                           kind=KIND_NAMES[staged.kind], replaced=same)


def _column_names(model: ValueModel) -> dict[str, str]:
    """Return what the columns of the three files mean."""
    names = {field.key: _name_of(dict(field.name)) for field in model.fields if field.name}
    for one in model.field_classes:
        names[AGE + one.key] = _("age in days: %(what)s", what=_name_of(dict(one.name)))
        for field in one.fields:
            what = _name_of(dict(field.name)) or field.key
            names[HAS + field.key], names[AGE + field.key] = what, _("age in days: %(what)s", what=what)
    return names | {"unit": _("Unit"), "customer_a": _("Customer"), "customer_b": _("Other customer"),
                    "type": _("Kind of connection"), "legal_basis": _("Legal basis")}


def _decide(study_id: int, upload_id: int) -> Response:
    with transaction() as session:
        study = get_study(session, study_id)
        staged = get_upload(session, study, upload_id, current_account())
        if request.form.get("deed") != "take":
            discard_upload(session, staged)
            flash(_("The upload is forgotten; nothing was changed."))
        else:
            file = take_over(session, study, staged, current_account())
            flash(_("%(name)s is in use. The figures are being computed; load this page again in a moment.",
                    name=file.name))
    return redirect(url_for("customer.show", study_id=study_id))


@blueprint.post("/files/<int:file_id>/remove")
@requires("can_run_studies")
def remove(study_id: int, file_id: int) -> Page:
    """Delete a file with everything in it, once that is ticked."""
    if "sure" not in request.form:
        return _page(BadInput("The file was not deleted.", "Tick that you are sure: it cannot be undone.")), UNSOUND
    with transaction() as session:
        remove_file(session, get_study(session, study_id), file_id, current_account())
    flash(_("The file is deleted."))
    return redirect(url_for("customer.show", study_id=study_id))


@blueprint.post("/figures")
@requires("can_run_studies")
def compute(study_id: int) -> Page:
    """Ask for the figures anew."""
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            if find_file(session, study) is None:
                raise BadInput("The study has no customer file.", "Load one first.")
            request_picture(session, study, current_account())
    except Refused as fault:
        return _page(fault), UNSOUND
    flash(_("The figures are being computed. Load this page again in a moment."))
    return redirect(url_for("customer.show", study_id=study_id))


@blueprint.route("/value", methods=["GET", "POST"])
@requires("can_run_studies")
def value(study_id: int) -> Page:
    """Show or change the weights of the value index and the borders of tiers."""
    if request.method == "GET":
        return _value_page()
    try:
        with transaction() as session:
            study = get_study(session, study_id)
            _save(request.form.get("deed", ""), session, study)
    except Refused as fault:
        return _value_page(fault), UNSOUND
    flash(_("Saved. The figures follow in a moment."))
    return redirect(url_for("customer.value", study_id=study_id))


def _save(deed: str, session: Any, study: Any) -> None:
    model = get_value_model(study)
    if deed == "compare":
        save_comparisons(session, study, read_ratios(request.form, model), current_account())
    elif deed == "weights":
        save_weights(session, study, read_weights(request.form, model), current_account())
    else:
        save_borders(session, study, read_borders(request.form, model), current_account())


def _value_page(fault: Refused | None = None) -> str:
    model, words = get_value_model(g.study), Words(reader_language())
    parts = {part.key: words.text(f"value.{part.key}") if words.has(f"value.{part.key}")
             else part.key.replace("_", " ") for part in model.parts}
    chosen = {place: request.form.get(f"pair-{place}") or choice_of(model.comparisons.get("/".join(pair), 1.0))
              if model.comparisons or request.form else request.form.get(f"pair-{place}", "1")
              for place, pair in enumerate(pairs_of(model))}
    kinds = {kind: words.text(f"file.kind_{kind}") if words.has(f"file.kind_{kind}") else kind for kind in model.tiers}
    return render_template(
        "customer/value.html", study=g.study, model=model, parts=parts, pairs=pairs_of(model), chosen=chosen,
        choices=ratio_choices(), fault=fault, kinds=kinds, name_of=_name_of, typed=request.form,
        worst=fault.pair if isinstance(fault, Inconsistent) else None,
        implied=fault.implied if isinstance(fault, Inconsistent) else None)
