"""The diagnosis of a study: asked for, waited for, read."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from analysis.diagnosis.trace.ledger import Ledger
from reports.charts.draw import draw
from reports.content import Block, Figure, Table
from reports.quality import quality_parts
from reports.render import block_html
from reports.sections.benchmark import beside_others
from reports.sections.notices import about
from reports.sections.source import Source
from surveyapp.db.session import read_session, transaction
from surveyapp.models.wave import Wave
from surveyapp.services.diagnosis import diagnosis_of, list_jobs, newest_diagnosis, request_diagnosis
from surveyapp.services.paper_figures import papers_of
from surveyapp.services.plan_edit import edits_of
from surveyapp.services.study import facts_of, template_of
from surveyapp.views.access import current_account, reader_language, requires
from surveyapp.views.shown_wave import asked_wave, shown_wave

blueprint = Blueprint("diagnosis", __name__)


@blueprint.get("/studies/<int:study_id>/diagnosis")
@requires("can_read_results")
def show(study_id: int) -> str:
    """Show the newest diagnosis, or that of a wave, and the jobs under way."""
    session = read_session()
    newest = newest_diagnosis(session, g.study)
    wave = asked_wave(session, g.study)
    stored = newest if wave is None else newest_diagnosis(session, g.study, wave)
    template = template_of(session, g.study)
    diagnosis = diagnosis_of(stored) if stored else None
    source = Source(diagnosis, template, facts_of(g.study), reader_language()) if diagnosis else None
    others = beside_others(source) if source else []
    edits = edits_of(session, stored.wave_id, diagnosis, template) if stored and diagnosis else ()
    return render_template(
        "diagnosis/show.html", study=g.study, template=template, stored=stored, diagnosis=diagnosis,
        warnings=[(one, about(source, one)) for one in source.diagnosis.warnings] if source else [],
        source=source, shown=shown_wave(session, g.study, stored, newest),
        ledger=Ledger(diagnosis, template) if diagnosis else None,
        jobs=list_jobs(session, g.study), names={construct.key: construct.name for construct in template.constructs},
        edits={(one.kind, one.key): one for one in edits}, others=others[0] if others else None,
        others_blocks=[_block(replace(block, number=1) if isinstance(block, Figure | Table) else block)
                       for section in others for block in section.blocks],
    )


def _block(block: Block) -> Markup:
    return Markup(block_html(block, reader_language()))  # noqa: S704  # a block of the report; its template escapes


@blueprint.get("/studies/<int:study_id>/quality")
@requires("can_run_studies")
def quality(study_id: int) -> str:
    """Show how carefully people answered, as distributions; no row of a person is on this page."""
    session, language = read_session(), reader_language()
    stored, template = newest_diagnosis(session, g.study), template_of(session, g.study)
    parts = () if stored is None else quality_parts(diagnosis_of(stored), template, facts_of(g.study),
                                                    language=language)
    asked = {item.key: item.text.get(language) or item.key
             for instrument in template.instruments for item in instrument.items}
    return render_template("diagnosis/quality.html", study=g.study, stored=stored, parts=parts, picture=_picture,
                           asked=asked,
                           papers=papers_of(session, g.study, session.get_one(Wave, stored.wave_id)) if stored else ())


def _picture(figure: Figure) -> Markup:
    return Markup(draw(figure.chart, figure.alt, reader_language()))  # noqa: S704  # draw() escapes every text


@blueprint.post("/studies/<int:study_id>/diagnosis")
@requires("can_run_studies")
def run(study_id: int) -> Response:
    """Ask for a new diagnosis with its reports."""
    with transaction() as session:
        request_diagnosis(session, g.study, template_of(session, g.study).languages, current_account())
    flash(_("The diagnosis is being computed. Load this page again in a moment."))
    return redirect(url_for("diagnosis.show", study_id=study_id))
