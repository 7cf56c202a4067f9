"""What changed between two waves of a study."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from instruments.template import StudyTemplate
from reports.content import Block, Table
from reports.render import block_html
from reports.sections.changes_since import comparison_blocks
from reports.sections.named import Named
from surveyapp.db.session import read_session, transaction
from surveyapp.services.diagnosis import list_jobs
from surveyapp.services.study import get_study, template_of
from surveyapp.services.wave_change import (
    JOB,
    KeptChange,
    changes_between,
    closed_waves,
    request_change,
    shown_pair,
    wave_pair,
)
from surveyapp.views.access import current_account, reader_language, requires

blueprint = Blueprint("wave_change", __name__)
PLACE = "/studies/<int:study_id>/change"
TWO = 2


@blueprint.get(PLACE)
@requires("can_read_results")
def show(study_id: int) -> str:
    """Show what was found of two waves, or why nothing can be."""
    session = read_session()
    waves = closed_waves(session, g.study)
    pair = None
    if len(waves) >= TWO:
        pair = shown_pair(session, g.study, request.args.get("first") or None, request.args.get("second") or None)
    kept = changes_between(session, g.study, *pair) if pair else []
    template = template_of(session, g.study)
    job = next((one for one in list_jobs(session, g.study, 50) if one.kind == JOB), None)
    return render_template(
        "wave_change/show.html", study=g.study, waves=waves, pair=pair, kept=kept, job=job,
        parts=[(one, _title(one), _blocks(template, one)) for one in kept])


def _title(kept: KeptChange) -> str:
    title = kept.instrument.title
    return title.get(reader_language()) or next(iter(title.values()), kept.audience)


def _blocks(template: StudyTemplate, kept: KeptChange) -> list[tuple[str, Markup]]:
    """Return each block with a name where it scrolls in a frame; names are those of the later wave's questionnaire."""
    others = tuple(form for form in template.instruments if form.audience != kept.audience)
    named = Named(replace(template, instruments=(kept.instrument, *others)), reader_language())
    blocks = comparison_blocks(named, kept.comparison)
    tables = [block for block in blocks if isinstance(block, Table)]
    return [(block.title.text, _html(replace(block, number=tables.index(block) + 1))) if isinstance(block, Table)
            else ("", _html(block)) for block in blocks]


def _html(block: Block) -> Markup:
    html = block_html(block, reader_language())
    return Markup(html)  # noqa: S704  # a block of the report; its template escapes


@blueprint.post(PLACE)
@requires("can_run_studies")
def compare(study_id: int) -> Response:
    """Ask for the comparison of two waves."""
    with transaction() as session:
        study = get_study(session, study_id)
        first, second = wave_pair(session, study, request.form.get("first") or None,
                                  request.form.get("second") or None)
        request_change(session, study, first, second, current_account())
    flash(_("The waves are being compared. Load this page again in a moment."))
    return redirect(url_for("wave_change.show", study_id=study_id, first=first.key, second=second.key))
