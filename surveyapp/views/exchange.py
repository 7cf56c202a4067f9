"""Interviews from and to other coding programs: export, the report before an import, the import."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput, Refused
from surveyapp.forms.exchange import read_choices, says_consent
from surveyapp.services.anonymised import shown_name
from surveyapp.services.blinding import list_coders
from surveyapp.services.codebook import load_codebook
from surveyapp.services.coder_join import list_file_coders, list_joins
from surveyapp.services.exchange_codes import HOW, LEFT, NEW
from surveyapp.services.exchange_export import ENDINGS, export_interviews
from surveyapp.services.exchange_file import read_project_file
from surveyapp.services.exchange_import import import_exchange
from surveyapp.services.exchange_plan import ADD, SAME, Choices, ExchangePlan, KnownNames, plan_exchange
from surveyapp.services.exchange_report import Sentence, fit_sentences, losses, reading_parts, stored
from surveyapp.services.exchange_seal import open_project_seal, seal_project
from surveyapp.services.foreign_offsets import sample_passages
from surveyapp.services.foreign_project import ForeignProject
from surveyapp.services.identity_key import count_replacements, known_replacements, names_to_look_for
from surveyapp.services.study import get_study
from surveyapp.views.access import current_account, reader_language, requires

blueprint = Blueprint("exchange", __name__)
PLACE = "/studies/<int:study_id>/interviews/exchange"
LARGEST_FORM = 32 * 1024 * 1024     # bytes; a project travels in the form between report and import
MOST_FOUND_SHOWN = 40
Page = str | Response | tuple[str, int]


def allow_long_form() -> None:
    """Let the one form that carries a project be as long as a file may be."""
    if request.endpoint == "exchange.store":
        request.max_form_memory_size = LARGEST_FORM


@blueprint.get(PLACE)
@requires("can_code")
def index(study_id: int) -> str:
    """Show the ways in and out."""
    return _index()


def _index(fault: Refused | None = None) -> str:
    session, account = read_session(), current_account()
    runs = account.permissions.can_run_studies
    return render_template(
        "exchange/index.html", study=g.study, endings=ENDINGS, fault=fault,
        file_coders=list_file_coders(session, g.study, account) if runs else (),
        joins=list_joins(session, g.study) if runs else (),
        people=[row for row in list_coders(session, g.study) if row.password_hash] if runs else ())


@blueprint.post(f"{PLACE}/export")
@requires("can_code")
def export(study_id: int) -> Response:
    """Hand out what the account may see; a POST, because the audit log tells of it."""
    kind = request.form.get("format", "")
    stream = BytesIO()
    with transaction() as session:
        study = get_study(session, study_id)
        export_interviews(session, study, kind, stream, language=reader_language(), account=current_account())
        name = f"{shown_name(study)}.{ENDINGS[kind]}"
    stream.seek(0)
    return send_file(stream, "application/octet-stream", as_attachment=True, download_name=name)


@blueprint.post(f"{PLACE}/report")
@requires("can_run_studies")
def report(study_id: int) -> Page:
    """Read a file and say what would come in and what would not; nothing is stored."""
    name, content = _uploaded()
    try:
        if not name:
            raise BadInput("No file was chosen.", "Choose the file that the other program has written.")
        project = read_project_file(name, content)
        return _report(name, project, Choices(has_consent=False))
    except Refused as fault:
        return _index(fault), 422


@blueprint.post(f"{PLACE}/import")
@requires("can_run_studies")
def store(study_id: int) -> Page:
    """Look again with other choices, or take the project over."""
    secret = current_app.config["SURVEYAPP"].secret_key
    name, project = open_project_seal(secret, g.study, current_account(), request.form.get("sealed", ""))
    choices = read_choices(request.form, project)
    if request.form.get("deed") != "store":
        return _report(name, project, choices)
    try:
        if project.texts and not says_consent(request.form):
            raise BadInput("It is not said whether the interviewees have consented.", "Choose one of the two.")
        with transaction() as session:
            study = get_study(session, study_id)
            plan = plan_exchange(session, study, project, choices, _known(study_id))
            imported = import_exchange(session, study, plan, secret, current_account())
    except Refused as fault:
        return _report(name, project, choices, fault), 422
    flash(_("Taken over.") + " " + " ".join(_said(stored(imported))))
    for words in _said(losses(plan, imported)):
        flash(words)
    return redirect(url_for("interview.index", study_id=study_id))


def _uploaded() -> tuple[str, bytes]:
    file = request.files.get("file")
    if file is None:
        return "", b""
    with file.stream:       # a large upload waits in a file of its own, which ends here
        return file.filename or "", file.read()


def _known(study_id: int) -> KnownNames:
    session, secret = read_session(), current_app.config["SURVEYAPP"].secret_key
    study = get_study(session, study_id)
    return KnownNames(known_replacements(session, secret, study), tuple(names_to_look_for(session, study)),
                      count_replacements(session, study))


def _report(name: str, project: ForeignProject, choices: Choices, fault: Refused | None = None) -> str:
    session, secret = read_session(), current_app.config["SURVEYAPP"].secret_key
    plan = plan_exchange(session, g.study, project, _asked(choices), _known(g.study.id))
    return render_template(
        "exchange/report.html", study=g.study, name=name, plan=plan, choices=choices, fault=fault,
        sealed=seal_project(secret, g.study, current_account(), name, project),
        codebook=load_codebook(session, g.study),
        fit=_said(fit_sentences(plan.fit)), losses=_said(losses(plan)), how=HOW, deeds=(ADD, SAME), new=NEW, left=LEFT,
        readings=[(reading.key, _(", ").join(_(part) for part in reading_parts(reading))) for reading in plan.readings],
        samples=sample_passages(project, plan.fit.reading), found=_found(plan), most=MOST_FOUND_SHOWN)


def _asked(choices: Choices) -> Choices:
    """Return the choices as if consent were given: the report shows what would come in then."""
    return Choices(True, choices.is_pseudonymised, choices.codes, choices.reading, choices.further_names)


def _said(sentences: Iterable[Sentence]) -> list[str]:
    """Return the sentences in the reader's language, reasons in them too."""
    return [_(words).format(**{name: _(value) if name == "reason" else value for name, value in values.items()})
            for words, values in sentences]


def _found(plan: ExchangePlan) -> list[tuple[str, str, bool]]:
    """Return words that may tell who is meant, what would stand for them, and whether that is sure."""
    found = {row.words: (row.words, row.replacement, row.is_sure or row.is_known)
             for text in plan.taken for row in text.found}
    return list(found.values())
