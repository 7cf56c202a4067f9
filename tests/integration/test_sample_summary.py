"""The summary of the diagnosis that a run makes once: what the rules of today say of the sample, on two pages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reports.pdf import missing_system_libraries
from surveyapp.db.session import read_session
from surveyapp.jobs.diagnose import report_content
from surveyapp.services.diagnosis import newest_diagnosis
from surveyapp.services.study import get_study
from tests.factories.kept import filling
from tests.factories.sample_file import STUDY
from tests.gates.summaries import TWO_PAGES, pages_of_summary

pytestmark = pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_summary_of_the_sample_as_it_is_diagnosed_today_ends_on_its_second_page(
        diagnosed_file: Path, tmp_path: Path, language: str) -> None:
    shutil.copy(diagnosed_file, tmp_path / "sample.sqlite3")
    with filling(tmp_path / "sample.sqlite3"):
        study = get_study(read_session(), STUDY)
        stored = newest_diagnosis(read_session(), study)
        assert stored is not None

        report = report_content(study, stored, language)

    assert pages_of_summary(report) == TWO_PAGES
