"""Reports are asked for on a page and made elsewhere: ten at once all come out; one that cannot be made says why."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from instruments.template_loader import load_catalogue_template
from reports import deliver
from reports.apart import Limits, pdf_apart
from reports.pdf import missing_system_libraries
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.jobs.diagnose import compute_diagnosis
from surveyapp.jobs.worker import do_job
from surveyapp.models.diagnosis import Job
from surveyapp.models.study import Study
from surveyapp.queue import enqueue_job, prepare_queue
from surveyapp.services.account import add_account, add_member
from surveyapp.services.diagnosis import list_jobs, list_reports, store_diagnosis
from surveyapp.services.study import close_wave, create_study, get_study, get_wave
from tests.conftest import PASSWORD
from tests.integration.test_jobs import running_worker

pytestmark = pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-")

AT_ONCE, PATIENCE_S = 10, 240


@pytest.fixture
def diagnosed(database: Database) -> Study:
    """A study whose collection is closed and that is diagnosed; nobody answered, so its report is short."""
    prepare_queue()
    with transaction() as session:
        study = create_study(session, load_catalogue_template("bank_crm"), "bank")
        close_wave(session, study, get_wave(session, study))
    study = get_study(read_session(), study.id)
    wave = get_wave(read_session(), study)
    diagnosis = compute_diagnosis(study, wave, n_resamples=100)
    with transaction() as session:
        store_diagnosis(session, study, wave, diagnosis)
    close_read_session()        # the pages of the test shall see what it writes
    return study


@pytest.fixture
def manager(client: FlaskClient, diagnosed: Study) -> FlaskClient:
    with transaction() as session:
        account = add_account(session, "researcher", "researcher", "researcher", PASSWORD)
        add_member(session, get_study(session, diagnosed.id), account)
    client.post("/login", data={"login": "researcher", "password": PASSWORD})
    return client


def _ask(study: Study, n: int) -> None:
    with transaction() as session:
        for place in range(n):
            enqueue_job(session, study.id, "report", {"languages": [("en", "zh")[place % 2]]})


def _jobs(study: Study) -> list[Job]:
    close_read_session()
    return list_jobs(read_session(), study)


def test_ten_reports_asked_for_at_once_all_come_out_while_the_page_says_how_far(
        manager: FlaskClient, diagnosed: Study, database: Database, tmp_path: Path) -> None:
    _ask(diagnosed, AT_ONCE)
    close_read_session()
    address = f"/studies/{diagnosed.id}/diagnosis"
    waiting, seen = manager.get(address).text.count("Asked for at"), set()

    with running_worker(database, tmp_path):
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and any(job.state in ("waiting", "running") for job in _jobs(diagnosed)):
            page = manager.get(address)
            seen.add((page.status_code, page.text.count("Asked for at")))
            time.sleep(0.5)

    assert waiting == AT_ONCE
    assert [(job.state, job.message) for job in _jobs(diagnosed) if job.state != "done"] == []
    assert {code for code, _ in seen} == {200}
    assert len({n for _, n in seen}) > 1
    assert {report.language for report in list_reports(read_session(), diagnosed)} == {"en", "zh"}
    assert manager.get(address).text.count("Asked for at") == 0


def test_a_report_that_meets_a_limit_ends_as_a_failed_job_with_words(
        manager: FlaskClient, diagnosed: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "pdf_apart", partial(pdf_apart, limits=Limits(patience_s=0.2)))
    _ask(diagnosed, 1)

    do_job(_jobs(diagnosed)[0].id)

    job = _jobs(diagnosed)[0]
    close_read_session()
    assert job.state == "failed"
    assert "longer than 0.2 s" in job.message
    assert "Shorten" in job.message
    assert "longer than 0.2 s" in manager.get(f"/studies/{diagnosed.id}/diagnosis").text
