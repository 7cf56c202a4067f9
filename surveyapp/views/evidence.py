"""From a sentence to what it rests on: the list of findings, and a page for each."""

from __future__ import annotations

from flask import Blueprint, g, render_template

from surveyapp.db.session import read_session
from surveyapp.services.diagnosis import newest_diagnosis
from surveyapp.services.evidence import Evidence, get_evidence, load_evidence
from surveyapp.views.access import reader_language, requires
from surveyapp.views.report_html import drawn_block
from surveyapp.views.shown_wave import ShownWave, asked_wave, shown_wave

blueprint = Blueprint("evidence", __name__)
PLACE = "/studies/<int:study_id>/evidence"


@blueprint.get(PLACE)
@requires("can_read_results")
def index(study_id: int) -> str:
    """List every finding by its short name."""
    found = load_evidence(read_session(), g.study, reader_language(), asked_wave(read_session(), g.study))
    return render_template("evidence/index.html", study=g.study, found=found, shown=_shown(found))


def _shown(found: Evidence | None) -> ShownWave | None:
    session = read_session()
    return shown_wave(session, g.study, found.stored if found else None, newest_diagnosis(session, g.study))


@blueprint.get(f"{PLACE}/<key>")
@requires("can_read_results")
def show(study_id: int, key: str) -> str:
    """Show what one finding rests on, down to items, codes and columns of the file."""
    found = get_evidence(read_session(), g.study, reader_language(), asked_wave(read_session(), g.study))
    return render_template("evidence/show.html", study=g.study, found=found, page=found.page(key), draw=drawn_block,
                           shown=_shown(found))
