"""The summary in the browser tells what changed since the wave before, as the report does, and leads to it."""

import pytest
from flask.testing import FlaskClient

from analysis.results.waves import WaveComparison
from surveyapp.models.study import Study
from surveyapp.services import evidence
from tests.unit.reports.test_progress_report import scale
from tests.web.test_evidence import diagnosed, log_in, sqlite_url  # noqa: F401 - fixtures

COMPARED = WaveComparison("w0", "w1", 318, 160, 158, False, (), (scale("PRB_INFO", -0.4, "changed"),), (), (), "test")


@pytest.mark.parametrize(("language", "said", "link"), [
    ("en", "incomplete customer information has improved", "What changed since the wave before"),
    ("zh", "“信息不全面”有所好转", "与前一轮相比的变化")])
def test_the_summary_of_a_later_wave_leads_to_what_changed(
        client: FlaskClient, diagnosed: Study, monkeypatch: pytest.MonkeyPatch,  # noqa: F811 - a fixture
        language: str, said: str, link: str):
    monkeypatch.setattr(evidence, "changes_since", lambda *_: [COMPARED])
    log_in(client, diagnosed, "manager", language)

    page = client.get(f"/studies/{diagnosed.id}/reports/summary").text

    assert said in page
    assert link in page
    assert f"/studies/{diagnosed.id}/change?first=w0&amp;second=w1" in page


def test_the_summary_of_a_first_wave_speaks_of_no_change(client: FlaskClient, diagnosed: Study):  # noqa: F811 - a fixture
    log_in(client, diagnosed, "manager")

    assert "What changed" not in client.get(f"/studies/{diagnosed.id}/reports/summary").text
