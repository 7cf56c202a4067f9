"""The pilot on the researcher's page: opened, rated, closed, judged."""

import io

from flask.testing import FlaskClient
from sqlalchemy import select

from surveyapp.db.session import close_read_session, read_session
from surveyapp.jobs.worker import do_job
from surveyapp.models.diagnosis import Job
from surveyapp.models.pilot import ExpertRating
from surveyapp.models.study import Study


def rate(client: FlaskClient, study: Study, text: str):
    return client.post(f"/studies/{study.id}/pilot/ratings", content_type="multipart/form-data",
                       data={"instrument": "staff", "file": (io.BytesIO(text.encode()), "experts.csv")})


def test_a_pilot_is_opened_rated_closed_and_judged(log_in, bank_study: Study, monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr("surveyapp.queue._client", lambda _url: type("Queue", (), {
        "enqueue_in_transaction": lambda _self, _session, _options, job_id: asked.append(job_id)})())
    client = log_in("researcher")
    page = f"/studies/{bank_study.id}/pilot"

    client.post(page)
    opened = client.get(page).text
    early = client.post(f"{page}/pilot1/judge")
    rated = rate(client, bank_study, "expert,GOA1\nA,4\nB,4\nC,2\n")
    client.post(f"/studies/{bank_study.id}/waves/pilot1", data={"deed": "close"})
    client.post(f"{page}/pilot1/judge")
    close_read_session()
    do_job(asked[0])
    judged = client.get(page).text

    assert "pilot1" in opened
    assert "Open a pilot" not in opened
    assert early.status_code == 409
    assert rated.status_code == 302
    assert "S-CVI/Ave 0.67" in judged
    assert "experts find it not relevant" in judged
    assert "Too few to judge how items hang together." in judged


def test_a_file_of_ratings_that_does_not_fit_is_shown_with_its_places(log_in, bank_study: Study):
    client = log_in("researcher")

    reply = rate(client, bank_study, "expert,GOA1\nA,7\n")

    assert reply.status_code == 422
    assert "This is no rating." in reply.text
    close_read_session()
    assert read_session().scalars(select(ExpertRating)).all() == []
    assert read_session().scalars(select(Job)).all() == []


def test_the_study_page_leads_to_the_pilot_and_offers_it_no_export(log_in, bank_study: Study):
    client = log_in("researcher")
    client.post(f"/studies/{bank_study.id}/pilot")

    page = client.get(f"/studies/{bank_study.id}").text

    assert f"/studies/{bank_study.id}/pilot" in page
    assert page.count("Answers from files and to files") == 1
    assert "/waves/pilot1/invitations" not in page
