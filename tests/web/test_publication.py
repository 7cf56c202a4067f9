"""A draft is looked at, tried out under a test link and published in the browser."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.response import Response
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.services.progress import wave_progress
from surveyapp.services.study import get_wave
from tests.factories.draft import BASE, DRAFT, begin, fields
from tests.factories.questionnaire import HIDDEN, Respondent

CONTROLS = re.compile(r'<input type="hidden" name="(:\w+)" value="([^"]*)"')


@pytest.fixture
def client(log_in, bank_study: Study) -> FlaskClient:
    """A researcher with a draft of the small questionnaire."""
    return begin(log_in("researcher"))


# ---- preview --------------------------------------------------------------------------------------------------------
def n_responses() -> int:
    close_read_session()
    return read_session().scalar(select(func.count()).select_from(Response)) or 0


def follow(client: FlaskClient, reply: TestResponse) -> tuple[str, TestResponse]:
    path = ""
    while reply.status_code == 303:
        path = reply.headers["Location"]
        reply = client.get(path)
    return path, reply


def test_the_preview_is_clicked_through_with_its_conditions_and_stores_nothing(client: FlaskClient):
    first = client.get(f"{DRAFT}/preview/start?lang=en")
    path, page = follow(client, client.post(f"{DRAFT}/preview/start?lang=en", data={
        **dict(HIDDEN.findall(first.text)), "consent": "yes"}))
    assert "Page A" in page.text

    def go(path: str, page: TestResponse, **answers: str) -> tuple[str, TestResponse]:
        controls = dict(CONTROLS.findall(page.text))
        return follow(client, client.post(path, data={**controls, ":deed": "next", **answers}))

    path, page = go(path, page, ROLE="rm", LOAD="12")
    path, page = go(path, page, L1="5")
    _, page = go(path, page, SHARE="101")
    assert page.status_code == 422
    path, page = go(path, page, SHARE="10")
    path, page = go(path, page, OPEN="Good")
    assert "Question BOSS" in page.text, page.text
    controls = dict(CONTROLS.findall(page.text))
    path, page = follow(client, client.post(path, data={**controls, ":deed": "submit", "BOSS": "3"}))
    if "/end" in path:
        path, page = follow(client, client.post(path))
    assert "Your answers are stored." in page.text
    assert n_responses() == 0


def test_the_preview_asks_for_consent_and_saves_nothing_while_one_types(client: FlaskClient):
    first = client.get(f"{DRAFT}/preview/start?lang=zh")

    refused = client.post(f"{DRAFT}/preview/start?lang=zh", data=dict(HIDDEN.findall(first.text)))
    typed = client.post(f"{DRAFT}/preview/page/A", data={":only": "ROLE", "ROLE": "rm"})

    assert "小问卷" in first.text
    assert refused.status_code == 422
    assert typed.json == {"is_saved": True}
    assert "frame-ancestors 'self'" in first.headers["Content-Security-Policy"]
    assert n_responses() == 0


def test_a_draft_without_words_is_shown_with_what_there_is_and_a_broken_condition_is_left_out(client: FlaskClient):
    client.post(f"{DRAFT}/languages", data={"do": "add", "language": "de"})
    page = client.get(f"{DRAFT}/items/L1")
    client.post(f"{DRAFT}/items/L1", data={**fields(page), "show_if": "${NOBODY} = 1"})

    shown = client.get(f"{DRAFT}/preview")
    german = client.get(f"{DRAFT}/preview/start?lang=de")

    assert "Left out because of faults: L1 (show_if)" in shown.text
    assert "[Small questionnaire]" in german.text


# ---- versions and tests ---------------------------------------------------------------------------------------------
def publish(client: FlaskClient, **form: str) -> TestResponse:
    page = client.get(f"{DRAFT}/publish")
    revision = re.search(r'name="revision" value="(\d+)"', page.text)
    version = re.search(r'name="version" value="([^"]+)"', page.text)
    assert revision
    assert version
    return client.post(f"{DRAFT}/publish", data={
        "revision": revision.group(1), "version": version.group(1), "seen": "yes", **form})


def test_a_draft_is_published_compared_and_gone(client: FlaskClient):
    publish(client)
    client.post(BASE, data={"source": "version", "audience": "small"})
    page = client.get(f"{DRAFT}/items/L1")
    client.post(f"{DRAFT}/items/L1", data={**fields(page), "text:en": "Said otherwise"})
    changes = client.get(f"{DRAFT}/publish").text
    reply = publish(client, note="Clearer words")

    assert "Said otherwise" in changes
    assert reply.status_code == 302
    versions = client.get(f"{DRAFT}/versions").text
    assert "1.0.1" in versions
    assert "Clearer words" in versions
    diff = client.get(f"{DRAFT}/diff?old=1.0.0&new=1.0.1").text
    assert "Question L1" in diff
    assert "Said otherwise" in diff
    assert "look at the marked changes" in diff
    assert client.get(DRAFT).status_code == 404
    assert client.get(f"{DRAFT}/diff?old=1.0.0&new=9").status_code == 404


def test_publishing_a_draft_that_somebody_just_changed_is_refused(client: FlaskClient):
    client.get(f"{DRAFT}/publish")
    client.post(DRAFT, data={"do": "copy:items:L1"})

    reply = client.post(f"{DRAFT}/publish", data={"revision": "1", "version": "1.0.0", "seen": "yes"})

    assert reply.status_code == 409
    assert "changed since" in reply.text


def test_a_test_link_stores_answers_that_are_never_counted_and_can_be_deleted(client: FlaskClient, bank_study: Study):
    client.post(f"{DRAFT}/test", data={"do": "start"})
    page = client.get(f"{DRAFT}/publish").text
    token = re.search(r'href="/q/([^"?]+)\?', page)
    assert token
    respondent = Respondent(client, token.group(1)).begin()
    assert "Trial run" in respondent.page.text
    respondent.post(ROLE="teller")
    assert n_responses() == 1
    assert "1 test answer" in client.get(f"{DRAFT}/publish").text
    with transaction() as session:
        rows = wave_progress(session, get_wave(session, bank_study))
    assert {row.published.audience for row in rows} == {"staff", "customer"}

    client.post(f"{DRAFT}/test", data={"do": "delete"})

    assert n_responses() == 0
    assert read_session().scalar(select(func.count()).select_from(PublishedInstrument).where(
        PublishedInstrument.form == "trial")) == 0


def test_a_discarded_draft_is_gone_and_versions_stay(client: FlaskClient):
    client.post(BASE, data={"source": "version", "audience": "staff"})

    client.post(f"{BASE}/staff/discard")

    assert client.get(f"{BASE}/staff").status_code == 404
    assert client.get(f"{BASE}/staff/versions").status_code == 200
