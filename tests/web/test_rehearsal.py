"""A rehearsal asked for on the study's page: a job, how far it is, what it found, the specimen to fetch."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.jobs.worker import do_job
from surveyapp.models.account import Account
from surveyapp.models.diagnosis import Job
from surveyapp.models.response import Response
from surveyapp.models.study import Study
from surveyapp.services.account import add_member
from surveyapp.services.export_file import list_export_files
from surveyapp.services.rehearsal import note_progress
from surveyapp.services.study import get_study
from tests.factories import questionnaire as make


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr("surveyapp.queue._client", lambda _url: type("Queue", (), {
        "enqueue_in_transaction": lambda _self, _session, _options, job_id: found.append(job_id)})())
    return found


@pytest.fixture
def small(log_in, database: Database, tmp_path, monkeypatch: pytest.MonkeyPatch) -> tuple[FlaskClient, Study]:
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))
    client = log_in("researcher")
    with transaction() as session:
        study = make.study(session, "small")
        add_member(session, study, session.scalars(select(Account)).one())
    return client, study


def test_a_rehearsal_is_asked_for_followed_and_its_specimen_fetched(small, asked: list[str]):
    client, study = small
    page = f"/studies/{study.id}/rehearsal"

    client.post(page, data={"n": "10", "language": ["en"]})
    with transaction() as session:
        note_progress(session, asked[0], "5/10")
    waiting = client.get(page).text
    second = client.post(page, data={"n": "10"})
    close_read_session()
    do_job(asked[0])
    close_read_session()
    done = client.get(page).text

    job = read_session().get(Job, asked[0])
    assert (job.state, job.message) == ("done", "rehearsal, 1 specimens"), job.message
    assert "walks: 5/10" in waiting
    assert second.status_code == 409
    assert "10 of 10 walks came to an end" in done
    specimen = client.get(re.search(r"/studies/\d+/rehearsal/specimens/\d+", done)[0])
    assert specimen.data.startswith(b"%PDF")
    assert read_session().scalar(select(func.count()).select_from(Response)) == 0
    assert list_export_files(read_session(), get_study(read_session(), study.id)) == []
    client.post("/language", data={"language": "zh"})
    assert "预演" in client.get(page).text


def test_a_rehearsal_that_fails_says_why(small, asked: list[str], monkeypatch: pytest.MonkeyPatch):
    client, study = small
    client.post(f"/studies/{study.id}/rehearsal", data={"n": "10"})
    monkeypatch.setattr("surveyapp.jobs.rehearsal.COMMAND", "import sys; sys.exit('no room on the disk')")
    close_read_session()

    do_job(asked[0])

    shown = client.get(f"/studies/{study.id}/rehearsal").text
    assert "no room on the disk" in shown
    assert "Rehearse</button>" in shown


@pytest.mark.parametrize("form", [{"n": "0"}, {"n": "many"}, {"n": "9999999"}, {"n": "10", "language": "fr"}])
def test_what_cannot_be_rehearsed_is_refused(small, asked: list[str], form: dict[str, str]):
    client, study = small

    assert client.post(f"/studies/{study.id}/rehearsal", data=form).status_code == 422
    assert asked == []


def test_a_specimen_of_another_study_does_not_exist(small):
    client, study = small

    assert client.get(f"/studies/{study.id}/rehearsal/specimens/1").status_code == 404
