"""The measurement of a study's questionnaires: scales, reliability, structure, and what a researcher asks besides."""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup
from werkzeug.wrappers import Response as Redirect

from instruments.schema import Instrument
from reports.content import Contents, Figure, Section, Table
from reports.measured.frame import Subject
from reports.measurement import measurement_report
from reports.render import block_html
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput
from surveyapp.models.wave import Wave
from surveyapp.services.measurement import (
    VERBS,
    find_measurement,
    find_spec,
    get_measurement,
    get_measurement_report,
    measured_waves,
    newest_job,
    report_languages,
    request_measurement,
    save_spec,
    subject_of,
)
from surveyapp.services.study import get_instrument, get_study, get_wave, instrument_of, list_instruments
from surveyapp.views.access import current_account, reader_language, requires

blueprint = Blueprint("measurement", __name__)
PLACE = "/studies/<int:study_id>/measurement"
MOST_ROWS = 20              # of a table that stands open on the page
ONE = f"{PLACE}/<wave_key>/<audience>"


@dataclass(frozen=True)
class ShownBlock:
    """One block of the report as it stands on the page; wide ones scroll in a frame of their own."""

    html: Markup
    name: str = ""                      # of the frame
    is_figure: bool = False
    n_rows: int = 0                     # of a table that is folded, because it is looked up rather than read


@blueprint.get(PLACE)
@requires("can_read_results")
def index(study_id: int) -> str | Redirect:
    """Lead to the newest wave's first questionnaire, or say that there is none."""
    waves = measured_waves(read_session(), g.study)
    published = list_instruments(read_session(), g.study)
    if not waves or not published:
        return render_template("measurement/none.html", study=g.study)
    return redirect(url_for("measurement.show", study_id=study_id, wave_key=waves[0].key,
                            audience=published[0].audience))


@blueprint.get(ONE)
@requires("can_read_results")
def show(study_id: int, wave_key: str, audience: str) -> str:
    """Show what was measured of one questionnaire in one wave."""
    return _page(wave_key, audience)


def _page(wave_key: str, audience: str, fault: BadInput | None = None, text: str | None = None) -> str:
    session = read_session()
    wave, instrument = _wave_and_instrument(wave_key, audience)
    found, spec = find_measurement(session, wave, audience), find_spec(session, g.study, audience)
    sections = []
    if found is not None:
        subject = subject_of(g.study, found[1], instrument, reader_language())
        sections = _sections(dict(found[1].results), subject)
    newest = {row.audience: instrument_of(row) for row in list_instruments(session, g.study)}
    return render_template(
        "measurement/show.html", study=g.study, wave=wave, audience=audience, instrument=instrument,
        instruments=newest, waves=measured_waves(session, g.study), stored=found[0] if found else None,
        measured=found[1] if found else None, sections=sections, job=newest_job(session, g.study, wave, audience),
        languages=report_languages(session, wave, audience) if found else [], fault=fault,
        text=text if text is not None else spec.text if spec else "", spec=spec, verbs=sorted(VERBS),
        items=[item.key for item in instrument.items if item.kind == "rating"])


def _wave_and_instrument(wave_key: str, audience: str) -> tuple[Wave, Instrument]:
    session = read_session()
    return get_wave(session, g.study, wave_key), instrument_of(get_instrument(session, g.study, audience))


def _sections(results: dict[str, object], subject: Subject) -> list[tuple[Section, list[ShownBlock]]]:
    report = measurement_report(results, subject, language=reader_language())
    return [(section, [_shown(block) for block in section.blocks if not isinstance(block, Contents)])
            for section in report.sections]


def _shown(block: object) -> ShownBlock:
    html = Markup(block_html(block, reader_language()))  # type: ignore[arg-type]  # noqa: S704  # a block of the report; its template escapes
    if isinstance(block, Table):
        return ShownBlock(html, block.title.text, n_rows=len(block.rows) if len(block.rows) > MOST_ROWS else 0)
    if isinstance(block, Figure):
        return ShownBlock(html, block.title.text, is_figure=True)
    return ShownBlock(html)


@blueprint.post(ONE)
@requires("can_run_studies")
def measure(study_id: int, wave_key: str, audience: str) -> Redirect:
    """Ask for the measurement of one questionnaire."""
    with transaction() as session:
        study = get_study(session, study_id)
        get_instrument(session, study, audience)
        request_measurement(session, study, get_wave(session, study, wave_key), audience, current_account())
    flash(_("The questionnaire is being measured. Load this page again in a moment."))
    return redirect(url_for("measurement.show", study_id=study_id, wave_key=wave_key, audience=audience))


@blueprint.post(f"{ONE}/analyses")
@requires("can_run_studies")
def add_analyses(study_id: int, wave_key: str, audience: str) -> Redirect | tuple[str, int]:
    """Keep the further analyses that were written or chosen as a file, and measure with them where that can be."""
    file = request.files.get("file")
    content = file.read() if file and file.filename else b""
    text = request.form.get("text", "")
    try:
        text = content.decode("utf-8-sig") if content else text
        with transaction() as session:
            study = get_study(session, study_id)
            instrument = instrument_of(get_instrument(session, study, audience))
            n = save_spec(session, study, instrument, audience, text, current_account())
            wave = get_wave(session, study, wave_key)
            if not wave.is_open:
                request_measurement(session, study, wave, audience, current_account())
    except UnicodeDecodeError:
        return _page(wave_key, audience, BadInput("The file is not UTF-8 text.", "Save it as UTF-8."), text), 422
    except BadInput as fault:
        return _page(wave_key, audience, fault, text), 422
    flash(ngettext("%(num)s further analysis is kept.", "%(num)s further analyses are kept.", n))
    return redirect(url_for("measurement.show", study_id=study_id, wave_key=wave_key, audience=audience))


@blueprint.get(f"{ONE}/results.json")
@requires("can_read_results")
def results(study_id: int, wave_key: str, audience: str) -> Response:
    """Hand over the results as JSON, by analysis."""
    wave, _instrument = _wave_and_instrument(wave_key, audience)
    found = get_measurement(read_session(), wave, audience)
    content = json.dumps(dict(found.results), ensure_ascii=False, indent=1)
    return Response(content, content_type="application/json; charset=utf-8", headers={
        "Content-Disposition": f'attachment; filename="measurement-{g.study.id}-{wave.key}.json"'})


@blueprint.get(f"{ONE}/report-<language>.pdf")
@requires("can_read_results")
def report(study_id: int, wave_key: str, audience: str, language: str) -> Response:
    """Hand over the report of the measurement."""
    wave, _instrument = _wave_and_instrument(wave_key, audience)
    content = get_measurement_report(read_session(), wave, audience, language)
    return Response(content, mimetype="application/pdf", headers={
        "Content-Disposition": f'inline; filename="measurement-{g.study.id}-{wave.key}-{language}.pdf"',
        # The browser's own viewer needs styles and scripts of its own, which the page policy forbids.
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"})
