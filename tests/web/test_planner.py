"""The planner on the researcher's page: asked, computed, read; what cannot be planned is said where it was entered."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.jobs.worker import do_job
from surveyapp.models.diagnosis import Job
from surveyapp.models.planner import SamplePlan
from surveyapp.models.study import Study
from surveyapp.services.planner import find_plan

ENTERED = {"staff": "80", "staff_population": "240", "customers": "60", "response_rate": "50", "precision": "0,1",
           "links": ["0.4"]}


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr("surveyapp.queue._client", lambda _url: type("Queue", (), {
        "enqueue_in_transaction": lambda _self, _session, _options, job_id: found.append(job_id)})())
    monkeypatch.setattr("surveyapp.jobs.planner.USUAL_SURVEYS", 4)
    return found


def page_of(study: Study) -> str:
    return f"/studies/{study.id}/planner"


def plan(client: FlaskClient, study: Study, asked: list[str], **more: object):
    reply = client.post(page_of(study), data=ENTERED | more)
    close_read_session()
    for job_id in asked:
        do_job(job_id)
    close_read_session()
    return reply


def test_a_plan_is_asked_for_computed_and_read(log_in, bank_study: Study, asked: list[str]):
    client = log_in("researcher")

    plan(client, bank_study, asked)
    shown = client.get(page_of(bank_study)).text

    assert read_session().get_one(Job, asked[0]).state == "done"
    assert "80 answers of 240 people." in shown
    assert "Invite 160 at a response rate of 50 %." in shown
    assert "a link of 0.40, where each problem has one such cause" in shown
    assert "a facet of mean 2.8, as weak" in shown
    assert "A scale mean is precise to ± 0.1 points with 129 answers, 240 invitations." in shown
    assert "4 surveys of each size with 200 resamples each" in shown
    kept = find_plan(read_session(), bank_study)
    assert kept is not None
    assert kept[0].links == (0.4,)
    assert kept[1].audiences[0].found[0].n_surveys == 4


def test_a_plan_is_read_in_chinese(log_in, bank_study: Study, asked: list[str]):
    client = log_in("researcher")
    plan(client, bank_study, asked)
    client.post("/language", data={"language": "zh"})

    shown = client.get(page_of(bank_study)).text

    assert "240人中80人作答。" in shown
    assert "按回收率50%计，须邀请160人。" in shown
    assert "强度为0.40的关联（每个问题各有一项这样的原因）" in shown


@pytest.mark.parametrize(("field", "entered", "words"), [
    ("staff", "many", "“many” is no whole number."), ("staff", "3", "3 answers cannot be planned with."),
    ("precision", "fine", "“fine” is no number."), ("response_rate", "140", "A response rate of 140% is not possible."),
    ("response_rate", "0", "A response rate of 0% is not possible.")], ids=["word", "few", "fine", "over", "nought"])
def test_what_cannot_be_planned_is_said_and_the_entries_stay(log_in, bank_study: Study, asked, field, entered, words):
    client = log_in("researcher")

    reply = client.post(page_of(bank_study), data=ENTERED | {field: entered})

    assert reply.status_code == 422
    assert words in reply.text
    assert f'name="{field}" value="{entered}"' in reply.text
    assert asked == []


def test_more_answers_than_people_fail_with_words(log_in, bank_study: Study, asked: list[str]):
    client = log_in("researcher")

    plan(client, bank_study, asked, staff_population="50")

    assert "80 answers are more than the population of 50." in client.get(page_of(bank_study)).text


def test_a_second_plan_waits_for_the_first(log_in, bank_study: Study, asked: list[str]):
    client = log_in("researcher")
    client.post(page_of(bank_study), data=ENTERED)

    again = client.post(page_of(bank_study), data=ENTERED)

    assert again.status_code == 409
    assert "A plan of this study is being computed." in again.text


def test_a_deleted_study_takes_its_plan_along(log_in, bank_study: Study, asked: list[str]):
    plan(log_in("researcher"), bank_study, asked)

    with transaction() as session:
        session.delete(session.get_one(Study, bank_study.id))

    assert read_session().scalars(select(SamplePlan)).all() == []


def test_the_study_page_leads_to_the_planner(log_in, bank_study: Study):
    assert page_of(bank_study) in log_in("researcher").get(f"/studies/{bank_study.id}").text
