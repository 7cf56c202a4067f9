"""The organisation under study as entered: its profile, units, people, process and practices, shown and changed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as Reply

from instruments.codec import to_document
from instruments.facts import STATUSES, StudyFacts
from instruments.schema import Text
from instruments.template import StudyTemplate
from reports.charts.draw import draw
from reports.content import Figure
from reports.sections.organisation import process_flow, unit_tree
from reports.wording import Words
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput, NotFound, marked
from surveyapp.forms.organisation import FIELDS, GROWING, HEADINGS, Entered, Frame, facts_from, read_rows, rows_of
from surveyapp.services.action_feed import actions_on_record, with_actions
from surveyapp.services.anonymised import anonymise_organisation
from surveyapp.services.organisation import (
    StaleFacts,
    department_item,
    mark_of_parts,
    practice_items,
    practice_kinds,
    save_parts,
)
from surveyapp.services.organisation_check import PARTS, PROCESS, UNITS
from surveyapp.services.organisation_file import read_facts, read_table
from surveyapp.services.study import facts_of, get_study, template_of
from surveyapp.views.access import current_account, reader_language, requires

blueprint = Blueprint("organisation", __name__, url_prefix="/studies/<int:study_id>/organisation")
PART_NAMES = {"frame": marked("The study"), "profile": marked("Profile"), "units": marked("Units"),
              "headcount": marked("People"), "process": marked("Process"), "practices": marked("Present measures")}
UNSOUND, STALE = 422, 409
EVERYTHING = tuple(PARTS)


@blueprint.get("")
@requires("can_run_studies")
def show(study_id: int) -> str:
    """Show everything entered about the organisation."""
    return _page()


def _page(fault: BadInput | StaleFacts | None = None) -> str:
    facts, language = facts_of(g.study), reader_language()
    decided = [practice for practice in _next_facts().practices if practice not in facts.practices]
    return render_template(
        "organisation/show.html", study=g.study, facts=facts, decided=decided, fault=_translated(fault),
        parts=PART_NAMES,
        figures={"units": unit_tree(facts, language) if facts.units else None,
                 "process": process_flow(facts, language) if facts.process else None},
        picture=_picture, marks={part: mark_of_parts(facts, (part,)) for part in (UNITS, PROCESS)},
        mark=mark_of_parts(facts, EVERYTHING), **_names())


def _next_facts() -> StudyFacts:
    """Return the facts as the next wave will read them: with every decision that is recorded by now."""
    session = read_session()
    actions = actions_on_record(session, g.study)
    return with_actions(facts_of(g.study), actions, template_of(session, g.study))


def _picture(figure: Figure) -> Markup:
    return Markup(draw(figure.chart, figure.alt, reader_language()))  # noqa: S704  # draw() escapes every text


def _read(text: Text) -> str:
    return text.get(reader_language()) or next(iter(text.values()), "")


def _names() -> dict[str, Any]:
    """Return the words that stand for keys: role classes, departments, audiences, headings, choices."""
    template, words = template_of(read_session(), g.study), Words(reader_language())
    item = department_item(template)
    return {
        "read": _read, "statuses": {key: words.text(f"practice.{key}") for key in STATUSES},
        "headings": {key: words.text(f"profile.{key}") for key in (*HEADINGS, *facts_of(g.study).profile)
                     if words.has(f"profile.{key}")},
        "roles": {key: _read(name) for key, name in (template.guide.roles if template.guide else {}).items()},
        "departments": {choice.value: _read(choice.label) for choice in item.choices} if item else {},
        "audiences": {one.audience: _read(one.title) for one in template.instruments},
        "asked": [(_read(item.text), [(f"{item.key}.{choice.value}", _read(choice.label)) for choice in item.choices
                                      if not choice.is_exclusive]) for item in practice_items(template)]}


def _frame(template: StudyTemplate) -> Frame:
    item = department_item(template)
    return Frame(template.languages, list(template.guide.roles) if template.guide else [],
                 [choice.value for choice in item.choices if not choice.is_missing] if item else [],
                 [instrument.audience for instrument in template.instruments])


def _translated(fault: BadInput | StaleFacts | None) -> BadInput | StaleFacts | None:
    """Return the fault with the heads of its columns in the reader's language."""
    if isinstance(fault, BadInput):
        fault.rows = tuple(replace(row, column=_(row.column)) for row in fault.rows)
    return fault


