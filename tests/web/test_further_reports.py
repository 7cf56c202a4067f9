"""Reports of other kinds: asked for on the page, written by the worker, handed over in every form."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from reports.pdf import missing_system_libraries
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.jobs.worker import do_job
from surveyapp.models.study import Study
from surveyapp.queue import prepare_queue
from surveyapp.services.diagnosis import list_jobs
from surveyapp.services.further_report import list_further_reports
from surveyapp.services.study import get_study, get_wave
from surveyapp.services.upkeep import close_collection
from tests.factories.roster import SECRET, roster
from tests.web.test_report_files import client_of

pytestmark = pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-")


@pytest.fixture
def closed(client: FlaskClient, database) -> Study:
    people = roster()
    with transaction() as session:
        study = get_study(session, people.study.id)
        close_collection(session, SECRET, study, get_wave(session, study))
    prepare_queue()
    close_read_session()
    return study


def do_jobs(study: Study) -> list[str]:
    for job in list_jobs(read_session(), study):
        do_job(job.id)
    close_read_session()
    return [job.state for job in list_jobs(read_session(), study)]


def test_a_researcher_asks_for_a_fieldwork_report_and_everybody_reads_it(app: Flask, closed: Study):
    researcher = client_of(app, closed, "researcher")

    asked = researcher.post(f"/studies/{closed.id}/reports", data={"kind": "fieldwork", "wave": "w1"},
                            follow_redirects=True)
    states = do_jobs(closed)
    rows = list_further_reports(read_session(), closed)
    page = client_of(app, closed, "manager").get(f"/studies/{closed.id}/reports").text
    pdf = researcher.get(f"/studies/{closed.id}/reports/further/{rows[0].id}")
    book = researcher.get(f"/studies/{closed.id}/reports/further/{rows[0].id}/xlsx")

    assert "is being written" in asked.text
    assert states == ["done"]
    assert {row.kind for row in rows} == {"fieldwork"}
    assert f"/reports/further/{rows[0].id}" in page
    assert pdf.data.startswith(b"%PDF")
    assert len(load_workbook(io.BytesIO(book.data)).worksheets) > 2


def test_while_answers_arrive_there_is_no_fieldwork_report(app: Flask, database):
    study = roster().study

    answer = client_of(app, study, "researcher").post(f"/studies/{study.id}/reports",
                                                      data={"kind": "fieldwork", "wave": "w1"})

    assert answer.status_code == 409
    assert "Collection is still open." in answer.text


def test_an_unknown_kind_is_refused_with_those_there_are(app: Flask, closed: Study):
    answer = client_of(app, closed, "researcher").post(f"/studies/{closed.id}/reports", data={"kind": "horoscope"})

    assert answer.status_code == 422
    assert "fieldwork" in answer.text


def test_a_manager_asks_for_none(app: Flask, closed: Study):
    assert client_of(app, closed, "manager").post(f"/studies/{closed.id}/reports",
                                                  data={"kind": "fieldwork"}).status_code == 403
