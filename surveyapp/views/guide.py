"""The interview guide against what was asked, and against questionnaires and codebook."""

from __future__ import annotations

from flask import Blueprint, g, render_template

from reports.citation import short_citation
from reports.wording import Words
from surveyapp.db.session import read_session
from surveyapp.services.codebook import load_codebook
from surveyapp.services.coverage import coverage_of
from surveyapp.services.integrated_table import integrated_rows
from surveyapp.services.interview import guide_of, list_interviews
from surveyapp.services.study import instrument_of, list_instruments, template_of
from surveyapp.views.access import reader_language, requires

blueprint = Blueprint("guide", __name__)
AREA = "/studies/<int:study_id>/interviews"


@blueprint.get(f"{AREA}/coverage")
@requires("can_code")
def coverage(study_id: int) -> str:
    """Show which question came up in which interview, and where the gaps are."""
    session = read_session()
    interviews, guide = list_interviews(session, g.study), guide_of(g.study)
    codebook = load_codebook(session, g.study)
    rows = coverage_of(guide, interviews, {entry.key: codebook.construct_of(entry.key) for entry in codebook.entries})
    return render_template("interview/coverage.html", study=g.study, guide=guide, interviews=interviews, rows=rows)


@blueprint.get(f"{AREA}/instruments")
@requires("can_code")
def instruments(study_id: int) -> str:
    """Show which construct is asked for where: survey items, guide questions, codes."""
    session = read_session()
    newest = {row.audience: instrument_of(row) for row in list_instruments(session, g.study)}
    rows = integrated_rows(tuple(newest.values()), guide_of(g.study), load_codebook(session, g.study))
    template = template_of(session, g.study)
    references, words = template.references, Words(reader_language(), template)
    cited = {key: short_citation(references, key, words) for row in rows for key in row.sources}
    names = {row.construct: row.name for row in rows}
    return render_template("interview/instruments.html", study=g.study, rows=rows, cited=cited, names=names, told=words,
                           full={one.key: one.citation for one in references})
