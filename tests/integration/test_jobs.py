"""Jobs: asked for in a transaction, done by a worker process, on both engines."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from instruments.template_loader import load_catalogue_template
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import Refused
from surveyapp.models.account import Account
from surveyapp.models.diagnosis import Job
from surveyapp.models.study import Study
from surveyapp.queue import enqueue_job, prepare_queue
from surveyapp.services.account import add_account
from surveyapp.services.diagnosis import list_jobs, newest_diagnosis, request_diagnosis
from surveyapp.services.mail_text import INVITATION
from surveyapp.services.message import sender_of
from surveyapp.services.outbox import queue_messages
from surveyapp.services.study import close_wave, create_study, get_study, get_wave
from tests.factories.roster import SECRET, roster

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 90


@contextmanager
def running_worker(database: Database, home: Path) -> Iterator[subprocess.Popen[bytes]]:
    url = database.engine.url.render_as_string(hide_password=False)
    environment = {**os.environ, "SURVEYAPP_DATABASE_URL": url, "SURVEYAPP_HOME": str(home)}
    process = subprocess.Popen([sys.executable, "-m", "surveyapp", "worker"], cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def state_of(job_id: str) -> Job:
    close_read_session()
    job = read_session().get(Job, job_id)
    assert job is not None
    return job


def wait_for(job_id: str, *states: str) -> Job:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if state_of(job_id).state in states:
            return state_of(job_id)
        time.sleep(0.2)
    raise AssertionError(f"the job is still {state_of(job_id).state}")


@pytest.fixture
def study(any_database: Database) -> Study:
    prepare_queue()
    with transaction() as session:
        return create_study(session, load_catalogue_template("bank_crm"), "bank")


@pytest.fixture
def researcher(study: Study) -> Account:
    with transaction() as session:
        return add_account(session, "r@example", "R", "researcher", None)


def test_a_worker_diagnoses_what_was_asked_for(study: Study, researcher: Account, any_database, tmp_path: Path):
    with transaction() as session:
        close_wave(session, study, get_wave(session, study))
        job = request_diagnosis(session, get_study(session, study.id), (), researcher)

    with running_worker(any_database, tmp_path):
        ended = wait_for(job.id, "done", "failed")

    assert (ended.state, ended.message[:9]) == ("done", "diagnosis")
    assert newest_diagnosis(read_session(), study) is not None


def test_a_worker_sends_the_mail_that_waits(any_database, tmp_path: Path):
    prepare_queue()
    people = roster()
    with transaction() as session:
        study = get_study(session, people.study.id)
        wave = get_wave(session, study)
        queue_messages(sender_of(session, SECRET, "http://127.0.0.1", study, wave, people.link), INVITATION)
        job = enqueue_job(session, study.id, "send_mail", {"wave": wave.key, "audience": "staff"})

    with running_worker(any_database, tmp_path):
        ended = wait_for(job.id, "done", "failed")

    assert (ended.state, ended.message) == ("done", "sent 8, refused 0, put back 0, uncertain 0")
    assert len(list((tmp_path / "outbox").glob("*.eml"))) == 8


def test_a_job_of_a_killed_worker_is_taken_up_again(study: Study, any_database, tmp_path: Path):
    with transaction() as session:
        job = enqueue_job(session, study.id, "diagnose", {"languages": ["en"]})
    with running_worker(any_database, tmp_path) as worker:
        wait_for(job.id, "running")
        worker.send_signal(signal.SIGKILL)
        worker.wait(timeout=10)

    with running_worker(any_database, tmp_path):
        ended = wait_for(job.id, "done", "failed")

    assert ended.state == "done", ended.message


def test_a_job_that_fails_says_why(study: Study, any_database, tmp_path: Path):
    with transaction() as session:
        job = enqueue_job(session, study.id, "diagnose", {"wave": "w9"})

    with running_worker(any_database, tmp_path):
        ended = wait_for(job.id, "done", "failed")

    assert ended.state == "failed"
    assert "'w9'" in ended.message


def test_a_rolled_back_request_leaves_no_job(study: Study):
    def ask_and_fail() -> None:
        with transaction() as session:
            enqueue_job(session, study.id, "diagnose", {})
            raise Refused("Stop.")

    with pytest.raises(Refused):
        ask_and_fail()

    assert list_jobs(read_session(), study) == []


def test_a_diagnosis_is_refused_while_answers_still_arrive(study: Study, researcher: Account):
    def ask() -> None:
        with transaction() as session:
            request_diagnosis(session, study, ("en",), researcher)

    with pytest.raises(Refused, match="still open"):
        ask()
