"""Both studies, three sizes of data, both languages; run by `make report-gates`, for it takes minutes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reports.deliver import report_pdf
from reports.pdf import missing_system_libraries
from reports.render import report_html
from reports.sections.study import study_report
from surveyapp.db.session import Database, read_session, transaction, use_database
from surveyapp.jobs import sample as sample_job
from surveyapp.jobs.diagnose import compute_diagnosis
from surveyapp.jobs.sample import add_sample_study
from surveyapp.sample.studies import SAMPLES, sample_of
from surveyapp.services.study import facts_of, get_study, get_wave, template_of
from tests.gates.checks import failures
from tests.gates.printed import Printed

pytestmark = [pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-"),
              pytest.mark.timeout(1800)]

SIZES = {"tiny": 12, "sample": 0, "large": 1500}       # people of each audience; 0 = as planned


@pytest.fixture(params=[f"{template}-{size}" for template in sorted(SAMPLES) for size in SIZES])
def study(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path,
          monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A study of one template with data of one size, in a database of its own."""
    template, _, size = request.param.rpartition("-")
    planned = sample_of(template)
    if SIZES[size]:
        people = dict.fromkeys(planned.plan.n_respondents, SIZES[size])
        asked = {audience: 2 * n for audience, n in people.items()}
        plan = replace(planned.plan, n_respondents=people, population=asked)
        monkeypatch.setattr(sample_job, "sample_of", lambda _key: replace(planned, plan=plan))
    path = tmp_path / "study.sqlite3"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    use_database(database)
    with transaction() as session:
        add_sample_study(session, template, "study")
    yield "study"
    database.close()
    use_database(None)


def test_every_size_of_every_study_passes_every_gate(study: str) -> None:
    found = get_study(read_session(), study)
    template, facts = template_of(read_session(), found), facts_of(found)
    diagnosis = compute_diagnosis(found, get_wave(read_session(), found), n_resamples=300)
    wrong = {}

    for language in ("en", "zh"):
        report = study_report(diagnosis, template, facts, language=language)
        wrong[language] = failures(Printed(report, report_html(report, is_traced=False), report_pdf(report)))

    assert {language: {name: some[:5] for name, some in by_gate.items()} for language, by_gate in wrong.items()
            if by_gate} == {}