@blueprint.get("/facts.json")
@requires("can_run_studies")
def download(study_id: int) -> Response:
    """Hand out everything entered as the file that can be read in again."""
    text = json.dumps(to_document(facts_of(g.study)), ensure_ascii=False, indent=2)
    return Response(text + "\n", mimetype="application/json",
                    headers={"Content-Disposition": f"attachment; filename=facts-{study_id}.json"})


@blueprint.post("/import")
@requires("can_run_studies")
def load(study_id: int) -> Reply | tuple[str, int]:
    """Take over a file: everything from JSON, or units or process from a table."""
    file, part = request.files.get("file"), request.form.get("part", "")
    parts = (part,) if part in (UNITS, PROCESS) else EVERYTHING
    if file is None or not file.filename:
        return _page(BadInput("No file was chosen.", "Choose a JSON, CSV or XLSX file.")), UNSOUND
    try:
        name, content = file.filename, file.read()
        facts = read_facts(content, name) if parts == EVERYTHING else read_table(content, name, part, reader_language())
        _save(study_id, parts, facts, "mark" if parts == EVERYTHING else f"mark_{part}")
    except BadInput as fault:
        return _page(fault), UNSOUND
    except StaleFacts as stale:
        return _page(stale), STALE
    flash(_("The file was taken over."))
    return redirect(url_for("organisation.show", study_id=study_id))


def _save(study_id: int, parts: tuple[str, ...], facts: StudyFacts, mark_name: str = "mark") -> None:
    with transaction() as session:
        save_parts(session, get_study(session, study_id), parts, facts, request.form.get(mark_name, ""),
                   current_account())


@blueprint.route("/<part>", methods=["GET", "POST"])
@requires("can_run_studies")
def edit(study_id: int, part: str) -> str | Reply | tuple[str, int]:
    """Show all fields of one part, or save them."""
    if part not in PARTS:
        raise NotFound("There is no such page.")
    frame = _frame(template_of(read_session(), g.study))
    stored = facts_of(g.study)
    if request.method == "GET":
        return _form(part, rows_of(stored, part, frame), frame)
    rows = read_rows(request.form, part, frame)
    try:
        _save(study_id, (part,), facts_from(rows, part, stored, frame))
    except BadInput as fault:
        return _form(part, rows, frame, fault), UNSOUND
    except StaleFacts as stale:
        return _form(part, rows, frame, stale), STALE
    flash(_("Saved."))
    return redirect(url_for("organisation.show", study_id=study_id, _anchor=part))


def _form(part: str, rows: list[Entered], frame: Frame, fault: BadInput | StaleFacts | None = None) -> str:
    facts = facts_of(g.study)
    # A mistake keeps the mark of what the form was filled from; only who was told of the other state may replace it.
    mark = request.form.get("mark", "") if isinstance(fault, BadInput) else mark_of_parts(facts, (part,))
    return render_template(
        "organisation/edit.html", study=g.study, part=part, part_name=PART_NAMES[part], rows=rows, frame=frame,
        kinds=[(key, f"{_read(name)} · {key}") for key, name in
               practice_kinds(template_of(read_session(), g.study), facts)],
        fields=FIELDS[part], units=[(unit.key, _read(unit.name)) for unit in facts.units],
        fault=_translated(fault), mark=mark,
        is_growing=part in GROWING,
        now=rows_of(facts, part, frame) if isinstance(fault, StaleFacts) else (), **_names())


@blueprint.post("/names")
@requires("can_run_studies")
def anonymise(study_id: int) -> Reply:
    """Turn the switch that takes the organisation's names out of everything that leaves."""
    with transaction() as session:
        anonymise_organisation(session, get_study(session, study_id), is_on="is_on" in request.form,
                               further=request.form.get("further", "").splitlines(), account=current_account())
    flash(_("Saved."))
    return redirect(url_for("organisation.show", study_id=study_id, _anchor="names"))
